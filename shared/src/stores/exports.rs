//! Everything that the tables hold about a user, for the user: rows as they are stored, without keys and internals.
//!
//! Rows are read by partition and not parsed, so an export contains every attribute of every row, also those that a
//! later version adds. What is left out is listed here: [`INTERNAL`].

use crate::models::age::AgeLimit;
use crate::models::ids::{ProfileId, UserId};
use crate::models::profile::{Avatar, Profile};
use crate::models::streams::{Slot, Slots};
use crate::models::time::sortable;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::audit::{BY_TIME, LISTING};
use crate::stores::database::Database;
use crate::stores::error::{StoreError, failed};
use crate::stores::mail::BY_RECIPIENT;
use crate::stores::notes::Notes;
use crate::stores::row::{Key, read};
use crate::stores::subscriptions::Customer;
use crate::stores::table::{Item, Table};
use crate::stores::watchlist::COUNT;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use boxed::boxed;
use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The attributes that an export leaves out: the keys of rows and indexes, what deduplicates and orders writes, and what
/// is only useful to somebody who attacks the account (versions of the password, times of tokens).
const INTERNAL: &[&str] = &[
    "pk",
    "sk",
    "ttl",
    "listing",
    "version",
    "recipient",
    "continue_at",
    "watched_at",
    "clocks",
    "day",
    "cause",
    "credential_version",
    "session_kept",
    "customer_behind",
    "token_issued_at",
    "exchanged_tokens",
    "profiles_version",
];

/// A row as a JSON object.
pub type Row = Map<String, Value>;

/// A profile of the account.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportedProfile {
    /// The id, by which rows name it.
    pub id: ProfileId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub avatar: Avatar,
    /// The highest minimum age of what it may watch; `null` without a limit.
    pub age_limit: Option<AgeLimit>,
    /// Whether selecting it requires a PIN.
    pub has_pin: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its settings.
    pub preferences: Option<Row>,
}

/// Everything that is stored about a user. Rows have the attributes that are stored.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct AccountExport {
    /// The account.
    pub user: Row,
    /// The notes that the operators of the service wrote about the account.
    pub notes: Option<String>,
    /// The profiles, the first one first.
    pub profiles: Vec<ExportedProfile>,
    /// The settings of the first profile.
    pub preferences: Option<Row>,
    /// The devices that are or were signed in.
    pub sessions: Vec<Row>,
    /// The devices that were recognized at a sign-in.
    pub known_devices: Vec<Row>,
    /// The subscription; `null` without one.
    pub subscription: Option<Row>,
    /// The account's customers at Stripe.
    pub customers: Vec<Row>,
    /// Invoices, refunds, disputes, failed charges and subscriptions.
    pub payments: Vec<Row>,
    /// The titles that were watched in any profile, with the position in each.
    pub watch_history: Vec<Row>,
    /// What is being played, or was played last: positions that may be newer than those of the history.
    pub streams: Vec<Row>,
    /// The watchlists of all profiles.
    pub watchlist: Vec<Row>,
    /// The emails that were sent or are waiting to be sent, without their texts.
    pub emails: Vec<Row>,
    /// What operators or the service changed on the account, and what this account changed as an operator.
    pub audit: Vec<Row>,
}

/// Reads exports.
#[derive(Clone, Debug)]
pub struct Exports {
    database: Database,
}

impl Exports {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let tables = [
            Table::Users,
            Table::Subscriptions,
            Table::BillingEvents,
            Table::Sessions,
            Table::WatchHistory,
            Table::Watchlist,
            Table::Streams,
            Table::Preferences,
            Table::Mail,
            Table::Audit,
        ];
        services.database(&tables).map(|database| Self { database })
    }

    /// Everything about a user; `None` if the account was deleted while it was read.
    #[boxed]
    pub async fn of(&self, user: &User) -> Result<Option<AccountExport>, StoreError> {
        let id = user.id.to_string();
        let partition = format!("USER#{id}");
        let customers = self.customers(user).await?;
        let (mine, sessions, history, watchlist, payments, emails, audit) = tokio::try_join!(
            self.own_rows(user),
            self.partition(Table::Sessions, "pk", &partition),
            self.of_profiles(Table::WatchHistory, user),
            self.of_profiles(Table::Watchlist, user),
            self.payments(&customers),
            self.emails(user, &customers),
            self.audit(&id, &customers),
        )?;
        let is_of = |item: &Item, prefix: &str| text(item, "sk").starts_with(prefix);
        let (of_sessions, of_devices): (Vec<_>, Vec<_>) =
            sessions.into_iter().partition(|item| is_of(item, "SESSION#"));
        let watchlist = watchlist.into_iter().filter(|item| text(item, "video_id") != COUNT);
        let watchlist = watchlist.map(of_viewer).collect::<Result<_, _>>()?;
        let export = AccountExport {
            sessions: rows(of_sessions)?,
            known_devices: rows(of_devices)?,
            customers: customers.into_iter().map(|(_, row)| row).collect(),
            payments: rows(payments)?,
            watch_history: history.into_iter().map(of_viewer).collect::<Result<_, _>>()?,
            watchlist,
            emails: rows(emails)?,
            audit: audit.into_iter().map(|item| audit_entry_for_subject(item, &id)).collect::<Result<_, _>>()?,
            ..mine
        };
        // The account's row is read last as well: an account that was deleted meanwhile has no export, not half of one.
        let is_there = self.database.get(&User::key(user.id).presence()).await?.is_some();
        Ok(is_there.then_some(export))
    }

    /// The rows that exist once for each user.
    async fn own_rows(&self, of: &User) -> Result<AccountExport, StoreError> {
        let (id, all) = (of.id, of.profiles());
        let preferences = |profile: &Profile| -> Key<Row> {
            Key::simple(Table::Preferences, "user_id", ViewerKey::new(id, profile.id).to_string())
        };
        let preferences: Vec<Key<Row>> = all.iter().map(preferences).collect();
        let user: Key<Row> = Key::simple(Table::Users, "pk", format!("USER#{id}"));
        let subscription: Key<Row> = Key::simple(Table::Subscriptions, "pk", format!("USER#{id}"));
        let keys = (user, subscription, preferences, Notes::key(id), Slots::key(id));
        let (user, subscription, preferences, notes, slots) = self.database.read(keys).await?;
        Ok(AccountExport {
            user: user.map(account).unwrap_or_default(),
            subscription: subscription.map(shown),
            preferences: preferences.first().cloned().flatten().map(shown),
            profiles: all.into_iter().zip(preferences).map(|(profile, row)| exported(profile, row)).collect(),
            notes: notes.map(|notes| notes.notes),
            streams: slots.unwrap_or_default().slots.iter().map(|slot| stream(slot, id)).collect(),
            ..AccountExport::default()
        })
    }

    /// The rows of all profiles in a table.
    async fn of_profiles(&self, table: Table, user: &User) -> Result<Vec<Item>, StoreError> {
        let viewers: Vec<String> =
            user.profiles().iter().map(|profile| ViewerKey::new(user.id, profile.id).to_string()).collect();
        Ok(try_join_all(viewers.iter().map(|viewer| self.partition(table, "user_id", viewer))).await?.concat())
    }

    /// The ids and rows of a user's customers at Stripe.
    async fn customers(&self, user: &User) -> Result<Vec<(String, Row)>, StoreError> {
        let Some(first) = &user.stripe_customer_id else { return Ok(Vec::new()) };
        let others = self.database.get(&Customer::key(first)).await?.map(|row| row.others).unwrap_or_default();
        let all: Vec<String> = std::iter::once(first.clone()).chain(others).collect();
        let key = |customer: &String| Key::<Row>::simple(Table::Subscriptions, "pk", format!("CUST#{customer}"));
        let found = self.database.read(all.iter().map(key).collect::<Vec<_>>()).await?;
        let known = all.into_iter().zip(found).map(|(customer, row)| {
            let mut row = row.map(shown).unwrap_or_default();
            row.insert("stripe_customer_id".to_owned(), json!(customer));
            (customer, row)
        });
        Ok(known.collect())
    }

    async fn payments(&self, customers: &[(String, Row)]) -> Result<Vec<Item>, StoreError> {
        let ledger = |customer: &String| {
            let partition = format!("CUST#{customer}");
            async move { self.partition(Table::BillingEvents, "pk", &partition).await }
        };
        Ok(try_join_all(customers.iter().map(|(customer, _)| ledger(customer))).await?.concat())
    }

    /// The emails to the account's address since its registration, because somebody else may have had the address
    /// before, and to its customers.
    async fn emails(&self, user: &User, customers: &[(String, Row)]) -> Result<Vec<Item>, StoreError> {
        let to = |recipient: String, since: Timestamp| async move {
            let query = self.database.client().query().table_name(self.database.name(Table::Mail)?);
            let query = query
                .index_name(BY_RECIPIENT)
                .key_condition_expression("recipient = :to AND listed_at >= :since")
                .expression_attribute_values(":to", AttributeValue::S(recipient))
                .expression_attribute_values(":since", AttributeValue::S(sortable(since)));
            all(query).await
        };
        let addresses =
            std::iter::once(&user.email).chain(&user.pending_email).map(|email| to(email.key(), user.created_at));
        let customers = customers.iter().map(|(customer, _)| to(customer.clone(), Timestamp::UNIX_EPOCH));
        let (addresses, customers) = tokio::try_join!(try_join_all(addresses), try_join_all(customers))?;
        Ok([addresses, customers].concat().concat())
    }

    /// The entries of the audit log about the user or their customers, or by them. The log has no index by subject:
    /// operators do little.
    async fn audit(&self, id: &str, customers: &[(String, Row)]) -> Result<Vec<Item>, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::Audit)?);
        let query = query
            .index_name(BY_TIME)
            .key_condition_expression("listing = :listing")
            .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()));
        let entries = all(query).await?;
        let is_theirs = |item: &Item| {
            let subject = text(item, "subject");
            subject == id || text(item, "actor") == id || customers.iter().any(|(customer, _)| customer == subject)
        };
        Ok(entries.into_iter().filter(is_theirs).collect())
    }

    async fn partition(&self, table: Table, name: &str, value: &str) -> Result<Vec<Item>, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(table)?);
        let query = query
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", name)
            .expression_attribute_values(":partition", AttributeValue::S(value.to_owned()))
            .consistent_read(true);
        all(query).await
    }
}

/// All pages of a query.
async fn all(query: QueryFluentBuilder) -> Result<Vec<Item>, StoreError> {
    query.into_paginator().items().send().try_collect().await.map_err(failed)
}

fn rows(items: Vec<Item>) -> Result<Vec<Row>, StoreError> {
    items.into_iter().map(row).collect()
}

fn row(item: Item) -> Result<Row, StoreError> {
    read(item).map(shown)
}

fn shown(mut row: Row) -> Row {
    row.retain(|name, _| !INTERNAL.contains(&name.as_str()));
    row
}

/// The account, without what the list of profiles says.
fn account(mut row: Row) -> Row {
    row.remove("profiles");
    shown(row)
}

fn exported(profile: Profile, preferences: Option<Row>) -> ExportedProfile {
    ExportedProfile {
        id: profile.id,
        name: profile.name,
        avatar: profile.avatar,
        age_limit: profile.age_limit,
        has_pin: profile.pin_hash.is_some(),
        created_at: profile.created_at,
        preferences: preferences.map(|mut row| {
            // The key of the row, which the profile's own id replaces.
            row.remove("user_id");
            shown(row)
        }),
    }
}

/// A row of a profile, which names the profile.
fn of_viewer(item: Item) -> Result<Row, StoreError> {
    let viewer = text(&item, "user_id").parse::<ViewerKey>().map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    let mut row = row(item)?;
    row.insert("user_id".to_owned(), json!(viewer.user_id()));
    row.insert("profile_id".to_owned(), json!(viewer.profile_id()));
    Ok(row)
}

/// An entry of the audit log, for the user whom it concerns. It does not name the operator who acted.
fn audit_entry_for_subject(item: Item, id: &str) -> Result<Row, StoreError> {
    let mut row = row(item)?;
    if row.get("actor").is_some_and(|actor| actor != id && actor.as_str().is_some_and(is_user)) {
        row.insert("actor".to_owned(), json!("operator"));
    }
    Ok(row)
}

fn is_user(actor: &str) -> bool {
    actor.parse::<UserId>().is_ok()
}

fn stream(slot: &Slot, user_id: UserId) -> Row {
    let stream = json!({
        "profile_id": slot.viewer(user_id).profile_id(),
        "video_id": slot.video_id,
        "video_title": slot.video_title,
        "device_name": slot.device_name,
        "started_at": slot.started_at,
        "last_heartbeat_at": slot.renewed_at,
        "watched_seconds": slot.watched_seconds,
        "progress": slot.position.progress,
        "completed": slot.position.completed,
        "last_watched_at": slot.position.last_watched_at,
    });
    stream.as_object().cloned().unwrap_or_default()
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
