//! `list-history`: all watched videos.

use crate::add_watchlist::{put_rows, videos};
use crate::delete_account::id_of;
use crate::play_video::video_of;
use crate::update_progress::{beat, playback, report};
use serde_json::{Value, json};
use support::{DEMO_PASSWORD, Platform, Viewer};

/// The whole history, page by page: each video's id, position, and whether it was completed.
pub(crate) async fn history(viewer: &Viewer, limit: usize) -> Vec<(String, f64, bool)> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("/api/history?limit={limit}{cursor}")).await;
        assert_eq!(page.status(), 200, "{page}");
        for item in page.data().as_array().expect("a page") {
            assert!(item["last_watched_at"].is_string(), "{item}");
            let id = item["video"]["id"].as_str().expect("an id").to_owned();
            found.push((id, item["progress"].as_f64().expect("seconds"), item["completed"] == true));
        }
        let Some(next) = page.next_cursor() else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// Rows of a user's history of videos that do not exist.
pub(crate) async fn fill(platform: &Platform, user: &str, count: usize) {
    let rows = (0..count).map(|number| {
        let at = format!("2025-01-01T{:02}:{:02}:{:02}.000Z", number / 3_600, number / 60 % 60, number % 60);
        let listing = if number % 3 == 0 { "continue_at" } else { "watched_at" };
        json!({
            "user_id": { "S": user }, "video_id": { "S": format!("0197a000-0000-7000-8000-{number:012}") },
            "progress": { "N": "9" }, "completed": { "BOOL": number % 3 == 1 }, "last_watched_at": { "S": at },
            "version": { "N": "1" }, listing: { "S": at },
        })
    });
    put_rows(platform, &platform.setting("list-history", "WATCH_HISTORY_TABLE"), rows.collect()).await;
}

#[tokio::test]
async fn every_watched_video_is_listed_newest_first_completed_or_not() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 7).await;
    let reports =
        [(12.0, false), (13.0, true), (0.5, false), (29.5, false), (11.0, false), (14.0, true), (10.0, false)];
    for (id, (progress, completed)) in ids.iter().zip(reports) {
        let body = json!({ "progress": progress, "completed": completed });
        assert_eq!(report(&viewer, id, body).await.status(), 200);
        platform.advance(1).await;
    }

    let mut expected: Vec<_> =
        ids.iter().zip(reports).map(|(id, (at, done))| (id.clone(), at, done || at > 27.0)).collect();
    expected.reverse();
    for limit in [1, 2, 3, 7, 100] {
        assert_eq!(history(&viewer, limit).await, expected, "pages of {limit}");
    }
    let page = viewer.get("/api/history").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(platform.round_trips(&page, "dynamodb"), 3, "{:?}", platform.calls(&page));
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(history(&other, 10).await, []);
    let cursor = viewer.get("/api/history?limit=1").await.next_cursor().expect("a second page").to_owned();
    assert_eq!(other.get(&format!("/api/history?cursor={cursor}")).await.code(), "INVALID_CURSOR");
    assert_eq!(viewer.get(&format!("/api/continue-watching?cursor={cursor}")).await.code(), "INVALID_CURSOR");
}

#[tokio::test]
async fn the_position_and_time_of_a_lease_count() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let film = video_of(&platform, "basic").await;
    let other = video_of(&platform, "free").await;
    let id = playback(&viewer, &film).await;
    beat(&platform, &viewer, &film, &id, 3.0).await;
    report(&viewer, &other, json!({ "progress": 9.0 })).await;
    assert_eq!(history(&viewer, 1).await, [(other.clone(), 9.0, false), (film.clone(), 3.0, false)]);
    for progress in [4.0, 5.5] {
        beat(&platform, &viewer, &film, &id, progress).await;
        let expected = [(film.clone(), progress, false), (other.clone(), 9.0, false)];
        assert_eq!(history(&viewer, 1).await, expected);
        assert_eq!(history(&viewer, 10).await, expected);
    }
}

#[tokio::test]
async fn an_unpublished_video_is_left_out_and_comes_back() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let id = video_of(&platform, "basic").await;
    report(&viewer, &id, json!({ "progress": 9.0 })).await;
    let path = format!("/api/admin/videos/{id}");
    admin.patch(&path, json!({ "published": false })).await;
    assert_eq!(history(&viewer, 10).await, []);
    admin.patch(&path, json!({ "published": true })).await;
    assert_eq!(history(&viewer, 10).await, [(id, 9.0, false)]);
}

#[tokio::test]
async fn a_history_of_ten_thousand_videos_is_listed_in_pages_and_deleted() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let id = video_of(&platform, "basic").await;
    fill(&platform, &id_of(&viewer).await, 10_000).await;
    report(&viewer, &id, json!({ "progress": 9.0 })).await;

    let (mut pages, mut items, mut cursor) = (0, Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("/api/history?limit=100{cursor}")).await;
        assert_eq!(page.status(), 200, "{page}");
        items.extend(page.data().as_array().expect("a page").clone());
        pages += 1;
        let Some(next) = page.next_cursor() else { break };
        cursor = format!("&cursor={next}");
        if pages == 5 {
            break;
        }
    }
    assert_eq!((items.len(), &items[0]["video"]["id"]), (1, &json!(id)), "the others do not exist");
    assert_eq!(pages, 5);

    let mut deleted = 0;
    for step in 1.. {
        let answer = viewer.delete("/api/history").await;
        assert_eq!(answer.status(), 200, "{answer}");
        deleted += answer.data()["deleted"].as_u64().expect("a number");
        if answer.data()["is_complete"] == true {
            break;
        }
        assert!(step < 20, "it makes progress: {answer}");
    }
    assert_eq!(deleted, 10_001);
    let table = platform.setting("delete-history", "WATCH_HISTORY_TABLE");
    let rows: Value = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
    assert_eq!(rows["Count"], 0);
}
