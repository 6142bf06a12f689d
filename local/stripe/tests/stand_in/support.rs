//! A stand-in on a real listener, a receiver for its webhooks, and a browser.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use standin::calls::Calls;
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::Faults;
use standin::timeline::Timeline;
use std::sync::{Arc, Mutex};
use stripe_standin::{Config, Interval, SeedPrice, StripeStandIn, signature};
use tokio::net::TcpListener;

pub(crate) const KEY: &str = "sk_test_of_the_tests";
pub(crate) const SECRET: &str = "whsec_of_the_tests";
pub(crate) const DAY: u64 = 86_400;
pub(crate) const HOUR: u64 = 3_600;

/// Everything that a test drives.
pub(crate) struct Shop {
    pub(crate) base: String,
    pub(crate) stand_in: StripeStandIn,
    pub(crate) timeline: Timeline,
    pub(crate) deliveries: Deliveries,
    pub(crate) documents: Documents,
    pub(crate) faults: Faults,
    pub(crate) received: Received,
    http: reqwest::Client,
}

/// The events that the webhook received and verified.
#[derive(Clone, Default)]
pub(crate) struct Received {
    events: Arc<Mutex<Vec<Value>>>,
    /// How many of the next events are answered with 500.
    refuse: Arc<Mutex<usize>>,
}

/// A response of the API or of a page.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Received {
    /// All event types, in the order of arrival.
    pub(crate) fn types(&self) -> Vec<String> {
        self.events.lock().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The objects of all events of a type.
    pub(crate) fn objects(&self, event_type: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| event["type"] == event_type).map(|event| event["data"]["object"].clone()).collect()
    }

    pub(crate) fn all(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn clear(&self) {
        self.events.lock().unwrap().clear();
    }

    pub(crate) fn refuse_next(&self, count: usize) {
        *self.refuse.lock().unwrap() = count;
    }
}

impl Shop {
    /// A shop that starts with the four prices of a catalogue and stores nothing.
    pub(crate) async fn open() -> Self {
        Self::open_with(Documents::open(None).unwrap(), Clock::default()).await
    }

    pub(crate) async fn open_with(documents: Documents, clock: Clock) -> Self {
        let received = Received::default();
        let hook = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook_url = format!("http://{}/webhook", hook.local_addr().unwrap());
        let router = Router::new().route("/webhook", post(receive)).with_state(received.clone());
        tokio::spawn(async move { axum::serve(hook, router).await.unwrap() });

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let timeline = Timeline::new(clock);
        let deliveries = Deliveries::open(&timeline, documents.clone()).unwrap();
        let stand_in = StripeStandIn::open(Config {
            base_url: base.clone(),
            api_key: KEY.to_owned(),
            webhook_secret: SECRET.to_owned(),
            webhook_url,
            timeline: timeline.clone(),
            deliveries: deliveries.clone(),
            documents: documents.clone(),
        })
        .unwrap();
        let faults = Faults::default();
        let watch = StripeStandIn::watch(Calls::default(), faults.clone());
        tokio::spawn(standin::server::serve(listener, stand_in.router(), Some(watch)));
        let running = timeline.clone();
        tokio::spawn(async move { running.run().await });
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let shop = Self { base, stand_in, timeline, deliveries, documents, faults, received, http };
        shop.seed();
        shop
    }

    pub(crate) fn seed(&self) {
        for (key, product, amount, interval) in [
            ("basic_month", "Basic", 999, Interval::Month),
            ("basic_year", "Basic", 9_990, Interval::Year),
            ("premium_month", "Premium", 1_999, Interval::Month),
            ("premium_year", "Premium", 19_990, Interval::Year),
        ] {
            self.stand_in.seed_price(SeedPrice {
                lookup_key: key.to_owned(),
                product_name: product.to_owned(),
                amount,
                currency: "usd".to_owned(),
                interval,
            });
        }
    }

    /// Moves the clock, and returns once all work that became due is done.
    pub(crate) async fn advance(&self, seconds: u64) {
        self.timeline.advance(seconds).await;
    }

    /// Seconds until a given time.
    pub(crate) fn until(&self, moment: i64) -> u64 {
        u64::try_from(moment - self.timeline.clock().now().as_second()).expect("the future")
    }

    /// Delivers what is due now.
    pub(crate) async fn settle(&self) {
        self.timeline.advance(0).await;
    }

    pub(crate) async fn call(&self, method: &str, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call_with(method, path, form, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        let encoded = encoded.extend_pairs(form).finish();
        let url = format!("{}{path}", self.base);
        let mut request = if method == "GET" {
            self.http.get(format!("{url}?{encoded}"))
        } else {
            let request = self.http.request(method.parse().unwrap(), url);
            request.header("content-type", "application/x-www-form-urlencoded").body(encoded)
        };
        if headers.iter().all(|(name, _)| *name != "authorization") {
            request = request.bearer_auth(KEY);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// A POST that must succeed.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.call("POST", path, form).await;
        assert_eq!(answer.status, 200, "POST {path}: {}", answer.text);
        answer.json()
    }

    /// A GET that must succeed.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let answer = self.call("GET", path, query).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text);
        answer.json()
    }

    /// Fetches or posts a page like a browser, without following redirects.
    pub(crate) async fn browse(&self, url: &str, form: Option<&[(&str, &str)]>) -> Answer {
        let url = if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() };
        match form {
            None => answer(self.http.get(url)).await,
            Some(form) => {
                let mut encoded = url::form_urlencoded::Serializer::new(String::new());
                let body = encoded.extend_pairs(form).finish();
                let request = self.http.post(url).header("content-type", "application/x-www-form-urlencoded");
                answer(request.body(body)).await
            }
        }
    }

    pub(crate) async fn price(&self, lookup_key: &str) -> String {
        let prices = self.get("/v1/prices", &[("lookup_keys[]", lookup_key)]).await;
        text(&prices["data"][0]["id"])
    }

    pub(crate) async fn customer(&self, email: &str) -> String {
        text(&self.post("/v1/customers", &[("email", email), ("metadata[user_id]", "u1")]).await["id"])
    }

    /// An open session for a price, with extra parameters.
    pub(crate) async fn session(&self, customer: &str, lookup_key: &str, more: &[(&str, &str)]) -> Value {
        let price = self.price(lookup_key).await;
        let mut form = vec![
            ("mode", "subscription"),
            ("customer", customer),
            ("line_items[0][price]", &price),
            ("line_items[0][quantity]", "1"),
            ("success_url", "http://127.0.0.1:9/return?session_id={CHECKOUT_SESSION_ID}"),
            ("cancel_url", "http://127.0.0.1:9/plans?from=checkout"),
        ];
        form.extend_from_slice(more);
        self.post("/v1/checkout/sessions", &form).await
    }

    /// A customer who has just subscribed with a card: returns the ids of the customer and the subscription.
    pub(crate) async fn subscribe(&self, email: &str, lookup_key: &str, card: &str) -> (String, String) {
        let customer = self.customer(email).await;
        let session = self.session(&customer, lookup_key, &[]).await;
        let paid = self.browse(session["url"].as_str().unwrap(), Some(&[("card", card)])).await;
        assert_eq!(paid.status, 303, "{}", paid.text);
        self.settle().await;
        let session = self.get(&format!("/v1/checkout/sessions/{}", text(&session["id"])), &[]).await;
        (customer, text(&session["subscription"]))
    }

    pub(crate) async fn subscription(&self, id: &str) -> Value {
        self.get(&format!("/v1/subscriptions/{id}"), &[("expand[]", "latest_invoice")]).await
    }

    /// The invoices of a customer, oldest first.
    pub(crate) async fn invoices(&self, customer: &str) -> Vec<Value> {
        let list = self.get("/v1/invoices", &[("customer", customer), ("limit", "100")]).await;
        list["data"].as_array().unwrap().iter().rev().cloned().collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

async fn receive(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signed = headers["stripe-signature"].to_str().unwrap();
    let timestamp = signed.split(',').find_map(|part| part.strip_prefix("t=")).unwrap().parse().unwrap();
    assert_eq!(signed, signature(SECRET, timestamp, &body), "a webhook is signed over its body");
    let mut refuse = received.refuse.lock().unwrap();
    if *refuse > 0 {
        *refuse -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    received.events.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}
