//! A table of objects in memory: ordered by creation, indexed by id, customer and next timer, with rollback.

use crate::model::UnixSeconds;
use serde::Serialize;
use serde::de::DeserializeOwned;
use standin::documents::{Batch, Documents};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A type that a [`Table`] can hold.
pub(crate) trait Object: Clone + PartialEq + Serialize + DeserializeOwned {
    /// The kind of its documents, without the prefix `stripe.`.
    const KIND: &'static str;

    fn id(&self) -> &str;

    fn created(&self) -> UnixSeconds;

    /// The customer under whom it is listed.
    fn customer(&self) -> Option<&str> {
        None
    }

    /// When its timer is due. Derived from the object alone, so the two cannot diverge.
    fn due(&self) -> Option<UnixSeconds> {
        None
    }
}

/// Objects of one type. Changes are provisional until [`Table::commit`].
pub(crate) struct Table<T> {
    /// The rows by an increasing number, so the oldest comes first.
    rows: BTreeMap<u64, T>,
    by_id: HashMap<String, u64>,
    by_customer: HashMap<String, BTreeSet<u64>>,
    due: BTreeSet<(UnixSeconds, u64)>,
    /// The previous values of the rows that changed since the last commit.
    before: BTreeMap<u64, Option<T>>,
    last: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            by_id: HashMap::new(),
            by_customer: HashMap::new(),
            due: BTreeSet::new(),
            before: BTreeMap::new(),
            last: 0,
        }
    }
}

impl<T: Object> Table<T> {
    /// Loads the objects that earlier runs committed.
    pub(crate) fn load(documents: &Documents) -> rusqlite::Result<Self> {
        let mut table = Self::default();
        for (number, row) in documents.all::<T>(&kind::<T>())? {
            let number = number.parse().unwrap_or(table.last + 1);
            table.last = table.last.max(number);
            table.place(number, row);
        }
        Ok(table)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(self.by_id.get(id)?)
    }

    /// Adds an object, or replaces the one with the same id.
    pub(crate) fn put(&mut self, row: T) {
        let number = self.by_id.get(row.id()).copied().unwrap_or_else(|| {
            self.last += 1;
            self.last
        });
        let old = self.take(number);
        self.before.entry(number).or_insert(old);
        self.place(number, row);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(number) = self.by_id.get(id).copied() {
            let old = self.take(number);
            self.before.entry(number).or_insert(old);
        }
    }

    /// All objects, newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values().rev()
    }

    pub(crate) fn oldest(&self) -> Option<&T> {
        self.rows.values().next()
    }

    /// The objects of a customer, newest first.
    pub(crate) fn of_customer<'a>(&'a self, customer: &str) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.by_customer
            .get(customer)
            .into_iter()
            .flat_map(|numbers| numbers.iter().rev())
            .map(|number| &self.rows[number])
    }

    /// The objects of a customer, or all objects, newest first.
    pub(crate) fn listed<'a>(&'a self, customer: Option<&str>) -> Box<dyn Iterator<Item = &'a T> + 'a> {
        match customer {
            Some(customer) => Box::new(self.of_customer(customer)),
            None => Box::new(self.iter()),
        }
    }

    /// The object whose timer is due first.
    pub(crate) fn next_due(&self) -> Option<(UnixSeconds, &T)> {
        self.due.first().map(|(moment, number)| (*moment, &self.rows[number]))
    }

    /// Commits the changes since the last commit, and adds them to the batch to write.
    pub(crate) fn commit(&mut self, changes: &mut Batch<'_>) {
        for (number, before) in std::mem::take(&mut self.before) {
            let id = format!("{number:012}");
            match self.rows.get(&number) {
                Some(row) if before.as_ref() == Some(row) => {}
                Some(row) => changes.put(&kind::<T>(), &id, row),
                None if before.is_none() => {}
                None => changes.remove(&kind::<T>(), &id),
            }
        }
    }

    /// Rolls back the changes since the last commit.
    pub(crate) fn rollback(&mut self) {
        for (number, before) in std::mem::take(&mut self.before) {
            self.take(number);
            if let Some(row) = before {
                self.place(number, row);
            }
        }
    }

    fn place(&mut self, number: u64, row: T) {
        self.by_id.insert(row.id().to_owned(), number);
        if let Some(customer) = row.customer() {
            self.by_customer.entry(customer.to_owned()).or_default().insert(number);
        }
        if let Some(moment) = row.due() {
            self.due.insert((moment, number));
        }
        self.rows.insert(number, row);
    }

    fn take(&mut self, number: u64) -> Option<T> {
        let row = self.rows.remove(&number)?;
        self.by_id.remove(row.id());
        if let Some(numbers) = row.customer().and_then(|customer| self.by_customer.get_mut(customer)) {
            numbers.remove(&number);
        }
        if let Some(moment) = row.due() {
            self.due.remove(&(moment, number));
        }
        Some(row)
    }
}

fn kind<T: Object>() -> String {
    format!("stripe.{}", T::KIND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckoutSession, PortalSession};
    use std::path::Path;

    fn visit(id: &str, customer: &str) -> PortalSession {
        let (id, customer) = (id.to_owned(), customer.to_owned());
        PortalSession { id, created: 0, customer, return_url: None, locale: None }
    }

    fn ids<'a>(rows: impl Iterator<Item = &'a PortalSession>) -> Vec<&'a str> {
        rows.map(|row| row.id.as_str()).collect()
    }

    fn in_memory() -> Documents {
        Documents::open(Some(Path::new(":memory:"))).unwrap()
    }

    #[test]
    fn a_rollback_restores_rows_order_and_indexes() {
        let documents = in_memory();
        let mut table = Table::default();
        table.put(visit("a", "ada"));
        table.put(visit("b", "bob"));
        table.commit(&mut documents.batch());
        table.put(visit("a", "bob"));
        table.put(visit("c", "ada"));
        table.remove("b");
        assert_eq!(ids(table.iter()), ["c", "a"]);
        table.rollback();
        assert_eq!(ids(table.iter()), ["b", "a"]);
        assert_eq!((ids(table.of_customer("ada")), ids(table.of_customer("bob"))), (vec!["a"], vec!["b"]));
        assert!(table.get("c").is_none());
        let mut changes = documents.batch();
        table.commit(&mut changes);
        assert!(changes.is_empty(), "what was taken back is not written");
    }

    #[test]
    fn a_commit_writes_only_what_changed() {
        let documents = in_memory();
        let mut table = Table::default();
        for (id, customer) in [("a", "ada"), ("b", "bob"), ("c", "cem")] {
            table.put(visit(id, customer));
        }
        let mut changes = documents.batch();
        table.commit(&mut changes);
        changes.write();
        table.put(visit("a", "ada"));
        table.put(visit("b", "eve"));
        table.remove("c");
        table.put(visit("d", "dan"));
        table.remove("d");
        let mut changes = documents.batch();
        table.commit(&mut changes);
        assert_eq!(changes.len(), 2, "b changed and c went; a is the same, and d never was");
        changes.write();
        let loaded: Table<PortalSession> = Table::load(&documents).unwrap();
        assert_eq!(ids(loaded.iter()), ["b", "a"]);
        assert_eq!(ids(loaded.of_customer("eve")), ["b"]);
        assert!(Table::<CheckoutSession>::load(&documents).unwrap().next_due().is_none());
    }
}
