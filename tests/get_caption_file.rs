//! `get-caption-file`

use reqwest::Method;
use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_file_can_be_fetched_by_its_secret_id_for_a_day() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", support::DEMO_PASSWORD).await;
    let listed = admin.get("/api/videos?q=Deep%20Quiet").await;
    let path = format!("/api/admin/videos/{}/captions/de", listed.data()[0]["id"].as_str().expect("an id"));
    let vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHallo\n";
    let put = admin.request(Method::PUT, &path).header("content-type", "text/vtt").body(vtt);
    assert_eq!(admin.send(put).await.status(), 200);
    let scan = json!({ "TableName": platform.setting("put-caption", "CATALOGUE_TABLE") });
    let rows = platform.aws("DynamoDB_20120810.Scan", scan).await;
    let id = rows["Items"]
        .as_array()
        .expect("items")
        .iter()
        .find_map(|row| row["pk"]["S"].as_str()?.strip_prefix("CAPTIONS#").map(str::to_owned));
    let url = format!("{}/api/captions/{}", platform.running().urls().web, id.expect("a file"));

    let fetched = platform.client().get(&url).send().await.expect("an answer");
    assert_eq!(fetched.headers()["content-type"], "text/vtt; charset=utf-8");
    assert_eq!(fetched.text().await.expect("text"), vtt);
    assert_eq!(platform.anyone().get("/api/captions/01987c10-4a00-7000-8000-000000000003").await.status(), 404);
    platform.advance(24 * 3_600 + 1).await;
    assert_eq!(platform.client().get(&url).send().await.expect("an answer").status(), 404);
}
