//! `list-sessions`: the devices that are signed in, and no others.

use serde_json::{Value, json};
use support::{PASSWORD, Platform};

const DAY: u64 = 86_400;

#[tokio::test]
async fn every_live_device_is_listed_newest_first_with_its_last_use() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.register("bob@viewers.test").await;
    platform.advance(3_600).await;
    let body = json!({ "email": "ada@viewers.test", "password": PASSWORD, "device_name": "Living room" });
    let television = platform.anyone().post("/api/auth/login", body).await;
    platform.advance(2 * 3_600).await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    let answer = viewer.get("/api/auth/sessions").await;

    let sessions = answer.data().as_array().expect("a list").clone();
    assert_eq!(sessions.len(), 2, "{answer}");
    let fields: Vec<&str> = sessions[0].as_object().expect("a session").keys().map(String::as_str).collect();
    assert_eq!(fields, ["id", "device_name", "created_at", "last_used_at", "current"]);
    assert_eq!((&sessions[0]["device_name"], &sessions[0]["current"]), (&json!("Living room"), &json!(false)));
    assert_eq!(sessions[0]["last_used_at"], sessions[0]["created_at"], "not used since");
    assert_eq!(sessions[1]["current"], true);
    assert_ne!(sessions[1]["last_used_at"], sessions[1]["created_at"]);
    assert!(!answer.text().contains(television.data()["token"].as_str().expect("a token")));
    assert_eq!(other.get("/api/auth/sessions").await.data().as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn expired_sessions_are_not_listed_even_before_their_rows_are_removed() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    platform.advance(20 * DAY).await;
    let revoked = platform.sign_in("ada@viewers.test", PASSWORD).await;
    platform.advance(11 * DAY).await;
    let viewer = platform.sign_in("ada@viewers.test", PASSWORD).await;
    let listed = |answer: &Value| answer.as_array().expect("a list").len();
    assert_eq!(listed(viewer.get("/api/auth/sessions").await.data()), 2, "the first was unused for 31 days");

    let revoked = platform.anyone().with_token("", revoked.token().to_owned());
    assert_eq!(revoked.get("/api/auth/me").await.code(), "TOKEN_EXPIRED");
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    let left = viewer.get("/api/auth/sessions").await;
    assert_eq!(listed(left.data()), 1, "a new password ended the others: {left}");
    assert_eq!(left.data()[0]["current"], true);
}
