//! The tables, and the type of their items.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// A DynamoDB item.
pub type Item = HashMap<String, AttributeValue>;

macro_rules! tables {
    ($($variant:ident $setting:literal $keys:expr;)*) => {
        /// A table of the template.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the template describes them")]
        pub enum Table { $($variant),* }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Table] = &[$(Table::$variant),*];

            /// The setting that holds the table's name.
            pub const fn setting(self) -> &'static str {
                match self { $(Table::$variant => $setting),* }
            }

            /// The names of its key attributes.
            pub const fn keys(self) -> &'static [&'static str] {
                match self { $(Table::$variant => $keys),* }
            }
        }
    };
}

tables! {
    Users "USERS_TABLE" &["pk"];
    Subscriptions "SUBSCRIPTIONS_TABLE" &["pk"];
    Videos "VIDEOS_TABLE" &["id"];
    WatchHistory "WATCH_HISTORY_TABLE" &["user_id", "video_id"];
    Catalogue "CATALOGUE_TABLE" &["pk"];
    Sessions "SESSIONS_TABLE" &["pk", "sk"];
    BillingEvents "BILLING_EVENTS_TABLE" &["pk", "sk"];
    Mail "MAIL_TABLE" &["pk", "sk"];
    RateLimits "RATE_LIMITS_TABLE" &["pk"];
    Streams "STREAMS_TABLE" &["pk"];
    Series "SERIES_TABLE" &["pk", "sk"];
    Watchlist "WATCHLIST_TABLE" &["user_id", "video_id"];
    Audit "AUDIT_TABLE" &["day", "sk"];
    Preferences "PREFERENCES_TABLE" &["user_id"];
}
