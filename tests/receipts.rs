//! Receipts: whom they are sent to, and what they say.

use crate::notices::{HOUR, count, newest, subjects, text};
use serde_json::json;
use support::billing::{CARD, DAY, call_stripe, checkout_url, platform_without_trial, stripe_customer, subscription};
use support::{Platform, Viewer};

/// Ada, who pays for premium at a service that is called Example TV; an hour later.
async fn ada_at_example_tv() -> (Platform, Viewer) {
    let platform = Platform::with(&[
        ("TrialDays", "0"),
        ("MailFrom", "Example TV <no-reply@tv.example>"),
        ("MailIdentity", "tv.example"),
    ])
    .await;
    let account = json!({ "email": "ada@viewers.test", "password": support::PASSWORD, "name": "Ada" });
    let registered = platform.anyone().post("/api/auth/register", account).await;
    let token = registered.data()["token"].as_str().expect("a token").to_owned();
    let viewer = platform.anyone().with_token("ada@viewers.test", token);
    platform.pay(&checkout_url(&support::billing::checkout(&viewer, "premium").await), CARD).await;
    platform.advance(HOUR).await;
    (platform, viewer)
}

#[tokio::test]
async fn a_receipt_names_the_amount_plan_period_and_recipient() {
    let (platform, viewer) = ada_at_example_tv().await;

    let mail = newest(&platform, "ada@viewers.test", "receipt");

    assert_eq!(mail["subject"], "Your receipt from Example TV");
    assert_eq!(mail["from"], "Example TV <no-reply@tv.example>");
    let invoice = viewer.get("/api/subscription/invoices").await.data()[0].clone();
    let next: jiff::Timestamp =
        subscription(&viewer).await["current_period_end"].as_str().expect("a moment").parse().expect("RFC 3339");
    let next = next.strftime("%-d %B %Y").to_string();
    for form in ["text", "html"] {
        let said = mail[form].as_str().expect("a text");
        for part in [
            "Hello Ada,",
            "$12.99",
            "Example TV Premium",
            &format!("next payment is due on {next}"),
            invoice["number"].as_str().expect("a number"),
            invoice["invoice_pdf"].as_str().expect("a page"),
        ] {
            assert!(said.contains(part), "{form}: {part}: {said}");
        }
        for wrong in ["Marquee", " in_", "12.99 USD", "{service}"] {
            assert!(!said.contains(wrong), "{form}: {wrong}: {said}");
        }
    }
}

#[tokio::test]
async fn mail_about_money_names_the_service_as_its_sender_does() {
    let (platform, viewer) = ada_at_example_tv().await;

    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(33 * DAY).await;
    for mail in platform.mail("ada@viewers.test") {
        assert!(!mail.to_string().contains("Marquee"), "{mail}");
    }
}

#[tokio::test]
async fn mail_about_money_goes_to_the_accounts_address_whatever_stripe_has() {
    for at_stripe in ["elsewhere@viewers.test", ""] {
        let platform = platform_without_trial().await;
        let viewer = platform.register("ada@viewers.test").await;
        let customer = stripe_customer(&platform, &viewer).await;
        call_stripe(&platform, "POST", &format!("customers/{customer}"), &[("email", at_stripe)]).await;
        platform.pay(&checkout_url(&support::billing::checkout(&viewer, "basic").await), CARD).await;
        viewer.post("/api/subscription/cancel", json!({})).await;
        let all = subjects(&platform, &viewer).await;
        assert_eq!((count(&all, "receipt"), count(&all, "is cancelled")), (1, 1), "{at_stripe:?}: {all:?}");
        assert!(platform.mail("elsewhere@viewers.test").is_empty());
    }
}

#[tokio::test]
async fn a_receipt_sent_after_a_change_names_a_payment_only_if_one_is_due() {
    let (due, none) = ("Your next payment is due on", "You won’t be charged again.");
    for (changes, expected) in [(vec![], due), (vec!["cancel"], none), (vec!["cancel", "resume"], due)] {
        let platform = platform_without_trial().await;
        platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
        let viewer = platform.subscriber("basic").await;
        for change in &changes {
            assert_eq!(viewer.post(&format!("/api/subscription/{change}"), json!({})).await.status(), 200);
        }
        platform.advance(60).await;
        platform.running().faults().clear();
        platform.advance(HOUR).await;
        let said = text(&platform, &viewer, "receipt");
        for sentence in [due, none] {
            assert_eq!(said.contains(sentence), sentence == expected, "{changes:?}: {said}");
        }
    }
}
