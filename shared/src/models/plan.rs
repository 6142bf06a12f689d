//! Plans, and what a video asks for: free < basic < premium.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A plan that is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum PlanType {
    Basic,
    Premium,
}

/// What a video asks of its viewer; `free` asks for sign-in alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum RequiredPlan {
    Free,
    Basic,
    Premium,
}

/// How often a plan is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Interval {
    #[default]
    Month,
    Year,
}

impl PlanType {
    /// Every plan, lowest first.
    pub const ALL: [PlanType; 2] = [PlanType::Basic, PlanType::Premium];

    /// The plan's word in tables, JSON and lookup keys.
    pub const fn name(self) -> &'static str {
        match self {
            PlanType::Basic => "basic",
            PlanType::Premium => "premium",
        }
    }

    /// Whether it is enough for a video.
    pub fn covers(self, required: RequiredPlan) -> bool {
        match required {
            RequiredPlan::Free => true,
            RequiredPlan::Basic => true,
            RequiredPlan::Premium => self == PlanType::Premium,
        }
    }
}

impl Interval {
    /// Every interval.
    pub const ALL: [Interval; 2] = [Interval::Month, Interval::Year];

    /// The interval's word in JSON and lookup keys.
    pub const fn name(self) -> &'static str {
        match self {
            Interval::Month => "month",
            Interval::Year => "year",
        }
    }
}

/// The key by which Stripe knows a price: `basic_month`. A plan is a price's lookup key, never its product's name.
pub fn lookup_key(plan: PlanType, interval: Interval) -> String {
    format!("{}_{}", plan.name(), interval.name())
}

/// What a lookup key sells; `None` for a price that is not one of ours, which never grants anything.
pub fn of_lookup_key(key: &str) -> Option<(PlanType, Interval)> {
    let all = PlanType::ALL.into_iter().flat_map(|plan| Interval::ALL.map(|interval| (plan, interval)));
    all.into_iter().find(|(plan, interval)| lookup_key(*plan, *interval) == key)
}

/// How many streams may play at once (contract §5).
pub const fn streams(plan: Option<PlanType>) -> usize {
    match plan {
        None | Some(PlanType::Basic) => 1,
        Some(PlanType::Premium) => 4,
    }
}
