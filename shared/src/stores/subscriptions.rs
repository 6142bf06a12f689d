//! Subscriptions by user, and the customer rows that guard every billing write.

use crate::models::ids::UserId;
use crate::models::subscription::Subscription;
use crate::stores::database::Table;
use crate::stores::row::Key;
use serde::{Deserialize, Serialize};

impl Subscription {
    /// The key of a user's row.
    pub fn key(user_id: UserId) -> Key<Self> {
        Key::one(Table::Subscriptions, "pk", format!("USER#{user_id}"))
    }
}

/// The row of a Stripe customer: whose it is, and the version that every billing write conditions on and increments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Whose.
    pub user_id: UserId,
    /// Grows by one with every billing write.
    pub version: u64,
}

impl Customer {
    /// The key of a customer's row.
    pub fn key(stripe_customer_id: &str) -> Key<Self> {
        Key::one(Table::Subscriptions, "pk", format!("CUST#{stripe_customer_id}"))
    }
}
