//! `DELETE /api/admin/series/{id}`

use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn only_a_series_without_episodes_can_be_deleted() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let path = format!("/api/admin/series/{id}");
    // An unpublished episode without a number counts as well.
    let video = platform.new_video(&admin, json!({ "series_id": id })).await;

    let refused = admin.delete(&path).await;
    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    assert_eq!(admin.get("/api/admin/series").await.data()[0]["id"], id);

    assert_eq!(admin.patch(&format!("/api/admin/videos/{video}"), json!({ "series_id": null })).await.status(), 200);
    let deleted = admin.delete(&path).await;
    assert_eq!(deleted.status(), 200, "{deleted}");
    assert_eq!(admin.get("/api/admin/series").await.data(), &json!([]));
    assert_eq!(admin.delete(&path).await.code(), "NOT_FOUND");
    let audit = admin.get("/api/admin/audit").await;
    let audit_entries =
        audit.data().as_array().expect("deeds").iter().filter(|audit_entry| audit_entry["action"] == "series.delete");
    let audit_entries: Vec<_> = audit_entries
        .map(|audit_entry| (&audit_entry["subject"], &audit_entry["before"]["title"], &audit_entry["after"]))
        .collect();
    assert_eq!(audit_entries, [(&json!(id), &json!("Harbour Nine"), &Value::Null)], "a refusal is not audited");
    let back = admin.patch(&format!("/api/admin/videos/{video}"), json!({ "series_id": id })).await;
    assert_eq!((back.code(), &back.details()[0]["field"]), ("VALIDATION_ERROR", &json!("series_id")), "{back}");
}

#[tokio::test]
async fn an_episode_added_during_the_deletion_is_never_left_without_its_series() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let body = json!({ "title": "E", "category": "Drama", "required_plan": "free", "series_id": id });
    let path = format!("/api/admin/series/{id}");
    // The deletion has seen that there are no episodes, and waits to write.
    let table = platform.setting("delete-series", "SERIES_TABLE");
    let wait =
        json!({ "target": "dynamodb", "table": table, "operation": "TransactWriteItems", "kind": "wait", "count": 1 });
    platform.fault(wait);
    let join = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let joined = admin.post("/api/admin/videos", body.clone()).await;
        platform.running().faults().clear();
        joined
    };

    let (deleted, joined) = tokio::join!(admin.delete(&path), join);

    assert_eq!(joined.status(), 201, "{joined}");
    assert_eq!((deleted.status(), deleted.code()), (409, "CONFLICT"), "{deleted}");
    assert_eq!(admin.get("/api/admin/series").await.data()[0]["id"], id);

    // The same without the delay: either request may come first.
    for _ in 0..6 {
        let id = platform.new_series(&admin, "Harbour Nine").await;
        let body = json!({ "title": "E", "category": "Drama", "required_plan": "free", "series_id": id });
        let path = format!("/api/admin/series/{id}");

        let (deleted, joined) = tokio::join!(admin.delete(&path), admin.post("/api/admin/videos", body));

        let is_there = admin.patch(&path, json!({})).await.status() == 200;
        assert_eq!(deleted.status() == 200, !is_there, "{deleted}");
        assert!(joined.status() == 400 || is_there, "{joined}: its series is gone");
    }
}

#[tokio::test]
async fn a_series_with_a_trailer_cannot_be_deleted() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let trailer = platform.new_video(&admin, json!({ "trailer_of": id })).await;
    let path = format!("/api/admin/series/{id}");

    let refused = admin.delete(&path).await;

    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    assert_eq!(admin.get("/api/admin/series").await.data()[0]["id"], id);
    assert_eq!(admin.delete(&format!("/api/admin/videos/{trailer}")).await.status(), 200);
    assert_eq!(admin.delete(&path).await.status(), 200);
}

#[tokio::test]
async fn a_trailer_added_during_the_deletion_is_never_left_without_its_series() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let body = json!({ "title": "T", "category": "Drama", "required_plan": "free", "trailer_of": id });
    let path = format!("/api/admin/series/{id}");
    let table = platform.setting("delete-series", "SERIES_TABLE");
    let wait =
        json!({ "target": "dynamodb", "table": table, "operation": "TransactWriteItems", "kind": "wait", "count": 1 });
    platform.fault(wait);
    let add = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let added = admin.post("/api/admin/videos", body.clone()).await;
        platform.running().faults().clear();
        added
    };

    let (deleted, added) = tokio::join!(admin.delete(&path), add);

    assert_eq!(added.status(), 201, "{added}");
    assert_eq!((deleted.status(), deleted.code()), (409, "CONFLICT"), "{deleted}");
    assert_eq!(admin.get("/api/admin/series").await.data()[0]["id"], id);
}
