//! The copy converges: read the guard, fetch everything from Stripe, write it in one transaction.
//!
//! For every order, repetition, overlap and crash of a history the tables end the same, because nothing is taken from the
//! event that triggered it, and because the guard's version, read before Stripe is asked, is a condition of the write: who
//! asked earlier than another wrote asks again.

use crate::customers::Customers;
use crate::ledger::entries;
use crate::letters;
use crate::notices;
use crate::prices::{Price, Prices};
use crate::rules::{self, Surplus};
use crate::snapshot::{Refund, RefundedBy, Snapshot};
use crate::stripe::{Stripe, StripeError};
use crate::webhook::{Event, Whose};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde_json::json;
use shared::http::error::ApiError;
use shared::models::ledger::{Entry, RefundEntry};
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, Deed};
use shared::stores::billing_events::{BillingEvents, EventState, Mark, Told};
use shared::stores::database::{Database, Statement, StoreError, Table, jitter_ms};
use shared::stores::mail::{NewMail, Outbox};
use shared::stores::row::Wanted;
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::users::Users;
use std::collections::HashSet;
use std::time::Duration;

/// How often it is tried: a change at Stripe brings up to four events at once, and each of them may be first once.
const RACES_MAX: u32 = 6;
/// Longest pause before the second try and before those after it, in milliseconds.
const RACE_PAUSE_MS: [u64; 2] = [200, 400];
/// Statements of a transaction beside the state's own four; DynamoDB takes a hundred.
const STATEMENTS_MAX: usize = 90;

/// Why the copy did not converge. A repetition is always right.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// Stripe did not answer as it should.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// A store did not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others wrote each time.
    #[error("all races were lost")]
    Contended,
    /// An event does not say whose it is.
    #[error("the event says in no known form whose it is")]
    Unreadable,
}

impl BillingError {
    /// Whether a repetition may come out otherwise. What is not passing fails for a reason of its own: of an object that
    /// cannot be read, or of a row that is none.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Stripe(error) => error.is_passing(),
            Self::Store(error) => !matches!(error, StoreError::Corrupt(_)),
            Self::Contended => true,
            Self::Unreadable => false,
        }
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Stripe(error) => error.into(),
            BillingError::Store(error) => error.into(),
            BillingError::Contended => Self::unavailable(error),
            BillingError::Unreadable => Self::internal(error),
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is written; the user's subscription as Stripe tells it now, with no complimentary plan.
    Written(Box<Subscription>),
    /// The event was taken in before.
    Duplicate,
    /// The customer is of none of our users.
    NotOurs,
}

/// The copy of Stripe's state in the tables.
pub struct Billing {
    pub(crate) stripe: Stripe,
    pub(crate) customers: Customers,
    pub(crate) prices: Prices,
    pub(crate) database: Database,
    pub(crate) users: Users,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) events: BillingEvents,
    pub(crate) audit: Audit,
    pub(crate) outbox: Outbox,
}

/// A customer's guard as it was read, before Stripe was asked.
pub(crate) struct Guard {
    pub(crate) customer: String,
    pub(crate) row: Customer,
    pub(crate) settled: HashSet<String>,
    pub(crate) told: Told,
    /// When the event came first that was set aside and is taken in now.
    pub(crate) received_at: Option<Timestamp>,
}

impl Billing {
    /// The tables and Stripe as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self {
            customers: Customers::connect(services, stripe.clone())?,
            prices: Prices::new(stripe.clone()),
            database: services.database(&[Table::Users, Table::Subscriptions, Table::BillingEvents, Table::Audit])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
            events: BillingEvents::connect(services)?,
            audit: Audit::connect(services)?,
            outbox: Outbox::connect(services)?,
            stripe,
        })
    }

    /// Stripe.
    pub fn stripe(&self) -> &Stripe {
        &self.stripe
    }

    /// Whose an event is; `None` when it is of nobody.
    pub async fn customer_of(&self, event: &Event) -> Result<Option<String>, BillingError> {
        match event.whose() {
            Whose::Customer(id) => Ok(Some(id)),
            Whose::Charge(id) => Ok(self.stripe.customer_of_charge(&id).await?),
            Whose::Nobody => Ok(None),
            Whose::Unreadable => Err(BillingError::Unreadable),
        }
    }

    /// The ledger of a customer as Stripe has it now, of no plan in particular, and the refunds in it.
    pub async fn ledger_at_stripe(&self, customer: &str) -> Result<(Vec<Entry>, Vec<Refund>), StripeError> {
        let snapshot = self.stripe.snapshot(customer).await?;
        let entries = entries(&snapshot, &[]).into_iter().map(|(_, entry)| entry).collect();
        Ok((entries, snapshot.charges.into_iter().flat_map(|charge| charge.refunds).collect()))
    }

    /// Brings the tables to what Stripe says of a customer now, and marks the event that asked for it, if one did.
    pub async fn converge(
        &self,
        customer: &str,
        event: Option<&Event>,
        now: Timestamp,
    ) -> Result<Outcome, BillingError> {
        for race in 0..RACES_MAX {
            if race > 0 {
                tokio::time::sleep(Duration::from_millis(jitter_ms(RACE_PAUSE_MS[usize::from(race > 1)]))).await;
            }
            let guard = match self.guard(customer, event).await? {
                Ok(guard) => guard,
                Err(outcome) => return Ok(outcome),
            };
            let (snapshot, prices) = tokio::try_join!(self.fetch(&guard), async { Ok(self.prices.get(now).await?) })?;
            let notes = self.notes(&guard, &snapshot, &prices, &HashSet::new(), now)?;
            let subscription = rules::row(&snapshot, &prices, &guard.customer);
            if let Some(outcome) = self.write(guard, subscription, notes, event, now).await? {
                return Ok(outcome);
            }
        }
        Err(BillingError::Contended)
    }

    /// Reads the guard, the mark and what is settled, side by side; `Err` when there is nothing to do.
    async fn guard(&self, customer: &str, event: Option<&Event>) -> Result<Result<Guard, Outcome>, BillingError> {
        let mark = event.map(|event| Mark::key(&event.id));
        let wanted = Wanted::default().and(&Customer::key(customer)).and(&Told::key(customer));
        let wanted = mark.iter().fold(wanted, Wanted::and);
        let (rows, mut settled) = tokio::try_join!(self.database.read(&wanted), self.events.settled(customer))?;
        let mut told: Told = rows.get(&Told::key(customer))?.unwrap_or_default();
        let marked = mark.as_ref().map(|mark| rows.get(mark)).transpose()?.flatten();
        if marked.as_ref().is_some_and(|mark| mark.state == EventState::Applied) {
            return Ok(Err(Outcome::Duplicate));
        }
        let row = match rows.get(&Customer::key(customer))? {
            Some(row) => row,
            None => match self.customers.adopt(customer).await? {
                Some(row) => row,
                None => return Ok(Err(Outcome::NotOurs)),
            },
        };
        // Where a user has several customers, the first one's row guards them all.
        let (customer, row) = match row.same_as.clone() {
            None => (customer.to_owned(), row),
            Some(first) => {
                let row: Option<Customer> = self.database.get(&Customer::key(&first)).await?;
                let known = self.known(&first).await?;
                settled.extend(known.0);
                told.causes.extend(known.1.causes);
                (first, row.ok_or_else(|| StoreError::Corrupt("a further customer has no first".into()))?)
            }
        };
        for known in try_join_all(row.others.iter().map(|other| self.known(other))).await? {
            settled.extend(known.0);
            told.causes.extend(known.1.causes);
        }
        Ok(Ok(Guard { customer, row, settled, told, received_at: marked.map(|mark| mark.received_at) }))
    }

    /// What was written of a customer before: entries that are settled, and what they were told besides.
    async fn known(&self, customer: &str) -> Result<(HashSet<String>, Told), StoreError> {
        let customers = [customer];
        tokio::try_join!(self.events.settled(customer), self.events.told(&customers))
    }

    /// Everything that Stripe knows of the user's customers, once no subscription of theirs is one too many.
    pub(crate) async fn fetch(&self, guard: &Guard) -> Result<Snapshot, BillingError> {
        let snapshot = self.snapshot(guard).await?;
        let surplus = match guard.row.deleted_at {
            None => rules::surplus(&snapshot),
            Some(deleted_at) => rules::orphans(&snapshot, deleted_at),
        };
        if surplus.is_empty() {
            return Ok(snapshot);
        }
        for one in surplus {
            self.undo(one).await?;
        }
        Ok(self.snapshot(guard).await?)
    }

    pub(crate) async fn snapshot(&self, guard: &Guard) -> Result<Snapshot, StripeError> {
        self.stripe.snapshots(std::iter::once(&guard.customer).chain(&guard.row.others)).await
    }

    /// Gives back what a surplus subscription took, then ends it. A crash between leaves it live, so that it is found again.
    async fn undo(&self, surplus: Surplus) -> Result<(), StripeError> {
        for (invoice, payment_intent) in &surplus.paid {
            self.stripe.refund_duplicate(payment_intent, &format!("refund-duplicate-{invoice}")).await?;
        }
        self.stripe.end_now(&surplus.subscription, surplus.comment).await
    }

    /// Writes what the snapshot says; `None` when another write came first.
    pub(crate) async fn write(
        &self,
        guard: Guard,
        subscription: Subscription,
        mut notes: Vec<Statement>,
        event: Option<&Event>,
        now: Timestamp,
    ) -> Result<Option<Outcome>, BillingError> {
        let Guard { customer, mut row, received_at, .. } = guard;
        while notes.len() > STATEMENTS_MAX {
            // A customer with years of history is adopted: the oldest entries first, in transactions of their own. What is
            // news comes last, with its mail, in one.
            let mut part = vec![self.advance(&customer, &mut row)?];
            part.extend(notes.drain(..STATEMENTS_MAX.min(notes.len() - STATEMENTS_MAX)));
            match self.database.transact(part).await {
                Err(StoreError::Condition(_)) => return Ok(None),
                done => done?,
            }
        }
        let (user_id, is_deleted) = (row.user_id, row.deleted_at.is_some());
        let mut statements = vec![self.advance(&customer, &mut row)?];
        if !is_deleted {
            statements.push(self.users.exists(user_id)?);
            statements.push(self.subscriptions.converge(user_id, &subscription, now)?);
        }
        let mark = statements.len();
        if let Some(event) = event {
            let received_at = received_at.unwrap_or(now);
            let mark = Mark::applied(&event.id, &event.kind, &customer, user_id, received_at);
            statements.push(self.events.mark(&mark)?);
        }
        statements.append(&mut notes);
        match self.database.transact(statements).await {
            Ok(()) if is_deleted => Ok(Some(Outcome::NotOurs)),
            Ok(()) => Ok(Some(Outcome::Written(Box::new(subscription)))),
            Err(StoreError::Condition(failed)) if event.is_some() && failed.at(mark) => Ok(Some(Outcome::Duplicate)),
            Err(StoreError::Condition(failed)) if !is_deleted && failed.at(1) => Ok(Some(Outcome::NotOurs)),
            Err(StoreError::Condition(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A statement that moves the guard on by one.
    fn advance(&self, customer: &str, row: &mut Customer) -> Result<Statement, StoreError> {
        let read = row.version;
        row.version += 1;
        self.subscriptions.replace_customer(customer, row, read)
    }

    /// Statements that write the ledger's entries but for those that are settled, each with its mail unless that was written
    /// before, what else the customer is to be told, and what was done about a surplus or by an operator. A user who was
    /// deleted is told nothing.
    pub(crate) fn notes(
        &self,
        guard: &Guard,
        snapshot: &Snapshot,
        prices: &[Price],
        mailed: &HashSet<String>,
        now: Timestamp,
    ) -> Result<Vec<Statement>, StoreError> {
        let (settled, is_deleted) = (&guard.settled, guard.row.deleted_at.is_some());
        let mut notes = Vec::new();
        let entries = entries(snapshot, prices);
        for (customer, entry) in entries.iter().filter(|(_, entry)| !settled.contains(entry.id())) {
            notes.push(self.events.enter(customer, entry)?);
            if let Some(mail) = letters::mail(entry, snapshot, now)
                && !mailed.contains(&mail.cause)
                && !is_deleted
            {
                notes.push(self.outbox.add(&mail)?);
            }
        }
        if !is_deleted {
            notes.append(&mut self.tell(guard, notices::mails(snapshot, &entries, prices, now))?);
        }
        for one in snapshot.subscriptions.iter().filter(|one| !settled.contains(&one.id)) {
            let Some(kept) = rules::duplicate_of(one) else { continue };
            notes.push(self.audit.note(&Deed {
                at: one.ended_at.unwrap_or(one.created),
                cause: format!("duplicate-{}", one.id),
                actor: "billing".to_owned(),
                action: "subscription.cancel_duplicate".to_owned(),
                subject: one.id.clone(),
                reason: format!("the user has {kept} already"),
                before: json!({ "ended_at": null }),
                after: json!({ "ended_at": one.ended_at, "status": one.status }),
            })?);
        }
        for refund in snapshot.charges.iter().flat_map(|charge| &charge.refunds) {
            let Some(by) = refund.by.as_ref().filter(|_| !settled.contains(&refund.entry.id)) else { continue };
            notes.push(self.audit.note(&deed_of(&refund.entry, by))?);
        }
        Ok(notes)
    }

    /// Statements that tell a customer what they were not told yet.
    fn tell(&self, guard: &Guard, mails: Vec<NewMail>) -> Result<Vec<Statement>, StoreError> {
        let mut told = guard.told.clone();
        let mut statements = Vec::new();
        for mail in mails.into_iter().filter(|mail| !guard.told.causes.contains(&mail.cause)) {
            statements.push(self.outbox.add(&mail)?);
            told.causes.insert(mail.cause);
        }
        if !statements.is_empty() {
            statements.push(self.events.tell(&guard.customer, &told)?);
        }
        Ok(statements)
    }
}

/// What an operator did who gave money back, as it was noted beside the refund itself.
fn deed_of(refund: &RefundEntry, by: &RefundedBy) -> Deed {
    Deed {
        at: refund.created,
        cause: format!("refund-{}", refund.id),
        actor: by.actor.clone(),
        action: "payment.refund".to_owned(),
        subject: by.payment.clone(),
        reason: by.reason.clone(),
        before: json!({ "amount_refunded": by.refunded_before }),
        after: json!({ "amount_refunded": by.refunded_before + refund.amount, "refund": refund.id }),
    }
}
