//! All of Marquee on one machine: five listeners, one clock, one data directory.

use crate::aws::Aws;
use crate::aws::client::Watch;
use crate::aws::dynamodb::DynamoDb;
use crate::aws::outside;
use crate::aws::secrets::Secrets;
use crate::aws::ses::{Mailbox, Message};
use crate::aws::traffic::Traffic;
use crate::bootstraps;
use crate::console;
use crate::containers::ContainerGateway;
use crate::data_dir::DataDir;
use crate::functions::Functions;
use crate::gateway::Gateway;
use crate::jobs::Jobs;
use crate::log::Log;
use crate::machine::{Machine, Urls, check_functions, stored_clock};
use crate::permissions::Usage;
use crate::processes::Executable;
use crate::seed;
use crate::start::{Seed, StartError};
use crate::template::{Function, Route, Template};
use crate::web::Web;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use jiff::Timestamp;
use mux_standin::MuxStandIn;
use serde_json::Value;
use standin::calls::Calls;
use standin::deliveries::{Deliveries, Delivery};
use standin::documents::Documents;
use standin::faults::Faults;
use standin::server::{Peer, Watch as ServerWatch, serve, serve_containers};
use standin::timeline::Timeline;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use stripe_standin::StripeStandIn;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How often expired rows are removed.
const SWEEP_PERIOD: Duration = Duration::from_secs(60);

/// The options of a platform.
#[derive(Clone, Debug)]
pub struct Options {
    /// The functions to run.
    pub functions: Functions,
    /// The data directory; `None` keeps everything in memory.
    pub data_dir: Option<PathBuf>,
    /// The first of five consecutive ports; `None` for five free ports.
    pub port: Option<u16>,
    /// The path of the template.
    pub template: PathBuf,
    /// Values of template parameters that replace the defaults, by name; unknown names are ignored.
    pub environment: BTreeMap<String, String>,
    /// The initial content of a new data directory.
    pub seed: Seed,
    /// The folder of the demo media; they are generated if missing.
    pub demo_media: PathBuf,
    /// The folder of the built web app, which may be missing.
    pub web: PathBuf,
    /// Whether the functions' log lines are printed to standard output.
    pub is_log_printed: bool,
    /// How containers reach the stand-ins; `None` if they do not.
    pub container_gateway: Option<ContainerGateway>,
    /// The folder of the functions' executables, if they run instead of the code that is linked into this process.
    pub bootstraps: Option<PathBuf>,
    /// Where each permission is recorded that is used, for `make unused-permissions`; `None` records nothing.
    pub permissions_used: Option<PathBuf>,
}

/// A running platform. Dropping it stops it at once; [`Platform::stop`] stops it gracefully.
pub struct Platform {
    machine: Arc<Machine>,
    tasks: JoinSet<()>,
    data_dir: DataDir,
}

impl Platform {
    /// Starts everything and seeds a new data directory. When it returns, every function is ready.
    ///
    /// # Errors
    /// If the platform cannot provide something exactly as AWS does; the message says what and where.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listeners = listen(options.port).await?;
        let urls = urls(&listeners)?;
        let bridged = bridge(&listeners, options.container_gateway).await?;
        let template = Template::load(&options.template, &parameters(&options.environment, &urls)?)?;
        check_functions(&template, &options.functions)?;
        let data_dir = DataDir::open(options.data_dir.as_deref())?;
        let machine = Arc::new(assemble(&options, template, urls, &data_dir)?);
        machine.ensure_signing_key()?;
        let web = Web::new(&options.web, &machine.template).map_err(io::Error::other)?;
        machine.deploy().await?;
        let tasks = run(&machine, listeners, bridged, web);
        let platform = Self { machine, tasks, data_dir };
        seed::begin(&platform.machine).await?;
        platform.machine.follow_mux().await?;
        platform.machine.open();
        Ok(platform)
    }

    /// The URLs of the platform.
    pub fn urls(&self) -> &Urls {
        &self.machine.urls
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.machine.template
    }

    /// All variables of a process of `function` except the address of its runtime API.
    pub fn environment(&self, function: &Function) -> BTreeMap<String, String> {
        let credentials = self.machine.aws.secrets().credentials();
        bootstraps::environment(function, &self.machine.urls.aws, &credentials)
    }

    /// The functions' executables, by name; empty if the platform runs the code that is linked into this process.
    pub fn executables(&self) -> BTreeMap<String, Executable> {
        self.machine.executables.clone().unwrap_or_default()
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.machine.clock().now()
    }

    /// Moves the clock. Returns the new time once all due work is done.
    pub async fn advance(&self, seconds: u64) -> Timestamp {
        self.machine.advance(seconds).await
    }

    /// The recorded calls of every request.
    pub fn calls(&self) -> &Calls {
        &self.machine.watch.calls
    }

    /// The active faults.
    pub fn faults(&self) -> &Faults {
        &self.machine.watch.faults
    }

    /// The messages to an address, or all, newest first.
    pub fn mail(&self, to: Option<&str>) -> Vec<Message> {
        self.machine.aws.mailbox().list(to)
    }

    /// The webhook deliveries, newest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.machine.deliveries.list()
    }

    /// The webhook deliveries, with their fault modes.
    pub fn webhooks(&self) -> &Deliveries {
        &self.machine.deliveries
    }

    /// The kept log lines, oldest first.
    pub fn logs(&self) -> Vec<String> {
        self.machine.log.lines()
    }

    /// The value of a secret, by its name in the template.
    pub fn secret(&self, logical_id: &str) -> Value {
        self.machine.aws.secrets().value(logical_id)
    }

    /// The Stripe stand-in.
    pub fn stripe(&self) -> &StripeStandIn {
        &self.machine.stripe
    }

    /// The Mux stand-in.
    pub fn mux(&self) -> &MuxStandIn {
        &self.machine.mux
    }

    /// Runs a job with an event.
    ///
    /// # Errors
    /// Why it failed; `None` if the function does not exist.
    pub async fn run_job(&self, function: &str, event: Value) -> Result<Value, String> {
        self.machine.jobs.run(function, event).await
    }

    /// Stops the platform: closes all listeners and files, and stops the functions' processes.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.machine.stop_executables().await;
        self.machine.store_clock(self.machine.clock().offset_ms());
        let machine = self.machine.clone();
        // Blocks until the engine's last call is done. A panic there has already been reported.
        let _ = tokio::task::spawn_blocking(move || machine.aws.dynamodb().close()).await;
        drop(self.data_dir);
    }
}

async fn listen(port: Option<u16>) -> Result<[TcpListener; 5], StartError> {
    let bind = async |offset: u16| {
        let port = match port {
            Some(first) => first.checked_add(offset).ok_or_else(|| io::Error::other("PORT is too high"))?,
            None => 0,
        };
        TcpListener::bind(("127.0.0.1", port)).await.map_err(|source| StartError::Port { port, source })
    };
    Ok([bind(0).await?, bind(1).await?, bind(2).await?, bind(3).await?, bind(4).await?])
}

/// Listeners on the containers' bridge, for the servers that functions call (Stripe, Mux and AWS), at the same ports as
/// on loopback.
async fn bridge(
    listeners: &[TcpListener; 5],
    gateway: Option<ContainerGateway>,
) -> Result<Vec<TcpListener>, StartError> {
    let Some(ContainerGateway::Bridge(address)) = gateway else { return Ok(Vec::new()) };
    let mut bridged = Vec::new();
    for listener in &listeners[1..=3] {
        let port = listener.local_addr()?.port();
        let bound = TcpListener::bind((address, port)).await;
        bridged.push(bound.map_err(|source| StartError::Bridge { address, port, source })?);
    }
    Ok(bridged)
}

fn urls(listeners: &[TcpListener; 5]) -> io::Result<Urls> {
    let url = |at: usize| Ok::<_, io::Error>(format!("http://{}", listeners[at].local_addr()?));
    Ok(Urls { web: url(0)?, stripe: url(1)?, mux: url(2)?, aws: url(3)?, console: url(4)? })
}

/// Parameters whose values differ on this machine, unless the environment sets them.
fn parameters(environment: &BTreeMap<String, String>, urls: &Urls) -> Result<BTreeMap<String, String>, StartError> {
    let own = [
        ("WebOrigin", urls.web.clone()),
        ("CorsOrigins", urls.web.clone()),
        ("StripeBaseUrl", format!("{}/", urls.stripe)),
        ("MuxBaseUrl", urls.mux.clone()),
        ("MuxStreamUrl", urls.mux.clone()),
        ("MuxImageUrl", urls.mux.clone()),
        ("WebMediaOrigins", urls.mux.clone()),
    ];
    for (name, _) in own.iter().filter(|(name, _)| name.ends_with("Url")) {
        if let Some(url) = environment.get(*name)
            && !is_loopback(url)
        {
            return Err(StartError::NotLoopback((*name).to_owned(), url.clone()));
        }
    }
    let mut all: BTreeMap<String, String> = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if !environment.contains_key("WebOrigin") {
        // The web origin's port may change on the next run, and sessions survive a restart.
        all.insert("TokenIssuer".to_owned(), "http://marquee.localhost".to_owned());
    }
    all.extend(environment.clone());
    Ok(all)
}

fn is_loopback(url: &str) -> bool {
    match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn assemble(options: &Options, template: Template, urls: Urls, data_dir: &DataDir) -> Result<Machine, StartError> {
    let documents = Documents::open(data_dir.file("documents.sqlite").as_deref())?;
    let clock = stored_clock(&documents)?;
    let timeline = Timeline::new(clock.clone());
    let usage = Usage::open(options.permissions_used.as_deref())?;
    let watch = Watch { traffic: Traffic::new(&template.tables), usage, ..Watch::default() };
    // If work is due at the same time, webhooks run before jobs that might depend on their effects.
    let deliveries = Deliveries::open(&timeline, documents.clone())?;
    let jobs = Jobs::new(&template, clock.clone(), watch.traffic.clone());
    let secrets = Secrets::open(data_dir.file("secrets.json").as_deref(), &template.secrets)?;
    let stripe = open_stripe(&template, &urls, &secrets, &timeline, &deliveries, &documents)?;
    let mux = MuxStandIn::open(mux_standin::Config {
        base_url: urls.mux.clone(),
        token_id: text(&secrets.value("MuxSecret")["token_id"]),
        token_secret: text(&secrets.value("MuxSecret")["token_secret"]),
        webhook_secret: text(&secrets.value("MuxSecret")["webhook_secrets"][0]),
        webhook_url: webhook_url(&template, &urls, "mux-webhook")?,
        media_dir: data_dir.media().to_owned(),
        timeline: timeline.clone(),
        deliveries: deliveries.clone(),
        documents: documents.clone(),
    })?;
    timeline.add(Arc::new(jobs.clone()));
    let dynamodb = DynamoDb::open(data_dir.file("tables.sqlite").as_deref(), &clock, &template.tables)?;
    let mailbox = Mailbox::open(clock.clone(), documents.clone())?;
    let gateway = Gateway::new(&template, clock.clone());
    let log = if options.is_log_printed { Log::printed() } else { Log::in_memory() };
    if options.bootstraps.is_some() && clock.offset_ms() >= 1_000 {
        return Err(StartError::MovedClock(clock.offset_ms() / 1_000));
    }
    let credentials = secrets.credentials();
    let find = |folder: &PathBuf| bootstraps::find(folder, &template, &urls.aws, &credentials, &log);
    let executables = options.bootstraps.as_ref().map(find).transpose()?;
    let aws = Aws::new(dynamodb, secrets, mailbox);
    Ok(Machine {
        template,
        linked: options.functions,
        urls,
        timeline,
        documents,
        deliveries,
        stripe,
        mux,
        aws,
        watch,
        gateway,
        jobs,
        log,
        seed: options.seed,
        demo_media: options.demo_media.clone(),
        container_gateway: options.container_gateway,
        executables,
        alone: tokio::sync::Mutex::default(),
    })
}

fn open_stripe(
    template: &Template,
    urls: &Urls,
    secrets: &Secrets,
    timeline: &Timeline,
    deliveries: &Deliveries,
    documents: &Documents,
) -> Result<StripeStandIn, StartError> {
    let secret = secrets.value("StripeSecret");
    let stripe = StripeStandIn::open(stripe_standin::Config {
        base_url: urls.stripe.clone(),
        api_key: text(&secret["api_key"]),
        webhook_secret: text(&secret["webhook_secrets"][0]),
        webhook_url: webhook_url(template, urls, "stripe-webhook")?,
        timeline: timeline.clone(),
        deliveries: deliveries.clone(),
        documents: documents.clone(),
    })
    .map_err(StartError::Documents)?;
    // As docs/OPERATIONS.md recommends, the endpoint receives only the events that the service needs.
    stripe.set_webhook_events(billing::webhook::EVENTS);
    Ok(stripe)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The URL of a function that receives webhooks: its first route.
fn webhook_url(template: &Template, urls: &Urls, function: &str) -> Result<String, StartError> {
    let route = template.functions.get(function).and_then(|function| function.routes.first());
    match route {
        Some(Route::Path(_, path)) => Ok(format!("{}{path}", urls.web)),
        _ => Err(StartError::Functions(format!("template.yaml has no route of a function `{function}`"))),
    }
}

/// Starts the listeners, the timeline and the sweeps.
fn run(machine: &Arc<Machine>, listeners: [TcpListener; 5], bridged: Vec<TcpListener>, web: Web) -> JoinSet<()> {
    let Watch { calls, faults, .. } = machine.watch.clone();
    let [own, stripe, mux, aws, console] = listeners;
    let main = Router::new().fallback(serve_web_or_api).with_state((machine.clone(), web));
    let called: [(Router, Option<ServerWatch>); 3] = [
        (machine.stripe.router(), Some(StripeStandIn::watch(calls.clone(), faults.clone()))),
        (machine.mux.router(), Some(machine.mux.watch(calls, faults))),
        (outside::router(machine.aws.clone(), machine.aws.secrets().credentials(), machine.clients()), None),
    ];
    let mut tasks = JoinSet::new();
    // A server only fails if its listener is on a public address, and none of these is.
    for (listener, router) in [(own, main), (console, console::router(machine.clone()))] {
        tasks.spawn(async move { _ = serve(listener, router, None).await });
    }
    for (listener, (router, watch)) in bridged.into_iter().zip(called.clone()) {
        tasks.spawn(async move { _ = serve_containers(listener, None, router, watch).await });
    }
    let name = machine.container_gateway.and_then(ContainerGateway::name);
    for (listener, (router, watch)) in [stripe, mux, aws].into_iter().zip(called) {
        tasks.spawn(async move { _ = serve_containers(listener, name, router, watch).await });
    }
    let timeline = machine.timeline.clone();
    tasks.spawn(async move { timeline.run().await });
    let machine = machine.clone();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(SWEEP_PERIOD).await;
            // With a file, the engine sweeps by the machine's time, by which the rows of a seeded history have already
            // expired.
            if machine.clock().offset_ms() < 0 {
                continue;
            }
            let machine = machine.clone();
            // A failed sweep leaves rows that every reader treats as expired anyway.
            let _ = tokio::task::spawn_blocking(move || machine.aws.dynamodb().sweep()).await;
        }
    });
    tasks
}

/// The listener at `PORT`: the gateway serves the API and the pages that functions make, and the web app everything else.
async fn serve_web_or_api(State((machine, web)): State<(Arc<Machine>, Web)>, mut request: Request) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(std::net::Ipv4Addr::LOCALHOST.into(), |peer| peer.0.ip());
    let first = request.uri().path().split('/').nth(1).unwrap_or_default();
    if first.eq_ignore_ascii_case("api") {
        return machine.gateway.answer(request, peer).await;
    }
    if let Some(uri) = web.function_page_uri(request.uri()) {
        *request.uri_mut() = uri;
        let mut response = machine.gateway.answer(request, peer).await;
        web.add_headers(&mut response);
        return response;
    }
    let (parts, _) = request.into_parts();
    web.answer(&parts.method, &parts.headers, parts.uri.path()).await
}
