//! Re-signs posters before their tokens expire, and after the image origin has changed. Scheduled twice a day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::encoding::SignedPoster;
use shared::models::video::{Video, VideoStatus};
use shared::mux::signer::Posters;
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::publisher::{CHANGES_MAX, Change, Publisher};
use shared::stores::videos::{VideoFilter, Videos};

/// Renews page by page: the rows of one page and their chunks are written in one transaction.
pub struct RenewImages {
    videos: Videos,
    publisher: Publisher,
    posters: Posters,
}

/// The schedule's event, which is not used.
#[derive(Deserialize)]
pub struct Tick {}

/// The result of a run.
#[derive(Serialize)]
pub struct Renewed {
    renewed: usize,
}

/// A video whose images are due, and its new images.
struct DueVideo {
    video: Video,
    poster: SignedPoster,
}

impl Job for RenewImages {
    type Input = Tick;
    type Output = Renewed;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: Videos::connect(services)?,
            publisher: Publisher::connect(services)?,
            posters: Posters::connect(services).await?,
        })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Renewed, ApiError> {
        let (mut renewed, mut after) = (0, None);
        let ready = VideoFilter { status: Some(VideoStatus::Ready), ..VideoFilter::default() };
        loop {
            let (videos, next) = self.videos.page(ready, None, CHANGES_MAX, after).await?;
            renewed += self.renew(videos, now).await?;
            after = next;
            if after.is_none() {
                return Ok(Renewed { renewed });
            }
        }
    }
}

impl RenewImages {
    async fn renew(&self, videos: Vec<Video>, now: Timestamp) -> Result<usize, ApiError> {
        let mut due = Vec::new();
        for video in videos.into_iter().filter(|video| self.is_due(video, now)) {
            let Some(playback_id) = &video.mux_playback_id else { continue };
            let poster = self.posters.poster(playback_id, video.poster_source.time(), now).await?;
            due.push(DueVideo { video, poster });
        }
        if due.is_empty() {
            return Ok(0);
        }
        let change = |DueVideo { video, poster }: &DueVideo| Change {
            after: Some(video.with_poster(poster)),
            before: Some(video.clone()),
        };
        let changes: Vec<Change> = due.iter().map(change).collect();
        match self.publisher.commit(Vec::new(), &changes).await {
            // Somebody is editing one of the videos: write each separately instead.
            Err(StoreError::Condition(_)) => {
                for due in &due {
                    self.renew_one(due, now).await?;
                }
            }
            result => result?,
        }
        Ok(changes.len())
    }

    async fn renew_one(&self, due: &DueVideo, now: Timestamp) -> Result<(), ApiError> {
        let DueVideo { video: before, poster } = due;
        let rule = |video: &Video| {
            let is_same = video.mux_playback_id == before.mux_playback_id
                && video.poster_source == before.poster_source
                && self.is_due(video, now);
            Ok::<_, ApiError>(Some(if is_same { video.with_poster(poster) } else { video.clone() }))
        };
        self.publisher.change(before.id, rule, |_| Ok(Vec::new())).await.map(drop)
    }

    fn is_due(&self, video: &Video, now: Timestamp) -> bool {
        video.status == VideoStatus::Ready && (video.has_old_poster(now) || !self.posters.uses_current_origin(video))
    }
}
