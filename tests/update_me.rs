//! `update-me`: a name changes at once, an address only with the password and its owner's confirmation.

use crate::get_me::user;
use crate::verify_email::enter;
use serde_json::{Value, json};
use support::billing::{call_stripe, stripe_customer};
use support::{PASSWORD, Platform};

#[tokio::test]
async fn a_name_changes_here_and_at_stripe() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let customer = stripe_customer(&platform, &viewer).await;
    for (name, kept) in [
        (json!(" Ada "), json!("Ada")),
        (json!(""), Value::Null),
        (json!("Bo"), json!("Bo")),
        (Value::Null, Value::Null),
    ] {
        let answer = viewer.patch("/api/auth/me", json!({ "name": name })).await;
        assert_eq!((answer.status(), &answer.data()["name"]), (200, &kept), "{answer}");
        assert_eq!(&user(&viewer).await, answer.data());
        let at_stripe = call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await;
        assert_eq!(at_stripe["name"], kept, "{name}");
        assert_eq!(at_stripe["email"], "ada@viewers.test");
    }
    let before = user(&viewer).await;
    assert_eq!(viewer.patch("/api/auth/me", json!({})).await.data(), &before, "nothing to change");
}

#[tokio::test]
async fn an_address_is_not_changed_without_the_password() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.register("bob@viewers.test").await;
    for (body, code) in [
        (json!({ "email": "new@viewers.test" }), "VALIDATION_ERROR"),
        (json!({ "email": "new@viewers.test", "password": "wrong one" }), "INVALID_CREDENTIALS"),
        (json!({ "email": "bob@viewers.test", "password": PASSWORD }), "EMAIL_TAKEN"),
        (json!({ "email": "nobody", "password": PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "email": null, "role": "admin" }), "VALIDATION_ERROR"),
    ] {
        let answer = viewer.patch("/api/auth/me", body.clone()).await;
        assert_eq!(answer.code(), code, "{body}: {answer}");
    }
    assert_eq!(viewer.get("/api/auth/me").await.data()["pending_email"], Value::Null);
    assert!(platform.all_mail("new@viewers.test").is_empty());
    let stranger = platform.anyone().patch("/api/auth/me", json!({ "name": "x" })).await;
    assert_eq!((stranger.status(), stranger.code()), (401, "UNAUTHENTICATED"), "{stranger}");
}

#[tokio::test]
async fn a_wrong_password_counts_as_a_failed_sign_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    for _ in 0..10 {
        let wrong = json!({ "email": "new@viewers.test", "password": "wrong one" });
        assert_eq!(viewer.patch("/api/auth/me", wrong).await.code(), "INVALID_CREDENTIALS");
    }
    assert_eq!(enter(&viewer, "new@viewers.test").await.code(), "RATE_LIMITED");
}

#[tokio::test]
async fn the_present_address_withdraws_a_change_and_another_spelling_of_it_applies_at_once() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    enter(&viewer, "new@viewers.test").await;
    let token = crate::verify_email::newest_link(&platform, "new@viewers.test");
    let back = viewer.patch("/api/auth/me", json!({ "email": "ada@viewers.test" })).await;
    assert_eq!((back.status(), &back.data()["pending_email"]), (200, &Value::Null), "{back}");
    assert_eq!(crate::verify_email::verify(&platform, &token).await.code(), "CODE_EXPIRED");

    let spelled =
        viewer.patch("/api/auth/me", json!({ "email": "Ada@Viewers.test", "name": "Ada", "password": PASSWORD })).await;

    assert_eq!(spelled.status(), 200, "{spelled}");
    let seen = viewer.get("/api/auth/me").await.data().clone();
    assert_eq!(json!([seen["email"], seen["name"], seen["pending_email"]]), json!(["Ada@Viewers.test", "Ada", null]));
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn the_mails_of_a_change_are_in_the_readers_language() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    viewer.patch("/api/preferences", json!({ "interface_language": "de" })).await;
    enter(&viewer, "neu@viewers.test").await;
    assert_eq!(
        platform.all_mail("neu@viewers.test")[0]["subject"],
        "Bitte bestätigen Sie Ihre neue E-Mail-Adresse für Marquee"
    );
    crate::verify_email::verify(&platform, &crate::verify_email::newest_link(&platform, "neu@viewers.test")).await;
    assert_eq!(platform.all_mail("ada@viewers.test")[0]["subject"], "Ihre E-Mail-Adresse bei Marquee wurde geändert");
}

#[tokio::test]
async fn a_name_is_not_changed_to_a_link() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let before = viewer.get("/api/auth/me").await.data().clone();

    let refused = viewer.patch("/api/auth/me", json!({ "name": "https://evil.example" })).await;

    assert_eq!((refused.code(), &refused.details()[0]["field"]), ("VALIDATION_ERROR", &json!("name")), "{refused}");
    assert_eq!(viewer.get("/api/auth/me").await.data(), &before);
}
