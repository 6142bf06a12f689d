//! Deleting an account: first at Stripe, then here, so no deleted user is still billed.
//!
//! 1. A row records that the deletion was requested. From then on, a job completes it whatever happens.
//! 2. At Stripe, open checkouts expire, subscriptions end and the customer is deleted. Nothing can be charged any more.
//! 3. One transaction deletes the user and the address, which ends every session, marks the customers' rows, writes the
//!    confirmation, and replaces the request's row by one that records the pending cleanup. It fails if a customer was
//!    created meanwhile, which is then closed as well.
//! 4. The other rows are deleted now, and again by a job until none is left. The ledger stays: it contains only amounts
//!    and Stripe's ids.
//!
//! If step 2 fails, Stripe is asked what has happened. If nothing has, the request is withdrawn and nothing is deleted.
//! If every subscription has ended, the account is deleted, and the job does the rest at Stripe. Otherwise the job
//! completes the deletion.

use crate::converge::Billing;
use crate::customers::Customers;
use crate::error::BillingError;
use crate::rules::{self, ACCOUNT_DELETED};
use crate::snapshot::Subscription;
use crate::stripe::{Stripe, StripeError};
use boxed::boxed;
use futures::future::{join_all, try_join_all};
use jiff::Timestamp;
use serde_json::json;
use shared::http::error::ApiError;
use shared::models::erased::Erased;
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

    /// Deletes an account, and writes the confirmation in the given language. Returns what was deleted with it,
    /// or `None` if that could not be counted.
    ///
    /// If Stripe does not answer, nothing is deleted. After any later failure the error says that the deletion will be
    /// completed, and [`Accounts::finish_all`] does that.
    #[boxed]
    pub async fn delete(&self, user: &User, language: Language, now: Timestamp) -> Result<Option<Erased>, ApiError> {
        self.remove(user, Request { language, at: now, is_begun: false }, now).await
    }

    /// Continues all pending deletions. Returns how many succeeded, and how many failed and will be retried.
    #[boxed]
    pub async fn finish_all(&self, now: Timestamp) -> Result<(u32, u32), StoreError> {
        let (mut finished, mut failed) = (0, 0);
        for deletion in self.deletions.all().await? {
            match self.resume(&deletion, now).await {
                Ok(is_finished) => finished += u32::from(is_finished),
                Err(_) => failed += 1,
            }
        }
        Ok((finished, failed))
    }

    /// Continues a deletion where it stopped. `false` if the request may still be at work.
    async fn resume(&self, deletion: &Deletion, now: Timestamp) -> Result<bool, ApiError> {
        let Some(user) = self.users.get(deletion.user_id).await? else {
            self.finish(deletion, now).await?;
            return Ok(true);
        };
        if !deletion.can_be_finished(now) {
            return Ok(false);
        }
        if let Some(customer) = &user.stripe_customer_id {
            self.refund_later(customer, deletion.deleted_at).await?;
        }
        let request =
            Request { language: deletion.language.unwrap_or_default(), at: deletion.deleted_at, is_begun: true };
        self.remove(&user, request, now).await?;
        Ok(true)
    }

    /// Refunds and ends what was bought after the deletion was requested.
    async fn refund_later(&self, customer: &str, requested_at: Timestamp) -> Result<(), BillingError> {
        let customers = self.customers.all(customer).await?;
        let snapshot = self.stripe.snapshots(customers.iter()).await?;
        for bought in rules::orphans(&snapshot, requested_at).iter().filter(|surplus| !surplus.paid.is_empty()) {
            self.billing.cancel_surplus(bought).await?;
        }
        Ok(())
    }

    async fn remove(&self, user: &User, mut request: Request, now: Timestamp) -> Result<Option<Erased>, ApiError> {
        let mut user = user.clone();
        for _ in 0..TRIES_MAX {
            let account = match self.find(&user).await {
                Ok(account) => account,
                Err(error) => return Err(self.not_found(user.id, &request, error).await),
            };
            let is_closed = self.close_first(&user, &account, &mut request).await?;
            let open = if is_closed { Vec::new() } else { account.all() };
            let deletion = Deletion { deleted_at: now, language: None, ..request.row(&user, &account, open) };
            // A deletion does not fail because nobody can say how much it deletes.
            let erased = self.deletions.count(&user).await.ok();
            match self.transact(&user, &account, &deletion, &request, erased).await {
                Ok(()) => {
                    // If this fails, the job finishes it. It also does the rest at Stripe, which has just failed.
                    let _ = self.finish(&Deletion { open: Vec::new(), ..deletion }, now).await;
                    return Ok(erased);
                }
                Err(StoreError::Condition(_)) => {}
                Err(error) => return Err(request.failed(error)),
            }
            match self.users.get(user.id).await.map_err(|error| request.failed(error))? {
                Some(changed) => user = changed,
                // Another request deleted it.
                None => return Ok(erased),
            }
        }
        Err(request.failed(BillingError::Contended))
    }

    /// The error if [`Accounts::find`] failed. An earlier request may be pending, so it is not always true that nothing was
    /// deleted.
    async fn not_found(&self, user_id: UserId, request: &Request, error: BillingError) -> ApiError {
        if request.is_begun {
            return unfinished(error);
        }
        match (self.deletions.all().await, error) {
            (Ok(pending), error) if pending.iter().any(|deletion| deletion.user_id == user_id) => unfinished(error),
            (Ok(_), BillingError::Store(error)) | (Err(error), _) => error.into(),
            (Ok(_), error) => not_closed(error),
        }
    }

    /// Records the request, then closes the account at Stripe. `false` if nothing can be charged any more, but a part
    /// is left for the job.
    async fn close_first(&self, user: &User, account: &Account, request: &mut Request) -> Result<bool, ApiError> {
        if account.at_stripe.is_empty() {
            return Ok(true);
        }
        let row = request.row(user, account, Vec::new());
        let is_first = !request.is_begun && self.record(&row).await?;
        request.is_begun = true;
        let Err(error) = self.close(&account.at_stripe).await else { return Ok(true) };
        match self.progress(&account.at_stripe).await {
            Ok(Progress::None) if is_first && self.deletions.remove(&row).await.is_ok() => Err(not_closed(error)),
            Ok(Progress::Ended) => Ok(false),
            _ => Err(unfinished(error)),
        }
    }

    /// Records a request. `false` if an earlier request is still pending: the job completes that one.
    async fn record(&self, row: &Deletion) -> Result<bool, ApiError> {
        match self.database.transact(vec![self.deletions.request(row)?]).await {
            Ok(()) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            // It may have been written.
            Err(error) => match self.deletions.remove(row).await {
                Ok(()) => Err(error.into()),
                Err(error) => Err(unfinished(error)),
            },
        }
    }

    /// Deletes the account itself. The condition fails if it has changed.
    async fn transact(
        &self,
        user: &User,
        account: &Account,
        deletion: &Deletion,
        request: &Request,
        erased: Option<Erased>,
    ) -> Result<(), StoreError> {
        let mut statements = self.users.remove(user)?;
        // What was bought after the request is refunded.
        statements.extend(self.subscriptions.remove(user.id, &account.customers, request.at)?);
        statements.push(self.deletions.add(deletion)?);
        statements.push(self.outbox.add(&account_deleted_mail(user, request.language, erased, deletion.deleted_at))?);
        self.database.transact(statements).await
    }

    /// Deletes the remaining rows, closes what is still open at Stripe, and records the end of the subscriptions in the
    /// ledger; if that fails permanently, it is logged and not retried. The deletion is complete once no request in flight
    /// can still write rows of the account.
    async fn finish(&self, deletion: &Deletion, now: Timestamp) -> Result<(), BillingError> {
        self.deletions.delete_account_data(deletion).await?;
        self.close(&self.stripe_customers(deletion.open.iter()).await?).await?;
        if let Some(customer) = &deletion.customer
            && let Err(error) = self.billing.converge(customer, None, now).await
        {
            if error.is_transient() {
                return Err(error);
            }
            self.warn(customer, &format!("cannot record the end of a deleted account's subscriptions: {error}"));
        }
        if deletion.can_be_finished(now) {
            self.deletions.remove(deletion).await?;
        }
        Ok(())
    }

    /// The customers of an account, and what they have at Stripe. Changes nothing.
    async fn find(&self, user: &User) -> Result<Account, BillingError> {
        let customers = match &user.stripe_customer_id {
            Some(customer) => self.customers.all(customer).await?,
            None => Vec::new(),
        };
        let strays = match self.customers.strays(user, &customers).await {
            // An account without a customer can be deleted while Stripe is down.
            Err(_) if customers.is_empty() => Vec::new(),
            strays => strays?,
        };
        let at_stripe = self.stripe_customers(customers.iter().chain(&strays)).await?;
        Ok(Account { customers, at_stripe })
    }

    /// What these customers have at Stripe. A customer that Stripe does not know cannot be charged, and is left out.
    async fn stripe_customers(
        &self,
        customers: impl Iterator<Item = &String>,
    ) -> Result<Vec<StripeCustomer>, StripeError> {
        let reading = customers.map(|customer| async move {
            match tokio::try_join!(
                self.stripe.customer(customer),
                self.stripe.subscriptions(customer),
                self.stripe.open_sessions(customer)
            ) {
                Ok((None, ..)) | Err(StripeError::Missing { .. }) => Ok(None),
                Ok((Some(_), subscriptions, sessions)) => {
                    let live =
                        subscriptions.into_iter().filter(could_charge).map(|subscription| subscription.id).collect();
                    let sessions = sessions.into_iter().map(|session| session.id).collect();
                    Ok(Some(StripeCustomer { customer: customer.clone(), live, sessions }))
                }
                Err(error) => Err(error),
            }
        });
        Ok(try_join_all(reading).await?.into_iter().flatten().collect())
    }

    /// Ends everything at Stripe that could still charge these customers. No call is abandoned when another one fails.
    async fn close(&self, at_stripe: &[StripeCustomer]) -> Result<(), StripeError> {
        join_all(at_stripe.iter().map(|account| self.close_one(account))).await.into_iter().collect()
    }

    async fn close_one(&self, at_stripe: &StripeCustomer) -> Result<(), StripeError> {
        let expired = join_all(at_stripe.sessions.iter().map(|session| self.stripe.expire_session(session))).await;
        expired.into_iter().collect::<Result<Vec<_>, _>>()?;
        let ended = at_stripe.live.iter().map(|id| self.stripe.end_now(id, ACCOUNT_DELETED.to_owned()));
        join_all(ended).await.into_iter().collect::<Result<(), _>>()?;
        match self.stripe.void_open(&at_stripe.customer, None).await {
            // Nothing can be charged any more, so this does not keep the account.
            Err(error) if error.is_refusal() => {
                self.warn(&at_stripe.customer, &format!("cannot void the invoices of a deleted account: {error}"));
            }
            voided => voided?,
        }
        self.stripe.delete_customer(&at_stripe.customer).await
    }

    fn warn(&self, customer: &str, cause: &str) {
        let line =
            json!({ "level": "warn", "function": self.function, "stripe_customer_id": customer, "cause": cause });
        (self.log)(&line.to_string());
    }

    /// How far a failed [`Accounts::close`] came, according to Stripe.
    async fn progress(&self, before: &[StripeCustomer]) -> Result<Progress, StripeError> {
        let now = self.stripe_customers(before.iter().map(|account| &account.customer)).await?;
        let is_whole = |account: &StripeCustomer| {
            now.iter()
                .any(|left| left.customer == account.customer && account.live.iter().all(|id| left.live.contains(id)))
        };
        Ok(if before.iter().all(is_whole) {
            Progress::None
        } else if now.iter().all(|account| account.live.is_empty()) {
            Progress::Ended
        } else {
            Progress::Partial
        })
    }
}

/// A request to delete an account.
struct Request {
    language: Language,
    at: Timestamp,
    /// Whether something irreversible may have happened.
    is_begun: bool,
}

impl Request {
    /// The row that makes the job complete the deletion, with the customers that must still be closed at Stripe.
    fn row(&self, user: &User, account: &Account, open: Vec<String>) -> Deletion {
        let customer = account.customers.first().cloned();
        let profiles = user.stored_profiles.iter().map(|profile| profile.id).collect();
        Deletion { user_id: user.id, customer, deleted_at: self.at, language: Some(self.language), open, profiles }
    }

    fn failed(&self, error: impl Into<BillingError>) -> ApiError {
        let error = error.into();
        if self.is_begun { unfinished(error) } else { error.into() }
    }
}

/// An account at Stripe.
struct Account {
    /// The customers that have a row here, the first one first.
    customers: Vec<String>,
    /// What Stripe has of these, and of customers without a row.
    at_stripe: Vec<StripeCustomer>,
}

impl Account {
    /// The customers that Stripe has.
    fn all(&self) -> Vec<String> {
        self.at_stripe.iter().map(|account| account.customer.clone()).collect()
    }
}

/// What a customer has at Stripe.
struct StripeCustomer {
    customer: String,
    /// The subscriptions that could still charge.
    live: Vec<String>,
    /// The open checkouts.
    sessions: Vec<String>,
}

/// How far the closing of an account at Stripe came.
enum Progress {
    /// Every subscription and customer is still there.
    None,
    /// No subscription is left, but a customer is.
    Ended,
    /// Some subscriptions have ended, and some have not.
    Partial,
}

fn could_charge(subscription: &Subscription) -> bool {
    subscription.status.is_live() || subscription.status == Status::Incomplete
}

/// The cause of the email that confirms the deletion of an account.
pub fn account_deleted_cause(user_id: UserId) -> String {
    cause_of("account-deleted", user_id, "")
}

/// The email that confirms the deletion, written in the transaction that deletes the account.
fn account_deleted_mail(user: &User, language: Language, erased: Option<Erased>, now: Timestamp) -> NewMail {
    NewMail {
        cause: account_deleted_cause(user.id),
        to: user.email.clone().into(),
        content: MailContent::AccountDeleted { at: now, erased }.into(),
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

/// The error once something irreversible may have happened: the job completes the deletion.
fn unfinished(error: impl Into<BillingError>) -> ApiError {
    let error = error.into();
    let message = "Your account is being deleted, but that could not be completed yet. It will be completed automatically \
                   within some minutes; you will get an email.";
    ApiError { message: message.into(), ..ApiError::unavailable(error) }
}
