//! Series: one row per series, with rows for each episode and each episode number in use.
//!
//! A video's membership is written in the transaction that writes the video's own row. So two episodes never share a
//! number, and no series is deleted while it has episodes.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::series::{PlacementError, Series, numbered};
use crate::models::time::sortable;
use crate::models::video::Video;
use crate::services::{ConfigError, Services};
use crate::stores::audit::{AuditEntry, OperatorAction};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::publisher::Change;
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, Update};
use boxed::boxed;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The index of all series by creation time.
const BY_CREATED: &str = "by_created";
/// The `listing` of every row.
const LISTING: &str = "series";
/// The sort key of a series's own row.
const OWN: &str = "SERIES";
/// The prefix of the sort keys of episode rows.
const EPISODE: &str = "EPISODE#";

/// The attributes of a row besides the series itself.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    series: Series,
    /// The partition of the operator's list: the same for every series.
    listing: String,
    /// Incremented with every edit and every added episode.
    version: u64,
}

/// Where a page of the operator's list continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesPosition {
    id: SeriesId,
    created_at: String,
}

/// The table `series`.
#[derive(Clone, Debug)]
pub struct SeriesStore {
    database: Database,
}

impl Series {
    /// The key of a series's own row.
    pub fn key(id: SeriesId) -> Key<Self> {
        Key::composite(Table::Series, ("pk", id.to_string()), ("sk", OWN.to_owned()))
    }

    /// The audit entry of a series's change by an operator.
    pub fn audit_entry(action: &OperatorAction, before: Option<&Self>, after: Option<&Self>) -> AuditEntry {
        let subject = after.or(before).map(|series| series.id.to_string());
        action.entry(subject.unwrap_or_default(), json!(before), json!(after))
    }
}

impl SeriesStore {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Series]).map(|database| Self { database })
    }

    /// A series with its row's version; `None` if it does not exist.
    #[boxed]
    pub async fn get(&self, id: SeriesId) -> Result<Option<(Series, u64)>, StoreError> {
        let key: Key<Row> = Key::composite(Table::Series, ("pk", id.to_string()), ("sk", OWN.to_owned()));
        Ok(self.database.get(&key).await?.map(|row| (row.series, row.version)))
    }

    /// A statement that writes a series: a new one, or a change of the row with version `before`. Its condition fails
    /// if the row was changed meanwhile.
    pub fn put(&self, series: &Series, before: Option<u64>) -> Result<Statement, StoreError> {
        let version = before.unwrap_or_default() + 1;
        let row = Row { series: series.clone(), listing: LISTING.to_owned(), version };
        let put = Put::builder().table_name(self.table()?).set_item(Some(write(&Series::key(series.id), &row)?));
        let put = match before {
            Some(before) => {
                put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
            }
            None => put.condition_expression("attribute_not_exists(pk)"),
        };
        put.build().map(Statement::from).map_err(refused)
    }

    /// A statement that deletes a series. Its condition fails if it was edited or got an episode since `version`.
    pub fn delete(&self, id: SeriesId, version: u64) -> Result<Statement, StoreError> {
        let delete = Delete::builder().table_name(self.table()?).set_key(Some(Series::key(id).item()));
        let delete =
            delete.condition_expression("version = :before").expression_attribute_values(":before", number(version));
        delete.build().map(Statement::from).map_err(refused)
    }

    /// The titles of at most a hundred series.
    #[boxed]
    pub async fn titles(&self, ids: &BTreeSet<SeriesId>) -> Result<BTreeMap<SeriesId, String>, StoreError> {
        let series = self.database.read(ids.iter().map(|id| Series::key(*id)).collect::<Vec<_>>()).await?;
        Ok(series.into_iter().flatten().map(|series| (series.id, series.title)).collect())
    }

    /// Whether a series has episodes, published or not.
    #[boxed]
    pub async fn has_episodes(&self, id: SeriesId) -> Result<bool, StoreError> {
        let query = self.database.client().query().table_name(self.table()?).consistent_read(true).limit(1);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :episode)")
            .expression_attribute_values(":pk", text(&id))
            .expression_attribute_values(":episode", AttributeValue::S(EPISODE.to_owned()));
        Ok(query.send().await.map_err(failed)?.count > 0)
    }

    /// All series, newest first, and where the next page starts.
    #[boxed]
    pub async fn page(
        &self,
        limit: usize,
        after: Option<SeriesPosition>,
    ) -> Result<(Vec<Series>, Option<SeriesPosition>), StoreError> {
        // One more than the page size shows whether this is the last page.
        let query = self.database.client().query().table_name(self.table()?).index_name(BY_CREATED);
        let query = query
            .key_condition_expression("listing = :listing")
            .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()))
            .scan_index_forward(false)
            .limit(i32::try_from(limit + 1).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(|after| after.item()));
        let items = query.send().await.map_err(failed)?.items.unwrap_or_default();
        let mut series: Vec<Series> = items.into_iter().map(read).collect::<Result<_, _>>()?;
        let has_more = series.len() > limit;
        series.truncate(limit);
        let next = series.last().filter(|_| has_more).map(SeriesPosition::new);
        Ok((series, next))
    }

    /// The statements with which a video leaves one series and joins another, for the transaction that changes its row.
    /// One of them fails its condition if the number is taken or the series does not exist: see [`SeriesStore::why`].
    pub fn moved(&self, change: &Change) -> Result<Vec<Statement>, StoreError> {
        let (before, after) = (change.before.as_ref().and_then(membership), change.after.as_ref().and_then(membership));
        let mut statements = Vec::new();
        if before == after {
            return Ok(statements);
        }
        let is_same_series = before.map(|before| before.series) == after.map(|after| after.series);
        let is_same_place = before.and_then(Membership::place) == after.and_then(Membership::place) && is_same_series;
        if let Some(before) = before {
            if !is_same_series {
                statements.push(self.remove(before.series, before.episode_row())?);
            }
            if let Some(place) = before.place().filter(|_| !is_same_place) {
                statements.push(self.remove(before.series, place)?);
            }
        }
        if let Some(after) = after {
            if !is_same_series {
                statements.push(self.join(after.series)?);
                statements.push(self.add(after, after.episode_row())?);
            }
            if let Some(place) = after.place().filter(|_| !is_same_place) {
                statements.push(self.add(after, place)?);
            }
        }
        Ok(statements)
    }

    /// Why the statements of [`SeriesStore::moved`] could not be written. `joined` is the series that the video would
    /// have joined.
    ///
    /// # Errors
    /// The original error, if the position in a series is not the reason.
    #[boxed]
    pub async fn placement_error(
        &self,
        joined: Option<SeriesId>,
        error: StoreError,
    ) -> Result<PlacementError, StoreError> {
        match (joined, error) {
            (Some(series), StoreError::Condition(_)) if self.get(series).await?.is_none() => {
                Ok(PlacementError::NoSeries)
            }
            (_, StoreError::Condition(_)) => Ok(PlacementError::NumberTaken),
            (_, error) => Err(error),
        }
    }

    /// A statement that increments the series's version for an episode or trailer, so the series is not deleted
    /// meanwhile; its condition fails if the series does not exist.
    pub(super) fn join(&self, series: SeriesId) -> Result<Statement, StoreError> {
        let join = Update::builder().table_name(self.table()?).set_key(Some(Series::key(series).item()));
        let join = join
            .update_expression("ADD version :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":one", number(1));
        join.build().map(Statement::from).map_err(refused)
    }

    fn add(&self, who: Membership, sort: String) -> Result<Statement, StoreError> {
        let item = Item::from([
            ("pk".to_owned(), text(&who.series)),
            ("sk".to_owned(), AttributeValue::S(sort)),
            ("video_id".to_owned(), text(&who.video)),
        ]);
        let put = Put::builder().table_name(self.table()?).set_item(Some(item));
        put.condition_expression("attribute_not_exists(pk)").build().map(Statement::from).map_err(refused)
    }

    fn remove(&self, series: SeriesId, sort: String) -> Result<Statement, StoreError> {
        let key = Item::from([("pk".to_owned(), text(&series)), ("sk".to_owned(), AttributeValue::S(sort))]);
        let delete = Delete::builder().table_name(self.table()?).set_key(Some(key)).build();
        delete.map(Statement::from).map_err(refused)
    }

    fn table(&self) -> Result<&str, StoreError> {
        self.database.name(Table::Series)
    }
}

/// Records that a video is an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Membership {
    video: VideoId,
    series: SeriesId,
    season: u32,
    episode: Option<u32>,
}

fn membership(video: &Video) -> Option<Membership> {
    let (season, episode) = numbered(video.season, video.episode);
    Some(Membership { video: video.id, series: video.series_id?, season, episode })
}

impl Membership {
    fn episode_row(self) -> String {
        format!("{EPISODE}{}", self.video)
    }

    /// The sort key of its position; `None` for an episode without a number. A season may have several of those.
    fn place(self) -> Option<String> {
        self.episode.map(|episode| format!("PLACE#{}#{episode}", self.season))
    }
}

impl SeriesPosition {
    fn new(series: &Series) -> Self {
        Self { id: series.id, created_at: sortable(series.created_at) }
    }

    fn item(&self) -> Item {
        let mut item = Series::key(self.id).item();
        item.insert("listing".to_owned(), AttributeValue::S(LISTING.to_owned()));
        item.insert("created_at".to_owned(), AttributeValue::S(self.created_at.clone()));
        item
    }
}

fn text(id: &impl ToString) -> AttributeValue {
    AttributeValue::S(id.to_string())
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn refused(error: BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
