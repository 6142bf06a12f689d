//! `stripe-webhook`: what is taken for Stripe's, and what is for Stripe to try again.

use crate::billing::{
    CARD, checkout, customer, deliveries, event, page, post, release, signature, subscription, tables, untried,
};
use serde_json::json;
use support::Platform;

const BODY: &str = r#"{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"data":{"object":{"id":"in_1","object":"invoice","customer":"cus_nobody"}}}"#;

#[tokio::test]
async fn only_stripes_signature_over_the_raw_bytes_is_taken_in_text_and_in_base64() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    for content_type in ["application/json; charset=utf-8", "application/octet-stream"] {
        let send = |body: &str, header: Option<String>| post(&platform, body.as_bytes().to_vec(), header, content_type);
        let right = signature(&platform, now, BODY.as_bytes());
        let taken = send(BODY, Some(right.clone())).await;
        assert_eq!(taken.status(), 200, "{content_type}: {taken}");
        for (what, answer) in [
            ("none", send(BODY, None).await),
            ("empty", send(BODY, Some(String::new())).await),
            ("a space more", send(&format!("{BODY} "), Some(right.clone())).await),
            ("half", send(BODY, Some(right[..40].to_owned())).await),
            ("v0 alone", send(BODY, Some(right.replace("v1=", "v0="))).await),
            ("too old", send(BODY, Some(signature(&platform, now - 305, BODY.as_bytes()))).await),
            ("of the future", send(BODY, Some(signature(&platform, now + 310, BODY.as_bytes()))).await),
        ] {
            assert_eq!(
                (answer.status(), answer.code()),
                (400, "INVALID_SIGNATURE"),
                "{content_type}, {what}: {answer}"
            );
            assert_eq!(platform.round_trips(&answer, "dynamodb"), 0, "{what}: before any store call");
            assert_eq!(platform.round_trips(&answer, "stripe"), 0, "{what}");
        }
    }
}

#[tokio::test]
async fn a_rotation_takes_either_secret_and_a_withdrawn_one_no_more() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    let old = signature(&platform, now, BODY.as_bytes());
    let mut secret = platform.running().secret("StripeSecret");
    let arn = platform.setting("stripe-webhook", "STRIPE_SECRET");
    let put = async |value: &serde_json::Value| {
        let body = json!({ "SecretId": arn, "SecretString": value.to_string() });
        platform.aws("secretsmanager.PutSecretValue", body).await;
    };
    let first = secret["webhook_secrets"][0].clone();
    secret["webhook_secrets"] = json!(["whsec_next", first]);
    put(&secret).await;
    let new = signature(&platform, now, BODY.as_bytes());
    assert_ne!(old, new);
    for header in [&old, &new] {
        let answer = post(&platform, BODY.into(), Some(header.clone()), "application/json").await;
        assert_eq!(answer.status(), 200, "{answer}");
    }
    for left in [json!(["whsec_next"]), json!([])] {
        secret["webhook_secrets"] = left;
        put(&secret).await;
        platform.advance(301).await;
        let now = platform.running().now().as_second();
        let by_old = format!("{old},t={now}");
        let answer = post(&platform, BODY.into(), Some(by_old), "application/json").await;
        assert_eq!(answer.code(), "INVALID_SIGNATURE", "{answer}");
    }
}

#[tokio::test]
async fn what_says_nothing_of_money_is_answered_before_any_call() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    for body in [
        BODY.replace("invoice.paid", "product.updated"),
        BODY.replace("invoice.paid", "something.new"),
        BODY.replace("\"livemode\":false", "\"livemode\":true"),
        BODY.replace("\"cus_nobody\"", "null"),
    ] {
        let header = signature(&platform, now, body.as_bytes());
        let answer = post(&platform, body.clone().into_bytes(), Some(header), "application/json").await;
        assert_eq!(answer.status(), 200, "{body}: {answer}");
        assert!(platform.calls(&answer).iter().all(|call| call.service == "secrets"), "{:?}", platform.calls(&answer));
    }
}

#[tokio::test]
async fn an_event_that_comes_again_is_answered_without_work() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let first = event(&platform, "evt_twice", "invoice.paid", &customer).await;
    assert_eq!(first.status(), 200, "{first}");
    assert_eq!(platform.round_trips(&first, "dynamodb"), 2);
    let second = event(&platform, "evt_twice", "invoice.paid", &customer).await;
    assert_eq!(second.status(), 200, "{second}");
    assert_eq!((platform.round_trips(&second, "dynamodb"), platform.round_trips(&second, "stripe")), (1, 0));
}

#[tokio::test]
async fn whatever_fails_is_for_stripe_to_try_again_and_nothing_is_half_done() {
    for fault in [
        json!({ "target": "stripe", "kind": "error", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "throttle", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "reset_before", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "truncate", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "error", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "conflict", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "unprocessed", "count": 1_000 }),
    ] {
        let platform = untried().await;
        let viewer = platform.register("a@viewers.test").await;
        let page = page(&checkout(&viewer, "basic").await);
        deliveries(&platform, "hold").await;
        platform.pay(&page, CARD).await;
        let customer = customer(&platform, &viewer).await;
        let before = tables(&platform).await;
        platform.fault(fault.clone());

        let refused = event(&platform, "evt_first", "invoice.paid", &customer).await;

        assert!([502, 503].contains(&refused.status()), "{fault}: {refused}");
        assert_eq!(tables(&platform).await, before, "{fault}");
        platform.running().faults().clear();
        let again = event(&platform, "evt_first", "invoice.paid", &customer).await;
        assert_eq!(again.status(), 200, "{fault}: {again}");
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{fault}");
        deliveries(&platform, "normal").await;
        release(&platform).await;
    }
}

#[tokio::test]
async fn a_stripe_that_hangs_is_answered_within_the_deadline() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    platform.fault(json!({ "target": "stripe", "kind": "hang", "count": 1_000 }));
    let started = std::time::Instant::now();
    let answer = event(&platform, "evt_slow", "invoice.paid", &customer).await;
    assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{answer}");
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_found_done() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let before = tables(&platform).await;
    platform.fault(json!({
        "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_after", "count": 1
    }));
    let answer = event(&platform, "evt_lost", "invoice.paid", &customer).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(tables(&platform).await, before);
}

#[tokio::test]
async fn of_two_signatures_one_is_enough_and_the_largest_body_is_read_whole() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    let padded = |bytes: usize| {
        let open = BODY.replace("\"object\":\"event\"", "\"object\":\"event\",\"note\":\"é\u{1f3ac}~\"");
        let missing = bytes - open.len() + 1;
        open.replace('~', &"x".repeat(missing)).into_bytes()
    };
    for content_type in ["application/json; charset=utf-8", "application/octet-stream"] {
        let right = signature(&platform, now, BODY.as_bytes());
        let (time, right) = right.split_once(',').expect("a time and a signature");
        let rotating = format!("{time},v1={},{right},v0={}", "0".repeat(64), "1".repeat(64));
        let answer = post(&platform, BODY.into(), Some(rotating), content_type).await;
        assert_eq!(answer.status(), 200, "{content_type}: {answer}");
        let neither = format!("{time},v1={},v1={}", "0".repeat(64), "1".repeat(64));
        let answer = post(&platform, BODY.into(), Some(neither), content_type).await;
        assert_eq!(answer.code(), "INVALID_SIGNATURE", "{content_type}: {answer}");

        let largest = padded(256 * 1024);
        assert_eq!(largest.len(), 256 * 1024);
        let header = signature(&platform, now, &largest);
        let answer = post(&platform, largest, Some(header), content_type).await;
        assert_eq!(answer.status(), 200, "{content_type}: {answer}");
        let larger = padded(256 * 1024 + 1);
        let header = signature(&platform, now, &larger);
        let answer = post(&platform, larger, Some(header), content_type).await;
        assert_eq!((answer.status(), answer.code()), (413, "PAYLOAD_TOO_LARGE"), "{content_type}: {answer}");
    }
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes_both_ways() {
    let platform = Platform::bare().await;
    for (off, status) in [(-299, 200), (-301, 400), (299, 200), (305, 400)] {
        // Real time goes on while this runs: the future comes nearer, which `webhook_tests` measures to the second.
        let time = platform.running().now().as_second() + off;
        let header = signature(&platform, time, BODY.as_bytes());
        let answer = post(&platform, BODY.into(), Some(header), "application/json").await;
        assert_eq!(answer.status(), status, "{off}: {answer}");
    }
}

#[tokio::test]
async fn an_event_of_an_older_shape_is_a_trigger_as_any_other() {
    let platform = untried().await;
    deliveries(&platform, "drop").await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&page(&checkout(&viewer, "premium").await), CARD).await;
    let customer = customer(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false, "nobody has told yet");
    // As it was in 2019: the period on the subscription itself, a plan, no items; and it says something that is not so.
    let object = json!({
        "id": "sub_old", "object": "subscription", "customer": { "id": customer, "object": "customer" },
        "current_period_end": 1_500_000_000, "plan": { "id": "gold", "amount": 1 }, "status": "canceled",
    });
    let body = json!({
        "id": "evt_old", "object": "event", "api_version": "2019-02-19", "type": "customer.subscription.updated",
        "livemode": false, "data": { "object": object },
    });
    let body = body.to_string();
    let header = signature(&platform, platform.running().now().as_second(), body.as_bytes());

    let answer = post(&platform, body.into_bytes(), Some(header), "application/json").await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["status"]), (&json!("premium"), &json!("active")), "{seen}");
}

#[tokio::test]
async fn an_event_of_what_was_deleted_since_ends_what_it_gave() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    deliveries(&platform, "drop").await;
    let path = format!("customers/{customer}");
    assert_eq!(crate::billing::stripe(&platform, "DELETE", &path, &[]).await["deleted"], true);

    let answer = event(&platform, "evt_late", "customer.subscription.updated", &customer).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = subscription(&viewer).await;
    assert_eq!(seen["access"], json!({ "allowed": false, "code": "SUBSCRIPTION_EXPIRED" }), "{seen}");
    let nobody = event(&platform, "evt_nobody", "customer.subscription.updated", "cus_gone").await;
    assert_eq!(nobody.status(), 200, "{nobody}");
}

#[tokio::test]
async fn the_operator_is_told_to_subscribe_to_what_the_local_platform_does() {
    let platform = Platform::bare().await;
    let endpoints = crate::billing::stripe(&platform, "GET", "webhook_endpoints", &[]).await;
    let events = endpoints["data"][0]["enabled_events"].as_array().expect("types").clone();
    assert!(events.len() > 20, "{events:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let told = std::fs::read_to_string(root.join("docs/OPERATIONS.md")).expect("docs/OPERATIONS.md");
    for event in events {
        let event = event.as_str().expect("a type");
        let last = event.rsplit('.').next().expect("a word");
        assert!(told.contains(&format!("`{event}`")) || told.contains(&format!("`.{last}`")), "{event}");
    }
}
