//! The state behind its lock: changes, timers, and event delivery.

use crate::config::{Config, Dunning, Outcome};
use crate::error::Result;
use crate::ids::{self, Ids};
use crate::model::{Charge, Metadata, UnixSeconds, WebhookEndpoint};
use crate::render::{Render, View};
use crate::state::{CardOutcome, Replay, State, Timer};
use crate::tx::{Origin, Settings, Tx};
use crate::{engine, webhooks};
use futures::future::BoxFuture;
use jiff::Timestamp;
use standin::timeline::WorkSource;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// The stand-in. Clones share one state.
#[derive(Clone)]
pub struct StripeStandIn(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    config: Config,
    locked: Mutex<LockedState>,
    /// Idempotency keys of requests in progress.
    in_flight: Mutex<HashSet<String>>,
}

/// The mutable state.
struct LockedState {
    state: State,
    ids: Ids,
    settings: Settings,
    /// The types of events that the configured endpoint receives.
    wanted: Vec<String>,
    /// The endpoints that are registered for deliveries.
    registered: Vec<WebhookEndpoint>,
}

/// An idempotency key in use; dropping it releases it.
pub(crate) struct Claim<'a> {
    inner: &'a Inner,
    key: String,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.inner.in_flight.lock().expect("no panic while held").remove(&self.key);
    }
}

impl Inner {
    pub(crate) fn open(config: Config) -> rusqlite::Result<Self> {
        let settings = Settings { base_url: config.base_url.clone(), dunning: Dunning::default() };
        let state = State::load(&config.documents)?;
        let locked =
            LockedState { state, ids: Ids::random(), settings, wanted: vec!["*".to_owned()], registered: Vec::new() };
        Ok(Self { config, locked: Mutex::new(locked), in_flight: Mutex::default() })
    }

    pub(crate) fn set_dunning(&self, dunning: Dunning) {
        self.lock().settings.dunning = dunning;
    }

    pub(crate) fn set_wanted(&self, types: &[&str]) {
        self.lock().wanted = types.iter().map(|wanted| (*wanted).to_owned()).collect();
    }

    pub(crate) fn forget(&self) {
        let mut locked = self.lock();
        locked.state = State::default();
        self.config.documents.clear("stripe.");
    }

    fn lock(&self) -> MutexGuard<'_, LockedState> {
        self.locked.lock().expect("no panic while held")
    }

    /// The current second of the clock.
    fn now(&self) -> Timestamp {
        self.config.timeline.clock().now()
    }

    /// Writes the changes and sends their events.
    fn commit(&self, locked: &mut LockedState, emitted: &[String]) {
        locked.state.commit(&self.config.documents);
        self.register_endpoints(locked);
        for event in emitted.iter().filter_map(|id| locked.state.events.get(id)) {
            let mut endpoints =
                locked.registered.iter().filter(|endpoint| endpoint.wants(&event.event_type)).peekable();
            if endpoints.peek().is_none() {
                continue;
            }
            let view = View { state: &locked.state, base_url: &locked.settings.base_url };
            let body = serde_json::to_string_pretty(&event.render(view)).expect("an event is JSON");
            for endpoint in endpoints {
                self.config.deliveries.send(&endpoint.id, &event.id, &event.event_type, body.clone());
            }
        }
    }

    /// Registers the current endpoints for deliveries.
    fn register_endpoints(&self, locked: &mut LockedState) {
        let endpoints: Vec<WebhookEndpoint> = locked.state.webhook_endpoints.iter().cloned().collect();
        if endpoints == locked.registered {
            return;
        }
        for gone in locked.registered.iter().filter(|endpoint| endpoints.iter().all(|other| other.id != endpoint.id)) {
            self.config.deliveries.set_endpoint(&gone.id, None);
        }
        for endpoint in &endpoints {
            let target = webhooks::endpoint(&endpoint.url, &endpoint.secret);
            self.config.deliveries.set_endpoint(&endpoint.id, Some(target));
        }
        locked.registered = endpoints;
    }
}

impl StripeStandIn {
    /// Makes one change atomically: either it is stored and its events are sent, or nothing happens.
    pub(crate) fn change<R>(&self, origin: Origin, work: impl FnOnce(&mut Tx<'_>) -> Result<R>) -> Result<R> {
        self.change_at(self.0.now(), origin, work)
    }

    /// Reads without changing anything.
    pub(crate) fn read<R>(&self, read: impl FnOnce(View<'_>) -> R) -> R {
        let locked = self.0.lock();
        read(View { state: &locked.state, base_url: &locked.settings.base_url })
    }

    /// The current second of the clock.
    pub(crate) fn now(&self) -> UnixSeconds {
        self.0.now().as_second()
    }

    /// Waits until an event has been attempted once at every endpoint, as the checkout page does, but no longer than
    /// Stripe waits.
    pub(crate) async fn wait_for_attempt(&self, event: &str) {
        self.0.config.deliveries.attempted(event, std::time::Duration::from_secs(10)).await;
    }

    pub(crate) fn api_key(&self) -> &str {
        &self.0.config.api_key
    }

    pub(crate) fn new_request_id(&self) -> String {
        self.0.lock().ids.next("req")
    }

    /// Claims an idempotency key for a request; `None` while another request holds it.
    pub(crate) fn claim_key(&self, key: &str) -> Option<Claim<'_>> {
        let free = self.0.in_flight.lock().expect("no panic while held").insert(key.to_owned());
        free.then(|| Claim { inner: &self.0, key: key.to_owned() })
    }

    /// The response to an earlier request with the same key.
    pub(crate) fn replay(&self, key: &str) -> Option<Replay> {
        let oldest = self.now() - engine::timers::KEYS_KEPT;
        self.0.lock().state.replays.get(key).filter(|replay| replay.created >= oldest).cloned()
    }

    pub(crate) fn open_dispute(&self, charge: &str, is_inquiry: bool) -> bool {
        let opened = self.change(Origin::default(), |tx| {
            let found: Charge = tx.find(charge, "charge")?;
            if found.failure.is_none() && !found.disputed {
                engine::dispute::open(tx, charge, "fraudulent", is_inquiry);
                return Ok(true);
            }
            Ok(false)
        });
        opened.unwrap_or(false)
    }

    pub(crate) fn decree(&self, email: &str, outcome: Outcome) {
        let _ = self.change(Origin::default(), |tx| {
            tx.put(CardOutcome { email: email.trim().to_lowercase(), outcome });
            Ok(())
        });
    }

    /// Sets up the configured endpoint.
    pub(crate) fn configure(&self) {
        let wanted = self.0.lock().wanted.clone();
        let _ = self.change(Origin::default(), |tx| {
            let config = &self.0.config;
            let id = ids::configured("we", &["configured"]);
            let created = tx.state.webhook_endpoints.get(&id).map_or(tx.now, |endpoint| endpoint.created);
            tx.put(WebhookEndpoint {
                id,
                created,
                url: config.webhook_url.clone(),
                secret: config.webhook_secret.clone(),
                enabled_events: wanted,
                description: None,
                enabled: true,
                metadata: Metadata::new(),
            });
            Ok(())
        });
    }

    fn change_at<R>(&self, now: Timestamp, origin: Origin, work: impl FnOnce(&mut Tx<'_>) -> Result<R>) -> Result<R> {
        let mut locked = self.0.lock();
        let LockedState { state, ids, settings, .. } = &mut *locked;
        let mut tx = Tx { state, ids, settings, now: now.as_second(), origin, emitted: Vec::new() };
        let result = work(&mut tx);
        let emitted = std::mem::take(&mut tx.emitted);
        match &result {
            Ok(_) => self.0.commit(&mut locked, &emitted),
            Err(error) if error.keeps_changes => self.0.commit(&mut locked, &emitted),
            Err(_) => locked.state.rollback(),
        }
        drop(locked);
        self.0.config.timeline.wake();
        result
    }
}

impl WorkSource for StripeStandIn {
    fn next_due(&self) -> Option<Timestamp> {
        let (due, _) = self.0.lock().state.next_timer()?;
        Timestamp::from_second(due).ok()
    }

    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let _ = self.change_at(now, Origin::default(), |tx| {
                engine::timers::forget_old(tx);
                let due = tx.state.next_timer().filter(|(due, _)| *due <= tx.now);
                if let Some((_, timer)) = due {
                    run(tx, &timer);
                }
                Ok(())
            });
        })
    }
}

fn run(tx: &mut Tx<'_>, timer: &Timer) {
    engine::timers::run(tx, timer);
}
