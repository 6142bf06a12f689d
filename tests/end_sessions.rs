//! `end-sessions`: an operator signs a member out everywhere.

use crate::get_member::{id, member};
use serde_json::json;
use support::{PASSWORD, Platform};

#[tokio::test]
async fn every_device_of_the_member_is_signed_out_and_nobody_elses() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    let stranger = platform.register("bob@viewers.test").await;
    assert_eq!(member(&admin, &viewer).await["devices"].as_array().map(Vec::len), Some(2));
    let path = format!("/api/admin/members/{}/end-sessions", id(&admin, &viewer).await);

    let answer = admin.post(&path, json!({ "reason": "a stolen phone" })).await;

    assert_eq!((answer.status(), answer.data()), (200, &json!({ "ended": 2 })), "{answer}");
    for device in [&viewer, &other] {
        assert_eq!(device.get("/api/auth/me").await.code(), "SESSION_REVOKED");
        assert_eq!(device.post("/api/auth/refresh", json!({})).await.code(), "SESSION_REVOKED");
    }
    assert_eq!(stranger.get("/api/auth/me").await.status(), 200);
    assert_eq!(admin.get("/api/auth/me").await.status(), 200);
    assert_eq!(member(&admin, &viewer).await["devices"], json!([]));
    let again = platform.sign_in("ada@viewers.test", PASSWORD).await;
    assert_eq!(again.get("/api/auth/me").await.status(), 200, "the password is still valid");
    let audit = admin.get("/api/admin/audit?limit=1").await.data()[0].clone();
    assert_eq!(
        json!([audit["action"], audit["reason"], audit["before"], audit["after"]]),
        json!(["member.end_sessions", "a stolen phone", { "sessions": 2 }, { "sessions": 0 }])
    );
}

#[tokio::test]
async fn it_needs_an_operator_a_reason_and_a_member() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let path = format!("/api/admin/members/{}/end-sessions", id(&admin, &viewer).await);
    assert_eq!(viewer.post(&path, json!({ "reason": "x" })).await.code(), "FORBIDDEN");
    assert_eq!(admin.post(&path, json!({})).await.code(), "VALIDATION_ERROR");
    let nobody = "/api/admin/members/0197a000-0000-7000-8000-000000000001/end-sessions";
    assert_eq!(admin.post(nobody, json!({ "reason": "x" })).await.code(), "NOT_FOUND");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
}
