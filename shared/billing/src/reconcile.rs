//! Finding and repairing differences between the tables and Stripe.
//!
//! Webhooks normally keep the tables up to date. Reconciliation finds what they missed: lost events, rows that were
//! changed by hand, customers without a row. It compares what is stored with what convergence would write, byte for
//! byte, including settled entries, which convergence itself never revisits.

use crate::converge::{Billing, Guard};
use crate::differences::{Difference, keep_records, ledger_differences, row_differences, stripe_part};
use crate::error::BillingError;
use crate::ledger::entries;
use crate::rules;
use crate::snapshot::Snapshot;
use crate::stripe::StripeError;
use boxed::boxed;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use shared::models::ids::UserId;
use shared::models::ledger::Entry;
use shared::models::subscription::Status;
use shared::models::user::User;
use shared::stores::audit::AuditEntry;
use shared::stores::billing_events::SentNotices;
use shared::stores::error::StoreError;
use shared::stores::row::MayFail;
use shared::stores::subscriptions::{Customer, as_stored, stored_key};
use shared::stores::users::UserPosition;
use std::collections::{BTreeMap, HashSet};

/// Most customers per page.
const PAGE_CUSTOMERS_MAX: usize = 50;
/// How many customers are compared in parallel: Stripe allows a hundred calls per second, and each customer takes three.
const AT_ONCE: usize = 8;
/// The most attempts per customer when others write at the same time.
const RACES_MAX: u32 = 3;
/// The most differences of a customer that are recorded in the audit log.
const DIFFERENCES_RECORDED_MAX: usize = 40;

/// A customer whose rows differ from Stripe.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "BillingDrift")]
pub struct Drift {
    /// The customer's user; `null` if that cannot be read.
    pub user_id: Option<UserId>,
    /// The customer's id at Stripe.
    pub stripe_customer_id: String,
    /// Whether it was repaired.
    pub applied: bool,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Where the next page starts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum PageStart {
    /// After a user: first, all our users are compared.
    Users(Option<UserPosition>),
    /// After a customer at Stripe: in a second pass, customers without a row here are searched for.
    Customers(Option<String>),
}

/// The result of a page.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// How many customers were compared.
    pub checked: usize,
    /// Those whose rows differ.
    pub drift: Vec<Drift>,
    /// Where to continue; `None` when all were compared.
    pub next: Option<PageStart>,
}

/// A customer's rows as they are and as they should be.
struct Compared {
    guard: Guard,
    snapshot: Snapshot,
    differences: Vec<Difference>,
    /// Wrong entries that are stored as settled: they are written without an email, because that was already sent.
    resettled: HashSet<String>,
    /// Unsettled entries of objects that Stripe does not know, each with its customer. Settled ones stay as a record.
    unknown: Vec<(String, String)>,
    /// Entries that are stored as settled and can be read, by id.
    settled: BTreeMap<String, Entry>,
    entries: Vec<(String, Entry)>,
}

/// The result of comparing a customer.
enum Comparison {
    /// The rows differ from what Stripe says.
    Differs(Box<Compared>),
    /// The rows match Stripe.
    Same,
    /// Another write came in between: compare again.
    Raced,
}

impl Billing {
    /// Compares a page of customers. With an actor, it also repairs differences.
    #[boxed]
    pub async fn reconcile_page(
        &self,
        place: PageStart,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Reconciled, BillingError> {
        let (customers, next) = match place {
            PageStart::Users(after) => {
                let (users, more) = self.users.newest(PAGE_CUSTOMERS_MAX, after.as_ref()).await?;
                let next = match users.last().filter(|_| more) {
                    Some(last) => PageStart::Users(Some(UserPosition::new(last))),
                    None => PageStart::Customers(None),
                };
                if actor.is_some() {
                    for user in users.iter().filter(|user| user.customer_behind) {
                        self.customers.follow(user.id).await?;
                    }
                }
                (users.into_iter().filter_map(|user| user.stripe_customer_id).collect(), Some(next))
            }
            PageStart::Customers(after) => {
                let (known, next) = self.stripe.customers(PAGE_CUSTOMERS_MAX, after.as_deref()).await?;
                let all = known.into_iter().map(|customer| customer.id).collect();
                (self.without_row(all).await?, next.map(|last| PageStart::Customers(Some(last))))
            }
        };
        let checked = customers.len();
        let drift = self.reconcile_all(customers, actor, now).await?;
        Ok(Reconciled { checked, drift, next })
    }

    /// Gives the customers at Stripe the names and addresses of their users that could not be sent there in time.
    #[boxed]
    pub async fn follow_users(&self) -> Result<(), BillingError> {
        let mut result = Ok(());
        for user_id in self.users.with_customer_behind().await? {
            // One that Stripe refuses does not hold up the others; the run fails afterwards, which sets off the alarm.
            result = result.and(self.customers.follow(user_id).await);
        }
        result
    }

    /// Compares customers in parallel.
    #[boxed]
    pub async fn reconcile_all(
        &self,
        customers: Vec<String>,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Drift>, BillingError> {
        let mut drift = Vec::new();
        for page in customers.chunks(PAGE_CUSTOMERS_MAX) {
            let keys: Vec<_> = page.iter().map(|customer| MayFail(Customer::key(customer))).collect();
            let rows = self.database.read(keys).await?;
            let one = |(customer, row): (&String, _)| {
                let customer = customer.clone();
                async move { self.reconcile(&customer, row, actor, now).await }
            };
            let compared = page.iter().zip(rows).map(one).collect::<Vec<_>>();
            let found: Vec<Option<Drift>> = stream::iter(compared).buffered(AT_ONCE).try_collect().await?;
            drift.extend(found.into_iter().flatten());
        }
        Ok(drift)
    }

    /// Compares a customer whose row was already read; `None` if nothing differs, or if the customer is not one of
    /// ours. A permanent failure is reported as drift, so one customer does not hold up the others.
    async fn reconcile(
        &self,
        customer: &str,
        row: Result<Option<Customer>, StoreError>,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Drift>, BillingError> {
        let compared = match row {
            Ok(row) => self.reconcile_one(customer, row, actor, now).await,
            Err(error) => Err(error.into()),
        };
        match compared {
            Err(error) if !error.is_transient() => Ok(Some(Drift {
                user_id: None,
                stripe_customer_id: customer.to_owned(),
                applied: false,
                differences: vec![Difference {
                    what: "error".to_owned(),
                    stored: error.to_string().into(),
                    stripe: Value::Null,
                }],
            })),
            done => done,
        }
    }

    async fn reconcile_one(
        &self,
        customer: &str,
        mut row: Option<Customer>,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Drift>, BillingError> {
        let mut repaired: Option<Drift> = None;
        for race in 0..RACES_MAX {
            if race > 0 {
                row = self.database.get(&Customer::key(customer)).await?;
            }
            let Some(row) = row.take() else {
                return self.reconcile_unknown(customer, actor, now).await;
            };
            let compared = match self.compare(customer, row, now).await? {
                Comparison::Differs(compared) => *compared,
                Comparison::Same => return Ok(repaired),
                Comparison::Raced => continue,
            };
            let drift = Drift {
                user_id: Some(compared.guard.row.user_id),
                stripe_customer_id: compared.guard.customer.clone(),
                applied: actor.is_some(),
                differences: compared.differences.clone(),
            };
            let Some(actor) = actor else { return Ok(Some(drift)) };
            if self.repair(compared, &drift, actor, now).await? {
                return Ok(Some(drift));
            }
            // Another write came first, and may have repaired it.
            repaired = Some(Drift { applied: true, ..drift });
        }
        Err(BillingError::Contended)
    }

    /// Compares a customer without a row here. If it names one of our users, it is adopted. If not, its live
    /// subscriptions to our plans are reported, because somebody pays without getting access.
    async fn reconcile_unknown(
        &self,
        customer: &str,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Drift>, BillingError> {
        let Some(user_id) = self.customers.owner(customer).await?.map(|user| user.id) else {
            return self.unclaimed(customer).await;
        };
        let missing = Difference { what: "customer".to_owned(), stored: Value::Null, stripe: customer.into() };
        let drift = Drift {
            user_id: Some(user_id),
            stripe_customer_id: customer.to_owned(),
            applied: actor.is_some(),
            differences: vec![missing],
        };
        if let Some(actor) = actor {
            self.converge(customer, None, now).await?;
            self.database.transact(vec![self.audit.note(&audit_entry(&drift, user_id, actor, now))?]).await?;
        }
        Ok(Some(drift))
    }

    /// The live subscriptions to our plans of a customer that is not one of ours.
    async fn unclaimed(&self, customer: &str) -> Result<Option<Drift>, BillingError> {
        let subscriptions = match self.stripe.subscriptions(customer).await {
            Err(StripeError::Missing { .. }) => return Ok(None),
            subscriptions => subscriptions?,
        };
        let live = subscriptions.iter().filter(|subscription| rules::is_live_of_ours(subscription));
        let differences: Vec<Difference> = live
            .map(|subscription| Difference {
                what: format!("unclaimed.{}", subscription.id),
                stored: Value::Null,
                stripe: json!({
                    "status": subscription.status,
                    "plan_type": subscription.plan.map(|(plan, _)| plan),
                    "current_period_end": subscription.current_period_end,
                }),
            })
            .collect();
        let drift = Drift { user_id: None, stripe_customer_id: customer.to_owned(), applied: false, differences };
        Ok(Some(drift).filter(|drift| !drift.differences.is_empty()))
    }

    /// Compares a customer.
    async fn compare(&self, customer: &str, row: Customer, now: Timestamp) -> Result<Comparison, BillingError> {
        if row.same_as.is_some() {
            // It is compared together with its user's first customer.
            return Ok(Comparison::Same);
        }
        let (version, user_id) = (row.version, row.user_id);
        let mut guard = Guard {
            customer: customer.to_owned(),
            row,
            settled: HashSet::new(),
            sent_notices: SentNotices::default(),
            received_at: None,
        };
        let (snapshot, _) = tokio::try_join!(self.snapshot(&guard), self.prices.get(now))?;
        let prices = self.prices.with_billed(&snapshot, &mut guard.row.billed, now).await?;
        let keys = (Customer::key(customer), User::key(user_id), stored_key(user_id));
        let customers: Vec<String> = std::iter::once(customer.to_owned()).chain(guard.row.others.clone()).collect();
        let ledgers = async {
            let read = customers.iter().map(|customer| self.events.stored(customer));
            Ok(futures::future::try_join_all(read).await?.into_iter().zip(&customers).collect::<Vec<_>>())
        };
        let ((row, user, stored), ledgers) = tokio::try_join!(self.database.read(keys), ledgers)?;
        if row.is_none_or(|row| row.version != version) {
            return Ok(Comparison::Raced);
        }
        if user.is_none() {
            // Nothing more is written about a deleted user.
            return Ok(Comparison::Same);
        }
        let mut differences: Vec<Difference> = rules::surplus(&snapshot)
            .into_iter()
            .map(|surplus| Difference {
                what: format!("surplus.{}", surplus.subscription),
                stored: Value::Null,
                stripe: surplus.comment.into(),
            })
            .collect();
        differences.extend(rules::lost_disputes(&snapshot).into_iter().map(|(subscription, disputes)| Difference {
            what: format!("dispute_lost.{}", subscription.id),
            stored: Value::Null,
            stripe: disputes.into(),
        }));
        let expected = rules::row(&snapshot, &prices, customer);
        let stored = stripe_part(stored);
        // A user who never had a checkout has no row and needs none, or has one with only a complimentary plan.
        if expected.status != Status::None || !stored.is_empty() {
            differences.extend(row_differences(stored, as_stored(&expected)?));
        }
        let mut entries = entries(&snapshot, &prices);
        let ledger = ledger_differences(ledgers, &mut entries)?;
        differences.extend(ledger.differences);
        let compared = Compared {
            guard: Guard { settled: ledger.settled, ..guard },
            snapshot,
            differences,
            resettled: ledger.resettled,
            unknown: ledger.unknown,
            settled: ledger.records,
            entries,
        };
        let is_same = compared.differences.is_empty();
        Ok(if is_same { Comparison::Same } else { Comparison::Differs(Box::new(compared)) })
    }

    /// Writes what Stripe says in place of what is stored; `false` if another write came first.
    async fn repair(
        &self,
        compared: Compared,
        drift: &Drift,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, BillingError> {
        let Compared { mut guard, snapshot, resettled, unknown, settled, entries, .. } = compared;
        let user_id = guard.row.user_id;
        let (snapshot, entries) = if rules::surplus(&snapshot).is_empty() && rules::lost_disputes(&snapshot).is_empty()
        {
            (snapshot, entries)
        } else {
            // Ends duplicate and charged-back subscriptions, then reads again.
            let snapshot = self.fetch(&guard).await?;
            let prices = self.prices.with_billed(&snapshot, &mut guard.row.billed, now).await?;
            let mut entries = self::entries(&snapshot, &prices);
            keep_records(&mut entries, &settled);
            (snapshot, entries)
        };
        let mut notes = Vec::new();
        for (customer, entry) in entries.iter().filter(|(_, entry)| resettled.contains(entry.id())) {
            notes.push(self.events.enter(customer, entry)?);
        }
        for (customer, id) in &unknown {
            notes.push(self.events.remove_entry(customer, id)?);
        }
        guard.settled.extend(resettled);
        let customers: Vec<&str> =
            std::iter::once(&guard.customer).chain(&guard.row.others).map(String::as_str).collect();
        guard.sent_notices = self.events.sent_notices(&customers).await?;
        let causes: Vec<String> = entries.iter().map(|(_, entry)| crate::billing_mail::cause(entry)).collect();
        let mailed = self.outbox.existing(&causes).await?;
        let prices = self.prices.with_billed(&snapshot, &mut guard.row.billed, now).await?;
        notes.extend(self.notes(&guard, &snapshot, &prices, &mailed, now)?);
        notes.push(self.audit.note(&audit_entry(drift, user_id, actor, now))?);
        let subscription = rules::row(&snapshot, &prices, &guard.customer);
        Ok(self.write(guard, subscription, notes, None, now).await?.is_some())
    }

    /// The customers among these that have no row here.
    async fn without_row(&self, customers: Vec<String>) -> Result<Vec<String>, BillingError> {
        // An unreadable row is not a missing row.
        let keys: Vec<_> = customers.iter().map(|customer| Customer::key(customer).presence()).collect();
        let rows = self.database.read(keys).await?;
        Ok(customers.into_iter().zip(rows).filter(|(_, row)| row.is_none()).map(|(customer, _)| customer).collect())
    }
}

fn audit_entry(drift: &Drift, user_id: UserId, actor: &str, now: Timestamp) -> AuditEntry {
    let recorded = drift.differences.iter().take(DIFFERENCES_RECORDED_MAX);
    let side = |value: fn(&Difference) -> &Value| -> Value {
        recorded
            .clone()
            .map(|difference| (difference.what.clone(), value(difference).clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    AuditEntry {
        at: now,
        cause: format!("reconcile-{}", drift.stripe_customer_id),
        actor: actor.to_owned(),
        action: "billing.reconcile".to_owned(),
        subject: user_id.to_string(),
        reason: format!("{} differences from what Stripe says", drift.differences.len()),
        before: side(|difference| &difference.stored),
        after: side(|difference| &difference.stripe),
    }
}
