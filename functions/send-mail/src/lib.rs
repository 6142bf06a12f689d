//! Sends the emails that are due in the outbox, such as those that a crash or an SES failure left. Scheduled every few
//! minutes.

use jiff::Timestamp;
use serde::Deserialize;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::mail::{DeliverySummary, Mails};
use shared::services::{ConfigError, Services};
use shared::stores::table::Table;

/// Sends everything that is due, page by page.
pub struct SendMail {
    mails: Mails,
}

/// The schedule's event, which is not used.
#[derive(Deserialize)]
pub struct Tick {}

impl Job for SendMail {
    type Input = Tick;
    type Output = DeliverySummary;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        // Some emails need one-time tokens for their links, and some go to an account's current address.
        services.database(&[Table::Mail, Table::Sessions, Table::Users, Table::Subscriptions])?;
        Ok(Self { mails: Mails::connect(services)? })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<DeliverySummary, ApiError> {
        let summary = self.mails.deliver_due(now).await?;
        match summary.failed {
            0 => Ok(summary),
            // The run fails, so the alarm triggers. Failed emails are retried with backoff. Permanently rejected emails
            // are shown on the member's page, and do not fail the run.
            failed => Err(ApiError::unavailable(format!("{failed} mails could not be sent"))),
        }
    }
}
