//! What the deletion of an account deletes with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many rows of an account were deleted: the receipt of the deletion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ErasedData")]
pub struct Erased {
    /// The devices that were signed in.
    pub sessions: usize,
    /// The devices that we recognized.
    pub devices: usize,
    /// The titles in the watch history.
    pub watch_history: usize,
    /// The titles on the watchlist.
    pub watchlist: usize,
}
