//! `get-preferences`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_user_without_preferences_gets_the_defaults_and_no_row_is_written() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ann@example.com").await;

    let answer = viewer.get("/api/preferences").await;

    let defaults = json!({
        "captions": false, "caption_language": null, "audio_language": null, "speed": 1.0, "volume": 1.0,
        "autoplay": true, "interface_language": null,
    });
    assert_eq!((answer.status(), answer.data()), (200, &defaults), "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 1, "they are read with the session");
    let scan = json!({ "TableName": platform.setting("get-preferences", "PREFERENCES_TABLE") });
    assert_eq!(platform.aws("DynamoDB_20120810.Scan", scan).await["Count"], 0);
}
