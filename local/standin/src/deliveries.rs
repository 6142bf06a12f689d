//! Webhook deliveries: signed for every attempt, retried by the clock, and faulty on request.

use crate::clock::Clock;
use crate::documents::Documents;
use crate::timeline::{Timeline, WorkSource};
use futures::TryFutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

const DELIVERIES_KEPT_MAX: usize = 5_000;
/// How long `reorder` collects events before it sends the newest first.
const REORDER_WINDOW: SignedDuration = SignedDuration::from_millis(150);

/// Signs a body for a point in time; returns the header's name and value.
pub type Signer = Arc<dyn Fn(Timestamp, &[u8]) -> (&'static str, String) + Send + Sync>;

/// Where a provider sends its events.
#[derive(Clone)]
pub struct Endpoint {
    /// `stripe` or `mux`.
    pub provider: &'static str,
    /// The URL to which events are posted.
    pub url: String,
    /// Signs each attempt, as providers do.
    pub sign: Signer,
    /// Waits between attempts, in seconds. After the last attempt the delivery has failed.
    pub retry_seconds: &'static [i64],
    /// How long an attempt may take.
    pub timeout: Duration,
}

/// How a provider's deliveries behave; all modes except the first are faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each event once, in order.
    #[default]
    Normal,
    /// Held until released.
    Hold,
    /// Each event twice, at the same time.
    Duplicate,
    /// The newest first.
    Reorder,
    /// Never sent; can be redelivered manually.
    Drop,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names explain themselves")]
pub enum Status {
    Pending,
    Held,
    Dropped,
    Delivered,
    Failed,
}

/// One attempt of a delivery.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was made, by the clock.
    pub at: Timestamp,
    /// The response's status; `None` if there was no response.
    pub status: Option<u16>,
    /// Why there was no response.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Real milliseconds until the response.
    pub duration_ms: u64,
}

/// The delivery of an event to an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// `whd_` and an increasing number.
    pub id: String,
    /// `stripe` or `mux`.
    pub provider: String,
    /// The endpoint's id, as given to [`Deliveries::set_endpoint`].
    pub endpoint_id: String,
    /// The provider's event id.
    pub event_id: String,
    /// The event's type, such as `invoice.paid`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Its state.
    pub status: Status,
    /// The attempts so far.
    pub attempts: Vec<Attempt>,
    /// When the next attempt is due, if the delivery is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event happened.
    pub created_at: Timestamp,
    /// The body, as sent.
    pub body: String,
}

/// The webhook deliveries of all providers. Clones share one state.
#[derive(Clone)]
pub struct Deliveries(Arc<Inner>);

struct Inner {
    clock: Clock,
    timeline: Timeline,
    documents: Documents,
    client: reqwest::Client,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    endpoints: HashMap<String, Endpoint>,
    modes: HashMap<String, Mode>,
    /// By id. Ids increase, so the oldest comes first.
    deliveries: BTreeMap<String, Delivery>,
    /// The pending deliveries by due time, so finished ones need not be searched.
    due: BTreeSet<(Timestamp, String)>,
    last: u64,
}

impl State {
    fn put(&mut self, delivery: Delivery) {
        if let Some(next) = delivery.next_attempt_at {
            self.due.insert((next, delivery.id.clone()));
        }
        self.deliveries.insert(delivery.id.clone(), delivery);
    }

    fn take(&mut self, id: &str) -> Option<Delivery> {
        let delivery = self.deliveries.remove(id)?;
        if let Some(next) = delivery.next_attempt_at {
            self.due.remove(&(next, delivery.id.clone()));
        }
        Some(delivery)
    }
}

impl Deliveries {
    /// Loads the deliveries that an earlier run left pending, and joins the timeline.
    ///
    /// # Errors
    /// If the documents cannot be read.
    pub fn open(timeline: &Timeline, documents: Documents) -> rusqlite::Result<Self> {
        let mut state = State::default();
        for (_, delivery) in documents.all("webhooks.delivery")? {
            state.put(delivery);
        }
        state.last =
            state.deliveries.keys().next_back().and_then(|id| id.rsplit('_').next()?.parse().ok()).unwrap_or(0);
        let this = Self(Arc::new(Inner {
            clock: timeline.clock().clone(),
            timeline: timeline.clone(),
            documents,
            // Endpoints are on this machine and use no TLS. Parsing the system's certificates would take most of the
            // start-up time.
            client: reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client without TLS"),
            state: Mutex::new(state),
            changed: Notify::new(),
        }));
        timeline.add(Arc::new(this.clone()));
        Ok(this)
    }

    /// Sets the endpoint for `endpoint_id`. `None` removes it, and its pending deliveries fail.
    pub fn set_endpoint(&self, endpoint_id: &str, endpoint: Option<Endpoint>) {
        let mut state = self.state();
        match endpoint {
            Some(endpoint) => state.endpoints.insert(endpoint_id.to_owned(), endpoint),
            None => state.endpoints.remove(endpoint_id),
        };
    }

    /// Sends an event to an endpoint according to the provider's mode. Returns at once; the timeline delivers.
    pub fn send(&self, endpoint_id: &str, event_id: &str, event_type: &str, body: String) {
        let now = self.0.clock.now();
        let mut state = self.state();
        let Some(provider) = state.endpoints.get(endpoint_id).map(|endpoint| endpoint.provider) else { return };
        state.last += 1;
        let mode = state.modes.get(provider).copied().unwrap_or_default();
        let (status, next_attempt_at) = match mode {
            Mode::Normal | Mode::Duplicate => (Status::Pending, Some(now)),
            Mode::Reorder => (Status::Pending, Some(now + REORDER_WINDOW)),
            Mode::Hold => (Status::Held, None),
            Mode::Drop => (Status::Dropped, None),
        };
        let delivery = Delivery {
            id: format!("whd_{:012}", state.last),
            provider: provider.to_owned(),
            endpoint_id: endpoint_id.to_owned(),
            event_id: event_id.to_owned(),
            event_type: event_type.to_owned(),
            status,
            attempts: Vec::new(),
            next_attempt_at,
            created_at: now,
            body,
        };
        self.keep(&mut state, delivery);
        drop(state);
        self.0.timeline.wake();
    }

    /// All stored deliveries, newest first.
    pub fn list(&self) -> Vec<Delivery> {
        self.state().deliveries.values().rev().cloned().collect()
    }

    /// The signature of a delivery that is sent at `now`, as the header's name and value; `None` if its endpoint was
    /// removed.
    pub fn signature(&self, delivery: &Delivery, now: Timestamp) -> Option<(&'static str, String)> {
        let endpoint = self.state().endpoints.get(&delivery.endpoint_id).cloned()?;
        Some((endpoint.sign)(now, delivery.body.as_bytes()))
    }

    /// Sends a delivery again now, whatever its state; `false` if the id does not exist.
    pub fn redeliver(&self, id: &str) -> bool {
        let mut state = self.state();
        let Some(mut delivery) = state.deliveries.get(id).cloned() else { return false };
        delivery.status = Status::Pending;
        delivery.next_attempt_at = Some(self.0.clock.now());
        self.keep(&mut state, delivery);
        drop(state);
        self.0.timeline.wake();
        true
    }

    /// Sets how a provider's events are delivered from now on.
    pub fn set_mode(&self, provider: &str, mode: Mode) {
        self.state().modes.insert(provider.to_owned(), mode);
    }

    /// The modes that were set, by provider.
    pub fn modes(&self) -> BTreeMap<String, Mode> {
        self.state().modes.iter().map(|(provider, mode)| (provider.clone(), *mode)).collect()
    }

    /// Sends the deliveries that `hold` kept, in order. Returns their number.
    pub fn release(&self) -> usize {
        let now = self.0.clock.now();
        let mut state = self.state();
        let held: Vec<Delivery> = state.deliveries.values().filter(|one| one.status == Status::Held).cloned().collect();
        let count = held.len();
        for mut delivery in held {
            delivery.status = Status::Pending;
            delivery.next_attempt_at = Some(now);
            self.keep(&mut state, delivery);
        }
        drop(state);
        self.0.timeline.wake();
        count
    }

    /// Waits until every delivery of an event has had its first attempt or is held, for at most `patience`.
    pub async fn attempted(&self, event_id: &str, patience: Duration) {
        let settled = async {
            loop {
                let changed = self.0.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                if !self.is_first_attempt_due(event_id) {
                    return;
                }
                changed.await;
            }
        };
        let _ = tokio::time::timeout(patience, settled).await;
    }

    /// Deletes all deliveries and modes; keeps the endpoints.
    pub fn reset(&self) {
        let mut state = self.state();
        state.deliveries.clear();
        state.due.clear();
        state.modes.clear();
        self.0.documents.clear("webhooks.");
    }

    fn is_first_attempt_due(&self, event_id: &str) -> bool {
        let state = self.state();
        let mut pending = state.due.iter().filter_map(|(_, id)| state.deliveries.get(id));
        pending.any(|one| one.event_id == event_id && one.attempts.is_empty())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().expect("no panic while held")
    }

    fn keep(&self, state: &mut State, delivery: Delivery) {
        self.0.documents.put("webhooks.delivery", &delivery.id, &delivery);
        state.take(&delivery.id);
        state.put(delivery);
        if state.deliveries.len() > DELIVERIES_KEPT_MAX {
            let done = state.deliveries.values().find(|one| matches!(one.status, Status::Delivered | Status::Failed));
            if let Some(id) = done.map(|one| one.id.clone()) {
                state.take(&id);
                self.0.documents.remove("webhooks.delivery", &id);
            }
        }
    }

    /// The pending delivery to attempt next: the earliest due. In `reorder` mode, the newest of those due together.
    fn next(&self) -> Option<Delivery> {
        let state = self.state();
        let (due, id) = state.due.first()?;
        let first = state.deliveries.get(id)?;
        if state.modes.get(&first.provider) == Some(&Mode::Reorder) {
            let window = (*due).max(self.0.clock.now());
            let together = state.due.iter().take_while(|(due, _)| *due <= window);
            let of_provider =
                together.filter_map(|(_, id)| state.deliveries.get(id)).filter(|one| one.provider == first.provider);
            if let Some(newest) = of_provider.max_by(|one, other| one.id.cmp(&other.id)) {
                return Some(newest.clone());
            }
        }
        Some(first.clone())
    }

    async fn attempt(&self, delivery: Delivery, now: Timestamp) {
        let (endpoint, mode) = {
            let state = self.state();
            let mode = state.modes.get(&delivery.provider).copied().unwrap_or_default();
            (state.endpoints.get(&delivery.endpoint_id).cloned(), mode)
        };
        let attempts = match &endpoint {
            None => Vec::new(),
            Some(endpoint) if mode == Mode::Duplicate => {
                let (one, two) =
                    tokio::join!(self.post(endpoint, &delivery.body, now), self.post(endpoint, &delivery.body, now));
                vec![one, two]
            }
            Some(endpoint) => vec![self.post(endpoint, &delivery.body, now).await],
        };
        let waits = endpoint.map_or(&[][..], |endpoint| endpoint.retry_seconds);
        let mut state = self.state();
        // Read the state again: meanwhile, a reset may have removed the delivery, or someone may have asked for a
        // redelivery.
        if let Some(mut current) = state.deliveries.get(&delivery.id).cloned() {
            let asked_again = current.next_attempt_at != delivery.next_attempt_at;
            record(&mut current, attempts, waits, asked_again, now);
            self.keep(&mut state, current);
        }
        drop(state);
        self.0.changed.notify_waiters();
    }

    async fn post(&self, endpoint: &Endpoint, body: &str, now: Timestamp) -> Attempt {
        let (name, value) = (endpoint.sign)(now, body.as_bytes());
        let started = Instant::now();
        let request = self.0.client.post(&endpoint.url).header(name, value).header("content-type", "application/json");
        let answer = request.timeout(endpoint.timeout).body(body.to_owned()).send();
        // Reads the response to its end, so the connection can be reused.
        let answer = answer.and_then(async |answer| Ok((answer.status(), answer.bytes().await?))).await;
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match answer {
            Ok((status, _)) => Attempt { at: now, status: Some(status.as_u16()), error: None, duration_ms },
            Err(error) => Attempt { at: now, status: None, error: Some(error.without_url().to_string()), duration_ms },
        }
    }
}

/// Adds the attempts made at `now` to a delivery, and decides its next state.
fn record(delivery: &mut Delivery, attempts: Vec<Attempt>, waits: &[i64], asked_again: bool, now: Timestamp) {
    let accepted = attempts.iter().any(|one| one.status.is_some_and(|code| (200..300).contains(&code)));
    let mut moments: Vec<Timestamp> = delivery.attempts.iter().map(|one| one.at).collect();
    moments.dedup();
    delivery.attempts.extend(attempts);
    if asked_again {
        return;
    }
    (delivery.status, delivery.next_attempt_at) = match waits.get(moments.len()) {
        _ if accepted => (Status::Delivered, None),
        Some(seconds) => (Status::Pending, Some(now + SignedDuration::from_secs(*seconds))),
        None => (Status::Failed, None),
    };
}

impl WorkSource for Deliveries {
    fn next_due(&self) -> Option<Timestamp> {
        self.state().due.first().map(|(due, _)| *due)
    }

    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if self.next_due().is_some_and(|due| due <= now)
                && let Some(delivery) = self.next()
            {
                self.attempt(delivery, now).await;
            }
        })
    }
}
