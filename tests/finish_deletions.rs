//! `finish-deletions`: what a crash, or a request under way, left of a deleted account.

use crate::billing::untried;
use crate::delete_account::{delete, id_of, is_kept, litter, traces};
use serde_json::{Value, json};
use support::Platform;

async fn run(platform: &Platform) -> Result<Value, String> {
    platform.running().run_job("finish-deletions", json!({})).await.expect("the job")
}

/// Rows of a user that are to be swept.
async fn left(platform: &Platform, user: &str) -> usize {
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    let rows = traces(platform, user).await;
    rows.iter().filter(|(table, row)| *table != limits && !is_kept(row)).count()
}

#[tokio::test]
async fn what_a_request_under_way_wrote_is_swept_as_well() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let (user, other) = (id_of(&viewer).await, platform.subscriber("basic").await);
    let others = id_of(&other).await;
    litter(&platform, &others).await;
    assert_eq!(delete(&viewer).await.status(), 200);
    litter(&platform, &user).await;
    assert_eq!(left(&platform, &user).await, 3);

    platform.advance(600).await;

    assert_eq!(left(&platform, &user).await, 0);
    assert!(traces(&platform, "DELETIONS").await.is_empty());
    assert!(left(&platform, &others).await >= 3, "and nothing of anybody else's");
    assert_eq!(run(&platform).await, Ok(json!({ "finished": 0 })));
}

#[tokio::test]
async fn hundreds_of_rows_are_swept_and_a_run_that_fails_says_so_and_is_made_good() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let user = id_of(&viewer).await;
    let table = platform.setting("delete-account", "WATCH_HISTORY_TABLE");
    for part in 0..12 {
        let puts: Vec<Value> = (0..25)
            .map(|number| {
                let video = format!("0197a000-0000-7000-8000-{:012}", part * 25 + number);
                json!({ "PutRequest": { "Item": { "user_id": { "S": user }, "video_id": { "S": video } } } })
            })
            .collect();
        platform.aws("DynamoDB_20120810.BatchWriteItem", json!({ "RequestItems": { table.as_str(): puts } })).await;
    }
    platform
        .fault(json!({ "target": "dynamodb", "table": table, "operation": "Query", "kind": "error", "count": 1_000 }));
    assert_eq!(delete(&viewer).await.status(), 200, "the account is gone, whatever is left of it");
    assert!(left(&platform, &user).await >= 300);
    assert!(run(&platform).await.is_err());
    platform.running().faults().clear();

    platform.advance(600).await;

    assert_eq!(left(&platform, &user).await, 0);
    assert!(traces(&platform, "DELETIONS").await.is_empty());
}
