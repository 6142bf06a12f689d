//! Compares tables and responses with the oracle.

use super::oracle::{self, ComplimentaryPlan};
use super::stripe::StripeState;
use super::world::{Person, REQUIRED, World};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Checks everything: the rows, the ledger, what plays, and that nobody has two subscriptions.
pub(crate) async fn all(world: &World, person: &Person, given: ComplimentaryPlan) -> Result<(), String> {
    let truth = world.truth(&person.customers).await;
    tables(world, person, &truth).await?;
    plays(world, person, given, &truth).await?;
    match oracle::live(&truth).len() {
        0 | 1 => compensated(world, &truth).await,
        more => Err(format!("{more} subscriptions are live")),
    }
}

/// Checks only the rows and the ledger.
pub(crate) async fn rows(world: &World, person: &Person) -> Result<(), String> {
    let truth = world.truth(&person.customers).await;
    tables(world, person, &truth).await
}

/// Tries to play a video of each kind.
async fn plays(world: &World, person: &Person, given: ComplimentaryPlan, truth: &StripeState) -> Result<(), String> {
    for (required, video) in REQUIRED.iter().zip(&world.videos) {
        let before = world.now();
        let answer = person.play(video).await;
        let after = world.now();
        let expected = [before, after].map(|now| oracle::play(truth, given, required, now));
        if !expected.contains(&answer.code()) || (answer.code().is_empty() && answer.status() != 200) {
            return Err(format!("playing a {required} video returns {answer}, expected {expected:?}"));
        }
    }
    Ok(())
}

/// Checks a deleted account: nothing is or can be charged, nothing is granted, and the ledger stays.
pub(crate) async fn gone(world: &World, person: &Person) -> Result<(), String> {
    let truth = world.truth(&person.customers).await;
    if let Some(live) = oracle::live(&truth).first() {
        return Err(format!("{} is {}", live["id"], live["status"]));
    }
    for customer in &person.customers {
        let row = world.aws().row(&format!("CUST#{customer}")).await;
        // A customer that was created and lost before it was stored: nothing was ever bought with it.
        if row.is_null() && !truth.has_done_something(customer) {
            continue;
        }
        if row["user_id"] != person.id.as_str() || row["deleted_at"].is_null() {
            return Err(format!("the row of {customer} is {row}"));
        }
        if world.stripe.get(&format!("customers/{customer}")).await["deleted"] != true {
            return Err(format!("Stripe still has {customer}"));
        }
        let open = world.stripe.list(&format!("checkout/sessions?customer={customer}&status=open")).await;
        if let Some(open) = open.first() {
            return Err(format!("{} can still be paid", open["id"]));
        }
    }
    let kept = world.aws().row(&format!("USER#{}", person.id)).await;
    if !kept.is_null() {
        return Err(format!("the user's row is still {kept}"));
    }
    ledger(world, &truth).await
}

async fn tables(world: &World, person: &Person, truth: &StripeState) -> Result<(), String> {
    let aws = world.aws();
    let mut found = aws.row(&format!("USER#{}", person.id)).await;
    let mut head = String::new();
    for customer in &truth.customers {
        let row = aws.row(&format!("CUST#{customer}")).await;
        // A customer that was created and lost before it was stored: the next checkout finds it.
        if row.is_null() && !truth.has_done_something(customer) {
            continue;
        }
        if row["user_id"] != person.id.as_str() {
            return Err(format!("the row of {customer} is {row}"));
        }
        if row["same_as"].is_null() {
            head.clone_from(customer);
        }
    }
    if let Some(fields) = found.as_object_mut() {
        let is_ours =
            |name: &str| matches!(name, "pk" | "updated_at" | "version") || name.starts_with("complimentary_");
        fields.retain(|name, _| !is_ours(name));
    }
    // No event has named a customer who has done nothing yet.
    let is_new = found["status"].is_null() && truth.subscriptions.is_empty() && oracle::ledger(truth).is_empty();
    if !is_new {
        no_difference(oracle::difference("the subscription's row", &found, &oracle::row(truth, &head)))?;
    }
    ledger(world, truth).await
}

/// The entries of all customers of a user.
async fn ledger(world: &World, truth: &StripeState) -> Result<(), String> {
    let aws = world.aws();
    let mut ledger = BTreeMap::new();
    for customer in &truth.customers {
        for mut entry in aws.partition(&aws.billing_events, "pk", &format!("CUST#{customer}")).await {
            let fields = entry.as_object_mut().expect("a row");
            // Its position in one of our indexes.
            fields.retain(|name, _| !matches!(name.as_str(), "pk" | "listing" | "listed_at"));
            let sk = fields.remove("sk").unwrap_or_default();
            ledger.insert((customer.clone(), sk.as_str().unwrap_or_default().to_owned()), entry);
        }
    }
    let expected = oracle::ledger(truth);
    let keys: BTreeSet<_> = ledger.keys().chain(expected.keys()).collect();
    for key in keys {
        let (is, ought) = (ledger.get(key).unwrap_or(&Value::Null), expected.get(key).unwrap_or(&Value::Null));
        no_difference(oracle::difference(&format!("the ledger's {}", key.1), is, ought))?;
    }
    Ok(())
}

fn no_difference(difference: Option<String>) -> Result<(), String> {
    difference.map_or(Ok(()), Err)
}

/// Checks that any surplus subscription was refunded, and that the audit says so.
async fn compensated(world: &World, truth: &StripeState) -> Result<(), String> {
    for one in &truth.subscriptions {
        let comment = one["cancellation_details"]["comment"].as_str().unwrap_or_default();
        if !comment.starts_with("duplicate of ") {
            continue;
        }
        let ended = one["ended_at"].as_i64().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or_default();
        let aws = world.aws();
        let notes = aws.partition(&aws.audit, "day", &ended.to_string()[..10]).await;
        if !notes.iter().any(|note| note["subject"] == one["id"]) {
            return Err(format!("no audit entry names {} as surplus", one["id"]));
        }
        let is_of_subscription =
            |invoice: &&Value| invoice["parent"]["subscription_details"]["subscription"] == one["id"];
        for invoice in
            truth.invoices.iter().filter(is_of_subscription).filter(|one| one["amount_paid"].as_i64() > Some(0))
        {
            let intent = &invoice["payments"]["data"][0]["payment"]["payment_intent"];
            let charge = truth.charges.iter().find(|one| one["payment_intent"] == *intent && one["paid"] == true);
            if charge.is_none_or(|charge| charge["refunded"] != true && charge["disputed"] != true) {
                return Err(format!("{} was surplus, but {} was not refunded", one["id"], invoice["id"]));
            }
        }
    }
    Ok(())
}

/// Checks that purchases that name no account have no row and no entry.
pub(crate) async fn unrelated_customers(world: &World, customers: &[String]) -> Result<(), String> {
    let aws = world.aws();
    for customer in customers {
        let row = aws.row(&format!("CUST#{customer}")).await;
        let entries = aws.partition(&aws.billing_events, "pk", &format!("CUST#{customer}")).await;
        if !row.is_null() || !entries.is_empty() {
            return Err(format!("{customer} belongs to no account, but has {row} and {entries:?}"));
        }
    }
    Ok(())
}

/// Settled entries by customer and object, as they were when first seen.
pub(crate) type Record = BTreeMap<(String, String), String>;

/// A row as text, independent of the order of its attributes.
pub(crate) fn canonical(row: &Value) -> String {
    let fields: BTreeMap<&String, &Value> = row.as_object().into_iter().flatten().collect();
    json!(fields).to_string()
}

/// Checks that no settled entry has changed by a byte or disappeared.
pub(crate) async fn settled_stays(world: &World, customers: &[String], record: &mut Record) -> Result<(), String> {
    let aws = world.aws();
    for customer in customers {
        let mut now = BTreeMap::new();
        for entry in aws.partition(&aws.billing_events, "pk", &format!("CUST#{customer}")).await {
            if entry["settled"] == true {
                let sk = entry["sk"].as_str().unwrap_or_default().to_owned();
                now.insert((customer.clone(), sk), canonical(&entry));
            }
        }
        for (key, before) in record.iter().filter(|((owner, _), _)| owner == customer) {
            let after = now.get(key).map_or("nothing", String::as_str);
            if after != before {
                return Err(format!("the settled entry {} was {before} and is {after}", key.1));
            }
        }
        record.extend(now);
    }
    Ok(())
}

/// Checks that refunds are in the ledger as at Stripe.
pub(crate) async fn refunds(world: &World, customers: &[String]) -> Result<(), String> {
    let aws = world.aws();
    let truth = world.truth(customers).await;
    for charge in truth.charges.iter().filter(|one| one["amount_refunded"].as_i64() > Some(0)) {
        let pk = format!("CUST#{}", charge["customer"].as_str().unwrap_or_default());
        let entries = aws.partition(&aws.billing_events, "pk", &pk).await;
        let is_refund_of_charge = |entry: &&Value| entry["kind"] == "refund" && entry["charge"] == charge["id"];
        let kept: i64 = entries.iter().filter(is_refund_of_charge).filter_map(|entry| entry["amount"].as_i64()).sum();
        if charge["amount_refunded"].as_i64() != Some(kept) {
            return Err(format!(
                "{} of {} was refunded, but the ledger says {kept}",
                charge["amount_refunded"], charge["id"]
            ));
        }
    }
    Ok(())
}
