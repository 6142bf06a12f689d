//! The running parts of the platform, shared by its console, its seed and its owner.

use crate::aws::Aws;
use crate::aws::client::{FunctionClient, Watch};
use crate::containers::ContainerGateway;
use crate::functions::{Functions, LinkedEndpoint};
use crate::gateway::{Gateway, Integration};
use crate::jobs::{Job, Jobs};
use crate::log::Log;
use crate::processes::Executable;
use crate::start::{Seed, StartError};
use crate::template::{Function, REGION, Template};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use mux_standin::MuxStandIn;
use serde_json::json;
use shared::runtime::Runtime;
use shared::services::Services;
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::timeline::Timeline;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use stripe_standin::StripeStandIn;

const CLOCK: (&str, &str) = ("platform.clock", "offset_ms");
const MUX_URL: (&str, &str) = ("platform.urls", "mux");

/// The URLs of the platform.
#[derive(Clone, Debug)]
pub struct Urls {
    /// The web app and `/api`.
    pub web: String,
    /// The Stripe stand-in.
    pub stripe: String,
    /// The Mux stand-in.
    pub mux: String,
    /// DynamoDB, Secrets Manager and SES.
    pub aws: String,
    /// The developer console.
    pub console: String,
}

/// All parts of the platform.
pub(crate) struct Machine {
    pub(crate) template: Template,
    /// The functions that are linked into this process.
    pub(crate) linked: Functions,
    pub(crate) urls: Urls,
    pub(crate) timeline: Timeline,
    pub(crate) documents: Documents,
    pub(crate) deliveries: Deliveries,
    pub(crate) stripe: StripeStandIn,
    pub(crate) mux: MuxStandIn,
    pub(crate) aws: Aws,
    pub(crate) watch: Watch,
    pub(crate) gateway: Gateway,
    pub(crate) jobs: Jobs,
    pub(crate) log: Log,
    pub(crate) seed: Seed,
    pub(crate) demo_media: PathBuf,
    pub(crate) container_gateway: Option<ContainerGateway>,
    /// The functions' executables, if they run instead of the code that is linked into this process.
    pub(crate) executables: Option<BTreeMap<String, Executable>>,
    /// Locked by whatever moves the clock or seeds, so that these wait for each other.
    pub(crate) alone: tokio::sync::Mutex<()>,
}

/// The clock's offset from the last run.
pub(crate) fn stored_clock(documents: &Documents) -> rusqlite::Result<Clock> {
    let stored = documents.all::<i64>(CLOCK.0)?;
    Ok(Clock::ahead_by(stored.first().map_or(0, |(_, offset_ms)| *offset_ms)))
}

impl Machine {
    pub(crate) fn clock(&self) -> &Clock {
        self.timeline.clock()
    }

    /// Moves the clock. Returns the new time once all due work is done.
    pub(crate) async fn advance(&self, seconds: u64) -> Timestamp {
        let _alone = self.alone.lock().await;
        // The new offset is stored first: after a kill, the clock must not be behind the events that already happened.
        let ahead = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
        self.store_clock(self.clock().offset_ms().saturating_add(ahead));
        let now = self.timeline.advance(seconds).await;
        self.store_clock(self.clock().offset_ms());
        self.jobs.end_idle_pauses();
        now
    }

    pub(crate) fn store_clock(&self, offset_ms: i64) {
        self.documents.put(CLOCK.0, CLOCK.1, &offset_ms);
    }

    /// Builds every function from the template, and puts the functions behind the gateway and the schedules. This is a
    /// cold start of all functions, which clears their memory.
    pub(crate) async fn deploy(&self) -> Result<(), StartError> {
        self.stop_executables().await;
        let functions = &self.template.functions;
        let endpoints = self.linked.endpoints.iter();
        let endpoints = endpoints.filter_map(|endpoint| Some((functions.get(endpoint.name)?, endpoint.mount)));
        let endpoints = endpoints.map(async |(function, mount)| {
            let mounted = mount(&self.services(function)).await?;
            Ok::<_, StartError>((function.name.clone(), Integration::Linked(mounted, function.timeout)))
        });
        let jobs = self.linked.jobs.iter().filter_map(|job| Some((functions.get(job.name)?, job.mount)));
        let jobs = jobs.map(async |(function, mount)| {
            Ok::<_, StartError>((function.name.clone(), Job::Linked(mount(&self.services(function)).await?)))
        });
        let endpoints = try_join_all(endpoints).await?;
        let jobs = try_join_all(jobs).await?;
        self.gateway.deploy(endpoints.into_iter().collect());
        self.jobs.deploy(jobs.into_iter().collect::<HashMap<_, _>>());
        Ok(())
    }

    /// Opens the service. From here on, the functions' executables handle events, if the platform has any. They use real
    /// time, so the seeding before used the code in this process.
    pub(crate) fn open(&self) {
        if let Some(executables) = &self.executables {
            let all = || executables.iter().map(|(name, executable)| (name.clone(), executable.clone()));
            let is_job = |name: &str| self.linked.jobs.iter().any(|job| job.name == name);
            let (jobs, endpoints): (Vec<_>, Vec<_>) = all().partition(|(name, _)| is_job(name));
            let endpoint = |(name, executable)| (name, Integration::Executable(executable));
            self.gateway.deploy(endpoints.into_iter().map(endpoint).collect());
            self.jobs.deploy(jobs.into_iter().map(|(name, executable)| (name, Job::Executable(executable))).collect());
        }
        self.gateway.set_ready(true);
    }

    /// Stops all processes of functions.
    pub(crate) async fn stop_executables(&self) {
        for executable in self.executables.iter().flat_map(BTreeMap::values) {
            executable.stop().await;
        }
    }

    /// The AWS clients of all functions, by name. Each allows only what the function's policies allow.
    pub(crate) fn clients(&self) -> HashMap<String, FunctionClient> {
        self.template.functions.values().map(|function| (function.name.clone(), self.client(function))).collect()
    }

    fn client(&self, function: &Function) -> FunctionClient {
        FunctionClient::new(Arc::new(function.clone()), self.aws.clone(), self.watch.clone())
    }

    /// What one function gets: its own environment, and AWS clients that allow only what its policies allow.
    pub(crate) fn services(&self, function: &Function) -> Services {
        let clock = self.clock().clone();
        let log = self.log.clone();
        let runtime = Runtime {
            aws: self.sdk_config(function),
            clock: Arc::new(move || clock.now()),
            log: Arc::new(move |line| log.line(line)),
        };
        Services::new(&function.name, function.environment.clone(), runtime)
    }

    fn sdk_config(&self, function: &Function) -> SdkConfig {
        let keys = self.aws.secrets().credentials();
        let credentials = Credentials::new(keys.access_key_id, keys.secret_access_key, None, None, "local");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .endpoint_url(&self.urls.aws)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self.client(function))
            .build()
    }

    /// Sets the clock back before anything has happened. Every part of the platform that stores a time starts over.
    pub(crate) async fn set_back(&self, by: SignedDuration) -> Result<(), StartError> {
        self.clock().set_back(by);
        self.jobs.restart();
        self.timeline.wake();
        self.deploy().await
    }

    /// Deletes everything except the clock, the secrets and the media; the functions restart.
    pub(crate) async fn wipe(self: &Arc<Self>) -> Result<(), StartError> {
        self.watch.faults.clear();
        self.deliveries.reset();
        self.stripe.reset();
        self.mux.reset();
        self.aws.mailbox().reset();
        let machine = self.clone();
        let wiped = tokio::task::spawn_blocking(move || machine.aws.dynamodb().wipe());
        wiped.await.map_err(io::Error::other)??;
        self.deploy().await
    }

    /// Re-signs posters whose URLs contain an earlier address of Mux, because the ports may differ on each run.
    pub(crate) async fn follow_mux(&self) -> Result<(), StartError> {
        let before = self.documents.all::<String>(MUX_URL.0)?;
        if before.first().is_some_and(|(_, url)| *url != self.urls.mux) {
            self.jobs.run("renew-images", json!({})).await.map_err(StartError::Seed)?;
        }
        self.documents.put(MUX_URL.0, MUX_URL.1, &self.urls.mux);
        Ok(())
    }

    /// Puts the playback signing key into Mux's secret. Creates the key if it does not exist yet.
    pub(crate) fn ensure_signing_key(&self) -> io::Result<()> {
        let secrets = self.aws.secrets();
        if secrets.value("MuxSecret")["signing_key_id"].is_string() {
            return Ok(());
        }
        let key = self.mux.add_signing_key();
        let fields = json!({ "signing_key_id": key.id, "signing_private_key": key.private_key_base64_pem });
        secrets.extend("MuxSecret", fields)
    }
}

/// Fails if the template has a function that is not linked into this process, or vice versa.
pub(crate) fn check_functions(template: &Template, functions: &Functions) -> Result<(), StartError> {
    let linked = functions.names();
    let wanted: BTreeSet<&str> = template.functions.keys().map(String::as_str).collect();
    if let Some(name) = wanted.difference(&linked).next() {
        return Err(StartError::Functions(format!(
            "template.yaml has the function `{name}`, but functions/{name} is missing"
        )));
    }
    if let Some(name) = linked.difference(&wanted).next() {
        return Err(StartError::Functions(format!("template.yaml lacks the function `{name}` of functions/{name}")));
    }
    for LinkedEndpoint { name, .. } in functions.endpoints {
        if template.functions.get(*name).is_some_and(|function| function.routes.is_empty()) {
            return Err(StartError::Functions(format!("the endpoint `{name}` has no route in template.yaml")));
        }
    }
    Ok(())
}
