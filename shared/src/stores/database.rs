//! The stores' DynamoDB client: named tables, consistent reads, classified errors.

use crate::stores::backoff::Backoff;
use crate::stores::error::{Failed, INVALID, StoreError, failed};
use crate::stores::row::{BatchGet, BatchKey, BatchResult, Key, Keys, read};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, KeysAndAttributes, Put, TransactWriteItem, Update};
use boxed::boxed;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The most keys of one `BatchGetItem`.
pub(super) const BATCH_KEYS_MAX: usize = 100;
/// Attempts of a transaction that conflicts with another.
const CONFLICT_TRIES_MAX: u32 = 8;

/// A DynamoDB client with this function's tables.
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

    /// Reads a row consistently; `None` also for a key that DynamoDB cannot store.
    pub async fn get<R: DeserializeOwned>(&self, key: &Key<R>) -> Result<Option<R>, StoreError> {
        if !key.fits() {
            return Ok(None);
        }
        self.item(key.table, key.item()).await?.map(read).transpose()
    }

    #[boxed]
    async fn item(&self, table: Table, key: Item) -> Result<Option<Item>, StoreError> {
        let call = self.client.get_item().table_name(self.name(table)?).set_key(Some(key));
        Ok(call.consistent_read(true).send().await.map_err(failed)?.item)
    }

    /// Reads rows in one batch, consistently except for [`EventuallyConsistent`](crate::stores::row::EventuallyConsistent)
    /// ones. A partial result is retried once and is then [`StoreError::Unavailable`]: an unprocessed key never counts
    /// as absent.
    pub async fn read<K: Keys>(&self, keys: K) -> Result<K::Rows, StoreError> {
        let mut batch = BatchGet::default();
        keys.add_to(&mut batch);
        keys.rows(&self.batch(&batch).await?)
    }

    /// Reads a batch.
    #[boxed]
    pub(crate) async fn batch(&self, wanted: &BatchGet) -> Result<BatchResult, StoreError> {
        debug_assert!(wanted.0.len() <= BATCH_KEYS_MAX, "one batch");
        let mut found = BatchResult::default();
        if wanted.is_empty() {
            return Ok(found);
        }
        let mut by_name = HashMap::new();
        let mut asked: HashMap<String, Vec<&BatchKey>> = HashMap::new();
        for ((table, ..), row) in &wanted.0 {
            let name = self.name(*table)?;
            by_name.insert(name.to_owned(), *table);
            asked.entry(name.to_owned()).or_default().push(row);
        }
        let mut request = HashMap::new();
        for (name, rows) in asked {
            let keys = rows.iter().map(|row| row.key.clone()).collect();
            let is_consistent = rows.iter().any(|row| !row.is_eventually_consistent);
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(is_consistent).build();
            request.insert(name, keys.map_err(|error| StoreError::Refused(Box::new(error)))?);
        }
        for _ in 0..2 {
            let answer = self.client.batch_get_item().set_request_items(Some(request)).send().await.map_err(failed)?;
            for (name, items) in answer.responses.unwrap_or_default() {
                let Some(&table) = by_name.get(&name) else { continue };
                for item in items {
                    if let Some(id) = BatchResult::id_of(table, &item) {
                        found.items.insert(id, item);
                    }
                }
            }
            request = answer.unprocessed_keys.unwrap_or_default();
            if request.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable("some keys were unprocessed twice".into()))
    }

    /// Writes all statements or none. Conflicts with other transactions are retried with jitter.
    #[boxed]
    pub async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let items: Vec<TransactWriteItem> = statements.into_iter().map(|statement| statement.0).collect();
        let mut tries = 0;
        let mut backoff = Backoff::default();
        loop {
            let call = self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = call.send().await else { return Ok(()) };
            tries += 1;
            if !is_transaction_conflict(&error) || tries == CONFLICT_TRIES_MAX {
                return Err(cancelled(error));
            }
            backoff.wait().await?;
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

fn is_transaction_conflict<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
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
        if codes.contains(&"ValidationError") {
            return StoreError::Refused(INVALID.into());
        }
        return StoreError::Unavailable(codes.join(", ").into());
    }
    failed(error)
}
