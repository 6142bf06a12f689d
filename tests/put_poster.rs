//! `put-poster`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn put_poster_is_for_admins_only() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;

    let answer = admin.put("/api/admin/videos/01987c10-4a00-7000-8000-000000000003/poster", json!({})).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert!(answer.data().is_null(), "replace this with what it returns: {answer}");
    let refused = viewer.put("/api/admin/videos/01987c10-4a00-7000-8000-000000000003/poster", json!({})).await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
}
