//! CORS by the template's configuration only: the gateway answers preflights, and drops CORS headers from functions.

use crate::template::Cors;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// A CORS configuration, ready to use.
pub(super) struct CorsRules(Cors);

impl CorsRules {
    pub(super) fn new(cors: Cors) -> Self {
        Self(cors)
    }

    /// The response to a preflight; `None` if the request is not one.
    pub(super) fn preflight(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        let origin = headers.get(header::ORIGIN)?;
        if request.method() != Method::OPTIONS || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        let answer = response.headers_mut();
        if self.allow(origin, answer) {
            put(answer, header::ACCESS_CONTROL_ALLOW_METHODS, &self.0.allow_methods.join(","));
            put(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, &self.0.allow_headers.join(","));
            if let Some(seconds) = self.0.max_age {
                put(answer, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
            }
        }
        Some(response)
    }

    /// Sets the CORS headers of a response to a page of `origin`, if there is one.
    pub(super) fn apply(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let said: Vec<HeaderName> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in said {
            headers.remove(name);
        }
        if let Some(origin) = origin
            && self.allow(origin, headers)
        {
            put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &self.0.expose_headers.join(","));
        }
    }

    fn allow(&self, origin: &HeaderValue, headers: &mut HeaderMap) -> bool {
        let allowed = self.0.allow_origins.iter().find(|one| *one == "*" || one.as_bytes() == origin.as_bytes());
        let Some(allowed) = allowed else { return false };
        put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.0.allow_credentials {
            put(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        true
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}
