//! The pages that Stripe hosts: plain forms that work without JavaScript.

pub(crate) mod checkout;
pub(crate) mod invoice;
mod layout;
pub(crate) mod link;
pub(crate) mod pdf;
pub(crate) mod portal;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// Redirects the browser; it fetches the new page with GET.
fn see_other(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_owned()), (header::CACHE_CONTROL, "no-store".to_owned())])
        .into_response()
}
