//! Finishes deletions of accounts that a crash, or a request under way at that moment, left something of.

use billing::deletion::Accounts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::services::{ConfigError, Services};

/// Sweeps what is left of deleted accounts.
pub struct FinishDeletions {
    accounts: Accounts,
}

/// The schedule's event, of which nothing is needed.
#[derive(Deserialize)]
pub struct Tick {}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Swept {
    /// Accounts of which nothing is left.
    finished: u32,
}

impl Job for FinishDeletions {
    type Input = Tick;
    type Output = Swept;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { accounts: Accounts::connect(services)? })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Swept, ApiError> {
        match self.accounts.finish_all(now).await? {
            (finished, 0) => Ok(Swept { finished }),
            // A failed run, so that its alarm goes off; the next one tries again.
            (_, failed) => Err(ApiError::unavailable(format!("{failed} deletions could not be finished"))),
        }
    }
}
