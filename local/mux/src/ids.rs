//! Ids like Mux's: letters and digits that cannot be guessed.

use rand::distr::{Alphanumeric, SampleString};

/// As long as Mux's own ids.
const ID_CHARACTERS: usize = 40;

/// A new id.
pub(crate) fn id() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), ID_CHARACTERS)
}

/// Whether `id` has the format of an id. Only such ids are used in file paths.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
