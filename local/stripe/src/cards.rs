//! Stripe's test cards, and the outcome of charging them.

use crate::model::Decline;

/// A test card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub number: &'static str,
    pub brand: &'static str,
    /// The payment method that represents the card in API calls.
    pub token: &'static str,
    pub behavior: Behavior,
}

/// The outcome of charging a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    Succeeds,
    /// Always declined, with this code and decline code.
    Declines(&'static str, &'static str),
    /// The card can be attached, but charges are declined.
    DeclinesOnceAttached,
    /// Requires 3-D Secure until it has been authenticated once on a page.
    AuthenticatesOnce,
    /// Requires 3-D Secure for every charge.
    Authenticates,
    /// Succeeds, and is then disputed for this reason.
    Disputed(&'static str),
    /// Succeeds, and the bank then opens an inquiry.
    Inquired,
}

use Behavior::{Authenticates, AuthenticatesOnce, Declines, DeclinesOnceAttached, Disputed, Inquired, Succeeds};

#[rustfmt::skip]
const CARDS: &[Card] = &[
    card("4242424242424242", "visa", "pm_card_visa", Succeeds),
    card("4000056655665556", "visa", "pm_card_visa_debit", Succeeds),
    card("5555555555554444", "mastercard", "pm_card_mastercard", Succeeds),
    card("5200828282828210", "mastercard", "pm_card_mastercard_debit", Succeeds),
    card("378282246310005", "amex", "pm_card_amex", Succeeds),
    card("6011111111111117", "discover", "pm_card_discover", Succeeds),
    card("4000000000000002", "visa", "pm_card_chargeDeclined", Declines("card_declined", "generic_decline")),
    card("4000000000009995", "visa", "pm_card_chargeDeclinedInsufficientFunds", Declines("card_declined", "insufficient_funds")),
    card("4000000000009987", "visa", "pm_card_chargeDeclinedLostCard", Declines("card_declined", "lost_card")),
    card("4000000000009979", "visa", "pm_card_chargeDeclinedStolenCard", Declines("card_declined", "stolen_card")),
    card("4000000000000069", "visa", "pm_card_chargeDeclinedExpiredCard", Declines("expired_card", "")),
    card("4000000000000127", "visa", "pm_card_chargeDeclinedIncorrectCvc", Declines("incorrect_cvc", "")),
    card("4000000000000119", "visa", "pm_card_chargeDeclinedProcessingError", Declines("processing_error", "")),
    card("4000000000000341", "visa", "pm_card_chargeCustomerFail", DeclinesOnceAttached),
    card("4000002500003155", "visa", "pm_card_authenticationRequiredOnSetup", AuthenticatesOnce),
    card("4000002760003184", "visa", "pm_card_authenticationRequired", Authenticates),
    card("4000000000003220", "visa", "pm_card_threeDSecure2Required", Authenticates),
    card("4000000000000259", "visa", "pm_card_createDispute", Disputed("fraudulent")),
    card("4000000000002685", "visa", "pm_card_createDisputeProductNotReceived", Disputed("product_not_received")),
    card("4000000000001976", "visa", "pm_card_createDisputeInquiry", Inquired),
];

const fn card(number: &'static str, brand: &'static str, token: &'static str, behavior: Behavior) -> Card {
    Card { number, brand, token, behavior }
}

impl Card {
    pub(crate) fn last4(&self) -> &'static str {
        &self.number[self.number.len() - 4..]
    }
}

/// The card with a stored number.
pub(crate) fn of_number(number: &str) -> &'static Card {
    CARDS.iter().find(|card| card.number == number).unwrap_or(&CARDS[0])
}

/// The card of a token, such as `pm_card_visa` or `tok_visa`.
pub(crate) fn of_token(token: &str) -> Option<&'static Card> {
    let name = token.strip_prefix("tok_").map_or_else(|| token.to_owned(), |name| format!("pm_card_{name}"));
    CARDS.iter().find(|card| card.token == name)
}

/// The card of a number that a customer typed, or what is wrong with it.
pub(crate) fn typed(number: &str) -> Result<&'static Card, Decline> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if let Some(card) = CARDS.iter().find(|card| card.number == digits) {
        return Ok(card);
    }
    let plausible =
        (12..=19).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && luhn(&digits);
    Err(if plausible {
        let message = "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.";
        Decline {
            code: "card_declined".into(),
            decline_code: Some("test_mode_live_card".into()),
            message: message.into(),
        }
    } else {
        Decline {
            code: "incorrect_number".into(),
            decline_code: None,
            message: "Your card number is incorrect.".into(),
        }
    })
}

/// A decline, with the message that Stripe shows to the customer.
pub(crate) fn decline(code: &str, decline_code: &str) -> Decline {
    let message = match (code, decline_code) {
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        ("expired_card", _) => "Your card has expired.",
        ("incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("processing_error", _) => "An error occurred while processing your card. Try again in a little bit.",
        _ => "Your card was declined.",
    };
    let decline_code = Some(decline_code.to_owned()).filter(|code| !code.is_empty());
    Decline { code: code.to_owned(), decline_code, message: message.to_owned() }
}

/// The error for a payment that needs authentication.
pub(crate) fn authentication_required() -> Decline {
    let message = "Your card was declined. This transaction requires authentication.";
    Decline {
        code: "authentication_required".to_owned(),
        decline_code: Some("authentication_required".to_owned()),
        message: message.to_owned(),
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}
