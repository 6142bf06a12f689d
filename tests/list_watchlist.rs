//! `list-watchlist`

use crate::add_watchlist::{add, listed, videos};
use crate::delete_account::{delete, id_of, is_kept, traces};
use serde_json::json;
use support::{DEMO_PASSWORD, PASSWORD, Platform};

#[tokio::test]
async fn videos_are_listed_by_time_of_addition_and_paged_without_gaps() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 7).await;
    for id in &ids {
        add(&viewer, id).await;
        platform.advance(1).await;
    }

    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = viewer.get(&format!("/api/watchlist?limit=3{cursor}")).await;
        assert_eq!(page.status(), 200, "{page}");
        let items = page.data().as_array().expect("a page").clone();
        assert!(items.iter().all(|item| item["added_at"].is_string() && item["video"]["poster"].is_object()), "{page}");
        found.extend(items.iter().map(|item| item["video"]["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page.next_cursor() else { break };
        cursor = format!("&cursor={next}");
    }

    let expected: Vec<String> = ids.iter().rev().cloned().collect();
    assert_eq!(found, expected);
    let page = viewer.get("/api/watchlist?limit=3").await;
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_unpublished_video_is_left_out_and_comes_back_when_it_is_published_again() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 2).await;
    for id in &ids {
        add(&viewer, id).await;
        platform.advance(1).await;
    }
    let path = format!("/api/admin/videos/{}", ids[1]);
    admin.patch(&path, json!({ "published": false })).await;
    assert_eq!(listed(&viewer).await, [ids[0].clone()]);
    admin.patch(&path, json!({ "published": true })).await;
    assert_eq!(listed(&viewer).await, [ids[1].clone(), ids[0].clone()]);
}

#[tokio::test]
async fn a_cursor_works_only_for_its_owner_and_its_list_and_limits_are_bounded() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    for id in videos(&platform, 2).await {
        add(&viewer, &id).await;
    }
    let cursor = viewer.get("/api/watchlist?limit=1").await.next_cursor().expect("a second page").to_owned();
    assert_eq!(viewer.get(&format!("/api/watchlist?cursor={cursor}")).await.status(), 200);
    assert_eq!(other.get(&format!("/api/watchlist?cursor={cursor}")).await.code(), "INVALID_CURSOR");
    assert_eq!(viewer.get(&format!("/api/history?cursor={cursor}")).await.code(), "INVALID_CURSOR");
    for wrong in ["AAAA", "%00", &cursor[1..]] {
        assert_eq!(viewer.get(&format!("/api/watchlist?cursor={wrong}")).await.status(), 400, "{wrong}");
    }
    for limit in ["0", "101", "-1", "two"] {
        assert_eq!(viewer.get(&format!("/api/watchlist?limit={limit}")).await.code(), "VALIDATION_ERROR", "{limit}");
    }
}

#[tokio::test]
async fn deleting_an_account_deletes_its_watchlist() {
    let platform = Platform::start().await;
    let viewer = platform.register("ann@example.com").await;
    let user = id_of(&viewer).await;
    for id in videos(&platform, 3).await {
        assert_eq!(add(&viewer, &id).await.status(), 200);
    }
    let table = platform.setting("list-watchlist", "WATCHLIST_TABLE");
    let of_user = |rows: Vec<(String, serde_json::Value)>| rows.into_iter().filter(|(name, _)| *name == table).count();
    assert_eq!(of_user(traces(&platform, &user).await), 4, "three videos and their count");
    let deleted = delete(&viewer).await;
    assert_eq!(deleted.status(), 200, "{deleted}");
    assert_eq!(of_user(traces(&platform, &user).await), 0);
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    for (table, row) in traces(&platform, &user).await {
        assert!(is_kept(&row) || table == limits, "{table}: {row}");
    }
    let again =
        platform.anyone().post("/api/auth/login", json!({ "email": "ann@example.com", "password": PASSWORD })).await;
    assert_eq!(again.code(), "INVALID_CREDENTIALS");
}
