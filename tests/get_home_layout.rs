//! `get-home-layout`

use serde_json::json;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn without_choices_the_layout_is_empty_and_only_operators_see_it() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;

    let layout = admin.get("/api/admin/home").await;

    assert_eq!((layout.status(), layout.data()), (200, &json!({ "featured_id": null, "shelves": [] })), "{layout}");
    assert_eq!(platform.round_trips(&layout, "dynamodb"), 1);
    assert_eq!(viewer.get("/api/admin/home").await.code(), "FORBIDDEN");
    assert_eq!(viewer.put("/api/admin/home", json!({ "shelves": [] })).await.code(), "FORBIDDEN");
}
