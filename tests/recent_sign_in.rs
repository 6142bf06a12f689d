//! Moving money and granting rights require an operator's sign-in within the last 15 minutes: one test for every such
//! route.

use crate::get_member::{id, member};
use serde_json::{Value, json};
use support::billing::{platform_without_trial, signed_in_again};
use support::{PASSWORD, Platform, Viewer};

const REAUTHENTICATION: (u16, &str) = (403, "REAUTHENTICATION_REQUIRED");

/// Every route that requires a recent sign-in, with a valid body.
async fn routes(platform: &Platform, admin: &Viewer) -> (Viewer, Vec<(String, Value)>) {
    let viewer = platform.subscriber("basic").await;
    let (member_id, detail) = (id(admin, &viewer).await, member(admin, &viewer).await);
    let payment = detail["payments"][0]["id"].as_str().expect("a payment").to_owned();
    let routes = vec![
        (format!("/api/admin/members/{member_id}/comp"), json!({ "plan_type": "premium", "reason": "a prize" })),
        (format!("/api/admin/payments/{payment}/refund"), json!({ "amount": 100, "reason": "an evening" })),
    ];
    (viewer, routes)
}

#[tokio::test]
async fn an_old_sign_in_is_refused_and_a_new_one_is_accepted() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (viewer, routes) = routes(&platform, &admin).await;
    platform.advance(15 * 60 + 5).await;
    let before = member(&admin, &viewer).await;

    for (path, body) in &routes {
        for body in [body.clone(), json!({ "nonsense": 1 })] {
            let refused = admin.post(path, body).await;
            assert_eq!((refused.status(), refused.code()), REAUTHENTICATION, "{path}: before input: {refused}");
        }
        assert_eq!(viewer.post(path, body.clone()).await.code(), "FORBIDDEN", "{path}: the role is checked first");
    }
    assert_eq!(member(&admin, &viewer).await, before, "nothing happened");
    let audit = admin.get("/api/admin/audit").await;
    let is_about =
        |audit_entry: &Value| ["member.comp", "payment.refund"].iter().any(|action| audit_entry["action"] == *action);
    assert!(!audit.data().as_array().expect("deeds").iter().any(is_about), "{audit}");

    let recent = signed_in_again(&platform, &admin).await;
    for (path, body) in &routes {
        let done = recent.post(path, body.clone()).await;
        assert_eq!(done.status(), 200, "{path}: {done}");
        assert_eq!(admin.post(path, body.clone()).await.code(), "REAUTHENTICATION_REQUIRED", "only for that session");
    }
}

#[tokio::test]
async fn a_refresh_does_not_count_as_a_sign_in() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (_, routes) = routes(&platform, &admin).await;
    platform.advance(20 * 60).await;
    let fresh = admin.post("/api/auth/refresh", json!({})).await;
    let fresh = admin.with_token(admin.email(), fresh.data()["token"].as_str().expect("a token").to_owned());
    for (path, body) in &routes {
        let refused = fresh.post(path, body.clone()).await;
        assert_eq!((refused.status(), refused.code()), REAUTHENTICATION, "{path}: {refused}");
    }
}

#[tokio::test]
async fn fourteen_minutes_are_recent_and_a_password_in_the_request_does_not_help() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let (_, routes) = routes(&platform, &admin).await;
    platform.advance(14 * 60).await;
    for (path, body) in &routes {
        assert_eq!(admin.post(path, body.clone()).await.status(), 200, "{path}");
    }
    platform.advance(2 * 60).await;
    for (path, body) in &routes {
        let mut body = body.clone();
        body["password"] = json!(PASSWORD);
        assert_eq!(admin.post(path, body).await.code(), "REAUTHENTICATION_REQUIRED", "{path}");
    }
}

#[tokio::test]
async fn routes_that_only_read_or_repeat_stripes_state_need_no_recent_sign_in() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    platform.advance(20 * 60).await;
    let path = format!("/api/admin/members/{}", id(&admin, &viewer).await);
    for path in [path.as_str(), "/api/admin/members", "/api/admin/audit", "/api/admin/billing/events"] {
        assert_eq!(admin.get(path).await.status(), 200, "{path}");
    }
    for body in [json!({}), json!({ "apply": true })] {
        assert_eq!(admin.post("/api/admin/billing/reconcile", body).await.status(), 200);
    }
}

#[tokio::test]
async fn the_api_document_says_which_routes_need_a_recent_sign_in() {
    let platform = Platform::bare().await;
    let document = platform.anyone().get("/api/openapi.json").await;
    let mut found = Vec::new();
    for (path, methods) in document.json()["paths"].as_object().expect("paths") {
        for operation in methods.as_object().expect("methods").values() {
            let answer = operation["responses"]["403"]["description"].as_str().unwrap_or_default();
            if answer.contains("REAUTHENTICATION_REQUIRED") {
                let text = operation["description"].as_str().unwrap_or_default();
                assert!(text.contains("within the last 15 minutes"), "{path}: {text}");
                found.push(path.clone());
            }
        }
    }
    let expected = [
        "/api/admin/members/{id}",
        "/api/admin/members/{id}/comp",
        "/api/admin/members/{id}/end-subscription",
        "/api/admin/payments/{id}/refund",
    ];
    assert_eq!(found, expected);
}
