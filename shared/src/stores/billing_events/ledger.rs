//! The ledger: what Stripe's customers were billed, and the indexes from which metrics are computed.

use super::{BY_LISTING, BillingEvents, refused};
use crate::models::ledger::Entry;
use crate::models::metrics::{Bill, ChargeEvents};
use crate::models::plan::Interval;
use crate::models::time::{day, month, sortable};
use crate::stores::database::Statement;
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put};
use boxed::boxed;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A stored entry.
#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(flatten)]
    entry: &'a Entry,
    day: String,
    settled: bool,
    /// The partition of [`BY_LISTING`] in which it is listed.
    listing: Option<String>,
    listed_at: Option<String>,
}

impl<'a> EntryRow<'a> {
    fn new(entry: &'a Entry) -> Self {
        let listing = listing(entry);
        Self {
            entry,
            day: day(entry.at()),
            settled: entry.is_settled(),
            listed_at: listing.as_ref().map(|(_, at)| sortable(*at)),
            listing: listing.map(|(listing, _)| listing),
        }
    }
}

impl BillingEvents {
    /// A statement that writes an entry of a customer's ledger, whatever its previous content.
    pub fn enter(&self, customer: &str, entry: &Entry) -> Result<Statement, StoreError> {
        let row = EntryRow::new(entry);
        let item = write(&entry_key(customer, entry.id()), &row)?;
        let put = Put::builder().table_name(self.database.name(Table::BillingEvents)?).set_item(Some(item));
        put.build().map(Statement::from).map_err(refused)
    }

    /// A customer's ledger, read consistently.
    #[boxed]
    pub async fn ledger(&self, customer: &str) -> Result<Vec<Entry>, StoreError> {
        self.entries(customer, |query| query).await?.into_iter().map(read).collect()
    }

    /// A customer's ledger as stored, by id, without parsing; read consistently.
    #[boxed]
    pub async fn stored(&self, customer: &str) -> Result<BTreeMap<String, Value>, StoreError> {
        let mut stored = BTreeMap::new();
        for mut item in self.entries(customer, |query| query).await? {
            item.remove("pk");
            let Some(AttributeValue::S(id)) = item.remove("sk") else { continue };
            stored.insert(id, read(item)?);
        }
        Ok(stored)
    }

    /// The items of a customer's ledger, read consistently; `narrow` selects which of them, and which attributes.
    async fn entries(
        &self,
        customer: &str,
        narrow: impl FnOnce(QueryFluentBuilder) -> QueryFluentBuilder,
    ) -> Result<Vec<Item>, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::BillingEvents)?);
        let query = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(format!("CUST#{customer}")))
            .consistent_read(true);
        let pages = narrow(query).into_paginator().items().send();
        pages.try_collect().await.map_err(failed)
    }

    /// An entry in the form that [`BillingEvents::stored`] returns.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be serialized.
    pub fn as_stored(entry: &Entry) -> Result<Value, StoreError> {
        let mut item = write(&entry_key("", entry.id()), &EntryRow::new(entry))?;
        item.remove("pk");
        item.remove("sk");
        read(item)
    }

    /// A statement that removes an entry of a customer's ledger.
    pub fn remove_entry(&self, customer: &str, id: &str) -> Result<Statement, StoreError> {
        let delete = Delete::builder().table_name(self.database.name(Table::BillingEvents)?);
        let delete = delete.set_key(Some(entry_key(customer, id).item())).build();
        delete.map(Statement::from).map_err(refused)
    }

    /// The invoices of our plans that were created in a period (see [`invoices_period`]) and not before a given time,
    /// each with its customer.
    #[boxed]
    pub async fn invoices_of(
        &self,
        interval: Interval,
        period: &str,
        since: Timestamp,
    ) -> Result<Vec<(String, Bill)>, StoreError> {
        // Uses aliases, because some names are reserved words in DynamoDB.
        let named = |field: &str| format!("#{field}");
        let wanted = Bill::FIELDS.map(named).join(", ");
        let names: HashMap<String, String> =
            Bill::FIELDS.iter().map(|field| (named(field), (*field).to_owned())).collect();
        let narrow = |query: QueryFluentBuilder| {
            query.projection_expression(format!("pk, {wanted}")).set_expression_attribute_names(Some(names.clone()))
        };
        let items = self.listed_since(&invoices(interval, period), since, narrow).await?;
        let bill = |item: Item| {
            let customer = item.get("pk").and_then(|pk| pk.as_s().ok()?.strip_prefix("CUST#").map(str::to_owned));
            let customer = customer.ok_or_else(|| StoreError::Corrupt("an invoice without a customer".into()))?;
            Ok((customer, read(item)?))
        };
        items.into_iter().map(bill).collect()
    }

    /// The refunds, disputes and failed attempts of a month, from a given time on.
    #[boxed]
    pub async fn charges_of(&self, month: &str, since: Timestamp) -> Result<ChargeEvents, StoreError> {
        let items = self.listed_since(&charges(month), since, |query| query).await?;
        items.into_iter().map(read::<Entry>).collect()
    }

    /// The items of a partition of [`BY_LISTING`] from a given time on; `narrow` selects their attributes.
    async fn listed_since(
        &self,
        listing: &str,
        since: Timestamp,
        narrow: impl Fn(QueryFluentBuilder) -> QueryFluentBuilder,
    ) -> Result<Vec<Item>, StoreError> {
        let query = self.database.client().query().table_name(self.database.name(Table::BillingEvents)?);
        let query = query
            .index_name(BY_LISTING)
            .key_condition_expression("listing = :listing AND listed_at >= :since")
            .expression_attribute_values(":listing", AttributeValue::S(listing.to_owned()))
            .expression_attribute_values(":since", AttributeValue::S(sortable(since)));
        narrow(query).into_paginator().items().send().try_collect().await.map_err(failed)
    }

    /// The ids of a customer's settled entries.
    #[boxed]
    pub async fn settled(&self, customer: &str) -> Result<HashSet<String>, StoreError> {
        let settled = |query: QueryFluentBuilder| {
            let query = query.filter_expression("settled = :true").projection_expression("sk");
            query.expression_attribute_values(":true", AttributeValue::Bool(true))
        };
        let id = |mut item: Item| match item.remove("sk") {
            Some(AttributeValue::S(id)) => Some(id),
            _ => None,
        };
        Ok(self.entries(customer, settled).await?.into_iter().filter_map(id).collect())
    }
}

/// The month in which an invoice was created or, for yearly invoices, the year. So a partition holds about one invoice
/// per member.
pub fn invoices_period(interval: Interval, created: Timestamp) -> String {
    match interval {
        Interval::Month => month(created),
        Interval::Year => month(created).chars().take_while(|sign| *sign != '-').collect(),
    }
}

/// The partition and the time under which an entry is listed: invoices of our plans by interval and creation time;
/// refunds, disputes and failed attempts by month.
fn listing(entry: &Entry) -> Option<(String, Timestamp)> {
    match entry {
        Entry::Invoice(invoice) => {
            let interval = invoice.interval?;
            Some((invoices(interval, &invoices_period(interval, invoice.created)), invoice.created))
        }
        Entry::Charge(charge) if charge.status == "failed" => Some((charges(&month(charge.created)), charge.created)),
        Entry::Refund(refund) => Some((charges(&month(refund.created)), refund.created)),
        Entry::Dispute(dispute) => Some((charges(&month(dispute.created)), dispute.created)),
        Entry::Charge(_) | Entry::Subscription(_) => None,
    }
}

/// The partition of the invoices of a period.
fn invoices(interval: Interval, period: &str) -> String {
    format!("INVOICES#{}#{period}", interval.name())
}

/// The partition of the refunds, disputes and failed attempts of a month.
fn charges(month: &str) -> String {
    format!("CHARGES#{month}")
}

/// The key of an entry of a customer's ledger.
pub(in crate::stores) fn entry_key(customer: &str, id: &str) -> Key<Entry> {
    Key::composite(Table::BillingEvents, ("pk", format!("CUST#{customer}")), ("sk", id.to_owned()))
}
