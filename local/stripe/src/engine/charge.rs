//! Charges: the issuer's decision, and the payment intents that record it.

use crate::cards::{self, Behavior};
use crate::config::Outcome;
use crate::model::*;
use crate::tx::Tx;

/// The situation in which a card is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Its holder has just entered it.
    Typed,
    /// Its holder has just authenticated this payment.
    Authenticated,
    /// It is a saved card.
    Kept,
}

/// The issuer's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IssuerDecision {
    Approved,
    Declined(Decline),
    /// The holder must authenticate the payment.
    NeedsAction,
}

/// The issuer's decision on charging a card, or on saving it.
pub(crate) fn ask(tx: &Tx<'_>, email: Option<&str>, method: &PaymentMethod, presence: Presence) -> IssuerDecision {
    let behavior = cards::of_number(&method.number).behavior;
    let authenticated = presence == Presence::Authenticated;
    let decreed = email.and_then(|email| tx.state.outcomes.get(&email.to_lowercase())).map(|decree| decree.outcome);
    let needs =
        |authenticated: bool| if authenticated { IssuerDecision::Approved } else { IssuerDecision::NeedsAction };
    match (behavior, decreed) {
        (Behavior::Declines(code, decline_code), _) => IssuerDecision::Declined(cards::decline(code, decline_code)),
        (_, Some(Outcome::Succeed)) => IssuerDecision::Approved,
        (_, Some(Outcome::Decline)) => IssuerDecision::Declined(cards::decline("card_declined", "generic_decline")),
        (_, Some(Outcome::Require3ds)) | (Behavior::Authenticates, None) => needs(authenticated),
        (Behavior::AuthenticatesOnce, None) => needs(authenticated || method.authenticated),
        (Behavior::DeclinesOnceAttached, None) if presence == Presence::Kept => {
            IssuerDecision::Declined(cards::decline("card_declined", "generic_decline"))
        }
        (Behavior::DeclinesOnceAttached | Behavior::Succeeds | Behavior::Disputed(_) | Behavior::Inquired, None) => {
            IssuerDecision::Approved
        }
    }
}

/// A new payment intent; emits no event yet.
pub(crate) fn new_intent(tx: &mut Tx<'_>, customer: Option<&str>, amount: i64, currency: &str) -> PaymentIntent {
    let id = tx.ids.next("pi");
    let intent = PaymentIntent {
        client_secret: tx.ids.client_secret(&id),
        id,
        created: tx.now,
        customer: customer.map(str::to_owned),
        invoice: None,
        amount,
        currency: currency.to_owned(),
        status: IntentStatus::RequiresPaymentMethod,
        payment_method: None,
        latest_charge: None,
        last_error: None,
        canceled_at: None,
        description: Some("Subscription payment".to_owned()),
        metadata: Metadata::new(),
    };
    tx.put(intent.clone());
    intent
}

/// Applies a verdict to a payment intent without emitting events. Returns the charge, if one was made.
pub(crate) fn record(tx: &mut Tx<'_>, intent: &str, method: &str, verdict: &IssuerDecision) -> Option<String> {
    let (status, failure) = match verdict {
        IssuerDecision::NeedsAction => {
            tx.edit(intent, |intent: &mut PaymentIntent| {
                intent.status = IntentStatus::RequiresAction;
                intent.payment_method = Some(method.to_owned());
                intent.last_error = None;
            });
            return None;
        }
        IssuerDecision::Approved => (IntentStatus::Succeeded, None),
        IssuerDecision::Declined(decline) => (IntentStatus::RequiresPaymentMethod, Some(decline.clone())),
    };
    let id = tx.ids.next("ch");
    let intent: PaymentIntent = tx.edit(intent, |intent: &mut PaymentIntent| {
        intent.status = status;
        // A failed payment intent keeps its card only in the error.
        intent.payment_method = failure.is_none().then(|| method.to_owned());
        intent.last_error.clone_from(&failure);
        intent.latest_charge = Some(id.clone());
    });
    let charge = Charge {
        id: id.clone(),
        created: tx.now,
        customer: intent.customer,
        payment_intent: intent.id,
        payment_method: method.to_owned(),
        amount: intent.amount,
        amount_refunded: 0,
        currency: intent.currency,
        failure,
        disputed: false,
        description: intent.description,
        metadata: Metadata::new(),
    };
    tx.put(charge);
    Some(id)
}

/// The card that a customer entered, not attached yet.
pub(crate) fn new_method(tx: &mut Tx<'_>, card: &cards::Card, email: Option<&str>) -> PaymentMethod {
    let method = PaymentMethod {
        id: tx.ids.next("pm"),
        created: tx.now,
        number: card.number.to_owned(),
        customer: None,
        email: email.map(str::to_owned),
        authenticated: false,
        metadata: Metadata::new(),
    };
    tx.put(method.clone());
    method
}

/// Attaches a card to a customer.
pub(crate) fn attach(tx: &mut Tx<'_>, method: &str, customer: &str) {
    tx.edit(method, |method: &mut PaymentMethod| method.customer = Some(customer.to_owned()));
    tx.emit::<PaymentMethod>("payment_method.attached", method);
}

/// The card that pays the invoices of a subscription.
pub(crate) fn method_of(tx: &Tx<'_>, subscription: Option<&Subscription>, customer: &str) -> Option<PaymentMethod> {
    let own = subscription.and_then(|subscription| subscription.default_payment_method.clone());
    let id = own.or_else(|| tx.get::<Customer>(customer).default_payment_method)?;
    tx.state.payment_methods.get(&id).filter(|method| method.customer.as_deref() == Some(customer)).cloned()
}
