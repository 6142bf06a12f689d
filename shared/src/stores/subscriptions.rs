//! Subscriptions by user, and the customer rows that guard every billing write.

use crate::models::ids::UserId;
use crate::models::subscription::Subscription;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement, StoreError, Table};
use crate::stores::row::{Item, Key, write};
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use jiff::Timestamp;
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
    /// The user's first customer, where this is a further one: its row guards the writes of both.
    #[serde(default)]
    pub same_as: Option<String>,
    /// Further customers of the same user.
    #[serde(default)]
    pub others: Vec<String>,
}

impl Customer {
    /// The first customer of a user.
    pub fn of(user_id: UserId) -> Self {
        Self { user_id, version: 0, same_as: None, others: Vec::new() }
    }

    /// The key of a customer's row.
    pub fn key(stripe_customer_id: &str) -> Key<Self> {
        Key::one(Table::Subscriptions, "pk", format!("CUST#{stripe_customer_id}"))
    }
}

/// The table `subscriptions`.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    database: Database,
}

impl Subscriptions {
    /// The table as this function was given it.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Subscriptions]).map(|database| Self { database })
    }

    /// A statement that adds a customer; its condition fails when it is known.
    pub fn add_customer(&self, stripe_customer_id: &str, customer: &Customer) -> Result<Statement, StoreError> {
        statement(self.put_customer(stripe_customer_id, customer)?.condition_expression("attribute_not_exists(pk)"))
    }

    /// A statement that writes a customer in place of the one of `version`; its condition fails when another write came
    /// before. The written one has to have another version.
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

    /// A statement that writes a user's subscription as Stripe tells it. What the operator gave beside it stays.
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

    fn put_customer(&self, stripe_customer_id: &str, customer: &Customer) -> Result<PutBuilder, StoreError> {
        let item = write(&Customer::key(stripe_customer_id), customer)?;
        Ok(Put::builder().table_name(self.database.name(Table::Subscriptions)?).set_item(Some(item)))
    }
}

fn statement(put: PutBuilder) -> Result<Statement, StoreError> {
    put.build().map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
}
