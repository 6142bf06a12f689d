//! What may come of a call to Stripe.

use serde::Deserialize;
use shared::http::error::{ApiError, Code};
use std::fmt::Display;
use stripe_client_core::StripeClientErr;

/// Why a call to Stripe did not give what was asked. No text of it holds data of a customer: codes and names of parameters
/// are Stripe's words, and messages are dropped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// Down, slow, busy, or throttling, and nothing was done that a repetition with the same key would do twice.
    #[error("Stripe is unavailable: {0}")]
    Unavailable(&'static str),
    /// The answer was lost or unreadable: whether it was done has to be read, or asked again with the same key.
    #[error("Stripe's answer was lost, so the outcome is unknown: {0}")]
    OutcomeUnknown(&'static str),
    /// The answer came whole, and is not what the library takes for such an object.
    #[error("Stripe's answer is of another shape")]
    Unreadable,
    /// The bank said no.
    #[error("the card was declined ({code})")]
    Declined {
        /// Stripe's code of the decline: `insufficient_funds`.
        code: String,
    },
    /// There is no such object.
    #[error("Stripe knows no such {}", param.as_deref().unwrap_or("object"))]
    Missing {
        /// The parameter that named it, where it was not the path.
        param: Option<String>,
    },
    /// The idempotency key was used before, with other parameters.
    #[error("an idempotency key was used again with other parameters")]
    KeyReused,
    /// Stripe refuses the call for what it says.
    #[error("Stripe refused the call: {} {}", code.as_deref().unwrap_or("-"), param.as_deref().unwrap_or("-"))]
    Invalid {
        /// Stripe's code.
        code: Option<String>,
        /// The parameter it is about.
        param: Option<String>,
    },
}

impl StripeError {
    /// Whether it is a refusal with that code.
    pub fn is_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Invalid { code: Some(code), .. } if code == wanted)
    }

    /// Whether the same call may come out otherwise in a moment.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::OutcomeUnknown(_))
    }
}

/// The library says nothing of what it could not read, and such a text might hold the answer.
impl StripeClientErr for StripeError {
    fn deserialize_err(_: impl Display) -> Self {
        Self::Unreadable
    }
}

impl From<StripeError> for ApiError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Unavailable(_) | StripeError::OutcomeUnknown(_) | StripeError::Unreadable => {
                let message = "Our payment provider cannot be reached; please try again in a moment.";
                Self::new(Code::PaymentProviderUnavailable, message).because(error)
            }
            StripeError::Declined { .. } => {
                Self::new(Code::CardDeclined, "The card was declined; please try another one.").because(error)
            }
            StripeError::KeyReused => {
                let message = "This idempotency key was used before, for something else.";
                Self::new(Code::IdempotencyConflict, message).because(error)
            }
            StripeError::Missing { .. } | StripeError::Invalid { .. } => Self::internal(error),
        }
    }
}

/// What a failed attempt means.
pub(super) enum Failure {
    /// The same call may succeed.
    Again(StripeError),
    /// It will not.
    Final(StripeError),
    /// The key is not Stripe's, or no longer.
    WrongKey,
}

/// Stripe's error body. One that is not JSON, such as a proxy's, still has its status.
#[derive(Default, Deserialize)]
struct Told {
    error: Words,
}

#[derive(Default, Deserialize)]
struct Words {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    param: Option<String>,
}

/// Reads an answer that is not a success. `should_retry` is Stripe's own word, where it said one.
pub(super) fn refusal(status: u16, body: &[u8], should_retry: Option<bool>) -> Failure {
    let Told { error: Words { kind, code, decline_code, param } } = serde_json::from_slice(body).unwrap_or_default();
    let is = |wanted: &str| code.as_deref() == Some(wanted);
    let error = match (status, kind.as_deref()) {
        (401, _) => return Failure::WrongKey,
        (_, Some("idempotency_error")) => return Failure::Final(StripeError::KeyReused),
        (402, _) | (_, Some("card_error")) => {
            let code = decline_code.or(code).unwrap_or_else(|| "card_declined".to_owned());
            return Failure::Final(StripeError::Declined { code });
        }
        (429, _) => StripeError::Unavailable("throttled"),
        (409, _) => StripeError::Unavailable("locked"),
        (424 | 500.., _) => StripeError::Unavailable("an error of its own"),
        (404, _) => return Failure::Final(StripeError::Missing { param }),
        _ if is("resource_missing") => return Failure::Final(StripeError::Missing { param }),
        _ if is("lock_timeout") => StripeError::Unavailable("locked"),
        _ => return Failure::Final(StripeError::Invalid { code, param }),
    };
    match should_retry {
        Some(false) => Failure::Final(error),
        _ => Failure::Again(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Option<StripeError> {
        match refusal(status, body.as_bytes(), None) {
            Failure::Again(error) | Failure::Final(error) => Some(error),
            Failure::WrongKey => None,
        }
    }

    #[test]
    fn a_proxys_page_keeps_its_status() {
        assert_eq!(read(503, "<html>busy</html>"), Some(StripeError::Unavailable("an error of its own")));
        assert_eq!(read(404, ""), Some(StripeError::Missing { param: None }));
        assert_eq!(read(401, "no"), None);
    }

    #[test]
    fn what_an_error_says_holds_no_data_of_a_customer() {
        let body = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",
            "message":"The card of ada@example.com was declined","payment_method":{"billing_details":{"email":"ada@example.com"}}}}"#;
        let error = read(402, body).expect("a decline");
        assert_eq!(error, StripeError::Declined { code: "insufficient_funds".to_owned() });
        assert!(!format!("{error} {error:?}").contains("ada@"));
    }

    #[test]
    fn stripes_own_word_decides_about_a_repetition() {
        assert!(matches!(refusal(500, b"", Some(false)), Failure::Final(StripeError::Unavailable(_))));
        assert!(matches!(refusal(500, b"", None), Failure::Again(_)));
        let lock = br#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#;
        assert!(matches!(refusal(429, lock, None), Failure::Again(_)));
        let key = br#"{"error":{"type":"idempotency_error"}}"#;
        assert!(matches!(refusal(400, key, None), Failure::Final(StripeError::KeyReused)));
    }
}
