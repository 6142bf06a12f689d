//! Inputs whose fields depend on each other: the response lists all issues at once, those of single fields included.

use crate::get_member::id;
use serde_json::{Value, json};
use support::{Answer, Platform};

const UNKNOWN: &str = "01987c10-4a00-7000-8000-000000000001";

/// The refused fields, in alphabetical order.
fn refused(answer: &Answer) -> Vec<&str> {
    assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{answer}");
    let issues = answer.details().as_array().expect("issues").iter();
    let mut fields: Vec<&str> = issues.map(|issue| issue["field"].as_str().expect("a field")).collect();
    fields.sort_unstable();
    fields
}

#[tokio::test]
async fn all_issues_of_a_home_layout_are_listed_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let shelf = |kind: &str| json!({ "kind": kind });
    let odd = json!({ "kind": "new", "category": "Drama" });

    let shelves = json!([shelf("new"), shelf("popular"), shelf("popular"), shelf("category"), odd]);
    let answer = admin.put("/api/admin/home", json!({ "featured_id": UNKNOWN, "shelves": shelves })).await;
    assert_eq!(refused(&answer), ["featured_id", "shelves[2]", "shelves[3]", "shelves[4]", "shelves[4]"], "{answer}");

    let shelves = json!([shelf("other"), shelf("new"), shelf("new")]);
    let answer = admin.put("/api/admin/home", json!({ "shelves": shelves, "more": 1 })).await;
    assert_eq!(refused(&answer), ["more", "shelves[0].kind", "shelves[2]"], "{answer}");
    assert_eq!(admin.get("/api/admin/home").await.data(), &json!({ "featured_id": null, "shelves": [] }));
}

#[tokio::test]
async fn all_issues_of_a_videos_edits_are_listed_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let path = format!("/api/admin/videos/{}", platform.ready_video(&admin, json!({})).await);

    let answer = admin.patch(&path, json!({ "season": 1, "episode": 2, "credits_at": 3_600, "title": "B" })).await;
    assert_eq!(refused(&answer), ["credits_at", "episode", "season"], "{answer}");
    let answer = admin.patch(&path, json!({ "series_id": UNKNOWN, "credits_at": 3_600 })).await;
    assert_eq!(refused(&answer), ["credits_at", "series_id"], "{answer}");
    let answer = admin.patch(&path, json!({ "series_id": UNKNOWN, "season": 1 })).await;
    assert_eq!(refused(&answer), ["series_id"], "{answer}");
    let same = admin.patch(&path, json!({})).await;
    assert_eq!((&same.data()["title"], &same.data()["credits_at"]), (&json!("A film"), &Value::Null), "{same}");
}

#[tokio::test]
async fn all_issues_of_a_new_video_are_listed_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let body =
        json!({ "title": "A", "category": "", "required_plan": "free", "season": 1, "episode": 2, "publish_at": "x" });
    let answer = admin.post("/api/admin/videos", body).await;
    assert_eq!(refused(&answer), ["category", "episode", "publish_at", "season"], "{answer}");
    let body = json!({ "title": "A", "category": "Drama", "required_plan": "free", "season": 1, "series_id": null });
    let answer = admin.post("/api/admin/videos", body).await;
    assert_eq!(refused(&answer), ["season"], "{answer}");
    assert_eq!(platform.round_trips(&answer, "mux"), 0);
}

#[tokio::test]
async fn all_issues_of_a_range_of_days_are_listed_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (query, fields) in [
        ("from=2026-03-02&to=2026-03-01&days=5", &["days", "to"][..]),
        ("from=2026-03-02&to=2026-02-30&days=5", &["days", "to"]),
        ("from=2020-01-01&to=2026-01-01&days=0", &["days", "days", "from"]),
        ("from=2199-01-01", &["to"]),
    ] {
        let answer = admin.get(&format!("/api/admin/metrics?{query}")).await;
        assert_eq!(refused(&answer), fields, "{query}: {answer}");
    }
}

#[tokio::test]
async fn all_issues_of_a_complimentary_plan_are_listed_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let past = "2020-01-01T00:00:00Z";
    for (body, fields) in [
        (json!({ "plan_type": "basic", "until": past }), &["reason", "until"][..]),
        (json!({ "plan_type": null, "until": past, "more": 1 }), &["more", "reason", "until"]),
        (json!({ "until": past, "reason": "x" }), &["plan_type", "until"]),
    ] {
        let answer = admin.post(&path, body.clone()).await;
        assert_eq!(refused(&answer), fields, "{body}: {answer}");
    }
}

#[tokio::test]
async fn all_issues_of_a_registration_are_listed_at_once() {
    let platform = Platform::bare().await;
    let body = json!({ "email": "alexandria@viewers.test", "password": "Alexandria", "name": "x".repeat(101) });
    let answer = platform.anyone().post("/api/auth/register", body).await;
    assert_eq!(refused(&answer), ["name", "password"], "{answer}");
}
