//! The signature of events, and the retry schedule of their deliveries.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use standin::deliveries::Endpoint;
use std::sync::Arc;
use std::time::Duration;

/// Waits between attempts, in seconds: 5 min, 30 min, 2 h, 5 h, 10 h, then every 12 h until 72 h have passed.
const RETRIES: &[i64] = &[300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200];
/// How long Stripe waits for a response.
const PATIENCE: Duration = Duration::from_secs(10);

/// The value of `Stripe-Signature` for a body sent at `timestamp` (Unix seconds): `t=…,v1=…,v0=…`. `v0` is a decoy, as
/// in Stripe's test mode: it reveals receivers that do not check the scheme. Several secrets, separated by commas, give
/// one `v1` each, as during a rotation.
pub fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let mut value = format!("t={timestamp}");
    for secret in secret.split(',').map(str::trim) {
        value += &format!(",v1={}", digest(secret.as_bytes(), timestamp, body));
    }
    value + &format!(",v0={}", digest(b"never checked", timestamp, b""))
}

/// The delivery endpoint of a webhook endpoint.
pub(crate) fn endpoint(url: &str, secret: &str) -> Endpoint {
    let secret = secret.to_owned();
    Endpoint {
        provider: "stripe",
        url: url.to_owned(),
        sign: Arc::new(move |now: Timestamp, body: &[u8]| {
            ("Stripe-Signature", signature(&secret, now.as_second(), body))
        }),
        retry_seconds: RETRIES,
        timeout: PATIENCE,
    }
}

fn digest(secret: &[u8], timestamp: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}
