//! Convergence: read the guard, fetch everything from Stripe, write it in one transaction.
//!
//! The tables end up the same for every order, repetition, overlap and crash of events: no data is taken from the
//! triggering event, and the write is conditional on the guard's version, which is read before the calls to Stripe. If
//! another write comes first, everything is fetched again.

use crate::billing_mail::{self, MailRecipient};
use crate::customers::Customers;
use crate::error::BillingError;
use crate::ledger::entries;
use crate::notices;
use crate::price::Price;
use crate::prices::Prices;
use crate::rules::{self, Surplus};
use crate::snapshot::{Refund, RefundedBy, Snapshot, Subscription as Billed};
use crate::stripe::{Stripe, StripeError};
use crate::webhook::{Event, Owner};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::http::error::ApiError;
use shared::models::ids::UserId;
use shared::models::ledger::{Entry, RefundEntry};
use shared::models::plan::of_lookup_key;
use shared::models::subscription::Subscription;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry};
use shared::stores::backoff::jitter_ms;
use shared::stores::billing_events::{BillingEvents, EventRecord, EventState, SentNotices};
use shared::stores::database::{Database, Statement};
use shared::stores::error::StoreError;
use shared::stores::mail::{NewMail, Outbox};
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::table::Table;
use shared::stores::users::Users;
use std::collections::HashSet;
use std::time::Duration;

/// The most attempts: a change at Stripe sends up to four events at once, and each of them may win a race once.
const RACES_MAX: u32 = 6;
/// The longest pause before the second attempt, and before later ones, in milliseconds.
const RACE_PAUSE_MS: [u64; 2] = [200, 400];
/// Statements of a transaction besides the state's own four; DynamoDB accepts a hundred.
const STATEMENTS_MAX: usize = 90;

/// The outcome of convergence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was written. Contains the user's subscription according to Stripe, without a complimentary plan.
    Written(Box<Subscription>),
    /// The event was processed before.
    Duplicate,
    /// The customer belongs to none of our users.
    NotOurs,
}

/// Keeps the tables in line with Stripe.
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
    grace: SignedDuration,
}

/// A customer's guard, as read before the calls to Stripe.
pub(crate) struct Guard {
    pub(crate) customer: String,
    pub(crate) row: Customer,
    /// The ids of settled ledger entries.
    pub(crate) settled: HashSet<String>,
    pub(crate) sent_notices: SentNotices,
    /// When the event was first received, if it was set aside and is now being replayed.
    pub(crate) received_at: Option<Timestamp>,
}

/// The result of reading a guard.
enum Guarded {
    /// A customer of ours to converge.
    Customer(Box<Guard>),
    /// There is nothing to do.
    Nothing(Outcome),
}

impl Billing {
    /// Uses this function's settings.
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
            grace: services.grace()?,
            stripe,
        })
    }

    /// Stripe.
    pub fn stripe(&self) -> &Stripe {
        &self.stripe
    }

    /// The customer of an event; `None` if it belongs to no customer.
    #[boxed]
    pub async fn customer_of(&self, event: &Event) -> Result<Option<String>, BillingError> {
        match event.owner() {
            Owner::Customer(id) => Ok(Some(id)),
            Owner::Charge(id) => Ok(self.stripe.customer_of_charge(&id).await?),
            Owner::Nobody => Ok(None),
            Owner::Unreadable => Err(BillingError::Unreadable),
        }
    }

    /// Whether a customer belongs to a user. A customer without a row here is adopted first.
    #[boxed]
    pub async fn is_of(&self, customer: &str, user_id: UserId) -> Result<bool, BillingError> {
        let row = match self.database.get(&Customer::key(customer)).await? {
            Some(row) => Some(row),
            None => self.customers.adopt(customer).await?,
        };
        Ok(row.is_some_and(|row| row.user_id == user_id))
    }

    /// The ledger of a customer according to Stripe, without plans, and its refunds.
    #[boxed]
    pub async fn ledger_at_stripe(&self, customer: &str) -> Result<(Vec<Entry>, Vec<Refund>), StripeError> {
        let snapshot = self.stripe.snapshot(customer).await?;
        let entries = entries(&snapshot, &[]).into_iter().map(|(_, entry)| entry).collect();
        Ok((entries, snapshot.charges.into_iter().flat_map(|charge| charge.refunds).collect()))
    }

    /// Brings the tables in line with Stripe's current state of a customer, and records the triggering event, if any, as
    /// processed.
    #[boxed]
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
            let mut guard = match self.guard(customer, event).await? {
                Guarded::Customer(guard) => *guard,
                Guarded::Nothing(outcome) => return Ok(outcome),
            };
            let (snapshot, _) = tokio::try_join!(self.fetch(&guard), async { Ok(self.prices.get(now).await?) })?;
            let prices = self.prices.with_billed(&snapshot, &mut guard.row.billed, now).await?;
            let notes = self.notes(&guard, &snapshot, &prices, &HashSet::new(), now)?;
            let subscription = rules::row(&snapshot, &prices, &guard.customer);
            if let Some(outcome) = self.write(guard, subscription, notes, event, now).await? {
                return Ok(outcome);
            }
        }
        Err(BillingError::Contended)
    }

    /// The subscriptions of a customer at Stripe. If the price of one no longer names a plan, its plan is that of the
    /// user's row, `stored`.
    #[boxed]
    pub async fn subscriptions(&self, customer: &str, stored: &Subscription) -> Result<Vec<Billed>, StripeError> {
        let mut subscriptions = self.stripe.subscriptions(customer).await?;
        rules::recall(&mut subscriptions, stored);
        Ok(subscriptions)
    }

    /// Brings the tables in line with Stripe after a request that changed a customer there. Returns the user's row, which
    /// was `stored` before.
    ///
    /// # Errors
    /// Those of [`Billing::converge`]; `SERVICE_UNAVAILABLE` if the customer turns out to belong to another account.
    #[boxed]
    pub async fn refresh(
        &self,
        customer: &str,
        stored: &Subscription,
        now: Timestamp,
    ) -> Result<Subscription, ApiError> {
        match self.converge(customer, None, now).await? {
            Outcome::Written(fresh) => Ok(fresh.with_complimentary_plan_of(stored)),
            Outcome::Duplicate | Outcome::NotOurs => {
                Err(ApiError::unavailable("the customer belongs to another account"))
            }
        }
    }

    /// Reads the guard, the record and the settled entries in parallel.
    async fn guard(&self, customer: &str, event: Option<&Event>) -> Result<Guarded, BillingError> {
        let keys =
            (Customer::key(customer), SentNotices::key(customer), event.map(|event| EventRecord::key(&event.id)));
        let (rows, mut settled) = tokio::try_join!(self.database.read(keys), self.events.settled(customer))?;
        let (row, sent_notices, marked) = rows;
        let mut sent_notices = sent_notices.unwrap_or_default();
        if marked.as_ref().is_some_and(|record| record.state == EventState::Applied) {
            return Ok(Guarded::Nothing(Outcome::Duplicate));
        }
        let row = match row {
            Some(row) => row,
            None => match self.customers.adopt(customer).await? {
                Some(row) => row,
                None => return Ok(Guarded::Nothing(Outcome::NotOurs)),
            },
        };
        // If a user has several customers, the first one's row guards them all.
        let (customer, row) = match row.same_as.clone() {
            None => (customer.to_owned(), row),
            Some(first) => {
                let row: Option<Customer> = self.database.get(&Customer::key(&first)).await?;
                let (first_settled, first_notices) = self.written(&first).await?;
                settled.extend(first_settled);
                sent_notices.causes.extend(first_notices.causes);
                (
                    first,
                    row.ok_or_else(|| {
                        StoreError::Corrupt("an additional customer refers to a first one that does not exist".into())
                    })?,
                )
            }
        };
        for (other_settled, other_notices) in try_join_all(row.others.iter().map(|other| self.written(other))).await? {
            settled.extend(other_settled);
            sent_notices.causes.extend(other_notices.causes);
        }
        let received_at = marked.map(|record| record.received_at);
        Ok(Guarded::Customer(Box::new(Guard { customer, row, settled, sent_notices, received_at })))
    }

    /// What was already written about a customer: the settled entries and the notices.
    async fn written(&self, customer: &str) -> Result<(HashSet<String>, SentNotices), StoreError> {
        let customers = [customer];
        tokio::try_join!(self.events.settled(customer), self.events.sent_notices(&customers))
    }

    /// Cancels duplicate subscriptions, stops the renewal of those whose payment was charged back, and returns
    /// everything that Stripe then knows about the user's customers.
    pub(crate) async fn fetch(&self, guard: &Guard) -> Result<Snapshot, BillingError> {
        let snapshot = self.snapshot(guard).await?;
        let surplus = match guard.row.deleted_at {
            None => rules::surplus(&snapshot),
            Some(deleted_at) => rules::orphans(&snapshot, deleted_at),
        };
        let lost = rules::lost_disputes(&snapshot);
        let lost: Vec<_> = lost
            .into_iter()
            .filter(|(subscription, _)| surplus.iter().all(|other| other.subscription != subscription.id))
            .collect();
        if surplus.is_empty() && lost.is_empty() {
            return Ok(snapshot);
        }
        for surplus_subscription in &surplus {
            self.cancel_surplus(surplus_subscription).await?;
        }
        for (subscription, disputes) in lost {
            self.end_renewal(subscription, &disputes).await?;
        }
        Ok(self.snapshot(guard).await?)
    }

    pub(crate) async fn snapshot(&self, guard: &Guard) -> Result<Snapshot, StripeError> {
        let customers = std::iter::once(&guard.customer).chain(&guard.row.others);
        let mut snapshot = self.stripe.snapshots(customers).await?;
        for subscription in snapshot.subscriptions.iter_mut().filter(|subscription| subscription.plan.is_none()) {
            let key = subscription.price.as_ref().and_then(|price| guard.row.billed.get(price));
            subscription.plan = key.and_then(|key| of_lookup_key(key));
        }
        Ok(snapshot)
    }

    /// Refunds a duplicate subscription, then cancels it. After a crash in between it is still live, so the next run
    /// finds it again.
    pub(crate) async fn cancel_surplus(&self, surplus: &Surplus) -> Result<(), StripeError> {
        for (invoice, payment_intent) in &surplus.paid {
            self.stripe.refund_duplicate(payment_intent, &format!("refund-duplicate-{invoice}")).await?;
        }
        self.stripe.end_now(&surplus.subscription, surplus.comment.clone()).await
    }

    /// Writes the rows computed from the snapshot; `None` if another write came first.
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
            // An adopted customer may have years of history: the oldest entries are written first, in separate
            // transactions. The newest come last, in one transaction with their emails.
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
        let record = statements.len();
        if let Some(event) = event {
            let received_at = received_at.unwrap_or(now);
            let record = EventRecord::applied(&event.id, &event.kind, &customer, user_id, received_at);
            statements.push(self.events.record(&record)?);
        }
        statements.append(&mut notes);
        match self.database.transact(statements).await {
            Ok(()) if is_deleted => Ok(Some(Outcome::NotOurs)),
            Ok(()) => Ok(Some(Outcome::Written(Box::new(subscription)))),
            Err(StoreError::Condition(failed)) if event.is_some() && failed.at(record) => Ok(Some(Outcome::Duplicate)),
            Err(StoreError::Condition(failed)) if !is_deleted && failed.at(1) => Ok(Some(Outcome::NotOurs)),
            Err(StoreError::Condition(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A statement that increments the guard's version.
    fn advance(&self, customer: &str, row: &mut Customer) -> Result<Statement, StoreError> {
        let read = row.version;
        row.version += 1;
        self.subscriptions.replace_customer(customer, row, read)
    }

    /// Statements that write the unsettled ledger entries, each with its email unless that was already written; the
    /// other notices; and the audit entries of duplicates, refunds and disputes. A deleted user gets no email.
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
        let recipient = MailRecipient { customer: &guard.customer, grace: self.grace };
        let entries = entries(snapshot, prices);
        for (customer, entry) in entries.iter().filter(|(_, entry)| !settled.contains(entry.id())) {
            notes.push(self.events.enter(customer, entry)?);
            if let Some(mail) = billing_mail::mail(entry, snapshot, recipient, now)
                && !mailed.contains(&mail.cause)
                && !is_deleted
            {
                notes.push(self.outbox.add(&mail)?);
            }
        }
        if !is_deleted {
            notes.append(&mut self.write_notices(
                guard,
                notices::mails(snapshot, &entries, prices, &guard.sent_notices, recipient, now),
            )?);
        }
        for subscription in snapshot.subscriptions.iter().filter(|subscription| !settled.contains(&subscription.id)) {
            let Some(oldest) = rules::duplicate_of(subscription) else { continue };
            notes.push(self.audit.note(&AuditEntry {
                at: subscription.ended_at.unwrap_or(subscription.created),
                cause: format!("duplicate-{}", subscription.id),
                actor: "billing".to_owned(),
                action: "subscription.cancel_duplicate".to_owned(),
                subject: subscription.id.clone(),
                reason: format!("the user has {oldest} already"),
                before: json!({ "ended_at": null }),
                after: json!({ "ended_at": subscription.ended_at, "status": subscription.status }),
            })?);
        }
        for refund in snapshot.charges.iter().flat_map(|charge| &charge.refunds) {
            let Some(by) = refund.by.as_ref().filter(|_| !settled.contains(&refund.entry.id)) else { continue };
            notes.push(self.audit.note(&audit_entry_of(&refund.entry, by))?);
        }
        notes.append(&mut self.note_disputes(settled, snapshot, now)?);
        Ok(notes)
    }

    /// Statements that write the notices that were not yet written for a customer.
    fn write_notices(&self, guard: &Guard, mails: Vec<NewMail>) -> Result<Vec<Statement>, StoreError> {
        let mut sent_notices = guard.sent_notices.clone();
        let mut statements = Vec::new();
        for mail in mails.into_iter().filter(|mail| !guard.sent_notices.causes.contains(&mail.cause)) {
            statements.push(self.outbox.add(&mail)?);
            sent_notices.causes.insert(mail.cause);
        }
        if !statements.is_empty() {
            statements.push(self.events.record_notices(&guard.customer, &sent_notices)?);
        }
        Ok(statements)
    }
}

/// The audit entry of an operator's refund, from the refund's metadata.
fn audit_entry_of(refund: &RefundEntry, by: &RefundedBy) -> AuditEntry {
    AuditEntry {
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
