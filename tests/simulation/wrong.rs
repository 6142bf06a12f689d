//! Wrong ways to process webhooks, each seen in practice: the simulation must distinguish them from the right one.
//!
//! They use the same tables and the same Stripe, and write rows that are right in every field; what is wrong is when
//! and whether they write. Faults of the service's DynamoDB calls hit their calls as well.

use super::oracle;
use super::stripe::{Stripe, StripeState};
use super::world::Aws;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Map, Value, json};
use standin::faults::{Faults, Kind, Target};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// What receives Stripe's webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// The service's own function.
    Service,
    /// Marks the event, then processes it.
    MarkThenApply,
    /// Processes the event, then marks it.
    ApplyThenMark,
    /// Trusts the event's object, in one transaction with its mark.
    ArrivalOrder,
    /// The same, but ignores an event whose `created` is older than that of the last one.
    IgnoreOlder,
    /// Asks Stripe, and writes in one transaction with the mark, regardless of concurrent writes.
    RefetchWithoutVersion,
}

pub(crate) const WRONG: [Strategy; 5] = [
    Strategy::MarkThenApply,
    Strategy::ApplyThenMark,
    Strategy::ArrivalOrder,
    Strategy::IgnoreOlder,
    Strategy::RefetchWithoutVersion,
];

/// A server that processes webhooks wrongly; it stops when it is dropped.
pub(crate) struct Receiver {
    pub url: String,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Inner {
    strategy: Strategy,
    stripe: Stripe,
    aws: Aws,
    prices: Vec<Value>,
    faults: Faults,
    /// The `created` of the last processed event, by customer.
    last: Mutex<HashMap<String, i64>>,
}

/// A failed call, or an unusable answer: the event must be delivered again.
struct Crash;

impl Receiver {
    pub(crate) async fn start(
        strategy: Strategy,
        stripe: Stripe,
        aws: Aws,
        prices: Vec<Value>,
        faults: Faults,
    ) -> Self {
        let inner = Inner { strategy, stripe, aws, prices, faults, last: Mutex::default() };
        let router = Router::new().route("/", post(take)).with_state(Arc::new(inner));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url, task }
    }
}

async fn take(State(inner): State<Arc<Inner>>, body: String) -> StatusCode {
    let event: Value = serde_json::from_str(&body).unwrap_or_default();
    match inner.taken(&event).await {
        Ok(()) => StatusCode::OK,
        Err(Crash) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Inner {
    async fn taken(&self, event: &Value) -> Result<(), Crash> {
        let object = &event["data"]["object"];
        let name = if object["object"] == "customer" { "id" } else { "customer" };
        let Some(customer) = object[name].as_str() else { return Ok(()) };
        let owner = self.aws.row(&format!("CUST#{customer}")).await;
        let Some(user) = owner["user_id"].as_str() else { return Ok(()) };
        let id = event["id"].as_str().unwrap_or_default();
        let marked = self.aws.partition(&self.aws.billing_events, "pk", &format!("EVENT#{id}")).await;
        if !marked.is_empty() {
            return Ok(());
        }
        match self.strategy {
            Strategy::Service => Ok(()),
            Strategy::MarkThenApply => {
                self.write(vec![self.mark(id)]).await?;
                let truth = self.fetch(customer).await;
                self.write(self.state(&truth, user, customer)).await
            }
            Strategy::ApplyThenMark => {
                let truth = self.fetch(customer).await;
                self.write(self.booked(&truth, event, user, customer).await).await?;
                self.write(vec![self.mark(id)]).await
            }
            Strategy::ArrivalOrder => self.as_it_came(event, user, customer).await,
            Strategy::IgnoreOlder => {
                let created = event["created"].as_i64().unwrap_or_default();
                let last = self.last.lock().expect("no panic while held").get(customer).copied();
                if last.is_some_and(|last| created < last) {
                    return self.write(vec![self.mark(id)]).await;
                }
                self.as_it_came(event, user, customer).await?;
                self.last.lock().expect("no panic while held").insert(customer.to_owned(), created);
                Ok(())
            }
            Strategy::RefetchWithoutVersion => {
                let truth = self.fetch(customer).await;
                let mut writes = self.state(&truth, user, customer);
                writes.push(self.mark(id));
                self.write(writes).await
            }
        }
    }

    async fn fetch(&self, customer: &str) -> StripeState {
        self.stripe.truth(&[customer.to_owned()], &self.prices).await
    }

    /// The event's object replaces the subscription; the rest is as at Stripe.
    async fn as_it_came(&self, event: &Value, user: &str, customer: &str) -> Result<(), Crash> {
        let mut truth = self.fetch(customer).await;
        let object = &event["data"]["object"];
        let is_subscription = object["object"] == "subscription";
        if is_subscription {
            for one in truth.subscriptions.iter_mut().filter(|one| one["id"] == object["id"]) {
                *one = object.clone();
            }
        }
        let mut writes = self.state(&truth, user, customer);
        if !is_subscription {
            let of_subscription = |write: &Value| {
                let item = &write["Put"]["Item"];
                item["kind"]["S"] == "subscription"
                    || item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("USER#"))
            };
            writes.retain(|write| !of_subscription(write));
        }
        writes.push(self.mark(event["id"].as_str().unwrap_or_default()));
        self.write(writes).await
    }

    /// Like `state`, but adds a payment to the previous ones when its event arrives.
    async fn booked(&self, truth: &StripeState, event: &Value, user: &str, customer: &str) -> Vec<Value> {
        let mut writes = self.state(truth, user, customer);
        let paid = |write: &Value| {
            let item = &write["Put"]["Item"];
            item["kind"]["S"] == "invoice" && item["status"]["S"] == "paid"
        };
        let payments: Vec<Value> = writes.iter().filter(|write| paid(write)).cloned().collect();
        writes.retain(|write| !paid(write));
        if event["type"] != "invoice.paid" {
            return writes;
        }
        let id = &event["data"]["object"]["id"];
        if let Some(mut payment) = payments.into_iter().find(|write| write["Put"]["Item"]["sk"]["S"] == *id) {
            let booked = self.aws.partition(&self.aws.billing_events, "pk", &format!("CUST#{customer}")).await;
            // Entries that the service wrote for the plan change have an index attribute, and are not counted here.
            let is_own = |row: &&Value| row["id"] == *id && row["status"] == "paid" && row["listing"].is_null();
            let same = booked.iter().filter(is_own).count();
            if same > 0 {
                payment["Put"]["Item"]["sk"]["S"] = json!(format!("{}-{}", id.as_str().unwrap_or_default(), same + 1));
            }
            writes.push(payment);
        }
        writes
    }

    fn mark(&self, id: &str) -> Value {
        let item = json!({ "pk": { "S": format!("EVENT#{id}") }, "sk": { "S": "MARK" } });
        json!({ "Put": {
            "TableName": self.aws.billing_events,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk)",
        } })
    }

    /// Every row as it should be.
    fn state(&self, truth: &StripeState, user: &str, customer: &str) -> Vec<Value> {
        let mut row = oracle::row(truth, customer);
        row["pk"] = json!(format!("USER#{user}"));
        let mut writes = vec![json!({ "Put": { "TableName": self.aws.subscriptions, "Item": attributes(&row) } })];
        for ((customer, id), mut entry) in oracle::ledger(truth) {
            entry["pk"] = json!(format!("CUST#{customer}"));
            entry["sk"] = json!(id);
            writes.push(json!({ "Put": { "TableName": self.aws.billing_events, "Item": attributes(&entry) } }));
        }
        writes
    }

    /// Writes everything or nothing, unless a fault strikes.
    async fn write(&self, writes: Vec<Value>) -> Result<(), Crash> {
        let tables = [self.aws.subscriptions.clone(), self.aws.billing_events.clone()];
        let touched: Vec<String> =
            tables.into_iter().filter(|table| writes.iter().any(|one| one["Put"]["TableName"] == **table)).collect();
        let fault = self.faults.next_fault(Target::Dynamodb, "TransactWriteItems", &touched);
        match fault {
            None => {}
            Some(Kind::Wait) => self.faults.ended().await,
            Some(Kind::ResetAfter | Kind::Truncate) => {
                self.aws.call("TransactWriteItems", &json!({ "TransactItems": writes })).await;
                return Err(Crash);
            }
            Some(_) => return Err(Crash),
        }
        match self.aws.call("TransactWriteItems", &json!({ "TransactItems": writes })).await {
            (200, _) => Ok(()),
            // Another writer marked the event.
            (_, answer) if answer["__type"].as_str().is_some_and(|one| one.contains("TransactionCanceled")) => Ok(()),
            (status, answer) => panic!("DynamoDB refuses the write of a fixture: {status} {answer}"),
        }
    }
}

/// Plain JSON in DynamoDB's format.
fn attributes(row: &Value) -> Value {
    let attribute = |value: &Value| match value {
        Value::String(text) => json!({ "S": text }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        other => panic!("not an attribute of a row: {other}"),
    };
    let fields = row.as_object().into_iter().flatten();
    Value::Object(fields.map(|(name, value)| (name.clone(), attribute(value))).collect::<Map<_, _>>())
}
