//! `change-password`: requires the current password, and signs out all other devices.

use crate::register::refused_fields;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, PASSWORD, Platform, Viewer};

const NEW: &str = "another long phrase";

async fn change(viewer: &Viewer, current: &str, new: &str) -> Answer {
    viewer.post("/api/auth/change-password", json!({ "current_password": current, "new_password": new })).await
}

async fn sign_in(platform: &Platform, password: &str) -> Answer {
    let credentials = json!({ "email": "ada@viewers.test", "password": password });
    platform.anyone().post("/api/auth/login", credentials).await
}

#[tokio::test]
async fn only_the_new_password_works_and_only_this_device_stays_signed_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let others =
        [platform.sign_in("ada@viewers.test", PASSWORD).await, platform.sign_in("ada@viewers.test", PASSWORD).await];
    let other_viewer = platform.register("bob@viewers.test").await;

    let answer = change(&viewer, PASSWORD, NEW).await;

    assert_eq!((answer.status(), answer.data()), (200, &Value::Null), "{answer}");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "this session stays signed in");
    for other in &others {
        assert_eq!(other.get("/api/auth/me").await.code(), "SESSION_REVOKED");
        assert_eq!(other.post("/api/auth/refresh", json!({})).await.code(), "SESSION_REVOKED");
    }
    assert_eq!(other_viewer.get("/api/auth/me").await.status(), 200);
    assert_eq!(sign_in(&platform, PASSWORD).await.code(), "INVALID_CREDENTIALS");
    let again = platform.sign_in("ada@viewers.test", NEW).await;
    assert_eq!(again.get("/api/auth/me").await.status(), 200, "sessions of the new password are valid");

    assert_eq!(change(&again, NEW, PASSWORD).await.status(), 200);
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED", "the exception applies to one change only");
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_counts_as_a_failed_sign_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    for _ in 0..5 {
        let answer = change(&viewer, "not the password", NEW).await;
        assert_eq!((answer.status(), answer.code()), (401, "INVALID_CREDENTIALS"), "{answer}");
        assert_eq!(sign_in(&platform, "not the password").await.code(), "INVALID_CREDENTIALS");
    }
    let refused = change(&viewer, PASSWORD, NEW).await;
    assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "whatever the password: {refused}");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(sign_in(&platform, PASSWORD).await.code(), "RATE_LIMITED", "both routes share one limit");
    assert_eq!(other.get("/api/auth/me").await.status(), 200, "no session ended");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    platform.advance(16 * 60).await;
    assert_eq!(change(&viewer, PASSWORD, NEW).await.status(), 200);
    assert_eq!(sign_in(&platform, NEW).await.status(), 200);
}

#[tokio::test]
async fn a_new_password_follows_the_rules_of_registration() {
    let platform = Platform::bare().await;
    let viewer = platform.register("alexandria@viewers.test").await;
    for new in ["short", "password1", "Alexandria", "alexandria@viewers.test", &"x".repeat(129)] {
        let answer = change(&viewer, PASSWORD, new).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{new}: {answer}");
        assert_eq!(refused_fields(&answer), BTreeSet::from(["new_password".to_owned()]), "{new}");
    }
    let nothing = viewer.post("/api/auth/change-password", json!({ "password": 1 })).await;
    let fields = ["current_password", "new_password", "password"].map(str::to_owned);
    assert_eq!(refused_fields(&nothing), BTreeSet::from(fields), "{nothing}");
    platform.sign_in("alexandria@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn one_of_parallel_changes_wins_and_no_sign_in_with_the_old_password_survives_it() {
    let platform = Platform::with(&[("LimitSignInPair", "1000"), ("LimitAddressRequests", "1000")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    let mut changes = tokio::task::JoinSet::new();
    for number in 0..5 {
        let viewer = viewer.clone();
        changes.spawn(async move {
            let new = format!("new phrase number {number}");
            (change(&viewer, PASSWORD, &new).await, new)
        });
    }
    let mut sign_ins = tokio::task::JoinSet::new();
    for _ in 0..15 {
        let somebody = platform.anyone();
        sign_ins.spawn(async move {
            let credentials = json!({ "email": "ada@viewers.test", "password": PASSWORD });
            let answer = somebody.post("/api/auth/login", credentials).await;
            answer.data()["token"].as_str().map(|token| somebody.with_token("", token.to_owned()))
        });
    }
    let (changes, sign_ins) = (changes.join_all().await, sign_ins.join_all().await);

    let won: Vec<_> = changes.iter().filter(|(answer, _)| answer.status() == 200).collect();
    assert_eq!(won.len(), 1, "{changes:?}");
    assert!(changes.iter().all(|(answer, _)| ["", "INVALID_CREDENTIALS"].contains(&answer.code())), "{changes:?}");
    for old in sign_ins.into_iter().flatten() {
        assert_eq!(old.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    }
    platform.sign_in("ada@viewers.test", &won[0].1).await;
}
