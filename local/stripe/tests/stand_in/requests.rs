//! What applies to every request: keys, parameters, idempotency, lists, faults, and state that survives a restart.

use crate::support::{KEY, SECRET, Shop, text};
use http::Method;
use serde_json::{Value, json};
use standin::calls::Calls;
use standin::clock::Clock;
use standin::documents::Documents;
use standin::faults::{Fault, Faults, Kind, Target};
use std::path::Path;
use stripe_standin::{StripeStandIn, signature};

#[tokio::test]
async fn only_the_configured_key_is_accepted() {
    let shop = Shop::open().await;
    let basic = "Basic c2tfdGVzdF9vZl90aGVfdGVzdHM6"; // the key as the name of a user without a password
    for (authorization, status) in [
        (format!("Bearer {KEY}"), 200),
        (basic.to_owned(), 200),
        (format!("Bearer {KEY}x"), 401),
        ("Bearer ".to_owned(), 401),
        ("Digest x".to_owned(), 401),
    ] {
        let answer = shop.call_with("GET", "/v1/customers", &[], &[("authorization", &authorization)]).await;
        assert_eq!(answer.status, status, "{authorization}");
        assert!(answer.header("request-id").is_some_and(|id| id.starts_with("req_")));
        assert_eq!(answer.header("stripe-version"), Some("2026-09-30.endive"));
        assert!(!answer.text.contains(KEY), "an answer never tells the key");
    }
}

#[tokio::test]
async fn versions_of_another_release_are_refused() {
    let shop = Shop::open().await;
    for (version, status) in [("2026-09-30.endive", 200), ("2026-10-28.endive", 200), ("2024-06-20", 400)] {
        let answer = shop.call_with("GET", "/v1/customers", &[], &[("stripe-version", version)]).await;
        assert_eq!(answer.status, status, "{version}");
    }
}

#[tokio::test]
async fn a_repeated_idempotency_key_gets_the_same_answer_for_a_day() {
    let shop = Shop::open().await;
    let (a, b) = (&[("email", "a@example.com")][..], &[("email", "b@example.com")][..]);
    let key = &[("idempotency-key", "k1")][..];
    let first = shop.call_with("POST", "/v1/customers", a, key).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let again = shop.call_with("POST", "/v1/customers", a, key).await;
    assert_eq!((again.text, again.headers.get("idempotent-replayed").is_some()), (first.text.clone(), true));
    for (path, form) in [("/v1/customers", b), ("/v1/products", a)] {
        let refused = shop.call_with("POST", path, form, key).await;
        assert_eq!((refused.status, &refused.json()["error"]["type"]), (400, &json!("idempotency_error")));
    }
    assert_eq!(shop.get("/v1/customers", &[]).await["data"].as_array().unwrap().len(), 1);
    shop.advance(crate::support::DAY + 60).await;
    let later = shop.call_with("POST", "/v1/customers", a, key).await;
    assert_ne!(later.text, first.text, "a key is forgotten after a day");
}

#[tokio::test]
async fn an_invalid_request_releases_its_key_and_a_declined_charge_does_not() {
    let shop = Shop::open().await;
    let key = &[("idempotency-key", "k2")][..];
    let refused = shop.call_with("POST", "/v1/customers", &[("email", "nonsense")], key).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("email_invalid")));
    assert_eq!(shop.call_with("POST", "/v1/customers", &[("email", "a@example.com")], key).await.status, 200);

    let (customer, _) = shop.subscribe("ada@example.com", "basic_month", "4000000000000341").await;
    shop.advance(32 * crate::support::DAY).await;
    let invoice = text(&shop.invoices(&customer).await[1]["id"]);
    let path = format!("/v1/invoices/{invoice}/pay");
    let key = &[("idempotency-key", "k3")][..];
    let declined = shop.call_with("POST", &path, &[], key).await;
    assert_eq!((declined.status, &declined.json()["error"]["decline_code"]), (402, &json!("generic_decline")));
    assert_eq!(declined.json()["error"]["payment_intent"]["status"], "requires_payment_method");
    let attempts = shop.get(&format!("/v1/invoices/{invoice}"), &[]).await["attempt_count"].clone();
    let again = shop.call_with("POST", &path, &[], key).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (402, Some("true")));
    let after = shop.get(&format!("/v1/invoices/{invoice}"), &[]).await["attempt_count"].clone();
    assert_eq!(attempts, after, "a repeated payment is not attempted twice");
}

#[tokio::test]
async fn lists_are_newest_first_and_paged() {
    let shop = Shop::open().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(shop.customer(&format!("c{number}@example.com")).await);
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let mut query = vec![("limit", "2")];
        query.extend(after.as_deref().map(|id| ("starting_after", id)));
        let page = shop.get("/v1/customers", &query).await;
        seen.extend(page["data"].as_array().unwrap().iter().map(|one| text(&one["id"])));
        if page["has_more"] == json!(false) {
            break;
        }
        after = seen.last().cloned();
    }
    assert_eq!(seen, ids);
    let newer = shop.get("/v1/customers", &[("ending_before", &ids[3]), ("limit", "2")]).await;
    assert_eq!((&newer["data"][0]["id"], &newer["has_more"]), (&json!(ids[1]), &json!(true)));
    for (name, value) in [("limit", "0"), ("limit", "101"), ("starting_after", "cus_none"), ("colour", "red")] {
        let refused = shop.call("GET", "/v1/customers", &[(name, value)]).await;
        assert_eq!(refused.status, 400, "{name}={value}: {}", refused.text);
    }
}

#[tokio::test]
async fn events_are_listed_by_up_to_twenty_types() {
    let shop = Shop::open().await;
    let id = shop.customer("ada@example.com").await;
    shop.post(&format!("/v1/customers/{id}"), &[("name", "Ada")]).await;
    let event_types = |types: usize| std::iter::repeat_n(("types[]", "customer.updated"), types).collect::<Vec<_>>();
    let listed = shop.get("/v1/events", &event_types(20)).await;
    let types: Vec<&Value> = listed["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["customer.updated"]);
    assert_eq!(shop.call("GET", "/v1/events", &event_types(21)).await.status, 400);
}

#[tokio::test]
async fn errors_have_stripes_format() {
    let shop = Shop::open().await;
    for (method, path, form, status, code) in [
        ("GET", "/v1/customers/cus_none", &[][..], 404, Some("resource_missing")),
        ("GET", "/v1/nonsense", &[], 404, None),
        ("POST", "/v1/checkout/sessions", &[], 400, Some("parameter_missing")),
        ("POST", "/v1/customers", &[("shoe_size", "43")], 400, Some("parameter_unknown")),
        ("POST", "/v1/customers", &[("metadata", "x")], 400, None),
        ("GET", "/v1/customers", &[("expand[]", "data.email")], 200, None),
        ("POST", "/v1/customers", &[("expand[]", "nonsense")], 400, None),
    ] {
        let answer = shop.call(method, path, form).await;
        assert_eq!(answer.status, status, "{method} {path} {form:?}: {}", answer.text);
        if status != 200 {
            let error = &answer.json()["error"];
            assert_eq!((&error["type"], error["code"].as_str()), (&json!("invalid_request_error"), code));
            assert_eq!(answer.header("stripe-should-retry"), Some("false"));
        }
    }
    assert_eq!(shop.get("/v1/customers", &[]).await["data"], json!([]), "a refused request makes nothing");
}

#[tokio::test]
async fn faults_are_answered_as_stripe_answers_them() {
    let shop = Shop::open().await;
    for (kind, status, code) in [
        (Kind::Throttle, 429, json!("rate_limit")),
        (Kind::Error, 500, Value::Null),
        (Kind::Conflict, 409, json!("lock_timeout")),
    ] {
        let operation = Some("POST /v1/customers".to_owned());
        shop.faults.add(Fault {
            target: Target::Stripe,
            table: None,
            operation,
            kind,
            skip: 0,
            count: 1,
            answer: None,
        });
        let failed = shop.call("POST", "/v1/customers", &[]).await;
        assert_eq!((failed.status, &failed.json()["error"]["code"]), (status, &code));
        assert_eq!(failed.header("stripe-should-retry"), Some("true"));
    }
    assert_eq!(shop.get("/v1/customers", &[]).await["data"], json!([]));
}

#[test]
fn operations_are_named_by_method_and_path_and_pages_have_no_name() {
    let watch = StripeStandIn::watch(Calls::default(), Faults::default());
    for (method, path, name) in [
        (Method::POST, "/v1/customers", Some("POST /v1/customers")),
        (Method::GET, "/v1/customers/cus_1", Some("GET /v1/customers/{id}")),
        (Method::POST, "/v1/checkout/sessions/cs_test_1/expire", Some("POST /v1/checkout/sessions/{id}/expire")),
        (Method::POST, "/v1/invoices/create_preview", Some("POST /v1/invoices/create_preview")),
        (Method::GET, "/c/pay/cs_test_1", None),
        (Method::GET, "/p/session/bps_1", None),
    ] {
        assert_eq!((watch.operation)(&method, path).as_deref(), name);
    }
}

#[test]
fn a_signature_has_one_v1_for_each_secret_and_a_decoy() {
    let rotating = signature(&format!("{SECRET},whsec_old"), 1_700_000_000, b"{}");
    let parts: Vec<&str> = rotating.split(',').collect();
    let versions: Vec<&str> = parts.iter().map(|part| part.split('=').next().unwrap()).collect();
    assert_eq!(versions, ["t", "v1", "v1", "v0"]);
    assert!(signature(SECRET, 1_700_000_000, b"{}").contains(parts[1]));
    assert!(signature("whsec_old", 1_700_000_000, b"{}").contains(parts[2]));
    assert_eq!(rotating.matches(&parts[3][3..]).count(), 1, "the decoy is no signature");
}

#[tokio::test]
async fn a_webhook_that_fails_is_sent_again_on_stripes_schedule() {
    let shop = Shop::open().await;
    shop.received.refuse_next(2);
    shop.customer("ada@example.com").await;
    shop.settle().await;
    assert_eq!(shop.received.types(), [""; 0]);
    shop.advance(299).await;
    assert_eq!(shop.received.types(), [""; 0]);
    shop.advance(2 + 1_800).await;
    assert_eq!(shop.received.types(), ["customer.created"]);
    let delivery = &shop.deliveries.list()[0];
    assert_eq!(delivery.attempts.len(), 3);
    shop.received.refuse_next(usize::MAX);
    shop.customer("bob@example.com").await;
    shop.advance(5 * crate::support::DAY).await;
    let delivery = &shop.deliveries.list()[0];
    let waited = delivery.attempts.last().unwrap().at.duration_since(delivery.attempts[0].at).as_hours();
    assert_eq!((delivery.attempts.len(), waited), (10, 65), "within three days, then never again");
}

#[tokio::test]
async fn an_endpoint_receives_only_the_event_types_that_it_enabled() {
    let shop = Shop::open().await;
    let listed = shop.get("/v1/webhook_endpoints", &[]).await;
    let configured = &listed["data"][0];
    assert_eq!((&configured["api_version"], &configured["status"]), (&json!("2026-09-30.endive"), &json!("enabled")));
    assert!(configured.get("secret").is_none(), "a secret is shown once, if ever");
    let url = text(&configured["url"]);
    let form = [("url", url.as_str()), ("enabled_events[]", "customer.deleted")];
    let made = shop.post("/v1/webhook_endpoints", &form).await;
    assert!(text(&made["secret"]).starts_with("whsec_"));
    shop.customer("ada@example.com").await;
    assert!(shop.deliveries.list().iter().all(|one| one.endpoint_id != text(&made["id"])));
    let elsewhere = [("url", "https://example.com/hook"), ("enabled_events[]", "*")];
    assert_eq!(shop.call("POST", "/v1/webhook_endpoints", &elsewhere).await.status, 400);
}

#[tokio::test]
async fn the_state_and_its_timers_survive_a_restart() {
    let documents = Documents::open(Some(Path::new(":memory:"))).unwrap();
    let (id, offset) = {
        let shop = Shop::open_with(documents.clone(), Clock::default()).await;
        let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
        (id, shop.timeline.clock().offset_ms())
    };
    let shop = Shop::open_with(documents, Clock::ahead_by(offset)).await;
    let same = shop.subscription(&id).await;
    assert_eq!(same["status"], "active");
    shop.advance(32 * crate::support::DAY).await;
    assert_eq!(shop.invoices(&text(&same["customer"])).await.len(), 2);
}

#[tokio::test]
async fn a_reset_deletes_everything_and_the_seed_gets_the_same_ids() {
    let documents = Documents::open(Some(Path::new(":memory:"))).unwrap();
    let shop = Shop::open_with(documents, Clock::default()).await;
    let price = shop.price("basic_month").await;
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    shop.stand_in.reset();
    shop.seed();
    assert_eq!(shop.price("basic_month").await, price);
    for path in [format!("/v1/customers/{customer}"), format!("/v1/subscriptions/{id}")] {
        assert_eq!(shop.call("GET", &path, &[]).await.status, 404, "{path}");
    }
    shop.received.clear();
    shop.customer("bob@example.com").await;
    shop.settle().await;
    assert_eq!(shop.received.types(), ["customer.created"], "webhooks go on");
    let kept: Vec<(String, Value)> = shop.documents.all("stripe.subscription").unwrap();
    assert!(kept.is_empty(), "nothing is left on disk");
}
