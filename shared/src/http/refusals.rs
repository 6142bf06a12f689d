//! The error codes and messages for refusals by the models and by signature checks.

use crate::auth::signature::Unverified;
use crate::http::error::{ApiError, Code, FieldIssue, schema_of};
use crate::http::rules::{Fields, Rules};
use crate::models::entitlement::Denial;
use crate::models::home::LayoutEdits;
use crate::models::profile::{PROFILES_MAX, ProfileConflict};
use crate::models::series::PlacementError;
use crate::models::video_edit::{EditRefused, ImportedVideo, NEEDS_SERIES, NOT_IN_SERIES, NewVideo};
use jiff::Timestamp;
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
            Denial::AgeLimited(_) => Self::Forbidden,
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
            Denial::AgeLimited(limit) => {
                let message = format!("This profile may only watch titles rated for ages up to {}.", limit.get());
                return Self::new(denial.into(), message);
            }
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

impl From<ProfileConflict> for ApiError {
    fn from(conflict: ProfileConflict) -> Self {
        let message = match conflict {
            ProfileConflict::Missing => return Self::not_found("profile"),
            ProfileConflict::TooMany => format!("An account has at most {PROFILES_MAX} profiles. Delete one first."),
            ProfileConflict::NameTaken => "Another profile has this name. Choose another name.".to_owned(),
            ProfileConflict::FirstNotDeletable => "The first profile cannot be deleted.".to_owned(),
            ProfileConflict::FirstNotKids => {
                "The first profile has no age limit, so that somebody can change the profiles.".to_owned()
            }
            ProfileConflict::NeedsPassword => "This profile has just been changed elsewhere. Please reload.".to_owned(),
        };
        Self::new(Code::Conflict, message)
    }
}

impl From<PlacementError> for ApiError {
    fn from(error: PlacementError) -> Self {
        match error {
            PlacementError::NoSeries => Self::validation(vec![no_such_series()]),
            PlacementError::NumberTaken => Self::new(
                Code::Conflict,
                "Another episode of this series has this place. Choose another season or episode number.",
            ),
        }
    }
}

impl From<EditRefused> for ApiError {
    fn from(refused: EditRefused) -> Self {
        match refused {
            EditRefused::Invalid(issues) => {
                Self::validation(issues.into_iter().map(|(field, issue)| FieldIssue::new(field, issue)).collect())
            }
            EditRefused::NotReady => {
                Self::new(Code::VideoNotReady, "This video cannot be published before it is ready.")
            }
        }
    }
}

/// The issue of a `series_id` that identifies no series.
pub fn no_such_series() -> FieldIssue {
    FieldIssue::new("series_id", "there is no such series")
}

impl Rules for NewVideo {
    fn issues(fields: &Fields<'_>, _: Timestamp) -> Vec<FieldIssue> {
        let misplaced = ["season", "episode"].into_iter().filter(|name| fields.is_set(name));
        let misplaced = misplaced.filter(|_| !fields.is_set("series_id"));
        let mut issues: Vec<FieldIssue> = misplaced.map(|name| FieldIssue::new(name, NEEDS_SERIES)).collect();
        if fields.is_set("trailer_of") && fields.is_set("series_id") {
            issues.push(FieldIssue::new("series_id", NOT_IN_SERIES));
        }
        issues
    }
}

impl Rules for ImportedVideo {
    fn issues(fields: &Fields<'_>, now: Timestamp) -> Vec<FieldIssue> {
        NewVideo::issues(fields, now)
    }
}

impl Rules for LayoutEdits {
    fn issues(fields: &Fields<'_>, _: Timestamp) -> Vec<FieldIssue> {
        let shelves = fields.given("shelves").and_then(|shelves| shelves.as_array()).map(Vec::as_slice);
        let wrong = Self::wrong_shelves(shelves.unwrap_or_default());
        wrong.into_iter().map(|(index, issue)| FieldIssue::new(format!("shelves[{index}]"), issue)).collect()
    }
}
