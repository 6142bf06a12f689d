//! Faults injected by a test or a developer: `POST /faults`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often a blocked call checks whether it may continue.
const WAIT_PERIOD: Duration = Duration::from_millis(2);

/// The service that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names explain themselves")]
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
    /// The call is throttled, with the provider's own error.
    Throttle,
    /// The provider's own 500; the call has no effect.
    Error,
    /// The call is rejected as invalid, with the provider's own error.
    Reject,
    /// No response until the caller gives up; the call has no effect.
    Hang,
    /// The connection breaks before the call takes effect.
    ResetBefore,
    /// The call takes effect, then the connection breaks.
    ResetAfter,
    /// The call takes effect, but only half of the response arrives.
    Truncate,
    /// DynamoDB's batch leaves its keys unprocessed; elsewhere like `throttle`.
    Unprocessed,
    /// DynamoDB's transaction conflict; elsewhere a 409.
    Conflict,
    /// The call waits until all faults are cleared, then takes effect. The test decides what overtakes it meanwhile.
    Wait,
    /// The response is [`Fault::answer`]; the call has no effect. Only for Stripe and Mux; elsewhere like `error`.
    Answer,
}

/// The most calls that a fault lets pass or fails.
const COUNT_MAX: u32 = 1_000_000;

/// A response that the test provides.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CannedResponse {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
}

/// An injected fault. The first `skip` matching calls pass, and the next `count` fail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The service that is affected.
    pub target: Target,
    /// Only calls that name this DynamoDB table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Only this operation, in the format of [`crate::calls::Call::operation`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What happens.
    pub kind: Kind,
    /// The number of matching calls that pass first.
    #[serde(default)]
    pub skip: u32,
    /// The number of matching calls that fail after that.
    pub count: u32,
    /// The response for [`Kind::Answer`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<CannedResponse>,
}

/// DynamoDB's operations on items.
const DYNAMODB: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

impl Fault {
    /// Checks that some call can match, because a misspelt fault would let a test pass for the wrong reason. `tables` are those
    /// that exist. The error names the field and what it may be.
    pub fn check(&self, tables: &[&str]) -> Result<(), String> {
        if !(1..=COUNT_MAX).contains(&self.count) || self.skip > COUNT_MAX {
            return Err(format!("`count` must be from 1 to {COUNT_MAX}, and `skip` at most {COUNT_MAX}"));
        }
        if let Some(table) = &self.table {
            if self.target != Target::Dynamodb {
                return Err("`table` goes only with the target `dynamodb`".to_owned());
            }
            if !tables.contains(&table.as_str()) {
                return Err(format!("`table` must be one of {}", tables.join(", ")));
            }
        }
        if (self.kind == Kind::Answer) != self.answer.is_some() {
            return Err("`answer` is needed with the kind `answer`, and goes with no other".to_owned());
        }
        let Some(operation) = self.operation.as_deref() else { return Ok(()) };
        let any_of = |names: &[&str]| match names.contains(&operation) {
            true => Ok(()),
            false => Err(format!("`operation` must be one of {}", names.join(", "))),
        };
        match self.target {
            Target::Dynamodb => any_of(&DYNAMODB),
            Target::Secrets => any_of(&["GetSecretValue"]),
            Target::Mail => any_of(&["SendEmail"]),
            Target::Stripe if is_route(operation, &["/v1/"]) => Ok(()),
            Target::Stripe => {
                Err("`operation` must be a method and a path, as in `POST /v1/customers/{id}`".to_owned())
            }
            Target::Mux if is_route(operation, &["/video/v1/", "/system/v1/"]) => Ok(()),
            Target::Mux => Err("`operation` must be a method and a path, as in `GET /video/v1/assets/{id}`".to_owned()),
        }
    }
}

fn is_route(operation: &str, roots: &[&str]) -> bool {
    let (method, path) = operation.split_once(' ').unwrap_or_default();
    ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method) && roots.iter().any(|root| path.starts_with(root))
}

/// The active faults. Clones share one list.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Activates a fault.
    pub fn add(&self, fault: Fault) {
        self.0.lock().expect("no panic while held").push(fault);
    }

    /// The active faults, oldest first.
    pub fn list(&self) -> Vec<Fault> {
        self.0.lock().expect("no panic while held").clone()
    }

    /// Clears all faults.
    pub fn clear(&self) {
        self.0.lock().expect("no panic while held").clear();
    }

    /// Waits until the faults that block calls are cleared.
    pub async fn ended(&self) {
        while self.list().iter().any(|fault| fault.kind == Kind::Wait) {
            tokio::time::sleep(WAIT_PERIOD).await;
        }
    }

    /// Counts a call against the active faults, and returns the kind of the fault that applies to it.
    pub fn next_fault(&self, target: Target, operation: &str, tables: &[String]) -> Option<Kind> {
        self.next_fault_with_answer(target, operation, tables).map(|(kind, _)| kind)
    }

    /// Like [`Faults::next_fault`], and also returns the response that the test provides.
    pub fn next_fault_with_answer(
        &self,
        target: Target,
        operation: &str,
        tables: &[String],
    ) -> Option<(Kind, Option<CannedResponse>)> {
        let mut faults = self.0.lock().expect("no panic while held");
        let matches = |fault: &Fault| {
            fault.target == target
                && fault.operation.as_deref().is_none_or(|wanted| wanted == operation)
                && fault.table.as_ref().is_none_or(|wanted| tables.contains(wanted))
        };
        let mut found = None;
        for fault in faults.iter_mut().filter(|fault| matches(fault)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if found.is_none() && fault.count > 0 {
                fault.count -= 1;
                found = Some((fault.kind, fault.answer.clone()));
            }
        }
        // A fault that blocks calls stays active until it is cleared.
        faults.retain(|fault| fault.count > 0 || fault.kind == Kind::Wait);
        found
    }
}
