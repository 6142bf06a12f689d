//! The DynamoDB client as the stores use it: named tables, consistent reads, errors told apart.

use crate::stores::row::{Item, Key, Rows, Wanted, read};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, KeysAndAttributes, Put, TransactWriteItem, Update};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

macro_rules! tables {
    ($($variant:ident $setting:literal $keys:expr;)*) => {
        /// A table of the contract's §9.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the template describes them")]
        pub enum Table { $($variant),* }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Table] = &[$(Table::$variant),*];

            /// The setting that names it to a function.
            pub const fn setting(self) -> &'static str {
                match self { $(Table::$variant => $setting),* }
            }

            /// The names of its key attributes.
            pub const fn keys(self) -> &'static [&'static str] {
                match self { $(Table::$variant => $keys),* }
            }
        }
    };
}

tables! {
    Users "USERS_TABLE" &["pk"];
    Subscriptions "SUBSCRIPTIONS_TABLE" &["pk"];
    Videos "VIDEOS_TABLE" &["id"];
    WatchHistory "WATCH_HISTORY_TABLE" &["user_id", "video_id"];
    Catalogue "CATALOGUE_TABLE" &["pk"];
    Sessions "SESSIONS_TABLE" &["pk", "sk"];
    BillingEvents "BILLING_EVENTS_TABLE" &["pk", "sk"];
    Mail "MAIL_TABLE" &["pk", "sk"];
    RateLimits "RATE_LIMITS_TABLE" &["pk"];
    Streams "STREAMS_TABLE" &["pk"];
    Watchlist "WATCHLIST_TABLE" &["user_id", "video_id"];
    Audit "AUDIT_TABLE" &["day", "sk"];
}

/// Most keys of one `BatchGetItem`.
pub(super) const BATCH_KEYS_MAX: usize = 100;
/// Tries of a transaction that met another one.
const CONFLICT_TRIES_MAX: u32 = 4;

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold; for each statement of a transaction whether it was the one that failed.
    #[error("a condition did not hold")]
    Condition(Failed),
    /// Busy, slow, down, or keys left unprocessed: a repetition may succeed.
    #[error("DynamoDB is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Refused for a reason that a repetition does not mend.
    #[error("DynamoDB refused the call")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// A row that does not read as what it should be.
    #[error("a row is not of its type")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),
    /// The function was not given the table.
    #[error("{0} is not among this function's settings")]
    NotGiven(&'static str),
}

/// Which statements of a write failed their condition, with the row as it stands where that was asked for.
#[derive(Debug, Default)]
pub struct Failed(Vec<Option<Item>>, Vec<bool>);

impl Failed {
    /// Whether the statement of that index, counted from 0, failed its condition.
    pub fn at(&self, index: usize) -> bool {
        self.1.get(index).copied().unwrap_or(false)
    }

    /// The row that the failed statement met; `None` when it met none, or did not ask.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it does not read as `R`.
    pub fn row<R: DeserializeOwned>(&self, index: usize) -> Result<Option<R>, StoreError> {
        self.0.get(index).cloned().flatten().filter(|item| !item.is_empty()).map(read).transpose()
    }
}

/// A DynamoDB client with the tables that this function was given.
#[derive(Clone, Debug)]
pub struct Database {
    client: Client,
    tables: Arc<BTreeMap<Table, String>>,
}

impl Database {
    /// A database of named tables.
    pub fn new(client: Client, tables: BTreeMap<Table, String>) -> Self {
        Self { client, tables: Arc::new(tables) }
    }

    /// The SDK's client, for the stores.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The name of a table.
    pub fn name(&self, table: Table) -> Result<&str, StoreError> {
        self.tables.get(&table).map(String::as_str).ok_or(StoreError::NotGiven(table.setting()))
    }

    /// Reads a row, consistently.
    pub async fn get<R: DeserializeOwned>(&self, key: &Key<R>) -> Result<Option<R>, StoreError> {
        let call = self.client.get_item().table_name(self.name(key.table)?).set_key(Some(key.item()));
        call.consistent_read(true).send().await.map_err(failed)?.item.map(read).transpose()
    }

    /// Reads many rows at once, consistently. A partial answer is asked again once, then it is
    /// [`StoreError::Unavailable`]: what is unprocessed is never taken for absent.
    pub async fn read(&self, wanted: &Wanted) -> Result<Rows, StoreError> {
        debug_assert!(wanted.0.len() <= BATCH_KEYS_MAX, "one batch");
        let mut rows = Rows::default();
        if wanted.is_empty() {
            return Ok(rows);
        }
        let mut by_name = HashMap::new();
        let mut asked: HashMap<String, Vec<Item>> = HashMap::new();
        for ((table, ..), key) in &wanted.0 {
            let name = self.name(*table)?;
            by_name.insert(name.to_owned(), *table);
            asked.entry(name.to_owned()).or_default().push(key.clone());
        }
        let mut request = HashMap::new();
        for (name, keys) in asked {
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            request.insert(name, keys.map_err(|error| StoreError::Refused(Box::new(error)))?);
        }
        for _ in 0..2 {
            let answer = self.client.batch_get_item().set_request_items(Some(request)).send().await.map_err(failed)?;
            for (name, items) in answer.responses.unwrap_or_default() {
                let Some(&table) = by_name.get(&name) else { continue };
                for item in items {
                    if let Some(id) = Rows::id_of(table, &item, table.keys()) {
                        rows.0.insert(id, item);
                    }
                }
            }
            request = answer.unprocessed_keys.unwrap_or_default();
            if request.is_empty() {
                return Ok(rows);
            }
        }
        Err(StoreError::Unavailable("keys were left unprocessed twice".into()))
    }

    /// Writes all statements or none. Meeting another transaction is tried again with jitter.
    pub async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let items: Vec<TransactWriteItem> = statements.into_iter().map(|one| one.0).collect();
        let mut tries = 0;
        loop {
            let call = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = call.send().await else { return Ok(()) };
            tries += 1;
            if !met_another(&error) || tries == CONFLICT_TRIES_MAX {
                return Err(cancelled(error));
            }
            tokio::time::sleep(Duration::from_millis(jitter_ms(20 << tries))).await;
        }
    }
}

/// A statement of a transaction.
#[derive(Debug)]
pub struct Statement(TransactWriteItem);

impl From<Put> for Statement {
    fn from(put: Put) -> Self {
        Self(TransactWriteItem::builder().put(put).build())
    }
}

impl From<Update> for Statement {
    fn from(update: Update) -> Self {
        Self(TransactWriteItem::builder().update(update).build())
    }
}

impl From<Delete> for Statement {
    fn from(delete: Delete) -> Self {
        Self(TransactWriteItem::builder().delete(delete).build())
    }
}

impl From<ConditionCheck> for Statement {
    fn from(check: ConditionCheck) -> Self {
        Self(TransactWriteItem::builder().condition_check(check).build())
    }
}

/// A random number of milliseconds up to `max`.
pub fn jitter_ms(max: u64) -> u64 {
    let random = uuid::Uuid::new_v4().as_u64_pair().0;
    random % max.max(1)
}

/// What an SDK error means here; the SDK's own text may hold the response, so only code and kind are kept.
#[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err` everywhere")]
pub fn failed<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> StoreError {
    let (busy, text) = match &error {
        SdkError::ServiceError(service) => match service.err().code() {
            Some("ConditionalCheckFailedException") => {
                return StoreError::Condition(Failed(vec![None], vec![true]));
            }
            Some(code) => (is_busy(code), code.to_owned()),
            // Half of an answer: what was asked may have been done.
            None => (true, "an unreadable answer".to_owned()),
        },
        SdkError::TimeoutError(_) => (true, "timed out".to_owned()),
        SdkError::DispatchFailure(_) => (true, "could not be reached".to_owned()),
        SdkError::ResponseError(_) => (true, "an unreadable answer".to_owned()),
        _ => (false, "could not be built".to_owned()),
    };
    if busy { StoreError::Unavailable(text.into()) } else { StoreError::Refused(text.into()) }
}

fn is_busy(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "ServiceUnavailable"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "LimitExceededException"
    )
}

fn met_another<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return false;
    };
    let mut codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
    codes.any(|code| code == "TransactionConflict")
}

fn cancelled<R>(error: SdkError<TransactWriteItemsError, R>) -> StoreError {
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        let reasons = cancelled.cancellation_reasons();
        let of_condition: Vec<bool> =
            reasons.iter().map(|reason| reason.code() == Some("ConditionalCheckFailed")).collect();
        if of_condition.contains(&true) {
            let rows = reasons.iter().map(|reason| reason.item().cloned()).collect();
            return StoreError::Condition(Failed(rows, of_condition));
        }
        let codes: Vec<&str> =
            reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None").collect();
        return StoreError::Unavailable(codes.join(", ").into());
    }
    failed(error)
}
