//! Access control: the one place that checks playback ids and tokens.

use crate::answer::Refusal;
use crate::encode::Encoded;
use crate::model::{Asset, Policy, Status};
use crate::state::Mux;
use crate::tokens::{self, Audience};
use axum::extract::RawQuery;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// What a request may access, and its effective parameters.
pub(super) struct Access {
    pub(super) asset: Asset,
    pub(super) encoded: Encoded,
    /// The token of the request; a public playback id needs none.
    pub(super) token: Option<String>,
    parameters: Map<String, Value>,
}

impl Access {
    /// A numeric parameter.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let number = match self.parameters.get(name)? {
            Value::String(text) => text.parse().ok()?,
            other => other.as_f64()?,
        };
        Some(number).filter(|number: &f64| number.is_finite())
    }

    /// A text parameter.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }
}

/// Opens a playback id for `audience`: 404 if it is unknown, 403 if its token is missing or invalid, 412 if its asset
/// is not ready.
///
/// For a signed playback id, only the parameters in its token are used; for a public one, those of the query.
pub(super) fn open(mux: &Mux, playback_id: &str, audience: Audience, query: &RawQuery) -> Result<Access, Refusal> {
    let (asset, policy) = mux.played_by(playback_id).ok_or_else(Refusal::not_found)?;
    let query = form_urlencoded::parse(query.0.as_deref().unwrap_or_default().as_bytes());
    let query: Map<String, Value> = query.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect();
    let token = query.get("token").and_then(Value::as_str).map(str::to_owned);
    let (parameters, token) = match policy {
        Policy::Public => (query, None),
        Policy::Signed => {
            let verified = tokens::verify(token.as_deref(), &mux.keys, playback_id, audience, mux.now());
            (verified.map_err(|error| Refusal::forbidden(error.to_string()))?, token)
        }
    };
    let encoded = asset.encoded.clone().filter(|_| asset.status == Status::Ready).ok_or_else(Refusal::not_ready)?;
    Ok(Access { asset, encoded, token, parameters })
}
