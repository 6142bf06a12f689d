//! Which Stripe customer belongs to which user.
//!
//! A user has one customer. Registration creates it; if Stripe was down then, or the customer was deleted since,
//! checkout creates it. A customer without a row here is adopted if its metadata names one of our users.

use crate::error::BillingError;
use crate::stripe::{Stripe, StripeError};
use boxed::boxed;
use shared::models::email::Email;
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::table::Table;
use shared::stores::users::Users;

/// The most attempts at a write when others write at the same time.
const RACES_MAX: u32 = 3;

/// The customers of users.
pub struct Customers {
    stripe: Stripe,
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
}

impl Customers {
    /// Uses this function's settings.
    pub fn connect(services: &Services, stripe: Stripe) -> Result<Self, ConfigError> {
        Ok(Self {
            stripe,
            database: services.database(&[Table::Users, Table::Subscriptions])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
        })
    }

    /// Creates the customer of a user who registers, and returns its id. A repeated call returns the same customer.
    #[boxed]
    pub async fn create(&self, user_id: UserId, email: &Email) -> Result<String, StripeError> {
        let key = format!("customer-{user_id}");
        self.stripe.create_customer(user_id, &email.for_sending(), &key).await.map(|customer| customer.id)
    }

    /// Deletes a customer whose registration failed.
    #[boxed]
    pub async fn discard(&self, customer: &str) -> Result<(), StripeError> {
        self.stripe.delete_customer(customer).await
    }

    /// Customers that we created with this user's address and that have no row and are not in `known`: those that name
    /// this user, and those of failed registrations, which never bought anything.
    pub(crate) async fn strays(&self, user: &User, known: &[String]) -> Result<Vec<String>, BillingError> {
        let mut strays = Vec::new();
        for customer in self.stripe.customers_of(&user.email.for_sending()).await? {
            let is_stray = match customer.user_id {
                _ if known.contains(&customer.id) => false,
                None => false,
                Some(named) if named == user.id => true,
                Some(named) => {
                    self.users.get(named).await?.is_none() && self.stripe.subscriptions(&customer.id).await?.is_empty()
                }
            };
            strays.extend(Some(customer.id).filter(|_| is_stray));
        }
        Ok(strays)
    }

    /// The customer of a user, created if there is none.
    #[boxed]
    pub async fn ensure(&self, user: &User) -> Result<String, BillingError> {
        if let Some(known) = &user.stripe_customer_id {
            return Ok(known.clone());
        }
        let id = self.find_or_create(user).await?;
        let claim = vec![
            self.users.set_customer(user.id, &id, None)?,
            self.subscriptions.add_customer(&id, &Customer::new(user.id))?,
        ];
        self.claimed(user.id, claim, id).await
    }

    /// All customers of a customer's user, the first one first.
    #[boxed]
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

    /// Gives a user's customers at Stripe the user's present name and address, if they changed. If this fails, the row
    /// still says that the customer is behind, and the nightly reconciliation tries again.
    #[boxed]
    pub async fn follow(&self, user_id: UserId) -> Result<(), BillingError> {
        for _ in 0..RACES_MAX {
            let Some(user) = self.users.get(user_id).await?.filter(|user| user.customer_behind) else { break };
            let Some(customer) = &user.stripe_customer_id else { break };
            for customer in self.all(customer).await? {
                self.stripe.rename_customer(&customer, &user.email.for_sending(), user.name.as_deref()).await?;
            }
            // If there was another change meanwhile, the row still says so: the next round follows that one.
            self.users.customer_followed(&user).await?;
        }
        Ok(())
    }

    /// Creates another customer for a user whose customer was deleted at Stripe. The user keeps the old customer's
    /// history.
    #[boxed]
    pub async fn replace(&self, user: &User, old: &str) -> Result<String, BillingError> {
        let key = format!("customer-{}-after-{old}", user.id);
        let id = self.stripe.create_customer(user.id, &user.email.for_sending(), &key).await?.id;
        for _ in 0..RACES_MAX {
            let (old_key, key) = (Customer::key(old), Customer::key(&id));
            let row_key = Subscription::key(user.id);
            let (before, adopted, row) =
                tokio::try_join!(self.database.get(&old_key), self.database.get(&key), self.database.get(&row_key))?;
            let before: Customer = before.unwrap_or_else(|| Customer::new(user.id));
            let further = before.others.iter().filter(|other| **other != id);
            let others = std::iter::once(old.to_owned()).chain(further.cloned()).collect();
            let head = Customer { others, ..Customer::new(user.id) };
            let head = match adopted {
                None => self.subscriptions.add_customer(&id, &head)?,
                // A request created it and then failed, and a webhook has adopted it since.
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
            // A subscription stays with its customer; a row without a subscription names the current customer.
            if row.is_some_and(|row| is_named(&row) && row.stripe_subscription_id.is_none()) {
                claim.push(self.subscriptions.name_customer(user.id, &id)?);
            }
            let now = self.claimed(user.id, claim, id.clone()).await?;
            // If the customer is still the old one, the other write was not a request but a webhook about the deletion.
            if now != old {
                return Ok(now);
            }
        }
        Err(BillingError::Contended)
    }

    /// The user whom a customer names: in its metadata, or as the buyer in a checkout that it completed.
    pub(crate) async fn owner(&self, id: &str) -> Result<Option<User>, BillingError> {
        let Some(customer) = self.stripe.customer(id).await? else { return Ok(None) };
        let named = match customer.user_id {
            Some(user_id) => vec![user_id],
            None => self.stripe.buyers(id).await?,
        };
        for user_id in named {
            if let Some(user) = self.users.get(user_id).await? {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// Adopts a customer without a row here. Returns its new row, or `None` if it belongs to none of our users.
    pub(crate) async fn adopt(&self, id: &str) -> Result<Option<Customer>, BillingError> {
        let Some(user) = self.owner(id).await? else { return Ok(None) };
        let user_id = user.id;
        let statements = match user.stripe_customer_id.as_deref().filter(|known| *known != id) {
            None => {
                let mut statements = vec![self.subscriptions.add_customer(id, &Customer::new(user_id))?];
                if user.stripe_customer_id.is_none() {
                    statements.push(self.users.set_customer(user_id, id, None)?);
                }
                statements
            }
            Some(first) => {
                let row: Customer = self.database.get(&Customer::key(first)).await?.ok_or_else(without_row)?;
                let others = row.others.iter().cloned().chain([id.to_owned()]).collect();
                let joined = Customer { version: row.version + 1, others, ..row };
                let further = Customer { same_as: Some(first.to_owned()), ..Customer::new(user_id) };
                vec![
                    self.subscriptions.add_customer(id, &further)?,
                    self.subscriptions.replace_customer(first, &joined, row.version)?,
                ]
            }
        };
        match self.database.transact(statements).await {
            // If another request came first, use its row.
            Ok(()) | Err(StoreError::Condition(_)) => Ok(self.database.get(&Customer::key(id)).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// A customer that was created for this user but has no row, or a new one. It is found by metadata, because
    /// idempotency keys expire after a day.
    async fn find_or_create(&self, user: &User) -> Result<String, StripeError> {
        let email = &user.email.for_sending();
        let known = self.stripe.customers_of(email).await?;
        if let Some(known) = known.into_iter().rev().find(|customer| customer.user_id == Some(user.id)) {
            return Ok(known.id);
        }
        match self.create(user.id, &user.email).await {
            // The key was recently used with another address.
            Err(StripeError::KeyReused) => {
                let key = format!("customer-{}-{email}", user.id);
                self.stripe.create_customer(user.id, email, &key).await.map(|customer| customer.id)
            }
            made => made,
        }
    }

    /// Writes a claim; if another request came first, returns that request's customer.
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
    StoreError::Corrupt("the user's customer has no row".into())
}
