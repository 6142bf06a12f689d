//! `approve-device-login`: who sees a waiting device, who decides, and how codes cannot be guessed.

use crate::list_profiles::added;
use crate::select_profile::selected;
use crate::start_device_login::{poll, start};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, Platform, Viewer};

const APPROVE: &str = "/api/auth/device/approve";

async fn look(viewer: &Viewer, code: &str) -> Answer {
    viewer.post(APPROVE, json!({ "user_code": code })).await
}

async fn decide(viewer: &Viewer, codes: &Value, approve: bool) -> Answer {
    viewer.post(APPROVE, json!({ "user_code": codes["user_code"], "approve": approve })).await
}

fn code_of(codes: &Value) -> &str {
    codes["user_code"].as_str().expect("a code")
}

#[tokio::test]
async fn a_viewer_sees_which_device_asks_and_from_where_before_deciding() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    let (first, second) = code_of(&codes).split_at(4);

    for typed in [format!("{first}{second}"), format!("{first}-{second}").to_lowercase(), format!(" {first} {second} ")]
    {
        let shown = look(&viewer, &typed).await;
        assert_eq!(shown.status(), 200, "{typed}: {shown}");
        let device = shown.data();
        assert_eq!((&device["device_name"], &device["status"]), (&json!("Living room"), &json!("pending")));
        assert_eq!((&device["address"], &device["same_network"]), (&json!("127.0.0.1"), &json!(true)));
        assert!(!shown.text().contains(codes["device_code"].as_str().expect("a secret")), "{shown}");
    }
    assert_eq!(poll(&platform, &codes).await.code(), "AUTHORIZATION_PENDING", "looking approves nothing");
}

#[tokio::test]
async fn a_device_in_another_network_is_shown_with_its_address_and_its_user_agent() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let verify = platform.running().secret("CommonSecret")["origin_verify"].as_str().expect("a secret").to_owned();
    let request = platform.anyone().request(Method::POST, "/api/auth/device/code").json(&json!({}));
    let request = request.header("x-origin-verify", verify).header("cloudfront-viewer-address", "203.0.113.9:443");
    let codes = platform.anyone().send(request.header("user-agent", "Roku/DVP-13.0")).await;

    let shown = look(&viewer, code_of(codes.data())).await;

    assert_eq!(shown.data()["device_name"], "Roku/DVP-13.0", "{shown}");
    assert_eq!((&shown.data()["address"], &shown.data()["same_network"]), (&json!("203.0.113.9"), &json!(false)));
}

#[tokio::test]
async fn a_refused_device_is_not_signed_in_and_cannot_be_approved_later() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;

    assert_eq!(decide(&viewer, &codes, false).await.data()["status"], "refused");

    for _ in 0..2 {
        let told = poll(&platform, &codes).await;
        assert_eq!((told.status(), told.code()), (400, "ACCESS_DENIED"), "{told}");
    }
    assert_eq!(decide(&viewer, &codes, false).await.status(), 200, "repeating it is harmless");
    let late = decide(&viewer, &codes, true).await;
    assert_eq!((late.status(), late.code()), (409, "CONFLICT"), "{late}");
    assert_eq!(poll(&platform, &codes).await.code(), "ACCESS_DENIED");
}

#[tokio::test]
async fn an_approval_can_be_repeated_and_withdrawn_until_the_device_signs_in() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    for _ in 0..2 {
        assert_eq!(decide(&viewer, &codes, true).await.data()["status"], "approved");
    }
    assert_eq!(decide(&viewer, &codes, false).await.data()["status"], "refused");
    assert_eq!(poll(&platform, &codes).await.code(), "ACCESS_DENIED");

    let codes = start(&platform, "Living room").await;
    assert_eq!(decide(&viewer, &codes, true).await.status(), 200);
    assert_eq!(poll(&platform, &codes).await.status(), 200);
    assert_eq!(decide(&viewer, &codes, false).await.code(), "NOT_FOUND", "the device has signed in");
}

#[tokio::test]
async fn an_approved_device_starts_in_the_profile_that_approved_it() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let robin_at_phone = selected(&viewer, &robin).await;
    let codes = start(&platform, "Living room").await;
    assert_eq!(decide(&robin_at_phone, &codes, true).await.status(), 200);

    let signed_in = poll(&platform, &codes).await;

    let token = signed_in.data()["token"].as_str().expect("a token").to_owned();
    let television = viewer.with_token(viewer.email(), token);
    assert_eq!(
        television.get("/api/auth/me").await.data()["profile"]["name"],
        "Robin",
        "not the first profile, whose PIN it skips"
    );
}

#[tokio::test]
async fn another_viewer_neither_sees_nor_changes_a_decision() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.register("eve@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    assert_eq!(decide(&viewer, &codes, true).await.status(), 200);

    for answer in
        [look(&other, code_of(&codes)).await, decide(&other, &codes, true).await, decide(&other, &codes, false).await]
    {
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{answer}");
        assert!(!answer.text().contains("Living room"));
    }
    let signed_in = poll(&platform, &codes).await;
    assert_eq!(signed_in.data()["user"]["email"], "ada@viewers.test", "{signed_in}");
}

#[tokio::test]
async fn codes_require_sign_in_and_have_eight_letters() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    let stranger = look(&platform.anyone(), code_of(&codes)).await;
    assert_eq!((stranger.status(), stranger.code()), (401, "UNAUTHENTICATED"), "{stranger}");
    for typed in ["", "BCDFGHJ", "BCDFGHJKL", "AEIOUYBC", "12345678", "BCDF_GHJK"] {
        let answer = look(&viewer, typed).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{typed}: {answer}");
        assert_eq!(answer.details()[0]["field"], "user_code");
    }
}

#[tokio::test]
async fn ten_wrong_codes_stop_an_account_even_for_the_right_code_and_right_ones_do_not_count() {
    let platform = Platform::bare().await;
    let viewer = platform.register("eve@viewers.test").await;
    let codes = start(&platform, "Living room").await;
    for _ in 0..12 {
        assert_eq!(look(&viewer, code_of(&codes)).await.status(), 200, "a right code does not count");
    }
    for number in 0..10 {
        let guess = look(&viewer, "BCDFGHJK").await;
        assert_eq!((guess.status(), guess.code()), (404, "NOT_FOUND"), "{number}: {guess}");
    }

    for answer in [look(&viewer, "BCDFGHJK").await, decide(&viewer, &codes, true).await] {
        assert_eq!((answer.status(), answer.code()), (429, "RATE_LIMITED"), "{answer}");
    }
    assert_eq!(poll(&platform, &codes).await.code(), "AUTHORIZATION_PENDING");
    platform.advance(16 * 60).await;
    assert_eq!(look(&viewer, code_of(&start(&platform, "Living room").await)).await.status(), 200);
}

#[tokio::test]
async fn wrong_codes_from_many_accounts_stop_their_address() {
    let platform = Platform::with(&[("LimitSignInAccount", "5")]).await;
    let codes = start(&platform, "Living room").await;
    let accounts = [platform.register("eve@viewers.test").await, platform.register("eva@viewers.test").await];
    for number in 0..5 {
        assert_eq!(look(&accounts[number % 2], "BCDFGHJK").await.code(), "NOT_FOUND");
    }
    for account in &accounts {
        assert_eq!(look(account, code_of(&codes)).await.code(), "RATE_LIMITED");
    }
}
