//! The tables, and the only code that speaks DynamoDB.

pub mod audit;
pub mod billing_events;
pub mod database;
pub mod rate_limits;
pub mod row;
pub mod sessions;
pub mod subscriptions;
pub mod users;
pub mod videos;
pub mod streams;
pub mod watch_history;
