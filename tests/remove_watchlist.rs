//! `remove-watchlist`

use crate::add_watchlist::{add, listed, videos};
use serde_json::json;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn a_video_is_removed_once_and_removing_an_unlisted_video_changes_nothing() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let other = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 3).await;
    for id in &ids[..2] {
        add(&viewer, id).await;
        add(&other, id).await;
        platform.advance(1).await;
    }

    let removed = viewer.delete(&format!("/api/watchlist/{}", ids[0])).await;

    assert_eq!((removed.status(), removed.data()), (200, &json!({ "video_id": ids[0] })), "{removed}");
    assert_eq!(platform.round_trips(&removed, "dynamodb"), 2, "{:?}", platform.calls(&removed));
    assert_eq!(listed(&viewer).await, [ids[1].clone()]);
    assert_eq!(listed(&other).await, [ids[1].clone(), ids[0].clone()], "only the caller's list changed");
    for id in [&ids[0], &ids[2], "0197a000-0000-7000-8000-000000000001"] {
        let nothing = viewer.delete(&format!("/api/watchlist/{id}")).await;
        assert_eq!(nothing.status(), 200, "{nothing}");
        assert_eq!(platform.round_trips(&nothing, "dynamodb"), 1, "{:?}", platform.calls(&nothing));
    }
    for id in ["COUNT", "1", "%2F"] {
        assert_eq!(viewer.delete(&format!("/api/watchlist/{id}")).await.code(), "NOT_FOUND", "{id}");
    }
    let table = platform.setting("remove-watchlist", "WATCHLIST_TABLE");
    let rows = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
    let counts: Vec<&str> = rows["Items"]
        .as_array()
        .expect("rows")
        .iter()
        .filter(|row| row["video_id"]["S"] == "COUNT")
        .filter_map(|row| row["count"]["N"].as_str())
        .collect();
    let mut counts = counts;
    counts.sort_unstable();
    assert_eq!(counts, ["1", "2"], "{rows}");
}

#[tokio::test]
async fn simultaneous_removals_and_additions_keep_the_count_exact() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let id = videos(&platform, 1).await.remove(0);
    for _ in 0..3 {
        let adding = futures::future::join_all((0..4).map(|_| add(&viewer, &id))).await;
        assert!(adding.iter().all(|answer| answer.status() == 200), "{adding:?}");
        let path = format!("/api/watchlist/{id}");
        let removing = futures::future::join_all((0..4).map(|_| viewer.delete(&path))).await;
        assert!(removing.iter().all(|answer| answer.status() == 200), "{removing:?}");
    }
    let table = platform.setting("remove-watchlist", "WATCHLIST_TABLE");
    let rows = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
    assert_eq!((rows["Count"].as_u64(), &rows["Items"][0]["count"]["N"]), (Some(1), &json!("0")), "{rows}");
}
