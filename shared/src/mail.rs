//! Mail: written in the transaction that causes it, taken after the commit, sent, marked. A job takes what a crash left,
//! so a mail is never lost, and goes out twice only after a crash between sending and marking.

use crate::models::letter::Rendered;
use crate::services::{ConfigError, Log, Services};
use crate::stores::database::{Statement, StoreError};
use crate::stores::mail::{NewMail, Outbox};
use crate::stores::one_time_tokens::{OneTimeSecret, OneTimeTokens};
use crate::telemetry::{Trace, chain};
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// How long SES may take. A second attempt could send a second mail, so there is none: the job tries again.
const SEND: Duration = Duration::from_secs(3);
/// Mails that are sent side by side.
const SENDING_MAX: usize = 8;

/// Sends what the outbox holds.
pub struct Mails {
    outbox: Outbox,
    /// For letters whose link needs a one-time token; only functions that send such are given the table.
    tokens: Option<OneTimeTokens>,
    ses: aws_sdk_sesv2::Client,
    from: String,
    origin: String,
    log: Log,
    function: String,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was sent.
    Sent,
    /// It was sent before, or another is about to.
    Taken,
    /// It is of no use any more.
    Dropped,
}

/// What a round through the outbox did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Mails sent.
    pub sent: u32,
    /// Mails that were of no use any more.
    pub dropped: u32,
    /// Mails that could not be sent now; the next round tries again.
    pub failed: u32,
}

/// Why a mail was not sent. Its text holds neither address nor content.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The outbox or the tokens did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SES did not take it.
    #[error("SES did not take the mail: {0}")]
    Ses(String),
    /// This function was not given what the mail's link needs.
    #[error("SESSIONS_TABLE is not among this function's settings")]
    NoTokens,
    /// The operating system gave no randomness.
    #[error("no randomness")]
    Random,
}

impl Mails {
    /// The outbox and SES as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let timeouts = TimeoutConfig::builder().connect_timeout(SEND).operation_timeout(SEND).build();
        let config = aws_sdk_sesv2::config::Builder::from(services.aws())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        Ok(Self {
            outbox: Outbox::connect(services)?,
            tokens: OneTimeTokens::connect(services).ok(),
            ses: aws_sdk_sesv2::Client::from_conf(config.build()),
            from: services.mail_from()?,
            origin: services.web_origin()?,
            log: services.log().clone(),
            function: services.function().to_owned(),
        })
    }

    /// A statement that puts a mail into the outbox, for the transaction that causes it. It fails its condition when the
    /// cause has been there before.
    pub fn statement(&self, mail: &NewMail) -> Result<Statement, StoreError> {
        self.outbox.add(mail)
    }

    /// Sends a mail whose row was committed. A failure is logged and not told: the job sends what is left.
    pub async fn deliver(&self, cause: &str, now: Timestamp) {
        if let Err(error) = self.send(cause, now).await {
            self.note(cause, &error);
        }
    }

    /// Sends all that is due, however many pages.
    ///
    /// # Errors
    /// When the outbox cannot be read. A mail that cannot be sent is counted and logged.
    pub async fn deliver_due(&self, now: Timestamp) -> Result<Round, StoreError> {
        let mut round = Round::default();
        for shard in Outbox::shards() {
            let mut start = None;
            loop {
                let (causes, next) = self.outbox.due(&shard, now, start).await?;
                let sending = causes.into_iter().map(|cause| async move {
                    let result = self.send(&cause, now).await;
                    (cause, result)
                });
                let mut sending = futures::stream::iter(sending).buffer_unordered(SENDING_MAX);
                while let Some((cause, result)) = sending.next().await {
                    match result {
                        Ok(Delivery::Sent) => round.sent += 1,
                        Ok(Delivery::Dropped) => round.dropped += 1,
                        Ok(Delivery::Taken) => {}
                        Err(error) => {
                            round.failed += 1;
                            self.note(&cause, &error);
                        }
                    }
                }
                start = next;
                if start.is_none() {
                    break;
                }
            }
        }
        Ok(round)
    }

    async fn send(&self, cause: &str, now: Timestamp) -> Result<Delivery, MailError> {
        let Some(mail) = self.outbox.claim(cause, now).await? else { return Ok(Delivery::Taken) };
        if now >= mail.until {
            self.outbox.dropped(cause, now).await?;
            return Ok(Delivery::Dropped);
        }
        let secret = self.secret(&mail, now).await?;
        let rendered = mail.letter.render(&self.origin, secret.as_ref().map(OneTimeSecret::as_str));
        self.hand_over(mail.to.as_typed(), rendered).await?;
        self.outbox.sent(cause, now).await?;
        Ok(Delivery::Sent)
    }

    async fn secret(&self, mail: &NewMail, now: Timestamp) -> Result<Option<OneTimeSecret>, MailError> {
        let Some(grant) = mail.grant else { return Ok(None) };
        let tokens = self.tokens.as_ref().ok_or(MailError::NoTokens)?;
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| MailError::Random)?;
        let secret = OneTimeSecret::from_random(bytes);
        tokens.keep(&secret, grant, now).await?;
        Ok(Some(secret))
    }

    async fn hand_over(&self, to: &str, mail: Rendered) -> Result<(), MailError> {
        let unbuilt = |error: BuildError| MailError::Ses(error.to_string());
        let content = |text: String| Content::builder().data(text).charset("UTF-8").build().map_err(unbuilt);
        let body = Body::builder().text(content(mail.text)?).html(content(mail.html)?).build();
        let message = Message::builder().subject(content(mail.subject)?).body(body).build();
        let call = self
            .ses
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build());
        call.send().await.map(|_| ()).map_err(|error| MailError::Ses(kind(&error)))
    }

    fn note(&self, cause: &str, error: &MailError) {
        let line = serde_json::json!({
            "level": "warn",
            "request_id": Trace::request_id(),
            "function": self.function,
            "mail": cause,
            "cause": chain(error),
        });
        (self.log)(&line.to_string());
    }
}

/// What kind of error it was. The SDK's own text may hold the address.
fn kind<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(_) => "could not be reached".to_owned(),
        SdkError::ResponseError(_) => "an unreadable answer".to_owned(),
        _ => "could not be built".to_owned(),
    }
}
