//! `select-profile`: the token names the current profile.

use crate::list_profiles::{added, path, profiles};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

/// Selects a profile, and returns the answer.
async fn select(viewer: &Viewer, profile: &Value, body: Value) -> Answer {
    viewer.post(&format!("{}/select", path(profile)), body).await
}

/// The viewer with a token of a profile without a PIN.
pub(crate) async fn selected(viewer: &Viewer, profile: &Value) -> Viewer {
    of_answer(viewer, &select(viewer, profile, json!({})).await)
}

fn of_answer(viewer: &Viewer, answer: &Answer) -> Viewer {
    assert_eq!(answer.status(), 200, "{answer}");
    viewer.with_token(viewer.email(), answer.data()["token"].as_str().expect("a token").to_owned())
}

/// The profile that the service reports as the viewer's current one.
async fn current(viewer: &Viewer) -> Value {
    viewer.get("/api/auth/me").await.data()["profile"]["id"].clone()
}

/// The claims of a token.
fn claims(viewer: &Viewer) -> Value {
    let part = viewer.token().split('.').nth(1).expect("claims");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn selecting_exchanges_the_token_of_the_same_session() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    platform.advance(5).await;

    let answer = select(&viewer, &robin, json!({})).await;
    let as_robin = of_answer(&viewer, &answer);

    let mut expected = robin.clone();
    expected["is_current"] = json!(true);
    assert_eq!(answer.data()["profile"], expected);
    assert_eq!(answer.header("content-encoding"), "", "a response with a token is never compressed");
    assert_eq!(current(&as_robin).await, robin["id"]);
    assert_eq!(profiles(&as_robin).await[1], expected);
    assert_eq!(as_robin.get("/api/auth/sessions").await.data().as_array().map(Vec::len), Some(1), "one session");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "requests in flight succeed");
    platform.advance(65).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    assert_eq!(current(&as_robin).await, robin["id"]);
}

#[tokio::test]
async fn a_token_without_a_profile_belongs_to_the_first_one_which_can_be_selected_again() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let first = profiles(&viewer).await[0].clone();
    assert!(claims(&viewer)["profile"].is_null());
    assert_eq!(current(&viewer).await, first["id"]);
    let as_robin = selected(&viewer, &robin).await;
    assert_eq!(claims(&as_robin)["profile"], robin["id"]);

    let back = selected(&as_robin, &first).await;

    assert!(claims(&back)["profile"].is_null());
    assert_eq!(current(&back).await, first["id"]);
    let again = platform.sign_in("ada@viewers.test", PASSWORD).await;
    assert_eq!(current(&again).await, first["id"], "a sign-in starts with the first profile");
}

#[tokio::test]
async fn a_refreshed_token_keeps_its_profile() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let as_robin = selected(&viewer, &robin).await;
    platform.advance(8 * 86_400).await;

    let refreshed = of_answer(&as_robin, &as_robin.post("/api/auth/refresh", json!({})).await);

    assert_eq!(current(&refreshed).await, robin["id"]);
}

#[tokio::test]
async fn only_one_of_two_concurrent_selections_lasts() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let sam = added(&viewer, json!({ "name": "Sam" })).await;
    platform.advance(5).await;

    let (one, other) = tokio::join!(selected(&viewer, &robin), selected(&viewer, &sam));

    assert_eq!(current(&one).await, robin["id"]);
    assert_eq!(current(&other).await, sam["id"]);
    platform.advance(65).await;
    let (one, other) = (one.get("/api/auth/me").await.status(), other.get("/api/auth/me").await.status());
    assert!([(200, 401), (401, 200)].contains(&(one, other)), "{one} {other}");
}

#[tokio::test]
async fn selecting_the_current_profile_again_and_again_is_never_refused() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;

    for _ in 0..10 {
        assert_eq!(current(&selected(&viewer, &robin).await).await, robin["id"]);
    }
}

#[tokio::test]
async fn many_switches_within_a_second_are_refused_for_a_second() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let first = profiles(&viewer).await[0].clone();
    let mut answers = Vec::new();
    for profile in [&robin, &first].into_iter().cycle().take(12) {
        answers.push(select(&viewer, profile, json!({})).await);
    }

    let refused = answers.iter().find(|answer| answer.status() != 200).expect("one is refused");

    assert_eq!((refused.status(), refused.code(), refused.header("retry-after")), (429, "RATE_LIMITED", "1"));
    for answer in &answers {
        assert!([200, 429].contains(&answer.status()), "{answer}");
    }
    platform.advance(2).await;
    assert_eq!(select(&viewer, &robin, json!({})).await.status(), 200);
}

#[tokio::test]
async fn a_token_issued_in_the_same_second_as_a_selection_expires_a_minute_later() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let (mut before, mut as_robin) = (viewer.clone(), viewer.clone());
    for _ in 0..3 {
        before = platform.sign_in("ada@viewers.test", PASSWORD).await;
        as_robin = selected(&before, &robin).await;
        assert!(claims(&before)["iat"].as_i64() < claims(&as_robin)["iat"].as_i64(), "told apart");
    }

    assert_eq!(before.get("/api/auth/me").await.status(), 200, "requests in flight succeed");
    platform.advance(65).await;

    assert_eq!(before.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    assert_eq!(current(&as_robin).await, robin["id"]);
}

#[tokio::test]
async fn refreshing_an_earlier_token_returns_a_token_of_the_selected_profile() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin", "age_limit": 6 })).await;
    selected(&viewer, &robin).await;

    let refreshed = of_answer(&viewer, &viewer.post("/api/auth/refresh", json!({})).await);

    assert_eq!(current(&refreshed).await, robin["id"], "no token of the first profile is left");
}

#[tokio::test]
async fn selecting_with_a_token_that_was_exchanged_long_ago_ends_the_session() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let as_robin = selected(&viewer, &robin).await;
    platform.advance(65).await;

    let refused = select(&viewer, &robin, json!({})).await;

    assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
    assert_eq!(as_robin.get("/api/auth/me").await.code(), "SESSION_REVOKED", "for whoever has a copy, too");
}

#[tokio::test]
async fn a_profile_without_a_pin_is_selected_without_a_body() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;

    let selected = viewer.send(viewer.request(Method::POST, &format!("{}/select", path(&robin)))).await;

    assert_eq!(selected.status(), 200, "{selected}");
}

/// An account whose profile Robin has the PIN 4711.
async fn with_pin(platform: &Platform) -> (Viewer, Value) {
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let set = viewer.patch(&path(&robin), json!({ "pin": "4711", "password": PASSWORD })).await;
    assert_eq!(set.status(), 200, "{set}");
    (viewer, robin)
}

#[tokio::test]
async fn a_profile_with_a_pin_is_selected_only_with_it() {
    let platform = Platform::bare().await;
    let (viewer, robin) = with_pin(&platform).await;
    for body in [json!({}), json!({ "pin": null }), json!({ "pin": "4712" })] {
        let refused = select(&viewer, &robin, body.clone()).await;
        assert_eq!((refused.status(), refused.code()), (401, "INVALID_CREDENTIALS"), "{body}: {refused}");
        assert!(!refused.text().contains("token\""), "{refused}");
    }
    let selected = select(&viewer, &robin, json!({ "pin": "4711" })).await;
    assert_eq!(current(&of_answer(&viewer, &selected)).await, robin["id"]);
}

#[tokio::test]
async fn after_five_wrong_pins_even_the_right_one_is_refused_for_a_quarter_of_an_hour() {
    let platform = Platform::bare().await;
    let (viewer, robin) = with_pin(&platform).await;
    for _ in 0..3 {
        assert_eq!(select(&viewer, &robin, json!({ "pin": "4711" })).await.status(), 200, "right ones do not count");
        assert_eq!(select(&viewer, &robin, json!({})).await.code(), "INVALID_CREDENTIALS", "nor do missing ones");
    }
    for _ in 0..5 {
        assert_eq!(select(&viewer, &robin, json!({ "pin": "0000" })).await.code(), "INVALID_CREDENTIALS");
    }

    let refused = select(&viewer, &robin, json!({ "pin": "4711" })).await;

    assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "{refused}");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((780..=960).contains(&wait), "{wait}");
    let message = format!("Too many wrong PINs. Try again in {} minutes.", wait.div_ceil(60));
    assert_eq!(refused.json()["error"]["message"], message);
    let other_session = platform.sign_in("ada@viewers.test", PASSWORD).await;
    assert_eq!(select(&other_session, &robin, json!({ "pin": "4711" })).await.code(), "RATE_LIMITED", "any device");
    let first = profiles(&viewer).await[0].clone();
    assert_eq!(select(&viewer, &first, json!({})).await.status(), 200, "another profile");
    let stranger = platform.register("grace@viewers.test").await;
    assert_eq!(select(&stranger, &robin, json!({ "pin": "4711" })).await.code(), "NOT_FOUND");
    platform.advance(17 * 60).await;
    assert_eq!(select(&other_session, &robin, json!({ "pin": "4711" })).await.status(), 200);
}

#[tokio::test]
async fn a_new_pin_can_be_used_at_once_after_too_many_wrong_ones() {
    let platform = Platform::bare().await;
    let (viewer, robin) = with_pin(&platform).await;
    let exhausted = async || {
        for _ in 0..5 {
            assert_eq!(select(&viewer, &robin, json!({ "pin": "0000" })).await.code(), "INVALID_CREDENTIALS");
        }
        assert_eq!(select(&viewer, &robin, json!({ "pin": "0000" })).await.code(), "RATE_LIMITED");
    };
    exhausted().await;
    let renamed = viewer.patch(&path(&robin), json!({ "name": "Robin H." })).await;
    assert_eq!(renamed.status(), 200, "{renamed}");
    let refused = viewer.patch(&path(&robin), json!({ "pin": "1234", "password": "a wrong password" })).await;
    assert_eq!(refused.code(), "INVALID_CREDENTIALS", "{refused}");
    assert_eq!(select(&viewer, &robin, json!({ "pin": "4711" })).await.code(), "RATE_LIMITED", "the PIN is unchanged");

    let set = viewer.patch(&path(&robin), json!({ "pin": "1234", "password": PASSWORD })).await;

    assert_eq!(set.status(), 200, "{set}");
    assert_eq!(select(&viewer, &robin, json!({ "pin": "4711" })).await.code(), "INVALID_CREDENTIALS", "the old one");
    assert_eq!(select(&viewer, &robin, json!({ "pin": "1234" })).await.status(), 200);
}

#[tokio::test]
async fn wrong_pins_do_not_outlast_the_removal_of_the_pin() {
    let platform = Platform::bare().await;
    let (viewer, robin) = with_pin(&platform).await;
    for _ in 0..5 {
        assert_eq!(select(&viewer, &robin, json!({ "pin": "0000" })).await.code(), "INVALID_CREDENTIALS");
    }
    let removed = viewer.patch(&path(&robin), json!({ "pin": null, "password": PASSWORD })).await;
    assert_eq!(removed.status(), 200, "{removed}");
    assert_eq!(select(&viewer, &robin, json!({})).await.status(), 200, "no PIN is needed");

    let set = viewer.patch(&path(&robin), json!({ "pin": "1234", "password": PASSWORD })).await;

    assert_eq!(set.status(), 200, "{set}");
    assert_eq!(select(&viewer, &robin, json!({ "pin": "1234" })).await.status(), 200);
}

#[tokio::test]
async fn concurrent_pin_attempts_are_limited_too() {
    let platform = Platform::bare().await;
    let (viewer, robin) = with_pin(&platform).await;
    let guesses = (0..12).map(|guess| select(&viewer, &robin, json!({ "pin": format!("{guess:04}") })));

    let answers = futures::future::join_all(guesses).await;

    let checked = answers.iter().filter(|answer| answer.code() == "INVALID_CREDENTIALS").count();
    assert_eq!(checked, 5);
    assert_eq!(answers.iter().filter(|answer| answer.code() == "RATE_LIMITED").count(), 7);
}

#[tokio::test]
async fn no_response_and_no_log_contains_a_pin() {
    let platform = Platform::bare().await;
    let (viewer, _) = with_pin(&platform).await;
    for path in ["/api/profiles", "/api/auth/me", "/api/account/export"] {
        let answer = viewer.get(path).await;
        assert!(!answer.text().contains("argon2") && !answer.text().contains("pin_hash"), "{answer}");
    }
    let id = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let admin = platform.admin().await;
    let member = admin.get(&format!("/api/admin/members/{id}")).await;
    assert_eq!(member.data()["profiles"][1]["has_pin"], true, "{member}");
    assert!(!member.text().contains("argon2"), "{member}");
    assert!(platform.running().logs().iter().all(|line| !line.contains("argon2") && !line.contains("pin\"")));
}
