//! The customer portal: `/p/session/{session}`. Card, cancelling and resuming, changing the plan, invoices.

use super::layout::{error, escape, notice, page};
use super::see_other;
use crate::cards;
use crate::engine::change::{self, ItemChange};
use crate::engine::charge::{self, IssuerDecision, Presence};
use crate::engine::subscription::PaymentBehavior;
use crate::engine::{money, schedule};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::View;
use crate::stand_in::StripeStandIn;
use crate::tx::{Origin, Tx};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;

/// How long a portal session is valid.
const LIFETIME: UnixSeconds = HOUR;
const INVOICES_SHOWN: usize = 12;

/// The fields that the page posts.
#[derive(Deserialize)]
pub(crate) struct Action {
    action: String,
    #[serde(default)]
    card: String,
    #[serde(default)]
    subscription: String,
    #[serde(default)]
    price: String,
}

/// `GET /p/session/{session}`.
pub(crate) async fn show(State(stand_in): State<StripeStandIn>, Path(id): Path<String>) -> Response {
    show_with(&stand_in, &id, None)
}

/// `POST /p/session/{session}`.
pub(crate) async fn act(
    State(stand_in): State<StripeStandIn>,
    Path(id): Path<String>,
    Form(action): Form<Action>,
) -> Response {
    let now = stand_in.now();
    let Some(session) = stand_in.read(|view| live(view, &id, now)) else { return show_with(&stand_in, &id, None) };
    match stand_in.change(Origin::default(), |tx| perform(tx, &session.customer, &action)) {
        Ok(()) => see_other(&format!("/p/session/{id}")),
        Err(refused) => show_with(&stand_in, &id, Some(refused.message())),
    }
}

fn perform(tx: &mut Tx<'_>, customer: &str, action: &Action) -> Result<()> {
    if action.action == "card" {
        return change_card(tx, customer, &action.card);
    }
    let subscription: Subscription = tx.find(&action.subscription, "subscription")?;
    if subscription.customer != customer || subscription.status.is_over() {
        return Err(ApiError::no_such("subscription", &action.subscription, "subscription"));
    }
    // Any change that is requested here replaces a scheduled one.
    if let Some(schedule) = &subscription.schedule {
        schedule::release(tx, schedule);
    }
    match action.action.as_str() {
        "keep" => {}
        "cancel" => schedule_cancellation(tx, &subscription),
        "undo" => {
            tx.update(&subscription.id, "customer.subscription.updated", |subscription: &mut Subscription| {
                subscription.cancel_at = None;
                subscription.cancel_at_period_end = false;
                subscription.canceled_at = None;
                subscription.cancellation = Cancellation::default();
            });
        }
        "switch" => switch(tx, &subscription, &action.price)?,
        _ => return Err(ApiError::invalid("Unknown action.")),
    }
    Ok(())
}

/// In the flexible billing mode the portal sets `cancel_at` and leaves `cancel_at_period_end` unchanged.
fn schedule_cancellation(tx: &mut Tx<'_>, subscription: &Subscription) {
    let now = tx.now;
    tx.update(&subscription.id, "customer.subscription.updated", |subscription: &mut Subscription| {
        if subscription.flexible {
            subscription.cancel_at = Some(subscription.period_end);
        } else {
            subscription.cancel_at_period_end = true;
        }
        subscription.canceled_at = Some(now);
        subscription.cancellation.reason = Some("cancellation_requested".to_owned());
    });
}

fn switch(tx: &mut Tx<'_>, subscription: &Subscription, price: &str) -> Result<()> {
    let price: Price = tx.find(price, "price")?;
    let mut items = subscription.items.clone();
    if let Some(item) = items.first_mut() {
        item.price = price.id;
    }
    let change = ItemChange {
        items,
        proration: Proration::AlwaysInvoice,
        proration_date: None,
        behavior: PaymentBehavior::Pend,
        restart: false,
    };
    change::update(tx, &subscription.id, |_| {}, Some(change))
}

fn change_card(tx: &mut Tx<'_>, customer: &str, number: &str) -> Result<()> {
    let card = cards::typed(number).map_err(|decline| ApiError::card(&decline).undone())?;
    let email = tx.get::<Customer>(customer).email;
    let method = charge::new_method(tx, card, email.as_deref());
    if let IssuerDecision::Declined(decline) = charge::ask(tx, None, &method, Presence::Typed) {
        return Err(ApiError::card(&decline).undone());
    }
    // The portal authenticates a card when it is added.
    tx.edit(&method.id, |method: &mut PaymentMethod| method.authenticated = true);
    charge::attach(tx, &method.id, customer);
    tx.update(customer, "customer.updated", |customer: &mut Customer| {
        customer.default_payment_method = Some(method.id.clone());
    });
    let of_customer =
        tx.state.subscriptions.of_customer(customer).filter(|subscription| !subscription.status.is_over());
    let with_own: Vec<String> = of_customer
        .filter(|subscription| subscription.default_payment_method.is_some())
        .map(|subscription| subscription.id.clone())
        .collect();
    for id in with_own {
        tx.update(&id, "customer.subscription.updated", |subscription: &mut Subscription| {
            subscription.default_payment_method = Some(method.id.clone());
        });
    }
    Ok(())
}

fn live(view: View<'_>, id: &str, now: UnixSeconds) -> Option<PortalSession> {
    view.state.portal_sessions.get(id).filter(|session| session.created + LIFETIME > now).cloned()
}

fn show_with(stand_in: &StripeStandIn, id: &str, message: Option<&str>) -> Response {
    let now = stand_in.now();
    stand_in.read(|view| match live(view, id, now) {
        None => {
            let text = "This link has expired or is invalid. Go back and open the billing page again.";
            notice(StatusCode::NOT_FOUND, "Not found", text, None)
        }
        Some(session) => page(StatusCode::OK, "Your subscription", &body(view, &session, message)),
    })
}

fn body(view: View<'_>, session: &PortalSession, message: Option<&str>) -> String {
    let back = session.return_url.as_deref();
    let back = back.map(|url| format!("<p><a href=\"{}\">Return to the site</a></p>", escape(url))).unwrap_or_default();
    let mut live = view
        .state
        .subscriptions
        .of_customer(&session.customer)
        .filter(|subscription| !subscription.status.is_over())
        .peekable();
    let none = if live.peek().is_none() { "<p>There is no subscription.</p>" } else { "" };
    let subscriptions: String = live.map(|subscription| subscription_card(view, subscription)).collect();
    format!(
        "{back}{}{none}{subscriptions}{}{}",
        error(message),
        card_form(view, &session.customer),
        invoices(view, session)
    )
}

fn subscription_card(view: View<'_>, subscription: &Subscription) -> String {
    let names = subscription.items.iter().filter_map(|item| {
        let price = view.state.prices.get(&item.price)?;
        let product = view.state.products.get(&price.product)?;
        let interval = price.recurring?.interval.name();
        Some(format!("{} · {} / {interval}", escape(&product.name), money(price.unit_amount, &price.currency)))
    });
    let names: Vec<String> = names.collect();
    let (when, action, label) = match subscription.ends_at() {
        Some(end) => (format!("Ends on {}", day(end)), "undo", "Don’t cancel"),
        None => (format!("Renews on {}", day(subscription.period_end)), "cancel", "Cancel subscription"),
    };
    let hidden = format!("<input type=\"hidden\" name=\"subscription\" value=\"{}\">", escape(&subscription.id));
    let pending = format!("{}{}", unpaid(subscription), later(view, subscription, &hidden));
    format!(
        "<h2>{}</h2><p class=\"soft\">{} · {when}</p>{pending}<form method=\"post\">{hidden}\
         <button class=\"quiet\" name=\"action\" value=\"{action}\">{label}</button></form>{}",
        names.join("<br>"),
        subscription.status.name(),
        plans(view, subscription, &hidden),
    )
}

/// A change that is pending until its payment, with a link to pay.
fn unpaid(subscription: &Subscription) -> String {
    let Some(update) = &subscription.pending_update else { return String::new() };
    format!("<p>A plan change is waiting for payment. <a href=\"/i/{}\">Pay now</a></p>", escape(&update.invoice))
}

/// A scheduled change, with a button that cancels it.
fn later(view: View<'_>, subscription: &Subscription, hidden: &str) -> String {
    let schedule = subscription.schedule.as_deref().and_then(|id| view.state.schedules.get(id));
    let Some(next) = schedule.and_then(|schedule| schedule.phases.get(schedule.current + 1)) else {
        return String::new();
    };
    let price = next.items.first().and_then(|item| view.state.prices.get(&item.price));
    let product = price.and_then(|price| view.state.products.get(&price.product));
    let name = product.map_or_else(String::new, |product| escape(&product.name));
    format!(
        "<p>Changes to {name} on {}</p><form method=\"post\">{hidden}<button class=\"quiet\" name=\"action\" \
         value=\"keep\">Keep the current plan</button></form>",
        day(next.start)
    )
}

fn plans(view: View<'_>, subscription: &Subscription, hidden: &str) -> String {
    let current = subscription.items.first().map(|item| item.price.as_str());
    let others = view.state.prices.iter().filter(|price| {
        price.active
            && price.recurring.is_some()
            && price.currency == subscription.currency
            && Some(price.id.as_str()) != current
    });
    let options: String = others
        .filter_map(|price| {
            let product = view.state.products.get(&price.product).filter(|product| product.active)?;
            let interval = price.recurring?.interval.name();
            let (id, name) = (escape(&price.id), escape(&product.name));
            Some(format!(
                "<option value=\"{id}\">{name} · {} / {interval}</option>",
                money(price.unit_amount, &price.currency)
            ))
        })
        .collect();
    if options.is_empty() {
        return String::new();
    }
    let id = escape(&subscription.id);
    format!(
        "<form method=\"post\">{hidden}<label for=\"price-{id}\">Another plan</label><select id=\"price-{id}\" name=\"price\">\
         {options}</select><button name=\"action\" value=\"switch\">Switch plan</button></form>"
    )
}

fn card_form(view: View<'_>, customer: &str) -> String {
    let kept = view.state.payment_methods.of_customer(customer).next().map(|method| cards::of_number(&method.number));
    let kept = kept
        .map(|card| format!("<p class=\"soft\">Current card: {} ending in {}</p>", card.brand, card.last4()))
        .unwrap_or_default();
    format!(
        "<h2>Card</h2>{kept}<form method=\"post\"><label for=\"card\">Card number</label><input id=\"card\" name=\"card\" \
         inputmode=\"numeric\" autocomplete=\"cc-number\" required value=\"4242424242424242\"><button class=\"quiet\" \
         name=\"action\" value=\"card\">Use this card</button></form>"
    )
}

fn invoices(view: View<'_>, session: &PortalSession) -> String {
    let of_customer =
        view.state.invoices.of_customer(&session.customer).filter(|invoice| invoice.finalized_at.is_some());
    let rows: String = of_customer
        .take(INVOICES_SHOWN)
        .map(|invoice| {
            let amount = money(invoice.amount_due, &invoice.currency);
            let (id, date, status) = (escape(&invoice.id), day(invoice.created), invoice.status.name());
            format!("<tr><td><a href=\"/i/{id}\">{date}</a></td><td>{amount} · {status}</td></tr>")
        })
        .collect();
    if rows.is_empty() { String::new() } else { format!("<h2>Invoices</h2><table>{rows}</table>") }
}

fn day(moment: UnixSeconds) -> String {
    Timestamp::from_second(moment).map_or_else(|_| String::new(), |at| at.strftime("%-d %B %Y").to_string())
}
