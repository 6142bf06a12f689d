//! Sends the mail that a crash, or SES, left in the outbox. It runs by itself every few minutes.

use jiff::Timestamp;
use serde::Deserialize;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::mail::{Mails, Round};
use shared::services::{ConfigError, Services};
use shared::stores::database::Table;

/// Takes whatever is due, page by page, until nothing is.
pub struct SendMail {
    mails: Mails,
}

/// The schedule's event, of which nothing is needed.
#[derive(Deserialize)]
pub struct Tick {}

impl Job for SendMail {
    type Input = Tick;
    type Output = Round;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        // Links of some letters need one-time tokens.
        services.database(&[Table::Mail, Table::Sessions])?;
        Ok(Self { mails: Mails::connect(services)? })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Round, ApiError> {
        let round = self.mails.deliver_due(now).await?;
        match round.failed {
            0 => Ok(round),
            // A failed run, so that its alarm goes off; what failed is due again in a minute.
            failed => Err(ApiError::unavailable(format!("{failed} mails could not be sent"))),
        }
    }
}
