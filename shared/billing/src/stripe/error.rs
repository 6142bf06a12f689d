//! How a call to Stripe can fail, and the response to the client.

use serde::Deserialize;
use shared::http::error::{ApiError, Code};
use std::fmt::Display;
use stripe_client_core::StripeClientErr;

/// Why a call to Stripe failed. Its text contains no customer data: only Stripe's codes and parameter names, no
/// messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StripeError {
    /// Stripe is down, slow, busy or throttling. A retry with the same key is safe.
    #[error("Stripe is unavailable: {0}")]
    Unavailable(&'static str),
    /// The response was lost or unreadable. Only a read, or a retry with the same key, shows whether the call took
    /// effect.
    #[error("Stripe's response was lost, so the outcome is unknown: {0}")]
    OutcomeUnknown(&'static str),
    /// Our API key could not be read from Secrets Manager, so Stripe was not called.
    #[error("our API key could not be read")]
    NoKey,
    /// Stripe refuses our key or our account for every call. The operator must fix that at Stripe.
    #[error("Stripe refused our key or account: {}", code.as_deref().unwrap_or("-"))]
    Account {
        /// Stripe's code.
        code: Option<String>,
    },
    /// The response is complete, but the library cannot parse it.
    #[error("Stripe's response does not have the expected form")]
    Unreadable,
    /// The card was declined.
    #[error("the card was declined ({code})")]
    Declined {
        /// Stripe's decline code, such as `insufficient_funds`.
        code: String,
    },
    /// There is no such object.
    #[error("Stripe has no such {}", param.as_deref().unwrap_or("object"))]
    Missing {
        /// The parameter that named it; `None` if the path did.
        param: Option<String>,
    },
    /// The idempotency key was used before, with other parameters.
    #[error("an idempotency key was used again with other parameters")]
    KeyReused,
    /// Stripe rejects the call for its content.
    #[error("Stripe refused the call: {} {}", code.as_deref().unwrap_or("-"), param.as_deref().unwrap_or("-"))]
    Invalid {
        /// Stripe's code.
        code: Option<String>,
        /// The parameter that caused it.
        param: Option<String>,
    },
}

impl StripeError {
    /// Whether Stripe rejected the call with that code.
    pub fn is_code(&self, wanted: &str) -> bool {
        matches!(self, Self::Invalid { code: Some(code), .. } if code == wanted)
    }

    /// Whether the same call may succeed later: the cause is Stripe, the network, the account or our key, not the call.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::OutcomeUnknown(_) | Self::NoKey | Self::Account { .. })
    }

    /// Whether Stripe rejects the call for its content, or for the state of its objects.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Declined { .. } | Self::Missing { .. } | Self::KeyReused | Self::Invalid { .. })
    }

    /// The error after a read, or if the caller cannot do anything about a rejection: 502, or 503 if we are the cause.
    pub fn of_read(self) -> ApiError {
        match ApiError::from(self) {
            error if error.code.status().is_server_error() => error,
            error => ApiError { code: Code::PaymentProviderUnavailable, message: REFUSED.into(), ..error },
        }
    }

    /// The error after a write that charges nothing and has no client key: 409, 502, or 503 if we are the cause.
    pub fn of_write(self) -> ApiError {
        match ApiError::from(self) {
            error if error.code.status().is_server_error() => error,
            error => ApiError { code: Code::Conflict, ..error },
        }
    }

    /// The parameter that caused it; empty if it names none.
    pub fn param(&self) -> &str {
        match self {
            Self::Missing { param } | Self::Invalid { param, .. } => param.as_deref().unwrap_or_default(),
            _ => "",
        }
    }
}

/// The library's message is dropped, because it may quote the response.
impl StripeClientErr for StripeError {
    fn deserialize_err(_: impl Display) -> Self {
        Self::Unreadable
    }
}

/// The default error response. Functions that know more about the request say more. It is never a 500.
impl From<StripeError> for ApiError {
    fn from(error: StripeError) -> Self {
        let (code, message) = match &error {
            StripeError::NoKey => return Self::unavailable(error),
            StripeError::Unavailable(_) | StripeError::OutcomeUnknown(_) | StripeError::Unreadable => (
                Code::PaymentProviderUnavailable,
                "Our payment provider cannot be reached; please try again in a moment.",
            ),
            StripeError::Account { .. } => (Code::PaymentProviderUnavailable, NOT_SET_UP),
            StripeError::Declined { code } => declined(code),
            StripeError::KeyReused => {
                (Code::IdempotencyConflict, "This idempotency key was used before, for something else.")
            }
            StripeError::Missing { .. } => (
                Code::Conflict,
                "Our payment provider no longer has what this is about. Please reload the page and try again.",
            ),
            StripeError::Invalid { code, .. } => refused(code.as_deref().unwrap_or_default()),
        };
        Self::new(code, message).because(error)
    }
}

/// The message to a viewer when the operator must fix something at Stripe.
pub(crate) const NOT_SET_UP: &str =
    "Payments are not set up correctly at the moment. Nothing was charged. Please contact support.";

/// The response to a declined card, by Stripe's decline code.
fn declined(code: &str) -> (Code, &'static str) {
    match code {
        "authentication_required" | "authentication_not_handled" => {
            (Code::PaymentActionRequired, "Your bank asks you to confirm the payment.")
        }
        "insufficient_funds" | "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => {
            (Code::CardDeclined, "The card was declined for lack of funds or for its limit; please try another one.")
        }
        "expired_card" => (Code::CardDeclined, "The card has expired; please try another one."),
        "incorrect_cvc"
        | "incorrect_number"
        | "incorrect_zip"
        | "invalid_cvc"
        | "invalid_number"
        | "invalid_expiry_month"
        | "invalid_expiry_year" => {
            (Code::CardDeclined, "The card's number, date or security code is wrong; please check it.")
        }
        _ => (Code::CardDeclined, "The card was declined; please try another one."),
    }
}

/// The response to a rejected call, by Stripe's error code.
fn refused(code: &str) -> (Code, &'static str) {
    match code {
        "amount_too_small" => {
            (Code::Conflict, "The amount is smaller than our payment provider can move. Please choose another one.")
        }
        "amount_too_large" => {
            (Code::Conflict, "The amount is larger than our payment provider can move. Please choose another one.")
        }
        "charge_already_refunded" => (Code::Conflict, "The payment went back whole already."),
        "charge_disputed" | "refund_disputed_payment" => {
            (Code::Conflict, "The payment is disputed, so its bank decides about it.")
        }
        "balance_insufficient" | "insufficient_funds" => {
            (Code::Conflict, "The balance at Stripe does not cover this. Please add funds there and try again.")
        }
        "coupon_expired" | "promotion_code_expired" => {
            (Code::Conflict, "The discount cannot be used any more. Please go on without it.")
        }
        "customer_max_subscriptions" | "customer_max_payment_methods" | "resource_already_exists" => {
            (Code::Conflict, "Our payment provider has this already. Please reload the page.")
        }
        "customer_tax_location_invalid" | "taxes_calculation_failed" | "postal_code_invalid" => (
            Code::Conflict,
            "Our payment provider needs your billing address. Please add it under your payment details.",
        ),
        "email_invalid" => (
            Code::Conflict,
            "Our payment provider does not accept the email address of this account. Please contact support.",
        ),
        "invoice_payment_intent_requires_action"
        | "payment_intent_action_required"
        | "subscription_payment_intent_requires_action"
        | "setup_intent_action_required" => (Code::PaymentActionRequired, "Your bank asks you to confirm the payment."),
        _ if code.starts_with("invoice_") => (
            Code::Conflict,
            "The invoice cannot be paid or changed any more. Please reload the page to see what became of it.",
        ),
        _ if code.starts_with("payment_method_") || code.starts_with("payment_intent_") || is_of_card(code) => {
            (Code::CardDeclined, "The payment did not go through. Please try another card.")
        }
        _ => (Code::PaymentProviderUnavailable, REFUSED),
    }
}

const REFUSED: &str = "Our payment provider refused the request. Please reload the page and try again; if it happens again, \
                       please contact support.";

fn is_of_card(code: &str) -> bool {
    matches!(code, "card_declined" | "expired_card" | "processing_error")
        || code.starts_with("incorrect_")
        || code.starts_with("missing_payment")
        || code.starts_with("invalid_card")
}

/// Codes with which Stripe refuses our key or account, rather than the content of a call.
fn is_of_account(code: &str) -> bool {
    let named = [
        "api_key_expired",
        "charges_not_allowed",
        "country_unsupported",
        "livemode_mismatch",
        "no_account",
        "not_allowed_on_standard_account",
        "platform_account_required",
        "platform_api_key_expired",
        "secret_key_required",
        "testmode_charges_only",
        "tls_version_unsupported",
    ];
    named.contains(&code) || code.starts_with("account_")
}

/// What to do after a failed attempt.
pub(super) enum Failure {
    /// The same call may succeed later.
    Again(StripeError),
    /// The same call will never succeed.
    Final(StripeError),
    /// The key is not, or no longer, valid; with Stripe's code.
    WrongKey(Option<String>),
}

/// Stripe's error body. If it is not JSON, such as a proxy's page, only the status counts.
#[derive(Default, Deserialize)]
struct ErrorBody {
    error: ErrorObject,
}

#[derive(Default, Deserialize)]
struct ErrorObject {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    param: Option<String>,
}

/// Reads an error response. `should_retry` is Stripe's own advice, if it gave any.
pub(super) fn refusal(status: u16, body: &[u8], should_retry: Option<bool>) -> Failure {
    let ErrorBody { error: ErrorObject { kind, code, decline_code, param } } =
        serde_json::from_slice(body).unwrap_or_default();
    let is = |wanted: &str| code.as_deref() == Some(wanted);
    let error = match (status, kind.as_deref()) {
        (401, _) => return Failure::WrongKey(code),
        (_, Some("idempotency_error")) => return Failure::Final(StripeError::KeyReused),
        (402, _) | (_, Some("card_error")) => {
            let code = decline_code.or(code).unwrap_or_else(|| "card_declined".to_owned());
            return Failure::Final(StripeError::Declined { code });
        }
        (429, _) | (_, Some("rate_limit_error")) => StripeError::Unavailable("throttled"),
        (409, _) => StripeError::Unavailable("locked"),
        (424 | 500.., _) => StripeError::Unavailable("an internal error"),
        (403, _) => return Failure::Final(StripeError::Account { code }),
        _ if code.as_deref().is_some_and(is_of_account) => return Failure::Final(StripeError::Account { code }),
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
            Failure::WrongKey(_) => None,
        }
    }

    #[test]
    fn an_error_that_is_not_json_keeps_its_status() {
        assert_eq!(read(503, "<html>busy</html>"), Some(StripeError::Unavailable("an internal error")));
        assert_eq!(read(404, ""), Some(StripeError::Missing { param: None }));
        assert_eq!(read(401, "no"), None);
    }

    #[test]
    fn an_error_contains_no_personal_data() {
        let body = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",
            "message":"The card of ada@example.com was declined","payment_method":{"billing_details":{"email":"ada@example.com"}}}}"#;
        let error = read(402, body).expect("a decline");
        assert_eq!(error, StripeError::Declined { code: "insufficient_funds".to_owned() });
        assert!(!format!("{error} {error:?}").contains("ada@"));
    }

    #[test]
    fn stripes_should_retry_header_decides_whether_a_call_is_retried() {
        assert!(matches!(refusal(500, b"", Some(false)), Failure::Final(StripeError::Unavailable(_))));
        assert!(matches!(refusal(500, b"", None), Failure::Again(_)));
        let lock = br#"{"error":{"type":"invalid_request_error","code":"lock_timeout"}}"#;
        assert!(matches!(refusal(429, lock, None), Failure::Again(_)));
        let key = br#"{"error":{"type":"idempotency_error"}}"#;
        assert!(matches!(refusal(400, key, None), Failure::Final(StripeError::KeyReused)));
    }

    /// The codes of Stripe's page "Error codes" as of API version 2026-09-30, plus those seen in real responses.
    const DOCUMENTED: &str = "account_closed account_country_invalid_address account_error_country_change_requires_additional_steps \
        account_information_mismatch account_invalid account_number_invalid acss_debit_session_incomplete alipay_upgrade_required \
        amount_too_large amount_too_small api_key_expired application_fees_not_allowed authentication_required \
        balance_insufficient balance_invalid_parameter bank_account_bad_routing_numbers bank_account_declined \
        bank_account_exists bank_account_unusable bank_account_unverified bank_account_verification_failed \
        billing_invalid_mandate billing_policy_remote_function_response_invalid bitcoin_upgrade_required \
        capture_charge_authorization_expired capture_unauthorized_payment card_decline_rate_limit_exceeded card_declined \
        cardholder_phone_number_required charge_already_captured charge_already_refunded charge_disputed \
        charge_exceeds_source_limit charge_exceeds_transaction_limit charge_expired_for_capture charge_invalid_parameter \
        charge_not_refundable clearing_code_unsupported country_code_invalid country_unsupported coupon_expired \
        customer_max_payment_methods customer_max_subscriptions customer_session_expired customer_tax_location_invalid \
        debit_not_authorized email_invalid expired_card financial_connections_account_inactive forwarding_api_inactive \
        idempotency_key_in_use incorrect_address incorrect_cvc incorrect_number incorrect_zip instant_payouts_limit_exceeded \
        insufficient_funds intent_invalid_state intent_verification_method_missing invalid_card_type invalid_characters \
        invalid_charge_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number invalid_source_usage \
        invalid_tax_location invoice_no_customer_line_items invoice_no_payment_method_types invoice_no_subscription_line_items \
        invoice_not_editable invoice_on_behalf_of_not_editable invoice_payment_intent_requires_action invoice_upcoming_none \
        livemode_mismatch lock_timeout missing no_account not_allowed_on_standard_account out_of_inventory \
        parameter_invalid_empty parameter_invalid_integer parameter_invalid_string_blank parameter_invalid_string_empty \
        parameter_missing parameter_unknown parameters_exclusive payment_intent_action_required \
        payment_intent_authentication_failure payment_intent_incompatible_payment_method payment_intent_invalid_parameter \
        payment_intent_payment_attempt_failed payment_intent_unexpected_state payment_method_bank_account_blocked \
        payment_method_currency_mismatch payment_method_customer_decline payment_method_invalid_parameter \
        payment_method_not_available payment_method_provider_decline payment_method_unactivated \
        payment_method_unexpected_state payment_method_unsupported_type payout_reconciliation_not_ready \
        payouts_limit_exceeded payouts_not_allowed platform_account_required platform_api_key_expired postal_code_invalid \
        processing_error product_inactive progressive_onboarding_limit_exceeded rate_limit refer_to_customer \
        refund_disputed_payment resource_already_exists resource_missing return_intent_already_processed routing_number_invalid \
        secret_key_required sepa_unsupported_account setup_attempt_failed setup_intent_authentication_failure \
        setup_intent_invalid_parameter setup_intent_mandate_invalid setup_intent_setup_attempt_expired \
        setup_intent_unexpected_state shipping_address_invalid shipping_calculation_failed sku_inactive state_unsupported \
        status_transition_invalid stripe_tax_inactive subscription_payment_intent_requires_action tax_id_invalid \
        tax_id_prohibited taxes_calculation_failed terminal_location_country_unsupported terminal_reader_busy \
        terminal_reader_hardware_fault terminal_reader_offline terminal_reader_timeout testmode_charges_only \
        tls_version_unsupported token_already_used token_card_network_invalid token_in_use transfer_source_balance_parameters_mismatch \
        transfers_not_allowed url_invalid";

    #[test]
    fn every_documented_error_has_a_response_that_says_what_to_do_and_none_is_a_500() {
        for code in DOCUMENTED.split_whitespace() {
            for (status, kind) in [
                (400, "invalid_request_error"),
                (402, "card_error"),
                (403, "invalid_request_error"),
                (404, "invalid_request_error"),
                (409, "invalid_request_error"),
                (429, "invalid_request_error"),
                (500, "api_error"),
                (400, "a_kind_of_next_year"),
            ] {
                let body = format!(r#"{{"error":{{"type":"{kind}","code":"{code}","message":"No"}}}}"#);
                let answer = ApiError::from(read(status, &body).expect("an error"));
                let allowed =
                    [Code::CardDeclined, Code::PaymentActionRequired, Code::Conflict, Code::PaymentProviderUnavailable];
                assert!(allowed.contains(&answer.code), "{status} {code}: {:?}", answer.code);
                assert!(answer.message.to_lowercase().contains(['.', ';']), "{status} {code}: {}", answer.message);
            }
        }
    }

    #[test]
    fn errors_that_the_operator_must_fix_differ_from_those_of_a_call() {
        for (status, code) in [(403, "whatever"), (400, "testmode_charges_only"), (400, "account_invalid")] {
            let body = format!(r#"{{"error":{{"type":"invalid_request_error","code":"{code}"}}}}"#);
            let error = read(status, &body).expect("an error");
            assert!(error.is_transient() && matches!(error, StripeError::Account { .. }), "{code}: {error:?}");
        }
        let own = read(400, r#"{"error":{"type":"invalid_request_error","code":"amount_too_small"}}"#).expect("one");
        assert!(!own.is_transient(), "{own:?}");
    }
}
