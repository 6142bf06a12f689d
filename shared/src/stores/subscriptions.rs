//! Subscriptions by user, and the customer rows that guard every billing write.

use crate::models::ids::UserId;
use crate::models::plan::PlanType;
use crate::models::subscription::{Status, Subscription};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, Update};
use boxed::boxed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The index of users' rows by status.
const BY_STATUS: &str = "by_status";

impl Subscription {
    /// The key of a user's row.
    pub fn key(user_id: UserId) -> Key<Self> {
        Key::simple(Table::Subscriptions, "pk", format!("USER#{user_id}"))
    }
}

/// A user's row as stored, without parsing.
pub fn stored_key(user_id: UserId) -> Key<Value> {
    Key::simple(Table::Subscriptions, "pk", format!("USER#{user_id}"))
}

/// The attributes of a subscription that convergence writes, as [`stored_key`] reads them: without `null`s, and without
/// the complimentary plan.
///
/// # Errors
/// [`StoreError::Corrupt`] if it cannot be serialized.
pub fn as_stored(subscription: &Subscription) -> Result<Map<String, Value>, StoreError> {
    let value = serde_json::to_value(subscription).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    let Value::Object(mut fields) = value else { return Ok(Map::new()) };
    fields.retain(|name, value| !value.is_null() && !name.starts_with("complimentary_"));
    Ok(fields)
}

/// The row of a Stripe customer: its user, and the version on which every billing write is conditional and which it
/// increments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The user.
    pub user_id: UserId,
    /// Incremented with every billing write.
    pub version: u64,
    /// The user's first customer, if this is another one: the first one's row guards the writes of both.
    #[serde(default)]
    pub same_as: Option<String>,
    /// Other customers of the same user.
    #[serde(default)]
    pub others: Vec<String>,
    /// When the user was deleted. From then on only the ledger is written.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// The prices at which they were billed, each with the lookup key under which it was sold. So the plan is known
    /// whatever happens to the price at Stripe.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub billed: BTreeMap<String, String>,
}

impl Customer {
    /// The first customer of a user.
    pub fn new(user_id: UserId) -> Self {
        Self { user_id, version: 0, same_as: None, others: Vec::new(), deleted_at: None, billed: BTreeMap::new() }
    }

    /// The key of a customer's row.
    pub fn key(stripe_customer_id: &str) -> Key<Self> {
        Key::simple(Table::Subscriptions, "pk", format!("CUST#{stripe_customer_id}"))
    }
}

/// The table `subscriptions`.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    database: Database,
}

impl Subscriptions {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Subscriptions]).map(|database| Self { database })
    }

    /// A statement that adds a customer; its condition fails if the customer exists.
    pub fn add_customer(&self, stripe_customer_id: &str, customer: &Customer) -> Result<Statement, StoreError> {
        statement(self.put_customer(stripe_customer_id, customer)?.condition_expression("attribute_not_exists(pk)"))
    }

    /// A statement that replaces the customer row with `version`; its condition fails if another write came first. The
    /// new row must have a different version.
    pub fn replace_customer(
        &self,
        stripe_customer_id: &str,
        customer: &Customer,
        version: u64,
    ) -> Result<Statement, StoreError> {
        debug_assert_ne!(customer.version, version, "a guard that others cannot see");
        statement(
            self.put_customer(stripe_customer_id, customer)?
                .condition_expression("version = :version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string())),
        )
    }

    /// A statement that puts another customer into the row of a user without a subscription; its condition fails if
    /// there is a subscription.
    pub fn name_customer(&self, user_id: UserId, stripe_customer_id: &str) -> Result<Statement, StoreError> {
        Update::builder()
            .table_name(self.database.name(Table::Subscriptions)?)
            .set_key(Some(Subscription::key(user_id).item()))
            .update_expression("SET stripe_customer_id = :customer")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(stripe_subscription_id)")
            .expression_attribute_values(":customer", AttributeValue::S(stripe_customer_id.to_owned()))
            .build()
            .map(Statement::from)
            .map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Statements that delete a user's subscription and mark their customers, the first customer first. Their
    /// conditions fail if a customer was added meanwhile.
    pub fn remove(&self, user_id: UserId, customers: &[String], now: Timestamp) -> Result<Vec<Statement>, StoreError> {
        let table = self.database.name(Table::Subscriptions)?;
        let refused = |error| StoreError::Refused(Box::new(error));
        let row = Delete::builder().table_name(table).set_key(Some(Subscription::key(user_id).item())).build();
        let mut statements = vec![row.map_err(refused)?.into()];
        for (place, customer) in customers.iter().enumerate() {
            let others = if place == 0 { customers.len() - 1 } else { 0 };
            // Anyone who read the guard before must read it again.
            let update = Update::builder()
                .table_name(table)
                .set_key(Some(Customer::key(customer).item()))
                .update_expression("SET deleted_at = :now ADD version :one")
                .condition_expression("size(#others) = :others")
                .expression_attribute_names("#others", "others")
                .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
                .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                .expression_attribute_values(":others", AttributeValue::N(others.to_string()));
            statements.push(update.build().map_err(refused)?.into());
        }
        Ok(statements)
    }

    /// A statement that writes a user's subscription according to Stripe. The complimentary plan stays.
    pub fn converge(
        &self,
        user_id: UserId,
        subscription: &Subscription,
        now: Timestamp,
    ) -> Result<Statement, StoreError> {
        let key = Subscription::key(user_id);
        let mut fields: Item =
            serde_dynamo::to_item(subscription).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        fields.retain(|name, _| !name.starts_with("complimentary_"));
        fields.insert("updated_at".to_owned(), AttributeValue::S(now.to_string()));
        let mut update = Update::builder().table_name(self.database.name(key.table)?).set_key(Some(key.item()));
        let (mut set, mut removed) = (Vec::new(), Vec::new());
        for (at, (name, value)) in fields.into_iter().enumerate() {
            update = update.expression_attribute_names(format!("#{at}"), name);
            if value.is_null() {
                removed.push(format!("#{at}"));
            } else {
                set.push(format!("#{at} = :{at}"));
                update = update.expression_attribute_values(format!(":{at}"), value);
            }
        }
        let mut expression = format!("SET {}", set.join(", "));
        if !removed.is_empty() {
            expression = format!("{expression} REMOVE {}", removed.join(", "));
        }
        update
            .update_expression(expression)
            .build()
            .map(Statement::from)
            .map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// Users whose subscription has the given status, newest first, after one of them, and whether there are more.
    #[boxed]
    pub async fn of_status(
        &self,
        status: Status,
        limit: usize,
        after: Option<UserId>,
    ) -> Result<(Vec<UserId>, bool), StoreError> {
        #[derive(Deserialize)]
        struct Listed {
            pk: String,
        }
        let status = AttributeValue::S(status.name().to_owned());
        let mut start = after.map(|after| {
            let mut item = Subscription::key(after).item();
            item.insert("status".to_owned(), status.clone());
            item
        });
        let mut users = Vec::new();
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Subscriptions)?);
            let query = query
                .index_name(BY_STATUS)
                .key_condition_expression("#status = :status")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":status", status.clone())
                .scan_index_forward(false)
                .limit(i32::try_from(limit + 1 - users.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                let Listed { pk } = read(item)?;
                let id = pk.strip_prefix("USER#").and_then(|id| id.parse().ok());
                users.push(
                    id.ok_or_else(|| StoreError::Corrupt("a row with a status does not belong to a user".into()))?,
                );
            }
            start = answer.last_evaluated_key;
            if users.len() > limit || start.is_none() {
                let more = users.len() > limit;
                users.truncate(limit);
                return Ok((users, more));
            }
        }
    }

    /// A statement that grants a user a complimentary plan or withdraws it, replacing the given previous state; its
    /// condition fails if that was changed meanwhile.
    pub fn comp(
        &self,
        user_id: UserId,
        before: (Option<PlanType>, Option<Timestamp>),
        after: (Option<PlanType>, Option<Timestamp>),
    ) -> Result<Statement, StoreError> {
        let key = Subscription::key(user_id);
        let mut update = Update::builder().table_name(self.database.name(key.table)?).set_key(Some(key.item()));
        let plan = |plan: Option<PlanType>| plan.map(|plan| AttributeValue::S(plan.name().to_owned()));
        let until = |until: Option<Timestamp>| until.map(|until| AttributeValue::S(until.to_string()));
        let fields = [
            ("complimentary_plan", "plan", plan(before.0), plan(after.0)),
            ("complimentary_until", "until", until(before.1), until(after.1)),
        ];
        let (mut set, mut removed, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
        for (field, name, before, after) in fields {
            match before {
                Some(before) => {
                    conditions.push(format!("{field} = :{name}_before"));
                    update = update.expression_attribute_values(format!(":{name}_before"), before);
                }
                None => conditions.push(format!("attribute_not_exists({field})")),
            }
            match after {
                Some(after) => {
                    set.push(format!("{field} = :{name}_after"));
                    update = update.expression_attribute_values(format!(":{name}_after"), after);
                }
                None => removed.push(field),
            }
        }
        let set = if set.is_empty() { String::new() } else { format!("SET {} ", set.join(", ")) };
        let removed = if removed.is_empty() { String::new() } else { format!("REMOVE {}", removed.join(", ")) };
        update
            .update_expression(format!("{set}{removed}"))
            .condition_expression(conditions.join(" AND "))
            .build()
            .map(Statement::from)
            .map_err(|error| StoreError::Refused(Box::new(error)))
    }

    fn put_customer(&self, stripe_customer_id: &str, customer: &Customer) -> Result<PutBuilder, StoreError> {
        let item = write(&Customer::key(stripe_customer_id), customer)?;
        Ok(Put::builder().table_name(self.database.name(Table::Subscriptions)?).set_item(Some(item)))
    }
}

fn statement(put: PutBuilder) -> Result<Statement, StoreError> {
    put.build().map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
}
