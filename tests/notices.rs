//! Mail about money: each cause once, whatever becomes of the events.

use crate::billing::{CARD, DAY, again, customer, deliveries, event, page, release, stripe, subscription, untried};
use crate::change_plan::change;
use serde_json::json;
use support::{Platform, Viewer};

const HOUR: u64 = 3_600;

/// The subjects of all mail to a viewer, oldest first.
async fn subjects(platform: &Platform, viewer: &Viewer) -> Vec<String> {
    platform.advance(HOUR).await;
    let mails = platform.mail(viewer.email());
    mails.iter().rev().map(|mail| mail["subject"].as_str().expect("a subject").to_owned()).collect()
}

fn count(subjects: &[String], wanted: &str) -> usize {
    subjects.iter().filter(|subject| subject.contains(wanted)).count()
}

fn text(platform: &Platform, viewer: &Viewer, subject: &str) -> String {
    let mails = platform.mail(viewer.email());
    let mail = mails.iter().find(|mail| mail["subject"].as_str().is_some_and(|one| one.contains(subject)));
    mail.unwrap_or_else(|| panic!("{subject} among {mails:?}"))["text"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_trial_is_said_to_end_three_days_before_it_does_and_once() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    deliveries(&platform, "duplicate").await;
    let viewer = platform.subscriber("premium").await;
    platform.advance(10 * DAY).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "trial"), 0);
    platform.advance(DAY).await;
    let customer = customer(&platform, &viewer).await;
    for number in 0..3 {
        event(&platform, &format!("evt_{number}"), "customer.updated", &customer).await;
    }
    assert_eq!(count(&subjects(&platform, &viewer).await, "trial"), 1);
    let text = text(&platform, &viewer, "trial");
    assert!(text.contains("12.99 USD a month") && text.contains("/account"), "{text}");
    platform.advance(5 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "trial"), count(&all, "receipt")), (1, 1), "{all:?}");
}

#[tokio::test]
async fn who_cancels_in_the_trial_is_not_told_of_a_charge() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(15 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "trial"), count(&all, "is cancelled"), count(&all, "has ended")), (0, 1, 1), "{all:?}");
}

#[tokio::test]
async fn each_cancellation_is_confirmed_once() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "is cancelled"), 1);
    viewer.post("/api/subscription/resume", json!({})).await;
    platform.advance(DAY).await;
    let viewer = again(&platform, &viewer).await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "is cancelled"), 2, "another one: {all:?}");
}

#[tokio::test]
async fn a_plan_that_changes_is_told_when_it_is_set_and_when_it_is_paid() {
    let platform = untried().await;
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
async fn a_change_that_is_declined_is_no_change() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    platform.cards(&viewer).decline().await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    platform.advance(2 * DAY).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!((count(&all, "plan"), count(&all, "did not go through")), (0, 0), "its asker saw it: {all:?}");
}

#[tokio::test]
async fn in_a_trial_a_change_is_told_as_well() {
    let platform = Platform::with(&[("TrialDays", "14")]).await;
    let viewer = platform.subscriber("basic").await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "plan has changed"), 1, "{all:?}");
    platform.advance(20 * DAY).await;
    assert_eq!(count(&subjects(&platform, &viewer).await, "plan has changed"), 1);
}

#[tokio::test]
async fn a_renewal_that_is_declined_or_waits_for_its_holder_is_told_with_what_mends_it() {
    for (outcome, subject) in [("decline", "did not go through"), ("require_3ds", "confirm your payment")] {
        let platform = untried().await;
        let viewer = platform.subscriber("basic").await;
        match outcome {
            "decline" => platform.cards(&viewer).decline().await,
            _ => platform.cards(&viewer).require_3ds().await,
        }
        platform.advance(31 * DAY + 2 * HOUR).await;
        assert_eq!(count(&subjects(&platform, &viewer).await, subject), 1, "{outcome}");
        let link = format!("{}/account", platform.running().urls().web);
        assert!(text(&platform, &viewer, subject).contains(&link));
        // What the account shows there is paid, and that ends it.
        let viewer = again(&platform, &viewer).await;
        assert_eq!(subscription(&viewer).await["status"], "past_due");
        let invoices = viewer.get("/api/subscription/invoices").await;
        let open = invoices.data().as_array().expect("a list").iter().find(|one| one["status"] == "open").cloned();
        let url = open.expect("an open invoice")["hosted_invoice_url"].as_str().expect("a page").to_owned();
        platform.cards(&viewer).succeed().await;
        let form = if outcome == "decline" { format!("card={CARD}") } else { "result=complete".to_owned() };
        let request = platform.client().post(url).header("content-type", "application/x-www-form-urlencoded");
        request.body(form).send().await.expect("the page answers");
        platform.advance(0).await;
        assert_eq!(subscription(&viewer).await["status"], "active", "{outcome}");
    }
}

#[tokio::test]
async fn a_refund_is_told_once_for_each() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    let customer = customer(&platform, &viewer).await;
    let charges = stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    for amount in ["100", "250"] {
        stripe(&platform, "POST", "refunds", &[("charge", paid.as_str()), ("amount", amount)]).await;
        platform.advance(60).await;
    }
    event(&platform, "evt_more", "charge.refunded", &customer).await;
    let all = subjects(&platform, &viewer).await;
    assert_eq!(count(&all, "refund"), 2, "{all:?}");
    let texts: Vec<String> = platform.mail(viewer.email()).iter().map(|mail| mail["text"].to_string()).collect();
    for amount in ["1.00 USD", "2.50 USD"] {
        assert_eq!(texts.iter().filter(|text| text.contains(amount)).count(), 1, "{amount}: {texts:?}");
    }
}

#[tokio::test]
async fn events_held_back_and_out_of_order_tell_everything_once() {
    let platform = untried().await;
    deliveries(&platform, "hold").await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&page(&crate::billing::checkout(&viewer, "basic").await), CARD).await;
    change(&viewer, json!({ "plan_type": "premium" })).await;
    change(&viewer, json!({ "plan_type": "basic" })).await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    deliveries(&platform, "reorder").await;
    release(&platform).await;
    platform.advance(5).await;
    let all = subjects(&platform, &viewer).await;
    for (subject, times) in [("receipt", 2), ("plan has changed", 1), ("plan will change", 1), ("is cancelled", 1)] {
        assert_eq!(count(&all, subject), times, "{subject}: {all:?}");
    }
}
