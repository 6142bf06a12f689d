//! Which data belongs to a profile, and which to its account.

use crate::add_watchlist::{add, listed};
use crate::delete_account::id_of;
use crate::list_history::history;
use crate::list_profiles::{added, path};
use crate::select_profile::selected;
use crate::update_progress::{beat, continued, playback, position, report};
use serde_json::{Value, json};
use support::{PASSWORD, Platform, Viewer};

/// The viewer of an account's first profile, that of its second one on another device, and some free films.
async fn household(platform: &Platform, films: usize) -> (Viewer, Viewer, Vec<String>) {
    let admin = platform.admin().await;
    let mut ids = Vec::new();
    for number in 0..films {
        ids.push(platform.published_video(&admin, json!({ "title": format!("Film {number}") })).await);
    }
    let viewer = platform.register("ada@viewers.test").await;
    let robin = added(&viewer, json!({ "name": "Robin" })).await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    (viewer, selected(&other, &robin).await, ids)
}

#[tokio::test]
async fn each_profile_has_its_own_history_watchlist_and_preferences() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 2).await;
    report(&ada, &films[0], json!({ "progress": 30.0 })).await;
    report(&robin, &films[0], json!({ "progress": 40.0 })).await;
    report(&robin, &films[1], json!({ "progress": 20.0 })).await;
    add(&robin, &films[1]).await;
    robin.put(&format!("/api/videos/{}/watched", films[1]), json!({})).await;
    robin.patch("/api/preferences", json!({ "speed": 1.5 })).await;

    assert_eq!(history(&ada, 10).await, [(films[0].clone(), 30.0, false)]);
    assert_eq!(continued(&ada).await, [(json!(films[0]), json!(30.0))]);
    assert_eq!(position(&ada, &films[1]).await, (json!(0.0), json!(false)));
    assert_eq!(listed(&ada).await, [""; 0]);
    assert_eq!(ada.get(&format!("/api/videos/{}", films[1])).await.data()["on_watchlist"], false);
    assert_eq!(ada.get("/api/preferences").await.data()["speed"], 1.0);
    assert_eq!(ada.get("/api/home").await.data()["continue_watching"].as_array().map(Vec::len), Some(1));
    assert_eq!(ada.play(&films[0]).await.data()["resume_position"], 30.0);

    platform.advance(31).await;
    assert_eq!(history(&robin, 1).await.len(), 2);
    assert_eq!(continued(&robin).await, [(json!(films[0]), json!(40.0))]);
    assert_eq!(position(&robin, &films[1]).await, (json!(20.0), json!(true)));
    assert_eq!(listed(&robin).await, [films[1].clone()]);
    assert_eq!(robin.get("/api/preferences").await.data()["speed"], 1.5);
    assert_eq!(robin.play(&films[0]).await.data()["resume_position"], 40.0);
    robin.delete("/api/history").await;
    assert_eq!((history(&robin, 10).await.len(), history(&ada, 10).await.len()), (0, 1));
    robin.delete(&format!("/api/watchlist/{}", films[1])).await;
    add(&ada, &films[1]).await;
    assert_eq!((listed(&robin).await.len(), listed(&ada).await.len()), (0, 1));
}

#[tokio::test]
async fn two_profiles_that_play_one_film_have_their_own_positions_in_their_leases() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 1).await;
    let admin = platform.sign_in("an-admin@marquee.test", PASSWORD).await;
    let gift = json!({ "plan_type": "premium", "reason": "two streams" });
    admin.post(&format!("/api/admin/members/{}/comp", id_of(&ada).await), gift).await;
    let (of_ada, of_robin) = (playback(&ada, &films[0]).await, playback(&robin, &films[0]).await);
    for step in [1.0, 2.0, 3.0] {
        let answer = report(&ada, &films[0], json!({ "progress": 10.0 * step, "playback_session_id": of_ada })).await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(beat(&platform, &robin, &films[0], &of_robin, 5.0 * step).await.status(), 200);
    }

    assert_eq!(position(&ada, &films[0]).await.0, 30.0);
    assert_eq!(position(&robin, &films[0]).await.0, 15.0);
    assert_eq!(history(&ada, 10).await, [(films[0].clone(), 30.0, false)]);
    robin.delete("/api/history").await;
    assert_eq!(position(&ada, &films[0]).await.0, 30.0, "a deleted history is that of one profile");
    robin.put(&format!("/api/videos/{}/watched", films[0]), json!({})).await;
    beat(&platform, &ada, &films[0], &of_ada, 32.0).await;
    assert_eq!(position(&ada, &films[0]).await, (json!(32.0), json!(false)), "a mark is that of one profile");
}

#[tokio::test]
async fn streams_count_for_the_account_and_name_their_profile() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 1).await;
    playback(&robin, &films[0]).await;

    let streams = ada.get("/api/playback").await;

    let stream = &streams.data()[0];
    assert_eq!((&stream["profile_name"], &stream["current"]), (&json!("Robin"), &json!(false)), "{streams}");
    assert_eq!(stream["profile_id"], robin.get("/api/auth/me").await.data()["profile"]["id"]);
    let second = ada.play(&films[0]).await;
    assert_eq!(second.code(), "STREAM_LIMIT_REACHED", "one stream without a plan: {second}");
}

#[tokio::test]
async fn a_device_that_switches_profiles_keeps_the_position_of_the_previous_profile() {
    let platform = Platform::bare().await;
    let (ada, _, films) = household(&platform, 2).await;
    let id = playback(&ada, &films[0]).await;
    for progress in [10.0, 20.0, 30.0] {
        beat(&platform, &ada, &films[0], &id, progress).await;
    }
    let robin = ada.get("/api/profiles").await.data()[1].clone();
    let as_robin = selected(&ada, &robin).await;

    playback(&as_robin, &films[0]).await;

    assert_eq!(position(&ada, &films[0]).await.0, 30.0);
    assert_eq!(position(&as_robin, &films[0]).await.0, 0.0);
    platform.advance(31).await;
    let again = selected(&as_robin, &ada.get("/api/profiles").await.data()[0].clone()).await;
    assert_eq!(again.play(&films[0]).await.data()["resume_position"], 30.0);
}

#[tokio::test]
async fn a_heartbeat_of_another_profiles_playback_is_refused_and_writes_nothing() {
    let platform = Platform::bare().await;
    let (ada, _, films) = household(&platform, 1).await;
    let id = playback(&ada, &films[0]).await;
    beat(&platform, &ada, &films[0], &id, 10.0).await;
    let as_robin = selected(&ada, &ada.get("/api/profiles").await.data()[1].clone()).await;

    let refused = beat(&platform, &as_robin, &films[0], &id, 50.0).await;

    assert_eq!((refused.status(), refused.code()), (409, "STREAM_STOPPED"), "{refused}");
    assert_eq!(history(&as_robin, 10).await, []);
    assert_eq!(position(&ada, &films[0]).await.0, 10.0);
    let renewed = as_robin.get(&format!("/api/videos/{}/play?playback_session_id={}", films[0], text(&id))).await;
    assert_ne!(renewed.data()["playback_session_id"], id, "a playback is not handed over: {renewed}");
}

#[tokio::test]
async fn a_late_heartbeat_of_another_profiles_playback_writes_nothing_even_without_its_lease() {
    let platform = Platform::bare().await;
    let (ada, _, films) = household(&platform, 2).await;
    let id = playback(&ada, &films[0]).await;
    beat(&platform, &ada, &films[0], &id, 10.0).await;
    let first = ada.get("/api/profiles").await.data()[0].clone();
    let robin = ada.get("/api/profiles").await.data()[1].clone();
    let as_robin = selected(&ada, &robin).await;
    let of_robin = playback(&as_robin, &films[1]).await;

    let refused = beat(&platform, &as_robin, &films[0], &id, 50.0).await;

    assert_eq!((refused.status(), refused.code()), (409, "STREAM_STOPPED"), "{refused}");
    assert_eq!(history(&as_robin, 10).await, [], "it is not Robin's");
    let as_ada = selected(&as_robin, &first).await;
    playback(&as_ada, &films[0]).await;
    let late = beat(&platform, &as_ada, &films[1], &of_robin, 20.0).await;
    assert_eq!((late.status(), late.code()), (409, "STREAM_STOPPED"), "{late}");
    assert_eq!(history(&as_ada, 10).await, [(films[0].clone(), 10.0, false)], "nor the first profile's");
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[tokio::test]
async fn a_cursor_of_another_profile_is_refused() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 3).await;
    for film in &films {
        for viewer in [&ada, &robin] {
            report(viewer, film, json!({ "progress": 30.0 })).await;
            add(viewer, film).await;
        }
        platform.advance(1).await;
    }
    for list in ["/api/history", "/api/watchlist", "/api/continue-watching"] {
        let page = ada.get(&format!("{list}?limit=1")).await;
        let cursor = page.next_cursor().unwrap_or_else(|| panic!("{list}: {page}"));

        let refused = robin.get(&format!("{list}?limit=1&cursor={cursor}")).await;

        assert_eq!((refused.status(), refused.code()), (400, "INVALID_CURSOR"), "{list}: {refused}");
        assert_eq!(ada.get(&format!("{list}?limit=1&cursor={cursor}")).await.status(), 200, "{list}");
    }
}

#[tokio::test]
async fn requests_in_an_added_profile_need_no_extra_round_trips() {
    let platform = Platform::bare().await;
    let (_, robin, films) = household(&platform, 1).await;
    let played = robin.play(&films[0]).await;
    let id = played.data()["playback_session_id"].clone();
    let beat = report(&robin, &films[0], json!({ "progress": 10.0, "playback_session_id": id })).await;
    let shown = robin.get(&format!("/api/videos/{}", films[0])).await;
    robin.get("/api/home").await;
    let home = robin.get("/api/home").await;
    for (what, answer, most) in [("play", played, 2), ("beat", beat, 2), ("video", shown, 1), ("home", home, 2)] {
        assert_eq!(answer.status(), 200, "{what}: {answer}");
        let trips = platform.round_trips(&answer, "dynamodb");
        assert!(trips <= most, "{what}: {trips} round trips: {:?}", platform.calls(&answer));
    }
}

#[tokio::test]
async fn an_export_has_all_profiles_and_names_the_profile_of_each_row() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 1).await;
    for viewer in [&ada, &robin] {
        report(viewer, &films[0], json!({ "progress": 30.0 })).await;
        add(viewer, &films[0]).await;
    }
    playback(&robin, &films[0]).await;
    robin.patch("/api/preferences", json!({ "speed": 1.5 })).await;

    let export = ada.get("/api/account/export").await;

    let data = export.data();
    let ids: Vec<&Value> = data["profiles"].as_array().expect("profiles").iter().map(|one| &one["id"]).collect();
    assert_eq!(ids.len(), 2, "{export}");
    for section in ["watch_history", "watchlist"] {
        let of: Vec<&Value> = data[section].as_array().expect("rows").iter().map(|row| &row["profile_id"]).collect();
        assert_eq!(of, ids, "{section}: {export}");
        assert!(data[section].as_array().expect("rows").iter().all(|row| row["user_id"] == *ids[0]));
    }
    assert_eq!(data["streams"][0]["profile_id"], *ids[1]);
    assert_eq!((&data["profiles"][0]["preferences"], &data["preferences"]), (&Value::Null, &Value::Null));
    assert_eq!(data["profiles"][1]["preferences"]["speed"], 1.5);
    assert_eq!(data["profiles"][1]["preferences"]["user_id"], Value::Null, "the key of the row stays internal");
    assert_eq!(data["user"]["profiles"], Value::Null, "they are listed once");
}

#[tokio::test]
async fn a_profile_is_renamed_in_the_list_of_streams_at_once() {
    let platform = Platform::bare().await;
    let (ada, robin, films) = household(&platform, 1).await;
    playback(&robin, &films[0]).await;
    let profile = ada.get("/api/profiles").await.data()[1].clone();
    ada.patch(&path(&profile), json!({ "name": "Robin H." })).await;
    assert_eq!(ada.get("/api/playback").await.data()[0]["profile_name"], "Robin H.");
}
