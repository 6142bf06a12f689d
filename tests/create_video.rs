//! `POST /api/admin/videos`

use jiff::Timestamp;
use serde_json::json;
use support::Platform;

#[tokio::test]
async fn a_new_video_waits_for_its_upload() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let body = json!({
        "title": "  The Harbour ", "description": "A pilot boat.", "category": "Drama", "required_plan": "basic",
        "series_id": series, "season": 1, "episode": 2, "credits_at": 1700.5, "publish_at": "2030-01-01T00:00:00Z",
    });

    let created = admin.post("/api/admin/videos", body).await;

    assert_eq!(created.status(), 201, "{created}");
    let (video, upload) = (&created.data()["video"], &created.data()["upload"]);
    assert_eq!((&video["title"], &video["status"]), (&json!("The Harbour"), &json!("processing")));
    assert_eq!((&video["published"], &video["published_at"]), (&json!(false), &json!(null)));
    assert_eq!((&video["series_id"], &video["episode"]), (&json!(series), &json!(2)));
    assert_eq!(video["publish_at"], "2030-01-01T00:00:00Z");
    assert!(upload["url"].as_str().is_some_and(|url| url.starts_with(&platform.running().urls().mux)), "{created}");
    let expires_at: Timestamp = upload["expires_at"].as_str().expect("a time").parse().expect("a time");
    assert!(expires_at > platform.running().now());
    assert_eq!(platform.round_trips(&created, "mux"), 1);
    let listed = admin.get("/api/admin/videos").await;
    assert_eq!(listed.data()[0]["id"], video["id"]);
}

#[tokio::test]
async fn a_new_video_has_the_facts_of_its_film() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let facts = json!({
        "year": 1958, "country": "NO", "age_rating": "FSK 12", "directors": [" Ida Voss "],
        "actors": ["Jonas Hale", "Mira Lund", "JONAS HALE"], "tags": ["sea", "lighthouse"],
    });

    let id = platform.published_video(&admin, facts.clone()).await;

    let listed = platform.anyone().get("/api/videos").await;
    let shown = &listed.data()[0];
    for fact in ["year", "country", "age_rating", "tags"] {
        assert_eq!(shown[fact], facts[fact], "{fact}: {listed}");
    }
    assert_eq!(shown["directors"], json!(["Ida Voss"]), "trimmed");
    assert_eq!(shown["actors"], json!(["Jonas Hale", "Mira Lund"]), "nobody twice");
    let video = admin.get(&format!("/api/videos/{id}")).await;
    assert_eq!(video.data()["actors"], shown["actors"]);
    let plain = platform.new_video(&admin, json!({})).await;
    let plain = platform.admin_video(&admin, &plain).await;
    assert_eq!((&plain["year"], &plain["country"], &plain["actors"]), (&json!(null), &json!(null), &json!([])));
}

#[tokio::test]
async fn a_name_in_a_list_is_checked_like_any_other_and_named_by_its_place() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (field, value) in [("actors", "  "), ("actors", "two\nlines"), ("directors", "\u{202e}"), ("tags", "")] {
        let mut body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
        body[field] = json!(["Fine", value]);
        let answer = admin.post("/api/admin/videos", body).await;
        assert_eq!(answer.details()[0]["field"], format!("{field}[1]"), "{answer}");
    }
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
}

#[tokio::test]
async fn no_video_is_created_while_mux_is_down() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
    for kind in ["error", "throttle", "reset_before", "reset_after"] {
        platform.fault(json!({ "target": "mux", "kind": kind, "count": 1 }));
        let answer = admin.post("/api/admin/videos", body.clone()).await;
        assert_eq!((answer.status(), answer.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
    }
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
    assert_eq!(admin.post("/api/admin/videos", body).await.status(), 201);
}

#[tokio::test]
async fn invalid_videos_are_refused_field_by_field() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let answer = admin.post("/api/admin/videos", json!({ "category": "", "required_plan": "gold", "more": 1 })).await;
    assert_eq!(answer.code(), "VALIDATION_ERROR", "{answer}");
    assert_eq!(answer.details().as_array().map(Vec::len), Some(4), "{answer}");
    for (field, value) in [
        ("title", json!("   ")),
        ("title", json!("two\nlines")),
        ("title", json!("x".repeat(201))),
        ("category", json!("x".repeat(51))),
        ("description", json!("x".repeat(5_001))),
        ("season", json!(1)),
        ("episode", json!(0)),
        ("episode", json!(1.5)),
        ("credits_at", json!(-1)),
        ("publish_at", json!("tomorrow")),
        ("series_id", json!("one")),
        ("year", json!(1869)),
        ("year", json!("1958")),
        ("country", json!("Norway")),
        ("country", json!("XX")),
        ("age_rating", json!("x".repeat(21))),
        ("directors", json!("Ida Voss")),
        ("directors", json!(vec!["Ida Voss"; 11])),
        ("actors", json!(vec!["Ida Voss"; 31])),
        ("tags", json!(vec!["sea"; 21])),
        ("trailer_of", json!("01987c10-4a00-7000-8000-000000000003")),
    ] {
        let mut body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
        body[field] = value;
        let answer = admin.post("/api/admin/videos", body.clone()).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{body}: {answer}");
        assert_eq!(answer.details()[0]["field"], field, "{answer}");
        assert_eq!(platform.round_trips(&answer, "mux"), 0);
    }
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.post("/api/admin/videos", json!({})).await.code(), "FORBIDDEN");
}
