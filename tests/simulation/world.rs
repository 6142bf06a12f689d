//! A platform that runs many histories in sequence, each with its own customer.

use super::catalogue::Catalogue;
use super::stripe::{Stripe, StripeState};
use super::wrong::{Receiver, Strategy};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use local::platform::Options;
use local::start::Seed;
use serde_json::{Value, json};
use standin::deliveries::Mode;
use standin::faults::Faults;
use standin::timeline::WorkSource;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use support::billing::sign_event;
use support::{Answer, PASSWORD, Platform, Viewer, options};

/// Videos that require each plan.
pub(crate) const REQUIRED: [&str; 3] = ["free", "basic", "premium"];
/// Promotion codes: half off for three months, the first invoice free, and an expired one.
pub(crate) const PROMOTION_CODES: [&str; 3] = ["HALF", "NOTHING", PROMOTION_CODE_OVER];
pub(crate) const PROMOTION_CODE_OVER: &str = "OVER";
const ADMIN: &str = "an-admin@marquee.test";
/// How long a token is used before it is refreshed.
const TOKEN_SECONDS: i64 = 5 * 86_400;

/// The platform, and what every history needs from it.
pub(crate) struct World {
    pub platform: Platform,
    pub stripe: Stripe,
    /// By lookup key, as the platform was seeded, plus one price that is not ours.
    pub prices: Vec<Value>,
    pub foreign_price: String,
    /// Video ids, in the order of [`REQUIRED`].
    pub videos: Vec<String>,
    /// Where Stripe's events are delivered.
    pub webhook_url: String,
    pub strategy: Strategy,
    /// The prices for sale in the current history.
    pub catalogue: RefCell<Catalogue>,
    aws: Aws,
    /// Stopped together with the world.
    _receiver: Option<Receiver>,
}

/// Direct access to the tables, as an operator has.
#[derive(Clone)]
pub(crate) struct Aws {
    client: reqwest::Client,
    url: String,
    authorization: String,
    pub subscriptions: String,
    pub billing_events: String,
    pub audit: String,
    pub mail: String,
}

/// A person with an account.
pub(crate) struct Person {
    pub id: String,
    pub viewer: Viewer,
    signed_at: Timestamp,
    /// Their customers at Stripe, oldest first, including deleted ones.
    pub customers: Vec<String>,
}

impl World {
    pub(crate) async fn start(strategy: Strategy, trial_days: u32) -> Self {
        let template = unscheduled();
        let parameters = [
            ("TrialDays", trial_days.to_string()),
            ("LimitAddressRequests", "1000000".to_owned()),
            ("LimitUserRequests", "1000000".to_owned()),
        ];
        let environment = parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let start = Options { seed: Seed::None, template: template.clone(), environment, ..options() };
        let platform = Platform::of_options(start).await;
        // It was parsed and is no longer needed.
        let _ = std::fs::remove_file(template);
        let key = platform.running().secret("StripeSecret")["api_key"].as_str().expect("a key").to_owned();
        let stripe = Stripe::new(platform.client().clone(), &platform.running().urls().stripe, &key);
        let aws = Aws::connect(&platform).await;
        let admin = platform.admin().await;
        let mut videos = Vec::new();
        for required in REQUIRED {
            videos
                .push(platform.published_video(&admin, json!({ "title": required, "required_plan": required })).await);
        }
        let foreign = [
            ("currency", "usd"),
            ("unit_amount", "4900"),
            ("recurring[interval]", "month"),
            ("product_data[name]", "Another product of the account"),
            ("lookup_key", "premium_support_month"),
        ];
        let (status, foreign) = stripe.post("prices", &foreign).await;
        assert_eq!(status, 200, "{foreign}");
        let all = stripe.list("prices?active=true").await;
        let is_ours = |price: &Value| price["lookup_key"].is_string() && price["id"] != foreign["id"];
        let prices: Vec<Value> = all.into_iter().filter(is_ours).collect();
        assert_eq!(prices.len(), 4, "the prices of two plans");
        // Histories do not need events about videos.
        platform.running().webhooks().reset();
        let mut webhook_url = format!("{}/api/subscription/webhook", platform.running().urls().web);
        let mut receiver = None;
        if strategy != Strategy::Service {
            let faults: Faults = platform.running().faults().clone();
            let started = Receiver::start(strategy, stripe.clone(), aws.clone(), prices.clone(), faults).await;
            webhook_url = started.url.clone();
            // The service no longer receives events; its replacement does.
            let configured = stripe.list("webhook_endpoints").await;
            let events = configured[0]["enabled_events"].as_array().expect("types").iter().filter_map(Value::as_str);
            let wanted = std::iter::once(("url", webhook_url.as_str()));
            let wanted: Vec<_> = wanted.chain(events.map(|kind| ("enabled_events[]", kind))).collect();
            platform.running().stripe().set_webhook_events(&["none"]);
            let (status, answer) = stripe.post("webhook_endpoints", &wanted).await;
            assert_eq!(status, 200, "{answer}");
            receiver = Some(started);
        }
        let world = Self {
            foreign_price: foreign["id"].as_str().expect("an id").to_owned(),
            platform,
            stripe,
            prices,
            videos,
            webhook_url,
            strategy,
            catalogue: RefCell::default(),
            aws,
            _receiver: receiver,
        };
        world.note_prices(&world.prices);
        world.offer().await;
        world
    }

    /// Everything that Stripe knows about some customers.
    pub(crate) async fn truth(&self, customers: &[String]) -> StripeState {
        self.stripe.truth(customers, &self.all_prices().await).await
    }

    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.running().now()
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.platform.advance(u64::try_from(seconds).unwrap_or(0)).await;
    }

    pub(crate) fn faults(&self) -> &Faults {
        self.platform.running().faults()
    }

    pub(crate) fn mode(&self, mode: Mode) {
        self.platform.running().webhooks().set_mode("stripe", mode);
    }

    /// Starts in the night of a day of the next year that is not a leap year, so that months have the same length in
    /// every replay.
    pub(crate) async fn begin(&self, day: u64) {
        let today = self.now().to_zoned(TimeZone::UTC).date();
        let mut year = today.year() + 1;
        while jiff::civil::date(year, 1, 1).in_leap_year() || jiff::civil::date(year + 1, 1, 1).in_leap_year() {
            year += 1;
        }
        let first = jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).expect("in range").timestamp();
        let begin = first + SignedDuration::from_hours(24 * i64::try_from(day % 365).unwrap_or(0) + 3);
        self.advance(begin.duration_since(self.now()).as_secs()).await;
    }

    /// Ends a history, so that nothing of it is due later.
    pub(crate) async fn end(&self, person: &Person, unrelated_customers: &[String]) {
        self.faults().clear();
        self.mode(Mode::Drop);
        for customer in person.customers.iter().chain(unrelated_customers) {
            self.stripe.delete(&format!("customers/{customer}")).await;
        }
        self.platform.running().webhooks().reset();
    }

    /// Delivers all events: those that were held, refused or are waiting for a retry.
    pub(crate) async fn settle(&self) -> Result<(), String> {
        self.faults().clear();
        let webhooks = self.platform.running().webhooks();
        webhooks.set_mode("stripe", Mode::Normal);
        webhooks.release();
        self.advance(0).await;
        for _ in 0..20 {
            let Some(due) = webhooks.next_due() else { return Ok(()) };
            self.advance(due.duration_since(self.now()).as_secs().max(0) + 1).await;
        }
        let refused = webhooks.list().into_iter().find(|one| one.next_attempt_at.is_some());
        Err(format!("a webhook is refused repeatedly: {refused:?}"))
    }

    /// Posts an event's body to the receiver of Stripe's events, signed now.
    pub(crate) async fn post(&self, body: &str) -> u16 {
        let signature = sign_event(&self.platform, self.now().as_second(), body.as_bytes());
        let request = self.platform.client().post(&self.webhook_url).header("stripe-signature", signature);
        let sent = request.header("content-type", "application/json").body(body.to_owned()).send().await;
        sent.map_or(0, |answer| answer.status().as_u16())
    }

    /// The administrator, freshly signed in.
    pub(crate) async fn admin(&self) -> Viewer {
        self.sign_in(ADMIN).await
    }

    async fn sign_in(&self, email: &str) -> Viewer {
        let anyone = self.platform.anyone();
        let credentials = json!({ "email": email, "password": PASSWORD });
        let answer = insisted(async || anyone.post("/api/auth/login", credentials.clone()).await).await;
        assert_eq!(answer.status(), 200, "{answer}");
        anyone.with_token(email, answer.data()["token"].as_str().expect("a token").to_owned())
    }

    pub(crate) async fn register(&self, email: &str) -> Person {
        let anyone = self.platform.anyone();
        let account = json!({ "email": email, "password": PASSWORD });
        let answer = insisted(async || anyone.post("/api/auth/register", account.clone()).await).await;
        assert_eq!(answer.status(), 201, "{answer}");
        let token = answer.data()["token"].as_str().expect("a token").to_owned();
        let id = answer.data()["user"]["id"].as_str().expect("an id").to_owned();
        let mut person =
            Person { id, viewer: anyone.with_token(email, token), signed_at: self.now(), customers: Vec::new() };
        person.find_customers(&self.stripe).await;
        person
    }
}

impl Person {
    /// Requests the account's deletion.
    pub(crate) async fn delete_account(&self) -> Answer {
        self.viewer.delete_with("/api/account", json!({ "password": PASSWORD })).await
    }

    /// The person with a token that is valid for a while.
    pub(crate) async fn refresh(&mut self, world: &World) {
        if world.now().duration_since(self.signed_at).as_secs() < TOKEN_SECONDS {
            return;
        }
        let email = self.viewer.email().to_owned();
        let fresh = insisted(async || self.viewer.post("/api/auth/refresh", json!({})).await).await;
        self.viewer = match fresh.data()["token"].as_str().filter(|_| fresh.status() == 200) {
            Some(token) => self.viewer.with_token(&email, token.to_owned()),
            None => world.sign_in(&email).await,
        };
        self.signed_at = world.now();
    }

    /// Records customers that were created since.
    pub(crate) async fn find_customers(&mut self, stripe: &Stripe) {
        let mut found = stripe.list(&format!("customers?email={}", self.viewer.email().replace('@', "%40"))).await;
        found.reverse();
        for customer in found {
            let id = customer["id"].as_str().expect("an id").to_owned();
            if !self.customers.contains(&id) {
                self.customers.push(id);
            }
        }
    }

    pub(crate) async fn play(&self, video: &str) -> Answer {
        insisted(async || self.viewer.play(video).await).await
    }
}

impl Aws {
    async fn connect(platform: &Platform) -> Self {
        let config = platform.console().get("/config").await;
        let key = config.json()["aws"]["access_key_id"].as_str().expect("an access key").to_owned();
        let scope = format!("{key}/20260101/us-east-1/aws/aws4_request");
        Self {
            client: platform.client().clone(),
            url: platform.running().urls().aws.clone(),
            authorization: format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
            subscriptions: platform.setting("stripe-webhook", "SUBSCRIPTIONS_TABLE"),
            billing_events: platform.setting("stripe-webhook", "BILLING_EVENTS_TABLE"),
            audit: platform.setting("stripe-webhook", "AUDIT_TABLE"),
            mail: platform.setting("stripe-webhook", "MAIL_TABLE"),
        }
    }

    /// The status and answer of a DynamoDB call.
    pub(crate) async fn call(&self, operation: &str, body: &Value) -> (u16, Value) {
        let request = self.client.post(&self.url).header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let request = request
            .header("authorization", &self.authorization)
            .header("x-amz-date", "20260101T000000Z")
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string());
        let answer = request.send().await.expect("DynamoDB answers");
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("an answer")).unwrap_or_default())
    }

    /// A row of `subscriptions` as plain JSON without nulls; null if it does not exist.
    pub(crate) async fn row(&self, pk: &str) -> Value {
        let key = json!({ "TableName": self.subscriptions, "Key": { "pk": { "S": pk } } });
        let (status, mut answer) = self.call("GetItem", &key).await;
        assert_eq!(status, 200, "{answer}");
        plain_row(&answer["Item"].take())
    }

    /// The rows of a partition as plain JSON without nulls.
    pub(crate) async fn partition(&self, table: &str, name: &str, value: &str) -> Vec<Value> {
        let query = json!({
            "TableName": table,
            "KeyConditionExpression": "#name = :value",
            "ExpressionAttributeNames": { "#name": name },
            "ExpressionAttributeValues": { ":value": { "S": value } },
        });
        let (status, answer) = self.call("Query", &query).await;
        assert_eq!(status, 200, "{answer}");
        assert!(answer["LastEvaluatedKey"].is_null(), "one page is enough for a history");
        answer["Items"].as_array().into_iter().flatten().map(plain_row).collect()
    }
}

fn plain_row(item: &Value) -> Value {
    let Some(fields) = item.as_object() else { return Value::Null };
    let plain = fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
    super::oracle::bare(Value::Object(plain))
}

/// DynamoDB's `{"S": "…"}` as a plain value.
fn plain(value: &Value) -> Value {
    let Some((kind, value)) = value.as_object().and_then(|one| one.iter().next()) else { return Value::Null };
    match (kind.as_str(), value) {
        ("N", Value::String(number)) => number.parse::<i64>().map_or(Value::Null, Value::from),
        ("NULL", _) => Value::Null,
        ("L", Value::Array(all)) => all.iter().map(plain).collect(),
        ("M", all) => plain_row(all),
        (_, value) => value.clone(),
    }
}

/// Retries what a busy machine answers with 503, as clients are told to. No fault is active here.
async fn insisted(ask: impl AsyncFn() -> Answer) -> Answer {
    let mut answer = ask().await;
    for _ in 0..5 {
        if answer.status() != 503 {
            break;
        }
        answer = ask().await;
    }
    answer
}

/// The template without schedules: a history decides itself when a job runs.
fn unscheduled() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let text = std::fs::read_to_string(options().template).expect("the template exists");
    let lines = text.lines().map(|line| match line.split_once("Schedule: ") {
        Some((indent, rest)) if rest.starts_with("rate(") || rest.starts_with("cron(") => {
            format!("{indent}Schedule: rate(30000 days)\n")
        }
        _ => format!("{line}\n"),
    });
    let name = format!("marquee-simulation-{}-{}.yaml", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, lines.collect::<String>()).expect("the folder for temporary files can be written");
    path
}

/// One day from now, in whole seconds.
pub(crate) fn seconds_until(moment: i64, now: Timestamp) -> i64 {
    moment.saturating_sub(now.as_second()).max(0)
}

/// A time some days ahead, for Stripe.
pub(crate) fn days_ahead(now: Timestamp, days: i64) -> String {
    now.checked_add((24 * days).hours()).map_or_else(|_| String::new(), |at| at.as_second().to_string())
}
