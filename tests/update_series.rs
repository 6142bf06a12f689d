//! `PATCH /api/admin/series/{id}`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn an_edit_shows_in_the_catalogue_at_once_and_omitted_fields_stay() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbor Nine").await;
    platform.published_video(&admin, json!({ "series_id": id, "episode": 1 })).await;
    let path = format!("/api/admin/series/{id}");

    let edited = admin.patch(&path, json!({ "title": "Harbour Nine", "description": "Lights." })).await;

    assert_eq!(edited.status(), 200, "{edited}");
    let shown = platform.anyone().get(&format!("/api/series/{id}")).await;
    assert_eq!(
        (&shown.data()["title"], &shown.data()["description"], &shown.data()["category"]),
        (&json!("Harbour Nine"), &json!("Lights."), &json!("Drama"))
    );
    let found = platform.anyone().get("/api/videos?q=harbour").await;
    assert_eq!(found.data().as_array().map(Vec::len), Some(1), "its episodes are found by its name: {found}");
    let audit = admin.get("/api/admin/audit").await;
    let audit_entry = audit.data().as_array().and_then(|all| all.iter().find(|one| one["action"] == "series.update"));
    let audit_entry = audit_entry.expect("the edit is audited");
    assert_eq!(
        (&audit_entry["subject"], &audit_entry["before"]["title"], &audit_entry["after"]["title"]),
        (&json!(id), &json!("Harbor Nine"), &json!("Harbour Nine"))
    );
    let cleared = admin.patch(&path, json!({ "description": null })).await;
    assert_eq!((&cleared.data()["description"], &cleared.data()["title"]), (&json!(""), &json!("Harbour Nine")));
}

#[tokio::test]
async fn invalid_edits_are_refused_and_an_unknown_series_is_not_found() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "Harbour Nine").await;
    let path = format!("/api/admin/series/{id}");
    for (body, field) in [
        (json!({ "title": null }), "title"),
        (json!({ "title": "" }), "title"),
        (json!({ "category": null }), "category"),
        (json!({ "id": id }), "id"),
    ] {
        let answer = admin.patch(&path, body.clone()).await;
        assert_eq!(
            (answer.code(), &answer.details()[0]["field"]),
            ("VALIDATION_ERROR", &json!(field)),
            "{body}: {answer}"
        );
    }
    for unknown in ["01987c10-4a00-7000-8000-000000000001", "1"] {
        let answer = admin.patch(&format!("/api/admin/series/{unknown}"), json!({ "title": "A" })).await;
        assert_eq!(answer.code(), "NOT_FOUND", "{answer}");
    }
    assert_eq!(admin.get("/api/admin/series").await.data()[0]["title"], "Harbour Nine");
}

#[tokio::test]
async fn concurrent_edits_lose_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_series(&admin, "A").await;
    let path = format!("/api/admin/series/{id}");

    let edits = [json!({ "title": "B" }), json!({ "description": "D" }), json!({ "category": "C" })];
    let answers = futures::future::join_all(edits.into_iter().map(|edit| admin.patch(&path, edit))).await;

    assert!(answers.iter().all(|answer| answer.status() == 200), "{answers:?}");
    let series = admin.get("/api/admin/series").await.data()[0].clone();
    assert_eq!(
        (&series["title"], &series["description"], &series["category"]),
        (&json!("B"), &json!("D"), &json!("C"))
    );
}
