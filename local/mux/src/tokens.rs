//! Signed playback: the tokens (JWT, RS256) that give access to a signed playback id.

use crate::model::KeyRecord;
use crate::table::Table;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous};
use serde_json::{Map, Value};

/// Longest token that is accepted, in bytes.
const TOKEN_BYTES_MAX: usize = 4096;

/// What a token gives access to, from its `aud` claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    Video,
    Thumbnail,
    Gif,
    Storyboard,
}

impl Audience {
    fn claim(self) -> &'static str {
        match self {
            Self::Video => "v",
            Self::Thumbnail => "t",
            Self::Gif => "g",
            Self::Storyboard => "s",
        }
    }
}

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("The playback id is signed and the token parameter is missing")]
    Missing,
    #[error("The token is not a JSON Web Token signed with RS256")]
    Malformed,
    #[error("The signing key of the token (kid) does not exist")]
    UnknownKey,
    #[error("The signature of the token is wrong")]
    Signature,
    #[error("The token is for another playback id (sub)")]
    Subject,
    #[error("The token is for another kind of resource (aud)")]
    Audience,
    #[error("The token has expired (exp)")]
    Expired,
    #[error("The token is not valid yet (nbf)")]
    Early,
}

/// The claims of a token that gives access to `playback_id` for `audience` at `now`. There is no leeway: a token is
/// invalid from the second in `exp` on.
pub(crate) fn verify(
    token: Option<&str>,
    keys: &Table<KeyRecord>,
    playback_id: &str,
    audience: Audience,
    now: Timestamp,
) -> Result<Map<String, Value>, TokenError> {
    let token = token.filter(|token| !token.is_empty()).ok_or(TokenError::Missing)?;
    let claims = authentic(token, keys)?;
    let subject = claims.get("sub").and_then(Value::as_str);
    if subject != Some(playback_id) {
        return Err(TokenError::Subject);
    }
    let meant_for = match claims.get("aud") {
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience.claim())),
        one => one.and_then(Value::as_str) == Some(audience.claim()),
    };
    if !meant_for {
        return Err(TokenError::Audience);
    }
    let seconds = |claim: &str| claims.get(claim).map(|value| value.as_f64().ok_or(TokenError::Malformed)).transpose();
    let now = now.as_millisecond() as f64 / 1000.0;
    if seconds("exp")?.ok_or(TokenError::Malformed)? <= now {
        return Err(TokenError::Expired);
    }
    if seconds("nbf")?.is_some_and(|start| now < start) {
        return Err(TokenError::Early);
    }
    Ok(claims)
}

/// The claims of a token that was signed with an existing key; does not check the time.
fn authentic(token: &str, keys: &Table<KeyRecord>) -> Result<Map<String, Value>, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::Malformed);
    }
    let unverified = dangerous::insecure_decode::<Map<String, Value>>(token).map_err(|_| TokenError::Malformed)?;
    if unverified.header.alg != Algorithm::RS256 {
        return Err(TokenError::Malformed);
    }
    // Mux's SDKs differ on where the key's id goes: some use the header, some the claim.
    let claimed = unverified.claims.get("kid").and_then(Value::as_str).map(str::to_owned);
    let kid = unverified.header.kid.or(claimed).ok_or(TokenError::UnknownKey)?;
    let key = keys.get(&kid).filter(|key| !key.deleted).ok_or(TokenError::UnknownKey)?;
    let public = STANDARD.decode(&key.public_key).map_err(|_| TokenError::UnknownKey)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Map<String, Value>>(token, &DecodingKey::from_rsa_der(&public), &validation)
        .map(|verified| verified.claims)
        .map_err(|_| TokenError::Signature)
}
