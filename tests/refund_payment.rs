//! `POST /api/admin/payments/{id}/refund`

use crate::get_member::member;
use serde_json::{Value, json};
use support::billing::{
    call_stripe, deliver_events, platform_without_trial, release_events, signed_in_again, stripe_customer,
};
use support::{Answer, Platform, Viewer};

async fn refund(admin: &Viewer, payment: &str, body: Value) -> Answer {
    admin.post(&format!("/api/admin/payments/{payment}/refund"), body).await
}

/// A subscriber, and their payment.
async fn paid(platform: &Platform, admin: &Viewer) -> (Viewer, String) {
    let viewer = platform.subscriber("premium").await;
    let id = member(admin, &viewer).await["payments"][0]["id"].as_str().expect("a payment").to_owned();
    (viewer, id)
}

/// The total that Stripe has refunded to a viewer.
async fn gone_back(platform: &Platform, viewer: &Viewer) -> i64 {
    let customer = stripe_customer(platform, viewer).await;
    let charges = call_stripe(platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    charges["data"].as_array().expect("charges").iter().filter_map(|one| one["amount_refunded"].as_i64()).sum()
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;

    let part = refund(&admin, &id, json!({ "amount": 300, "reason": "an evening without a stream" })).await;

    assert_eq!(part.status(), 200, "{part}");
    assert_eq!(part.data()["payment"], member(&admin, &viewer).await["payments"][0]);
    assert_eq!(part.data()["payment"]["amount_refunded"], 300);
    let seen = &part.data()["refund"];
    assert_eq!(json!([seen["status"], seen["amount"], seen["currency"]]), json!(["succeeded", 300, "usd"]));
    let rest = refund(&admin, &id, json!({ "reason": "the rest" })).await;
    assert_eq!(rest.data()["refund"]["amount"], 999, "{rest}");
    assert_eq!(gone_back(&platform, &viewer).await, 1_299);
}

#[tokio::test]
async fn a_payment_is_never_refunded_beyond_its_amount() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    assert_eq!(refund(&admin, &id, json!({ "amount": 300, "reason": "a part" })).await.status(), 200);

    let too_much = refund(&admin, &id, json!({ "amount": 1_000, "reason": "more" })).await;

    assert_eq!((too_much.code(), &too_much.details()[0]["field"]), ("VALIDATION_ERROR", &json!("amount")));
    assert_eq!(gone_back(&platform, &viewer).await, 300);
    assert_eq!(refund(&admin, &id, json!({ "reason": "the rest" })).await.status(), 200);
    let again = refund(&admin, &id, json!({ "reason": "once more" })).await;
    assert_eq!((again.status(), again.code()), (409, "CONFLICT"));
    assert_eq!(gone_back(&platform, &viewer).await, 1_299);
}

#[tokio::test]
async fn every_refund_is_audited_with_its_reason_and_operator() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (_, id) = paid(&platform, &admin).await;

    refund(&admin, &id, json!({ "amount": 300, "reason": "an evening without a stream" })).await;
    refund(&admin, &id, json!({ "reason": "the rest" })).await;

    let audit = admin.get("/api/admin/audit").await;
    let entries = audit.data().as_array().expect("entries").iter();
    let seen: Vec<Value> = entries
        .filter(|entry| entry["action"] == "payment.refund")
        .map(|entry| {
            json!([
                entry["reason"],
                entry["subject"],
                entry["before"],
                entry["after"]["amount_refunded"],
                entry["actor"]
            ])
        })
        .collect();
    let me = &admin.get("/api/auth/me").await.data()["id"].clone();
    let expected = [
        json!(["the rest", id, { "amount_refunded": 300 }, 1_299, me]),
        json!(["an evening without a stream", id, { "amount_refunded": 0 }, 300, me]),
    ];
    assert!(seen.len() == 2 && expected.iter().all(|entry| seen.contains(entry)), "{seen:?}");
}

#[tokio::test]
async fn two_simultaneous_clicks_make_one_refund() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    let click = || refund(&admin, &id, json!({ "amount": 200, "reason": "a click" }));

    let (one, other) = tokio::join!(click(), click());

    assert!(one.status() == 200 || other.status() == 200, "{one} {other}");
    let given = if one.status() == 200 && other.status() == 200 {
        // Either both asked before the first refund was made, which makes one refund, or the second came after the
        // first.
        if one.data()["refund"]["id"] == other.data()["refund"]["id"] { 200 } else { 400 }
    } else {
        200
    };
    assert_eq!(gone_back(&platform, &viewer).await, given);
}

#[tokio::test]
async fn a_partial_refund_repeated_with_the_same_key_is_made_once() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    let ask = async |key: &str, amount: u32| {
        let path = format!("/api/admin/payments/{id}/refund");
        let request = admin.request(reqwest::Method::POST, &path).header("idempotency-key", key);
        admin.send(request.json(&json!({ "amount": amount, "reason": "a bad evening" }))).await
    };
    // The money was refunded, and the operator gets an error.
    platform
        .fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_before", "count": 50 }));
    let failed = ask("one", 200).await;
    assert_eq!(failed.status(), 503, "{failed}");
    platform.running().faults().clear();

    let again = ask("one", 200).await;

    assert_eq!((again.status(), &again.data()["refund"]["amount"]), (200, &json!(200)), "{again}");
    assert_eq!(again.data()["payment"]["amount_refunded"], 200, "{again}");
    assert_eq!(gone_back(&platform, &viewer).await, 200);
    let other = ask("one", 300).await;
    assert_eq!((other.status(), other.code()), (409, "IDEMPOTENCY_CONFLICT"), "{other}");
    assert_eq!(gone_back(&platform, &viewer).await, 200);
    assert_eq!(ask("two", 200).await.status(), 200);
    assert_eq!(gone_back(&platform, &viewer).await, 400);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_reason_is_refused() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    let ask = async |reason: &str| {
        let path = format!("/api/admin/payments/{id}/refund");
        let request = admin.request(reqwest::Method::POST, &path).header("idempotency-key", "one");
        admin.send(request.json(&json!({ "amount": 200, "reason": reason }))).await
    };
    assert_eq!(ask("a bad evening").await.status(), 200);

    let other = ask("a good evening").await;

    assert_eq!((other.status(), other.code()), (409, "IDEMPOTENCY_CONFLICT"), "{other}");
    assert_eq!(gone_back(&platform, &viewer).await, 200);
}

#[tokio::test]
async fn a_refund_whose_response_was_lost_is_still_in_the_tables_and_the_audit() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    deliver_events(&platform, "hold").await;
    // The tables cannot be written: the money was refunded, and the operator gets an error.
    platform
        .fault(json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_before", "count": 50 }));
    let failed = refund(&admin, &id, json!({ "reason": "a double charge" })).await;
    assert_eq!(failed.status(), 503, "{failed}");
    assert_eq!(gone_back(&platform, &viewer).await, 1_299);
    platform.running().faults().clear();

    let again = refund(&admin, &id, json!({ "reason": "a double charge" })).await;
    assert_eq!(again.code(), "CONFLICT", "it was not made twice: {again}");
    release_events(&platform).await;

    assert_eq!(member(&admin, &viewer).await["payments"][0]["amount_refunded"], 1_299);
    let audit = admin.get("/api/admin/audit").await;
    let told = audit
        .data()
        .as_array()
        .expect("deeds")
        .iter()
        .filter(|audit_entry| audit_entry["action"] == "payment.refund")
        .count();
    assert_eq!(told, 1, "{audit}");
}

#[tokio::test]
async fn a_refund_of_an_unknown_payment_is_not_found() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for unknown in ["in_0000", "ch_1", "..", "in_%2e%2e"] {
        assert_eq!(refund(&admin, unknown, json!({ "reason": "x" })).await.code(), "NOT_FOUND", "{unknown}");
    }
}

#[tokio::test]
async fn an_invalid_refund_changes_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": "" }), "reason"),
        (json!({ "reason": "x", "amount": 0 }), "amount"),
        (json!({ "reason": "x", "amount": 1.5 }), "amount"),
        (json!({ "reason": "x", "amount": 9_999 }), "amount"),
    ] {
        let refused = refund(&admin, &id, body.clone()).await;
        assert_eq!((refused.code(), &refused.details()[0]["field"]), ("VALIDATION_ERROR", &json!(field)), "{body}");
    }
    assert_eq!(gone_back(&platform, &viewer).await, 0);
}

#[tokio::test]
async fn a_viewer_cannot_refund_their_own_payment() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;

    assert_eq!(refund(&viewer, &id, json!({ "reason": "why not" })).await.code(), "FORBIDDEN");

    assert_eq!(gone_back(&platform, &viewer).await, 0);
}

#[tokio::test]
async fn a_refund_that_stripe_does_not_receive_changes_nothing() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    platform.fault(json!({ "target": "stripe", "kind": "reset_before", "count": 50 }));

    assert_eq!(refund(&admin, &id, json!({ "reason": "why not" })).await.code(), "PAYMENT_PROVIDER_UNAVAILABLE");

    platform.running().faults().clear();
    assert_eq!(gone_back(&platform, &viewer).await, 0);
}

#[tokio::test]
async fn an_open_invoice_cannot_be_refunded() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, _) = paid(&platform, &admin).await;
    platform.cards(&viewer).decline().await;
    platform.advance(32 * 86_400).await;
    let (admin, viewer) = (signed_in_again(&platform, &admin).await, signed_in_again(&platform, &viewer).await);
    let open = member(&admin, &viewer).await["payments"][0].clone();
    assert_eq!(open["status"], "open", "{open}");

    let refused = refund(&admin, open["id"].as_str().expect("an id"), json!({ "reason": "why not" })).await;

    assert_eq!(refused.code(), "CONFLICT", "{refused}");
}

#[tokio::test]
async fn repeating_a_refund_whose_response_was_lost_reports_it_and_updates_the_ledger() {
    for (amount, given) in [(Value::Null, 1_299), (json!(300), 300)] {
        let platform = platform_without_trial().await;
        let admin = platform.admin().await;
        let (viewer, id) = paid(&platform, &admin).await;
        let mut asked = json!({ "reason": "a double charge" });
        if amount.is_i64() {
            asked["amount"] = amount.clone();
        }
        deliver_events(&platform, "hold").await;
        // Stripe makes the refund, but no attempt gets a response.
        platform
            .fault(json!({ "target": "stripe", "operation": "POST /v1/refunds", "kind": "reset_after", "count": 50 }));
        platform.fault(
            json!({ "target": "stripe", "operation": "GET /v1/charges", "kind": "error", "skip": 1, "count": 50 }),
        );
        let lost = refund(&admin, &id, asked.clone()).await;
        assert_eq!(lost.status(), 502, "{lost}");
        platform.running().faults().clear();
        assert_eq!(member(&admin, &viewer).await["payments"][0]["amount_refunded"], 0, "the ledger does not know yet");

        let again = refund(&admin, &id, asked.clone()).await;

        assert_eq!(member(&admin, &viewer).await["payments"][0]["amount_refunded"], given, "{again}");
        assert_eq!(gone_back(&platform, &viewer).await, given, "once");
        if amount.is_null() {
            assert_eq!((again.status(), again.code()), (409, "CONFLICT"), "{again}");
        } else {
            assert_eq!((again.status(), &again.data()["refund"]["amount"]), (200, &amount), "{again}");
            let other = refund(&admin, &id, asked).await;
            assert_eq!(other.status(), 200, "once the first is known, this is a second refund: {other}");
            assert_eq!(gone_back(&platform, &viewer).await, 2 * given);
        }
    }
}

#[tokio::test]
async fn a_refund_that_stripe_refuses_is_explained_and_leaves_the_ledger_correct() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, id) = paid(&platform, &admin).await;
    for (code, told) in [
        ("charge_disputed", "disputed"),
        ("charge_already_refunded", "already"),
        ("balance_insufficient", "balance"),
        ("amount_too_small", "below"),
        ("a_code_of_next_year", "reload"),
    ] {
        let error = json!({ "type": "invalid_request_error", "code": code });
        crate::provider_errors::refuse(&platform, "POST /v1/refunds", 1, 400, &error);
        let refused = refund(&admin, &id, json!({ "reason": "why not" })).await;
        assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{code}: {refused}");
        assert!(refused.to_string().contains(told), "{code}: {refused}");
    }
    assert_eq!(member(&admin, &viewer).await["payments"][0]["amount_refunded"], 0);
    // Refunded in Stripe's dashboard, without an event.
    deliver_events(&platform, "drop").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let charge = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    call_stripe(&platform, "POST", "refunds", &[("charge", charge.as_str())]).await;
    let refused = refund(&admin, &id, json!({ "reason": "why not" })).await;
    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    assert_eq!(member(&admin, &viewer).await["payments"][0]["amount_refunded"], 1_299);
}
