//! Recorded calls per request, for tests and developers: `GET /calls?request_id=`.

use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The most requests that are kept; the oldest are dropped first.
const REQUESTS_MAX: usize = 20_000;

/// One call that a function made.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `dynamodb`, `secrets`, `mail`, `stripe` or `mux`.
    pub service: String,
    /// The SDK's operation (`BatchGetItem`), or method and path (`POST /v1/customers`).
    pub operation: String,
    /// The DynamoDB tables that the call names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// For a DynamoDB read: whether every table was read consistently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistent: Option<bool>,
    /// For a successful DynamoDB call: the capacity units that it consumed, including those of indexes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<f64>,
    /// For a call to AWS: the bytes of the request's body and, if the connection did not break, of the response's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The response's HTTP status; `None` if the connection broke.
    pub status: Option<u16>,
    /// Microseconds since the platform started.
    pub started_us: u64,
    /// Microseconds since the platform started.
    pub ended_us: u64,
}

/// Recorded calls by request id. Clones share one record.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    by_request: HashMap<String, Vec<Call>>,
    order: VecDeque<String>,
}

impl Calls {
    /// Microseconds since the platform started, as recorded in calls.
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
    pub fn for_request(&self, request_id: &str) -> Vec<Call> {
        let mut calls =
            self.0.lock().expect("no panic while held").by_request.get(request_id).cloned().unwrap_or_default();
        calls.sort_by_key(|call| call.started_us);
        calls
    }
}

/// How many times a request waited for `service`. Overlapping calls are one round trip.
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

/// The DynamoDB capacity units of a request's calls, by which on-demand tables are billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Units {
    /// Read units: half a unit for an item of up to 4 KB, and a whole one if it is read consistently.
    pub read: f64,
    /// Write units: one for an item of up to 1 KB, in the table and in each index that changes; twice that in a transaction.
    pub write: f64,
}

/// What the calls of a request consumed.
pub fn units(calls: &[Call]) -> Units {
    let mut units = Units::default();
    for call in calls {
        let kind = if call.consistent.is_some() { &mut units.read } else { &mut units.write };
        *kind += call.units.unwrap_or_default();
    }
    units
}
