//! Ids as Mux gives them: letters and digits, not to be guessed.

use rand::distr::{Alphanumeric, SampleString};

/// As long as Mux's own.
const ID_CHARACTERS: usize = 40;

/// A new id.
pub(crate) fn id() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), ID_CHARACTERS)
}

/// Whether `id` could be one: what a caller sends in a path never reaches the file system otherwise.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
