//! `DELETE /api/admin/videos/{id}`

use serde_json::{Value, json};
use support::{Answer, Platform, Viewer};

#[tokio::test]
async fn a_deleted_video_is_gone_everywhere() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let kept = platform.published_video(&admin, json!({ "title": "Kept" })).await;
    let id = platform.published_video(&admin, json!({ "title": "Gone" })).await;
    let path = format!("/api/admin/videos/{id}");

    let deleted = admin.delete(&path).await;

    assert_eq!(deleted.status(), 200, "{deleted}");
    let listed = platform.anyone().get("/api/videos").await;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(1));
    assert_eq!(listed.data()[0]["id"], kept.as_str());
    assert_eq!(admin.get(&format!("/api/videos/{id}")).await.code(), "NOT_FOUND");
    assert_eq!(admin.delete(&path).await.code(), "NOT_FOUND");
    let late = platform.mux_event("video.asset.ready", support::videos::asset(&id)).await;
    assert_eq!(late.status(), 200, "{late}");
    assert_eq!(admin.get(&format!("/api/videos/{id}")).await.code(), "NOT_FOUND", "late events restore nothing");
}

#[tokio::test]
async fn while_mux_is_down_nothing_is_deleted() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let path = format!("/api/admin/videos/{id}");

    platform.fault(json!({ "target": "mux", "kind": "error", "count": 2 }));
    let answer = admin.delete(&path).await;

    assert_eq!((answer.status(), answer.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{answer}");
    assert_eq!(platform.anyone().get("/api/videos").await.data()[0]["id"], id.as_str());
    assert_eq!(admin.delete(&path).await.status(), 200);
}

#[tokio::test]
async fn a_waiting_upload_is_cancelled_with_its_video() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", body).await;
    let url = created.data()["upload"]["url"].as_str().expect("a URL");

    let id = created.data()["video"]["id"].as_str().expect("an id");
    assert_eq!(admin.delete(&format!("/api/admin/videos/{id}")).await.status(), 200);

    let put = platform.client().put(url).body("a file").send().await.expect("an answer");
    assert!(put.status().is_client_error(), "{}", put.status());
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
}

/// Two requests for a film, the first of which has read everything and waits to write while the second one is handled.
async fn overtaken(
    platform: &Platform,
    first: impl Future<Output = Answer>,
    second: impl Future<Output = Answer>,
) -> [Answer; 2] {
    let table = platform.setting("delete-video", "VIDEOS_TABLE");
    let wait =
        json!({ "target": "dynamodb", "table": table, "operation": "TransactWriteItems", "kind": "wait", "count": 1 });
    platform.fault(wait);
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let second = second.await;
        platform.running().faults().clear();
        second
    };
    let (first, second) = tokio::join!(first, meanwhile);
    [first, second]
}

/// The path of a film that waits for its file, and a trailer of it to create.
async fn film_and_trailer(platform: &Platform) -> (Viewer, String, Value) {
    let admin = platform.admin().await;
    // Mux reports the deleted upload only afterwards.
    platform.mux_webhooks("hold").await;
    let film = json!({ "title": "Film", "category": "Drama", "required_plan": "free" });
    let film = admin.post("/api/admin/videos", film).await.data()["video"]["id"].as_str().expect("an id").to_owned();
    let trailer = json!({ "title": "Trailer", "category": "Drama", "required_plan": "free", "trailer_of": film });
    (admin, format!("/api/admin/videos/{film}"), trailer)
}

#[tokio::test]
async fn a_film_that_gets_a_trailer_during_its_deletion_stays() {
    let platform = Platform::bare().await;
    let (admin, film, trailer) = film_and_trailer(&platform).await;

    let [deleted, added] = overtaken(&platform, admin.delete(&film), admin.post("/api/admin/videos", trailer)).await;

    assert_eq!(added.status(), 201, "{added}");
    assert_eq!((deleted.status(), deleted.code()), (409, "CONFLICT"), "{deleted}");
    assert_eq!(admin.get("/api/admin/videos").await.data().as_array().map(Vec::len), Some(2), "the film is kept");
}

#[tokio::test]
async fn a_trailer_of_a_film_that_is_deleted_meanwhile_is_refused() {
    let platform = Platform::bare().await;
    let (admin, film, trailer) = film_and_trailer(&platform).await;

    let [added, deleted] = overtaken(&platform, admin.post("/api/admin/videos", trailer), admin.delete(&film)).await;

    assert_eq!(deleted.status(), 200, "{deleted}");
    assert_eq!((added.status(), added.code()), (400, "VALIDATION_ERROR"), "{added}");
    assert_eq!(added.details()[0]["field"], "trailer_of");
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]), "no trailer is left behind");
}

#[tokio::test]
async fn a_film_with_trailers_cannot_be_deleted() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.ready_video(&admin, json!({ "title": "Film" })).await;
    let trailer = platform.ready_video(&admin, json!({ "title": "Trailer", "trailer_of": film })).await;
    let path = format!("/api/admin/videos/{film}");

    let refused = admin.delete(&path).await;

    assert_eq!((refused.status(), refused.code()), (409, "CONFLICT"), "{refused}");
    let kept = admin.get("/api/admin/videos?status=ready").await;
    assert_eq!(kept.data().as_array().map(Vec::len), Some(2), "{kept}");
    assert_eq!(admin.delete(&format!("/api/admin/videos/{trailer}")).await.status(), 200);
    assert_eq!(admin.delete(&path).await.status(), 200);
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
}
