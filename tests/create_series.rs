//! `POST /api/admin/series`

use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn a_new_series_is_audited_and_hidden_until_an_episode_is_public() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;

    let body = json!({ "title": "  Harbour Nine ", "description": " Lights. ", "category": "Drama" });
    let created = admin.post("/api/admin/series", body).await;

    assert_eq!(created.status(), 201, "{created}");
    let series = created.data().clone();
    assert_eq!(
        (&series["title"], &series["description"], &series["category"]),
        (&json!("Harbour Nine"), &json!("Lights."), &json!("Drama"))
    );
    let id = series["id"].as_str().expect("an id");
    assert_eq!(platform.anyone().get(&format!("/api/series/{id}")).await.code(), "NOT_FOUND");
    assert_eq!(platform.anyone().get("/api/series").await.data(), &json!([]));
    let audit = admin.get("/api/admin/audit").await;
    let audit_entry = audit.data().as_array().and_then(|all| all.iter().find(|one| one["action"] == "series.create"));
    assert_eq!(audit_entry.map(|audit_entry| &audit_entry["subject"]), Some(&json!(id)), "{audit}");
}

#[tokio::test]
async fn invalid_series_are_refused_field_by_field_and_viewers_cannot_create_any() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (field, value) in [
        ("title", json!("  ")),
        ("title", json!("two\nlines")),
        ("title", json!("x".repeat(201))),
        ("title", Value::Null),
        ("category", json!("x".repeat(51))),
        ("description", json!("x".repeat(5_001))),
        ("seasons", json!([])),
    ] {
        let mut body = json!({ "title": "A", "category": "Drama" });
        body[field] = value;
        let answer = admin.post("/api/admin/series", body).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{field}: {answer}");
        assert_eq!(answer.details()[0]["field"], field, "{answer}");
    }
    let viewer = platform.register("a@viewers.test").await;
    let body = json!({ "title": "A", "category": "Drama" });
    assert_eq!(viewer.post("/api/admin/series", body).await.code(), "FORBIDDEN");
    assert_eq!(admin.get("/api/admin/series").await.data(), &json!([]));
}

fn episode(series: &str, season: Value, episode: u32) -> Value {
    let mut body = json!({ "title": "E", "category": "Drama", "required_plan": "free", "series_id": series });
    body["season"] = season;
    body["episode"] = episode.into();
    body
}

fn video_path(id: &str) -> String {
    format!("/api/admin/videos/{id}")
}

#[tokio::test]
async fn two_episodes_never_share_a_number() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let (series, other) = (platform.new_series(&admin, "One").await, platform.new_series(&admin, "Two").await);
    let first = platform.new_video(&admin, episode(&series, json!(1), 1)).await;
    let second = platform.new_video(&admin, episode(&series, json!(1), 2)).await;
    platform.new_video(&admin, episode(&other, json!(1), 1)).await;

    // The season defaults to the first.
    for season in [json!(1), Value::Null] {
        let taken = admin.post("/api/admin/videos", episode(&series, season, 1)).await;
        assert_eq!((taken.status(), taken.code()), (409, "CONFLICT"), "{taken}");
    }
    for (id, edit) in [(&second, json!({ "episode": 1 })), (&first, json!({ "series_id": other }))] {
        let moved = admin.patch(&video_path(id), edit).await;
        assert_eq!((moved.status(), moved.code()), (409, "CONFLICT"), "{moved}");
    }
    let same = admin.patch(&video_path(&second), json!({})).await;
    assert_eq!((&same.data()["episode"], &same.data()["series_id"]), (&json!(2), &json!(series)), "nothing changed");
    assert_eq!(admin.get("/api/admin/videos").await.data().as_array().map(Vec::len), Some(3), "nothing was added");
}

#[tokio::test]
async fn a_number_that_a_move_or_a_deletion_has_vacated_can_be_used_again() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "One").await;
    let first = platform.new_video(&admin, episode(&series, json!(1), 1)).await;
    let second = platform.new_video(&admin, episode(&series, json!(1), 2)).await;

    assert_eq!(admin.patch(&video_path(&first), json!({ "episode": 9 })).await.status(), 200);
    assert_eq!(admin.patch(&video_path(&second), json!({ "episode": 1 })).await.status(), 200);
    assert_eq!(admin.delete(&video_path(&second)).await.status(), 200);
    assert_eq!(admin.patch(&video_path(&first), json!({ "episode": 1, "title": "Again" })).await.status(), 200);
    assert_eq!(admin.patch(&video_path(&first), json!({ "series_id": null })).await.status(), 200);
    platform.new_video(&admin, episode(&series, json!(1), 1)).await;
}

#[tokio::test]
async fn one_of_many_concurrent_episodes_gets_the_number() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "One").await;
    let body = json!({ "title": "E", "category": "Drama", "required_plan": "free", "series_id": series, "episode": 1 });

    let answers = futures::future::join_all((0..8).map(|_| admin.post("/api/admin/videos", body.clone()))).await;

    let created = answers.iter().filter(|answer| answer.status() == 201).count();
    assert_eq!(created, 1, "{answers:?}");
    let listed = admin.get("/api/admin/videos").await;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(1), "{listed}");
}

#[tokio::test]
async fn an_episode_of_a_series_that_does_not_exist_is_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let unknown = "01987c10-4a00-7000-8000-000000000001";
    let body = json!({ "title": "E", "category": "Drama", "required_plan": "free", "series_id": unknown });

    let created = admin.post("/api/admin/videos", body).await;
    assert_eq!((created.status(), created.code()), (400, "VALIDATION_ERROR"), "{created}");
    assert_eq!(created.details()[0]["field"], "series_id");
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));

    let id = platform.new_video(&admin, json!({})).await;
    let joined = admin.patch(&format!("/api/admin/videos/{id}"), json!({ "series_id": unknown, "episode": 1 })).await;
    assert_eq!((joined.status(), joined.code()), (400, "VALIDATION_ERROR"), "{joined}");
    assert!(admin.patch(&format!("/api/admin/videos/{id}"), json!({})).await.data().get("series_id").is_none());
}
