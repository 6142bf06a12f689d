//! Payment links: `/b/{link}`. Each visitor gets a new checkout session.

use super::checkout::{Payment, pay_with};
use super::layout::notice;
use super::see_other;
use crate::api::REFERENCE_LENGTH_MAX;
use crate::error::Result;
use crate::model::{CheckoutSession, HOUR, PaymentLink};
use crate::stand_in::StripeStandIn;
use crate::tx::{Origin, Tx};
use axum::extract::{Form, Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

/// How long the checkout session of a visit stays open.
const LIFETIME: i64 = 24 * HOUR;
/// The return URL of a link's sessions: the pages are Stripe's own.
const STRIPE: &str = "https://stripe.com";

/// Query parameters that a merchant may add to a link's URL.
#[derive(Deserialize)]
pub(crate) struct Visit {
    client_reference_id: Option<String>,
    prefilled_email: Option<String>,
}

/// `GET /b/{link}`: opens a checkout session.
pub(crate) async fn show(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Query(visit): Query<Visit>,
) -> Response {
    match stand_in.change(Origin::default(), |tx| open(tx, &id, visit)) {
        Ok(Ok(session)) => see_other(&format!("/c/pay/{session}")),
        Ok(Err(closed)) => closed,
        Err(refused) => notice(StatusCode::BAD_REQUEST, "Something went wrong", refused.message(), None),
    }
}

/// `POST /b/{link}`: opens a checkout session and pays it at once, like a customer who fills in the page.
pub(crate) async fn pay(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Query(visit): Query<Visit>,
    Form(payment): Form<Payment>,
) -> Response {
    match stand_in.change(Origin::default(), |tx| open(tx, &id, visit)) {
        Ok(Ok(session)) => pay_with(&stand_in, &session, &payment).await,
        Ok(Err(closed)) => closed,
        Err(refused) => notice(StatusCode::BAD_REQUEST, "Something went wrong", refused.message(), None),
    }
}

/// Opens a session for a link. An inactive link shows a page that says so.
fn open(tx: &mut Tx<'_>, id: &str, visit: Visit) -> Result<std::result::Result<String, Response>> {
    let Some(link) = tx.state.payment_links.get(id).cloned() else {
        let text = "This page was not found. It may belong to another run of this stand-in.";
        return Ok(Err(notice(StatusCode::NOT_FOUND, "Not found", text, None)));
    };
    if !link.active {
        let text = link.inactive_message.as_deref().unwrap_or("This link is no longer active.");
        return Ok(Err(notice(StatusCode::OK, "Not available", text, None)));
    }
    let session = visit_of(tx, &link, visit);
    let id = session.id.clone();
    tx.put(session);
    Ok(Ok(id))
}

fn visit_of(tx: &mut Tx<'_>, link: &PaymentLink, visit: Visit) -> CheckoutSession {
    CheckoutSession {
        id: tx.ids.next("cs_test"),
        created: tx.now,
        expires_at: tx.now + LIFETIME,
        client_reference_id: visit.client_reference_id.filter(|id| is_reference(id)),
        typed_email: visit.prefilled_email,
        success_url: STRIPE.to_owned(),
        cancel_url: Some(STRIPE.to_owned()),
        payment_link: Some(link.id.clone()),
        ..link.template.clone()
    }
}

/// Whether Stripe accepts a reference. Others are ignored, and the page works without them.
fn is_reference(id: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (1..=REFERENCE_LENGTH_MAX).contains(&id.len()) && id.chars().all(is_plain)
}
