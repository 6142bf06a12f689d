//! `logout`: ends one session at once.

use reqwest::Method;
use serde_json::json;
use support::{PASSWORD, Platform};

#[tokio::test]
async fn the_next_request_is_refused_and_other_devices_stay_signed_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;

    let answer = viewer.send(viewer.request(Method::POST, "/api/auth/logout")).await;

    assert_eq!(answer.status(), 200, "a POST without a body is accepted where none is needed: {answer}");
    let next = viewer.get("/api/auth/me").await;
    assert_eq!((next.status(), next.code()), (401, "SESSION_REVOKED"), "{next}");
    assert_eq!(
        viewer.post("/api/auth/refresh", json!({})).await.code(),
        "SESSION_REVOKED",
        "it cannot be refreshed either"
    );
    assert_eq!(viewer.post("/api/auth/logout", json!({})).await.code(), "SESSION_REVOKED");
    assert_eq!(other.get("/api/auth/me").await.status(), 200);
}

#[tokio::test]
async fn a_request_in_flight_does_not_revive_an_ended_session() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    // So that the requests below update the session's last use, each in parallel with its other work.
    platform.advance(2 * 3_600).await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..10 {
        let viewer = viewer.clone();
        asked.spawn(async move {
            let path = if number == 5 { "/api/auth/logout" } else { "/api/auth/me" };
            let method = if number == 5 { Method::POST } else { Method::GET };
            viewer.send(viewer.request(method, path)).await.status()
        });
    }
    assert!(asked.join_all().await.iter().all(|status| [200, 401].contains(status)));
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn no_session_is_half_ended_while_the_store_is_down() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.fault(json!({ "target": "dynamodb", "operation": "DeleteItem", "kind": "error", "count": 100 }));
    assert_eq!(viewer.post("/api/auth/logout", json!({})).await.code(), "UNAVAILABLE");
    platform.console().delete("/faults").await;
    assert_eq!(viewer.post("/api/auth/logout", json!({})).await.status(), 200);
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}
