//! The hosted page of an invoice, where an open invoice can be paid: `/i/{invoice}`.

use super::layout::{error, escape, notice, page};
use super::{checkout, see_other};
use crate::cards;
use crate::engine::charge::{self, IssuerDecision, Presence};
use crate::engine::{invoice, money};
use crate::error::Result;
use crate::model::*;
use crate::render::View;
use crate::stand_in::StripeStandIn;
use crate::tx::{Origin, Tx};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

/// The fields that the page posts: a card, or the outcome of an authentication.
#[derive(Deserialize)]
pub(crate) struct Action {
    #[serde(default)]
    card: String,
    #[serde(default)]
    result: String,
}

/// `GET /i/{invoice}`.
pub(crate) async fn show(State(stand_in): State<StripeStandIn>, Path(id): Path<String>) -> Response {
    if stand_in.read(|view| waits_for_authentication(view, &id)) {
        return checkout::three_d_secure();
    }
    show_with(&stand_in, &id, None)
}

/// `POST /i/{invoice}`.
pub(crate) async fn act(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Form(action): Form<Action>,
) -> Response {
    if stand_in.read(|view| view.state.invoices.get(&id).is_none_or(|invoice| invoice.status != InvoiceStatus::Open)) {
        return show_with(&stand_in, &id, None);
    }
    let done = stand_in.change(Origin::default(), |tx| {
        if action.result.is_empty() {
            pay(tx, &id, &action.card)
        } else {
            authenticate(tx, &id, action.result == "complete")
        }
    });
    match done {
        Ok(None) => see_other(&format!("/i/{id}")),
        Ok(Some(message)) => show_with(&stand_in, &id, Some(&message)),
        Err(refused) => show_with(&stand_in, &id, Some(refused.message())),
    }
}

/// Pays with a card that is saved for the subscription from now on. Returns a message for the customer.
fn pay(tx: &mut Tx<'_>, id: &str, number: &str) -> Result<Option<String>> {
    let card = match cards::typed(number) {
        Ok(card) => card,
        Err(decline) => return Ok(Some(decline.message)),
    };
    let open: Invoice = tx.get(id);
    let email = tx.get::<Customer>(&open.customer).email;
    let method = charge::new_method(tx, card, email.as_deref());
    if let IssuerDecision::Declined(decline) = charge::ask(tx, email.as_deref(), &method, Presence::Typed) {
        return Ok(Some(decline.message));
    }
    charge::attach(tx, &method.id, &open.customer);
    if let Some(subscription) = &open.subscription {
        tx.update(subscription, "customer.subscription.updated", |subscription: &mut Subscription| {
            subscription.default_payment_method = Some(method.id.clone());
        });
    }
    match invoice::attempt(tx, id, Some(&method), Presence::Typed) {
        IssuerDecision::Declined(decline) => Ok(Some(decline.message)),
        IssuerDecision::Approved | IssuerDecision::NeedsAction => Ok(None),
    }
}

fn authenticate(tx: &mut Tx<'_>, id: &str, success: bool) -> Result<Option<String>> {
    let Some(intent) = tx.get::<Invoice>(id).payment_intent.map(|intent| tx.get::<PaymentIntent>(&intent)) else {
        return Ok(None);
    };
    let Some(method) = intent.payment_method.filter(|_| intent.status == IntentStatus::RequiresAction) else {
        return Ok(None);
    };
    if success {
        let method = tx.edit(&method, |method: &mut PaymentMethod| method.authenticated = true);
        return Ok(match invoice::attempt(tx, id, Some(&method), Presence::Authenticated) {
            IssuerDecision::Declined(decline) => Some(decline.message),
            IssuerDecision::Approved | IssuerDecision::NeedsAction => None,
        });
    }
    tx.edit(&intent.id, |intent: &mut PaymentIntent| {
        intent.status = IntentStatus::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.last_error = Some(cards::authentication_required());
    });
    tx.emit::<PaymentIntent>("payment_intent.payment_failed", &intent.id);
    Ok(Some(
        "We are unable to authenticate your payment method. Please choose a different one and try again.".to_owned(),
    ))
}

fn waits_for_authentication(view: View<'_>, id: &str) -> bool {
    let Some(invoice) = view.state.invoices.get(id).filter(|invoice| invoice.status == InvoiceStatus::Open) else {
        return false;
    };
    let intent = invoice.payment_intent.as_deref().and_then(|intent| view.state.payment_intents.get(intent));
    intent.is_some_and(|intent| intent.status == IntentStatus::RequiresAction)
}

fn show_with(stand_in: &StripeStandIn, id: &str, message: Option<&str>) -> Response {
    stand_in.read(|view| match view.state.invoices.get(id).filter(|invoice| invoice.finalized_at.is_some()) {
        None => notice(StatusCode::NOT_FOUND, "Not found", "This invoice does not exist.", None),
        Some(invoice) => page(StatusCode::OK, "Invoice", &body(invoice, message)),
    })
}

fn body(invoice: &Invoice, message: Option<&str>) -> String {
    let mut rows = String::new();
    for line in &invoice.lines {
        rows += &format!(
            "<tr><td>{}</td><td>{}</td></tr>",
            escape(&line.description),
            money(line.amount, &invoice.currency)
        );
    }
    let discount: i64 = invoice.discounted.iter().map(|(_, amount)| amount).sum();
    let adjustments = [("Discount", -discount), ("Balance applied", invoice.amount_due - invoice.total)];
    for (name, amount) in adjustments.into_iter().filter(|(_, amount)| *amount != 0) {
        rows += &format!("<tr><td>{name}</td><td>{}</td></tr>", money(amount, &invoice.currency));
    }
    let due = money(invoice.amount_due, &invoice.currency);
    let number = escape(invoice.number.as_deref().unwrap_or_default());
    let status = invoice.status.name();
    let form = if invoice.status == InvoiceStatus::Open {
        "<form method=\"post\"><label for=\"card\">Card number</label><input id=\"card\" name=\"card\" inputmode=\"numeric\" \
         autocomplete=\"cc-number\" required value=\"4242424242424242\"><button>Pay</button></form>"
    } else {
        ""
    };
    format!(
        "<p class=\"soft\">{number} · {status}</p><table>{rows}<tr class=\"total\"><td>Amount due</td><td>{due}</td></tr></table>{}{form}",
        error(message)
    )
}
