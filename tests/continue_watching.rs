//! `continue-watching`: videos that were started and not finished.

use serde_json::json;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn unfinished_videos_are_listed_newest_first_and_paged_without_gaps() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let videos = platform.anyone().get("/api/videos?limit=7").await;
    let ids: Vec<String> = videos
        .data()
        .as_array()
        .expect("videos")
        .iter()
        .map(|video| video["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    for id in &ids {
        viewer.put(&format!("/api/videos/{id}/progress"), json!({ "progress": 12.0 })).await;
        platform.advance(1).await;
    }
    viewer.put(&format!("/api/videos/{}/progress", ids[0]), json!({ "progress": 13.0, "completed": true })).await;
    viewer.put(&format!("/api/videos/{}/progress", ids[1]), json!({ "progress": 0.5 })).await;

    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = viewer.get(&format!("/api/continue-watching?limit=2{cursor}")).await;
        assert_eq!(page.status(), 200, "{page}");
        listed.extend(
            page.data()
                .as_array()
                .expect("a page")
                .iter()
                .map(|item| item["video"]["id"].as_str().unwrap_or_default().to_owned()),
        );
        match page.next_cursor() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }

    let expected: Vec<String> = ids[2..].iter().rev().cloned().collect();
    assert_eq!(listed, expected, "neither completed nor barely started videos");
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(other.get("/api/continue-watching").await.data(), &json!([]));
}

#[tokio::test]
async fn a_cursor_works_only_for_its_owner_and_limits_are_bounded() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let videos = platform.anyone().get("/api/videos?limit=3").await;
    for video in videos.data().as_array().expect("videos") {
        let path = format!("/api/videos/{}/progress", video["id"].as_str().unwrap_or_default());
        viewer.put(&path, json!({ "progress": 12.0 })).await;
    }
    let page = viewer.get("/api/continue-watching?limit=1").await;
    let cursor = page.next_cursor().expect("a second page").to_owned();

    assert_eq!(other.get(&format!("/api/continue-watching?cursor={cursor}")).await.code(), "INVALID_CURSOR");
    assert_eq!(viewer.get("/api/continue-watching?cursor=AAAA").await.code(), "INVALID_CURSOR");
    for limit in ["0", "101", "-1", "two"] {
        assert_eq!(
            viewer.get(&format!("/api/continue-watching?limit={limit}")).await.code(),
            "VALIDATION_ERROR",
            "{limit}"
        );
    }
}
