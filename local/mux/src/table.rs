//! The state of one type of object: in memory for reading, written through to the documents.

use serde::{Serialize, de::DeserializeOwned};
use standin::documents::Documents;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// All objects of a type by id. A change is on disk before the call returns.
pub(crate) struct Table<T> {
    kind: &'static str,
    documents: Documents,
    rows: Mutex<BTreeMap<String, T>>,
}

impl<T: Serialize + DeserializeOwned + Clone> Table<T> {
    pub(crate) fn open(kind: &'static str, documents: &Documents) -> rusqlite::Result<Self> {
        let rows = documents.all(kind)?.into_iter().collect();
        Ok(Self { kind, documents: documents.clone(), rows: Mutex::new(rows) })
    }

    pub(crate) fn get(&self, id: &str) -> Option<T> {
        self.rows().get(id).cloned()
    }

    /// The first object, by id, that `wanted` accepts.
    pub(crate) fn find(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        self.rows().values().find(|row| wanted(row)).cloned()
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.rows().values().cloned().collect()
    }

    pub(crate) fn put(&self, id: &str, row: T) {
        let mut rows = self.rows();
        self.documents.put(self.kind, id, &row);
        rows.insert(id.to_owned(), row);
    }

    /// Changes an object in place and returns the result; `None` if it does not exist or `change` refuses.
    pub(crate) fn change(&self, id: &str, change: impl FnOnce(&mut T) -> bool) -> Option<T> {
        let mut rows = self.rows();
        let mut row = rows.get(id)?.clone();
        if !change(&mut row) {
            return None;
        }
        self.documents.put(self.kind, id, &row);
        rows.insert(id.to_owned(), row.clone());
        Some(row)
    }

    pub(crate) fn remove(&self, id: &str) -> Option<T> {
        let mut rows = self.rows();
        let removed = rows.remove(id);
        self.documents.remove(self.kind, id);
        removed
    }

    pub(crate) fn clear(&self) {
        let mut rows = self.rows();
        rows.clear();
        self.documents.clear(self.kind);
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, T>> {
        self.rows.lock().expect("no panic while held")
    }
}
