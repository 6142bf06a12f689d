//! Operators' notes about members.

use crate::models::ids::UserId;
use crate::stores::row::Key;
use crate::stores::table::Table;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An operator's notes about a member, in the table `users`. They are a separate row, because every request of a member
/// reads the member's own row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// The text.
    pub notes: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Notes {
    /// The key of the notes about a member.
    pub fn key(id: UserId) -> Key<Self> {
        Key::simple(Table::Users, "pk", format!("NOTES#{id}"))
    }
}
