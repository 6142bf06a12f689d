//! Which Stripe customer is whose.
//!
//! A user has one customer. Registration makes it; checkout does where Stripe was down then, or where it was deleted since;
//! and a customer that nobody here knows is adopted when its metadata name one of our users.

use crate::converge::BillingError;
use crate::stripe::{Stripe, StripeError};
use shared::models::email::Email;
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::users::{User, Users};

/// Tries against whoever writes meanwhile.
const RACES_MAX: u32 = 3;

/// The customers of users.
pub struct Customers {
    stripe: Stripe,
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
}

impl Customers {
    /// Customers at Stripe and in the tables that this function was given.
    pub fn connect(services: &Services, stripe: Stripe) -> Result<Self, ConfigError> {
        Ok(Self {
            stripe,
            database: services.database(&[Table::Users, Table::Subscriptions])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
        })
    }

    /// Makes the customer of a user who registers, and returns its id. Asked again, Stripe answers with the same one.
    pub async fn create(&self, user_id: UserId, email: &Email) -> Result<String, StripeError> {
        let key = format!("customer-{user_id}");
        self.stripe.create_customer(user_id, email.as_typed(), &key).await.map(|customer| customer.id)
    }

    /// The customer of a user, made now where there is none.
    pub async fn ensure(&self, user: &User) -> Result<String, BillingError> {
        if let Some(known) = &user.stripe_customer_id {
            return Ok(known.clone());
        }
        let id = self.find_or_create(user).await?;
        let claim = vec![
            self.users.set_customer(user.id, &id, None)?,
            self.subscriptions.add_customer(&id, &Customer::of(user.id))?,
        ];
        self.claimed(user.id, claim, id).await
    }

    /// All customers of the user whose customer this is, the first one first.
    pub async fn all(&self, customer: &str) -> Result<Vec<String>, StoreError> {
        let read = async |id: &str| self.database.get::<Customer>(&Customer::key(id)).await;
        let Some(row) = read(customer).await? else { return Ok(vec![customer.to_owned()]) };
        let (first, row) = match row.same_as.clone() {
            None => (customer.to_owned(), row),
            Some(first) => {
                let row = read(&first).await?.ok_or_else(without_row)?;
                (first, row)
            }
        };
        Ok(std::iter::once(first).chain(row.others).collect())
    }

    /// Makes another customer for a user whose own was deleted at Stripe. What the old one is known for stays theirs.
    pub async fn replace(&self, user: &User, old: &str) -> Result<String, BillingError> {
        let key = format!("customer-{}-after-{old}", user.id);
        let id = self.stripe.create_customer(user.id, user.email.as_typed(), &key).await?.id;
        for _ in 0..RACES_MAX {
            let (old_key, key) = (Customer::key(old), Customer::key(&id));
            let row_key = Subscription::key(user.id);
            let (before, adopted, row) =
                tokio::try_join!(self.database.get(&old_key), self.database.get(&key), self.database.get(&row_key))?;
            let before: Customer = before.unwrap_or_else(|| Customer::of(user.id));
            let further = before.others.iter().filter(|other| **other != id);
            let others = std::iter::once(old.to_owned()).chain(further.cloned()).collect();
            let head = Customer { others, ..Customer::of(user.id) };
            let head = match adopted {
                None => self.subscriptions.add_customer(&id, &head)?,
                // Made by a request that came no further, and told of by a webhook since.
                Some(Customer { version, .. }) => {
                    self.subscriptions.replace_customer(&id, &Customer { version: version + 1, ..head }, version)?
                }
            };
            let version = before.version + 1;
            let moved = Customer { version, same_as: Some(id.clone()), others: Vec::new(), ..before };
            let mut claim = vec![
                self.users.set_customer(user.id, &id, Some(old))?,
                head,
                self.subscriptions.replace_customer(old, &moved, version - 1)?,
            ];
            let is_named = |row: &Subscription| row.stripe_customer_id.as_deref() == Some(old);
            // A subscription stays at the customer that has it; a row without one names the customer that would.
            if row.is_some_and(|row| is_named(&row) && row.stripe_subscription_id.is_none()) {
                claim.push(self.subscriptions.name_customer(user.id, &id)?);
            }
            let now = self.claimed(user.id, claim, id.clone()).await?;
            // Else it was no other request, but a webhook of the old one's deletion, that came first.
            if now != old {
                return Ok(now);
            }
        }
        Err(BillingError::Contended)
    }

    /// Takes a customer in that is not known here: the row it has now, or `None` when it is of none of our users.
    pub(crate) async fn adopt(&self, id: &str) -> Result<Option<Customer>, BillingError> {
        let Some(user_id) = self.stripe.customer(id).await?.and_then(|customer| customer.user_id) else {
            return Ok(None);
        };
        let Some(user) = self.users.get(user_id).await? else { return Ok(None) };
        let statements = match user.stripe_customer_id.as_deref().filter(|known| *known != id) {
            None => {
                let mut statements = vec![self.subscriptions.add_customer(id, &Customer::of(user_id))?];
                if user.stripe_customer_id.is_none() {
                    statements.push(self.users.set_customer(user_id, id, None)?);
                }
                statements
            }
            Some(first) => {
                let row: Customer = self.database.get(&Customer::key(first)).await?.ok_or_else(without_row)?;
                let others = row.others.iter().cloned().chain([id.to_owned()]).collect();
                let joined = Customer { version: row.version + 1, others, ..row };
                let further = Customer { same_as: Some(first.to_owned()), ..Customer::of(user_id) };
                vec![
                    self.subscriptions.add_customer(id, &further)?,
                    self.subscriptions.replace_customer(first, &joined, row.version)?,
                ]
            }
        };
        match self.database.transact(statements).await {
            // Somebody else was first: whatever they wrote counts.
            Ok(()) | Err(StoreError::Condition(_)) => Ok(self.database.get(&Customer::key(id)).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// A customer made for this user whose row was never written, or a new one. Keys live for a day, metadata for good.
    async fn find_or_create(&self, user: &User) -> Result<String, StripeError> {
        let email = user.email.as_typed();
        let known = self.stripe.customers_of(email).await?;
        if let Some(known) = known.into_iter().rev().find(|customer| customer.user_id == Some(user.id)) {
            return Ok(known.id);
        }
        match self.create(user.id, &user.email).await {
            // The key made one with another address a moment ago.
            Err(StripeError::KeyReused) => {
                let key = format!("customer-{}-{email}", user.id);
                self.stripe.create_customer(user.id, email, &key).await.map(|customer| customer.id)
            }
            made => made,
        }
    }

    /// Writes a claim; where another was first, theirs is the customer.
    async fn claimed(
        &self,
        user_id: UserId,
        claim: Vec<shared::stores::database::Statement>,
        id: String,
    ) -> Result<String, BillingError> {
        match self.database.transact(claim).await {
            Ok(()) => Ok(id),
            Err(StoreError::Condition(_)) => {
                let user = self.users.get(user_id).await?;
                user.and_then(|user| user.stripe_customer_id).ok_or(BillingError::Contended)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn without_row() -> StoreError {
    StoreError::Corrupt("a user's customer has no row".into())
}
