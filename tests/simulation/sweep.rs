//! The fault sweep: every call that a flow makes to DynamoDB and to Stripe fails in turn, before it is done, after it, hung,
//! throttled, cut short, once and for good; then the flow is asked for again. Nothing is lost, and nothing is done twice.

use super::check;
use super::say;
use super::world::{Person, World};
use super::wrong::Strategy;
use serde_json::{Value, json};
use standin::deliveries::Mode;
use standin::faults::{Fault, Kind, Target};
use support::Answer;

/// What is swept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Webhook,
    Checkout,
    Cancel,
    Resume,
    Upgrade,
    Downgrade,
    Refund,
    Deletion,
}

/// Runs before somebody else takes over.
const RUNS_OF_A_PERSON: u32 = 10;
/// A call that fails once may be repeated below the function; one that goes on failing is a crash there.
const COUNTS: [u32; 2] = [1, 1_000];
/// Ways in which `make test` has each call fail.
const WAYS_OF_A_CALL: usize = 2;
const KINDS: [Kind; 7] = [
    Kind::ResetBefore,
    Kind::ResetAfter,
    Kind::Throttle,
    Kind::Truncate,
    Kind::Conflict,
    Kind::Unprocessed,
    Kind::Hang,
];

struct Sweep {
    world: World,
    person: Person,
    admin: support::Viewer,
    /// The first payment of whoever is swept, if they made one.
    invoice: String,
    runs: u32,
}

impl Sweep {
    async fn start(flow: Flow) -> Self {
        let world = World::start(Strategy::Service, 0).await;
        let admin = world.admin().await;
        let person = Self::newcomer(&world, flow, 0).await;
        Self { world, person, admin, invoice: String::new(), runs: 0 }
    }

    /// Somebody with a subscription, unless a checkout is swept: who opens one has none.
    async fn newcomer(world: &World, flow: Flow, number: u32) -> Person {
        world.mode(Mode::Normal);
        let mut person = world.register(&format!("swept-{number}@viewers.test")).await;
        if flow != Flow::Checkout {
            let answer = person.viewer.post("/api/subscription/checkout", json!({ "plan_type": "basic" })).await;
            world.platform.pay(answer.data()["checkout_url"].as_str().expect("a page"), crate::billing::CARD).await;
        }
        person.find_customers(&world.stripe).await;
        check::all(world, &person, None).await.expect("as Stripe has it before anything breaks");
        // From now on a webhook comes when the sweep posts it.
        world.mode(Mode::Drop);
        person
    }

    /// Does the flow; the same key makes a repetition the same wish.
    async fn act(&self, flow: Flow, key: &str) -> Answer {
        let post = |path: String, body: Value| {
            let viewer = if flow == Flow::Refund { &self.admin } else { &self.person.viewer };
            let request = viewer.request(reqwest::Method::POST, &path).header("idempotency-key", key).json(&body);
            viewer.send(request)
        };
        let of = |what: &str| format!("/api/subscription/{what}");
        match flow {
            Flow::Webhook => {
                let customer = &self.person.customers[0];
                crate::billing::event(&self.world.platform, key, "customer.updated", customer).await
            }
            Flow::Checkout => post(of("checkout"), json!({ "plan_type": "premium" })).await,
            Flow::Cancel => post(of("cancel"), json!({})).await,
            Flow::Resume => post(of("resume"), json!({})).await,
            Flow::Upgrade => post(of("change"), json!({ "plan_type": "premium" })).await,
            Flow::Downgrade => post(of("change"), json!({ "plan_type": "basic" })).await,
            Flow::Deletion => self.person.viewer.delete("/api/account").await,
            Flow::Refund => {
                let path = format!("/api/admin/payments/{}/refund", self.invoice);
                post(path, json!({ "amount": 1, "reason": "swept" })).await
            }
        }
    }

    /// Brings Stripe to where the flow has something to do, past the service and its tables.
    async fn prepare(&self, flow: Flow) {
        let customer = &self.person.customers[0];
        let subscriptions = self.world.stripe.subscriptions(customer).await;
        let Some(one) = subscriptions.first() else { return };
        let path = format!("subscriptions/{}", one["id"].as_str().expect("an id"));
        if let Some(schedule) = one["schedule"]["id"].as_str() {
            self.world.stripe.post(&format!("subscription_schedules/{schedule}/release"), &[]).await;
        }
        let ends = match flow {
            // What is to be written differs from what is kept at every run.
            Flow::Webhook => one["cancel_at_period_end"] != true,
            Flow::Resume => true,
            _ => false,
        };
        self.world.stripe.post(&path, &[("cancel_at_period_end", if ends { "true" } else { "false" })]).await;
        let wanted = if flow == Flow::Downgrade { "premium_month" } else { "basic_month" };
        let item = &one["items"]["data"][0];
        if item["price"]["lookup_key"] != wanted {
            let price = self.world.prices.iter().find(|price| price["lookup_key"] == wanted).expect("a price");
            let form = [
                ("items[0][id]", item["id"].as_str().expect("an id")),
                ("items[0][price]", price["id"].as_str().expect("an id")),
                ("proration_behavior", "none"),
            ];
            let (status, answer) = self.world.stripe.post(&path, &form).await;
            assert_eq!(status, 200, "{answer}");
        }
    }

    /// What nothing may do twice: paid invoices, refunds, and open checkouts.
    async fn count(&self) -> (usize, i64, usize) {
        let customer = &self.person.customers[0];
        let invoices = self.world.stripe.invoices(customer).await;
        let paid = invoices.iter().filter(|one| one["status"] == "paid").count();
        let charges = self.world.stripe.charges(customer).await;
        let refunded = charges.iter().filter_map(|one| one["amount_refunded"].as_i64()).sum();
        let open = self.world.stripe.list(&format!("checkout/sessions?customer={customer}&status=open")).await.len();
        (paid, refunded, open)
    }

    async fn run(&mut self, flow: Flow, fault: Option<Fault>) -> Result<Vec<Target>, String> {
        self.runs += 1;
        if flow == Flow::Deletion {
            return self.delete(fault).await;
        }
        // What a person has had grows with every run, and with it what a run costs.
        if self.runs.is_multiple_of(RUNS_OF_A_PERSON) {
            check::all(&self.world, &self.person, None).await?;
            self.person = Self::newcomer(&self.world, flow, self.runs).await;
        }
        let key = format!("evt_sweep_{flow:?}_{}", self.runs);
        self.prepare(flow).await;
        let invoices = self.world.stripe.invoices(&self.person.customers[0]).await;
        self.invoice = invoices.last().and_then(|one| one["id"].as_str()).unwrap_or_default().to_owned();
        let before = self.count().await;
        if let Some(fault) = &fault {
            self.world.faults().add(fault.clone());
        }
        let answer = self.act(flow, &key).await;
        self.world.faults().clear();
        let admitted = [200, 201, 502, 503];
        if !admitted.contains(&answer.status()) {
            return Err(format!("answered {answer}"));
        }
        let calls = self.calls(&answer);
        if answer.status() >= 500 {
            let again = self.act(flow, &key).await;
            // It may be done already, which a repetition is told.
            if again.status() >= 300 && again.code() != "CONFLICT" {
                return Err(format!("answered {answer}, and then {again}"));
            }
        }
        // The webhook that Stripe sends of whatever was done.
        let told = format!("{key}_told");
        let told =
            crate::billing::event(&self.world.platform, &told, "customer.updated", &self.person.customers[0]).await;
        if told.status() != 200 {
            return Err(format!("the webhook is answered {told}"));
        }
        check::rows(&self.world, &self.person).await?;
        let after = self.count().await;
        let expected = match flow {
            Flow::Upgrade => (before.0 + 1, before.1, before.2),
            Flow::Refund => (before.0, before.1 + 1, before.2),
            Flow::Checkout => (before.0, before.1, 1),
            _ => before,
        };
        if after != expected {
            return Err(format!("paid invoices, refunds and open checkouts were {before:?} and are {after:?}"));
        }
        let subscriptions = self.world.stripe.subscriptions(&self.person.customers[0]).await;
        let one = subscriptions.first().unwrap_or(&Value::Null);
        let done = match flow {
            Flow::Cancel => one["cancel_at_period_end"] == true,
            Flow::Resume => one["cancel_at"].is_null(),
            Flow::Upgrade => one["items"]["data"][0]["price"]["lookup_key"] == "premium_month",
            Flow::Downgrade => one["schedule"]["phases"].as_array().is_some_and(|phases| phases.len() > 1),
            Flow::Webhook | Flow::Checkout | Flow::Refund | Flow::Deletion => true,
        };
        if done { Ok(calls) } else { Err(format!("it was lost: {one}")) }
    }

    /// An account is deleted, and deleted again where that failed: nothing is left of it, and nobody is billed.
    async fn delete(&mut self, fault: Option<Fault>) -> Result<Vec<Target>, String> {
        if self.runs > 1 {
            self.person = Self::newcomer(&self.world, Flow::Deletion, self.runs).await;
        }
        if let Some(fault) = fault {
            self.world.faults().add(fault);
        }
        let answer = self.act(Flow::Deletion, "").await;
        self.world.faults().clear();
        if ![200, 502, 503].contains(&answer.status()) {
            return Err(format!("answered {answer}"));
        }
        let calls = self.calls(&answer);
        if answer.status() != 200 {
            let again = self.act(Flow::Deletion, "").await;
            if again.status() != 200 && again.code() != "SESSION_REVOKED" {
                return Err(format!("answered {answer}, and then {again}"));
            }
        }
        let (event, customer) = (format!("evt_sweep_deletion_{}", self.runs), &self.person.customers[0]);
        let told = crate::billing::event(&self.world.platform, &event, "customer.deleted", customer).await;
        if told.status() != 200 {
            return Err(format!("the webhook is answered {told}"));
        }
        let finished = self.world.platform.running().run_job("finish-deletions", json!({})).await;
        finished.ok_or("there is no job that finishes deletions")??;
        check::gone(&self.world, &self.person).await?;
        Ok(calls)
    }

    /// What a request called, in order.
    fn calls(&self, answer: &Answer) -> Vec<Target> {
        let calls = self.world.platform.calls(answer);
        let target = |service: &str| match service {
            "dynamodb" => Some(Target::Dynamodb),
            "stripe" => Some(Target::Stripe),
            _ => None,
        };
        calls.iter().filter_map(|call| target(&call.service)).collect()
    }

    async fn sweep(&mut self, flow: Flow) {
        let calls = self.run(flow, None).await.unwrap_or_else(|why| panic!("{flow:?} without any fault: {why}"));
        for target in [Target::Dynamodb, Target::Stripe] {
            let made = calls.iter().filter(|one| **one == target).count();
            for skip in 0..u32::try_from(made).expect("few") {
                for (kind, count) in ways(target, skip) {
                    let fault = Fault { target, table: None, operation: None, kind, skip, count };
                    let told = format!("{fault:?}");
                    if let Err(why) = self.run(flow, Some(fault)).await {
                        panic!("{flow:?} with {told}: {why}");
                    }
                }
            }
        }
        if flow != Flow::Deletion {
            check::all(&self.world, &self.person, None).await.expect("as Stripe has it after all");
        }
        say(&format!(
            "fault sweep: {flow:?} survives {} runs, each of its {} calls failing in turn",
            self.runs,
            calls.len()
        ));
    }
}

/// The ways in which a call fails: all of them by `make sweep`, and some of them, others for each call, in `make test`.
fn ways(target: Target, skip: u32) -> Vec<(Kind, u32)> {
    let all: Vec<(Kind, u32)> = KINDS
        .into_iter()
        // A batch alone is left unprocessed.
        .filter(|kind| *kind != Kind::Unprocessed || target == Target::Dynamodb)
        .flat_map(|kind| COUNTS.map(|count| (kind, count)))
        // Hung for good is the deadline's, which has a test of its own.
        .filter(|(kind, count)| *kind != Kind::Hang || *count == 1)
        .collect();
    if std::env::var_os("WHOLE").is_some() {
        return all;
    }
    let first = usize::try_from(skip).unwrap_or(0) * WAYS_OF_A_CALL;
    (first..first + WAYS_OF_A_CALL).map(|at| all[at % all.len()]).collect()
}

fn swept(flow: Flow) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { Sweep::start(flow).await.sweep(flow).await });
}

#[test]
fn no_call_of_a_webhook_may_fail_and_lose_or_double() {
    swept(Flow::Webhook);
}

#[test]
fn no_call_of_a_checkout_may_fail_and_lose_or_double() {
    swept(Flow::Checkout);
}

#[test]
fn no_call_of_a_cancellation_may_fail_and_lose_or_double() {
    swept(Flow::Cancel);
}

#[test]
fn no_call_of_a_resumption_may_fail_and_lose_or_double() {
    swept(Flow::Resume);
}

#[test]
fn no_call_of_an_upgrade_may_fail_and_lose_or_double() {
    swept(Flow::Upgrade);
}

#[test]
fn no_call_of_a_downgrade_may_fail_and_lose_or_double() {
    swept(Flow::Downgrade);
}

#[test]
fn no_call_of_a_refund_may_fail_and_lose_or_double() {
    swept(Flow::Refund);
}

#[test]
fn no_call_of_a_deletion_may_fail_and_lose_or_double() {
    swept(Flow::Deletion);
}
