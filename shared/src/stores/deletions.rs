//! Deleted accounts and profiles: the row that exists from the request until all data of an account or a profile is
//! deleted, and the cleanup itself.

use crate::models::erased::Erased;
use crate::models::ids::{ProfileId, UserId};
use crate::models::language::Language;
use crate::models::preferences::Preferences;
use crate::models::streams::Slots;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use crate::stores::watchlist::COUNT;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long requests that were in flight at the deletion may still write. After that, the data is deleted once more.
const IN_FLIGHT_MAX: SignedDuration = SignedDuration::from_mins(2);
/// Rows per transaction.
const ROWS_MAX: usize = 100;
/// The partition of all deletions of accounts, and that of deletions of profiles.
const PARTITION: &str = "DELETIONS";
const PROFILES: &str = "PROFILE_DELETIONS";

/// An account that must be deleted, or a deleted account whose data must be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The user.
    pub user_id: UserId,
    /// Their first customer at Stripe, if they had one.
    pub customer: Option<String>,
    /// When it was deleted; while the account exists, when that was requested.
    pub deleted_at: Timestamp,
    /// The language of the confirmation, while the account exists.
    #[serde(default)]
    pub language: Option<Language>,
    /// The customers that may still have to be closed at Stripe.
    #[serde(default)]
    pub open: Vec<String>,
    /// The account's profiles apart from the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileId>,
}

impl Deletion {
    /// The key of its row.
    pub fn key(user_id: UserId) -> Key<Self> {
        Key::composite(Table::Sessions, ("pk", PARTITION.to_owned()), ("sk", user_id.to_string()))
    }

    /// Whether no request in flight can write a row of the account any more.
    pub fn can_be_finished(&self, now: Timestamp) -> bool {
        now >= self.deleted_at + IN_FLIGHT_MAX
    }

    fn viewers(&self) -> impl Iterator<Item = ViewerKey> {
        let all = self.profiles.iter().map(|id| ViewerKey::new(self.user_id, *id));
        let added = all.filter(|viewer| viewer.added_profile().is_some());
        std::iter::once(ViewerKey::first(self.user_id)).chain(added)
    }
}

/// A deleted profile whose data must be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDeletion {
    /// The profile.
    pub viewer: ViewerKey,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

impl ProfileDeletion {
    /// The key of its row.
    pub fn key(viewer: ViewerKey) -> Key<Self> {
        Key::composite(Table::Sessions, ("pk", PROFILES.to_owned()), ("sk", viewer.to_string()))
    }
}

/// Deletions, in the table `sessions`, and the tables from which data is deleted.
#[derive(Clone, Debug)]
pub struct Deletions {
    database: Database,
}

impl Deletions {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let tables = [Table::WatchHistory, Table::Watchlist, Table::Streams, Table::Preferences, Table::Sessions];
        services.database(&tables).map(|database| Self { database })
    }

    /// A statement that records that a deletion was requested; its condition fails if that is recorded already.
    pub fn request(&self, deletion: &Deletion) -> Result<Statement, StoreError> {
        let put = self.put(deletion)?.condition_expression("attribute_not_exists(pk)").build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A statement that records a deletion, in place of its request.
    pub fn add(&self, deletion: &Deletion) -> Result<Statement, StoreError> {
        let put = self.put(deletion)?.build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    fn put(&self, deletion: &Deletion) -> Result<PutBuilder, StoreError> {
        let item = write(&Deletion::key(deletion.user_id), deletion)?;
        Ok(Put::builder().table_name(self.database.name(Table::Sessions)?).set_item(Some(item)))
    }

    /// All unfinished deletions.
    #[boxed]
    pub async fn all(&self) -> Result<Vec<Deletion>, StoreError> {
        let items = self.items(Table::Sessions, ("pk", PARTITION), None).await?;
        items.into_iter().map(read).collect()
    }

    /// Removes the record of a deletion that is finished or withdrawn, unless another request has replaced it.
    #[boxed]
    pub async fn remove(&self, deletion: &Deletion) -> Result<(), StoreError> {
        let call = self.database.client().delete_item().table_name(self.database.name(Table::Sessions)?);
        let call = call
            .set_key(Some(Deletion::key(deletion.user_id).item()))
            .condition_expression("deleted_at = :deleted_at")
            .expression_attribute_values(":deleted_at", AttributeValue::S(deletion.deleted_at.to_string()));
        match call.send().await.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Counts the rows that [`Deletions::delete_account_data`] would delete.
    #[boxed]
    pub async fn count(&self, user: &User) -> Result<Erased, StoreError> {
        let partition = format!("USER#{}", user.id);
        let viewers: Vec<String> =
            user.profiles().iter().map(|profile| ViewerKey::new(user.id, profile.id).to_string()).collect();
        let of_viewers =
            |table: Table| try_join_all(viewers.iter().map(move |viewer| self.keys(table, ("user_id", viewer))));
        let (signed_in, history, watchlist) = tokio::try_join!(
            self.keys(Table::Sessions, ("pk", &partition)),
            of_viewers(Table::WatchHistory),
            of_viewers(Table::Watchlist),
        )?;
        let (history, watchlist) = (history.concat(), watchlist.concat());
        let of_kind = |items: &[Item], name: &str, prefix: &str| {
            items
                .iter()
                .filter(|item| {
                    item.get(name).and_then(|key| key.as_s().ok()).is_some_and(|key| key.starts_with(prefix))
                })
                .count()
        };
        Ok(Erased {
            sessions: of_kind(&signed_in, "sk", "SESSION#"),
            devices: of_kind(&signed_in, "sk", "DEVICE#"),
            watch_history: history.len(),
            // The row that counts the videos of the list is not one of those videos.
            watchlist: watchlist.len() - of_kind(&watchlist, "video_id", COUNT),
        })
    }

    /// Deletes a user's data apart from the user's own row: sessions, streams, and the data of all profiles. Repeating it is
    /// harmless.
    #[boxed]
    pub async fn delete_account_data(&self, deletion: &Deletion) -> Result<(), StoreError> {
        let partition = format!("USER#{}", deletion.user_id);
        tokio::try_join!(
            self.delete_partition(Table::Sessions, ("pk", &partition)),
            self.delete(vec![(Table::Streams, Slots::key(deletion.user_id).item())]),
            try_join_all(deletion.viewers().map(|viewer| self.delete_profile_data(viewer))),
        )?;
        Ok(())
    }

    /// Deletes a profile's history, watchlist and preferences. Repeating it is harmless.
    #[boxed]
    pub async fn delete_profile_data(&self, viewer: ViewerKey) -> Result<(), StoreError> {
        let partition = viewer.to_string();
        tokio::try_join!(
            self.delete_partition(Table::WatchHistory, ("user_id", &partition)),
            self.delete_partition(Table::Watchlist, ("user_id", &partition)),
            self.delete(vec![(Table::Preferences, Preferences::key(viewer).item())]),
        )?;
        Ok(())
    }

    /// A statement that records the deletion of a profile.
    pub fn add_profile(&self, deletion: &ProfileDeletion) -> Result<Statement, StoreError> {
        let item = write(&ProfileDeletion::key(deletion.viewer), deletion)?;
        let put = Put::builder().table_name(self.database.name(Table::Sessions)?).set_item(Some(item)).build();
        put.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Deletes the data of deleted profiles once more, because requests in flight may have written some. Returns the number
    /// of finished deletions and of failed ones. A failed one does not stop the others.
    #[boxed]
    pub async fn finish_profiles(&self, now: Timestamp) -> Result<(u32, u32), StoreError> {
        let (mut finished, mut failed) = (0, 0);
        for item in self.items(Table::Sessions, ("pk", PROFILES), None).await? {
            match self.finish_profile(item, now).await {
                Ok(is_finished) => finished += u32::from(is_finished),
                Err(_) => failed += 1,
            }
        }
        Ok((finished, failed))
    }

    async fn finish_profile(&self, item: Item, now: Timestamp) -> Result<bool, StoreError> {
        let deletion: ProfileDeletion = read(item)?;
        self.delete_profile_data(deletion.viewer).await?;
        let is_finished = now >= deletion.deleted_at + IN_FLIGHT_MAX;
        if is_finished {
            self.delete(vec![(Table::Sessions, ProfileDeletion::key(deletion.viewer).item())]).await?;
        }
        Ok(is_finished)
    }

    async fn delete_partition(&self, table: Table, partition: (&str, &str)) -> Result<(), StoreError> {
        let keys = self.keys(table, partition).await?;
        for part in keys.chunks(ROWS_MAX) {
            self.delete(part.iter().map(|key| (table, key.clone())).collect()).await?;
        }
        Ok(())
    }

    async fn delete(&self, rows: Vec<(Table, Item)>) -> Result<(), StoreError> {
        let mut statements = Vec::new();
        for (table, key) in rows {
            let delete = Delete::builder().table_name(self.database.name(table)?).set_key(Some(key)).build();
            statements.push(Statement::from(delete.map_err(|error| StoreError::Refused(Box::new(error)))?));
        }
        self.database.transact(statements).await
    }

    async fn keys(&self, table: Table, partition: (&str, &str)) -> Result<Vec<Item>, StoreError> {
        self.items(table, partition, Some(table.keys())).await
    }

    /// All items of a partition, or only their keys.
    async fn items(
        &self,
        table: Table,
        (name, value): (&str, &str),
        keys: Option<&[&str]>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self.database.client().query().table_name(self.database.name(table)?);
            let page = query
                .key_condition_expression("#partition = :partition")
                .expression_attribute_names("#partition", name)
                .expression_attribute_values(":partition", AttributeValue::S(value.to_owned()))
                .set_projection_expression(keys.map(|keys| keys.join(", ")))
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(failed)?;
            items.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }
}
