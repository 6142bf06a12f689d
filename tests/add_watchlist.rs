//! `add-watchlist`: a watchlist has each video once, and never more than its limit.

use crate::delete_account::id_of;
use serde_json::{Value, json};
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

/// The limit on a watchlist's length.
const MAX: usize = 1_000;

pub(crate) async fn add(viewer: &Viewer, video: &str) -> Answer {
    viewer.put(&format!("/api/watchlist/{video}"), json!({})).await
}

/// The ids of the videos on the first page.
pub(crate) async fn listed(viewer: &Viewer) -> Vec<String> {
    let page = viewer.get("/api/watchlist?limit=100").await;
    let items = page.data().as_array().unwrap_or_else(|| panic!("a page: {page}"));
    items.iter().map(|item| item["video"]["id"].as_str().expect("an id").to_owned()).collect()
}

/// The ids of the first published videos.
pub(crate) async fn videos(platform: &Platform, count: usize) -> Vec<String> {
    let page = platform.anyone().get(&format!("/api/videos?limit={count}")).await;
    let ids =
        page.data().as_array().expect("videos").iter().map(|video| video["id"].as_str().expect("an id").to_owned());
    let ids: Vec<String> = ids.collect();
    assert_eq!(ids.len(), count, "{page}");
    ids
}

/// Puts rows into a table, as they are in the database.
pub(crate) async fn put_rows(platform: &Platform, table: &str, rows: Vec<Value>) {
    for part in rows.chunks(25) {
        let puts: Vec<Value> = part.iter().map(|row| json!({ "PutRequest": { "Item": row } })).collect();
        platform.aws("DynamoDB_20120810.BatchWriteItem", json!({ "RequestItems": { table: puts } })).await;
    }
}

/// Fills a watchlist with videos that do not exist, to one less than the limit.
async fn fill(platform: &Platform, user: &str, count: usize) {
    let table = platform.setting("add-watchlist", "WATCHLIST_TABLE");
    let mut rows: Vec<Value> = (0..count)
        .map(|number| {
            let video = format!("0197a000-0000-7000-8000-{number:012}");
            let at = "2025-01-01T00:00:00.000Z";
            json!({ "user_id": { "S": user }, "video_id": { "S": video }, "added_at": { "S": at } })
        })
        .collect();
    rows.push(json!({ "user_id": { "S": user }, "video_id": { "S": "COUNT" }, "count": { "N": count.to_string() } }));
    put_rows(platform, &table, rows).await;
}

#[tokio::test]
async fn adding_twice_keeps_the_first_time_and_takes_two_round_trips() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 2).await;

    let first = add(&viewer, &ids[0]).await;
    platform.advance(60).await;
    add(&viewer, &ids[1]).await;
    let again = add(&viewer, &ids[0]).await;

    assert_eq!((first.status(), &first.data()["video_id"]), (200, &json!(ids[0])), "{first}");
    assert_eq!((again.status(), again.data()), (200, first.data()), "{again}");
    assert_eq!(platform.round_trips(&first, "dynamodb"), 2, "{:?}", platform.calls(&first));
    assert_eq!(platform.round_trips(&again, "dynamodb"), 1, "nothing is written: {:?}", platform.calls(&again));
    assert_eq!(listed(&viewer).await, [ids[1].clone(), ids[0].clone()], "it kept its place");
    let other_viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(listed(&other_viewer).await, [""; 0]);
    for (id, is_on) in [(&ids[0], true), (&ids[1], true)] {
        let shown = viewer.get(&format!("/api/videos/{id}")).await;
        assert_eq!(shown.data()["on_watchlist"], is_on, "{shown}");
        assert_eq!(other_viewer.get(&format!("/api/videos/{id}")).await.data()["on_watchlist"], false);
    }
}

#[tokio::test]
async fn unpublished_unknown_and_malformed_ids_are_not_found_and_add_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let video = videos(&platform, 1).await.remove(0);
    admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": false })).await;
    for id in [video.as_str(), "0197a000-0000-7000-8000-000000000001", "COUNT", "1", "%00", &video.to_uppercase()] {
        for caller in [&viewer, &admin] {
            let refused = add(caller, id).await;
            assert_eq!((refused.status(), refused.code()), (404, "NOT_FOUND"), "{id}: {refused}");
        }
    }
    let table = platform.setting("add-watchlist", "WATCHLIST_TABLE");
    let rows = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
    assert_eq!(rows["Count"], 0, "{rows}");
}

#[tokio::test]
async fn a_full_watchlist_refuses_a_video_until_another_is_removed() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 8).await;
    fill(&platform, &id_of(&viewer).await, MAX - 1).await;

    let added = futures::future::join_all(ids.iter().map(|id| add(&viewer, id))).await;

    let statuses = |status: u16| added.iter().filter(|answer| answer.status() == status).count();
    assert_eq!((statuses(200), statuses(409)), (1, 7), "{added:?}");
    let refused = added.iter().find(|answer| answer.status() == 409).expect("one");
    assert_eq!(refused.code(), "CONFLICT");
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("1000")), "{refused}");
    let on: Vec<&String> =
        ids.iter().zip(&added).filter(|(_, answer)| answer.status() == 200).map(|(id, _)| id).collect();
    assert_eq!(&listed(&viewer).await[..], &[on[0].clone()][..], "videos that do not exist are left out");
    let again = add(&viewer, on[0]).await;
    assert_eq!(again.status(), 200, "a listed video is not refused: {again}");
    let other = ids.iter().find(|id| *id != on[0]).expect("another");
    assert_eq!(viewer.delete(&format!("/api/watchlist/{}", on[0])).await.status(), 200);
    assert_eq!(add(&viewer, other).await.status(), 200);
    assert_eq!(add(&viewer, on[0]).await.code(), "CONFLICT");
}
