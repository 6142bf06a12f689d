//! Password hashes: argon2id as PHC strings.

use crate::models::password::Password;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use boxed::boxed;
use tokio::sync::Semaphore;

/// The memory of a hash in KiB (OWASP's recommendation for argon2id with two passes).
const MEMORY_KIB: u32 = 19_456;
/// The passes over that memory.
const PASSES: u32 = 2;
/// The most memory that a stored hash may demand, in KiB: a hostile hash must not stall the function.
const STORED_MEMORY_KIB_MAX: u32 = 65_536;
/// The most passes that a stored hash may demand.
const STORED_PASSES_MAX: u32 = 8;

/// A hash of the current strength that no password matches. Sign-ins to unknown accounts are checked against it, so
/// they take as long as sign-ins to known ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bWFycXVlZS1ub2JvZHkhIQ$wrEr5dXIGlSSMmo1aPSJTkfEyEVOZbDHBAzYTLeFLzo";

/// The most concurrent hashes in a process; each takes some 19 MiB.
const HASHES_MAX: usize = 4;
static HASHING: Semaphore = Semaphore::const_new(HASHES_MAX);

/// The result of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The password is wrong.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, but its hash is weaker than a new one would be.
    RightButWeak,
}

/// Hashes a password: some 20 ms of CPU, on a separate thread.
///
/// # Errors
/// If the operating system provides no randomness or no thread.
#[boxed]
pub async fn hash(password: Password) -> Result<String, HashError> {
    on_blocking_thread(move || argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|_| HashError)
}

/// Checks a password against a stored hash. Costs exactly one hash, whether the account exists or not.
///
/// # Errors
/// If the operating system provides no thread.
#[boxed]
pub async fn check(password: Password, stored: Option<String>) -> Result<Check, HashError> {
    on_blocking_thread(move || verify(&password, stored.as_deref())).await
}

/// The hash could not be computed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError;

/// Runs the work on a separate thread, because it would block the process's other requests for too long.
async fn on_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
    let _slot = HASHING.acquire().await.map_err(|_| HashError)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| HashError)
}

fn verify(password: &Password, stored: Option<&str>) -> Check {
    let usable = stored.and_then(|stored| PasswordHash::new(stored).ok()).filter(is_bounded);
    let known = usable.is_some();
    let Some(hash) = usable.or_else(|| PasswordHash::new(NOBODY).ok()) else { return Check::Wrong };
    let right = argon2().verify_password(password.as_bytes(), &hash).is_ok();
    match (known && right, is_weak(&hash)) {
        (false, _) => Check::Wrong,
        (true, false) => Check::Right,
        (true, true) => Check::RightButWeak,
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("constants within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn is_bounded(hash: &PasswordHash) -> bool {
    Params::try_from(hash).is_ok_and(|params| {
        params.m_cost() <= STORED_MEMORY_KIB_MAX && params.t_cost() <= STORED_PASSES_MAX && params.p_cost() <= 4
    })
}

fn is_weak(hash: &PasswordHash) -> bool {
    hash.algorithm != Algorithm::Argon2id.ident()
        || !Params::try_from(hash).is_ok_and(|params| params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        serde_json::from_value(text.into()).expect("a string")
    }

    #[tokio::test]
    async fn a_hash_matches_only_its_password() {
        let stored = hash(password("correct horse")).await.expect("hashed");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(check(password("correct horse"), Some(stored.clone())).await.ok(), Some(Check::Right));
        assert_eq!(check(password("correct horse "), Some(stored)).await.ok(), Some(Check::Wrong));
        assert_eq!(check(password("correct horse"), None).await.ok(), Some(Check::Wrong));
        assert!(PasswordHash::new(NOBODY).is_ok_and(|hash| is_bounded(&hash) && !is_weak(&hash)));
    }

    #[tokio::test]
    async fn a_weak_hash_is_detected_and_an_excessive_one_refused() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).expect("valid"));
        let weak = weak.hash_password(b"correct horse").expect("hashed").to_string();
        assert_eq!(check(password("correct horse"), Some(weak)).await.ok(), Some(Check::RightButWeak));
        let excessive = NOBODY.replace("m=19456", "m=4000000");
        assert_eq!(check(password("x"), Some(excessive)).await.ok(), Some(Check::Wrong));
    }
}
