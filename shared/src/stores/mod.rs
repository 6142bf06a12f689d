//! The tables, and the only code that speaks DynamoDB.

pub mod audit;
pub mod billing_events;
pub mod catalogue;
pub mod database;
pub mod deletions;
pub mod mail;
pub mod members;
pub mod metrics;
pub mod one_time_tokens;
pub mod publisher;
pub mod rate_limits;
pub mod row;
pub mod sessions;
pub mod streams;
pub mod subscriptions;
pub mod users;
pub mod videos;
pub mod watch_history;
