//! `stripe-webhook`: which bodies are accepted as Stripe's, and which failures Stripe must retry.

use serde_json::{Value, json};
use support::Platform;
use support::billing::{
    CARD, billing_tables, checkout, checkout_url, deliver_events, platform_without_trial, post_event, post_event_body,
    release_events, sign_event, sign_event_with, stripe_customer, subscription,
};

const BODY: &str = r#"{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false,"data":{"object":{"id":"in_1","object":"invoice","customer":"cus_nobody"}}}"#;

#[tokio::test]
async fn only_stripes_signature_over_the_raw_bytes_is_accepted_for_text_and_base64() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    for content_type in ["application/json; charset=utf-8", "application/octet-stream"] {
        let send = |body: &str, header: Option<String>| {
            post_event_body(&platform, body.as_bytes().to_vec(), header, content_type)
        };
        let right = sign_event(&platform, now, BODY.as_bytes());
        let taken = send(BODY, Some(right.clone())).await;
        assert_eq!(taken.status(), 200, "{content_type}: {taken}");
        for (what, answer) in [
            ("none", send(BODY, None).await),
            ("empty", send(BODY, Some(String::new())).await),
            ("an extra space", send(&format!("{BODY} "), Some(right.clone())).await),
            ("half", send(BODY, Some(right[..40].to_owned())).await),
            ("v0 alone", send(BODY, Some(right.replace("v1=", "v0="))).await),
            ("too old", send(BODY, Some(sign_event(&platform, now - 305, BODY.as_bytes()))).await),
            ("of the future", send(BODY, Some(sign_event(&platform, now + 310, BODY.as_bytes()))).await),
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

/// Sets the webhook's secrets: the new ones, followed by the platform's own one if it is still valid.
async fn rotate_secrets(platform: &Platform, new: &[&str], is_old_valid: bool) {
    let mut secret = platform.running().secret("StripeSecret");
    let old = secret["webhook_secrets"][0].clone();
    let mut secrets: Vec<Value> = new.iter().map(|secret| json!(secret)).collect();
    secrets.extend(is_old_valid.then_some(old));
    secret["webhook_secrets"] = secrets.into();
    let arn = platform.setting("stripe-webhook", "STRIPE_SECRET");
    let body = json!({ "SecretId": arn, "SecretString": secret.to_string() });
    platform.aws("secretsmanager.PutSecretValue", body).await;
}

#[tokio::test]
async fn either_secret_is_accepted_during_a_rotation() {
    let platform = Platform::bare().await;
    let start = platform.running().now().as_second();
    let by_first = Some(sign_event(&platform, start, BODY.as_bytes()));
    assert_eq!(post_event_body(&platform, BODY.into(), by_first, "application/json").await.status(), 200);
    // The function caches the secret for five minutes, and reads it again for a signature that it cannot verify.
    platform.advance(31).await;
    let now = platform.running().now().as_second();
    let old = sign_event(&platform, now, BODY.as_bytes());

    rotate_secrets(&platform, &["whsec_next"], true).await;

    let new = sign_event(&platform, now, BODY.as_bytes());
    assert_ne!(old, new);
    for header in [&new, &old] {
        let answer = post_event_body(&platform, BODY.into(), Some(header.clone()), "application/json").await;
        assert_eq!(answer.status(), 200, "{answer}");
    }
}

#[tokio::test]
async fn a_withdrawn_secret_is_refused() {
    let platform = Platform::bare().await;
    let withdrawn = platform.running().secret("StripeSecret")["webhook_secrets"][0].clone();
    let withdrawn = withdrawn.as_str().expect("a secret");
    for left in [&["whsec_next"][..], &[]] {
        rotate_secrets(&platform, left, false).await;
        platform.advance(301).await;
        let now = platform.running().now().as_second();
        let header = sign_event_with(withdrawn, now, BODY.as_bytes());
        let answer = post_event_body(&platform, BODY.into(), Some(header), "application/json").await;
        assert_eq!(answer.code(), "INVALID_SIGNATURE", "{left:?}: {answer}");
    }
}

#[tokio::test]
async fn unrelated_events_are_answered_without_any_call() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    for body in [
        BODY.replace("invoice.paid", "product.updated"),
        BODY.replace("invoice.paid", "something.new"),
        BODY.replace("\"livemode\":false", "\"livemode\":true"),
        BODY.replace("\"cus_nobody\"", "null"),
    ] {
        let header = sign_event(&platform, now, body.as_bytes());
        let answer = post_event_body(&platform, body.clone().into_bytes(), Some(header), "application/json").await;
        assert_eq!(answer.status(), 200, "{body}: {answer}");
        assert!(platform.calls(&answer).iter().all(|call| call.service == "secrets"), "{:?}", platform.calls(&answer));
    }
}

#[tokio::test]
async fn a_repeated_event_is_answered_without_work() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let first = post_event(&platform, "evt_twice", "invoice.paid", &customer).await;
    assert_eq!(first.status(), 200, "{first}");
    assert_eq!(platform.round_trips(&first, "dynamodb"), 2);
    let second = post_event(&platform, "evt_twice", "invoice.paid", &customer).await;
    assert_eq!(second.status(), 200, "{second}");
    assert_eq!((platform.round_trips(&second, "dynamodb"), platform.round_trips(&second, "stripe")), (1, 0));
}

#[tokio::test]
async fn every_failure_is_left_for_stripe_to_retry_and_changes_nothing() {
    for fault in [
        json!({ "target": "stripe", "kind": "error", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "throttle", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "reset_before", "count": 1_000 }),
        json!({ "target": "stripe", "kind": "truncate", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "error", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "conflict", "count": 1_000 }),
        json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "unprocessed", "count": 1_000 }),
    ] {
        let platform = platform_without_trial().await;
        let viewer = platform.register("a@viewers.test").await;
        let page = checkout_url(&checkout(&viewer, "basic").await);
        deliver_events(&platform, "hold").await;
        platform.pay(&page, CARD).await;
        let customer = stripe_customer(&platform, &viewer).await;
        let before = billing_tables(&platform).await;
        platform.fault(fault.clone());

        let refused = post_event(&platform, "evt_first", "invoice.paid", &customer).await;

        assert!([502, 503].contains(&refused.status()), "{fault}: {refused}");
        assert_eq!(billing_tables(&platform).await, before, "{fault}");
        platform.running().faults().clear();
        let again = post_event(&platform, "evt_first", "invoice.paid", &customer).await;
        assert_eq!(again.status(), 200, "{fault}: {again}");
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{fault}");
        deliver_events(&platform, "normal").await;
        release_events(&platform).await;
    }
}

#[tokio::test]
async fn the_webhook_is_answered_within_the_deadline_while_stripe_hangs() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    platform.fault(json!({ "target": "stripe", "kind": "hang", "count": 1_000 }));
    let started = std::time::Instant::now();
    let answer = post_event(&platform, "evt_slow", "invoice.paid", &customer).await;
    assert_eq!((answer.status(), answer.code()), (502, "PAYMENT_PROVIDER_UNAVAILABLE"), "{answer}");
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_write_whose_response_was_lost_is_recognized_as_done() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let before = billing_tables(&platform).await;
    platform.fault(json!({
        "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_after", "count": 1
    }));
    let answer = post_event(&platform, "evt_lost", "invoice.paid", &customer).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(billing_tables(&platform).await, before);
}

#[tokio::test]
async fn one_of_two_signatures_is_enough_and_the_largest_body_is_read_completely() {
    let platform = Platform::bare().await;
    let now = platform.running().now().as_second();
    let padded = |bytes: usize| {
        let open = BODY.replace("\"object\":\"event\"", "\"object\":\"event\",\"note\":\"é\u{1f3ac}~\"");
        let missing = bytes - open.len() + 1;
        open.replace('~', &"x".repeat(missing)).into_bytes()
    };
    for content_type in ["application/json; charset=utf-8", "application/octet-stream"] {
        let right = sign_event(&platform, now, BODY.as_bytes());
        let (time, right) = right.split_once(',').expect("a time and a signature");
        let rotating = format!("{time},v1={},{right},v0={}", "0".repeat(64), "1".repeat(64));
        let answer = post_event_body(&platform, BODY.into(), Some(rotating), content_type).await;
        assert_eq!(answer.status(), 200, "{content_type}: {answer}");
        let neither = format!("{time},v1={},v1={}", "0".repeat(64), "1".repeat(64));
        let answer = post_event_body(&platform, BODY.into(), Some(neither), content_type).await;
        assert_eq!(answer.code(), "INVALID_SIGNATURE", "{content_type}: {answer}");

        let largest = padded(256 * 1024);
        assert_eq!(largest.len(), 256 * 1024);
        let header = sign_event(&platform, now, &largest);
        let answer = post_event_body(&platform, largest, Some(header), content_type).await;
        assert_eq!(answer.status(), 200, "{content_type}: {answer}");
        let larger = padded(256 * 1024 + 1);
        let header = sign_event(&platform, now, &larger);
        let answer = post_event_body(&platform, larger, Some(header), content_type).await;
        assert_eq!((answer.status(), answer.code()), (413, "PAYLOAD_TOO_LARGE"), "{content_type}: {answer}");
    }
}

#[tokio::test]
async fn a_signature_is_valid_for_five_minutes_before_and_after() {
    let platform = Platform::bare().await;
    for (off, status) in [(-299, 200), (-301, 400), (299, 200), (305, 400)] {
        // Real time passes while this runs, so the future comes nearer; `webhook_tests` checks it to the second.
        let time = platform.running().now().as_second() + off;
        let header = sign_event(&platform, time, BODY.as_bytes());
        let answer = post_event_body(&platform, BODY.into(), Some(header), "application/json").await;
        assert_eq!(answer.status(), status, "{off}: {answer}");
    }
}

#[tokio::test]
async fn an_event_in_an_older_format_triggers_like_any_other() {
    let platform = platform_without_trial().await;
    deliver_events(&platform, "drop").await;
    let viewer = platform.register("a@viewers.test").await;
    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;
    let customer = stripe_customer(&platform, &viewer).await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false, "no event has arrived yet");
    // In the format of 2019: the period on the subscription itself, a plan, and no items. Its content is false.
    let object = json!({
        "id": "sub_old", "object": "subscription", "customer": { "id": customer, "object": "customer" },
        "current_period_end": 1_500_000_000, "plan": { "id": "gold", "amount": 1 }, "status": "canceled",
    });
    let body = json!({
        "id": "evt_old", "object": "event", "api_version": "2019-02-19", "type": "customer.subscription.updated",
        "livemode": false, "data": { "object": object },
    });
    let body = body.to_string();
    let header = sign_event(&platform, platform.running().now().as_second(), body.as_bytes());

    let answer = post_event_body(&platform, body.into_bytes(), Some(header), "application/json").await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = subscription(&viewer).await;
    assert_eq!((&seen["plan_type"], &seen["status"]), (&json!("premium"), &json!("active")), "{seen}");
}

#[tokio::test]
async fn an_event_about_a_deleted_object_ends_its_access() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    deliver_events(&platform, "drop").await;
    let path = format!("customers/{customer}");
    assert_eq!(support::billing::call_stripe(&platform, "DELETE", &path, &[]).await["deleted"], true);

    let answer = post_event(&platform, "evt_late", "customer.subscription.updated", &customer).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = subscription(&viewer).await;
    assert_eq!(seen["access"], json!({ "allowed": false, "code": "SUBSCRIPTION_EXPIRED" }), "{seen}");
    let nobody = post_event(&platform, "evt_nobody", "customer.subscription.updated", "cus_gone").await;
    assert_eq!(nobody.status(), 200, "{nobody}");
}

#[tokio::test]
async fn the_docs_list_the_events_that_the_local_platform_subscribes_to() {
    let platform = Platform::bare().await;
    let endpoints = support::billing::call_stripe(&platform, "GET", "webhook_endpoints", &[]).await;
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

/// Posts a body that is signed now.
async fn signed(platform: &Platform, body: &Value) -> support::Answer {
    let body = body.to_string();
    let header = sign_event(platform, platform.running().now().as_second(), body.as_bytes());
    post_event_body(platform, body.into_bytes(), Some(header), "application/json").await
}

#[tokio::test]
async fn an_event_of_unknown_type_is_answered_in_any_format() {
    let platform = Platform::bare().await;
    let v2 = json!({
        "id": "evt_test_61", "object": "v2.core.event", "type": "v1.billing.meter.no_meter_found", "livemode": false,
        "created": "2026-11-29T18:02:03.123Z", "related_object": null, "reason": { "type": "request" },
    });
    let long = "x".repeat(3_000);
    for body in [
        v2,
        json!({ "id": "evt_1", "type": "something.new", "created": "2026-11-29T18:02:03Z" }),
        json!({ "id": "evt_1", "object": "event", "type": "something.new" }),
        json!({ "type": "something.new", "data": null }),
        json!({ "type": "something.new", "data": [1, 2], "id": 7, "livemode": "no", "created": -1.5 }),
        json!({ "type": "something.new", "data": { "object": [] }, "id": long }),
        json!({ "type": 7 }),
        json!({ "type": null, "id": null }),
        json!({}),
        json!([]),
        json!([{ "type": "invoice.paid" }]),
        json!("invoice.paid"),
        json!(17),
        json!(null),
    ] {
        let answer = signed(&platform, &body).await;
        assert_eq!(answer.status(), 200, "{body}: {answer}");
        assert_eq!(platform.round_trips(&answer, "dynamodb"), 0, "{body}");
        assert_eq!(platform.round_trips(&answer, "stripe"), 0, "{body}");
    }
    let now = platform.running().now().as_second();
    for body in ["", "{", "no event", "{\"type\":\"x\"} {}"] {
        let header = sign_event(&platform, now, body.as_bytes());
        let answer = post_event_body(&platform, body.into(), Some(header), "application/json").await;
        assert_eq!(answer.status(), 400, "{body:?}: {answer}");
    }
}

fn long(prefix: &str) -> String {
    format!("{prefix}{}", "x".repeat(3_000))
}

fn event_of(object: Value) -> Value {
    let mut event = json!({ "type": "invoice.paid", "livemode": false, "data": {} });
    event["data"]["object"] = object;
    event
}

fn with_id(id: Value, mut event: Value) -> Value {
    event["id"] = id;
    event
}

#[tokio::test]
async fn an_event_in_an_unknown_format_whose_customer_is_known_is_processed_once() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let before = billing_tables(&platform).await;
    for event in [
        with_id(json!(long("evt_")), event_of(json!({ "object": "invoice", "customer": customer }))),
        with_id(json!(7), event_of(json!({ "object": "invoice", "customer": customer }))),
        event_of(json!({ "object": "invoice", "customer": customer, "number": 1 })),
        json!({ "id": "evt_modeless", "type": "invoice.paid", "created": "2026-11-29T18:02:03Z",
            "data": { "object": { "object": "invoice", "customer": { "id": customer } } } }),
    ] {
        let answer = signed(&platform, &event).await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert!(platform.round_trips(&answer, "stripe") > 0, "it is processed");
        let again = signed(&platform, &event).await;
        assert_eq!((again.status(), platform.round_trips(&again, "stripe")), (200, 0), "once: {again}");
    }
    assert_eq!(billing_tables(&platform).await, before);
}

#[tokio::test]
async fn an_event_whose_customer_is_missing_or_unreadable_is_set_aside() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let before = billing_tables(&platform).await;
    let unreadable = [
        with_id(json!("evt_long_customer"), event_of(json!({ "object": "invoice", "customer": long("cus_") }))),
        with_id(json!("evt_long_charge"), event_of(json!({ "object": "dispute", "charge": long("ch_") }))),
        with_id(json!("evt_long_object"), event_of(json!({ "object": "customer", "id": long("cus_") }))),
        with_id(json!("evt_path"), event_of(json!({ "object": "invoice", "customer": "../prices" }))),
        with_id(json!("evt_empty"), event_of(json!({ "object": "invoice", "customer": "" }))),
        with_id(json!("evt_null"), json!({ "type": "invoice.paid", "livemode": false, "data": null })),
        with_id(json!("evt_array"), json!({ "type": "invoice.paid", "livemode": false, "data": [] })),
        with_id(json!("evt_list"), event_of(json!([{ "customer": customer }]))),
        with_id(json!(long("evt_")), event_of(json!({ "object": "invoice", "customer": long("cus_") }))),
    ];
    for event in &unreadable {
        let answer = signed(&platform, event).await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(platform.round_trips(&answer, "stripe"), 0, "{answer}");
    }
    let aside = admin.get("/api/admin/billing/events?state=set_aside&limit=100").await;
    assert_eq!(aside.data().as_array().map(Vec::len), Some(unreadable.len()), "{aside}");
    assert_eq!(billing_tables(&platform).await, before);
    let replay = admin.post(&format!("/api/admin/billing/events/{}/replay", long("evt_")), json!({})).await;
    assert_eq!(replay.code(), "NOT_FOUND", "{replay}");
}

#[tokio::test]
async fn permanent_refusals_of_stripe_are_set_aside_and_transient_ones_are_retried() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let refuse = |status: u16, error: Value| {
        crate::provider_errors::refuse(&platform, "GET /v1/invoices", 10, status, &error);
    };
    refuse(400, json!({ "type": "invalid_request_error", "code": "parameter_unknown" }));
    let permanent = post_event(&platform, "evt_permanent", "invoice.paid", &customer).await;
    platform.running().faults().clear();
    assert_eq!(permanent.status(), 200, "{permanent}");
    for (status, error) in [
        (401, json!({ "type": "invalid_request_error", "code": "api_key_expired" })),
        (403, json!({ "type": "invalid_request_error" })),
        (400, json!({ "type": "invalid_request_error", "code": "account_invalid" })),
        (429, json!({ "type": "invalid_request_error", "code": "rate_limit" })),
    ] {
        refuse(status, error.clone());
        let transient = post_event(&platform, &format!("evt_{status}"), "invoice.paid", &customer).await;
        platform.running().faults().clear();
        assert_eq!(transient.status(), 502, "{error}: {transient}");
    }
    let marks = support::billing::table_rows(&platform, "BILLING_EVENTS_TABLE").await;
    let aside: Vec<&Value> = marks.iter().filter(|row| row["state"]["S"] == "set_aside").collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(aside[0]["id"]["S"], "evt_permanent");
}
