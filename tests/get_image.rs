//! `get-image`

use reqwest::Method;
use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_picture_is_an_image_of_ours_that_everybody_may_keep_forever() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.ready_video(&admin, json!({})).await;
    let picture = crate::put_poster::picture("png", "640x360");
    let put = admin.request(Method::PUT, &format!("/api/admin/videos/{id}/poster"));
    let put = admin.send(put.header("content-type", "image/png").body(picture.clone())).await;
    let url = put.data()["poster"]["url"].as_str().expect("a URL").to_owned();

    let shown = platform.client().get(&url).header("accept-encoding", "gzip").send().await.expect("an answer");

    let header = |name: &str| shown.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    assert_eq!(header("content-type").as_deref(), Some("image/jpeg"));
    assert_eq!(header("cache-control").as_deref(), Some("public, max-age=31536000, immutable"));
    assert_eq!((header("x-content-type-options").as_deref(), header("content-encoding")), (Some("nosniff"), None));
    let bytes = shown.bytes().await.expect("bytes");
    assert!(bytes.starts_with(&[0xff, 0xd8, 0xff]) && bytes[..] != picture[..], "encoded again");
    assert_eq!(platform.anyone().get("/api/images/unknown-640").await.status(), 404);
}
