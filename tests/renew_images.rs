//! The job `renew-images`.

use serde_json::{Value, json};
use support::Platform;

async fn posters(platform: &Platform) -> Vec<Value> {
    let listed = platform.anyone().get("/api/videos?sort=title&limit=100").await;
    listed.data().as_array().expect("a list").iter().map(|video| video["poster"].clone()).collect()
}

#[tokio::test]
async fn posters_are_re_signed_in_row_and_list_long_before_they_expire() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({ "title": "A" })).await;
    platform.published_video(&admin, json!({ "title": "B" })).await;
    platform.ready_video(&admin, json!({ "title": "Hidden" })).await;
    let before = posters(&platform).await;

    let idle = platform.running().run_job("renew-images", json!({})).await;
    assert_eq!(idle.expect("it runs")["renewed"], 0, "recent posters are unchanged");
    assert_eq!(posters(&platform).await, before);
    platform.advance(4 * 86_400).await;

    let after = posters(&platform).await;
    assert_eq!(after.len(), 2);
    assert!(before.iter().zip(&after).all(|(before, after)| before["url"] != after["url"]));
    assert!(before.iter().zip(&after).all(|(before, after)| before["placeholder"] == after["placeholder"]));
    let admin = platform.sign_in(admin.email(), support::PASSWORD).await;
    let row = admin.patch(&format!("/api/admin/videos/{id}"), json!({})).await;
    assert_eq!(row.data()["poster"], after[0], "row and list agree");
    let done = platform.running().run_job("renew-images", json!({})).await;
    assert_eq!(done.expect("it runs")["renewed"], 0, "the schedule had already done it");
}
