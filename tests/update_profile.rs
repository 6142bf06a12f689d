//! `update-profile`: changing a PIN or raising an age limit requires the password.

use crate::list_profiles::{added, path, profiles};
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

async fn household(platform: &Platform) -> (Viewer, Value, Value) {
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let kids = added(&viewer, json!({ "name": "Kids", "age_limit": 6 })).await;
    (viewer, robin, kids)
}

fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status(), answer.code()), (status, code), "{answer}");
}

#[tokio::test]
async fn a_name_and_an_avatar_change_without_the_password_and_the_rest_stays() {
    let platform = Platform::bare().await;
    let (viewer, robin, kids) = household(&platform).await;

    let changed = viewer.patch(&path(&kids), json!({ "name": "KIDS", "avatar": "bird" })).await;

    assert_eq!(changed.status(), 200, "{changed}");
    let all = profiles(&viewer).await;
    assert_eq!(all[1], robin);
    assert_eq!((&all[2]["name"], &all[2]["avatar"], &all[2]["age_limit"]), (&json!("KIDS"), &json!("bird"), &json!(6)));
    assert_eq!(changed.data(), &all[2]);
    assert_eq!(viewer.patch(&path(&kids), json!({})).await.data(), &all[2], "no change");
}

#[tokio::test]
async fn a_name_in_use_is_refused() {
    let platform = Platform::bare().await;
    let (viewer, robin, _) = household(&platform).await;
    let before = profiles(&viewer).await;
    refused(&viewer.patch(&path(&robin), json!({ "name": "kids" })).await, 409, "CONFLICT");
    assert_eq!(profiles(&viewer).await, before);
}

#[tokio::test]
async fn a_pin_is_set_and_removed_only_with_the_password() {
    let platform = Platform::bare().await;
    let (viewer, robin, _) = household(&platform).await;
    let with = |pin: Value, password: &str| json!({ "pin": pin, "password": password });

    refused(&viewer.patch(&path(&robin), json!({ "pin": "4711" })).await, 400, "VALIDATION_ERROR");
    refused(&viewer.patch(&path(&robin), with(json!("4711"), "wrong")).await, 401, "INVALID_CREDENTIALS");
    assert_eq!(profiles(&viewer).await[1]["has_pin"], false);
    let set = viewer.patch(&path(&robin), with(json!("4711"), PASSWORD)).await;
    assert_eq!((set.status(), &set.data()["has_pin"]), (200, &json!(true)), "{set}");
    refused(&viewer.patch(&path(&robin), json!({ "pin": null })).await, 400, "VALIDATION_ERROR");
    refused(&viewer.patch(&path(&robin), with(Value::Null, "wrong")).await, 401, "INVALID_CREDENTIALS");
    assert_eq!(profiles(&viewer).await[1]["has_pin"], true);
    let gone = viewer.patch(&path(&robin), with(Value::Null, PASSWORD)).await;
    assert_eq!((gone.status(), &gone.data()["has_pin"]), (200, &json!(false)), "{gone}");
    assert_eq!(viewer.patch(&path(&robin), json!({ "pin": null })).await.status(), 200, "a profile without a PIN");
}

#[tokio::test]
async fn a_pin_has_four_digits() {
    let platform = Platform::bare().await;
    let (viewer, robin, _) = household(&platform).await;
    for pin in ["", "123", "12345", "12a4", "١٢٣٤", "-123", "12 4"] {
        let answer = viewer.patch(&path(&robin), json!({ "pin": pin, "password": PASSWORD })).await;
        refused(&answer, 400, "VALIDATION_ERROR");
    }
    assert_eq!(profiles(&viewer).await[1]["has_pin"], false);
}

#[tokio::test]
async fn an_age_limit_is_raised_and_removed_only_with_the_password_and_lowered_without() {
    let platform = Platform::bare().await;
    let (viewer, robin, kids) = household(&platform).await;
    for age_limit in [json!(7), Value::Null] {
        let body = |password: &str| json!({ "age_limit": age_limit, "password": password });
        let without = viewer.patch(&path(&kids), json!({ "age_limit": age_limit })).await;
        refused(&without, 400, "VALIDATION_ERROR");
        assert_eq!(without.json()["error"]["details"][0]["field"], "password", "{without}");
        refused(&viewer.patch(&path(&kids), body("wrong")).await, 401, "INVALID_CREDENTIALS");
        assert_eq!(profiles(&viewer).await[2]["age_limit"], 6);
    }
    assert_eq!(viewer.patch(&path(&kids), json!({ "age_limit": 5 })).await.data()["age_limit"], 5);
    let raised = viewer.patch(&path(&kids), json!({ "age_limit": 12, "password": PASSWORD })).await;
    assert_eq!(raised.data()["age_limit"], 12, "{raised}");
    let limited = viewer.patch(&path(&robin), json!({ "age_limit": 16 })).await;
    assert_eq!(limited.data()["age_limit"], 16, "{limited}");
    let free = viewer.patch(&path(&kids), json!({ "age_limit": null, "password": PASSWORD })).await;
    assert_eq!(free.data()["age_limit"], Value::Null, "{free}");
}

#[tokio::test]
async fn wrong_passwords_count_as_failed_sign_ins() {
    let platform = Platform::bare().await;
    let (viewer, robin, _) = household(&platform).await;
    let guess = |password: &str| json!({ "pin": "4711", "password": password });
    for _ in 0..10 {
        refused(&viewer.patch(&path(&robin), guess("wrong")).await, 401, "INVALID_CREDENTIALS");
    }
    refused(&viewer.patch(&path(&robin), guess(PASSWORD)).await, 429, "RATE_LIMITED");
    assert_eq!(profiles(&viewer).await[1]["has_pin"], false);
}

#[tokio::test]
async fn the_first_profile_gets_a_pin_but_no_age_limit() {
    let platform = Platform::bare().await;
    let (viewer, ..) = household(&platform).await;
    let first = profiles(&viewer).await[0].clone();
    refused(&viewer.patch(&path(&first), json!({ "age_limit": 12 })).await, 409, "CONFLICT");
    let set = viewer.patch(&path(&first), json!({ "pin": "4711", "password": PASSWORD })).await;
    assert_eq!(set.status(), 200, "{set}");
    let after = profiles(&viewer).await[0].clone();
    assert_eq!((&after["age_limit"], &after["has_pin"], &after["name"]), (&Value::Null, &json!(true), &first["name"]));
}

#[tokio::test]
async fn unknown_and_malformed_ids_and_those_of_other_accounts_are_not_found() {
    let platform = Platform::bare().await;
    let (viewer, ..) = household(&platform).await;
    let stranger = platform.register("grace@viewers.test").await;
    let theirs = added(&stranger, json!({ "name": "Theirs" })).await;
    for id in [theirs["id"].as_str().expect("an id"), "01890000-0000-7000-8000-000000000000", "1", "%00", "x%23y"] {
        let path = format!("/api/profiles/{id}");
        refused(&viewer.patch(&path, json!({ "name": "Mine" })).await, 404, "NOT_FOUND");
        refused(&viewer.delete(&path).await, 404, "NOT_FOUND");
        refused(&viewer.post(&format!("{path}/select"), json!({})).await, 404, "NOT_FOUND");
    }
    assert_eq!(profiles(&stranger).await[1], theirs);
}

#[tokio::test]
async fn an_account_may_be_called_like_a_profile_and_its_first_profile_gets_a_number() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let first = profiles(&viewer).await[0].clone();
    let names =
        async || -> Vec<Value> { profiles(&viewer).await.into_iter().map(|profile| profile["name"].clone()).collect() };

    let renamed = viewer.patch("/api/auth/me", json!({ "name": "robin" })).await;

    assert_eq!((renamed.status(), &renamed.data()["name"]), (200, &json!("robin")), "{renamed}");
    assert_eq!(names().await, ["robin 2", "Robin"]);
    refused(&viewer.patch(&path(&first), json!({ "name": "Robin" })).await, 409, "CONFLICT");
    refused(&viewer.post("/api/profiles", json!({ "name": "Robin 2" })).await, 409, "CONFLICT");
    let kept = viewer.patch(&path(&robin), json!({ "name": "Robin", "avatar": "bird" })).await;
    assert_eq!((kept.status(), &kept.data()["avatar"]), (200, &json!("bird")), "{kept}");
    assert_eq!(viewer.delete(&path(&robin)).await.status(), 200);
    assert_eq!(names().await, ["robin"], "the name is free again");
}

#[tokio::test]
async fn the_name_of_the_first_profile_is_a_valid_profile_name() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    assert_eq!(viewer.patch("/api/auth/me", json!({ "name": "N".repeat(100) })).await.status(), 200);

    let first = profiles(&viewer).await[0].clone();

    assert_eq!(first["name"], "N".repeat(40));
    let same = viewer.patch(&path(&first), json!({ "name": first["name"], "avatar": "kite" })).await;
    assert_eq!(same.status(), 200, "{same}");
}
