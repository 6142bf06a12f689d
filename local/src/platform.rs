//! All of Marquee on one machine: five listeners, one clock, one directory of data.

use crate::aws::Aws;
use crate::aws::client::Watch;
use crate::aws::dynamodb::DynamoDb;
use crate::aws::secrets::Secrets;
use crate::aws::ses::{Mailbox, Message};
use crate::aws::traffic::Traffic;
use crate::console;
use crate::data_dir::DataDir;
use crate::gateway::Gateway;
use crate::jobs::Jobs;
use crate::log::Log;
use crate::machine::{Machine, Urls, check_functions, stored_clock};
use crate::seed;
use crate::template::{Route, Template, TemplateError};
use crate::web::Web;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use jiff::Timestamp;
use mux_standin::MuxStandIn;
use serde_json::Value;
use shared::services::ConfigError;
use standin::calls::Calls;
use standin::deliveries::{Deliveries, Delivery};
use standin::documents::Documents;
use standin::faults::Faults;
use standin::server::{Peer, Watch as ServerWatch, serve};
use standin::timeline::Timeline;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use stripe_standin::StripeStandIn;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How often rows are removed whose TTL is over.
const SWEEP_PERIOD: Duration = Duration::from_secs(60);

/// What a platform is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where data is kept; `None` keeps nothing.
    pub data_dir: Option<PathBuf>,
    /// The first of five ports in a row; `None` takes five that are free.
    pub port: Option<u16>,
    /// The template that is served.
    pub template: PathBuf,
    /// Parameters of the template that differ from their defaults, by name; others are ignored.
    pub environment: BTreeMap<String, String>,
    /// What a new directory of data begins with.
    pub seed: Seed,
    /// Where the demo media lie, or are generated.
    pub demo_media: PathBuf,
    /// Where the built web app lies, if it does.
    pub web: PathBuf,
    /// Whether the functions' log lines go to standard output.
    pub is_log_printed: bool,
}

/// What a new directory of data begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// Demo accounts and videos, and members with three months of history up to the present.
    Full,
    /// Demo accounts and videos, and no past.
    Demo,
    /// Prices only, as a Stripe account that was set up.
    None,
}

/// Why a platform did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The template says something that cannot be served.
    #[error("{0}")]
    Template(#[from] TemplateError),
    /// The template and the linked functions differ.
    #[error("{0}")]
    Functions(String),
    /// A function refuses what the template gives it.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// A port cannot be listened on.
    #[error("port {port}: {source}; stop what uses it, or set PORT to the first of five free ports")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// An endpoint of the environment is not on this machine.
    #[error("{0} is {1}, which is not on loopback: demo passwords stay on this machine")]
    NotLoopback(String, String),
    /// The state of an earlier run cannot be read.
    #[error("the data of an earlier run: {0}")]
    Documents(#[from] rusqlite::Error),
    /// The Mux stand-in did not open.
    #[error("Mux's stand-in: {0}")]
    Mux(#[from] mux_standin::OpenError),
    /// The seed was refused on its way through the door.
    #[error("seed: {0}")]
    Seed(String),
    /// The machine refused.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// A running platform. Dropping it stops it at once, [`Platform::stop`] in good order.
pub struct Platform {
    machine: Arc<Machine>,
    tasks: JoinSet<()>,
    data_dir: DataDir,
}

impl Platform {
    /// Starts everything and, in a new directory, seeds it. When it returns, every function is ready.
    ///
    /// # Errors
    /// When anything of it cannot be had exactly as deployed; the message says what and where.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listeners = listen(options.port).await?;
        let urls = urls(&listeners)?;
        let template = Template::load(&options.template, &parameters(&options.environment, &urls)?)?;
        check_functions(&template)?;
        let data_dir = DataDir::open(options.data_dir.as_deref())?;
        let machine = Arc::new(assemble(&options, template, urls, &data_dir)?);
        machine.ensure_signing_key()?;
        let web = Web::new(&options.web, &machine.template.web_headers).map_err(io::Error::other)?;
        machine.deploy().await?;
        let tasks = run(&machine, listeners, web);
        let platform = Self { machine, tasks, data_dir };
        seed::begin(&platform.machine).await?;
        platform.machine.follow_mux().await?;
        Ok(platform)
    }

    /// Where everything is.
    pub fn urls(&self) -> &Urls {
        &self.machine.urls
    }

    /// The template in force.
    pub fn template(&self) -> &Template {
        &self.machine.template
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.machine.clock().now()
    }

    /// Moves the clock, and returns the new time when everything due is done.
    pub async fn advance(&self, seconds: u64) -> Timestamp {
        self.machine.advance(seconds).await
    }

    /// What every request called.
    pub fn calls(&self) -> &Calls {
        &self.machine.watch.calls
    }

    /// The faults in force.
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

    /// What delivers the webhooks, and breaks them on request.
    pub fn webhooks(&self) -> &Deliveries {
        &self.machine.deliveries
    }

    /// Everything that was logged and is still kept, oldest first.
    pub fn logs(&self) -> Vec<String> {
        self.machine.log.lines()
    }

    /// What a secret holds, by its name in the template.
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

    /// Runs a function that has no route with an event.
    ///
    /// # Errors
    /// `None` when there is no such function, else why it failed.
    pub async fn run_job(&self, function: &str, event: Value) -> Option<Result<Value, String>> {
        self.machine.jobs.run(function, event).await
    }

    /// Stops: no listener answers any more, and every file is closed.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        self.machine.store_clock(self.machine.clock().offset_ms());
        let machine = self.machine.clone();
        // It blocks until the engine's last call is done; a panic there has been reported by itself.
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

fn urls(listeners: &[TcpListener; 5]) -> io::Result<Urls> {
    let url = |at: usize| Ok::<_, io::Error>(format!("http://{}", listeners[at].local_addr()?));
    Ok(Urls { web: url(0)?, stripe: url(1)?, mux: url(2)?, aws: url(3)?, console: url(4)? })
}

/// The parameters that differ on this machine, unless the environment says otherwise.
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
    let watch = Watch { traffic: Traffic::new(&template.tables), ..Watch::default() };
    // Of work due at one moment, a webhook goes before a job that might find its traces.
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
    let gateway = Gateway::new(&template, clock);
    let aws = Aws::new(dynamodb, secrets, mailbox);
    Ok(Machine {
        template,
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
        log: if options.is_log_printed { Log::printed() } else { Log::kept() },
        seed: options.seed,
        demo_media: options.demo_media.clone(),
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
    // As docs/OPERATIONS.md has it: an account is told of what matters to it.
    stripe.set_webhook_events(billing::webhook::EVENTS);
    Ok(stripe)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The address of a function that receives webhooks: its first route.
fn webhook_url(template: &Template, urls: &Urls, function: &str) -> Result<String, StartError> {
    let route = template.functions.get(function).and_then(|function| function.routes.first());
    match route {
        Some(Route::Path(_, path)) => Ok(format!("{}{path}", urls.web)),
        _ => Err(StartError::Functions(format!("template.yaml has no route of a function `{function}`"))),
    }
}

/// Starts the listeners and the clock's work.
fn run(machine: &Arc<Machine>, listeners: [TcpListener; 5], web: Web) -> JoinSet<()> {
    let Watch { calls, faults, .. } = machine.watch.clone();
    let [own, stripe, mux, aws, console] = listeners;
    let door = Router::new().fallback(door).with_state((machine.clone(), web));
    let routers: [(TcpListener, Router, Option<ServerWatch>); 5] = [
        (own, door, None),
        (stripe, machine.stripe.router(), Some(StripeStandIn::watch(calls.clone(), faults.clone()))),
        (mux, machine.mux.router(), Some(machine.mux.watch(calls, faults))),
        (aws, machine.aws.router(machine.aws.secrets().credentials()), None),
        (console, console::router(machine.clone()), None),
    ];
    let mut tasks = JoinSet::new();
    for (listener, router, watch) in routers {
        tasks.spawn(async move {
            // The one error is a listener off loopback, and these are bound to it above.
            let _ = serve(listener, router, watch).await;
        });
    }
    let timeline = machine.timeline.clone();
    tasks.spawn(async move { timeline.run().await });
    let machine = machine.clone();
    tasks.spawn(async move {
        loop {
            tokio::time::sleep(SWEEP_PERIOD).await;
            // On file the engine sweeps by the machine's time, by which a history's rows are over before they begin.
            if machine.clock().offset_ms() < 0 {
                continue;
            }
            let machine = machine.clone();
            // A sweep that fails leaves rows that every reader takes for expired anyway.
            let _ = tokio::task::spawn_blocking(move || machine.aws.dynamodb().sweep()).await;
        }
    });
    tasks
}

/// What `PORT` answers: the API by the gateway, everything else by the web app.
async fn door(State((machine, web)): State<(Arc<Machine>, Web)>, request: Request) -> Response {
    let first = request.uri().path().split('/').nth(1).unwrap_or_default();
    if !first.eq_ignore_ascii_case("api") {
        let (parts, _) = request.into_parts();
        return web.answer(&parts.method, parts.uri.path()).await;
    }
    let peer = request.extensions().get::<Peer>().map_or(std::net::Ipv4Addr::LOCALHOST.into(), |peer| peer.0.ip());
    machine.gateway.answer(request, peer).await
}
