//! `GET /sitemap.xml`

use serde_json::json;
use std::collections::BTreeSet;
use support::{Answer, Platform};

async fn sitemap(platform: &Platform, query: &str) -> Answer {
    platform.anyone().get(&format!("/sitemap.xml{query}")).await
}

/// The paths of a sitemap's URLs, which must all be at the app's origin.
fn paths(platform: &Platform, answer: &Answer) -> BTreeSet<String> {
    let origin = &platform.running().urls().web;
    let urls: Vec<&str> = answer.text().split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()).collect();
    let paths: BTreeSet<String> =
        urls.iter().map(|url| url.strip_prefix(origin).unwrap_or_else(|| panic!("{url}")).to_owned()).collect();
    assert_eq!(paths.len(), urls.len(), "each once: {answer}");
    paths
}

#[tokio::test]
async fn every_public_title_is_listed_and_nothing_else() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let episode = platform.published_video(&admin, json!({ "series_id": series })).await;
    let scheduled = platform.published_video(&admin, json!({})).await;
    let tomorrow = (platform.running().now() + jiff::SignedDuration::from_hours(24)).to_string();
    admin.patch(&format!("/api/admin/videos/{scheduled}"), json!({ "publish_at": tomorrow })).await;
    platform.published_video(&admin, json!({ "trailer_of": film })).await;
    platform.ready_video(&admin, json!({})).await;
    platform.new_series(&admin, "Without episodes").await;

    let answer = sitemap(&platform, "").await;

    assert_eq!((answer.status(), answer.header("content-type")), (200, "application/xml"), "{answer}");
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert!(answer.text().starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns="), "{answer}");
    let titles = [format!("/videos/{film}"), format!("/series/{series}"), format!("/videos/{episode}")];
    let pages = ["/", "/browse", "/plans"].map(str::to_owned);
    assert_eq!(paths(&platform, &answer), titles.into_iter().chain(pages).collect());
    platform.advance(25 * 3_600).await;
    assert!(paths(&platform, &sitemap(&platform, "").await).contains(&format!("/videos/{scheduled}")));
}

#[tokio::test]
async fn a_missing_file_returns_404_and_an_invalid_number_returns_400() {
    let platform = Platform::bare().await;
    assert_eq!(sitemap(&platform, "?page=1").await.text(), sitemap(&platform, "").await.text());
    assert_eq!(sitemap(&platform, "?page=2").await.code(), "NOT_FOUND");
    for wrong in ["0", "-1", "x", "10000"] {
        assert_eq!(sitemap(&platform, &format!("?page={wrong}")).await.code(), "VALIDATION_ERROR", "{wrong}");
    }
}
