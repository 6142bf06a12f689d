use super::tests::{GRACE, at, counted, counted_with, day, day_of, history, invoice, subscription};
use super::*;
use crate::models::subscription::Status;

fn failure(created: &str, intent: &str) -> ChargeEntry {
    ChargeEntry {
        id: format!("ch_{created}"),
        status: "failed".to_owned(),
        amount: 1_000,
        currency: "usd".to_owned(),
        failure_code: None,
        disputed: false,
        payment_intent: Some(intent.to_owned()),
        created: at(created),
    }
}

#[test]
fn refunds_and_disputes_count_on_their_own_day_in_their_own_currency_and_what_became_of_them_changes_nothing() {
    let refund = |created: &str, currency: &str, amount: i64, status: &str| RefundEntry {
        id: format!("re_{created}_{amount}"),
        status: Some(status.to_owned()),
        amount,
        currency: currency.to_owned(),
        reason: None,
        charge: "ch_1".to_owned(),
        payment_intent: None,
        created: at(created),
    };
    let dispute = |created: &str, currency: &str, amount: i64, status: &str| DisputeEntry {
        id: format!("dp_{created}_{amount}"),
        status: status.to_owned(),
        amount,
        currency: currency.to_owned(),
        reason: None,
        charge: "ch_1".to_owned(),
        payment_intent: None,
        created: at(created),
    };
    let events = |refunded: &str, disputed: &str| ChargeEvents {
        refunds: vec![
            refund("2026-02-03", "usd", 300, refunded),
            refund("2026-02-03", "usd", 50, refunded),
            refund("2026-02-03", "eur", 7, refunded),
        ],
        disputes: vec![
            dispute("2026-02-03", "eur", 900, disputed),
            dispute("2026-02-04T23:59:59.999Z", "usd", 1_299, disputed),
            dispute("2026-02-05T00:00:00Z", "usd", 5, disputed),
        ],
        failures: Vec::new(),
    };
    for (refunded, disputed) in [("pending", "needs_response"), ("succeeded", "won"), ("failed", "lost")] {
        let on = |date: &str| day_of(&[], &events(refunded, disputed), date).currencies;
        let both = on("2026-02-03");
        assert_eq!((both["usd"].refunded, both["usd"].disputed), (350, 0), "{refunded}");
        assert_eq!((both["eur"].refunded, both["eur"].disputed), (7, 900), "{disputed}");
        let later = on("2026-02-04");
        assert!(!later.contains_key("eur"), "{later:?}");
        assert_eq!((later["usd"].refunded, later["usd"].disputed), (0, 1_299));
        assert_eq!(on("2026-02-05")["usd"].disputed, 5);
        assert!(on("2026-02-02").is_empty());
    }
    let noon = count(&[], &events("succeeded", "won"), &[], day("2026-02-03"), GRACE, at("2026-02-03T11:59:59Z"));
    assert_eq!(noon, DayTally::default(), "nothing before it happened");
}

#[test]
fn a_renewal_that_is_open_within_grace_is_at_risk_until_it_is_settled_whatever_comes_later() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let open = invoice("2026-03-01", "2026-04-01", 1_200, None);
    let at_risk = |open: &Bill, ended: Option<&str>, date: &str| {
        let one = SubscriptionEntry { ended_at: ended.map(at), ..subscription("2026-02-01") };
        counted(&[history(one, vec![first.clone(), open.clone()])], date).at_risk
    };
    let paid = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-03-05")), ..open.clone() };
    let void = Bill { status: "void".to_owned(), voided_at: Some(at("2026-03-05")), ..open.clone() };
    let written_off = Bill { uncollectible_at: Some(at("2026-03-05")), ..open.clone() };
    for (date, expected) in [("2026-02-28", 0), ("2026-03-01", 1_200), ("2026-03-07", 1_200), ("2026-03-08", 0)] {
        assert_eq!(at_risk(&open, None, date), expected, "{date}");
    }
    for settled in [&paid, &void, &written_off] {
        assert_eq!((at_risk(settled, None, "2026-03-04"), at_risk(settled, None, "2026-03-05")), (1_200, 0));
    }
    assert_eq!(at_risk(&open, Some("2026-03-04"), "2026-03-03"), 1_200);
    assert_eq!(at_risk(&open, Some("2026-03-04"), "2026-03-04"), 0, "nobody is asked for it any more");
    let never = Bill { status: "void".to_owned(), ..open.clone() };
    assert_eq!(at_risk(&never, None, "2026-03-03"), 0);
    let purchase = Bill { billing_reason: Some("subscription_create".to_owned()), ..open };
    assert_eq!(at_risk(&purchase, None, "2026-03-03"), 0, "nobody watches on an unpaid purchase");
}

#[test]
fn a_renewal_paid_after_a_failed_attempt_is_recovered_on_the_day_it_is_paid() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let late =
        Bill { paid_at: Some(at("2026-03-06")), ..invoice("2026-03-01", "2026-04-01", 1_200, Some("2026-03-06")) };
    let all = [history(subscription("2026-02-01"), vec![first, late.clone()])];
    let seen = |failures: Vec<ChargeEntry>, date: &str| {
        counted_with(&all, &ChargeEvents { failures, ..ChargeEvents::default() }, date).recovered
    };
    let own = || failure("2026-03-01", "pi_2026-03-01");
    assert_eq!(seen(vec![own(), failure("2026-03-03", "pi_2026-03-01")], "2026-03-06"), 1_200, "once");
    assert_eq!(seen(vec![own()], "2026-03-05"), 0);
    assert_eq!(seen(vec![own()], "2026-03-07"), 0);
    assert_eq!(seen(Vec::new(), "2026-03-06"), 0, "late, as by a bank that wanted it confirmed");
    assert_eq!(seen(vec![failure("2026-03-01", "pi_other")], "2026-03-06"), 0);
    assert_eq!(seen(vec![failure("2026-03-07", "pi_2026-03-01")], "2026-03-06"), 0, "what failed later");
    assert_eq!(seen(vec![failure("2025-12-01", "pi_2026-03-01")], "2026-03-06"), 0, "beyond what is read of each day");
    let purchase = Bill { billing_reason: Some("subscription_create".to_owned()), ..late };
    let bought = [history(subscription("2026-03-01"), vec![purchase])];
    let charges = ChargeEvents { failures: vec![own()], ..ChargeEvents::default() };
    assert_eq!(counted_with(&bought, &charges, "2026-03-06").recovered, 0, "a second try at the checkout");
}

/// Stripe may end an overdue subscription, call it `unpaid`, or leave it `past_due`; later it may still be paid or end.
#[test]
fn a_payment_fails_on_one_day_whatever_stripe_calls_the_subscription_then_and_later() {
    let first = invoice("2026-02-01", "2026-03-01", 1_000, Some("2026-02-01"));
    let open = invoice("2026-03-01", "2026-04-01", 1_200, None);
    let paid = Bill { status: "paid".to_owned(), paid_at: Some(at("2026-04-10")), ..open.clone() };
    let failed = |status: Status, ended: Option<&str>, second: &Bill| -> Vec<String> {
        let one = SubscriptionEntry { status, ended_at: ended.map(at), ..subscription("2026-02-01") };
        let all = [history(one, vec![first.clone(), second.clone()])];
        let days = (0..60).map(|days| day("2026-03-01").plus(days).to_string());
        days.filter(|date| counted(&all, date).payments_failed > 0).collect()
    };
    for (status, ended, second) in [
        (Status::PastDue, None, &open),
        (Status::Unpaid, None, &open),
        (Status::Active, None, &paid),
        (Status::Canceled, Some("2026-04-12"), &open),
        (Status::Canceled, Some("2026-04-12"), &paid),
    ] {
        assert_eq!(failed(status, ended, second), ["2026-03-22"], "{status:?} {ended:?} {second:?}");
    }
    assert_eq!(failed(Status::Canceled, Some("2026-03-15"), &open), ["2026-03-15"], "Stripe gave up before");
    let in_time = Bill { paid_at: Some(at("2026-03-20")), ..paid };
    assert!(failed(Status::Active, None, &in_time).is_empty());
    let last = Bill { finalized_at: Some(at("2026-03-16")), paid_at: Some(at("2026-03-17")), ..in_time };
    assert!(failed(Status::Canceled, Some("2026-03-15"), &last).is_empty(), "a last invoice, made after the end");
}
