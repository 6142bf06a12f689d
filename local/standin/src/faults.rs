//! Faults that a test or a developer injects: `POST /faults`.

use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often a call that waits looks whether it may go on.
const WAIT_PERIOD: Duration = Duration::from_millis(2);

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Target {
    Dynamodb,
    Stripe,
    Mux,
    Secrets,
    Mail,
}

/// What happens to the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Refused for its rate, as the provider words it.
    Throttle,
    /// The provider's own 500, nothing done.
    Error,
    /// No answer until the caller gives up; nothing done.
    Hang,
    /// The connection breaks before anything is done.
    ResetBefore,
    /// It is done, then the connection breaks.
    ResetAfter,
    /// It is done, and half of the answer arrives.
    Truncate,
    /// DynamoDB's batch leaves its keys unprocessed; elsewhere as `throttle`.
    Unprocessed,
    /// DynamoDB's transaction conflict; elsewhere 409.
    Conflict,
    /// It waits until all faults are ended, and is done then: what overtakes it meanwhile is for the test to say.
    Wait,
}

/// An injected fault: of the calls that match, `skip` pass, then `count` are struck.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The service struck.
    pub target: Target,
    /// Only calls that name this DynamoDB table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Only this operation, as [`crate::calls::Call::operation`] words it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What happens.
    pub kind: Kind,
    /// Matching calls that pass first.
    #[serde(default)]
    pub skip: u32,
    /// Matching calls that are struck then.
    pub count: u32,
}

/// The faults in force. Clones are the same.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Puts a fault in force.
    pub fn add(&self, fault: Fault) {
        self.0.lock().expect("no panic while held").push(fault);
    }

    /// The faults in force, oldest first.
    pub fn list(&self) -> Vec<Fault> {
        self.0.lock().expect("no panic while held").clone()
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.0.lock().expect("no panic while held").clear();
    }

    /// Waits until the faults that hold calls back are ended.
    pub async fn ended(&self) {
        while self.list().iter().any(|fault| fault.kind == Kind::Wait) {
            tokio::time::sleep(WAIT_PERIOD).await;
        }
    }

    /// Counts a call against the faults in force and returns what strikes it.
    pub fn strike(&self, target: Target, operation: &str, tables: &[String]) -> Option<Kind> {
        let mut faults = self.0.lock().expect("no panic while held");
        let matches = |fault: &Fault| {
            fault.target == target
                && fault.operation.as_deref().is_none_or(|wanted| wanted == operation)
                && fault.table.as_ref().is_none_or(|wanted| tables.contains(wanted))
        };
        let mut struck = None;
        for fault in faults.iter_mut().filter(|fault| matches(fault)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if struck.is_none() && fault.count > 0 {
                fault.count -= 1;
                struck = Some(fault.kind);
            }
        }
        // One that holds calls back is in force until it is ended.
        faults.retain(|fault| fault.count > 0 || fault.kind == Kind::Wait);
        struck
    }
}
