//! Session tokens: EdDSA JWTs that contain the ids of a user, a session and a profile, and nothing that could become
//! outdated.

use crate::models::ids::{SessionId, UserId};
use crate::models::viewer::ViewerKey;
use crate::secrets::SecretError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The lifetime of a token.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far the clocks of two functions may differ.
const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// The longest token that is accepted, in bytes.
const TOKEN_CHARACTERS_MAX: usize = 2_048;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    /// The profile, unless it is the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The only fields that a token's header may have. An unknown field may change the token's meaning or the source of its
/// key (`crit`, `b64`, `zip`, `cty`, `jwk`, `jku`, `x5c`, `x5u`, …), so it is refused, not ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: Algorithm,
    typ: Option<String>,
    kid: String,
}

impl StrictHeader {
    fn read(token: &str) -> Option<Self> {
        let (header, _) = token.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()
    }
}

/// The issuer and audience of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
}

/// The claims of a valid token, before its session is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: UserId,
    /// Their profile, whose rows the request is about.
    pub viewer: ViewerKey,
    /// The sign-in session.
    pub session_id: SessionId,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// Why a token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not one of ours, or it was altered.
    #[error("the token is not valid")]
    Invalid,
    /// Its signature is valid, but it has expired.
    #[error("the token has expired")]
    Expired,
    /// It is signed with an unknown key.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The keys could not be read, so the token cannot be verified.
    #[error(transparent)]
    Keys(#[from] SecretError),
}

impl TokenError {
    /// Whether a newer key than the cached ones may have signed the token.
    pub fn may_be_rotated(&self) -> bool {
        *self == Self::UnknownKey
    }
}

/// The secret `session-signing`, which only functions that sign tokens hold.
#[derive(Deserialize)]
pub struct SigningKey {
    /// The key's id among the verification keys.
    pub kid: String,
    /// Ed25519, PKCS#8 in PEM.
    pub private_key: String,
}

/// Signs a token for a session.
///
/// # Errors
/// If the key is not an Ed25519 key in PEM.
pub fn sign(key: &SigningKey, issuer: &Issuer, who: &Identity) -> Result<String, jsonwebtoken::errors::Error> {
    let issued = who.issued_at.as_second();
    let claims = Claims {
        iss: issuer.issuer.clone(),
        aud: issuer.audience.clone(),
        sub: who.user_id.to_string(),
        sid: who.session_id.to_string(),
        profile: who.viewer.added_profile().map(|id| id.to_string()),
        iat: issued,
        nbf: issued,
        exp: issued + TOKEN_LIFE.as_secs(),
    };
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_pem(key.private_key.as_bytes())?)
}

/// Verifies a token: algorithm, key, signature, issuer, audience, and times at `now`. Also accepts a token that expired
/// up to `expired_days` ago.
///
/// # Errors
/// [`TokenError`] says why the token is not accepted.
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
    let header = StrictHeader::read(token).ok_or(TokenError::Invalid)?;
    let is_jwt = header.typ.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("JWT"));
    if !is_jwt || header.alg != Algorithm::EdDSA {
        return Err(TokenError::Invalid);
    }
    let pem = keys.get(&header.kid).ok_or(TokenError::UnknownKey)?;
    let key = DecodingKey::from_ed_pem(pem.as_bytes()).map_err(|_| TokenError::Invalid)?;
    // Times are checked below, against `now`.
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.leeway = 0;
    rules.set_issuer(&[&issuer.issuer]);
    rules.set_audience(&[&issuer.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| TokenError::Invalid)?.claims;
    check_claims(&claims, now, expired_days)
}

fn check_claims(claims: &Claims, now: Timestamp, expired_days: i64) -> Result<Identity, TokenError> {
    let ours = claims.exp.checked_sub(claims.iat) == Some(TOKEN_LIFE.as_secs()) && claims.nbf == claims.iat;
    let identity = (|| {
        let user_id = claims.sub.parse().ok()?;
        let profile = claims.profile.as_deref().map(str::parse).transpose().ok()?;
        Some(Identity {
            user_id,
            viewer: ViewerKey::from_optional(user_id, profile),
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
