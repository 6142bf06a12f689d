//! What is stored about a customer, compared with what Stripe says, byte for byte.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::models::ledger::Entry;
use shared::stores::billing_events::BillingEvents;
use shared::stores::error::StoreError;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// One difference between the tables and Stripe.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "BillingDifference")]
pub struct Difference {
    /// What differs: `subscription.status`, `ledger.in_…`, `customer`, `error`.
    pub what: String,
    /// What is stored; `null` for nothing.
    pub stored: Value,
    /// What Stripe says; `null` for nothing.
    pub stripe: Value,
}

/// The part of a user's row that comes from Stripe.
pub(crate) fn stripe_part(stored: Option<Value>) -> Map<String, Value> {
    let mut stored = match stored {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    stored.retain(|name, _| !(name == "pk" || name == "updated_at" || name.starts_with("complimentary_")));
    stored
}

/// The differences between the stored part and Stripe's.
pub(crate) fn row_differences(stored: Map<String, Value>, stripe: Map<String, Value>) -> Vec<Difference> {
    differing(&stored.into_iter().collect(), &stripe.into_iter().collect(), "subscription")
}

/// The differences of a ledger.
pub(crate) struct LedgerDifferences {
    pub(crate) differences: Vec<Difference>,
    pub(crate) settled: HashSet<String>,
    pub(crate) resettled: HashSet<String>,
    pub(crate) unknown: Vec<(String, String)>,
    pub(crate) records: BTreeMap<String, Entry>,
}

/// Compares a ledger with the entries computed from Stripe. These first take over the facts that settled entries
/// record.
pub(crate) fn ledger_differences(
    ledgers: Vec<(BTreeMap<String, Value>, &String)>,
    entries: &mut [(String, Entry)],
) -> Result<LedgerDifferences, StoreError> {
    let mut stored = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for (ledger, customer) in ledgers {
        owners.extend(ledger.keys().map(|id| (id.clone(), customer.clone())));
        stored.extend(ledger);
    }
    let is_settled = |id: &String| stored.get(id).is_some_and(|entry: &Value| entry["settled"] == true);
    let settled: HashSet<String> = stored.keys().filter(|id| is_settled(id)).cloned().collect();
    let record = |id: &String| Some((id.clone(), serde_json::from_value(stored.get(id)?.clone()).ok()?));
    let records: BTreeMap<String, Entry> = settled.iter().filter_map(record).collect();
    keep_records(entries, &records);
    let mut stripe = BTreeMap::new();
    for (_, entry) in entries.iter() {
        stripe.insert(entry.id().to_owned(), BillingEvents::as_stored(entry)?);
    }
    let is_wrong = |id: &String| stripe.get(id) != stored.get(id);
    let resettled = settled.iter().filter(|id| is_wrong(id) && stripe.contains_key(*id)).cloned().collect();
    let unknown = owners.into_iter().filter(|(id, _)| !stripe.contains_key(id) && !settled.contains(id));
    let unknown = unknown.map(|(id, customer)| (customer, id)).collect();
    let differences = differing(&stored, &stripe, "ledger");
    let settled = settled.into_iter().filter(|id| !is_wrong(id)).collect();
    Ok(LedgerDifferences { differences, settled, resettled, unknown, records })
}

/// Copies into entries the facts that settled entries of the same objects record.
pub(crate) fn keep_records(entries: &mut [(String, Entry)], records: &BTreeMap<String, Entry>) {
    for (_, entry) in entries {
        if let Some(record) = records.get(entry.id()) {
            entry.keep(record);
        }
    }
}

fn differing(stored: &BTreeMap<String, Value>, stripe: &BTreeMap<String, Value>, row: &str) -> Vec<Difference> {
    let names: BTreeSet<&String> = stored.keys().chain(stripe.keys()).collect();
    let pairs = names.into_iter().map(|name| (name, stored.get(name), stripe.get(name)));
    pairs
        .filter(|(_, stored, stripe)| stored != stripe)
        .map(|(name, stored, stripe)| Difference {
            what: format!("{row}.{name}"),
            stored: stored.cloned().unwrap_or_default(),
            stripe: stripe.cloned().unwrap_or_default(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_fields_from_stripe_are_compared() {
        let stored = json!({ "pk": "USER#1", "updated_at": "now", "complimentary_plan": "basic", "status": "active" });
        let stripe = |status: &str| as_map(json!({ "status": status }));
        assert_eq!(row_differences(stripe_part(Some(stored.clone())), stripe("active")), []);
        let differs = row_differences(stripe_part(Some(stored)), stripe("past_due"));
        assert_eq!(differs.len(), 1);
        assert_eq!((differs[0].what.as_str(), &differs[0].stored), ("subscription.status", &json!("active")));
        assert_eq!(row_differences(stripe_part(None), stripe("active"))[0].stored, Value::Null);
        assert!(stripe_part(Some(json!({ "pk": "USER#1", "complimentary_plan": "basic" }))).is_empty(), "a gift alone");
    }

    fn as_map(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).expect("an object")
    }
}
