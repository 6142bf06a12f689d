//! Deleting an account: at Stripe first, then here, so that nobody is deleted and still billed.
//!
//! 1. Stripe: open checkouts expire, subscriptions end, the customer is deleted, so that nothing of it can be paid any more.
//! 2. One transaction: user and address go, and with them every session and sign-in; the customers' rows are marked; a row
//!    says that there is something to sweep. It fails when a customer came to be meanwhile: then that one is closed too.
//! 3. The rest is swept, now, and by a job until it is done. The ledger stays: it holds amounts and ids of Stripe's.
//!
//! A crash after the first step leaves an account without a subscription; after the second, a row that the job finds.

use crate::converge::Billing;
use crate::customers::Customers;
use crate::stripe::{Stripe, StripeError};
use futures::future::try_join_all;
use jiff::Timestamp;
use shared::http::error::ApiError;
use shared::models::subscription::Status;
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::deletions::{Deletion, Deletions};
use shared::stores::subscriptions::Subscriptions;
use shared::stores::users::{User, Users};

/// Why a subscription ends whose account is deleted.
pub(crate) const ACCOUNT_DELETED: &str = "account deleted";
/// How often a customer that came to be meanwhile is looked after.
const TRIES_MAX: u32 = 3;

/// Accounts that go.
pub struct Accounts {
    stripe: Stripe,
    billing: Billing,
    customers: Customers,
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
    deletions: Deletions,
}

impl Accounts {
    /// The tables and Stripe as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let billing = Billing::connect(services)?;
        let stripe = billing.stripe().clone();
        Ok(Self {
            customers: Customers::connect(services, stripe.clone())?,
            stripe,
            billing,
            database: services.database(&[Table::Users, Table::Subscriptions, Table::Sessions])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
            deletions: Deletions::connect(services)?,
        })
    }

    /// Deletes an account. While Stripe does not answer, nothing is deleted.
    pub async fn delete(&self, user: &User, now: Timestamp) -> Result<(), ApiError> {
        let mut user = user.clone();
        for _ in 0..TRIES_MAX {
            let customers = match &user.stripe_customer_id {
                Some(customer) => self.customers.all(customer).await?,
                None => Vec::new(),
            };
            self.close(&customers).await.map_err(not_closed)?;
            let deletion = Deletion { user_id: user.id, customer: customers.first().cloned(), deleted_at: now };
            let mut statements = self.users.remove(&user)?;
            statements.extend(self.subscriptions.remove(user.id, &customers, now)?);
            statements.push(self.deletions.add(&deletion)?);
            match self.database.transact(statements).await {
                Ok(()) => {
                    // What fails here is the job's to finish.
                    let _ = self.finish(&deletion, now).await;
                    return Ok(());
                }
                Err(StoreError::Condition(_)) => {}
                Err(error) => return Err(error.into()),
            }
            match self.users.get(user.id).await? {
                Some(changed) => user = changed,
                // Another request deleted it.
                None => return Ok(()),
            }
        }
        Err(ApiError::unavailable("the account changed each time"))
    }

    /// Finishes all deletions that are not done with; how many are, and how many failed.
    pub async fn finish_all(&self, now: Timestamp) -> Result<(u32, u32), StoreError> {
        let (mut finished, mut failed) = (0, 0);
        for deletion in self.deletions.all().await? {
            match self.finish(&deletion, now).await {
                Ok(()) => finished += 1,
                Err(_) => failed += 1,
            }
        }
        Ok((finished, failed))
    }

    /// Enters the end into the ledger, and sweeps the rest. It is done with once nobody can write of it any more.
    async fn finish(&self, deletion: &Deletion, now: Timestamp) -> Result<(), ApiError> {
        self.deletions.sweep(deletion.user_id).await?;
        if let Some(customer) = &deletion.customer {
            self.billing.converge(customer, None, now).await?;
        }
        if deletion.is_quiet(now) {
            self.deletions.done(deletion).await?;
        }
        Ok(())
    }

    /// Ends everything at Stripe by which customers could be billed.
    async fn close(&self, customers: &[String]) -> Result<(), StripeError> {
        let closing = customers.iter().map(|customer| async move {
            match self.close_one(customer).await {
                // Nothing can be billed to a customer that Stripe does not know.
                Err(StripeError::Missing { .. }) => Ok(()),
                closed => closed,
            }
        });
        try_join_all(closing).await.map(|_| ())
    }

    async fn close_one(&self, customer: &str) -> Result<(), StripeError> {
        let (subscriptions, open) =
            tokio::try_join!(self.stripe.subscriptions(customer), self.stripe.open_sessions(customer))?;
        try_join_all(open.iter().map(|session| self.stripe.expire_session(&session.id))).await?;
        let live = subscriptions.iter().filter(|one| one.status.is_live() || one.status == Status::Incomplete);
        try_join_all(live.map(|one| self.stripe.end_now(&one.id, ACCOUNT_DELETED.to_owned()))).await?;
        self.stripe.delete_customer(customer).await
    }
}

fn not_closed(error: StripeError) -> ApiError {
    let message = "Our payment provider cannot be reached, so nothing was deleted; please try again in a moment.";
    ApiError { message: message.into(), ..ApiError::unavailable(error) }
}
