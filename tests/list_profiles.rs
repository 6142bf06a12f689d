//! `list-profiles`: the profiles of an account.

use serde_json::{Value, json};
use support::{PASSWORD, Platform, Viewer};

/// Adds a profile and returns it.
pub(crate) async fn added(viewer: &Viewer, profile: Value) -> Value {
    let answer = viewer.post("/api/profiles", profile).await;
    assert_eq!(answer.status(), 201, "{answer}");
    answer.data().clone()
}

/// The profiles, the first one first.
pub(crate) async fn profiles(viewer: &Viewer) -> Vec<Value> {
    let answer = viewer.get("/api/profiles").await;
    answer.data().as_array().unwrap_or_else(|| panic!("a list: {answer}")).clone()
}

/// The path of a profile.
pub(crate) fn path(profile: &Value) -> String {
    format!("/api/profiles/{}", profile["id"].as_str().expect("an id"))
}

/// Whether a refusal says that the token's profile was deleted.
pub(crate) fn says_deleted(answer: &support::Answer) -> bool {
    let details = &answer.json()["error"]["details"];
    (answer.status(), answer.code()) == (403, "FORBIDDEN")
        && *details == json!([{ "field": "profile", "issue": "was deleted" }])
}

#[tokio::test]
async fn an_account_has_one_profile_with_its_name_or_the_first_part_of_its_address() {
    let platform = Platform::bare().await;
    let grace = platform.register("grace.h@viewers.test").await;
    let named = json!({ "email": "ada@viewers.test", "password": PASSWORD, "name": "Ada Lovelace" });
    let answer = platform.anyone().post("/api/auth/register", named).await;
    let ada = platform.anyone().with_token("", answer.data()["token"].as_str().expect("a token").to_owned());
    for (viewer, name) in [(grace, "grace.h"), (ada, "Ada Lovelace")] {
        let me = viewer.get("/api/auth/me").await;

        let all = profiles(&viewer).await;

        let first = json!({
            "id": me.data()["id"], "name": name, "avatar": "sun", "age_limit": null, "has_pin": false,
            "is_current": true, "created_at": me.data()["created_at"],
        });
        assert_eq!(all, std::slice::from_ref(&first));
        assert_eq!(me.data()["profile"], first, "the current one");
    }
}

#[tokio::test]
async fn the_first_profile_follows_the_name_of_its_account_until_it_gets_its_own() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    added(&viewer, json!({ "name": "Robin" })).await;
    viewer.patch("/api/auth/me", json!({ "name": "Ada" })).await;
    let all = profiles(&viewer).await;
    assert_eq!(all[0]["name"], "Ada");

    viewer.patch(&path(&all[0]), json!({ "name": "Mum" })).await;
    viewer.patch("/api/auth/me", json!({ "name": "Ada Lovelace" })).await;

    let names: Vec<Value> = profiles(&viewer).await.into_iter().map(|profile| profile["name"].clone()).collect();
    assert_eq!(names, ["Mum", "Robin"]);
}
