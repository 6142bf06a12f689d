//! `poll-device-login`: a device is signed in once, by the viewer who approved it, and only in time.

use crate::start_device_login::{poll, start, waiting_rows};
use futures::future::join_all;
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

async fn approve(viewer: &Viewer, codes: &Value) {
    let body = json!({ "user_code": codes["user_code"], "approve": true });
    let answer = viewer.post("/api/auth/device/approve", body).await;
    assert_eq!((answer.status(), &answer.data()["status"]), (200, &json!("approved")), "{answer}");
}

fn outcome(answer: &Answer) -> (u16, &str) {
    (answer.status(), answer.code())
}

async fn sessions(viewer: &Viewer) -> Vec<Value> {
    viewer.get("/api/auth/sessions").await.data().as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_device_waits_until_its_viewer_approves_it_and_is_then_signed_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    let waiting = poll(&platform, &codes).await;
    assert_eq!(outcome(&waiting), (400, "AUTHORIZATION_PENDING"), "{waiting}");
    assert_eq!(sessions(&viewer).await.len(), 1);

    approve(&viewer, &codes).await;
    let signed_in = poll(&platform, &codes).await;

    assert_eq!(signed_in.status(), 200, "{signed_in}");
    assert_eq!((signed_in.header("cache-control"), signed_in.header("content-encoding")), ("no-store", ""));
    assert_eq!(signed_in.data()["user"]["email"], "ada@viewers.test");
    let token = signed_in.data()["token"].as_str().expect("a token").to_owned();
    let television = platform.anyone().with_token("ada@viewers.test", token);
    assert_eq!(television.get("/api/auth/me").await.status(), 200);
    let listed = sessions(&viewer).await;
    let [device, own] = listed.as_slice() else { panic!("two sessions: {listed:?}") };
    assert_eq!((&device["device_name"], &device["current"]), (&json!("Living room"), &json!(false)));
    assert_eq!(own["current"], true);
    assert_eq!(waiting_rows(&platform).await, [] as [Value; 0], "nothing is left to redeem");

    let path = format!("/api/auth/sessions/{}", device["id"].as_str().expect("an id"));
    assert_eq!(viewer.delete(&path).await.status(), 200);
    assert_eq!(television.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn of_fifty_redemptions_at_once_exactly_one_succeeds() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    approve(&viewer, &codes).await;

    let answers = join_all((0..50).map(|_| poll(&platform, &codes))).await;

    let succeeded = answers.iter().filter(|answer| answer.status() == 200).count();
    assert_eq!(succeeded, 1);
    for answer in answers.iter().filter(|answer| answer.status() != 200) {
        assert_eq!(outcome(answer), (400, "EXPIRED_TOKEN"), "{answer}");
    }
    assert_eq!(sessions(&viewer).await.len(), 2);
    assert_eq!(poll(&platform, &codes).await.code(), "EXPIRED_TOKEN");
    platform.advance(301).await;
    assert_eq!(platform.mail("ada@viewers.test").len(), 1, "one notice");
}

#[tokio::test]
async fn a_device_that_polls_too_often_has_to_slow_down_and_keep_the_slower_pace() {
    let platform = Platform::bare().await;
    let codes = start(&platform, "Living room").await;
    let mut answers = Vec::new();
    // Five seconds are required, then ten, then fifteen.
    for seconds in [0, 5, 1, 10, 5, 15, 15] {
        platform.advance(seconds).await;
        answers.push(poll(&platform, &codes).await.code().to_owned());
    }
    let (wait, slow) = ("AUTHORIZATION_PENDING", "SLOW_DOWN");
    assert_eq!(answers, [wait, wait, slow, wait, slow, wait, wait]);
}

#[tokio::test]
async fn a_code_is_valid_for_ten_minutes_of_patient_polling() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    for number in 0..119 {
        let answer = poll(&platform, &codes).await;
        assert_eq!(outcome(&answer), (400, "AUTHORIZATION_PENDING"), "poll {number}: {answer}");
        platform.advance(5).await;
    }
    platform.advance(6).await;

    let late = poll(&platform, &codes).await;
    assert_eq!(outcome(&late), (400, "EXPIRED_TOKEN"), "{late}");
    let body = json!({ "user_code": codes["user_code"], "approve": true });
    assert_eq!(viewer.post("/api/auth/device/approve", body).await.code(), "NOT_FOUND");
    assert_eq!(sessions(&viewer).await.len(), 1);
}

#[tokio::test]
async fn an_approval_expires_with_its_code_and_with_the_password() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let late = start(&platform, "Living room").await;
    approve(&viewer, &late).await;
    platform.advance(601).await;
    assert_eq!(poll(&platform, &late).await.code(), "EXPIRED_TOKEN");

    let codes = start(&platform, "Living room").await;
    approve(&viewer, &codes).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    assert_eq!(outcome(&poll(&platform, &codes).await), (400, "ACCESS_DENIED"));
    assert_eq!(sessions(&viewer).await.len(), 1);
}

#[tokio::test]
async fn the_owner_is_notified_of_a_new_device_and_not_of_a_known_one() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    for _ in 0..2 {
        let codes = start(&platform, "Living room").await;
        approve(&viewer, &codes).await;
        assert_eq!(poll(&platform, &codes).await.status(), 200);
        platform.advance(301).await;
        let mail = platform.mail("ada@viewers.test");
        assert_eq!(mail.len(), 1, "{mail:?}");
        assert_eq!(mail[0]["subject"], "New sign-in to your Marquee account");
        assert!(mail[0]["text"].as_str().is_some_and(|text| text.contains("Living room")), "{}", mail[0]);
    }
}

#[tokio::test]
async fn a_secret_that_is_not_the_rows_gets_nothing_however_similar() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    approve(&viewer, &codes).await;
    let secret = codes["device_code"].as_str().expect("a secret");
    let (user_code, random) = secret.split_once('.').expect("two parts");
    let forged = [
        user_code.to_owned(),
        format!("{user_code}."),
        format!("{user_code}.{}", "A".repeat(43)),
        format!("{}.{random}", user_code.to_lowercase()),
        format!("{secret}A"),
        format!("BCDFGHJK.{random}"),
        String::new(),
    ];
    for device_code in forged {
        let answer = platform.anyone().post("/api/auth/device/token", json!({ "device_code": device_code })).await;
        assert_eq!(outcome(&answer), (400, "EXPIRED_TOKEN"), "{device_code}: {answer}");
    }
    assert_eq!(sessions(&viewer).await.len(), 1);
    assert_eq!(poll(&platform, &codes).await.status(), 200, "the device itself still succeeds");
}

#[tokio::test]
async fn a_redemption_that_fails_midway_can_be_repeated_and_signs_in_once() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    for operation in ["GetItem", "TransactWriteItems"] {
        let codes = start(&platform, operation).await;
        approve(&viewer, &codes).await;
        let before = sessions(&viewer).await.len();
        platform.fault(json!({ "target": "dynamodb", "operation": operation, "kind": "error", "count": 9 }));
        let failed = poll(&platform, &codes).await;
        assert_eq!(outcome(&failed), (503, "UNAVAILABLE"), "{failed}");
        assert_eq!(platform.console().delete("/faults").await.status(), 200);
        assert_eq!(sessions(&viewer).await.len(), before, "{operation}: no session");
        assert_eq!(poll(&platform, &codes).await.status(), 200, "{operation}");
        assert_eq!(sessions(&viewer).await.len(), before + 1);
    }
}
