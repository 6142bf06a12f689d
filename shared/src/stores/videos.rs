//! Videos: one row per video, with everything about it.

use crate::models::age::AgeLimit;
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::progress::WatchHistory;
use crate::models::search::WordQuery;
use crate::models::time::sortable;
use crate::models::video::{LISTING, Video, VideoStatus};
use crate::models::video_view::PublicVideo;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::series::SeriesStore;
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use boxed::boxed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The index of all videos by creation time.
const BY_CREATED: &str = "by_created";
/// The sparse index of trailers, by their film or series and their creation time.
const TRAILERS: &str = "trailers";
/// The sparse index of unsettled videos, by the time of their next check at Mux.
const UNSETTLED: &str = "unsettled";
/// The most reads per page, and the rows per read, because a filter may leave few rows.
const READS_MAX: usize = 10;
const FILTERED_ROWS: usize = 100;

impl Video {
    /// The key of a video's row.
    pub fn key(id: VideoId) -> Key<Self> {
        Key::simple(Table::Videos, "id", id.to_string())
    }
}

/// Which videos the operator's list contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VideoFilter {
    /// Only those with this status.
    pub status: Option<VideoStatus>,
    /// Only episodes of this series.
    pub series_id: Option<SeriesId>,
    /// Only trailers of this film or series.
    pub trailer_of: Option<TitleId>,
}

/// The words that the operator searches for, and the store of the series whose titles count as well.
pub type VideoSearch<'a> = (&'a WordQuery, &'a SeriesStore);

impl VideoFilter {
    /// Whether it may leave few of the rows that are read.
    fn is_selective(&self) -> bool {
        self.status.is_some() || self.series_id.is_some()
    }

    /// The index to query, the attribute that is its partition, and the partition.
    fn partition(&self) -> (&'static str, &'static str, AttributeValue) {
        match self.trailer_of {
            Some(title) => (TRAILERS, "trailer_of", AttributeValue::S(title.to_string())),
            None => (BY_CREATED, "listing", AttributeValue::S(LISTING.to_owned())),
        }
    }
}

/// Where a page of the operator's list continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPosition {
    id: VideoId,
    created_at: String,
}

impl VideoPosition {
    fn new(video: &Video) -> Self {
        Self { id: video.id, created_at: sortable(video.created_at) }
    }

    fn item(&self, filter: VideoFilter) -> Item {
        let mut item = Video::key(self.id).item();
        let (_, attribute, partition) = filter.partition();
        item.insert(attribute.to_owned(), partition);
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
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Videos]).map(|database| Self { database })
    }

    /// The public videos of a viewer's rows that an age limit allows, each with its row. A video that is not public is left
    /// out until it is published again.
    #[boxed]
    pub async fn watched(
        &self,
        rows: Vec<WatchHistory>,
        age_limit: Option<AgeLimit>,
        now: Timestamp,
    ) -> Result<Vec<(WatchHistory, PublicVideo)>, StoreError> {
        let videos = self.database.read(rows.iter().map(|row| Video::key(row.video_id)).collect::<Vec<_>>()).await?;
        let public = |(row, video): (WatchHistory, Option<Video>)| {
            let is_listed = |video: &Video| video.is_public(now) && video.facts.is_suitable(age_limit);
            Some((row, PublicVideo::from(&video.filter(is_listed)?)))
        };
        Ok(rows.into_iter().zip(videos).filter_map(public).collect())
    }

    /// A statement that adds a video; its condition fails if the id exists.
    pub fn add(&self, video: &Video) -> Result<Statement, StoreError> {
        let put = Put::builder().table_name(self.database.name(Table::Videos)?);
        let put = put.set_item(Some(write(&Video::key(video.id), &video.clone().indexed())?));
        let put = put.condition_expression("attribute_not_exists(id)").build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A statement that increments a film's version for its trailer, so the film is not deleted meanwhile; its condition
    /// fails if the film does not exist.
    pub(super) fn join(&self, film: VideoId) -> Result<Statement, StoreError> {
        let join = Update::builder().table_name(self.database.name(Table::Videos)?);
        let join = join
            .set_key(Some(Video::key(film).item()))
            .update_expression("ADD version :one")
            .condition_expression("attribute_exists(id)")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build();
        join.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// The videos that a filter leaves, newest first, and where the next page starts. With `search`, only those whose
    /// title, series' title and description contain all its words: DynamoDB cannot search for parts of a text ignoring
    /// accents, so this compares in memory. If few rows are left, a page may be shorter than `limit`, even empty, and
    /// still be followed by another.
    #[boxed]
    pub async fn page(
        &self,
        filter: VideoFilter,
        search: Option<VideoSearch<'_>>,
        limit: usize,
        after: Option<VideoPosition>,
    ) -> Result<(Vec<Video>, Option<VideoPosition>), StoreError> {
        let mut found: Vec<Video> = Vec::new();
        let mut start = after.map(|after| after.item(filter));
        for _ in 0..READS_MAX {
            // One more than the page size shows whether this is the last page.
            let is_selective = filter.is_selective() || search.is_some();
            let rows = if is_selective { FILTERED_ROWS } else { limit + 1 };
            let (videos, next) = self.read_page(filter, rows, start).await?;
            found.extend(match search {
                Some(search) => with_words(videos, search).await?,
                None => videos,
            });
            if found.len() > limit {
                found.truncate(limit);
                let last = found.last().map(VideoPosition::new);
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

    /// Whether a film or series has trailers. The index follows the table after a moment, so a trailer that is being
    /// added may be missed.
    #[boxed]
    pub async fn has_trailers(&self, title: TitleId) -> Result<bool, StoreError> {
        let filter = VideoFilter { trailer_of: Some(title), ..VideoFilter::default() };
        Ok(!self.read_page(filter, 1, None).await?.0.is_empty())
    }

    /// Unsettled videos that are due at `now`, the longest overdue first, and where the next page starts.
    #[boxed]
    pub async fn unsettled(
        &self,
        now: Timestamp,
        limit: i32,
        start: Option<Item>,
    ) -> Result<(Vec<Video>, Option<Item>), StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Videos)?);
        let answer = query
            .index_name(UNSETTLED)
            .key_condition_expression("listing = :listing AND check_at <= :now")
            .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()))
            .expression_attribute_values(":now", AttributeValue::S(sortable(now)))
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(failed)?;
        let videos = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((videos, answer.last_evaluated_key))
    }

    async fn read_page(
        &self,
        filter: VideoFilter,
        limit: usize,
        start: Option<Item>,
    ) -> Result<(Vec<Video>, Option<Item>), StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Videos)?);
        let (index, attribute, partition) = filter.partition();
        let mut query = query
            .index_name(index)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", attribute)
            .expression_attribute_values(":partition", partition)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let mut conditions = Vec::new();
        if let Some(status) = filter.status {
            conditions.push("#status = :status");
            query = query
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", AttributeValue::S(status.name().to_owned()));
        }
        if let Some(series) = filter.series_id {
            conditions.push("series_id = :series");
            query = query.expression_attribute_values(":series", AttributeValue::S(series.to_string()));
        }
        let conditions = conditions.join(" AND ");
        query = query.set_filter_expression(Some(conditions).filter(|conditions| !conditions.is_empty()));
        let answer = query.send().await.map_err(failed)?;
        let videos = answer.items.unwrap_or_default().into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((videos, answer.last_evaluated_key))
    }
}

/// The videos whose title, series' title and description contain all words.
async fn with_words(videos: Vec<Video>, (query, series): VideoSearch<'_>) -> Result<Vec<Video>, StoreError> {
    let ids: BTreeSet<SeriesId> = videos.iter().filter_map(|video| video.series_id).collect();
    let titles = series.titles(&ids).await?;
    let is_found = |video: &Video| {
        let series = video.series_id.and_then(|id| titles.get(&id)).map(String::as_str).unwrap_or_default();
        query.finds(&[&video.title, series, &video.description])
    };
    Ok(videos.into_iter().filter(is_found).collect())
}
