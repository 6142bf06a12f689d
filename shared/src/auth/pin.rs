//! The PINs of profiles. A PIN has few digits, so wrong ones are counted.

use crate::auth::hash::{self, Check};
use crate::http::error::{ApiError, Code};
use crate::models::password::Pin;
use crate::models::profile::Profile;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::rate_limits::{Budget, Kind, RateLimits};
use boxed::boxed;
use jiff::Timestamp;

/// The most wrong PINs for a profile in 15 minutes.
const WRONG_PINS_MAX: u32 = 5;

/// Checks PINs.
pub struct Pins {
    limiter: RateLimits,
}

impl Pins {
    /// Uses the limiter of this function.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { limiter: RateLimits::connect(services)? })
    }

    /// Checks the PIN of a profile, if it has one.
    ///
    /// # Errors
    /// `RATE_LIMITED` before the PIN is checked, or `INVALID_CREDENTIALS` if it is wrong or missing.
    #[boxed]
    pub async fn check(
        &self,
        viewer: ViewerKey,
        profile: &Profile,
        given: Option<&Pin>,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let Some(stored) = profile.pin_hash.clone() else { return Ok(()) };
        let given = given.ok_or_else(|| wrong("This profile requires its PIN."))?;
        let budget = Budget { key: counter_key(viewer), name: "pin", limit: WRONG_PINS_MAX, kind: Kind::Requests };
        let counted = self.limiter.count(&budget, now).await?;
        if !counted.decision.admitted {
            let reset_seconds = counted.decision.reset_seconds;
            self.limiter.give_back(counted).await;
            return Err(ApiError::too_many_wrong("PINs", reset_seconds));
        }
        if hash::check(given.password(), Some(stored)).await.map_err(ApiError::internal)? == Check::Wrong {
            return Err(wrong("The PIN is wrong."));
        }
        self.limiter.give_back(counted).await;
        Ok(())
    }

    /// Forgets the wrong PINs of a profile, whose PIN the account's owner has changed or removed.
    #[boxed]
    pub async fn forget_wrong(&self, viewer: ViewerKey, now: Timestamp) {
        self.limiter.clear(&counter_key(viewer), now).await;
    }
}

/// The key of the counter of a profile's wrong PINs.
fn counter_key(viewer: ViewerKey) -> String {
    format!("PIN#{viewer}")
}

fn wrong(message: &'static str) -> ApiError {
    ApiError::new(Code::InvalidCredentials, message)
}
