//! The hosted checkout: a session is paid, declined, or expires.

use super::charge::{self, IssuerDecision, Presence};
use super::subscription::{self, NewItem, NewSubscription};
use super::{discount, invoice};
use crate::cards::{self, Card};
use crate::error::Result;
use crate::model::*;
use crate::tx::Tx;
use std::collections::BTreeMap;

/// The outcome of an attempt to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Completed; the id of the event `checkout.session.completed`.
    Completed(String),
    /// The card's holder must authenticate the payment on the 3-D Secure page.
    Authenticate,
    /// Failed, with a message for the customer.
    Refused(String),
}

/// Pays a session with a card that the customer entered.
pub(crate) fn pay(tx: &mut Tx<'_>, id: &str, number: &str, code: &str, email: &str) -> Result<Outcome> {
    let mut session: CheckoutSession = tx.get(id);
    if session.customer.is_none() && session.customer_email.is_none() {
        if !email.contains('@') {
            return Ok(Outcome::Refused("Your email is incomplete.".to_owned()));
        }
        session.typed_email = Some(email.trim().to_owned());
    }
    if let Err(reason) = redeem_code(tx, &mut session, code) {
        return Ok(Outcome::Refused(reason));
    }
    if let Err(error) = check(tx, &session) {
        return Ok(Outcome::Refused(error.message().to_owned()));
    }
    let due = discount::session_totals(tx.state, &session).total;
    if session.card_if_required && due == 0 {
        return complete(tx, session, None);
    }
    let card = match cards::typed(number) {
        Ok(card) => card,
        Err(decline) => return Ok(Outcome::Refused(decline.message)),
    };
    pay_with(tx, session, card, due)
}

/// Continues after the cardholder has authenticated the payment, or failed to.
pub(crate) fn authenticate(tx: &mut Tx<'_>, id: &str, success: bool) -> Result<Outcome> {
    let mut session: CheckoutSession = tx.get(id);
    let Some(waiting) = session.authenticating.take() else {
        return Ok(Outcome::Refused("There is no payment to authenticate.".to_owned()));
    };
    if let Some(code) = &waiting.promotion_code {
        let code: PromotionCode = tx.get(code);
        session.discounts = vec![AppliedDiscount { coupon: code.coupon, promotion_code: Some(code.id) }];
    }
    tx.put(session.clone());
    if success && let Err(error) = check(tx, &session) {
        return Ok(Outcome::Refused(error.message().to_owned()));
    }
    if success {
        let method = tx.edit(&waiting.payment_method, |method: &mut PaymentMethod| method.authenticated = true);
        let due = discount::session_totals(tx.state, &session).total;
        return settle(tx, session, &method, waiting.payment_intent, due, Presence::Authenticated);
    }
    let message =
        "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    let error = Decline {
        code: "payment_intent_authentication_failure".to_owned(),
        decline_code: None,
        message: message.to_owned(),
    };
    if let Some(intent) = waiting.payment_intent {
        tx.edit(&intent, |intent: &mut PaymentIntent| {
            intent.status = IntentStatus::RequiresPaymentMethod;
            intent.last_error = Some(error);
        });
        tx.emit::<PaymentIntent>("payment_intent.payment_failed", &intent);
    }
    Ok(Outcome::Refused(message.to_owned()))
}

/// Expires an open session.
pub(crate) fn expire(tx: &mut Tx<'_>, id: &str) {
    let session = tx.edit(id, |session: &mut CheckoutSession| {
        session.status = SessionStatus::Expired;
        session.authenticating = None;
    });
    tx.emit::<CheckoutSession>("checkout.session.expired", &session.id);
}

fn redeem_code(tx: &Tx<'_>, session: &mut CheckoutSession, code: &str) -> std::result::Result<(), String> {
    if code.trim().is_empty() {
        return Ok(());
    }
    if !session.allow_promotion_codes {
        return Err("Promotion codes cannot be used for this purchase.".to_owned());
    }
    let invalid = || "This code is invalid.".to_owned();
    session.discounts = vec![discount::by_code(tx.state, code, session.customer.as_deref()).ok_or_else(invalid)?];
    Ok(())
}

/// Whether the purchase is still possible: prices, discounts and customers may change while the page is open.
fn check(tx: &Tx<'_>, session: &CheckoutSession) -> Result<()> {
    let prices: Vec<Price> = session.lines.iter().map(|line| tx.get::<Price>(&line.price)).collect();
    subscription::common_terms(&prices)?;
    subscription::check_for_sale(tx, &prices, "line_items[0][price]")?;
    if let Some(customer) = &session.customer {
        if tx.get::<Customer>(customer).deleted {
            return Err(crate::error::ApiError::no_such("customer", customer, "customer"));
        }
        subscription::check_currency(tx, customer, &session.currency)?;
    }
    let subtotal = discount::session_totals(tx.state, session).subtotal;
    for applied in &session.discounts {
        discount::check(tx.state, applied, discount::Purchase::from_session(session, subtotal), tx.now)?;
    }
    Ok(())
}

fn pay_with(tx: &mut Tx<'_>, session: CheckoutSession, card: &Card, due: i64) -> Result<Outcome> {
    let email = email_of(tx, &session);
    let method = charge::new_method(tx, card, email.as_deref());
    let intent = (due > 0).then(|| charge::new_intent(tx, session.customer.as_deref(), due, &session.currency).id);
    settle(tx, session, &method, intent, due, Presence::Typed)
}

/// Charges the amount due, and creates a subscription only if the payment succeeds.
fn settle(
    tx: &mut Tx<'_>,
    mut session: CheckoutSession,
    method: &PaymentMethod,
    intent: Option<String>,
    due: i64,
    presence: Presence,
) -> Result<Outcome> {
    let email = email_of(tx, &session);
    let verdict = charge::ask(tx, email.as_deref(), method, presence);
    let charge = intent.as_deref().and_then(|intent| charge::record(tx, intent, &method.id, &verdict));
    match verdict {
        IssuerDecision::Approved => {
            let paid = intent.zip(charge).filter(|_| due > 0);
            complete(tx, session, Some(&Payment { method: method.clone(), paid }))
        }
        IssuerDecision::Declined(decline) => {
            if let (Some(intent), Some(charge)) = (intent, charge) {
                tx.emit::<PaymentIntent>("payment_intent.created", &intent);
                tx.emit::<Charge>("charge.failed", &charge);
                tx.emit::<PaymentIntent>("payment_intent.payment_failed", &intent);
            }
            Ok(Outcome::Refused(decline.message))
        }
        IssuerDecision::NeedsAction => {
            if let Some(intent) = &intent {
                tx.emit::<PaymentIntent>("payment_intent.created", intent);
                tx.emit::<PaymentIntent>("payment_intent.requires_action", intent);
            }
            let promotion_code = session.discounts.iter().find_map(|discount| discount.promotion_code.clone());
            session.authenticating =
                Some(Authenticating { payment_intent: intent, payment_method: method.id.clone(), promotion_code });
            tx.put(session);
            Ok(Outcome::Authenticate)
        }
    }
}

/// A card, and the payment intent and charge that it paid, if anything was due.
struct Payment {
    method: PaymentMethod,
    paid: Option<(String, String)>,
}

/// Creates the subscription. The events are emitted in an order that was observed at Stripe.
fn complete(tx: &mut Tx<'_>, mut session: CheckoutSession, payment: Option<&Payment>) -> Result<Outcome> {
    let customer = customer_of(tx, &mut session);
    let paid = payment.and_then(|payment| payment.paid.clone());
    if let Some((intent, charge)) = &paid {
        tx.edit(intent, |intent: &mut PaymentIntent| intent.customer = Some(customer.clone()));
        tx.edit(charge, |charge: &mut Charge| charge.customer = Some(customer.clone()));
        tx.emit::<Charge>("charge.succeeded", charge);
    }
    if let Some(payment) = payment {
        charge::attach(tx, &payment.method.id, &customer);
    }
    let new = new_subscription(tx, &session, &customer, payment);
    let (subscription, draft) = subscription::start(tx, new)?;
    tx.emit::<Invoice>("invoice.created", &draft.id);
    tx.emit::<Subscription>("customer.subscription.created", &subscription.id);
    invoice::finalize(tx, &draft.id);
    if let Some((intent, _)) = &paid {
        invoice::link(tx, &draft.id, intent);
    }
    invoice::mark_paid(tx, &draft.id);
    if let Some((intent, _)) = &paid {
        tx.emit::<PaymentIntent>("payment_intent.created", intent);
        tx.emit::<PaymentIntent>("payment_intent.succeeded", intent);
    }
    session.status = SessionStatus::Complete;
    session.paid = paid.is_some();
    session.subscription = Some(subscription.id);
    session.invoice = Some(draft.id);
    let id = session.id.clone();
    tx.put(session);
    tx.emit::<CheckoutSession>("checkout.session.completed", &id);
    let completed = tx.emitted.last().cloned().unwrap_or_default();
    if let (Some(payment), Some((_, charge))) = (payment, &paid) {
        invoice::dispute_if_card_asks(tx, &payment.method, charge);
    }
    Ok(Outcome::Completed(completed))
}

fn new_subscription(
    tx: &Tx<'_>,
    session: &CheckoutSession,
    customer: &str,
    payment: Option<&Payment>,
) -> NewSubscription {
    let items = session.lines.iter().map(|line| NewItem {
        price: line.price.clone(),
        quantity: line.quantity,
        metadata: Metadata::new(),
    });
    NewSubscription {
        customer: customer.to_owned(),
        items: items.collect(),
        metadata: session.subscription_metadata.clone(),
        description: session.subscription_description.clone(),
        default_payment_method: payment.map(|payment| payment.method.id.clone()),
        trial_end: session.trial_end.map(|trial| trial.end(tx.now)),
        missing_payment_method: session.missing_payment_method,
        discounts: session.discounts.clone(),
        checkout_session: Some(session.id.clone()),
        ..NewSubscription::default()
    }
}

/// The customer of a session, created if the session has none.
fn customer_of(tx: &mut Tx<'_>, session: &mut CheckoutSession) -> String {
    if let Some(customer) = &session.customer {
        return customer.clone();
    }
    let email = session.customer_email.clone().or_else(|| session.typed_email.clone());
    let customer = Customer { email, ..new_customer(tx) };
    let id = customer.id.clone();
    tx.put(customer);
    tx.emit::<Customer>("customer.created", &id);
    session.customer = Some(id.clone());
    id
}

/// A customer without any details.
pub(crate) fn new_customer(tx: &mut Tx<'_>) -> Customer {
    Customer {
        id: tx.ids.next("cus"),
        created: tx.now,
        email: None,
        name: None,
        phone: None,
        description: None,
        metadata: Metadata::new(),
        balance: 0,
        currency: None,
        other_balances: BTreeMap::new(),
        default_payment_method: None,
        invoice_prefix: tx.ids.code(),
        next_invoice_sequence: 1,
        deleted: false,
    }
}

fn email_of(tx: &Tx<'_>, session: &CheckoutSession) -> Option<String> {
    let customer = session.customer.as_deref().and_then(|id| tx.state.customers.get(id));
    customer
        .and_then(|customer| customer.email.clone())
        .or_else(|| session.customer_email.clone())
        .or_else(|| session.typed_email.clone())
}
