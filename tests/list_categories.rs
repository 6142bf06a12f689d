//! `GET /api/categories`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn categories_count_only_published_videos() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for category in ["Drama", "Ästhetik", "drama "] {
        platform.published_video(&admin, json!({ "category": category })).await;
    }
    platform.ready_video(&admin, json!({ "category": "Hidden" })).await;

    let answer = platform.anyone().get("/api/categories").await;

    let expected = json!([{ "category": "Ästhetik", "count": 1 }, { "category": "Drama", "count": 2 }]);
    assert_eq!(answer.data(), &expected, "{answer}");
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    let warm = platform.anyone().get("/api/v1/categories").await;
    assert_eq!(warm.data(), &expected);
    assert_eq!(platform.round_trips(&warm, "dynamodb"), 1, "{:?}", platform.calls(&warm));
}
