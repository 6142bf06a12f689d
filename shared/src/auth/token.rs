//! Session tokens: EdDSA JWTs that name a user and a session, and nothing that could go stale.

use crate::endpoint::Identity;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How long a token lives.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far the clocks of two functions may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// Longest token that is looked at.
const TOKEN_CHARACTERS_MAX: usize = 2_048;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Who issues tokens, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
}

/// Why a token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Not one of ours, or changed.
    Invalid,
    /// Well signed, but its time is over.
    Expired,
    /// Signed under a key that is not among those known.
    UnknownKey,
}

/// The secret `session-signing`: only functions that sign hold it.
#[derive(Deserialize)]
pub struct SigningKey {
    /// Names the key among the verification keys.
    pub kid: String,
    /// Ed25519, PKCS#8 in PEM.
    pub private_key: String,
}

/// Signs a token for a session.
///
/// # Errors
/// When the key does not read as Ed25519 in PEM.
pub fn sign(key: &SigningKey, issuer: &Issuer, who: &Identity) -> Result<String, jsonwebtoken::errors::Error> {
    let issued = who.issued_at.as_second();
    let claims = Claims {
        iss: issuer.issuer.clone(),
        aud: issuer.audience.clone(),
        sub: who.user_id.to_string(),
        sid: who.session_id.to_string(),
        iat: issued,
        nbf: issued,
        exp: issued + TOKEN_LIFE.as_secs(),
    };
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_pem(key.private_key.as_bytes())?)
}

/// Verifies a token: algorithm, key, signature, issuer, audience, times by `now`; one that expired up to `expired_days`
/// ago still counts.
///
/// # Errors
/// [`TokenError`] says which.
pub fn verify(
    token: &str,
    keys: &HashMap<String, String>,
    issuer: &Issuer,
    now: Timestamp,
    expired_days: i64,
) -> Result<Identity, TokenError> {
    if token.len() > TOKEN_CHARACTERS_MAX {
        return Err(TokenError::Invalid);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
    let typed = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    let (true, Algorithm::EdDSA, Some(kid)) = (typed, header.alg, header.kid) else { return Err(TokenError::Invalid) };
    let pem = keys.get(&kid).ok_or(TokenError::UnknownKey)?;
    let key = DecodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| TokenError::Invalid)?;
    // Times are judged below, by the clock that was passed in.
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.leeway = 0;
    rules.set_issuer(&[&issuer.issuer]);
    rules.set_audience(&[&issuer.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| TokenError::Invalid)?.claims;
    judge(&claims, now, expired_days)
}

fn judge(claims: &Claims, now: Timestamp, expired_days: i64) -> Result<Identity, TokenError> {
    let ours = claims.exp.checked_sub(claims.iat) == Some(TOKEN_LIFE.as_secs()) && claims.nbf == claims.iat;
    let identity = (|| {
        Some(Identity {
            user_id: claims.sub.parse().ok()?,
            session_id: claims.sid.parse().ok()?,
            issued_at: Timestamp::from_second(claims.iat).ok()?,
        })
    })();
    let (true, Some(identity)) = (ours, identity) else { return Err(TokenError::Invalid) };
    if identity.issued_at > now + SKEW {
        return Err(TokenError::Invalid);
    }
    let end = identity.issued_at + TOKEN_LIFE + SignedDuration::from_hours(24 * expired_days);
    if now < end { Ok(identity) } else { Err(TokenError::Expired) }
}
