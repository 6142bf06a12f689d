//! The expected state, computed only from Stripe's JSON: the rows, and who may watch.
//!
//! Written from the contract's §5 and §6, independently of the service: it imports nothing from `shared` or any
//! function, and knows Stripe's objects only by the names in Stripe's documentation.

use super::stripe::StripeState;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400;
/// The grace period of `past_due` (the parameter `GraceDays`).
const GRACE: i64 = 7 * DAY;
/// "any state beyond `current_period_end` + 2 days"
const SLACK: i64 = 2 * DAY;
/// The plans for sale, by lookup key.
const SOLD: [(&str, &str, &str); 4] = [
    ("basic_month", "basic", "month"),
    ("basic_year", "basic", "year"),
    ("premium_month", "premium", "month"),
    ("premium_year", "premium", "year"),
];

/// A plan and its interval.
type PlanAndInterval = (&'static str, &'static str);

/// What a price sells according to its lookup key or the one kept in its metadata. A key may end in the currency:
/// `basic_month_eur`.
fn named(price: &Value) -> Option<PlanAndInterval> {
    let key = price["lookup_key"].as_str().or_else(|| price["metadata"]["lookup_key"].as_str())?;
    let is_of = |known: &str| {
        key.strip_prefix(known).is_some_and(|rest| rest.is_empty() || (rest.len() == 4 && rest.starts_with('_')))
    };
    SOLD.iter().find(|(known, ..)| is_of(known)).map(|(_, plan, interval)| (*plan, *interval))
}

/// What a price sells if its product sells only one of our plans: that plan, at the price's own interval.
fn of_product(price: &Value, plans: &BTreeSet<&'static str>) -> Option<PlanAndInterval> {
    let plan = plans.first().filter(|_| plans.len() == 1)?;
    let every = ["month", "year"].into_iter().find(|every| price["recurring"]["interval"] == **every)?;
    Some((plan, every))
}

fn item(subscription: &Value) -> &Value {
    &subscription["items"]["data"][0]
}

fn plan(known: &KnownPrices, subscription: &Value) -> Option<PlanAndInterval> {
    known.get(text(&item(subscription)["price"]["id"])).map(|(sold, _)| *sold)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A subscription's status. "Collection that is paused at Stripe is shown as paused."
fn status(subscription: &Value) -> &str {
    match text(&subscription["status"]) {
        "trialing" | "active" | "past_due" if subscription["pause_collection"].is_object() => "paused",
        status => status,
    }
}

fn is_live(subscription: &Value) -> bool {
    matches!(status(subscription), "trialing" | "active" | "past_due" | "unpaid" | "paused")
}

fn period_end(subscription: &Value) -> i64 {
    item(subscription)["current_period_end"].as_i64().unwrap_or_default()
}

/// The live subscriptions to one of our plans: never two, once all events were delivered.
pub(crate) fn live(truth: &StripeState) -> Vec<&Value> {
    let known = known_prices(truth);
    truth.subscriptions.iter().filter(|one| is_live(one) && plan(&known, one).is_some()).collect()
}

/// "The granting subscription is the live one of the highest plan, then of the latest period end". If none is live, the
/// one that describes the past: an ended one before one that never began.
pub(crate) fn granting(truth: &StripeState) -> Option<&Value> {
    let class = |one: &Value| match status(one) {
        "trialing" | "active" | "past_due" => 4,
        "unpaid" | "paused" => 3,
        "canceled" => 2,
        "incomplete" => 1,
        _ => 0,
    };
    let known = known_prices(truth);
    truth.subscriptions.iter().max_by_key(|one| {
        let plan = plan(&known, one).map(|(plan, _)| plan);
        let height = plan.filter(|_| is_live(one)).map(|plan| usize::from(plan == "premium"));
        let age = (one["created"].as_i64(), text(&one["id"]).to_owned());
        (plan.is_some(), class(one), height, period_end(one), age)
    })
}

/// When the earliest of a subscription's open invoices was finalized.
fn unpaid_since(truth: &StripeState, subscription: &Value) -> Option<i64> {
    let open = truth.invoices.iter().filter(|one| {
        one["status"] == "open"
            && one["amount_due"].as_i64() > Some(0)
            && one["parent"]["subscription_details"]["subscription"] == subscription["id"]
    });
    open.filter_map(|one| one["status_transitions"]["finalized_at"].as_i64()).min()
}

fn cancel_at(subscription: &Value) -> Option<i64> {
    let at_end = (subscription["cancel_at_period_end"] == true).then(|| period_end(subscription));
    subscription["cancel_at"].as_i64().or(at_end)
}

/// The plan that a subscription's schedule starts when the current phase ends, and its price.
fn next_plan(truth: &StripeState, subscription: &Value) -> Option<(PlanAndInterval, i64)> {
    let schedule = &subscription["schedule"];
    let start = schedule["current_phase"]["end_date"].as_i64()?;
    let phases = schedule["phases"].as_array()?;
    let next = phases.iter().find(|phase| phase["start_date"].as_i64() == Some(start))?;
    known_prices(truth).get(text(&next["items"][0]["price"])).copied()
}

/// A complimentary plan and its end, if any: given by the operator, unknown to Stripe.
pub(crate) type ComplimentaryPlan = Option<(&'static str, Option<i64>)>;

/// The expected answer to `GET …/play` for a video: an error code, or `None` if it plays.
pub(crate) fn play(truth: &StripeState, given: ComplimentaryPlan, required: &str, now: Timestamp) -> &'static str {
    if required == "free" {
        return "";
    }
    let now = now.as_second();
    let complimentary = match given {
        None => Err("SUBSCRIPTION_REQUIRED"),
        Some((_, Some(until))) if now >= until => Err("SUBSCRIPTION_EXPIRED"),
        Some((plan, _)) => Ok(plan),
    };
    // The better of the two counts. An ended complimentary plan is the reason only without a subscription.
    let granted = match (plan_of_access(truth, now), complimentary) {
        (Ok("premium"), _) | (_, Ok("premium")) => Ok("premium"),
        (Ok(plan), _) | (_, Ok(plan)) => Ok(plan),
        (Err("SUBSCRIPTION_REQUIRED"), Err(code)) | (Err(code), Err(_)) => Err(code),
    };
    match granted {
        Ok("basic") if required == "premium" => "PLAN_UPGRADE_REQUIRED",
        Ok(_) => "",
        Err(code) => code,
    }
}

/// The table of §5.
fn plan_of_access(truth: &StripeState, now: i64) -> Result<&'static str, &'static str> {
    let Some(one) = granting(truth) else { return Err("SUBSCRIPTION_REQUIRED") };
    let status = status(one);
    match status {
        "canceled" => return Err("SUBSCRIPTION_EXPIRED"),
        "trialing" | "active" | "past_due" | "unpaid" | "paused" => {}
        _ => return Err("SUBSCRIPTION_REQUIRED"),
    }
    let Some((plan, _)) = plan(&known_prices(truth), one) else { return Err("SUBSCRIPTION_REQUIRED") };
    if cancel_at(one).is_some_and(|at| now >= at) || now >= period_end(one) + SLACK {
        return Err("SUBSCRIPTION_EXPIRED");
    }
    match status {
        "trialing" | "active" => Ok(plan),
        "past_due" if unpaid_since(truth, one).is_some_and(|since| now < since + GRACE) => Ok(plan),
        _ => Err("PAYMENT_OVERDUE"),
    }
}

/// Subscriptions that still renew although one of their payments was charged back: those with lost disputes.
pub(crate) fn renews_after_loss(truth: &StripeState, disputes: &[String]) -> Option<String> {
    let known = known_prices(truth);
    let lost = truth.disputes.iter().filter(|one| disputes.contains(&text(&one["id"]).to_owned()));
    lost.filter(|one| one["status"] == "lost").find_map(|dispute| {
        let paid =
            |invoice: &&Value| invoice["payments"]["data"][0]["payment"]["payment_intent"] == dispute["payment_intent"];
        let invoice = truth.invoices.iter().find(paid)?;
        let is_invoiced = |one: &&Value| one["id"] == invoice["parent"]["subscription_details"]["subscription"];
        let one = truth.subscriptions.iter().find(is_invoiced)?;
        let renews = is_live(one) && plan(&known, one).is_some() && cancel_at(one).is_none();
        renews.then(|| format!("{} renews, though {} was lost", one["id"], dispute["id"]))
    })
}

/// Whether Stripe has a paid invoice for premium, which may be zero because of a trial or a coupon.
pub(crate) fn premium_was_paid(truth: &StripeState) -> bool {
    let known = known_prices(truth);
    let for_premium = |line: &Value| {
        let price = text(&line["pricing"]["price_details"]["price"]);
        known.get(price).is_some_and(|((plan, _), _)| *plan == "premium")
    };
    let mut paid = truth.invoices.iter().filter(|one| one["status"] == "paid");
    paid.any(|one| one["lines"]["data"].as_array().into_iter().flatten().any(for_premium))
}

/// The user's row, without nulls; `customer` is theirs if no subscription names one.
pub(crate) fn row(truth: &StripeState, customer: &str) -> Value {
    let Some(one) = granting(truth) else {
        return json!({ "stripe_customer_id": customer, "status": "none" });
    };
    let live = is_live(one);
    let own = plan(&known_prices(truth), one);
    let next = next_plan(truth, one).filter(|next| live && own != Some(next.0));
    let amount = item(one)["price"]["unit_amount"].as_i64().unwrap_or(0) * item(one)["quantity"].as_i64().unwrap_or(1);
    let has_discount = one["discounts"].as_array().is_some_and(|all| !all.is_empty());
    let (plan, interval) = own.unzip();
    bare(json!({
        "stripe_customer_id": one["customer"],
        "stripe_subscription_id": one["id"],
        "plan_type": plan,
        "status": status(one),
        "interval": interval,
        "amount": live.then_some(amount),
        "currency": live.then_some(&one["currency"]),
        "has_discount": (live && has_discount).then_some(true),
        "current_period_end": moment(Some(period_end(one))),
        "cancel_at": moment(cancel_at(one).filter(|_| live)),
        "trial_end": moment(one["trial_end"].as_i64().filter(|_| status(one) == "trialing")),
        "resumes_at": moment(one["pause_collection"]["resumes_at"].as_i64().filter(|_| status(one) == "paused")),
        "unpaid_since": moment(unpaid_since(truth, one).filter(|_| live)),
        "pending_plan_type": next.map(|((plan, _), _)| plan),
        "pending_interval": next.map(|((_, interval), _)| interval),
        "pending_amount": next.map(|(_, amount)| amount),
    }))
}

/// The ledger by customer and object: one entry for each finalized invoice, subscription, refund, dispute, and failed
/// or disputed charge.
pub(crate) fn ledger(truth: &StripeState) -> BTreeMap<(String, String), Value> {
    let known = known_prices(truth);
    let mut all = BTreeMap::new();
    let mut add = |customer: &Value, entry: Value| {
        let old = all.insert((text(customer).to_owned(), text(&entry["id"]).to_owned()), entry);
        assert!(old.is_none(), "Stripe has two objects with one id");
    };
    for one in truth.invoices.iter().filter(|one| one["status"] != "draft") {
        add(&one["customer"], invoice(one, &known));
    }
    for one in &truth.subscriptions {
        add(&one["customer"], subscription(one, &known));
    }
    for one in &truth.charges {
        if one["status"] == "failed" || one["disputed"] == true {
            add(&one["customer"], charge(one));
        }
        for refund in one["refunds"]["data"].as_array().into_iter().flatten() {
            add(&one["customer"], refunded(refund, one));
        }
        for dispute in truth.disputes.iter().filter(|dispute| dispute["charge"] == one["id"]) {
            add(&one["customer"], disputed(dispute));
        }
    }
    all
}

/// What prices sell and cost, by id.
type KnownPrices = BTreeMap<String, (PlanAndInterval, i64)>;

/// What prices sell, whether or not they are still for sale: by their own data, or else by their product.
fn known_prices(truth: &StripeState) -> KnownPrices {
    let of_items = truth.subscriptions.iter().map(|one| &item(one)["price"]);
    let all: Vec<&Value> = of_items.chain(&truth.prices).collect();
    let mut plans: BTreeMap<&str, BTreeSet<&'static str>> = BTreeMap::new();
    for (product, (plan, _)) in all.iter().filter_map(|price| Some((text(&price["product"]), named(price)?))) {
        plans.entry(product).or_default().insert(plan);
    }
    let sold = |price: &Value| named(price).or_else(|| of_product(price, plans.get(text(&price["product"]))?));
    let known = |price: &Value| Some((sold(price)?, price["unit_amount"].as_i64()?));
    all.into_iter().filter_map(|price| Some((text(&price["id"]).to_owned(), known(price)?))).collect()
}

fn invoice(one: &Value, known: &KnownPrices) -> Value {
    let lines = one["lines"]["data"].as_array().cloned().unwrap_or_default();
    let sold_by = |line: &Value| known.get(text(&line["pricing"]["price_details"]["price"])).copied();
    let ours: Vec<&Value> = lines.iter().filter(|line| sold_by(line).is_some()).collect();
    let is_part = |line: &Value| {
        let details = &line["parent"]["subscription_item_details"];
        if details.is_object() {
            details["proration"] == true
        } else {
            line["parent"]["invoice_item_details"].is_object()
        }
    };
    let off = |line: &Value| {
        let all = line["discount_amounts"].as_array().into_iter().flatten();
        all.filter_map(|one| one["amount"].as_i64()).sum::<i64>()
    };
    let amount = |line: &Value| line["amount"].as_i64().unwrap_or_default() - off(line);
    // The line for a whole period shows what is billed; among partial lines, the most expensive one.
    let telling = ours.iter().max_by_key(|line| (!is_part(line), amount(line)));
    let known = telling.and_then(|line| sold_by(line));
    let (plan, interval) = known.map(|(sold, _)| sold).unzip();
    // The cost of a whole period after coupons. With only partial lines: the full price of the most expensive one, with
    // the same discount ratio.
    let recurring = match telling.zip(known) {
        Some((line, (_, price))) if is_part(line) => {
            let whole = line["amount"].as_i64().unwrap_or_default();
            if whole <= 0 || off(line) <= 0 { price } else { (2 * price * amount(line) + whole) / (2 * whole) }
        }
        _ => ours.iter().filter(|line| !is_part(line)).map(|line| amount(line)).sum::<i64>(),
    };
    let payments = one["payments"]["data"].as_array().cloned().unwrap_or_default();
    let payment = payments.iter().find(|payment| payment["status"] == "paid").or(payments.first());
    let at = |moment: &Value| moment.as_i64();
    let (finalized, paid) = (at(&one["status_transitions"]["finalized_at"]), at(&one["status_transitions"]["paid_at"]));
    let counted = paid.or(finalized).or(at(&one["created"]));
    entry(
        "invoice",
        counted,
        matches!(text(&one["status"]), "paid" | "void"),
        json!({
            "id": one["id"],
            "number": one["number"],
            "subscription": one["parent"]["subscription_details"]["subscription"],
            "status": one["status"],
            "plan_type": plan,
            "interval": interval,
            "amount_due": one["amount_due"],
            "amount_paid": one["amount_paid"],
            "recurring_amount": recurring,
            "currency": one["currency"],
            "period_start": telling.and_then(|line| moment(at(&line["period"]["start"]))),
            "period_end": telling.and_then(|line| moment(at(&line["period"]["end"]))),
            "billing_reason": one["billing_reason"],
            "attempts": one["attempt_count"],
            "payment_intent": payment.map(|payment| payment["payment"]["payment_intent"].clone()),
            "created": moment(at(&one["created"])),
            "finalized_at": moment(finalized),
            "paid_at": moment(paid),
            "uncollectible_at": moment(at(&one["status_transitions"]["marked_uncollectible_at"])),
            "voided_at": moment(at(&one["status_transitions"]["voided_at"])),
        }),
    )
}

fn subscription(one: &Value, known: &KnownPrices) -> Value {
    let (plan, interval) = plan(known, one).unzip();
    let item = item(one);
    let amount = item["price"]["unit_amount"].as_i64().unwrap_or(0) * item["quantity"].as_i64().unwrap_or(1);
    let at = |name: &str| moment(one[name].as_i64());
    let is_over = matches!(status(one), "canceled" | "incomplete_expired");
    entry(
        "subscription",
        one["created"].as_i64(),
        is_over,
        json!({
            "id": one["id"],
            "status": status(one),
            "plan_type": plan,
            "interval": interval,
            "amount": amount,
            "currency": one["currency"],
            "created": at("created"),
            "trial_start": at("trial_start"),
            "trial_end": at("trial_end"),
            "canceled_at": at("canceled_at"),
            "ended_at": at("ended_at"),
            "cancel_reason": one["cancellation_details"]["reason"],
        }),
    )
}

fn charge(one: &Value) -> Value {
    entry(
        "charge",
        one["created"].as_i64(),
        one["status"] == "failed",
        json!({
            "id": one["id"],
            "status": one["status"],
            "amount": one["amount"],
            "currency": one["currency"],
            "failure_code": one["failure_code"],
            "disputed": one["disputed"],
            "payment_intent": one["payment_intent"],
            "created": moment(one["created"].as_i64()),
        }),
    )
}

fn refunded(one: &Value, charge: &Value) -> Value {
    let is_over = matches!(text(&one["status"]), "failed" | "canceled");
    entry(
        "refund",
        one["created"].as_i64(),
        is_over,
        json!({
            "id": one["id"],
            "status": one["status"],
            "amount": one["amount"],
            "currency": one["currency"],
            "reason": one["reason"],
            "charge": charge["id"],
            "payment_intent": charge["payment_intent"],
            "created": moment(one["created"].as_i64()),
        }),
    )
}

fn disputed(one: &Value) -> Value {
    let is_over = matches!(text(&one["status"]), "won" | "lost" | "prevented" | "warning_closed");
    entry(
        "dispute",
        one["created"].as_i64(),
        is_over,
        json!({
            "id": one["id"],
            "status": one["status"],
            "amount": one["amount"],
            "currency": one["currency"],
            "reason": one["reason"],
            "charge": one["charge"],
            "payment_intent": one["payment_intent"],
            "created": moment(one["created"].as_i64()),
        }),
    )
}

/// An entry with the UTC day on which it counts, and whether its object can still change.
fn entry(kind: &str, counted: Option<i64>, settled: bool, fields: Value) -> Value {
    let mut fields = bare(fields);
    fields["kind"] = json!(kind);
    fields["day"] = json!(moment(counted).unwrap_or_default().get(..10));
    fields["settled"] = json!(settled);
    fields
}

fn moment(seconds: Option<i64>) -> Option<String> {
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).map(|at| at.to_string())
}

/// Removes nulls.
pub(crate) fn bare(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// The differences between the actual and the expected value, field by field.
pub(crate) fn difference(what: &str, found: &Value, expected: &Value) -> Option<String> {
    if found == expected {
        return None;
    }
    let empty = Map::new();
    let (is, ought) = (found.as_object().unwrap_or(&empty), expected.as_object().unwrap_or(&empty));
    let names: BTreeSet<&String> = is.keys().chain(ought.keys()).collect();
    let differing = names.into_iter().filter(|name| is.get(*name) != ought.get(*name));
    let told: Vec<String> = differing
        .map(|name| {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            format!("{name} is {} and should be {}", shown(is.get(name)), shown(ought.get(name)))
        })
        .collect();
    Some(format!("{what}: {}", told.join("; ")))
}
