//! Sends the mail that a crash or an SES failure left in the outbox. Scheduled every few minutes.

use jiff::Timestamp;
use serde::Deserialize;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::mail::{Mails, Round};
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
    type Output = Round;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        // Some mails need one-time tokens for their links, and some go to an account's current address.
        services.database(&[Table::Mail, Table::Sessions, Table::Users, Table::Subscriptions])?;
        Ok(Self { mails: Mails::connect(services)? })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Round, ApiError> {
        let round = self.mails.deliver_due(now).await?;
        match round.failed {
            0 => Ok(round),
            // The run fails, so that the alarm goes off. Failed mail is retried with growing pauses. Permanently
            // rejected mail is shown with its member, and does not fail the run.
            failed => Err(ApiError::unavailable(format!("{failed} mails could not be sent"))),
        }
    }
}
