//! `create-profile`: up to five profiles, each with its own name.

use crate::list_profiles::{added, profiles};
use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn a_new_profile_gets_an_unused_avatar_and_is_listed_last() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;

    let robin = added(&viewer, json!({ "name": " Robin ", "avatar": "kite" })).await;
    let kids = added(&viewer, json!({ "name": "Kids", "age_limit": 6 })).await;

    assert_eq!(
        (&robin["name"], &robin["avatar"], &robin["age_limit"]),
        (&json!("Robin"), &json!("kite"), &Value::Null)
    );
    assert_eq!((&kids["avatar"], &kids["age_limit"]), (&json!("moon"), &json!(6)), "the sun is the first profile's");
    assert_eq!((&kids["has_pin"], &kids["is_current"]), (&json!(false), &json!(false)));
    assert_eq!(profiles(&viewer).await[1..], [robin, kids]);
}

#[tokio::test]
async fn a_sixth_profile_is_refused() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    for name in ["Two", "Three", "Four", "Five"] {
        added(&viewer, json!({ "name": name })).await;
    }
    let before = profiles(&viewer).await;

    let sixth = viewer.post("/api/profiles", json!({ "name": "Six" })).await;

    assert_eq!((sixth.status(), sixth.code()), (409, "CONFLICT"), "{sixth}");
    assert_eq!(profiles(&viewer).await, before);
}

#[tokio::test]
async fn six_concurrent_additions_add_only_four_profiles() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let add = |name: usize| {
        let viewer = viewer.clone();
        async move { viewer.post("/api/profiles", json!({ "name": format!("Profile {name}") })).await.status() }
    };

    let mut statuses = futures::future::join_all((0..6).map(add)).await;

    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 201, 409, 409]);
    assert_eq!(profiles(&viewer).await.len(), 5);
}

#[tokio::test]
async fn a_name_in_use_is_refused_whatever_its_case() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    added(&viewer, json!({ "name": "Élodie" })).await;
    for name in ["élodie", "ADA", " Élodie"] {
        let refused = viewer.post("/api/profiles", json!({ "name": name })).await;
        assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{name}: {refused}");
    }
    assert_eq!(profiles(&viewer).await.len(), 2);
}

#[tokio::test]
async fn invalid_profiles_are_refused_and_add_nothing() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    for (field, body) in [
        ("name", json!({})),
        ("name", json!({ "name": " " })),
        ("name", json!({ "name": "x".repeat(41) })),
        ("avatar", json!({ "name": "Robin", "avatar": "dog" })),
        ("age_limit", json!({ "name": "Robin", "age_limit": 18 })),
        ("age_limit", json!({ "name": "Robin", "age_limit": -1 })),
        ("pin", json!({ "name": "Robin", "pin": "1234" })),
    ] {
        let refused = viewer.post("/api/profiles", body.clone()).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{body}: {refused}");
        assert_eq!(refused.json()["error"]["details"][0]["field"], field, "{refused}");
    }
    assert_eq!(profiles(&viewer).await.len(), 1);
}

#[tokio::test]
async fn an_account_with_the_name_of_a_profile_can_still_get_new_profiles() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    added(&viewer, json!({ "name": "Robin" })).await;
    assert_eq!(viewer.patch("/api/auth/me", json!({ "name": "Robin" })).await.status(), 200);

    let created = viewer.post("/api/profiles", json!({ "name": "Sam" })).await;

    assert_eq!(created.status(), 201, "{created}");
    let taken = viewer.post("/api/profiles", json!({ "name": "robin" })).await;
    assert_eq!((taken.status(), taken.code()), (409, "CONFLICT"), "{taken}");
}
