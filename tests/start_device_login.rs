//! `start-device-login`: what a television gets, and what is stored of it.

use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, Platform};

/// Starts signing in a device, as that device.
pub(crate) async fn start(platform: &Platform, device_name: &str) -> Value {
    let answer = platform.anyone().post("/api/auth/device/code", json!({ "device_name": device_name })).await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

/// Asks whether the device was approved.
pub(crate) async fn poll(platform: &Platform, codes: &Value) -> Answer {
    platform.anyone().post("/api/auth/device/token", json!({ "device_code": codes["device_code"] })).await
}

/// The rows of devices that wait.
pub(crate) async fn waiting_rows(platform: &Platform) -> Vec<Value> {
    let scan = json!({ "TableName": platform.setting("login", "SESSIONS_TABLE") });
    let found = platform.aws("DynamoDB_20120810.Scan", scan).await;
    let rows = found["Items"].as_array().expect("items").iter();
    rows.filter(|row| row["pk"]["S"].as_str().is_some_and(|key| key.starts_with("DEVICE_LOGIN#"))).cloned().collect()
}

#[tokio::test]
async fn a_television_gets_a_code_to_show_and_a_secret_to_poll_with() {
    let platform = Platform::bare().await;

    let answer = platform.anyone().request(Method::POST, "/api/auth/device/code");
    let answer = platform.anyone().send(answer.json(&json!({ "device_name": "Living room" }))).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!((answer.header("cache-control"), answer.header("content-encoding")), ("no-store", ""));
    let codes = answer.data();
    let fields: BTreeSet<&str> = codes.as_object().expect("codes").keys().map(String::as_str).collect();
    let expected =
        ["device_code", "expires_in", "interval", "user_code", "verification_uri", "verification_uri_complete"];
    assert_eq!(fields, BTreeSet::from(expected));
    let code = codes["user_code"].as_str().expect("a code");
    assert!(code.len() == 8 && code.chars().all(|letter| "BCDFGHJKLMNPQRSTVWXZ".contains(letter)), "{code}");
    assert_eq!((&codes["expires_in"], &codes["interval"]), (&json!(600), &json!(5)));
    let page = platform.setting("start-device-login", "WEB_ORIGIN") + "/link";
    assert_eq!(codes["verification_uri"], page);
    assert_eq!(codes["verification_uri_complete"], format!("{page}?code={code}"));
    let other = start(&platform, "Bedroom").await;
    assert!(other["user_code"] != codes["user_code"] && other["device_code"] != codes["device_code"]);
}

#[tokio::test]
async fn a_device_that_has_no_name_sends_no_body() {
    let platform = Platform::bare().await;

    let answer = platform.anyone().send(platform.anyone().request(Method::POST, "/api/auth/device/code")).await;

    assert_eq!(answer.status(), 200, "{answer}");
}

#[tokio::test]
async fn the_table_has_neither_of_the_codes() {
    let platform = Platform::bare().await;
    let codes = start(&platform, "Living room").await;
    poll(&platform, &codes).await;

    let rows = waiting_rows(&platform).await;

    let [row] = rows.as_slice() else { panic!("one row: {rows:?}") };
    let text = row.to_string();
    let secret = codes["device_code"].as_str().expect("a secret").split('.').next_back().expect("random letters");
    assert!(text.contains("Living room"), "{text}");
    assert!(!text.contains(codes["user_code"].as_str().expect("a code")) && !text.contains(secret), "{text}");
    let seconds: i64 = row["ttl"]["N"].as_str().expect("a time").parse().expect("a number");
    assert!((1..=600).contains(&(seconds - jiff::Timestamp::now().as_second())), "{text}");
}

#[tokio::test]
async fn an_address_starts_a_hundred_devices_in_fifteen_minutes() {
    let platform = Platform::with(&[("LimitAddressRequests", "5")]).await;
    for _ in 0..5 {
        start(&platform, "Living room").await;
    }
    let refused = platform.anyone().post("/api/auth/device/code", json!({})).await;
    assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "{refused}");
    assert_eq!(waiting_rows(&platform).await.len(), 5, "no row for a refused request");
}
