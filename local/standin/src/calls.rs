//! What each request called, for tests and for the developer: `GET /calls?request_id=`.

use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// Requests remembered; the oldest are forgotten first.
const REQUESTS_MAX: usize = 20_000;

/// One call below a function.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `dynamodb`, `secrets`, `mail`, `stripe` or `mux`.
    pub service: String,
    /// The SDK's operation (`BatchGetItem`), or method and path (`POST /v1/customers`).
    pub operation: String,
    /// The DynamoDB tables it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// Of a DynamoDB read: whether every table of it was asked for a consistent read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent: Option<bool>,
    /// The HTTP status it was answered with; `None` when the connection broke.
    pub status: Option<u16>,
    /// Microseconds since the platform started.
    pub started_us: u64,
    /// Microseconds since the platform started.
    pub ended_us: u64,
}

/// Recorded calls by request id. Clones are the same record.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    by_request: HashMap<String, Vec<Call>>,
    order: VecDeque<String>,
}

impl Calls {
    /// Microseconds on the record's own time line.
    pub fn micros(&self) -> u64 {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        u64::try_from(START.get_or_init(Instant::now).elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Adds a call of a request.
    pub fn record(&self, request_id: &str, call: Call) {
        let mut record = self.0.lock().expect("no panic while held");
        if !record.by_request.contains_key(request_id) {
            record.order.push_back(request_id.to_owned());
            if record.order.len() > REQUESTS_MAX
                && let Some(oldest) = record.order.pop_front()
            {
                record.by_request.remove(&oldest);
            }
        }
        record.by_request.entry(request_id.to_owned()).or_default().push(call);
    }

    /// The calls of a request, in the order in which they started.
    pub fn of(&self, request_id: &str) -> Vec<Call> {
        let mut calls =
            self.0.lock().expect("no panic while held").by_request.get(request_id).cloned().unwrap_or_default();
        calls.sort_by_key(|call| call.started_us);
        calls
    }
}

/// How many times a request waited for `service`: calls that overlap are one round trip.
pub fn round_trips(calls: &[Call], service: &str) -> usize {
    let mut trips = 0;
    let mut ends = 0;
    for call in calls.iter().filter(|call| call.service == service) {
        if trips == 0 || call.started_us >= ends {
            trips += 1;
        }
        ends = ends.max(call.ended_us);
    }
    trips
}
