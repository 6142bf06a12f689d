//! Renewals, dunning and cancellations.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};
use stripe_standin::{Dunning, Outcome};

fn period_end(subscription: &Value) -> i64 {
    subscription["items"]["data"][0]["current_period_end"].as_i64().unwrap()
}

#[tokio::test]
async fn a_renewal_is_announced_drafted_and_paid_an_hour_later() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let first = period_end(&shop.subscription(&id).await);
    shop.received.clear();
    shop.advance(shop.until(first) - 8 * DAY).await;
    assert_eq!(shop.received.types(), [""; 0], "nothing happens in the middle of a period");
    shop.advance(2 * DAY).await;
    assert_eq!(shop.received.types(), ["invoice.upcoming"]);
    shop.advance(6 * DAY + 60).await;
    assert_eq!(shop.received.types()[1..], ["invoice.created", "customer.subscription.updated"]);
    let renewed = shop.subscription(&id).await;
    assert_eq!((&renewed["status"], &renewed["latest_invoice"]["status"]), (&json!("active"), &json!("draft")));
    assert!(period_end(&renewed) > first, "the draft hour is in the new period");
    shop.received.clear();
    shop.advance(HOUR).await;
    assert_eq!(
        shop.received.types(),
        [
            "invoice.updated",
            "invoice.finalized",
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "invoice.paid",
            "invoice.updated",
            "invoice.payment_succeeded",
        ]
    );
    let invoices = shop.invoices(&customer).await;
    assert_eq!(
        (&invoices[1]["billing_reason"], &invoices[1]["amount_paid"]),
        (&json!("subscription_cycle"), &json!(999))
    );
    assert_eq!(invoices[1]["parent"]["subscription_details"]["subscription"], json!(id));
}

#[tokio::test]
async fn a_year_has_thirteen_invoices_and_every_event_is_delivered_once() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.advance(366 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!(invoices.len(), 13);
    assert!(invoices.iter().all(|one| one["status"] == "paid" && one["amount_paid"] == 999));
    assert_eq!(shop.received.objects("invoice.paid").len(), 13);
    let mut ids: Vec<String> = shop.received.all().iter().map(|event| text(&event["id"])).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no event comes twice");
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn a_declined_renewal_is_retried_and_recovers() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("Ada@Example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.set_outcome("ada@example.com", Outcome::Decline);
    shop.advance(32 * DAY).await;
    let late = shop.subscription(&id).await;
    assert_eq!((&late["status"], &late["latest_invoice"]["attempt_count"]), (&json!("past_due"), &json!(1)));
    assert!(late["latest_invoice"]["status_transitions"]["finalized_at"].is_i64(), "the start of any grace");
    assert_eq!(shop.received.objects("invoice.payment_failed").len(), 1);
    shop.stand_in.set_outcome("ada@example.com", Outcome::Succeed);
    shop.advance(3 * DAY).await;
    assert_eq!(shop.subscription(&id).await["status"], "active");
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[1]["status"], &invoices[1]["attempt_count"]), (&json!("paid"), &json!(2)));
}

#[tokio::test]
async fn dunning_ends_as_configured() {
    for (dunning, status) in
        [(Dunning::Cancel, "canceled"), (Dunning::Unpaid, "unpaid"), (Dunning::PastDue, "past_due")]
    {
        let shop = Shop::open().await;
        shop.stand_in.set_dunning(dunning);
        let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
        let renewal = shop.until(period_end(&shop.subscription(&id).await));
        shop.advance(renewal + 2 * HOUR + 14 * DAY).await;
        assert_eq!(shop.subscription(&id).await["status"], "past_due", "attempts go on for two weeks");
        shop.advance(DAY).await;
        let ended = shop.subscription(&id).await;
        assert_eq!(ended["status"], status);
        let invoice = &shop.invoices(&customer).await[1];
        assert_eq!((&invoice["status"], &invoice["attempt_count"]), (&json!("open"), &json!(4)));
        assert_eq!((&invoice["next_payment_attempt"], &invoice["auto_advance"]), (&Value::Null, &json!(false)));
        if dunning == Dunning::Cancel {
            assert_eq!(ended["cancellation_details"]["reason"], "payment_failed");
            assert_eq!(shop.received.objects("customer.subscription.deleted").len(), 1);
        }
        let attempts = shop.received.objects("charge.failed").len();
        shop.advance(40 * DAY).await;
        let failed = shop.received.objects("charge.failed").len();
        match dunning {
            Dunning::PastDue => assert!(failed > attempts, "a past due subscription goes on being charged"),
            _ => assert_eq!(failed, attempts, "nobody is charged any longer"),
        }
    }
}

#[tokio::test]
async fn an_unpaid_subscription_creates_drafts_and_resumes_when_its_debt_is_paid() {
    let shop = Shop::open().await;
    shop.stand_in.set_dunning(Dunning::Unpaid);
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
    shop.advance(70 * DAY).await;
    let invoices = shop.invoices(&customer).await;
    assert_eq!((&invoices[1]["status"], &invoices[2]["status"]), (&json!("open"), &json!("draft")));
    shop.stand_in.set_outcome("ada@example.com", Outcome::Succeed);
    shop.post(&format!("/v1/invoices/{}/pay", text(&invoices[1]["id"])), &[]).await;
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn a_cancellation_at_period_end_takes_effect_then_and_charges_nothing_more() {
    let shop = Shop::open().await;
    for by_portal in [false, true] {
        let email = format!("{by_portal}@example.com");
        let (customer, id) = shop.subscribe(&email, "basic_month", "4242424242424242").await;
        let ending = if by_portal {
            let portal = shop.post("/v1/billing_portal/sessions", &[("customer", &customer)]).await;
            let form = [("action", "cancel"), ("subscription", id.as_str())];
            assert_eq!(shop.browse(portal["url"].as_str().unwrap(), Some(&form)).await.status, 303);
            shop.subscription(&id).await
        } else {
            shop.post(&format!("/v1/subscriptions/{id}"), &[("cancel_at_period_end", "true")]).await
        };
        assert_eq!(ending["cancel_at_period_end"], json!(!by_portal));
        assert_eq!((&ending["status"], ending["cancel_at"].as_i64().unwrap()), (&json!("active"), period_end(&ending)));
        shop.received.clear();
        shop.advance(32 * DAY).await;
        let ended = shop.subscription(&id).await;
        assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("canceled"), &ending["cancel_at"]));
        assert_eq!(shop.received.types(), ["customer.subscription.deleted"], "no notice, no invoice");
        assert_eq!(shop.invoices(&customer).await.len(), 1);
    }
}

#[tokio::test]
async fn an_undone_cancellation_renews() {
    let shop = Shop::open().await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let path = format!("/v1/subscriptions/{id}");
    shop.post(&path, &[("cancel_at", "min_period_end")]).await;
    let undone = shop.post(&path, &[("cancel_at", ""), ("cancel_at_period_end", "false")]).await;
    assert_eq!((&undone["cancel_at"], &undone["canceled_at"]), (&Value::Null, &Value::Null));
    assert_eq!(undone["cancellation_details"]["reason"], Value::Null);
    shop.advance(32 * DAY).await;
    assert_eq!(shop.invoices(&customer).await.len(), 2);
}

#[tokio::test]
async fn a_first_payment_that_never_comes_expires_after_23_hours() {
    let shop = Shop::open().await;
    let customer = shop.customer("ada@example.com").await;
    let price = shop.price("basic_month").await;
    let form =
        [("customer", customer.as_str()), ("items[0][price]", &price), ("payment_behavior", "default_incomplete")];
    let started = shop.post("/v1/subscriptions", &form).await;
    assert_eq!(started["status"], "incomplete");
    shop.advance(23 * HOUR + 60).await;
    let expired = shop.subscription(started["id"].as_str().unwrap()).await;
    assert_eq!(
        (&expired["status"], &expired["latest_invoice"]["status"]),
        (&json!("incomplete_expired"), &json!("void"))
    );
    assert_eq!(shop.received.objects("invoice.voided").len(), 1);
    shop.advance(60 * DAY).await;
    assert_eq!(shop.invoices(&customer).await.len(), 1, "what expired is never renewed");
}

#[tokio::test]
async fn a_renewal_that_needs_authentication_is_confirmed_on_the_invoice_page() {
    let shop = Shop::open().await;
    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.set_outcome("ada@example.com", Outcome::Require3ds);
    shop.advance(32 * DAY).await;
    let late = shop.subscription(&id).await;
    assert_eq!(late["status"], "past_due");
    assert_eq!(shop.received.objects("invoice.payment_action_required").len(), 1);
    let page = text(&late["latest_invoice"]["hosted_invoice_url"]);
    assert!(shop.browse(&page, None).await.text.contains("3-D Secure"));
    assert_eq!(shop.browse(&page, Some(&[("result", "complete")])).await.status, 303);
    assert_eq!(shop.subscription(&id).await["status"], "active");
    assert!(shop.browse(&page, None).await.text.contains("paid"));
}

/// Run it manually: `cargo test -p stripe-standin --release -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_year_of_a_hundred_subscribers_takes_seconds() {
    let shop = Shop::open().await;
    for number in 0..100 {
        shop.subscribe(&format!("{number}@example.com"), "basic_month", "4242424242424242").await;
    }
    let started = std::time::Instant::now();
    shop.advance(366 * DAY).await;
    let events = shop.received.types().len();
    eprintln!("{events} events in {:?}", started.elapsed());
    assert_eq!(shop.received.objects("invoice.paid").len(), 1_300);
}
