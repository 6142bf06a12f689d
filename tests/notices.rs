//! Mail about money: one for each cause, however events are delivered.

use crate::change_plan::change;
use serde_json::json;
use support::billing::{
    CARD, DAY, call_stripe, checkout_url, deliver_events, platform_without_trial, post_event, release_events,
    signed_in_again, stripe_customer, subscription,
};
use support::{Platform, Viewer};

pub(crate) const HOUR: u64 = 3_600;

/// The subjects of all mail to a viewer, oldest first.
pub(crate) async fn subjects(platform: &Platform, viewer: &Viewer) -> Vec<String> {
    platform.advance(HOUR).await;
    let mails = platform.mail(viewer.email());
    mails.iter().rev().map(|mail| mail["subject"].as_str().expect("a subject").to_owned()).collect()
}

pub(crate) fn count(subjects: &[String], wanted: &str) -> usize {
    subjects.iter().filter(|subject| subject.contains(wanted)).count()
}

pub(crate) fn text(platform: &Platform, viewer: &Viewer, subject: &str) -> String {
    let mails = platform.mail(viewer.email());
    let mail = mails.iter().find(|mail| mail["subject"].as_str().is_some_and(|one| one.contains(subject)));
    mail.unwrap_or_else(|| panic!("{subject} among {mails:?}"))["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn each_cancellation_is_confirmed_once() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "is cancelled"), 1);
    viewer.post("/api/subscription/resume", json!({})).await;
    platform.advance(DAY).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "is cancelled"), 2, "a second change sends a second mail: {all:?}");
}

#[tokio::test]
async fn a_plan_change_sends_mail_when_scheduled_and_when_paid() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "plan has changed"), count(&all, "receipt")), (1, 2), "{all:?}");
    assert!(text(&platform, &viewer, "plan has changed").contains("Marquee Premium, billed monthly"));
    change(&viewer, json!({ "plan_type": "basic", "interval": "year" })).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "plan will change"), count(&all, "plan has changed")), (1, 1), "{all:?}");
    assert!(text(&platform, &viewer, "plan will change").contains("Marquee Basic, billed yearly"));
}

#[tokio::test]
async fn a_declined_change_sends_no_mail_about_a_change() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    platform.advance(2 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(
        (count(&all, "plan"), count(&all, "go through")),
        (0, 0),
        "the viewer saw the result in the response: {all:?}"
    );
}

#[tokio::test]
async fn a_declined_or_unauthenticated_renewal_sends_mail_with_the_remedy() {
    for (outcome, subject) in [("decline", "go through"), ("require_3ds", "confirm your payment")] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        match outcome {
            "decline" => platform.cards(&viewer).decline().await,
            _ => platform.cards(&viewer).require_3ds().await,
        }
        platform.advance(31 * DAY + 2 * HOUR).await;
        assert_eq!(count(&subjects(&platform, &viewer).await, subject), 1, "{outcome}");
        let link = format!("{}/account", platform.running().urls().web);
        assert!(text(&platform, &viewer, subject).contains(&link));
        // The invoice is paid through the account page, which ends it.
        let viewer = signed_in_again(&platform, &viewer).await;
        assert_eq!(subscription(&viewer).await["status"], "past_due");
        let invoices = viewer.get("/api/subscription/invoices").await;
        let open = invoices.data().as_array().expect("a list").iter().find(|one| one["status"] == "open").cloned();
        let url = open.expect("an open invoice")["hosted_invoice_url"].as_str().expect("a page").to_owned();
        platform.cards(&viewer).succeed().await;
        let form = if outcome == "decline" { format!("card={CARD}") } else { "result=complete".to_owned() };
        let request = platform.client().post(url).header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.expect("the page responds");
        platform.advance(0).await;
        assert_eq!(subscription(&viewer).await["status"], "active", "{outcome}");
    }
}

#[tokio::test]
async fn each_refund_sends_one_mail() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    for amount in ["100", "250"] {
        call_stripe(&platform, "POST", "refunds", &[("charge", paid.as_str()), ("amount", amount)]).await;
        platform.advance(60).await;
    }
    post_event(&platform, "evt_more", "charge.refunded", &customer).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "refund"), 2, "{all:?}");
    let texts: Vec<String> = platform.mail(viewer.email()).iter().map(|mail| mail["text"].to_string()).collect();
    for amount in ["$1.00", "$2.50"] {
        assert_eq!(texts.iter().filter(|text| text.contains(amount)).count(), 1, "{amount}: {texts:?}");
    }
}

#[tokio::test]
async fn delayed_and_reordered_events_send_each_mail_once() {
    let platform = platform_without_trial().await;
    deliver_events(&platform, "hold").await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&support::billing::checkout(&viewer, "basic").await), CARD).await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    change(&viewer, json!({ "plan_type": "basic" })).await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    deliver_events(&platform, "reorder").await;
    release_events(&platform).await;
    platform.advance(5).await;
    let all = subjects(&platform, &viewer).await;
    for (subject, times) in [("receipt", 2), ("plan has changed", 1), ("plan will change", 1), ("is cancelled", 1)] {
        assert_eq!(count(&all, subject), times, "{subject}: {all:?}");
    }
}

/// The newest mail to a viewer with a subject.
pub(crate) fn newest(platform: &Platform, to: &str, subject: &str) -> serde_json::Value {
    let mails = platform.mail(to);
    let mail = mails.iter().find(|mail| mail["subject"].as_str().is_some_and(|one| one.contains(subject)));
    mail.unwrap_or_else(|| panic!("{subject} among {mails:?}")).clone()
}

#[tokio::test]
async fn waiting_mail_to_a_deleted_account_is_dropped() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
    platform.pay(&checkout_url(&support::billing::checkout(&viewer, "basic").await), CARD).await;
    platform.advance(HOUR).await;
    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(crate::delete_account::delete(&viewer).await.status(), 200);
    platform.running().faults().clear();
    platform.advance(HOUR).await;
    let mails = platform.mail("ada@viewers.test");
    assert!(mails.iter().all(|mail| !mail["subject"].as_str().is_some_and(|one| one.contains("receipt"))), "{mails:?}");
}

#[tokio::test]
async fn mail_about_a_failed_payment_gives_the_end_of_the_configured_grace_period() {
    for (outcome, subject) in [("decline", "go through"), ("require_3ds", "confirm your payment")] {
        for days in ["3", "0"] {
            let platform = Platform::with(&[("TrialDays", "0"), ("GraceDays", days)]).await;
            let viewer = platform.subscriber("basic").await;
            match outcome {
                "decline" => platform.cards(&viewer).decline().await,
                _ => platform.cards(&viewer).require_3ds().await,
            }
            platform.advance(31 * DAY + 2 * HOUR).await;
            let viewer = signed_in_again(&platform, &viewer).await;
            let said = newest(&platform, viewer.email(), subject)["text"].as_str().expect("a text").to_owned();
            assert!(!said.contains("week"), "{said}");
            if days == "0" {
                assert!(said.contains("Playback is paused"), "{said}");
                continue;
            }
            let until = subscription(&viewer).await["grace_until"].as_str().expect("a moment").to_owned();
            let until: jiff::Timestamp = until.parse().expect("RFC 3339");
            assert!(said.contains(&format!("watching until {}", until.strftime("%-d %B %Y"))), "{outcome}: {said}");
        }
    }
}

#[tokio::test]
async fn no_mail_promises_what_does_not_exist() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(33 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "has ended"), 1, "{all:?}");
    for mail in platform.mail(viewer.email()) {
        assert!(!mail["text"].as_str().is_some_and(|text| text.contains("watchlist")), "{mail}");
    }
}

#[tokio::test]
async fn an_operator_sees_mail_about_money_in_the_members_list_with_the_brand_name() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let seen = async || {
        let emails = crate::get_member::member(&admin, &viewer).await["emails"].clone();
        emails.as_array().expect("emails").iter().map(|one| json!([one["subject"], one["state"]])).collect::<Vec<_>>()
    };
    assert!(seen().await.contains(&json!(["Your receipt from Marquee", "waiting"])), "{:?}", seen().await);
    platform.advance(HOUR / 2).await;
    assert!(seen().await.contains(&json!(["Your receipt from Marquee", "sent"])), "{:?}", seen().await);
}

/// The subscription's path at Stripe.
pub(crate) async fn at_stripe(platform: &Platform, viewer: &Viewer) -> String {
    let customer = stripe_customer(platform, viewer).await;
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}"), &[]).await;
    format!("subscriptions/{}", list["data"][0]["id"].as_str().expect("an id"))
}

fn date(moment: &serde_json::Value) -> String {
    let moment: jiff::Timestamp = moment.as_str().expect("a moment").parse().expect("RFC 3339");
    moment.strftime("%-d %B %Y").to_string()
}

#[tokio::test]
async fn cancelling_while_a_payment_is_overdue_promises_neither_more_access_nor_no_charge() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    platform.advance(31 * DAY + 2 * HOUR).await;
    let viewer = signed_in_again(&platform, &viewer).await;

    let seen = viewer.post("/api/subscription/cancel", json!({})).await.data().clone();

    assert_eq!((&seen["status"], &seen["access"]["allowed"]), (&json!("past_due"), &json!(true)), "{seen}");
    platform.advance(HOUR).await;
    let said = text(&platform, &viewer, "is cancelled");
    let (until, end) = (date(&seen["access_until"]), date(&seen["cancel_at"]));
    assert_ne!(until, end);
    for part in [
        format!("keep watching until {until}. Your subscription ends on {end}."),
        "$7.99 is still due. Apart from that, you won’t be charged again.".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert!(!said.contains(&format!("watching until {end}")), "{said}");
}

#[tokio::test]
async fn cancelling_without_access_says_that_playback_is_paused() {
    for (state, is_due) in [("paused", false), ("unpaid", true)] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        if state == "paused" {
            let form = [("pause_collection[behavior]", "keep_as_draft")];
            call_stripe(&platform, "POST", &at_stripe(&platform, &viewer).await, &form).await;
            platform.advance(0).await;
        } else {
            platform.running().stripe().set_dunning(stripe_standin::Dunning::Unpaid);
            platform.cards(&viewer).decline().await;
            platform.advance(50 * DAY).await;
        }
        let viewer = signed_in_again(&platform, &viewer).await;

        let seen = viewer.post("/api/subscription/cancel", json!({})).await.data().clone();

        assert_eq!((&seen["status"], &seen["access"]["allowed"]), (&json!(state), &json!(false)), "{seen}");
        platform.advance(HOUR).await;
        let said = text(&platform, &viewer, "is cancelled");
        let end = date(&seen["cancel_at"]);
        assert!(said.contains(&format!("Playback is paused, and your subscription ends on {end}.")), "{said}");
        assert!(!said.contains("keep watching"), "{said}");
        assert_eq!(said.contains("is still due. Apart from that"), is_due, "{state}: {said}");
    }
}

#[tokio::test]
async fn an_end_several_periods_away_does_not_promise_that_nothing_is_charged() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let end = (platform.running().now().as_second() + 100 * 86_400).to_string();
    call_stripe(&platform, "POST", &at_stripe(&platform, &viewer).await, &[("cancel_at", end.as_str())]).await;
    platform.advance(HOUR).await;
    let said = text(&platform, &viewer, "is cancelled");
    assert!(said.contains("Your subscription renews as usual until then."), "{said}");
    assert!(!said.contains("be charged again"), "{said}");
}

#[tokio::test]
async fn each_declined_attempt_says_what_is_true_at_its_time() {
    use stripe_standin::Dunning;
    for (dunning, last) in [
        (Dunning::Cancel, "Your subscription has ended, and we won’t try to charge you again."),
        (Dunning::Unpaid, "Playback is paused until the payment is complete. To stay subscribed, please pay"),
        (Dunning::PastDue, "Playback is paused until the payment is complete. To stay subscribed, please pay"),
    ] {
        let platform = platform_without_trial().await;
        platform.running().stripe().set_dunning(dunning);
        let viewer = platform.subscriber("basic").await;
        platform.cards(&viewer).decline().await;
        platform.advance(31 * DAY + 2 * HOUR).await;
        let until = date(&subscription(&signed_in_again(&platform, &viewer).await).await["grace_until"]);
        platform.advance(17 * DAY).await;

        let mails = platform.mail(viewer.email());
        let about = |mail: &&serde_json::Value| mail["subject"].as_str().is_some_and(|one| one.contains("go through"));
        let texts: Vec<&str> =
            mails.iter().rev().filter(about).map(|mail| mail["text"].as_str().expect("a text")).collect();

        assert_eq!(texts.len(), 4, "{texts:?}");
        for text in &texts[..2] {
            assert!(text.contains(&format!("keep watching until {until}. We’ll try again")), "{dunning:?}: {text}");
        }
        assert!(texts[2].contains("Playback is paused until the payment is complete. We’ll try again"), "{}", texts[2]);
        assert!(texts[3].contains(last), "{dunning:?}: {}", texts[3]);
        for text in &texts[2..] {
            assert!(!text.contains("keep watching"), "{dunning:?}: {text}");
        }
        assert!(!texts[3].contains("try again"), "{dunning:?}: {}", texts[3]);
    }
}

#[tokio::test]
async fn each_pause_of_collection_and_each_resumption_sends_one_mail() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (customer, path) = (stripe_customer(&platform, &viewer).await, at_stripe(&platform, &viewer).await);
    for round in 1..=2 {
        let until = (platform.running().now().as_second() + 3 * 86_400).to_string();
        let form = [("pause_collection[behavior]", "void"), ("pause_collection[resumes_at]", until.as_str())];
        call_stripe(&platform, "POST", &path, &form).await;
        platform.advance(HOUR).await;
        post_event(&platform, &format!("evt_pause_{round}"), "customer.updated", &customer).await;
        let viewer = signed_in_again(&platform, &viewer).await;
        let seen = subscription(&viewer).await;
        assert_eq!(seen["access"]["code"], "PAYMENT_OVERDUE", "{seen}");
        let all = subjects(&platform, &viewer).await;
        assert_eq!((count(&all, "is paused"), count(&all, "has resumed")), (round, round - 1), "{all:?}");
        let said = text(&platform, &viewer, "is paused");
        let part = format!("paused until {}. ", date(&seen["resumes_at"]));
        assert!(said.replace('\n', " ").contains(&part) && said.contains("can’t be played"), "{said}");

        platform.advance(4 * DAY).await;
        post_event(&platform, &format!("evt_resume_{round}"), "customer.updated", &customer).await;
        let all = subjects(&platform, &viewer).await;
        assert_eq!((count(&all, "is paused"), count(&all, "has resumed")), (round, round), "{all:?}");
    }
}
