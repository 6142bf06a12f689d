//! The operator's choices for the start screen: one row of the table `catalogue`, which every reader of the screen reads anyway.

use crate::models::home::HomeLayout;
use crate::stores::row::Key;
use crate::stores::table::Table;

impl HomeLayout {
    /// The key of its row.
    pub fn key() -> Key<Self> {
        Key::one(Table::Catalogue, "pk", "HOME")
    }
}
