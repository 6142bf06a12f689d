//! Direct access to Stripe: what a merchant does in the dashboard, and Stripe's JSON about a user.

use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};

/// The most objects that Stripe lists at once; a history has fewer.
const PAGE: &str = "limit=100";

/// Stripe's API.
#[derive(Clone)]
pub(crate) struct Stripe {
    client: reqwest::Client,
    url: String,
    key: String,
}

/// Everything that Stripe knows about the customers of one user.
#[derive(Clone, Debug, Default)]
pub(crate) struct StripeState {
    /// Oldest first, including deleted ones.
    pub customers: Vec<String>,
    pub subscriptions: Vec<Value>,
    pub invoices: Vec<Value>,
    pub charges: Vec<Value>,
    pub disputes: Vec<Value>,
    /// Of our products, for sale or not.
    pub prices: Vec<Value>,
}

impl StripeState {
    /// Whether a customer ever bought anything or was asked to pay.
    pub(crate) fn has_done_something(&self, customer: &str) -> bool {
        let mut all = self.subscriptions.iter().chain(&self.invoices).chain(&self.charges);
        all.any(|one| one["customer"] == customer)
    }
}

impl Stripe {
    pub(crate) fn new(client: reqwest::Client, url: &str, key: &str) -> Self {
        Self { client, url: url.to_owned(), key: key.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(reqwest::Method::GET, path, &[]).await.1
    }

    /// The status and answer of a call that may be refused.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        self.call(reqwest::Method::POST, path, form).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call(reqwest::Method::DELETE, path, &[]).await
    }

    async fn call(&self, method: reqwest::Method, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        // A fault meant for the service may hit this call instead: the key makes the retry the same request.
        let key = format!("dashboard-{}-{}", std::process::id(), KEYS.fetch_add(1, Ordering::Relaxed));
        let body = encoded(form);
        for _ in 0..50 {
            let mut request = self.client.request(method.clone(), format!("{}/v1/{path}", self.url));
            request = request.bearer_auth(&self.key).header("idempotency-key", &key);
            if method == reqwest::Method::POST {
                request = request.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
            }
            let Ok(answer) = request.send().await else { continue };
            let status = answer.status().as_u16();
            let Ok(text) = answer.text().await else { continue };
            let json: Value = serde_json::from_str(&text).unwrap_or_default();
            let has_fault = status >= 500 || status == 429 || json["error"]["code"] == "lock_timeout";
            if !has_fault && !json.is_null() {
                return (status, json);
            }
        }
        panic!("Stripe's stand-in does not answer {method} {path}");
    }

    /// The objects of a list at Stripe.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut answer = self.get(&format!("{path}{join}{PAGE}")).await;
        assert_eq!(answer["has_more"], false, "more objects of {path} than a history can have: {answer}");
        match answer["data"].take() {
            Value::Array(all) => all,
            _ => Vec::new(),
        }
    }

    pub(crate) async fn subscriptions(&self, customer: &str) -> Vec<Value> {
        self.list(&format!("subscriptions?customer={customer}&status=all&expand[]=data.schedule")).await
    }

    pub(crate) async fn invoices(&self, customer: &str) -> Vec<Value> {
        self.list(&format!("invoices?customer={customer}&expand[]=data.payments")).await
    }

    pub(crate) async fn charges(&self, customer: &str) -> Vec<Value> {
        self.list(&format!("charges?customer={customer}&expand[]=data.refunds")).await
    }

    pub(crate) async fn truth(&self, customers: &[String], prices: &[Value]) -> StripeState {
        let mut truth =
            StripeState { customers: customers.to_vec(), prices: prices.to_vec(), ..StripeState::default() };
        for customer in customers {
            truth.subscriptions.extend(self.subscriptions(customer).await);
            truth.invoices.extend(self.invoices(customer).await);
            truth.charges.extend(self.charges(customer).await);
        }
        for charge in truth.charges.iter().filter(|charge| charge["disputed"] == true) {
            let path = format!("disputes?charge={}", charge["id"].as_str().unwrap_or_default());
            truth.disputes.extend(self.list(&path).await);
        }
        truth
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let escaped = |text: &str| {
        text.bytes().fold(String::new(), |mut all, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'[' | b']' => {
                    all.push(char::from(byte));
                }
                _ => all.push_str(&format!("%{byte:02X}")),
            }
            all
        })
    };
    form.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect::<Vec<_>>().join("&")
}
