//! `refresh-token`: a session goes on under a fresh token, and only that session.

use serde_json::json;
use support::{Answer, PASSWORD, Platform, Viewer};

const DAY: u64 = 86_400;

async fn refresh(viewer: &Viewer) -> Answer {
    viewer.post("/api/auth/refresh", json!({})).await
}

fn renewed(viewer: &Viewer, answer: &Answer) -> Viewer {
    assert_eq!(answer.status(), 200, "{answer}");
    viewer.with_token(viewer.email(), answer.data()["token"].as_str().expect("a token").to_owned())
}

#[tokio::test]
async fn a_fresh_token_works_and_older_ones_are_refused_a_minute_later() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(DAY).await;

    let answer = refresh(&viewer).await;
    let fresh = renewed(&viewer, &answer);

    assert_ne!(fresh.token(), viewer.token());
    assert_eq!(answer.data()["user"]["email"], "ada@viewers.test");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "an answer with a token is never compressed");
    platform.advance(50).await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "requests under way go on");
    platform.advance(15).await;
    let old = viewer.get("/api/auth/me").await;
    assert_eq!((old.status(), old.code()), (401, "SESSION_REVOKED"), "{old}");
    assert_eq!(refresh(&viewer).await.code(), "SESSION_REVOKED", "an old token cannot be renewed");
    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);
    let sessions = fresh.get("/api/auth/sessions").await;
    assert_eq!(sessions.data().as_array().map(Vec::len), Some(1), "it is the same session: {sessions}");
}

#[tokio::test]
async fn a_token_that_expired_renews_for_as_long_as_its_session_lives() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(29 * DAY).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "TOKEN_EXPIRED");

    let fresh = renewed(&viewer, &refresh(&viewer).await);

    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);
    platform.advance(31 * DAY).await;
    assert_eq!(refresh(&fresh).await.code(), "SESSION_REVOKED", "unused for 30 days");
    platform.advance(7 * DAY).await;
    assert_eq!(refresh(&fresh).await.code(), "TOKEN_EXPIRED", "expired more than 30 days ago");
}

#[tokio::test]
async fn no_session_lives_longer_than_180_days_however_often_it_is_used() {
    let platform = Platform::bare().await;
    let mut viewer = platform.register("ada@viewers.test").await;
    for _ in 0..8 {
        platform.advance(22 * DAY).await;
        viewer = renewed(&viewer, &refresh(&viewer).await);
    }
    platform.advance(3 * DAY).await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "on day 179");
    platform.advance(DAY + 60).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED", "on day 180");
    assert_eq!(refresh(&viewer).await.code(), "SESSION_REVOKED");
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn parallel_renewals_leave_a_session_that_works() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let viewer = viewer.clone();
        asked.spawn(async move { refresh(&viewer).await });
    }
    for answer in asked.join_all().await {
        assert_eq!(renewed(&viewer, &answer).get("/api/auth/me").await.status(), 200);
    }
}
