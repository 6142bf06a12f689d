//! The fault sweep: every call that a flow makes to DynamoDB and Stripe fails in turn (before or after it is done,
//! hanging, throttled, cut short; once and permanently). Then the request is repeated. Nothing may be lost, and nothing
//! done twice.

use super::check;
use super::say;
use super::world::{Person, World};
use super::wrong::Strategy;
use serde_json::{Value, json};
use standin::deliveries::Mode;
use standin::faults::{Fault, Kind, Target};
use support::Answer;

/// The flows.
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

/// Runs before a new person takes over.
const RUNS_OF_A_PERSON: u32 = 10;
/// A call that fails once may be retried below the function; one that keeps failing acts like a crash there.
const COUNTS: [u32; 2] = [1, 1_000];
/// The number of ways in which `make test` makes each call fail.
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
    /// The person's first payment, if they made one.
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

    /// A person with a subscription; for the checkout flow, one without.
    async fn newcomer(world: &World, flow: Flow, number: u32) -> Person {
        world.mode(Mode::Normal);
        let mut person = world.register(&format!("swept-{number}@viewers.test")).await;
        if flow != Flow::Checkout {
            let answer = person.viewer.post("/api/subscription/checkout", json!({ "plan_type": "basic" })).await;
            world.platform.pay(answer.data()["checkout_url"].as_str().expect("a page"), support::billing::CARD).await;
        }
        person.find_customers(&world.stripe).await;
        check::all(world, &person, None).await.expect("the tables match Stripe before any fault");
        // From now on webhooks arrive only when the sweep posts them.
        world.mode(Mode::Drop);
        person
    }

    /// Runs the flow; the same key makes a repetition the same request.
    async fn act(&self, flow: Flow, key: &str) -> Answer {
        let post = |path: String, body: Value| {
            let viewer = if flow == Flow::Refund { &self.admin } else { &self.person.viewer };
            let request = viewer.request(reqwest::Method::POST, &path).header("idempotency-key", key).json(&body);
            viewer.send(request)
        };
        let path = |what: &str| format!("/api/subscription/{what}");
        match flow {
            Flow::Webhook => {
                let customer = &self.person.customers[0];
                support::billing::post_event(&self.world.platform, key, "customer.updated", customer).await
            }
            Flow::Checkout => post(path("checkout"), json!({ "plan_type": "premium" })).await,
            Flow::Cancel => post(path("cancel"), json!({})).await,
            Flow::Resume => post(path("resume"), json!({})).await,
            Flow::Upgrade => post(path("change"), json!({ "plan_type": "premium" })).await,
            Flow::Downgrade => post(path("change"), json!({ "plan_type": "basic" })).await,
            Flow::Deletion => self.person.delete_account().await,
            Flow::Refund => {
                let path = format!("/api/admin/payments/{}/refund", self.invoice);
                post(path, json!({ "amount": 1, "reason": "swept" })).await
            }
        }
    }

    /// Prepares Stripe so that the flow has something to do, without the service and its tables.
    async fn prepare(&self, flow: Flow) {
        let customer = &self.person.customers[0];
        let subscriptions = self.world.stripe.subscriptions(customer).await;
        let Some(one) = subscriptions.first() else { return };
        let path = format!("subscriptions/{}", one["id"].as_str().expect("an id"));
        if let Some(schedule) = one["schedule"]["id"].as_str() {
            self.world.stripe.post(&format!("subscription_schedules/{schedule}/release"), &[]).await;
        }
        let ends = match flow {
            // What must be written differs from what is stored in every run.
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

    /// The counts of what must not happen twice: paid invoices, refunds, and open checkouts.
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
        // A person's data grows with every run, and with it the cost of a run.
        if self.runs.is_multiple_of(RUNS_OF_A_PERSON) {
            check::all(&self.world, &self.person, None).await?;
            self.person = Self::newcomer(&self.world, flow, self.runs).await;
            self.admin = self.world.admin().await;
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
            return Err(format!("returned {answer}"));
        }
        let calls = self.calls(&answer);
        if answer.status() >= 500 {
            // As a client does that follows `Retry-After`: after a crash, another change may begin ten seconds later.
            self.world.platform.advance(10).await;
            let again = self.act(flow, &key).await;
            // The change may already be done, and the repetition reports that.
            if again.status() >= 300 && again.code() != "CONFLICT" {
                return Err(format!("returned {answer}, and then {again}"));
            }
        }
        // The webhook that Stripe sends for whatever was done.
        let told = format!("{key}_told");
        let told =
            support::billing::post_event(&self.world.platform, &told, "customer.updated", &self.person.customers[0])
                .await;
        if told.status() != 200 {
            return Err(format!("the webhook returned {told}"));
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
        if done { Ok(calls) } else { Err(format!("the change was lost: {one}")) }
    }

    /// Deletes an account, and repeats the deletion if it failed: no data is left, and nobody is charged.
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
            return Err(format!("returned {answer}"));
        }
        let calls = self.calls(&answer);
        if answer.status() != 200 {
            let again = self.act(Flow::Deletion, "").await;
            if again.status() != 200 && again.code() != "SESSION_REVOKED" {
                return Err(format!("returned {answer}, and then {again}"));
            }
        }
        let (event, customer) = (format!("evt_sweep_deletion_{}", self.runs), &self.person.customers[0]);
        let told = support::billing::post_event(&self.world.platform, &event, "customer.deleted", customer).await;
        if told.status() != 200 {
            return Err(format!("the webhook returned {told}"));
        }
        let finished = self.world.platform.running().run_job("finish-deletions", json!({})).await;
        finished?;
        check::gone(&self.world, &self.person).await?;
        Ok(calls)
    }

    /// The calls of a request, in order.
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
                    let fault = Fault { target, table: None, operation: None, kind, skip, count, answer: None };
                    let told = format!("{fault:?}");
                    if let Err(why) = self.run(flow, Some(fault)).await {
                        panic!("{flow:?} with {told}: {why}");
                    }
                }
            }
        }
        if flow != Flow::Deletion {
            check::all(&self.world, &self.person, None).await.expect("the tables match Stripe in the end");
        }
        say(&format!(
            "fault sweep: {flow:?} survives {} runs, each of its {} calls failing in turn",
            self.runs,
            calls.len()
        ));
    }
}

/// The ways in which a call fails: all of them in `make sweep`; in `make test` a few, different for each call.
fn ways(target: Target, skip: u32) -> Vec<(Kind, u32)> {
    let all: Vec<(Kind, u32)> = KINDS
        .into_iter()
        // Only a batch can be left unprocessed.
        .filter(|kind| *kind != Kind::Unprocessed || target == Target::Dynamodb)
        .flat_map(|kind| COUNTS.map(|count| (kind, count)))
        // Hanging forever is covered by the deadline's own test.
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
fn a_webhook_survives_the_failure_of_any_call() {
    swept(Flow::Webhook);
}

#[test]
fn a_checkout_survives_the_failure_of_any_call() {
    swept(Flow::Checkout);
}

#[test]
fn a_cancellation_survives_the_failure_of_any_call() {
    swept(Flow::Cancel);
}

#[test]
fn a_resumption_survives_the_failure_of_any_call() {
    swept(Flow::Resume);
}

#[test]
fn an_upgrade_survives_the_failure_of_any_call() {
    swept(Flow::Upgrade);
}

#[test]
fn a_downgrade_survives_the_failure_of_any_call() {
    swept(Flow::Downgrade);
}

#[test]
fn a_refund_survives_the_failure_of_any_call() {
    swept(Flow::Refund);
}

#[test]
fn a_deletion_survives_the_failure_of_any_call() {
    swept(Flow::Deletion);
}
