//! The seed's members and what each of them does during the three months, by day.
//!
//! Renewals come a calendar month after sign-up, which is 28 to 31 days. The metrics must not depend on the day on
//! which the history ends, so nobody signs up on a day for which a renewal might or might not fall before the end.

use stripe_standin::Outcome;

/// Days of the history.
pub(super) const DAYS: i64 = 91;

/// A member, and what happens to them.
pub(super) struct Member {
    /// The local part of an email address at `marquee.test`.
    pub(super) name: &'static str,
    /// The day of their registration.
    pub(super) joins: i64,
    /// The plan that they subscribe to on that day.
    pub(super) plan: Option<Plan>,
    /// On how many days out of a hundred they watch something.
    pub(super) watches: u32,
    /// What they do later, and what operators do to their account.
    pub(super) then: &'static [(i64, MemberAction)],
}

/// A plan and its billing interval.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan(pub(super) &'static str, pub(super) &'static str);

const BASIC: Plan = Plan("basic", "month");
const BASIC_YEAR: Plan = Plan("basic", "year");
const PREMIUM: Plan = Plan("premium", "month");
const PREMIUM_YEAR: Plan = Plan("premium", "year");

/// A single action.
#[derive(Clone, Copy)]
pub(super) enum MemberAction {
    Change(Plan),
    Cancel,
    Resume,
    /// Sets the outcome of later charges.
    Card(Outcome),
    /// An operator grants a complimentary plan for some days, with a reason.
    Gift(&'static str, i64, &'static str),
    /// An operator refunds the last payment, in full or in part, with a reason.
    Refund(Option<i64>, &'static str),
}

use MemberAction::{Cancel, Card, Change, Gift, Refund, Resume};
use Outcome::{Decline, Succeed};

const fn member(
    name: &'static str,
    joins: i64,
    plan: Option<Plan>,
    watches: u32,
    then: &'static [(i64, MemberAction)],
) -> Member {
    Member { name, joins, plan, watches, then }
}

/// The documented demo accounts. They also exist in a seed without history.
pub(super) const DEMO: [Member; 3] = [
    member("basic", 40, Some(BASIC), 16, &[]),
    member("premium", 15, Some(PREMIUM), 22, &[]),
    member("viewer", 70, None, 14, &[]),
];

/// The profiles that share an account with its first one: the account, their names and age limits.
pub(super) const PROFILES: [(&str, &str, Option<u32>); 2] = [("premium", "Robin", None), ("premium", "Kids", Some(6))];

/// The other members.
pub(super) const MEMBERS: [Member; 30] = [
    member("member-01", 3, Some(PREMIUM), 19, &[]),
    member("member-02", 4, Some(BASIC), 14, &[(40, Change(PREMIUM))]),
    member("member-03", 5, Some(BASIC_YEAR), 11, &[]),
    member("member-04", 7, Some(PREMIUM), 14, &[(50, Cancel)]),
    // The card is declined at the first renewal and in all retries.
    member("member-05", 9, Some(BASIC), 11, &[(35, Card(Decline))]),
    member("member-06", 11, Some(PREMIUM), 11, &[(34, Change(BASIC))]),
    member("member-07", 13, None, 8, &[]),
    member(
        "member-08",
        14,
        Some(BASIC),
        8,
        &[(47, Cancel), (48, Refund(None, "Renewed shortly before they cancelled"))],
    ),
    member("member-09", 17, Some(PREMIUM_YEAR), 22, &[]),
    // A declined renewal, and a card that works again before the next retry.
    member("member-10", 20, Some(BASIC), 14, &[(46, Card(Decline)), (52, Card(Succeed))]),
    member("member-11", 22, Some(BASIC), 11, &[(57, Change(BASIC_YEAR))]),
    member("member-12", 24, None, 14, &[(25, Gift("premium", 90, "Writes about the service"))]),
    member("member-13", 26, Some(PREMIUM), 16, &[]),
    member("member-14", 27, Some(BASIC), 14, &[(40, Cancel), (45, Resume)]),
    member("member-15", 34, Some(BASIC), 11, &[]),
    member("member-16", 36, Some(PREMIUM), 19, &[(70, Refund(Some(300), "Playback stopped several times"))]),
    member("member-17", 38, None, 6, &[]),
    member("member-18", 42, Some(BASIC), 16, &[(44, Change(PREMIUM))]),
    member("member-19", 45, Some(PREMIUM), 11, &[(58, Cancel)]),
    member("member-20", 47, Some(BASIC_YEAR), 11, &[]),
    member("member-21", 49, Some(PREMIUM), 16, &[(75, Card(Decline)), (81, Card(Succeed))]),
    member("member-22", 52, Some(BASIC), 14, &[]),
    // Overdue and within the grace period when the history ends.
    member("member-23", 58, Some(PREMIUM), 14, &[(84, Card(Decline))]),
    member("member-24", 57, Some(BASIC), 14, &[(75, Gift("premium", 30, "Waited a week for our answer"))]),
    member("member-25", 66, Some(PREMIUM), 19, &[]),
    member("member-26", 69, Some(BASIC), 16, &[]),
    // Cancelled, with access until the end of the paid month.
    member("member-27", 72, Some(BASIC), 14, &[(84, Cancel)]),
    member("member-28", 76, Some(PREMIUM), 19, &[]),
    member("member-29", 82, Some(BASIC_YEAR), 16, &[]),
    member("member-30", 86, Some(BASIC), 22, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The age of a subscription at its first, second and third renewal.
    const RENEWALS: [std::ops::RangeInclusive<i64>; 3] = [28..=31, 59..=62, 89..=92];

    #[test]
    fn no_renewal_falls_so_close_to_the_end_that_the_calendar_decides() {
        for member in DEMO.iter().chain(&MEMBERS) {
            let age = DAYS - member.joins;
            assert!(RENEWALS.iter().all(|days| !days.contains(&age)), "{} is {age} days old", member.name);
            assert!(member.then.iter().all(|(day, _)| (member.joins..DAYS).contains(day)), "{}", member.name);
            assert!(member.then.is_sorted_by_key(|(day, _)| *day), "{}", member.name);
        }
    }
}
