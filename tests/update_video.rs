//! `PATCH /api/admin/videos/{id}`

use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn given_fields_change_and_null_clears() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let video = json!({ "series_id": series, "season": 1, "episode": 2, "description": "Old", "credits_at": 50 });
    let path = format!("/api/admin/videos/{}", platform.new_video(&admin, video).await);

    let same = admin.patch(&path, json!({})).await;
    assert_eq!((same.status(), &same.data()["title"]), (200, &json!("A film")));
    let changed = admin.patch(&path, json!({ "title": "New", "episode": 3, "required_plan": "premium" })).await;
    assert_eq!(changed.status(), 200, "{changed}");
    let fields = |answer: &support::Answer, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| answer.data()[*name].clone()).collect()
    };
    let names = ["title", "description", "season", "episode", "required_plan"];
    assert_eq!(json!(fields(&changed, &names)), json!(["New", "Old", 1, 3, "premium"]));

    let cleared = json!({ "description": null, "series_id": null, "credits_at": null, "publish_at": null });
    let cleared = admin.patch(&path, cleared).await;
    assert_eq!(cleared.status(), 200, "{cleared}");
    assert_eq!(cleared.data()["description"], "");
    for gone in ["series_id", "season", "episode", "credits_at", "publish_at"] {
        assert!(cleared.data().get(gone).is_none(), "{gone}: {cleared}");
    }
}

#[tokio::test]
async fn facts_change_one_by_one_and_null_clears_them() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let facts = json!({ "year": 1958, "country": "NO", "actors": ["Mira Lund"], "tags": ["sea"] });
    let path = format!("/api/admin/videos/{}", platform.new_video(&admin, facts).await);

    let changed = admin.patch(&path, json!({ "actors": ["Jonas Hale", "Mira Lund"], "age_rating": "12" })).await;

    assert_eq!(changed.status(), 200, "{changed}");
    let facts = |answer: &support::Answer| {
        let names = ["year", "country", "age_rating", "directors", "actors", "tags"];
        json!(names.map(|name| answer.data()[name].clone()))
    };
    assert_eq!(facts(&changed), json!([1958, "NO", "12", [], ["Jonas Hale", "Mira Lund"], ["sea"]]));
    let nulls = json!({ "year": null, "country": null, "age_rating": null, "actors": null, "tags": null });
    assert_eq!(facts(&admin.patch(&path, nulls).await), json!([null, null, null, [], [], []]));
}

#[tokio::test]
async fn a_row_without_facts_still_reads() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({ "year": 1958, "actors": ["Mira Lund"] })).await;
    let names = ["year", "country", "age_rating", "directors", "actors", "tags", "trailer_of", "trailer_url"];
    let update = json!({
        "TableName": platform.setting("update-video", "VIDEOS_TABLE"), "Key": { "id": { "S": id } },
        "UpdateExpression": format!("REMOVE {}", names.map(|name| format!("#{name}")).join(", ")),
        "ExpressionAttributeNames": serde_json::Map::from_iter(names.map(|name| (format!("#{name}"), json!(name)))),
    });
    platform.aws("DynamoDB_20120810.UpdateItem", update).await;

    let read = admin.get(&format!("/api/videos/{id}")).await;

    assert_eq!(read.status(), 200, "{read}");
    assert_eq!((&read.data()["year"], &read.data()["actors"]), (&json!(null), &json!([])), "{read}");
}

#[tokio::test]
async fn only_a_ready_video_can_be_published() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let path = format!("/api/admin/videos/{id}");

    let early = admin.patch(&path, json!({ "published": true, "title": "Changed" })).await;
    assert_eq!((early.status(), early.code()), (409, "VIDEO_NOT_READY"), "{early}");
    let same = admin.patch(&path, json!({})).await;
    assert_eq!((&same.data()["title"], &same.data()["published"]), (&json!("A film"), &json!(false)));

    platform.mux_event("video.asset.ready", support::videos::asset(&id)).await;
    let published = admin.patch(&path, json!({ "published": true })).await;
    assert_eq!(published.data()["published"], true, "{published}");
    let again = admin.patch(&path, json!({ "published": true })).await;
    assert_eq!(again.data()["published_at"], published.data()["published_at"]);
    let withdrawn = admin.patch(&path, json!({ "published": false })).await;
    assert_eq!(withdrawn.data()["published_at"], Value::Null);
}

#[tokio::test]
async fn invalid_edits_are_refused_and_nothing_changes() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let path = format!("/api/admin/videos/{}", platform.new_video(&admin, json!({})).await);
    for (body, field) in [
        (json!({ "title": null }), "title"),
        (json!({ "title": " " }), "title"),
        (json!({ "published": null }), "published"),
        (json!({ "published": "yes" }), "published"),
        (json!({ "status": "ready" }), "status"),
        (json!({ "mux_playback_id": "x" }), "mux_playback_id"),
        (json!({ "season": 2 }), "season"),
        (json!({ "series_id": "01987c10-4a00-7000-8000-000000000001", "episode": 0 }), "episode"),
        (json!({ "required_plan": null }), "required_plan"),
        (json!({ "credits_at": -0.5 }), "credits_at"),
        (json!({ "credits_at": 0 }), "credits_at"),
        (json!({ "credits_at": 1e-140 }), "credits_at"),
        (json!({ "credits_at": 86_401 }), "credits_at"),
        (json!({ "credits_at": 1e300 }), "credits_at"),
    ] {
        let answer = admin.patch(&path, body.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{body}: {answer}");
        assert_eq!(answer.details()[0]["field"], field, "{body}: {answer}");
    }
    let same = admin.patch(&path, json!({})).await;
    assert_eq!((&same.data()["title"], &same.data()["status"]), (&json!("A film"), &json!("processing")));
    let unknown = "/api/admin/videos/01987c10-4a00-7000-8000-000000000010";
    assert_eq!(admin.patch(unknown, json!({ "title": "A" })).await.code(), "NOT_FOUND");
    assert_eq!(admin.patch("/api/admin/videos/1", json!({ "title": "A" })).await.code(), "NOT_FOUND");
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.patch(&path, json!({ "title": "A" })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_credits_marker_must_be_within_the_film_and_null_clears_it() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let path = format!("/api/admin/videos/{}", platform.ready_video(&admin, json!({})).await);
    let kept = admin.patch(&path, json!({ "credits_at": 55.5 })).await;
    assert_eq!(kept.data()["credits_at"], 55.5, "{kept}");
    for beyond in [60.0, 61.0, 3_600.0] {
        let refused = admin.patch(&path, json!({ "credits_at": beyond, "title": "Changed" })).await;
        assert_eq!(
            (refused.code(), &refused.details()[0]["field"]),
            ("VALIDATION_ERROR", &json!("credits_at")),
            "{refused}"
        );
    }
    let still = admin.patch(&path, json!({})).await;
    assert_eq!((&still.data()["credits_at"], &still.data()["title"]), (&json!(55.5), &json!("A film")));
    let cleared = admin.patch(&path, json!({ "credits_at": null })).await;
    assert_eq!(cleared.data()["credits_at"], Value::Null, "{cleared}");
}
