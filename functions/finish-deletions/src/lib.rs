//! Finishes deletions of accounts and profiles that are incomplete because of a crash or a request in flight.

use billing::deletion::Accounts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::services::{ConfigError, Services};
use shared::stores::deletions::Deletions;

/// Completes requested deletions, and deletes the remaining rows of deleted accounts and profiles.
pub struct FinishDeletions {
    accounts: Accounts,
    deletions: Deletions,
}

/// The schedule's event, which is not used.
#[derive(Deserialize)]
pub struct Tick {}

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct FinishedDeletions {
    /// Accounts that are completely deleted.
    finished: u32,
    /// Profiles that are completely deleted.
    profiles: u32,
}

impl Job for FinishDeletions {
    type Input = Tick;
    type Output = FinishedDeletions;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { accounts: Accounts::connect(services)?, deletions: Deletions::connect(services)? })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<FinishedDeletions, ApiError> {
        let accounts = self.accounts.finish_all(now).await;
        let profiles = self.deletions.finish_profiles(now).await;
        match (accounts?, profiles?) {
            ((finished, 0), (profiles, 0)) => Ok(FinishedDeletions { finished, profiles }),
            // The run fails, so the alarm triggers; the next run retries.
            ((_, accounts), (_, profiles)) => {
                Err(ApiError::unavailable(format!("{} deletions could not be finished", accounts + profiles)))
            }
        }
    }
}
