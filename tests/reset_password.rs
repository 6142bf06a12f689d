//! `reset-password`: a mailed link works once, for half an hour, and signs out every device.

use crate::forgot_password::{forget, token_of};
use crate::register::refused_fields;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, PASSWORD, Platform};

const NEW: &str = "another long phrase";
const EMAIL: &str = "ada@viewers.test";

async fn reset(platform: &Platform, token: &str, password: &str) -> Answer {
    platform.anyone().post("/api/auth/reset-password", json!({ "token": token, "password": password })).await
}

/// A fresh token from the mail.
async fn mailed(platform: &Platform, email: &str) -> String {
    assert_eq!(forget(platform, email).await.status(), 200);
    token_of(platform, platform.mail(email).first().expect("a mail"))
}

async fn sign_in(platform: &Platform, password: &str) -> Answer {
    platform.anyone().post("/api/auth/login", json!({ "email": EMAIL, "password": password })).await
}

#[tokio::test]
async fn a_link_sets_a_new_password_and_ends_all_sessions() {
    let platform = Platform::bare().await;
    let viewer = platform.register(EMAIL).await;
    let other = platform.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(
        viewer
            .post(
                "/api/auth/change-password",
                json!({ "current_password": PASSWORD, "new_password": "a phrase between" })
            )
            .await
            .status(),
        200
    );

    let answer = reset(&platform, &mailed(&platform, EMAIL).await, NEW).await;

    assert_eq!((answer.status(), answer.data()), (200, &Value::Null), "{answer}");
    for session in [&viewer, &other] {
        assert_eq!(
            session.get("/api/auth/me").await.code(),
            "SESSION_REVOKED",
            "a reset ends even the session that a change of password keeps"
        );
    }
    for old in [PASSWORD, "a phrase between"] {
        assert_eq!(sign_in(&platform, old).await.code(), "INVALID_CREDENTIALS");
    }
    let session = platform.sign_in(EMAIL, NEW).await;
    assert_eq!(session.get("/api/auth/me").await.status(), 200);
}

#[tokio::test]
async fn one_of_ten_concurrent_redemptions_wins() {
    let platform = Platform::bare().await;
    platform.register(EMAIL).await;
    let token = mailed(&platform, EMAIL).await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..10 {
        let (somebody, token) = (platform.anyone(), token.clone());
        asked.spawn(async move {
            let password = format!("new phrase number {number}");
            let body = json!({ "token": token, "password": password });
            (somebody.post("/api/auth/reset-password", body).await, password)
        });
    }
    let answers = asked.join_all().await;

    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status() == 200);
    assert_eq!(won.len(), 1, "{answers:?}");
    assert!(lost.iter().all(|(answer, _)| (answer.status(), answer.code()) == (410, "CODE_EXPIRED")), "{lost:?}");
    platform.sign_in(EMAIL, &won[0].1).await;
    for (_, password) in lost.iter().take(3) {
        assert_eq!(sign_in(&platform, password).await.code(), "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn a_link_expires_after_thirty_minutes_by_the_clock_and_not_by_ttl() {
    let platform = Platform::bare().await;
    platform.register(EMAIL).await;
    let token = mailed(&platform, EMAIL).await;
    platform.advance(29 * 60 + 50).await;
    let refused = reset(&platform, &token, "short").await;
    assert_eq!(refused.code(), "VALIDATION_ERROR", "a refused password does not use up the link: {refused}");
    platform.advance(11).await;
    let over = reset(&platform, &token, NEW).await;
    assert_eq!((over.status(), over.code()), (410, "CODE_EXPIRED"), "{over}");
    platform.sign_in(EMAIL, PASSWORD).await;
}

#[tokio::test]
async fn a_changed_password_invalidates_earlier_links() {
    let platform = Platform::bare().await;
    let viewer = platform.register(EMAIL).await;
    let (first, second) = (mailed(&platform, EMAIL).await, mailed(&platform, EMAIL).await);
    assert_ne!(first, second);
    assert_eq!(reset(&platform, &first, NEW).await.status(), 200);
    assert_eq!(reset(&platform, &second, "a third long phrase").await.code(), "CODE_EXPIRED");
    platform.sign_in(EMAIL, NEW).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn no_other_token_is_accepted() {
    let platform = Platform::bare().await;
    let viewer = platform.register(EMAIL).await;
    let token = mailed(&platform, EMAIL).await;
    let mut near = token.clone().into_bytes();
    near[10] = if near[10] == b'A' { b'B' } else { b'A' };
    let near = String::from_utf8(near).expect("ASCII");
    for wrong in ["", "x", &near, &token.to_uppercase(), &format!("{token} "), &token[..42], viewer.token()] {
        let answer = reset(&platform, wrong, NEW).await;
        let long = wrong.len() > 200;
        let expected = if long { (400, "VALIDATION_ERROR") } else { (410, "CODE_EXPIRED") };
        assert_eq!((answer.status(), answer.code()), expected, "{wrong}: {answer}");
        assert!(!answer.text().contains(&token));
    }
    for body in [json!({}), json!({ "token": 1, "password": 2 }), json!({ "token": ["x"], "password": null })] {
        let answer = platform.anyone().post("/api/auth/reset-password", body.clone()).await;
        assert_eq!(
            refused_fields(&answer),
            BTreeSet::from(["password", "token"].map(str::to_owned)),
            "{body}: {answer}"
        );
    }
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    platform.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(reset(&platform, &token, NEW).await.status(), 200, "the right one still works");
}

#[tokio::test]
async fn the_rules_of_registration_apply_and_a_locked_out_owner_gets_in() {
    let platform = Platform::bare().await;
    platform.register("alexandria@viewers.test").await;
    let login = |password: &'static str| {
        let somebody = platform.anyone();
        let body = json!({ "email": "alexandria@viewers.test", "password": password });
        async move { somebody.post("/api/auth/login", body).await }
    };
    for _ in 0..10 {
        login("not the password").await;
    }
    assert_eq!(login(PASSWORD).await.code(), "RATE_LIMITED");
    let token = mailed(&platform, "alexandria@viewers.test").await;
    for password in ["short", "password1", "Alexandria", "alexandria@viewers.test", &"x".repeat(129)] {
        let answer = reset(&platform, &token, password).await;
        assert_eq!(refused_fields(&answer), BTreeSet::from(["password".to_owned()]), "{password}: {answer}");
    }
    assert_eq!(reset(&platform, &token, NEW).await.status(), 200);
    assert_eq!(login(NEW).await.status(), 200, "the link proved the ownership");
}

#[tokio::test]
async fn a_store_that_fails_half_way_leaves_link_and_password_unchanged() {
    let platform = Platform::bare().await;
    let viewer = platform.register(EMAIL).await;
    let token = mailed(&platform, EMAIL).await;
    for (operation, kind) in [("BatchGetItem", "error"), ("GetItem", "error"), ("TransactWriteItems", "error")] {
        platform.fault(json!({ "target": "dynamodb", "operation": operation, "kind": kind, "count": 100 }));
        let answer = reset(&platform, &token, NEW).await;
        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{operation}: {answer}");
        platform.console().delete("/faults").await;
        assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "{operation}");
    }
    assert_eq!(reset(&platform, &token, NEW).await.status(), 200);
}
