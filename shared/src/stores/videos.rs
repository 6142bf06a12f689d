//! Videos: one row each, with everything that is known of it.

use crate::models::catalogue::Entry;
use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::time::{as_sortable, sortable};
use crate::models::video::{AdminVideo, Administration, CaptionTrack, Poster, PublicVideo, VideoStatus};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table, failed};
use crate::stores::row::{Item, Key, read, write};
use aws_sdk_dynamodb::types::{AttributeValue, Put};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The index of all videos by their creation.
const BY_CREATED: &str = "by_created";
/// What every row has as [`Video::listing`].
pub const LISTING: &str = "videos";
/// Reads for one page, and rows of each: a filter may leave little of them.
const READS_MAX: usize = 10;
const FILTERED_ROWS: usize = 100;

/// A row of `videos`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Video {
    /// Which.
    pub id: VideoId,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// The shelf that it stands on.
    pub category: String,
    /// What it asks of its viewer.
    pub required_plan: RequiredPlan,
    /// Where its encoding stands.
    #[serde(default)]
    pub status: VideoStatus,
    /// Why it has none.
    pub error_reason: Option<String>,
    /// Whether the operator published it.
    #[serde(default)]
    pub published: bool,
    /// From when on it is shown, if that was scheduled.
    pub publish_at: Option<Timestamp>,
    /// When it was published, or will be.
    pub published_at: Option<Timestamp>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Where its credits start, in seconds: from there on it is completed.
    pub credits_at: Option<f64>,
    /// Its images, signed when it became ready.
    pub poster: Option<Poster>,
    /// When they were signed last.
    pub poster_signed_at: Option<Timestamp>,
    /// The series that it is an episode of.
    pub series_id: Option<SeriesId>,
    /// Which season of it.
    pub season: Option<u32>,
    /// Which episode of that.
    pub episode: Option<u32>,
    /// Mux's upload.
    pub mux_upload_id: Option<String>,
    /// Mux's asset.
    pub mux_asset_id: Option<String>,
    /// Mux's signed playback id: never in a public answer.
    pub mux_playback_id: Option<String>,
    /// Text tracks.
    #[serde(default)]
    pub captions: Vec<CaptionTrack>,
    /// The partition of the operator's list, newest first: the same for every video.
    pub listing: String,
    /// When it was created.
    #[serde(serialize_with = "as_sortable")]
    pub created_at: Timestamp,
    /// Grows with every change: of two changes at once, the second reads again.
    #[serde(default)]
    pub version: u64,
}

impl Video {
    /// The key of a video's row.
    pub fn key(id: VideoId) -> Key<Self> {
        Key::one(Table::Videos, "id", id.to_string())
    }

    /// Whether everybody may know of it.
    pub fn is_public(&self, now: Timestamp) -> bool {
        self.published && self.status == VideoStatus::Ready && self.publish_at.is_none_or(|at| at <= now)
    }

    /// The video as the catalogue holds it; `None` while it is not in it.
    pub fn entry(&self) -> Option<Entry> {
        let listed = self.published && self.status == VideoStatus::Ready;
        listed.then(|| Entry { video: self.into(), publish_at: self.publish_at, views: 0 })
    }
}

impl From<&Video> for PublicVideo {
    fn from(video: &Video) -> Self {
        Self {
            id: video.id,
            title: video.title.clone(),
            description: video.description.clone(),
            category: video.category.clone(),
            required_plan: video.required_plan,
            duration: video.duration,
            poster: video.poster.clone(),
            series_id: video.series_id,
            season: video.season,
            episode: video.episode,
            published_at: video.published_at,
        }
    }
}

impl From<&Video> for Administration {
    fn from(video: &Video) -> Self {
        Self {
            status: video.status,
            error_reason: video.error_reason.clone(),
            published: video.published,
            publish_at: video.publish_at,
            credits_at: video.credits_at,
            mux_asset_id: video.mux_asset_id.clone(),
            mux_playback_id: video.mux_playback_id.clone(),
            created_at: video.created_at,
        }
    }
}

impl From<&Video> for AdminVideo {
    fn from(video: &Video) -> Self {
        Self { video: video.into(), administration: video.into() }
    }
}

/// Where a page of the operator's list goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    id: VideoId,
    created_at: String,
}

impl After {
    fn of(video: &Video) -> Self {
        Self { id: video.id, created_at: sortable(video.created_at) }
    }

    fn item(&self) -> Item {
        let mut item = Video::key(self.id).item();
        item.insert("listing".to_owned(), AttributeValue::S(LISTING.to_owned()));
        item.insert("created_at".to_owned(), AttributeValue::S(self.created_at.clone()));
        item
    }
}

/// The table `videos`.
#[derive(Clone, Debug)]
pub struct Videos {
    database: Database,
}

impl Videos {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Videos]).map(|database| Self { database })
    }

    /// A statement that adds a video; its condition fails when there is one of its id.
    pub fn add(&self, video: &Video) -> Result<Statement, StoreError> {
        let put = Put::builder().table_name(self.database.name(Table::Videos)?);
        let put = put.set_item(Some(write(&Video::key(video.id), video)?));
        let put = put.condition_expression("attribute_not_exists(id)").build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// All videos, or those of a status, newest first, and where the next page goes on. A filter that leaves hardly any
    /// makes a page shorter than `limit`, with more behind it.
    pub async fn page(
        &self,
        status: Option<VideoStatus>,
        limit: usize,
        after: Option<After>,
    ) -> Result<(Vec<Video>, Option<After>), StoreError> {
        let mut found: Vec<Video> = Vec::new();
        let mut start = after.map(|after| after.item());
        for _ in 0..READS_MAX {
            // One more than the page holds tells whether it is the last.
            let rows = if status.is_some() { FILTERED_ROWS } else { limit + 1 };
            let (videos, next) = self.read_page(status, rows, start).await?;
            found.extend(videos);
            if found.len() > limit {
                found.truncate(limit);
                let last = found.last().map(After::of);
                return Ok((found, last));
            }
            start = next;
            if start.is_none() {
                return Ok((found, None));
            }
        }
        let next = start.map(serde_dynamo::from_item).transpose();
        Ok((found, next.map_err(|error| StoreError::Corrupt(Box::new(error)))?))
    }

    async fn read_page(
        &self,
        status: Option<VideoStatus>,
        limit: usize,
        start: Option<Item>,
    ) -> Result<(Vec<Video>, Option<Item>), StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Videos)?);
        let mut query = query
            .index_name(BY_CREATED)
            .key_condition_expression("listing = :listing")
            .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        if let Some(status) = status {
            query = query
                .filter_expression("#status = :status")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", AttributeValue::S(status.name().to_owned()));
        }
        let answer = query.send().await.map_err(failed)?;
        let videos = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((videos, answer.last_evaluated_key))
    }
}
