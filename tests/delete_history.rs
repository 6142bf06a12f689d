//! `delete-history`: a deleted history does not come back.

use crate::add_watchlist::videos;
use crate::list_history::history;
use crate::play_video::video_of;
use crate::update_progress::{beat, continued, playback, position, report};
use serde_json::json;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn one_video_or_everything_is_deleted_and_other_users_keep_theirs() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 3).await;
    for id in &ids {
        report(&viewer, id, json!({ "progress": 9.0 })).await;
        report(&other, id, json!({ "progress": 9.0 })).await;
        platform.advance(1).await;
    }

    let one = viewer.delete(&format!("/api/history?video_id={}", ids[1])).await;

    assert_eq!((one.status(), one.data()), (200, &json!({ "deleted": 1, "is_complete": true })), "{one}");
    let left: Vec<String> = history(&viewer, 10).await.into_iter().map(|(id, ..)| id).collect();
    assert_eq!(left, [ids[2].clone(), ids[0].clone()]);
    assert_eq!(position(&viewer, &ids[1]).await, (json!(0.0), json!(false)));
    let again = viewer.delete(&format!("/api/history?video_id={}", ids[1])).await;
    assert_eq!((again.status(), &again.data()["deleted"]), (200, &json!(0)), "{again}");
    for wrong in ["1", "COUNT", "%00"] {
        let refused = viewer.delete(&format!("/api/history?video_id={wrong}")).await;
        assert_eq!(refused.code(), "VALIDATION_ERROR", "nothing is deleted by mistake: {refused}");
    }
    assert_eq!(history(&viewer, 10).await.len(), 2);
    let all = viewer.delete("/api/history").await;
    assert_eq!(all.data(), &json!({ "deleted": 2, "is_complete": true }), "{all}");
    assert_eq!(history(&viewer, 10).await, []);
    assert_eq!(continued(&viewer).await, []);
    assert_eq!(history(&other, 10).await.len(), 3);
}

#[tokio::test]
async fn a_deleted_history_does_not_come_back_from_a_lease_however_that_ends() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    let other = video_of(&platform, "free").await;
    for what in [format!("?video_id={film}"), String::new()] {
        for way in ["left alone", "stopped", "stopped before", "replaced", "taken"] {
            let phone = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
            let television = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
            let id = playback(&phone, &film).await;
            for progress in [3.0, 4.0, 9.5] {
                assert_eq!(beat(&platform, &phone, &film, &id, progress).await.status(), 200);
            }
            let stop = format!("/api/playback/{}", id.as_str().expect("an id"));
            if way == "stopped before" {
                assert_eq!(television.delete(&stop).await.status(), 200);
            }

            let deleted = television.delete(&format!("/api/history{what}")).await;

            assert_eq!(deleted.status(), 200, "{deleted}");
            match way {
                "stopped" => assert_eq!(television.delete(&stop).await.status(), 200),
                "replaced" => _ = playback(&phone, &other).await,
                "taken" => {
                    platform.advance(31).await;
                    playback(&television, &other).await;
                }
                _ => {}
            }
            assert_eq!(position(&television, &film).await, (json!(0.0), json!(false)), "{way}");
            assert_eq!(continued(&television).await, [], "{way}");
            assert!(history(&television, 10).await.iter().all(|(id, ..)| *id != film), "{way}");
            platform.advance(31).await;
            assert_eq!(television.play(&film).await.data()["resume_position"], 0.0, "{way}");
            platform.advance(31).await;
            television.delete("/api/history").await;
        }
    }
}

#[tokio::test]
async fn watching_after_the_deletion_starts_a_new_entry_and_an_older_lease_does_not_undo_it() {
    let platform = Platform::start().await;
    let film = video_of(&platform, "basic").await;
    let phone = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let television = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let id = playback(&phone, &film).await;
    for progress in [3.0, 12.0, 13.0] {
        beat(&platform, &phone, &film, &id, progress).await;
    }
    assert_eq!(television.delete("/api/history").await.status(), 200);
    let anew = playback(&television, &film).await;
    beat(&platform, &television, &film, &anew, 5.0).await;
    // The phone's lease is ignored, although its row had the same version as the new one.
    platform.advance(31).await;
    let other = video_of(&platform, "free").await;
    playback(&phone, &other).await;
    assert_eq!(position(&television, &film).await.0, 5.0);
    assert_eq!(history(&television, 10).await, [(film.clone(), 5.0, false)]);

    let going_on = playback(&television, &film).await;
    television.delete("/api/history").await;
    let next = beat(&platform, &television, &film, &going_on, 6.0).await;
    assert_eq!((next.status(), &next.data()["progress"]), (200, &json!(6.0)), "{next}");
    assert_eq!(history(&television, 10).await, [(film, 6.0, false)], "it was watched since");
}
