//! Rows and their keys, and the consistent batch with which a request starts.

use crate::stores::error::{Failed, StoreError};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::HashMap;
use std::marker::PhantomData;

/// DynamoDB's limit on a partition key, in bytes.
const PARTITION_BYTES_MAX: usize = 2_048;
/// DynamoDB's limit on a sort key, in bytes.
const SORT_BYTES_MAX: usize = 1_024;

/// The primary key of a row of type `R`.
#[derive(Debug)]
pub struct Key<R> {
    /// The table.
    pub table: Table,
    /// The partition key's name and value.
    pub partition: (&'static str, String),
    /// The sort key's name and value, if the table has one.
    pub sort: Option<(&'static str, String)>,
    row: PhantomData<fn() -> R>,
}

impl<R> Clone for Key<R> {
    fn clone(&self) -> Self {
        Self { table: self.table, partition: self.partition.clone(), sort: self.sort.clone(), row: PhantomData }
    }
}

impl<R> Key<R> {
    /// A key of a table with only a partition key.
    pub fn simple(table: Table, name: &'static str, value: impl Into<String>) -> Self {
        Self { table, partition: (name, value.into()), sort: None, row: PhantomData }
    }

    /// A key of a table with a sort key.
    pub fn composite(table: Table, partition: (&'static str, String), sort: (&'static str, String)) -> Self {
        Self { table, partition, sort: Some(sort), row: PhantomData }
    }

    /// The key as a DynamoDB item.
    pub fn item(&self) -> Item {
        let parts = std::iter::once(&self.partition).chain(&self.sort);
        parts.map(|(name, value)| ((*name).to_owned(), AttributeValue::S(value.clone()))).collect()
    }

    /// Whether DynamoDB can store a row with this key. DynamoDB refuses a whole call if one of its keys is too long.
    pub fn fits(&self) -> bool {
        let partition = &self.partition.1;
        let sort_fits = self.sort.as_ref().is_none_or(|(_, sort)| !sort.is_empty() && sort.len() <= SORT_BYTES_MAX);
        !partition.is_empty() && partition.len() <= PARTITION_BYTES_MAX && sort_fits
    }

    /// The key of the same row, for checking only whether the row exists.
    pub fn presence(self) -> Key<IgnoredAny> {
        Key { table: self.table, partition: self.partition, sort: self.sort, row: PhantomData }
    }

    fn id(&self) -> Id {
        (self.table, self.partition.1.clone(), self.sort.as_ref().map(|(_, value)| value.clone()))
    }
}

type Id = (Table, String, Option<String>);

/// The keys of a batch. A key that is added twice is read once.
#[derive(Debug, Default)]
pub struct BatchGet(pub(super) HashMap<Id, BatchKey>);

/// A key of a batch.
#[derive(Debug)]
pub(super) struct BatchKey {
    pub(super) key: Item,
    /// Whether the row may be slightly stale ([`EventuallyConsistent`]).
    pub(super) is_eventually_consistent: bool,
}

impl BatchGet {
    /// Adds a row to the batch. A key that is too long cannot have a row, so it is not read.
    pub fn add<R>(&mut self, key: &Key<R>) {
        if key.fits() {
            self.0.insert(key.id(), BatchKey { key: key.item(), is_eventually_consistent: false });
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The rows that a batch found.
#[derive(Debug, Default)]
pub struct BatchResult {
    pub(super) items: HashMap<Id, Item>,
    is_unanswered: bool,
}

impl BatchResult {
    /// The result of a failed batch: each of its rows is an error, which [`MayFail`] passes to the endpoint.
    pub(crate) fn unanswered() -> Self {
        Self { items: HashMap::new(), is_unanswered: true }
    }

    fn row<R: DeserializeOwned>(&self, key: &Key<R>) -> Result<Option<R>, StoreError> {
        if self.is_unanswered {
            return Err(StoreError::Unavailable("the batch has no result".into()));
        }
        self.items.get(&key.id()).map(|item| read(item.clone())).transpose()
    }

    /// The identity of an item of a table.
    pub(super) fn id_of(table: Table, item: &Item) -> Option<Id> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        let keys = table.keys();
        Some((table, text(keys.first()?)?, keys.get(1).and_then(|name| text(name))))
    }
}

/// Keys of rows that are read together. A row is accessible only through its key, so code cannot use a row that was not
/// requested.
///
/// Implemented by a key, a `Vec` of keys, an `Option` of a key, and tuples of these.
pub trait Keys: Send + Sized + 'static {
    /// The rows in the same shape: each is a row, or `None` if it does not exist.
    type Rows: Send;

    /// The keys, if they are the same for every request: `()`, or a type of its own. An endpoint with other keys must
    /// implement `reads`, or it does not compile.
    const FIXED: Self = panic!("`type Reads` names rows, so `reads` has to name their keys");

    /// Adds them to a batch.
    fn add_to(&self, batch: &mut BatchGet);

    /// Takes their rows from the result of the batch.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a row cannot be parsed as its type; [`StoreError::Unavailable`] if the batch failed.
    fn rows(self, found: &BatchResult) -> Result<Self::Rows, StoreError>;
}

impl<R: DeserializeOwned + Send + 'static> Keys for Key<R> {
    type Rows = Option<R>;

    fn add_to(&self, batch: &mut BatchGet) {
        batch.add(self);
    }

    fn rows(self, found: &BatchResult) -> Result<Option<R>, StoreError> {
        found.row(&self)
    }
}

impl<R: DeserializeOwned + Send + 'static> Keys for Option<Key<R>> {
    type Rows = Option<R>;

    fn add_to(&self, batch: &mut BatchGet) {
        if let Some(key) = self {
            batch.add(key);
        }
    }

    fn rows(self, found: &BatchResult) -> Result<Option<R>, StoreError> {
        self.map_or(Ok(None), |key| found.row(&key))
    }
}

impl<K: Keys> Keys for Vec<K> {
    /// One result per key, in the same order.
    type Rows = Vec<K::Rows>;

    fn add_to(&self, batch: &mut BatchGet) {
        for key in self {
            key.add_to(batch);
        }
    }

    fn rows(self, found: &BatchResult) -> Result<Vec<K::Rows>, StoreError> {
        self.into_iter().map(|key| key.rows(found)).collect()
    }
}

/// Keys whose rows the caller can do without: it gets an error instead of them.
#[derive(Clone, Debug)]
pub struct MayFail<K>(pub K);

impl<K: Keys> Keys for MayFail<K> {
    type Rows = Result<K::Rows, StoreError>;

    fn add_to(&self, batch: &mut BatchGet) {
        self.0.add_to(batch);
    }

    fn rows(self, found: &BatchResult) -> Result<Self::Rows, StoreError> {
        Ok(self.0.rows(found))
    }
}

/// Keys whose rows may be slightly stale, which costs half the read units: DynamoDB reads them with eventual
/// consistency, unless the batch reads other rows of the same table consistently. Use it only for data that changes
/// rarely, or if a conditional write checks the decision again.
#[derive(Clone, Debug)]
pub struct EventuallyConsistent<K>(pub K);

impl<K: Keys> Keys for EventuallyConsistent<K> {
    type Rows = K::Rows;

    fn add_to(&self, batch: &mut BatchGet) {
        let mut own = BatchGet::default();
        self.0.add_to(&mut own);
        for (id, BatchKey { key, .. }) in own.0 {
            batch.0.entry(id).or_insert(BatchKey { key, is_eventually_consistent: true });
        }
    }

    fn rows(self, found: &BatchResult) -> Result<Self::Rows, StoreError> {
        self.0.rows(found)
    }
}

impl Keys for () {
    type Rows = ();

    const FIXED: Self = ();

    fn add_to(&self, _: &mut BatchGet) {}

    fn rows(self, _: &BatchResult) -> Result<(), StoreError> {
        Ok(())
    }
}

macro_rules! tuples {
    ($($($key:ident $index:tt),+;)*) => {$(
        impl<$($key: Keys),+> Keys for ($($key,)+) {
            type Rows = ($($key::Rows,)+);

            fn add_to(&self, batch: &mut BatchGet) {
                $(self.$index.add_to(batch);)+
            }

            fn rows(self, found: &BatchResult) -> Result<Self::Rows, StoreError> {
                Ok(($(self.$index.rows(found)?,)+))
            }
        }
    )*};
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
}

/// Parses an item as a row.
///
/// # Errors
/// [`StoreError::Corrupt`] if it cannot be parsed as `R`.
pub fn read<R: DeserializeOwned>(item: Item) -> Result<R, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

impl Failed {
    /// The current row of the failed statement; `None` if the row does not exist, or the statement did not request it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be parsed as `R`.
    pub fn row<R: DeserializeOwned>(&self, index: usize) -> Result<Option<R>, StoreError> {
        self.0.get(index).cloned().flatten().filter(|item| !item.is_empty()).map(read).transpose()
    }
}

/// Converts a row to its item: its key and its fields, without those that are `None`.
///
/// # Errors
/// [`StoreError::Corrupt`] if it cannot be serialized.
pub fn write<R>(key: &Key<R>, row: &impl serde::Serialize) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(row).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    item.retain(|_, value| !value.is_null());
    item.extend(key.item());
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(partition: usize, sort: Option<usize>) -> bool {
        let key: Key<()> = match sort {
            None => Key::simple(Table::Users, "pk", "p".repeat(partition)),
            Some(sort) => Key::composite(Table::Mail, ("pk", "p".repeat(partition)), ("sk", "s".repeat(sort))),
        };
        let mut batch = BatchGet::default();
        batch.add(&key);
        assert_eq!(!batch.is_empty(), key.fits());
        key.fits()
    }

    #[test]
    fn a_key_fits_up_to_what_dynamodb_holds_and_a_longer_one_is_not_read() {
        assert!(fits(1, None) && fits(2_048, None) && fits(2_048, Some(1_024)));
        for (partition, sort) in [(2_049, None), (0, None), (1, Some(1_025)), (1, Some(0)), (2_049, Some(1))] {
            assert!(!fits(partition, sort), "{partition} {sort:?}");
        }
        let of_signs: Key<()> = Key::simple(Table::Users, "pk", "\u{1f3ac}".repeat(513));
        assert!(!of_signs.fits(), "bytes count, not characters");
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Film {
        title: String,
    }

    fn film(id: &str) -> Key<Film> {
        Key::simple(Table::Videos, "id", id)
    }

    fn found(id: &str, title: AttributeValue) -> BatchResult {
        let mut item = film(id).item();
        item.insert("title".to_owned(), title);
        BatchResult { items: HashMap::from([(film(id).id(), item)]), is_unanswered: false }
    }

    #[test]
    fn keys_find_their_rows_in_the_same_shape() {
        let found = found("a", AttributeValue::S("A film".to_owned()));
        let film_a = || Some(Film { title: "A film".to_owned() });
        let keys = (vec![film("b"), film("a")], Some(film("a")), None::<Key<Film>>);
        assert_eq!(keys.rows(&found).expect("they read"), (vec![None, film_a()], film_a(), None));
        assert!(film("a").presence().rows(&found).expect("it reads").is_some());
        assert!(film("b").presence().rows(&found).expect("it reads").is_none());
    }

    #[test]
    fn a_key_that_is_named_twice_is_read_once() {
        let mut batch = BatchGet::default();
        (film("a"), vec![film("a"), film("b")]).add_to(&mut batch);
        assert_eq!(batch.0.len(), 2);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_an_error_and_never_absent() {
        let broken = found("a", AttributeValue::Bool(true));
        assert!(matches!((film("b"), film("a")).rows(&broken), Err(StoreError::Corrupt(_))));
        assert!(film("a").presence().rows(&broken).expect("whatever it reads as").is_some());
        let (absent, failed) = (film("b"), MayFail(film("a"))).rows(&broken).expect("it may fail");
        assert!(absent.is_none() && matches!(failed, Err(StoreError::Corrupt(_))));
    }

    #[test]
    fn the_rows_of_a_batch_that_was_not_answered_are_unavailable_and_never_absent() {
        let unanswered = BatchResult::unanswered();
        assert!(matches!(film("a").rows(&unanswered), Err(StoreError::Unavailable(_))));
        assert!(matches!(vec![film("a")].rows(&unanswered), Err(StoreError::Unavailable(_))));
        let failed = MayFail(film("a")).rows(&unanswered).expect("it may fail");
        assert!(matches!(failed, Err(StoreError::Unavailable(_))));
        assert!(().rows(&unanswered).is_ok());
    }
}
