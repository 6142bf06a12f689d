//! Random bytes of the operating system, for secrets.

/// The operating system provided no randomness.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system provided no random bytes")]
pub struct NoRandomness;

/// Random bytes that nobody can guess.
///
/// # Errors
/// If the operating system provides no randomness.
pub fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], NoRandomness> {
    let mut bytes = [0; LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
