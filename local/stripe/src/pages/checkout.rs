//! The hosted checkout: `/c/pay/{session}`.

use super::layout::{error, escape, notice, page};
use super::see_other;
use crate::engine::checkout::{self, Outcome};
use crate::engine::{discount, money};
use crate::model::{CheckoutSession, SessionStatus, UnixSeconds};
use crate::render::View;
use crate::stand_in::StripeStandIn;
use crate::tx::Origin;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

/// The fields that the page posts.
#[derive(Deserialize)]
pub(crate) struct Payment {
    #[serde(default)]
    card: String,
    #[serde(default)]
    promotion_code: String,
    /// Required if the session has neither a customer nor an address.
    #[serde(default)]
    email: String,
}

/// The fields that the 3-D Secure page posts.
#[derive(Deserialize)]
pub(crate) struct Authentication {
    #[serde(default)]
    result: String,
}

/// `GET /c/pay/{session}`.
pub(crate) async fn show(State(stand_in): State<StripeStandIn>, Path(id): Path<String>) -> Response {
    show_with(&stand_in, &id, StatusCode::OK, None, "")
}

/// `POST /c/pay/{session}`: pays, and redirects to the merchant's page as Stripe does.
pub(crate) async fn pay(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Form(payment): Form<Payment>,
) -> Response {
    if let Some(closed) = closed(&stand_in, &id) {
        return closed;
    }
    pay_with(&stand_in, &id, &payment).await
}

pub(super) async fn pay_with(stand_in: &StripeStandIn, id: &str, payment: &Payment) -> Response {
    let Payment { card, promotion_code, email } = payment;
    match stand_in.change(Origin::default(), |tx| checkout::pay(tx, id, card, promotion_code, email)) {
        Ok(outcome) => proceed(stand_in, id, outcome, promotion_code).await,
        Err(refused) => show_with(stand_in, id, StatusCode::OK, Some(refused.message()), promotion_code),
    }
}

/// `GET /c/pay/{session}/authenticate`: the page of the cardholder's bank.
pub(crate) async fn show_authentication(State(stand_in): State<StripeStandIn>, Path(id): Path<String>) -> Response {
    if let Some(closed) = closed(&stand_in, &id) {
        return closed;
    }
    let waits = stand_in
        .read(|view| view.state.checkout_sessions.get(&id).is_some_and(|session| session.authenticating.is_some()));
    if waits { three_d_secure() } else { see_other(&format!("/c/pay/{id}")) }
}

/// `POST /c/pay/{session}/authenticate`.
pub(crate) async fn authenticate(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Form(answer): Form<Authentication>,
) -> Response {
    if let Some(closed) = closed(&stand_in, &id) {
        return closed;
    }
    let success = answer.result == "complete";
    match stand_in.change(Origin::default(), |tx| checkout::authenticate(tx, &id, success)) {
        Ok(outcome) => proceed(&stand_in, &id, outcome, "").await,
        Err(refused) => show_with(&stand_in, &id, StatusCode::OK, Some(refused.message()), ""),
    }
}

/// The 3-D Secure page, also used for open invoices.
pub(super) fn three_d_secure() -> Response {
    let body = "<p class=\"soft\">Confirm this payment with your bank.</p>\
        <form method=\"post\"><button name=\"result\" value=\"complete\">Complete</button>\
        <button class=\"quiet\" name=\"result\" value=\"fail\">Fail</button></form>";
    page(StatusCode::OK, "3-D Secure", body)
}

async fn proceed(stand_in: &StripeStandIn, id: &str, outcome: Outcome, code: &str) -> Response {
    match outcome {
        Outcome::Completed(event) => {
            stand_in.wait_for_attempt(&event).await;
            match stand_in.read(|view| success_url(view, id)) {
                Some(url) => see_other(&url),
                None => {
                    notice(StatusCode::OK, "Thanks for subscribing", "A payment to Test account will appear.", None)
                }
            }
        }
        Outcome::Authenticate => see_other(&format!("/c/pay/{id}/authenticate")),
        Outcome::Refused(message) => show_with(stand_in, id, StatusCode::OK, Some(&message), code),
    }
}

/// Where the customer continues; a payment link may end on Stripe's own page.
fn success_url(view: View<'_>, id: &str) -> Option<String> {
    let session = view.state.checkout_sessions.get(id)?;
    let url = match &session.payment_link {
        Some(link) => view.state.payment_links.get(link)?.redirect.as_ref()?,
        None => &session.success_url,
    };
    Some(url.replace("{CHECKOUT_SESSION_ID}", id))
}

/// The page of a session that does not exist or can no longer be paid.
fn closed(stand_in: &StripeStandIn, id: &str) -> Option<Response> {
    let now = stand_in.now();
    stand_in.read(|view| {
        let Some(session) = view.state.checkout_sessions.get(id) else {
            let text = "This checkout was not found. It may belong to another run of this stand-in.";
            return Some(notice(StatusCode::NOT_FOUND, "Not found", text, None));
        };
        let back = session.cancel_url.as_deref();
        match session.status {
            SessionStatus::Complete => {
                let text = "This checkout is complete: it has been paid, and cannot be paid again.";
                Some(notice(StatusCode::OK, "Already paid", text, back))
            }
            SessionStatus::Expired => Some(expired(back)),
            SessionStatus::Open if session.expires_at <= now => Some(expired(back)),
            SessionStatus::Open => None,
        }
    })
}

fn expired(back: Option<&str>) -> Response {
    notice(StatusCode::OK, "This checkout has expired", "Go back and start again.", back)
}

fn show_with(stand_in: &StripeStandIn, id: &str, status: StatusCode, message: Option<&str>, code: &str) -> Response {
    if let Some(closed) = closed(stand_in, id) {
        return closed;
    }
    let now = stand_in.now();
    let body = stand_in
        .read(|view| view.state.checkout_sessions.get(id).map(|session| form(view, session, now, message, code)));
    page(status, "Subscribe", &body.unwrap_or_default())
}

fn form(view: View<'_>, session: &CheckoutSession, now: UnixSeconds, message: Option<&str>, code: &str) -> String {
    let promotion = if session.allow_promotion_codes {
        format!(
            "<label for=\"promotion_code\">Promotion code (optional)</label><input id=\"promotion_code\" \
             name=\"promotion_code\" autocomplete=\"off\" autocapitalize=\"characters\" value=\"{}\">",
            escape(code)
        )
    } else {
        String::new()
    };
    let email = if session.customer.is_none() && session.customer_email.is_none() {
        let typed = escape(session.typed_email.as_deref().unwrap_or_default());
        format!(
            "<label for=\"email\">Email</label><input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" \
             required value=\"{typed}\">"
        )
    } else {
        String::new()
    };
    let due = discount::session_totals(view.state, session).total;
    let card = if session.card_if_required && due == 0 {
        "<p class=\"soft\">No card is needed.</p>".to_owned()
    } else {
        "<label for=\"card\">Card number</label><input id=\"card\" name=\"card\" inputmode=\"numeric\" \
         autocomplete=\"cc-number\" required value=\"4242424242424242\" aria-describedby=\"card-hint\">\
         <p id=\"card-hint\" class=\"soft\">Use a Stripe test card: 4242… succeeds, 4000 0000 0000 0002 is declined, \
         4000 0025 0000 3155 requires 3-D Secure.</p>"
            .to_owned()
    };
    let back = session.cancel_url.as_deref().map_or_else(String::new, back_form);
    // An explicit form action: after a failed 3-D Secure the page is shown at a different URL.
    format!(
        "{}{}{}<form method=\"post\" action=\"/c/pay/{}\">{email}{card}{promotion}<button>Pay</button></form>{back}",
        who(view, session),
        order(view, session, now),
        error(message),
        escape(&session.id),
    )
}

/// `Back` is a separate form, so it needs neither a script nor a valid card.
fn back_form(url: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let hidden: String = url::form_urlencoded::parse(query.split('#').next().unwrap_or_default().as_bytes())
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(&name), escape(&value)))
        .collect();
    format!("<form method=\"get\" action=\"{}\">{hidden}<button class=\"quiet\">Back</button></form>", escape(base))
}

fn who(view: View<'_>, session: &CheckoutSession) -> String {
    let customer = session.customer.as_deref().and_then(|id| view.state.customers.get(id));
    let email = customer.and_then(|customer| customer.email.as_deref()).or(session.customer_email.as_deref());
    email.map(|email| format!("<p class=\"soft\">{}</p>", escape(email))).unwrap_or_default()
}

fn order(view: View<'_>, session: &CheckoutSession, now: UnixSeconds) -> String {
    let mut rows = String::new();
    for line in &session.lines {
        let Some(price) = view.state.prices.get(&line.price) else { continue };
        let name = view.state.products.get(&price.product).map_or("", |product| product.name.as_str());
        let interval = price.recurring.map_or("once", |recurring| recurring.interval.name());
        let amount = money(price.unit_amount * i64::try_from(line.quantity).unwrap_or(1), &price.currency);
        let quantity = if line.quantity > 1 { format!("{} × ", line.quantity) } else { String::new() };
        rows += &format!("<tr><td>{quantity}{}</td><td>{amount} / {interval}</td></tr>", escape(name));
    }
    let totals = discount::session_totals(view.state, session);
    if totals.discount > 0 {
        rows += &format!("<tr><td>Discount</td><td>{}</td></tr>", money(-totals.discount, &session.currency));
    }
    if let Some(trial) = session.trial_end {
        let end = Timestamp::from_second(trial.end(now))
            .map_or_else(|_| String::new(), |at| at.strftime("%-d %B %Y").to_string());
        rows += &format!("<tr><td>Free trial until</td><td>{end}</td></tr>");
    }
    let total = money(totals.total, &session.currency);
    format!("<table>{rows}<tr class=\"total\"><td>Due today</td><td>{total}</td></tr></table>")
}
