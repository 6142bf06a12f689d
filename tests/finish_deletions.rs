//! `finish-deletions`: sweeps the rows that a crash or a request in flight has left of a deleted account.

use crate::delete_account::{delete, id_of, is_kept, litter, traces};
use serde_json::{Value, json};
use support::Platform;
use support::billing::platform_without_trial;

async fn run(platform: &Platform) -> Result<Value, String> {
    platform.running().run_job("finish-deletions", json!({})).await
}

/// Rows of a user that must be swept.
async fn rows_to_sweep(platform: &Platform, user: &str) -> usize {
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    let rows = traces(platform, user).await;
    rows.iter().filter(|(table, row)| *table != limits && !is_kept(row)).count()
}

#[tokio::test]
async fn rows_written_by_a_request_in_flight_are_swept_as_well() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (user, other) = (id_of(&viewer).await, platform.subscriber("basic").await);
    let others = id_of(&other).await;
    litter(&platform, &others).await;
    assert_eq!(delete(&viewer).await.status(), 200);
    litter(&platform, &user).await;
    assert_eq!(rows_to_sweep(&platform, &user).await, 4);

    platform.advance(600).await;

    assert_eq!(rows_to_sweep(&platform, &user).await, 0);
    assert!(traces(&platform, "DELETIONS").await.is_empty());
    assert!(rows_to_sweep(&platform, &others).await >= 3, "other users' rows are not swept");
    assert_eq!(run(&platform).await, Ok(json!({ "finished": 0, "profiles": 0 })));
}

#[tokio::test]
async fn hundreds_of_rows_are_swept_and_a_failed_run_is_reported_and_made_up_for() {
    let platform = platform_without_trial().await;
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
    assert_eq!(delete(&viewer).await.status(), 200, "the account is gone even if rows are left");
    assert!(rows_to_sweep(&platform, &user).await >= 300);
    assert!(run(&platform).await.is_err());
    platform.running().faults().clear();

    platform.advance(600).await;

    assert_eq!(rows_to_sweep(&platform, &user).await, 0);
    assert!(traces(&platform, "DELETIONS").await.is_empty());
}

#[tokio::test]
async fn a_permanently_refused_cancellation_is_not_retried_and_a_transient_one_is() {
    for (error, is_permanent) in [
        (json!({ "type": "invalid_request_error", "code": "parameter_unknown" }), true),
        (json!({ "type": "invalid_request_error", "code": "account_invalid" }), false),
    ] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        crate::provider_errors::refuse(&platform, "GET /v1/invoices", 10_000, 400, &error);
        assert_eq!(delete(&viewer).await.status(), 200);
        platform.advance(600).await;

        let ran = run(&platform).await;

        assert_eq!(ran.is_ok(), is_permanent, "{error}: {ran:?}");
        assert_eq!(traces(&platform, "DELETIONS").await.is_empty(), is_permanent, "{error}");
        let line = "cannot record the end of a deleted account";
        let told = platform.running().logs().iter().any(|logged| logged.contains(line));
        assert_eq!(told, is_permanent, "{error}");
        platform.running().faults().clear();
        platform.advance(600).await;
        assert!(traces(&platform, "DELETIONS").await.is_empty(), "{error}");
    }
}
