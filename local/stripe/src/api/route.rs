use super::list::Paging;
use super::{
    Form, catalog, customers, discounts, disputes, events, found, invoices, links, payment_methods, payments,
    schedules, sessions, subscriptions,
};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::state::Stored;
use crate::tx::Tx;
use http::Method;
use serde_json::Value;

/// Path segments that are not ids.
const WORDS: &[&str] = &[
    "v1",
    "customers",
    "payment_methods",
    "products",
    "prices",
    "coupons",
    "promotion_codes",
    "checkout",
    "sessions",
    "expire",
    "line_items",
    "payment_links",
    "billing_portal",
    "subscriptions",
    "resume",
    "invoices",
    "create_preview",
    "finalize",
    "pay",
    "void",
    "mark_uncollectible",
    "lines",
    "invoice_payments",
    "payment_intents",
    "confirm",
    "charges",
    "refunds",
    "disputes",
    "close",
    "events",
    "webhook_endpoints",
    "attach",
    "detach",
    "subscription_items",
    "subscription_schedules",
    "release",
    "cancel",
    "search",
];

/// The operation of a request, such as `POST /v1/customers/{id}`; `None` outside the API.
pub(crate) fn operation(method: &Method, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/v1/")?;
    let segments: Vec<&str> = rest
        .trim_end_matches('/')
        .split('/')
        .map(|segment| if WORDS.contains(&segment) { segment } else { "{id}" })
        .collect();
    Some(format!("{method} /v1/{}", segments.join("/")))
}

/// Handles a request.
pub(super) fn dispatch(tx: &mut Tx<'_>, method: &Method, path: &[&str], form: Form) -> Result<Value> {
    match *method {
        Method::GET => read(tx, path, form),
        Method::POST => write(tx, path, form),
        Method::DELETE => remove(tx, path, form),
        _ => Err(unknown(method, path)),
    }
}

fn read(tx: &mut Tx<'_>, path: &[&str], form: Form) -> Result<Value> {
    match path {
        ["customers"] => customers::list(tx, form),
        ["customers", id] => retrieve::<Customer>(tx, id, form),
        ["customers", id, "payment_methods"] => customers::payment_methods(tx, id, form),
        ["payment_methods"] => payment_methods::list(tx, form),
        ["payment_methods", id] | ["customers", _, "payment_methods", id] => retrieve::<PaymentMethod>(tx, id, form),
        ["products"] => catalog::list_products(tx, form),
        ["products", id] => retrieve::<Product>(tx, id, form),
        ["prices"] => catalog::list_prices(tx, form),
        ["prices", id] => retrieve::<Price>(tx, id, form),
        ["coupons"] => discounts::list_coupons(tx, form),
        ["coupons", id] => discounts::retrieve_coupon(tx, id, form),
        ["promotion_codes"] => discounts::list_promotion_codes(tx, form),
        ["promotion_codes", id] => retrieve::<PromotionCode>(tx, id, form),
        ["checkout", "sessions"] => sessions::list(tx, form),
        ["checkout", "sessions", id] => retrieve::<CheckoutSession>(tx, id, form),
        ["checkout", "sessions", id, "line_items"] => sessions::list_line_items(tx, id, form),
        ["payment_links"] => links::list(tx, form),
        ["payment_links", id] => retrieve::<PaymentLink>(tx, id, form),
        ["payment_links", id, "line_items"] => links::list_line_items(tx, id, form),
        ["subscriptions"] => subscriptions::list(tx, form),
        ["subscriptions", id] => retrieve::<Subscription>(tx, id, form),
        ["subscription_schedules"] => schedules::list(tx, form),
        ["subscription_schedules", id] => retrieve::<Schedule>(tx, id, form),
        ["invoices"] => invoices::list(tx, form),
        ["invoices", id] => retrieve::<Invoice>(tx, id, form),
        ["invoices", id, "lines"] => invoices::lines(tx, id, form),
        ["invoice_payments"] => invoices::list_payments(tx, form),
        ["invoice_payments", id] => invoices::retrieve_payment(tx, id, form),
        ["payment_intents"] => payments::list_intents(tx, form),
        ["payment_intents", id] => retrieve::<PaymentIntent>(tx, id, form),
        ["charges"] => payments::list_charges(tx, form),
        ["charges", id] => retrieve::<Charge>(tx, id, form),
        ["refunds"] => payments::list_refunds(tx, form),
        ["refunds", id] => retrieve::<Refund>(tx, id, form),
        ["disputes"] => disputes::list(tx, form),
        ["disputes", id] => retrieve::<Dispute>(tx, id, form),
        ["events"] => events::list(tx, form),
        ["events", id] => retrieve::<Event>(tx, id, form),
        ["webhook_endpoints"] => list_all::<WebhookEndpoint>(tx, "/v1/webhook_endpoints", form),
        ["webhook_endpoints", id] => retrieve::<WebhookEndpoint>(tx, id, form),
        _ => Err(unknown(&Method::GET, path)),
    }
}

fn write(tx: &mut Tx<'_>, path: &[&str], form: Form) -> Result<Value> {
    match path {
        ["customers"] => customers::create(tx, form),
        ["customers", id] => customers::update(tx, id, form),
        ["payment_methods"] => payment_methods::create(tx, form),
        ["payment_methods", id] => payment_methods::update(tx, id, form),
        ["payment_methods", id, "attach"] => payment_methods::attach(tx, id, form),
        ["payment_methods", id, "detach"] => payment_methods::detach(tx, id, form),
        ["products"] => catalog::create_product(tx, form),
        ["products", id] => catalog::update_product(tx, id, form),
        ["prices"] => catalog::create_price(tx, form),
        ["prices", id] => catalog::update_price(tx, id, form),
        ["coupons"] => discounts::create_coupon(tx, form),
        ["coupons", id] => discounts::update_coupon(tx, id, form),
        ["promotion_codes"] => discounts::create_promotion_code(tx, form),
        ["promotion_codes", id] => discounts::update_promotion_code(tx, id, form),
        ["checkout", "sessions"] => sessions::create(tx, form),
        ["checkout", "sessions", id] => sessions::update(tx, id, form),
        ["checkout", "sessions", id, "expire"] => sessions::expire(tx, id, form),
        ["billing_portal", "sessions"] => sessions::create_portal(tx, form),
        ["payment_links"] => links::create(tx, form),
        ["payment_links", id] => links::update(tx, id, form),
        ["subscriptions"] => subscriptions::create(tx, form),
        ["subscriptions", id] => subscriptions::update(tx, id, form),
        ["subscriptions", id, "resume"] => subscriptions::resume(tx, id, form),
        ["subscription_schedules"] => schedules::create(tx, form),
        ["subscription_schedules", id] => schedules::update(tx, id, form),
        ["subscription_schedules", id, "release"] => schedules::release(tx, id, form),
        ["subscription_schedules", id, "cancel"] => schedules::cancel(tx, id, form),
        ["invoices", "create_preview"] => invoices::preview(tx, form),
        ["invoices", id] => invoices::update(tx, id, form),
        ["invoices", id, "finalize"] => invoices::finalize(tx, id, form),
        ["invoices", id, "pay"] => invoices::pay(tx, id, form),
        ["invoices", id, "void"] => invoices::void(tx, id, form),
        ["invoices", id, "mark_uncollectible"] => invoices::mark_uncollectible(tx, id, form),
        ["payment_intents", id, "confirm"] => payments::confirm_intent(tx, id, form),
        ["refunds"] => payments::create_refund(tx, form),
        ["refunds", id] => payments::update_refund(tx, id, form),
        ["disputes", id] => disputes::update(tx, id, form),
        ["disputes", id, "close"] => disputes::close(tx, id, form),
        ["webhook_endpoints"] => events::create_endpoint(tx, form),
        ["webhook_endpoints", id] => events::update_endpoint(tx, id, form),
        _ => Err(unknown(&Method::POST, path)),
    }
}

fn remove(tx: &mut Tx<'_>, path: &[&str], form: Form) -> Result<Value> {
    match path {
        ["customers", id] => customers::delete(tx, id, form),
        ["products", id] => catalog::delete_product(tx, id, form),
        ["coupons", id] => discounts::delete_coupon(tx, id, form),
        ["subscriptions", id] => subscriptions::cancel(tx, id, form),
        ["webhook_endpoints", id] => events::delete_endpoint(tx, id, form),
        _ => Err(unknown(&Method::DELETE, path)),
    }
}

fn retrieve<T: Stored + Render>(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    Ok(found::<T>(tx, id)?.render(tx.view()))
}

fn list_all<T: Stored + Render>(tx: &mut Tx<'_>, url: &str, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    form.finish()?;
    paging.page(url, T::table(tx.state).iter(), tx.view())
}

fn unknown(method: &Method, path: &[&str]) -> ApiError {
    let message = format!(
        "Unrecognized request URL ({method}: /v1/{}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        path.join("/")
    );
    ApiError::invalid(message).not_found()
}
