//! The tables, and the only code that uses DynamoDB.

pub mod audit;
pub mod billing_events;
pub mod catalogue;
pub mod contention;
pub mod database;
pub mod deletions;
pub mod devices;
pub mod error;
pub mod home;
pub mod mail;
pub mod members;
pub mod metrics;
pub mod one_time_tokens;
pub mod preferences;
pub mod publisher;
pub mod rate_limits;
pub mod row;
pub mod series;
pub mod sessions;
pub mod streams;
pub mod subscriptions;
pub mod table;
pub mod users;
pub mod videos;
pub mod watch_history;
pub mod watchlist;
