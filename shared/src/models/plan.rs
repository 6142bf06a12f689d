//! Plans, and the plan that a video requires: free < basic < premium.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A paid plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names explain themselves")]
pub enum PlanType {
    Basic,
    Premium,
}

/// The plan that a video requires; `free` requires only sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names explain themselves")]
pub enum RequiredPlan {
    Free,
    Basic,
    Premium,
}

/// How often a plan is billed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names explain themselves")]
#[schemars(rename = "BillingInterval")]
pub enum Interval {
    #[default]
    Month,
    Year,
}

impl PlanType {
    /// Every plan, lowest first.
    pub const ALL: [PlanType; 2] = [PlanType::Basic, PlanType::Premium];

    /// The plan's name in tables, JSON and lookup keys.
    pub const fn name(self) -> &'static str {
        match self {
            PlanType::Basic => "basic",
            PlanType::Premium => "premium",
        }
    }

    /// The plan's name for people.
    pub const fn title(self) -> &'static str {
        match self {
            PlanType::Basic => "Basic",
            PlanType::Premium => "Premium",
        }
    }

    /// Whether the plan covers a video.
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

    /// The interval's name in JSON and lookup keys.
    pub const fn name(self) -> &'static str {
        match self {
            Interval::Month => "month",
            Interval::Year => "year",
        }
    }
}

/// The lookup key of a price at Stripe: `basic_month`. A price's plan is determined by its lookup key, never by its
/// product's name.
pub fn lookup_key(plan: PlanType, interval: Interval) -> String {
    format!("{}_{}", plan.name(), interval.name())
}

/// The lookup key of the price in a currency other than the plan's usual one: `basic_month_eur`.
pub fn lookup_key_in(plan: PlanType, interval: Interval, currency: &str) -> String {
    format!("{}_{currency}", lookup_key(plan, interval))
}

/// The plan and interval of a lookup key, in any currency; `None` for a price that is not ours, which never grants
/// access.
pub fn of_lookup_key(key: &str) -> Option<(PlanType, Interval)> {
    let mut all = PlanType::ALL.into_iter().flat_map(|plan| Interval::ALL.map(|interval| (plan, interval)));
    all.find(|(plan, interval)| {
        let rest = key.strip_prefix(&lookup_key(*plan, *interval));
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('_').is_some_and(is_currency))
    })
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// How many streams may play simultaneously.
pub const fn streams(plan: Option<PlanType>) -> usize {
    match plan {
        None | Some(PlanType::Basic) => 1,
        Some(PlanType::Premium) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_key_names_a_plan_in_any_currency_and_no_other_key_does() {
        for plan in PlanType::ALL {
            for every in Interval::ALL {
                assert_eq!(of_lookup_key(&lookup_key(plan, every)), Some((plan, every)));
                assert_eq!(of_lookup_key(&lookup_key_in(plan, every, "eur")), Some((plan, every)));
            }
        }
        for other in ["", "basic", "basic_week", "basic_month_", "basic_month_EUR", "basic_month_euro", "basic_monthly"]
        {
            assert_eq!(of_lookup_key(other), None, "{other}");
        }
    }
}
