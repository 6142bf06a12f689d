//! Where the tables differ from what Stripe says, and the repair of it.
//!
//! Webhooks bring the tables to what Stripe says; this finds what they did not bring: events that were lost, rows that were
//! changed by hand, customers that nobody here knows. It compares what is stored with what convergence would write, byte for
//! byte, entries that are settled included, which convergence itself never looks at again.

use crate::converge::{Billing, BillingError, Guard};
use crate::ledger::entries;
use crate::rules;
use crate::snapshot::Snapshot;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::models::ids::UserId;
use shared::models::ledger::Entry;
use shared::models::subscription::Status;
use shared::stores::audit::Deed;
use shared::stores::billing_events::{BillingEvents, Told};
use shared::stores::database::StoreError;
use shared::stores::row::Wanted;
use shared::stores::subscriptions::{Customer, as_stored, stored_key};
use shared::stores::users::{After, User};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Customers of a page.
pub const PAGE_CUSTOMERS_MAX: usize = 50;
/// Customers that are compared side by side: Stripe answers a hundred calls a second, and each of them takes three.
const AT_ONCE: usize = 8;
/// Tries against whoever writes meanwhile.
const RACES_MAX: u32 = 3;
/// Differences of a customer that the audit tells.
const DIFFERENCES_TOLD_MAX: usize = 40;

/// A customer of whom the tables say something else than Stripe.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Drift {
    /// Whose; `null` where that cannot be read.
    pub user_id: Option<UserId>,
    /// Stripe's customer.
    pub stripe_customer_id: String,
    /// Whether it was repaired.
    pub applied: bool,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// One thing of which the tables say something else than Stripe.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// What: `subscription.status`, `ledger.in_…`, `customer`, `error`.
    pub what: String,
    /// What is stored; `null` for nothing.
    pub stored: Value,
    /// What Stripe says; `null` for nothing.
    pub stripe: Value,
}

/// Where a page goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Place {
    /// After a user: first all of ours are compared.
    Users(Option<After>),
    /// After a customer of Stripe's: then it is looked for those that nobody here knows.
    Customers(Option<String>),
}

/// What a page came to.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// How many customers were compared.
    pub checked: usize,
    /// Those of whom the tables say something else.
    pub drift: Vec<Drift>,
    /// Where to go on; `None` when all were compared.
    pub next: Option<Place>,
}

/// A customer's rows as they are and as they should be.
struct Compared {
    guard: Guard,
    snapshot: Snapshot,
    differences: Vec<Difference>,
    /// Entries that are stored as settled and are wrong: they are written without a mail, which went out before.
    resettled: HashSet<String>,
    /// Entries of objects that Stripe does not know, each with its customer.
    unknown: Vec<(String, String)>,
    entries: Vec<(String, Entry)>,
}

impl Billing {
    /// Compares a page of customers; repairs what differs when somebody does it.
    pub async fn reconcile_page(
        &self,
        place: Place,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Reconciled, BillingError> {
        let (customers, next) = match place {
            Place::Users(after) => {
                let (users, more) = self.users.newest(PAGE_CUSTOMERS_MAX, after.as_ref()).await?;
                let next = match users.last().filter(|_| more) {
                    Some(last) => Place::Users(Some(After::of(last))),
                    None => Place::Customers(None),
                };
                (users.into_iter().filter_map(|user| user.stripe_customer_id).collect(), Some(next))
            }
            Place::Customers(after) => {
                let (known, next) = self.stripe.customers(PAGE_CUSTOMERS_MAX, after.as_deref()).await?;
                let ours = known.into_iter().filter(|customer| customer.user_id.is_some()).map(|customer| customer.id);
                (self.without_row(ours.collect()).await?, next.map(|last| Place::Customers(Some(last))))
            }
        };
        let checked = customers.len();
        let drift = self.reconcile_all(customers, actor, now).await?;
        Ok(Reconciled { checked, drift, next })
    }

    /// Compares some customers, side by side.
    pub async fn reconcile_all(
        &self,
        customers: Vec<String>,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Drift>, BillingError> {
        let mut drift = Vec::new();
        for page in customers.chunks(PAGE_CUSTOMERS_MAX) {
            let keys = page.iter().map(|customer| Customer::key(customer));
            let rows = self.database.read(&keys.fold(Wanted::default(), |wanted, key| wanted.and(&key))).await?;
            let one = |customer: &String| {
                let (customer, row) = (customer.clone(), rows.get(&Customer::key(customer)));
                async move { self.reconcile(&customer, row, actor, now).await }
            };
            let compared = page.iter().map(one).collect::<Vec<_>>();
            let found: Vec<Option<Drift>> = stream::iter(compared).buffered(AT_ONCE).try_collect().await?;
            drift.extend(found.into_iter().flatten());
        }
        Ok(drift)
    }

    /// Compares a customer, whose row was read; `None` when all is as Stripe says, or they are nobody's here. What cannot be
    /// compared for a reason of its own is drift as well, so that one customer does not keep the others from their turn.
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
            Err(error) if !error.is_passing() => Ok(Some(Drift {
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
            let Some(compared) = self.compare(customer, row, now).await? else { continue };
            let Some(compared) = compared else { return Ok(repaired) };
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
            // Somebody else wrote: it may be repaired by that.
            repaired = Some(Drift { applied: true, ..drift });
        }
        Err(BillingError::Contended)
    }

    /// A customer without a row here: one of ours if its metadata name one of our users.
    async fn reconcile_unknown(
        &self,
        customer: &str,
        actor: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Drift>, BillingError> {
        let Some(user_id) = self.stripe.customer(customer).await?.and_then(|one| one.user_id) else { return Ok(None) };
        if self.users.get(user_id).await?.is_none() {
            return Ok(None);
        }
        let missing = Difference { what: "customer".to_owned(), stored: Value::Null, stripe: customer.into() };
        let drift = Drift {
            user_id: Some(user_id),
            stripe_customer_id: customer.to_owned(),
            applied: actor.is_some(),
            differences: vec![missing],
        };
        if let Some(actor) = actor {
            self.converge(customer, None, now).await?;
            self.database.transact(vec![self.audit.note(&deed(&drift, user_id, actor, now))?]).await?;
        }
        Ok(Some(drift))
    }

    /// What differs of a customer: `None` when somebody wrote meanwhile, `Some(None)` when nothing does.
    async fn compare(
        &self,
        customer: &str,
        row: Customer,
        now: Timestamp,
    ) -> Result<Option<Option<Compared>>, BillingError> {
        if row.same_as.is_some() {
            // Compared with the first customer of its user.
            return Ok(Some(None));
        }
        let (version, user_id) = (row.version, row.user_id);
        let guard = Guard {
            customer: customer.to_owned(),
            row,
            settled: HashSet::new(),
            told: Told::default(),
            received_at: None,
        };
        let (snapshot, prices) = tokio::try_join!(self.snapshot(&guard), self.prices.get(now))?;
        let wanted = Wanted::default().and(&Customer::key(customer)).and(&User::key(user_id)).and(&stored_key(user_id));
        let customers: Vec<String> = std::iter::once(customer.to_owned()).chain(guard.row.others.clone()).collect();
        let ledgers = async {
            let read = customers.iter().map(|one| self.events.stored(one));
            Ok(futures::future::try_join_all(read).await?.into_iter().zip(&customers).collect::<Vec<_>>())
        };
        let (rows, ledgers) = tokio::try_join!(self.database.read(&wanted), ledgers)?;
        if rows.get(&Customer::key(customer))?.is_none_or(|row| row.version != version) {
            return Ok(None);
        }
        if rows.get(&User::key(user_id))?.is_none() {
            // Of somebody who is gone nothing is written any more.
            return Ok(Some(None));
        }
        let mut differences: Vec<Difference> = rules::surplus(&snapshot)
            .into_iter()
            .map(|one| Difference {
                what: format!("surplus.{}", one.subscription),
                stored: Value::Null,
                stripe: one.comment.into(),
            })
            .collect();
        let told = rules::row(&snapshot, &prices, customer);
        let stored = of_stripe(rows.get(&stored_key(user_id))?);
        // Who never came near a checkout has no row, and needs none; or one with a gift in it and nothing else.
        if told.status != Status::None || !stored.is_empty() {
            differences.extend(of_row(stored, as_stored(&told)?));
        }
        let entries = entries(&snapshot, &prices);
        let ledger = of_ledger(ledgers, &entries)?;
        differences.extend(ledger.differences);
        let compared = Compared {
            guard: Guard { settled: ledger.settled, ..guard },
            snapshot,
            differences,
            resettled: ledger.resettled,
            unknown: ledger.unknown,
            entries,
        };
        Ok(Some(Some(compared).filter(|compared| !compared.differences.is_empty())))
    }

    /// Writes what Stripe says in place of what is stored; `false` when somebody else wrote first.
    async fn repair(
        &self,
        compared: Compared,
        drift: &Drift,
        actor: &str,
        now: Timestamp,
    ) -> Result<bool, BillingError> {
        let Compared { mut guard, snapshot, resettled, unknown, entries, .. } = compared;
        let user_id = guard.row.user_id;
        let (snapshot, entries) = if rules::surplus(&snapshot).is_empty() {
            (snapshot, entries)
        } else {
            // Ends what is one too many, and reads again.
            let snapshot = self.fetch(&guard).await?;
            let entries = self::entries(&snapshot, &self.prices.get(now).await?);
            (snapshot, entries)
        };
        let mut notes = Vec::new();
        for (customer, entry) in entries.iter().filter(|(_, entry)| resettled.contains(entry.id())) {
            notes.push(self.events.enter(customer, entry)?);
        }
        for (customer, id) in &unknown {
            notes.push(self.events.strike(customer, id)?);
        }
        guard.settled.extend(resettled);
        let customers: Vec<&str> =
            std::iter::once(&guard.customer).chain(&guard.row.others).map(String::as_str).collect();
        guard.told = self.events.told(&customers).await?;
        let causes: Vec<String> = entries.iter().map(|(_, entry)| crate::letters::cause(entry)).collect();
        let mailed = self.outbox.known(&causes).await?;
        let prices = self.prices.get(now).await?;
        notes.extend(self.notes(&guard, &snapshot, &prices, &mailed, now)?);
        notes.push(self.audit.note(&deed(drift, user_id, actor, now))?);
        let subscription = rules::row(&snapshot, &prices, &guard.customer);
        Ok(self.write(guard, subscription, notes, None, now).await?.is_some())
    }

    /// Those of some customers that have no row here.
    async fn without_row(&self, customers: Vec<String>) -> Result<Vec<String>, BillingError> {
        let keys = customers.iter().map(|customer| Customer::key(customer));
        let rows = self.database.read(&keys.fold(Wanted::default(), |wanted, key| wanted.and(&key))).await?;
        let mut without = Vec::new();
        for customer in customers {
            // A row that cannot be read is none that is missing.
            if matches!(rows.get(&Customer::key(&customer)), Ok(None)) {
                without.push(customer);
            }
        }
        Ok(without)
    }
}

/// What of a user's row is Stripe's to say.
fn of_stripe(stored: Option<Value>) -> Map<String, Value> {
    let mut stored = match stored {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    stored.retain(|name, _| !(name == "pk" || name == "updated_at" || name.starts_with("complimentary_")));
    stored
}

/// What differs of that.
fn of_row(stored: Map<String, Value>, stripe: Map<String, Value>) -> Vec<Difference> {
    differing(&stored.into_iter().collect(), &stripe.into_iter().collect(), "subscription")
}

/// What differs of a ledger.
struct OfLedger {
    differences: Vec<Difference>,
    settled: HashSet<String>,
    resettled: HashSet<String>,
    unknown: Vec<(String, String)>,
}

fn of_ledger(
    ledgers: Vec<(BTreeMap<String, Value>, &String)>,
    entries: &[(String, Entry)],
) -> Result<OfLedger, StoreError> {
    let mut stored = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for (ledger, customer) in ledgers {
        owners.extend(ledger.keys().map(|id| (id.clone(), customer.clone())));
        stored.extend(ledger);
    }
    let mut stripe = BTreeMap::new();
    for (_, entry) in entries {
        stripe.insert(entry.id().to_owned(), BillingEvents::as_stored(entry)?);
    }
    let settled: HashSet<String> =
        stored.iter().filter(|(_, entry)| entry["settled"] == true).map(|(id, _)| id.clone()).collect();
    let is_wrong = |id: &String| stripe.get(id) != stored.get(id);
    let resettled = settled.iter().filter(|id| is_wrong(id) && stripe.contains_key(*id)).cloned().collect();
    let unknown = owners.into_iter().filter(|(id, _)| !stripe.contains_key(id)).map(|(id, customer)| (customer, id));
    let (unknown, settled) = (unknown.collect(), settled.iter().filter(|id| !is_wrong(id)).cloned().collect());
    Ok(OfLedger { differences: differing(&stored, &stripe, "ledger"), settled, resettled, unknown })
}

fn differing(stored: &BTreeMap<String, Value>, stripe: &BTreeMap<String, Value>, of: &str) -> Vec<Difference> {
    let names: BTreeSet<&String> = stored.keys().chain(stripe.keys()).collect();
    let pairs = names.into_iter().map(|name| (name, stored.get(name), stripe.get(name)));
    pairs
        .filter(|(_, stored, stripe)| stored != stripe)
        .map(|(name, stored, stripe)| Difference {
            what: format!("{of}.{name}"),
            stored: stored.cloned().unwrap_or_default(),
            stripe: stripe.cloned().unwrap_or_default(),
        })
        .collect()
}

fn deed(drift: &Drift, user_id: UserId, actor: &str, now: Timestamp) -> Deed {
    let told = drift.differences.iter().take(DIFFERENCES_TOLD_MAX);
    let side = |value: fn(&Difference) -> &Value| -> Value {
        told.clone().map(|one| (one.what.clone(), value(one).clone())).collect::<Map<_, _>>().into()
    };
    Deed {
        at: now,
        cause: format!("reconcile-{}", drift.stripe_customer_id),
        actor: actor.to_owned(),
        action: "billing.reconcile".to_owned(),
        subject: user_id.to_string(),
        reason: format!("{} differences from what Stripe says", drift.differences.len()),
        before: side(|one| &one.stored),
        after: side(|one| &one.stripe),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_differs_by_what_is_stripes_alone() {
        let stored = json!({ "pk": "USER#1", "updated_at": "now", "complimentary_plan": "basic", "status": "active" });
        let stripe = |status: &str| as_map(json!({ "status": status }));
        assert_eq!(of_row(of_stripe(Some(stored.clone())), stripe("active")), []);
        let differs = of_row(of_stripe(Some(stored)), stripe("past_due"));
        assert_eq!(differs.len(), 1);
        assert_eq!((differs[0].what.as_str(), &differs[0].stored), ("subscription.status", &json!("active")));
        assert_eq!(of_row(of_stripe(None), stripe("active"))[0].stored, Value::Null);
        assert!(of_stripe(Some(json!({ "pk": "USER#1", "complimentary_plan": "basic" }))).is_empty(), "a gift alone");
    }

    fn as_map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).expect("an object")
    }
}
