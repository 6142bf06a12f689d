//! Support for the black-box tests: a platform for each test, and viewers that talk to it over HTTP.
//!
//! ```ignore
//! let platform = Platform::start().await;                       // seeded; Platform::bare() is empty and faster
//! let viewer = platform.subscriber("basic").await;
//! let answer = viewer.post("/api/subscription/change", json!({ "plan_type": "premium" })).await;
//! assert_eq!((answer.status(), answer.code()), (200, ""));
//! ```

mod answer;
pub mod billing;
mod folder;
pub mod videos;
mod viewer;

pub use answer::Answer;
pub use folder::Folder;
pub use viewer::Viewer;

use local::platform::{Options, Platform as Running};
use local::start::{Seed, StartError};
use serde_json::{Value, json};
use service::FUNCTIONS;
use standin::calls::{Call, Units, round_trips, units};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The password of every account that [`Platform::register`] creates.
pub const PASSWORD: &str = "a long enough phrase";
/// The password of the seeded accounts.
pub const DEMO_PASSWORD: &str = "marquee-demo";

/// A platform that belongs to one test, on free ports; it stops when it is dropped.
pub struct Platform {
    running: Running,
    client: reqwest::Client,
    /// Removed with the platform.
    _folder: Option<Folder>,
}

impl Platform {
    /// A platform with the demo accounts and videos.
    pub async fn start() -> Self {
        let folder = Folder::copy_of(seeded());
        let options = Options { data_dir: Some(folder.path().to_owned()), ..options() };
        Self::start_with(options, Some(folder)).await.expect("the seeded platform starts")
    }

    /// A platform with the demo accounts and videos, whose functions are the executables in `bootstraps`.
    pub async fn of_bootstraps(bootstraps: &Path) -> Self {
        let folder = Folder::copy_of(seeded());
        let data_dir = Some(folder.path().to_owned());
        let options = Options { data_dir, bootstraps: Some(bootstraps.to_owned()), ..options() };
        Self::start_with(options, Some(folder)).await.expect("the seeded platform starts with its executables")
    }

    /// A platform with prices only, in memory.
    pub async fn bare() -> Self {
        Self::start_with(Options { seed: Seed::None, ..options() }, None).await.expect("the bare platform starts")
    }

    /// A bare platform with some template parameters set.
    pub async fn with(parameters: &[(&str, &str)]) -> Self {
        let environment = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let options = Options { seed: Seed::None, environment, ..options() };
        Self::start_with(options, None).await.expect("the bare platform starts")
    }

    /// A bare platform whose template was changed by `change`.
    ///
    /// # Errors
    /// The platform's complaint about the template.
    pub async fn of_template(change: impl FnOnce(String) -> String) -> Result<Self, StartError> {
        let folder = Folder::empty();
        let template = folder.path().join("template.yaml");
        let text = std::fs::read_to_string(options().template).expect("the template exists");
        std::fs::write(&template, change(text)).expect("a new folder can be written");
        Self::start_with(Options { seed: Seed::None, template, ..options() }, Some(folder)).await
    }

    /// A platform with the given options.
    pub async fn of_options(options: Options) -> Self {
        Self::start_with(options, None).await.expect("the platform starts")
    }

    /// Stops it in an orderly way, so that it can be started again from the same directory.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    async fn start_with(options: Options, folder: Option<Folder>) -> Result<Self, StartError> {
        let client =
            reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
        let client = client.build().expect("a plain client");
        Ok(Self { running: Running::start(options).await?, client, _folder: folder })
    }

    /// The running platform, for everything that has no shortcut here.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// A client that does not follow redirects, for URLs other than the service's.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// A client without an account.
    pub fn anyone(&self) -> Viewer {
        Viewer::new(self.client.clone(), &self.running.urls().web)
    }

    /// A new account, signed in.
    pub async fn register(&self, email: &str) -> Viewer {
        let account = json!({ "email": email, "password": PASSWORD });
        let answer = self.anyone().post("/api/auth/register", account).await;
        assert_eq!(answer.status(), 201, "{answer}");
        self.signed_in(email, &answer)
    }

    /// An existing account, signed in; for seeded accounts with [`DEMO_PASSWORD`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Viewer {
        let credentials = json!({ "email": email, "password": password });
        let answer = self.anyone().post("/api/auth/login", credentials).await;
        assert_eq!(answer.status(), 200, "{answer}");
        self.signed_in(email, &answer)
    }

    /// A new administrator. Works on a bare platform, too.
    pub async fn admin(&self) -> Viewer {
        let admin = self.register("an-admin@marquee.test").await;
        let granted = self.running.run_job("grant-admin", json!({ "email": admin.email() })).await;
        granted.expect("the account exists");
        admin
    }

    /// A new account that pays monthly for a plan and has access.
    pub async fn subscriber(&self, plan_type: &str) -> Viewer {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let viewer = self.register(&format!("{plan_type}-{number}@viewers.test")).await;
        let checkout = viewer.post("/api/subscription/checkout", json!({ "plan_type": plan_type })).await;
        assert_eq!(checkout.status(), 201, "{checkout}");
        self.pay(checkout.data()["checkout_url"].as_str().unwrap_or_default(), "4242424242424242").await;
        viewer
    }

    /// Pays on the hosted checkout page with a card number, then waits for all webhooks. Returns the URL that the page
    /// redirected to; empty if it did not.
    pub async fn pay(&self, checkout_url: &str, card: &str) -> String {
        let request = self.client.post(checkout_url).header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(format!("card={card}")).send().await.expect("the checkout page responds");
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        self.advance(0).await;
        location
    }

    /// Sets the outcome of a viewer's next charges.
    pub fn cards(&self, viewer: &Viewer) -> Cards<'_> {
        Cards { platform: self, email: viewer.email().to_owned() }
    }

    /// Moves the clock; everything due is done when this returns.
    pub async fn advance(&self, seconds: u64) {
        self.running.advance(seconds).await;
    }

    /// Activates a fault, in the format of `POST /faults`.
    pub fn fault(&self, fault: Value) {
        self.running.faults().add(serde_json::from_value(fault).expect("a fault"));
    }

    /// The calls that a request made below its function.
    pub fn calls(&self, answer: &Answer) -> Vec<Call> {
        self.running.calls().for_request(&answer.request_id())
    }

    /// How many round trips to a service a request made.
    pub fn round_trips(&self, answer: &Answer, service: &str) -> usize {
        round_trips(&self.calls(answer), service)
    }

    /// The DynamoDB units that a request consumed.
    pub fn units(&self, answer: &Answer) -> Units {
        units(&self.calls(answer))
    }

    /// The messages sent to an address, newest first: `{from, to, subject, text, html, sent_at}`. Links that confirm an
    /// address are left out, because every registration sends one.
    pub fn mail(&self, to: &str) -> Vec<Value> {
        let is_confirmation =
            |mail: &Value| mail["text"].as_str().is_some_and(|text| text.contains("/verify-email?token="));
        self.all_mail(to).into_iter().filter(|mail| !is_confirmation(mail)).collect()
    }

    /// All messages sent to an address, like [`Platform::mail`].
    pub fn all_mail(&self, to: &str) -> Vec<Value> {
        let messages = self.running.mail(Some(to));
        messages.iter().map(|message| serde_json::to_value(message).expect("messages are JSON")).collect()
    }

    /// The value of a function's setting in the template: `("login", "USERS_TABLE")`.
    pub fn setting(&self, function: &str, name: &str) -> String {
        let functions = &self.running.template().functions;
        let value = functions.get(function).and_then(|function| function.environment.get(name));
        value.unwrap_or_else(|| panic!("{function} has no setting {name}")).clone()
    }

    /// A direct call to AWS, as an operator makes it: `DynamoDB_20120810.GetItem`.
    pub async fn aws(&self, target: &str, body: Value) -> Value {
        let config = self.console().get("/config").await;
        let key = config.json()["aws"]["access_key_id"].as_str().expect("an access key").to_owned();
        let scope = format!("{key}/20260101/us-east-1/aws/aws4_request");
        let request = self.client.post(&self.running.urls().aws).header("x-amz-target", target);
        let request = request
            .header("authorization", format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
            .header("x-amz-date", "20260101T000000Z")
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string());
        let response = request.send().await.expect("AWS answers");
        let (status, text) = (response.status(), response.text().await.expect("an answer"));
        assert!(status.is_success(), "{target}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// A client of the developer console instead of the service.
    pub fn console(&self) -> Viewer {
        Viewer::new(self.client.clone(), &self.running.urls().console)
    }

    fn signed_in(&self, email: &str, answer: &Answer) -> Viewer {
        let token = answer.data()["token"].as_str().expect("a token").to_owned();
        self.anyone().with_token(email, token)
    }
}

/// The outcome of a customer's next charges.
pub struct Cards<'a> {
    platform: &'a Platform,
    email: String,
}

impl Cards<'_> {
    /// Charges are declined from now on.
    pub async fn decline(&self) {
        self.set("decline").await;
    }

    /// Charges succeed from now on.
    pub async fn succeed(&self) {
        self.set("succeed").await;
    }

    /// Charges wait for 3-D Secure from now on.
    pub async fn require_3ds(&self) {
        self.set("require_3ds").await;
    }

    async fn set(&self, outcome: &str) {
        let asked = json!({ "email": self.email, "outcome": outcome });
        let answer = self.platform.console().post("/stripe/cards", asked).await;
        assert_eq!(answer.status(), 200, "{answer}");
    }
}

/// The options of a test's platform: in memory, on free ports, quiet.
pub fn options() -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Options {
        functions: FUNCTIONS,
        data_dir: None,
        port: None,
        template: root.join("template.yaml"),
        environment: BTreeMap::new(),
        seed: Seed::Demo,
        demo_media: target.join("demo-media"),
        web: root.join("web/dist"),
        is_log_printed: false,
        container_gateway: None,
        bootstraps: None,
        permissions_used: std::env::var_os("PERMISSIONS_USED").map(PathBuf::from),
    }
}

/// A data directory with the seed, created once per process.
fn seeded() -> &'static Path {
    static SEEDED: OnceLock<Folder> = OnceLock::new();
    let make = || {
        let folder = Folder::empty();
        let data_dir = Some(folder.path().to_owned());
        // On a separate thread: the runtime of the first test may end before the seed does.
        let seeding = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let platform = Running::start(Options { data_dir, ..options() }).await.expect("seeding succeeds");
                platform.stop().await;
            });
        });
        seeding.join().expect("seeding succeeds");
        folder
    };
    SEEDED.get_or_init(make).path()
}
