//! Deleting an account: first at Stripe, then here, so no deleted user is still billed.
//!
//! 1. At Stripe, open checkouts expire, subscriptions end and the customer is deleted. Nothing can be charged any more.
//! 2. One transaction deletes the user and the address, which ends every session, marks the customers' rows, and writes
//!    a row that records the pending cleanup. It fails if a customer was created meanwhile, which is then closed as
//!    well.
//! 3. The other rows are deleted now, and again by a job until none is left. The ledger stays: it contains only amounts
//!    and Stripe's ids.
//!
//! A crash after the first step leaves an account without a subscription; after the second, a row that the job finds.

use crate::converge::Billing;
use crate::customers::Customers;
use crate::error::BillingError;
use crate::rules::ACCOUNT_DELETED;
use crate::stripe::{Stripe, StripeError};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde_json::json;
use shared::http::error::ApiError;
use shared::models::ids::UserId;
use shared::models::language::Language;
use shared::models::mail_content::MailContent;
use shared::models::subscription::Status;
use shared::models::user::User;
use shared::runtime::Log;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::deletions::{Deletion, Deletions};
use shared::stores::error::StoreError;
use shared::stores::mail::{Addressee, NOTICE_LIFE, NewMail, Outbox, cause_of};
use shared::stores::subscriptions::Subscriptions;
use shared::stores::table::Table;
use shared::stores::users::Users;

/// The most attempts at the deletion when a customer is created meanwhile.
const TRIES_MAX: u32 = 3;

/// Deletes accounts.
pub struct Accounts {
    stripe: Stripe,
    billing: Billing,
    customers: Customers,
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
    deletions: Deletions,
    outbox: Outbox,
    log: Log,
    function: String,
}

impl Accounts {
    /// Uses this function's settings.
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
            outbox: Outbox::connect(services)?,
            log: services.log().clone(),
            function: services.function().to_owned(),
        })
    }

    /// Deletes an account, and writes the confirmation in the given language. If Stripe does not answer, nothing is
    /// deleted.
    #[boxed]
    pub async fn delete(&self, user: &User, language: Language, now: Timestamp) -> Result<(), ApiError> {
        let mut user = user.clone();
        for _ in 0..TRIES_MAX {
            let customers = match &user.stripe_customer_id {
                Some(customer) => self.customers.all(customer).await?,
                None => Vec::new(),
            };
            let strays = match self.customers.strays(&user, &customers).await {
                // An account without a customer can be deleted while Stripe is down.
                Err(_) if customers.is_empty() => Vec::new(),
                strays => strays.map_err(not_closed)?,
            };
            self.close(customers.iter().chain(&strays)).await.map_err(not_closed)?;
            let deletion = Deletion { user_id: user.id, customer: customers.first().cloned(), deleted_at: now };
            let mut statements = self.users.remove(&user)?;
            statements.extend(self.subscriptions.remove(user.id, &customers, now)?);
            statements.push(self.deletions.add(&deletion)?);
            statements.push(self.outbox.add(&farewell(&user, language, now))?);
            match self.database.transact(statements).await {
                Ok(()) => {
                    // If this fails, the job finishes it.
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
        Err(ApiError::unavailable("the account changed at every attempt"))
    }

    /// Finishes all pending deletions. Returns how many succeeded, and how many failed and will be retried.
    #[boxed]
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

    /// Deletes the remaining rows, and records the end of the subscriptions in the ledger. The deletion is complete
    /// once no request in flight can still write rows of the account. A permanent failure of the recording is logged
    /// and not retried.
    async fn finish(&self, deletion: &Deletion, now: Timestamp) -> Result<(), BillingError> {
        self.deletions.sweep(deletion.user_id).await?;
        if let Some(customer) = &deletion.customer
            && let Err(error) = self.billing.converge(customer, None, now).await
        {
            if error.is_transient() {
                return Err(error);
            }
            let line = json!({
                "level": "warn",
                "function": self.function,
                "stripe_customer_id": customer,
                "cause": format!("cannot record the end of a deleted account's subscriptions: {error}"),
            });
            (self.log)(&line.to_string());
        }
        if deletion.is_quiet(now) {
            self.deletions.done(deletion).await?;
        }
        Ok(())
    }

    /// Ends everything at Stripe that could still charge these customers.
    async fn close(&self, customers: impl Iterator<Item = &String>) -> Result<(), StripeError> {
        let closing = customers.map(|customer| async move {
            match self.close_one(customer).await {
                // A customer that Stripe does not know cannot be charged.
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

/// The cause of the email that confirms the deletion of an account.
pub fn farewell_cause(user_id: UserId) -> String {
    cause_of("account-deleted", user_id, "")
}

/// The email that confirms the deletion, written in the transaction that deletes the account.
fn farewell(user: &User, language: Language, now: Timestamp) -> NewMail {
    NewMail {
        cause: farewell_cause(user.id),
        to: user.email.clone().into(),
        content: MailContent::AccountDeleted { at: now }.into(),
        addressee: Some(Addressee { name: user.name.clone(), language }),
        grant: None,
        created_at: now,
        until: now + NOTICE_LIFE,
    }
}

fn not_closed(error: impl Into<BillingError>) -> ApiError {
    let error = error.into();
    let message = "Our payment provider cannot be reached, so nothing was deleted; please try again in a moment.";
    ApiError { message: message.into(), ..ApiError::unavailable(error) }
}
