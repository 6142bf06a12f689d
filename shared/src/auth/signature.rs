//! Webhook signatures. Stripe and Mux use the same form: `t=<unix seconds>,v1=<hex>`, an HMAC-SHA256 over `t.body`.

use crate::secrets::SecretError;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The longest signature header that is accepted, in bytes.
const HEADER_BYTES_MAX: usize = 1_024;

/// How far a signature's time may be from ours, in seconds, in both directions: clocks differ.
const TOLERANCE_SECONDS: u64 = 300;

/// Why a webhook is rejected as not from the provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// No secret is set, so every webhook is rejected.
    #[error("no webhook secret is set")]
    NoSecret,
    /// There is no `v1` signature.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// The signature's time is too far from ours.
    #[error("the signature's timestamp is too old or in the future")]
    OutOfTime,
    /// No signature matches any of our secrets.
    #[error("the signature does not match")]
    Wrong,
    /// Our secret could not be read, so the signature cannot be verified.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Unverified {
    /// Whether a newer secret than the cached one might match the signature.
    pub fn may_be_rotated(&self) -> bool {
        matches!(self, Self::Wrong | Self::NoSecret)
    }
}

/// Verifies a signature header over the raw bytes of a body: any `v1` signature may match any of the secrets. Every
/// pair is computed and compared in constant time, so the time taken reveals nothing.
pub fn verify(body: &[u8], header: Option<&str>, secrets: &[String], now: Timestamp) -> Result<(), Unverified> {
    let secrets: Vec<&str> = secrets.iter().map(|secret| secret.trim()).filter(|secret| !secret.is_empty()).collect();
    if secrets.is_empty() {
        return Err(Unverified::NoSecret);
    }
    let (time, signatures) = parse(header.unwrap_or_default()).ok_or(Unverified::Malformed)?;
    let signed_at: i64 = time.parse().map_err(|_| Unverified::Malformed)?;
    let mut matches = false;
    for secret in secrets {
        let mac = mac(secret, time, body);
        for signature in &signatures {
            matches |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    match (matches, now.as_second().abs_diff(signed_at) <= TOLERANCE_SECONDS) {
        (true, true) => Ok(()),
        (true, false) => Err(Unverified::OutOfTime),
        (false, _) => Err(Unverified::Wrong),
    }
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The signed time and the `v1` signatures. Stripe's `v0` signature is a decoy in test mode.
fn parse(header: &str) -> Option<(&str, Vec<Vec<u8>>)> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            // With two times, it would be unclear which one was signed.
            ("t", value) if time.is_none() && !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                time = Some(value);
            }
            ("t", _) => return None,
            ("v1", value) => signatures.push(hex::decode(value).unwrap_or_default()),
            _ => {}
        }
    }
    Some((time?, signatures)).filter(|(_, signatures)| !signatures.is_empty())
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
