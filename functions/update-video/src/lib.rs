//! `PATCH /api/admin/videos/{id}`: edits, publishes or withdraws a video; the catalogue follows in the same transaction.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::endpoint::{Admin, Call, Endpoint, Reply};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, Path};
use shared::http::patch::Field;
use shared::models::ids::{SeriesId, VideoId};
use shared::models::plan::RequiredPlan;
use shared::models::video::{AdminVideo, CategoryName, Title, VideoStatus, outside_series};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::publisher::Publisher;
use shared::stores::videos::Video;

/// Changes a video.
pub struct UpdateVideo {
    publisher: Publisher,
    audit: Audit,
}

/// What becomes different. What is left out stays; `null` clears what need not be there.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Edits {
    title: Field<Title>,
    /// What it is about.
    #[schemars(length(max = 5000))]
    description: Field<Option<String>>,
    category: Field<CategoryName>,
    required_plan: Field<RequiredPlan>,
    /// The series that it is an episode of. Without one there is neither season nor episode.
    series_id: Field<Option<SeriesId>>,
    #[schemars(range(min = 1, max = 9999))]
    season: Field<Option<u32>>,
    #[schemars(range(min = 1, max = 9999))]
    episode: Field<Option<u32>>,
    /// Where its credits start, in seconds.
    #[schemars(range(min = 0))]
    credits_at: Field<Option<f64>>,
    /// Before when it is not shown, published or not.
    publish_at: Field<Option<Timestamp>>,
    /// Whether everybody may know of it; `true` needs it to be ready.
    published: Field<bool>,
}

impl Endpoint for UpdateVideo {
    type Caller = Admin;
    type Input = (Path<VideoId>, Body<Edits>);
    type Output = AdminVideo;
    const SUMMARY: &'static str = "Edits, publishes or withdraws a video.";
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoNotReady];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { publisher: Publisher::connect(services)?, audit: Audit::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AdminVideo>, ApiError> {
        let (Path(id), Body(edits)) = &call.input;
        let changed = self
            .publisher
            .change(
                *id,
                |video| edited(video, edits, call.now).map(Some),
                |change| {
                    let deed = change.deed("video.update", call.caller.user.id, &call.request_id, call.now);
                    Ok(vec![self.audit.note(&deed)?])
                },
            )
            .await?;
        let video = changed.and_then(|change| change.after).ok_or_else(|| ApiError::not_found("video"))?;
        Ok(Reply::of((&video).into()))
    }
}

fn edited(before: &Video, edits: &Edits, now: Timestamp) -> Result<Video, ApiError> {
    let mut video = before.clone();
    if let Some(title) = edits.title.given() {
        video.title = title.clone().into();
    }
    if let Some(category) = edits.category.given() {
        video.category = category.clone().into();
    }
    if let Some(description) = edits.description.given() {
        video.description = description.as_deref().map(str::trim).unwrap_or_default().to_owned();
    }
    if edits.series_id.given() == Some(&None) {
        (video.season, video.episode) = (None, None);
    }
    edits.required_plan.apply(&mut video.required_plan);
    edits.series_id.apply(&mut video.series_id);
    edits.season.apply(&mut video.season);
    edits.episode.apply(&mut video.episode);
    edits.credits_at.apply(&mut video.credits_at);
    edits.publish_at.apply(&mut video.publish_at);
    edits.published.apply(&mut video.published);
    let misplaced = outside_series(video.series_id, video.season, video.episode);
    if !misplaced.is_empty() {
        let issue = |field: &str| FieldIssue::new(field, "needs a series_id");
        return Err(ApiError::validation(misplaced.into_iter().map(issue).collect()));
    }
    if edits.published.given() == Some(&true) && video.status != VideoStatus::Ready {
        return Err(ApiError::new(Code::VideoNotReady, "This video cannot be published before it is ready."));
    }
    video.published_at = video.published.then(|| published_at(&video, now));
    Ok(video)
}

/// When everybody sees it: at the scheduled moment, or since it was published.
fn published_at(video: &Video, now: Timestamp) -> Timestamp {
    let scheduled = video.publish_at.filter(|at| *at > now);
    let since = video.published_at.filter(|at| *at <= now);
    scheduled.or(since).unwrap_or(now)
}
