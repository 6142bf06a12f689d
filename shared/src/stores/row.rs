//! Rows and their keys, and the one consistent batch with which a request starts.

use crate::stores::database::{StoreError, Table};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::marker::PhantomData;

/// A row as DynamoDB holds it.
pub type Item = HashMap<String, AttributeValue>;

/// The primary key of a row that reads as `R`.
#[derive(Debug)]
pub struct Key<R> {
    /// The table.
    pub table: Table,
    /// The partition key's name and value.
    pub partition: (&'static str, String),
    /// The sort key's name and value, where the table has one.
    pub sort: Option<(&'static str, String)>,
    row: PhantomData<fn() -> R>,
}

impl<R> Clone for Key<R> {
    fn clone(&self) -> Self {
        Self { table: self.table, partition: self.partition.clone(), sort: self.sort.clone(), row: PhantomData }
    }
}

impl<R> Key<R> {
    /// The key of a table with a partition key alone.
    pub fn one(table: Table, name: &'static str, value: impl Into<String>) -> Self {
        Self { table, partition: (name, value.into()), sort: None, row: PhantomData }
    }

    /// The key of a table with a sort key.
    pub fn two(table: Table, partition: (&'static str, String), sort: (&'static str, String)) -> Self {
        Self { table, partition, sort: Some(sort), row: PhantomData }
    }

    /// The key as DynamoDB takes it.
    pub fn item(&self) -> Item {
        let parts = std::iter::once(&self.partition).chain(&self.sort);
        parts.map(|(name, value)| ((*name).to_owned(), AttributeValue::S(value.clone()))).collect()
    }

    fn id(&self) -> Id {
        (self.table, self.partition.1.clone(), self.sort.as_ref().map(|(_, value)| value.clone()))
    }
}

type Id = (Table, String, Option<String>);

/// The keys of a batch. Adding one twice reads it once.
#[derive(Debug, Default)]
pub struct Wanted(pub(super) HashMap<Id, Item>);

impl Wanted {
    /// The batch, and this row as well.
    #[must_use]
    pub fn and<R>(mut self, key: &Key<R>) -> Self {
        self.0.insert(key.id(), key.item());
        self
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The rows of a batch that are there.
#[derive(Debug, Default)]
pub struct Rows(pub(super) HashMap<Id, Item>, bool);

impl Rows {
    /// The rows of a batch that was not answered: whoever asks for one learns it, and may know another way.
    pub(crate) fn unanswered() -> Self {
        Self(HashMap::new(), true)
    }

    /// The row of a key that was asked for; `None` when it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the row does not read as `R`; [`StoreError::Unavailable`] when the batch was not
    /// answered.
    pub fn get<R: DeserializeOwned>(&self, key: &Key<R>) -> Result<Option<R>, StoreError> {
        if self.1 {
            return Err(StoreError::Unavailable("the batch was not answered".into()));
        }
        self.0.get(&key.id()).map(|item| read(item.clone())).transpose()
    }

    /// Whether there is a row of a key that was asked for.
    pub(super) fn is_there<R>(&self, key: &Key<R>) -> bool {
        self.0.contains_key(&key.id())
    }

    /// The row of a key as it is stored.
    pub(super) fn item<R>(&self, key: &Key<R>) -> Option<&Item> {
        self.0.get(&key.id())
    }

    /// A row out of an item that a query or an update returned.
    pub(super) fn id_of(table: Table, item: &Item, keys: &[&str]) -> Option<Id> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some((table, text(keys.first()?)?, keys.get(1).and_then(|name| text(name))))
    }
}

/// An item as the row that it is.
///
/// # Errors
/// [`StoreError::Corrupt`] when it does not read as `R`.
pub fn read<R: DeserializeOwned>(item: Item) -> Result<R, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

/// A row as the item that it is stored as: its key and its fields, without those that are `None`.
///
/// # Errors
/// [`StoreError::Corrupt`] when it cannot be written.
pub fn write<R>(key: &Key<R>, row: &impl serde::Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(row).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    item.retain(|_, value| !value.is_null());
    item.extend(key.item());
    Ok(item)
}
