//! `delete-profile`: nothing of a deleted profile is kept, or written later.

use crate::add_watchlist::{add, listed};
use crate::delete_account::{delete, id_of, litter, traces};
use crate::list_history::history;
use crate::list_profiles::{added, path, profiles, says_deleted};
use crate::select_profile::selected;
use crate::update_progress::{beat, playback, report};
use serde_json::{Value, json};
use support::{PASSWORD, Platform, Viewer};

/// An account with a second profile, the viewer of that one on another device, and a free film.
async fn household(platform: &Platform) -> (Viewer, Value, Viewer, String) {
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({ "title": "A film" })).await;
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    let as_robin = selected(&other, &robin).await;
    (viewer, robin, as_robin, film)
}

/// The rows of a profile, except for the record that its rows must be deleted again, and for sessions and playbacks, which
/// are the account's. They stay until they expire and still name the deleted profile.
async fn rows_of(platform: &Platform, profile: &Value) -> Vec<(String, Value)> {
    let rows = traces(platform, profile["id"].as_str().expect("an id")).await;
    let is_session = |row: &Value| row["sk"]["S"].as_str().is_some_and(|key| key.starts_with("SESSION#"));
    let is_playback = |row: &Value| row["pk"]["S"].as_str().is_some_and(|key| key.starts_with("PLAYBACK#"));
    let is_own = |row: &Value| row["pk"]["S"] != "PROFILE_DELETIONS" && !is_session(row) && !is_playback(row);
    rows.into_iter().filter(|(_, row)| is_own(row)).collect()
}

#[tokio::test]
async fn a_deleted_profile_leaves_no_rows_and_the_others_keep_theirs() {
    let platform = Platform::bare().await;
    let (viewer, robin, as_robin, film) = household(&platform).await;
    for watching in [&viewer, &as_robin] {
        report(watching, &film, json!({ "progress": 9.0 })).await;
        add(watching, &film).await;
        watching.patch("/api/preferences", json!({ "speed": 1.5 })).await;
    }
    assert_eq!(rows_of(&platform, &robin).await.len(), 5, "history, watchlist and its count, preferences, user");

    let deleted = viewer.delete(&path(&robin)).await;

    assert_eq!((deleted.status(), &deleted.data()["id"]), (200, &robin["id"]), "{deleted}");
    assert_eq!(rows_of(&platform, &robin).await, []);
    assert_eq!(profiles(&viewer).await.len(), 1);
    assert_eq!(history(&viewer, 10).await.len(), 1);
    assert_eq!(listed(&viewer).await, [film]);
    assert_eq!(viewer.get("/api/preferences").await.data()["speed"], 1.5);
    let again = viewer.delete(&path(&robin)).await;
    assert_eq!((again.status(), again.code()), (404, "NOT_FOUND"), "{again}");
}

#[tokio::test]
async fn the_first_profile_cannot_be_deleted() {
    let platform = Platform::bare().await;
    let (viewer, _, as_robin, _) = household(&platform).await;
    let first = profiles(&viewer).await[0].clone();
    for watching in [&viewer, &as_robin] {
        let refused = watching.delete(&path(&first)).await;
        assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    }
    assert_eq!(profiles(&viewer).await.len(), 2);
}

#[tokio::test]
async fn a_profile_that_is_deleted_while_it_plays_gets_403_and_nothing_is_written_for_it() {
    let platform = Platform::bare().await;
    let (viewer, robin, as_robin, film) = household(&platform).await;
    let playing = playback(&as_robin, &film).await;
    assert_eq!(beat(&platform, &as_robin, &film, &playing, 10.0).await.status(), 200);
    assert_eq!(viewer.get("/api/playback").await.data()[0]["profile_name"], "Robin");

    assert_eq!(viewer.delete(&path(&robin)).await.status(), 200);

    assert_eq!(viewer.get("/api/playback").await.data(), &json!([]), "its stream is free");
    let refused = beat(&platform, &as_robin, &film, &playing, 20.0).await;
    assert!(says_deleted(&refused), "{refused}");
    let refused = report(&as_robin, &film, json!({ "progress": 30.0 })).await;
    assert!(says_deleted(&refused), "{refused}");
    assert!(says_deleted(&as_robin.play(&film).await));
    playback(&viewer, &film).await;
    platform.advance(600).await;
    assert_eq!(rows_of(&platform, &robin).await, []);
}

#[tokio::test]
async fn a_token_of_a_deleted_profile_can_only_be_used_to_choose_another_profile() {
    let platform = Platform::bare().await;
    let (viewer, robin, as_robin, film) = household(&platform).await;
    assert_eq!(as_robin.delete(&path(&robin)).await.status(), 200, "also by itself");

    for path in ["/api/home", "/api/history", "/api/preferences", "/api/subscription", "/api/account/export"] {
        let refused = as_robin.get(path).await;
        assert!(says_deleted(&refused), "{path}: {refused}");
        assert_eq!(refused.json()["error"]["message"], "This profile was deleted. Choose another profile.");
    }
    assert!(says_deleted(&add(&as_robin, &film).await));
    assert_eq!(as_robin.get("/api/auth/me").await.data()["profile"], Value::Null);
    let all = profiles(&as_robin).await;
    assert_eq!((all.len(), &all[0]["is_current"]), (1, &json!(false)));
    let refreshed = as_robin.post("/api/auth/refresh", json!({})).await;
    assert_eq!(refreshed.status(), 200, "{refreshed}");
    let first = selected(&as_robin, &all[0]).await;
    assert_eq!(first.get("/api/home").await.status(), 200);
    assert_eq!(listed(&viewer).await, [""; 0]);
    assert_eq!(as_robin.post("/api/auth/logout", json!({})).await.status(), 200);
}

#[tokio::test]
async fn rows_that_a_request_in_flight_writes_are_deleted_by_the_job() {
    let platform = Platform::bare().await;
    let (viewer, robin, ..) = household(&platform).await;
    let key = format!("{}#{}", id_of(&viewer).await, robin["id"].as_str().expect("an id"));
    assert_eq!(viewer.delete(&path(&robin)).await.status(), 200);
    litter(&platform, &key).await;
    litter(&platform, &id_of(&viewer).await).await;
    let left = |rows: Vec<(String, Value)>| rows.iter().filter(|(_, row)| row.get("user_id").is_some()).count();
    assert_eq!(left(traces(&platform, &key).await), 3);

    platform.advance(600).await;

    assert_eq!(left(traces(&platform, &key).await), 0);
    assert!(traces(&platform, "PROFILE_DELETIONS").await.is_empty());
    assert_eq!(history(&viewer, 10).await.len(), 0, "of a video that does not exist");
    assert!(left(traces(&platform, &id_of(&viewer).await).await) >= 3, "the first profile's rows stay");
}

#[tokio::test]
async fn deleting_an_account_deletes_and_counts_the_data_of_all_profiles() {
    let platform = Platform::bare().await;
    let (viewer, robin, as_robin, film) = household(&platform).await;
    let user = id_of(&viewer).await;
    for watching in [&viewer, &as_robin] {
        report(watching, &film, json!({ "progress": 9.0 })).await;
        add(watching, &film).await;
        watching.patch("/api/preferences", json!({ "speed": 1.5 })).await;
    }

    let deleted = delete(&as_robin).await;

    assert_eq!(deleted.status(), 200, "{deleted}");
    let erased = &deleted.data()["erased"];
    assert_eq!((&erased["watch_history"], &erased["watchlist"]), (&json!(2), &json!(2)), "{deleted}");
    litter(&platform, &format!("{user}#{}", robin["id"].as_str().expect("an id"))).await;
    platform.advance(600).await;
    let rows = traces(&platform, robin["id"].as_str().expect("an id")).await;
    let rows: Vec<_> = rows.into_iter().filter(|(_, row)| row.get("user_id").is_some()).collect();
    assert_eq!(rows, []);
}
