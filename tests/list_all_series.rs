//! `GET /api/admin/series`

use serde_json::Value;
use support::Platform;

#[tokio::test]
async fn every_series_is_listed_newest_first_page_by_page() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for title in ["One", "Two", "Three"] {
        platform.new_series(&admin, title).await;
        platform.advance(1).await;
    }

    let (mut titles, mut path) = (Vec::new(), "/api/admin/series?limit=2".to_owned());
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status(), 200, "{page}");
        titles.extend(page.data().as_array().expect("a page").iter().map(|one| one["title"].clone()));
        let Some(cursor) = page.json()["pagination"]["next_cursor"].as_str().map(str::to_owned) else { break };
        for other in ["/api/admin/videos", "/api/series"] {
            let answer = admin.get(&format!("{other}?cursor={cursor}")).await;
            assert_eq!(answer.code(), "INVALID_CURSOR", "the cursor of another list: {answer}");
        }
        path = format!("/api/admin/series?limit=2&cursor={cursor}");
    }

    assert_eq!(titles, ["Three", "Two", "One"].map(Value::from));
    assert_eq!(admin.get("/api/admin/series?cursor=x").await.code(), "INVALID_CURSOR");
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/admin/series").await.code(), "FORBIDDEN");
}
