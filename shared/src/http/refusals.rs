//! The error codes and messages for refusals by the models and by signature checks.

use crate::auth::signature::Unverified;
use crate::http::error::{ApiError, Code, FieldIssue, schema_of};
use crate::models::entitlement::Denial;
use crate::models::series::Misplaced;
use crate::models::video_edit::EditRefused;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

impl From<Denial> for Code {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::SubscriptionRequired => Self::SubscriptionRequired,
            Denial::SubscriptionExpired => Self::SubscriptionExpired,
            Denial::PaymentOverdue => Self::PaymentOverdue,
            Denial::PlanUpgradeRequired => Self::PlanUpgradeRequired,
            Denial::VideoNotReady => Self::VideoNotReady,
        }
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        let message = match denial {
            Denial::SubscriptionRequired => "This video requires a subscription.",
            Denial::SubscriptionExpired => "Your subscription has ended. Renew it to keep watching.",
            Denial::PaymentOverdue => "Your last payment failed. Update your card to keep watching.",
            Denial::PlanUpgradeRequired => "This video requires a higher plan.",
            Denial::VideoNotReady => "The video is not ready to play yet.",
        };
        Self::new(denial.into(), message)
    }
}

impl From<Unverified> for ApiError {
    fn from(error: Unverified) -> Self {
        match error {
            Unverified::Secret(error) => Self::unavailable(error),
            error => Self::new(Code::InvalidSignature, "The signature is not valid.").because(error),
        }
    }
}

/// A denial is serialized as its error code.
impl Serialize for Denial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Code::from(*self).serialize(serializer)
    }
}

impl JsonSchema for Denial {
    fn schema_name() -> Cow<'static, str> {
        "AccessDenial".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schema_of("Why a video may not be watched.", &Self::ALL.map(Code::from))
    }
}

impl From<Misplaced> for ApiError {
    fn from(misplaced: Misplaced) -> Self {
        match misplaced {
            Misplaced::NoSeries => Self::field("series_id", "there is no such series"),
            Misplaced::Taken => Self::new(
                Code::Conflict,
                "Another episode of this series has this place. Choose another season or episode number.",
            ),
        }
    }
}

impl From<EditRefused> for ApiError {
    fn from(refused: EditRefused) -> Self {
        match refused {
            EditRefused::OutsideSeries(fields) => {
                let issue = |field: &str| FieldIssue::new(field, "needs a series_id");
                Self::validation(fields.into_iter().map(issue).collect())
            }
            EditRefused::EpisodeTrailer => Self::field("series_id", "cannot be set, because this video is a trailer"),
            EditRefused::CreditsOutsideFilm => {
                Self::field("credits_at", "must be after the start of the film and before its end")
            }
            EditRefused::NotReady => {
                Self::new(Code::VideoNotReady, "This video cannot be published before it is ready.")
            }
        }
    }
}
