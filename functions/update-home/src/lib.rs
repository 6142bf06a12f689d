//! `PUT /api/admin/home`: sets the featured title and the order of the shelves on every home screen.

use serde_json::json;
use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, WithRules};
use shared::models::home::{HomeLayout, LayoutEdits};
use shared::models::ids::{SeriesId, TitleId, VideoId};
use shared::models::series::Series;
use shared::models::video::Video;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::home::{HomeLayouts, HomeRow};
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Changes the layout and writes an audit entry.
pub struct UpdateHome {
    layouts: HomeLayouts,
    audit: Audit,
    database: Database,
}

impl Endpoint for UpdateHome {
    type Caller = Admin;
    type Input = WithRules<Body<LayoutEdits>>;
    type Reads = (Key<HomeRow>, Option<Key<Video>>, Option<Key<Series>>);
    type Output = HomeLayout;
    const SUMMARY: &'static str = "Sets the featured title and the order of the shelves on every home screen.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[Code::Conflict];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            layouts: HomeLayouts::connect(services)?,
            audit: Audit::connect(services)?,
            database: services.database(&[Table::Catalogue, Table::Audit, Table::Videos, Table::Series])?,
        })
    }

    fn reads(&self, input: &Self::Input, _: &Identity) -> Self::Reads {
        let Body(edits) = input.unchecked();
        let featured = edits.featured_id.map(TitleId::uuid);
        let video = featured.map(|id| Video::key(VideoId::from_uuid(id)));
        (HomeRow::key(), video, featured.map(|id| Series::key(SeriesId::from_uuid(id))))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<HomeLayout>, ApiError> {
        let (row, video, series) = call.rows;
        // A trailer is in no list, so it cannot be featured.
        let video = video.filter(|video| video.trailer_of.is_none());
        let is_unknown = call.input.unchecked().0.featured_id.is_some() && video.is_none() && series.is_none();
        let unknown = is_unknown.then(|| FieldIssue::new("featured_id", "is neither a video nor a series"));
        let Body(edits) = call.input.checked(unknown.into_iter().collect())?;
        let (before, after) = (row.unwrap_or_default(), edits.layout());
        if before.layout == after {
            return Ok(Reply::new(after));
        }
        let entry = AuditEntry {
            at: call.now,
            cause: call.request_id,
            actor: call.caller.user.id.to_string(),
            action: "home.update".to_owned(),
            subject: "home".to_owned(),
            reason: "edited by an administrator".to_owned(),
            before: json!(before.layout),
            after: json!(after),
        };
        let statements = vec![self.layouts.put(&before, after.clone())?, self.audit.note(&entry)?];
        match self.database.transact(statements).await {
            Err(StoreError::Condition(_)) => {
                Err(ApiError::new(Code::Conflict, "Somebody else has just changed this. Please reload."))
            }
            done => Ok(done.map(|()| Reply::new(after))?),
        }
    }
}
