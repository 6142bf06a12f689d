//! Email: written to the outbox in the transaction that causes it, claimed after the commit, sent, marked. A job sends
//! what a crash left behind, so no email is lost, and one is sent twice only after a crash between sending and marking.

mod catalogue;
mod layout;

use crate::auth::random;
use crate::mail::catalogue::Catalogue;
use crate::mail::layout::{Frame, Rendered, render};
use crate::models::email::Email;
use crate::models::email_message::Brand;
use crate::models::language::Language;
use crate::models::mail_content::MailContent;
use crate::models::preferences::Preferences;
use crate::models::subscription::Subscription;
use crate::models::user::User;
use crate::models::viewer::ViewerKey;
use crate::runtime::Log;
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::StoreError;
use crate::stores::mail::{Addressee, Content, NewMail, Outbox, Recipient};
use crate::stores::one_time_tokens::{OneTimeSecret, OneTimeTokens};
use crate::stores::subscriptions::Customer;
use crate::stores::table::Table;
use crate::stores::users::Credential;
use crate::telemetry::{Metrics, Trace, Unit, chain};
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content as Part, Destination, EmailContent, Message};
use boxed::boxed;
use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// SES's timeout. There is no second attempt, because it could send the email twice: the job retries.
const SEND: Duration = Duration::from_secs(3);
/// The most emails sent concurrently.
const SENDING_MAX: usize = 8;

/// Sends the emails in the outbox.
pub struct Mails {
    outbox: Outbox,
    /// For emails whose link needs a one-time token; only functions that send such emails have the table.
    tokens: Option<OneTimeTokens>,
    /// Users and their preferences, and subscriptions in functions that send emails to a customer's account.
    accounts: Database,
    brand: Brand,
    ses: aws_sdk_sesv2::Client,
    from: String,
    origin: String,
    log: Log,
    metrics: Option<Metrics>,
    function: String,
}

/// The reader of an email.
struct Reader {
    email: Email,
    name: Option<String>,
    language: Language,
    /// Their subscription, if the email is a receipt.
    subscription: Option<Subscription>,
}

impl Reader {
    /// A reader whose account does not exist.
    fn unknown(email: Email) -> Self {
        Self { email, name: None, language: Language::default(), subscription: None }
    }
}

/// The result of delivering an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was sent.
    Sent,
    /// It was already sent, or another process is sending it.
    Taken,
    /// It is no longer useful.
    Dropped,
    /// It will never be sent: the provider rejected it permanently, or for three days. Its row says why.
    Refused,
}

/// The result of a run through the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliverySummary {
    /// The number of emails sent.
    pub sent: u32,
    /// Emails that were no longer useful.
    pub dropped: u32,
    /// Emails that will never be sent; their rows say why.
    pub refused: u32,
    /// Emails that could not be sent now; a later run retries them.
    pub failed: u32,
}

/// Why an email was not sent. The text contains neither address nor content.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The outbox or the token store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// SES could not accept it now, or the account is not set up to send.
    #[error("SES did not accept the mail: {0}")]
    Transient(String),
    /// SES will never accept it.
    #[error("SES rejected the mail: {0}")]
    Permanent(String),
    /// This function lacks the table for the link's token.
    #[error("SESSIONS_TABLE is not set")]
    NoTokens,
    /// The operating system provided no randomness.
    #[error("the operating system provided no random bytes")]
    Random,
}

impl Mails {
    /// Uses this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        let timeouts = TimeoutConfig::builder().connect_timeout(SEND).operation_timeout(SEND).build();
        let config = aws_sdk_sesv2::config::Builder::from(services.aws())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        Ok(Self {
            outbox: Outbox::connect(services)?,
            tokens: OneTimeTokens::connect(services).ok(),
            accounts: services.database(&[Table::Users, Table::Preferences])?,
            brand: Brand::of_sender(&services.mail_from()?),
            ses: aws_sdk_sesv2::Client::from_conf(config.build()),
            from: services.mail_from()?,
            origin: services.web_origin()?,
            log: services.log().clone(),
            metrics: services.metrics().ok(),
            function: services.function().to_owned(),
        })
    }

    /// A statement that puts an email into the outbox, for the transaction that causes it. Its condition fails if an
    /// email was already written for the same cause.
    pub fn statement(&self, mail: &NewMail) -> Result<Statement, StoreError> {
        self.outbox.add(mail)
    }

    /// Sends an email whose row was committed. A failure is only logged: the job retries it.
    #[boxed]
    pub async fn deliver(&self, cause: &str, now: Timestamp) {
        if let Err(error) = self.send(cause, now).await {
            self.note(cause, &error);
        }
    }

    /// Sends everything that is due, across all pages.
    ///
    /// # Errors
    /// If the outbox cannot be read. An email that cannot be sent is counted and logged.
    #[boxed]
    pub async fn deliver_due(&self, now: Timestamp) -> Result<DeliverySummary, StoreError> {
        let mut summary = DeliverySummary::default();
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
                        Ok(Delivery::Sent) => summary.sent += 1,
                        Ok(Delivery::Dropped) => summary.dropped += 1,
                        Ok(Delivery::Refused) => summary.refused += 1,
                        Ok(Delivery::Taken) => {}
                        Err(error) => {
                            summary.failed += 1;
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
        Ok(summary)
    }

    async fn send(&self, cause: &str, now: Timestamp) -> Result<Delivery, MailError> {
        let claimed = match self.outbox.claim(cause, now).await {
            Ok(Some(claimed)) => claimed,
            Ok(None) => return Ok(Delivery::Taken),
            // A retry could not read the row either.
            Err(error @ StoreError::Corrupt(_)) => return self.refuse(cause, &error.into(), now).await,
            Err(error) => return Err(error.into()),
        };
        let mail = &claimed.mail;
        if now >= mail.until {
            self.outbox.dropped(cause, now).await?;
            return Ok(Delivery::Dropped);
        }
        let error = match self.try_once(mail, now).await {
            Ok(Delivery::Sent) => {
                self.outbox.sent(cause, now).await?;
                return Ok(Delivery::Sent);
            }
            Ok(other) => {
                self.outbox.dropped(cause, now).await?;
                return Ok(other);
            }
            Err(error) => error,
        };
        match claimed.next_try(now).filter(|_| !error.is_permanent()) {
            None => self.refuse(cause, &error, now).await,
            Some(due) => {
                self.outbox.postponed(cause, &error.to_string(), due, now).await?;
                Err(error)
            }
        }
    }

    /// Sends an email, unless its recipient no longer exists.
    async fn try_once(&self, mail: &NewMail, now: Timestamp) -> Result<Delivery, MailError> {
        let Some(reader) = self.reader(mail).await? else { return Ok(Delivery::Dropped) };
        let secret = self.secret(mail, now).await?;
        let rendered = self.rendered(mail, &reader, secret.as_ref().map(OneTimeSecret::as_str));
        self.hand_over(&reader.email.for_sending(), rendered).await?;
        Ok(Delivery::Sent)
    }

    /// Renders the email in its reader's language. An old row with a stored text is sent with that text.
    fn rendered(&self, mail: &NewMail, reader: &Reader, token: Option<&str>) -> Rendered {
        let (language, message) = match &mail.content {
            Content::Data { content } => {
                let current = reader.subscription.as_ref().map(|subscription| content.when_sent(subscription));
                let content = current.as_ref().unwrap_or(content);
                (reader.language, Catalogue::for_language(reader.language).message(content, &self.brand))
            }
            Content::Words { letter } => (Language::English, letter.branded(&self.brand)),
        };
        let name = message.name.as_deref().or(reader.name.as_deref());
        let frame = Frame {
            language: language.code(),
            greeting: Catalogue::for_language(language).greeting(name),
            service: &self.brand.name,
            origin: &self.origin,
            token,
        };
        render(&message, &frame)
    }

    /// Gives up on an email: it is not retried, its row says why, and a metric counts it.
    async fn refuse(&self, cause: &str, error: &MailError, now: Timestamp) -> Result<Delivery, MailError> {
        self.outbox.refused(cause, &error.to_string(), now).await?;
        self.note(cause, error);
        if let Some(metrics) = &self.metrics {
            metrics.emit(now, &[("MailsRefused", Unit::Count, 1.0)], &serde_json::json!({ "mail": cause }));
        }
        Ok(Delivery::Refused)
    }

    /// The reader of an email; `None` if the account no longer exists.
    async fn reader(&self, mail: &NewMail) -> Result<Option<Reader>, MailError> {
        let mut subscription = None;
        let (email, user_id) = match &mail.to {
            Recipient::Address(email) => {
                if let Some(Addressee { name, language }) = mail.addressee.clone() {
                    return Ok(Some(Reader { email: email.clone(), name, language, subscription: None }));
                }
                let credential = self.accounts.get(&Credential::key(email)).await?;
                let Some(credential) = credential else {
                    // Nobody can use a link into an account that no longer exists.
                    return Ok(mail.grant.is_none().then(|| Reader::unknown(email.clone())));
                };
                (Some(email.clone()), credential.user_id)
            }
            Recipient::Customer { stripe_customer_id } => {
                let customer = self.accounts.get(&Customer::key(stripe_customer_id)).await?;
                let Some(customer) = customer else { return Ok(None) };
                if matches!(mail.content, Content::Data { content: MailContent::Receipt { .. } }) {
                    subscription = self.accounts.get(&Subscription::key(customer.user_id)).await?;
                }
                (None, customer.user_id)
            }
        };
        let rows = self.accounts.read((User::key(user_id), Preferences::key(ViewerKey::first(user_id)))).await?;
        let (Some(user), preferences) = rows else {
            return Ok(email.map(Reader::unknown));
        };
        let language = user.language_of_mail(preferences.as_ref());
        Ok(Some(Reader { email: email.unwrap_or(user.email), name: user.name, language, subscription }))
    }

    async fn secret(&self, mail: &NewMail, now: Timestamp) -> Result<Option<OneTimeSecret>, MailError> {
        let Some(grant) = mail.grant.clone() else { return Ok(None) };
        let tokens = self.tokens.as_ref().ok_or(MailError::NoTokens)?;
        let secret = OneTimeSecret::from_random(random::bytes().map_err(|_| MailError::Random)?);
        tokens.keep(&secret, grant, now).await?;
        Ok(Some(secret))
    }

    async fn hand_over(&self, to: &str, mail: Rendered) -> Result<(), MailError> {
        let unbuilt = |error: BuildError| MailError::Permanent(error.to_string());
        let content = |text: String| Part::builder().data(text).charset("UTF-8").build().map_err(unbuilt);
        let body = Body::builder().text(content(mail.text)?).html(content(mail.html)?).build();
        let message = Message::builder().subject(content(mail.subject)?).body(body).build();
        let call = self
            .ses
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build());
        call.send().await.map(|_| ()).map_err(|error| refusal(&error))
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

/// The subject of an email for operators, in English. The row contains the id of its message, or the subject itself if
/// it was written before there were catalogues.
pub fn subject_for_operators(stored: &str, brand: &Brand) -> String {
    let subject = Catalogue::for_language(Language::English).subject(stored, brand);
    subject.unwrap_or_else(|| brand.put_into(stored))
}

impl MailError {
    /// Whether every retry would fail as well.
    fn is_permanent(&self) -> bool {
        matches!(self, Self::Permanent(_) | Self::Store(StoreError::Corrupt(_)))
    }
}

/// The start of SES's message about an unverified identity, whose error code it also uses for invalid messages.
const UNVERIFIED: &str = "Email address is not verified";

/// Whether an SES failure is permanent for this email. The SDK's own text may contain the address, so only the error
/// code is kept.
fn refusal<R>(error: &SdkError<SendEmailError, R>) -> MailError {
    let SdkError::ServiceError(service) = error else {
        // The email was never sent, or it is unknown whether it was.
        let kind = match error {
            SdkError::TimeoutError(_) => "timed out",
            SdkError::DispatchFailure(_) => "could not be reached",
            SdkError::ResponseError(_) => "sent an unreadable response",
            _ => return MailError::Permanent("could not be built".to_owned()),
        };
        return MailError::Transient(kind.to_owned());
    };
    let (code, message) = (service.err().code().unwrap_or("unknown"), service.err().message().unwrap_or_default());
    let is_permanent = match code {
        // The content or the recipient is not acceptable, unless the operator has not verified an identity yet.
        "MessageRejected" => !message.starts_with(UNVERIFIED),
        // SES cannot parse the message: an invalid address, or a header that is too long.
        "BadRequestException" => true,
        // All other errors are about the account, its identities or the service, and end once the operator or AWS has
        // fixed them: MailFromDomainNotVerifiedException, AccountSuspendedException, SendingPausedException,
        // NotFoundException (a configuration set or an identity), LimitExceededException (the daily quota),
        // TooManyRequestsException (the rate), AccessDeniedException, and every 5xx.
        _ => false,
    };
    if is_permanent { MailError::Permanent(code.to_owned()) } else { MailError::Transient(code.to_owned()) }
}
