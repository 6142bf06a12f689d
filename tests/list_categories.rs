//! `GET /api/categories`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn categories_count_only_published_videos() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (category, required_plan) in [("Drama", "free"), ("Ästhetik", "basic"), ("drama ", "premium")] {
        platform.published_video(&admin, json!({ "category": category, "required_plan": required_plan })).await;
    }
    platform.ready_video(&admin, json!({ "category": "Hidden" })).await;

    let answer = platform.anyone().get("/api/categories").await;

    let expected = json!([
        { "category": "Ästhetik", "count": 1, "by_plan": { "free": 0, "basic": 1, "premium": 0 } },
        { "category": "Drama", "count": 2, "by_plan": { "free": 1, "basic": 0, "premium": 1 } },
    ]);
    assert_eq!(answer.data(), &expected, "{answer}");
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    let warm = platform.anyone().get("/api/v1/categories").await;
    assert_eq!(warm.data(), &expected);
    assert_eq!(platform.round_trips(&warm, "dynamodb"), 1, "{:?}", platform.calls(&warm));
}
