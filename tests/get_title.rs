//! `GET /api/titles/{id}`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::videos::playback_id;
use support::{Answer, Platform, Viewer};

async fn title(platform: &Platform, id: &str) -> Answer {
    platform.anyone().get(&format!("/api/titles/{id}")).await
}

/// A published trailer of a title; returns its id.
async fn trailer(platform: &Platform, admin: &Viewer, of: &str) -> String {
    platform.published_video(admin, json!({ "title": "The trailer", "trailer_of": of })).await
}

#[tokio::test]
async fn a_film_is_shown_to_strangers_without_anything_that_plays_it() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let facts = json!({ "title": "Low Tide", "required_plan": "premium", "year": 1958, "actors": ["Mira Lund"] });
    let film = platform.published_video(&admin, facts).await;

    let shown = title(&platform, &film).await;

    assert_eq!(shown.status(), 200, "{shown}");
    let data = shown.data();
    assert_eq!((&data["id"], &data["kind"], &data["title"]), (&json!(film), &json!("video"), &json!("Low Tide")));
    assert_eq!((&data["year"], &data["actors"]), (&json!(1958), &json!(["Mira Lund"])));
    assert_eq!((&data["trailer"], &data["required_plan"]), (&Value::Null, &json!("premium")));
    assert_eq!(shown.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    for private in ["m3u8", "mux_", "progress", "access"] {
        assert!(!shown.text().contains(private), "{private}: {shown}");
    }
    let warm = title(&platform, &film).await;
    assert_eq!(platform.round_trips(&warm, "dynamodb"), 1, "{:?}", platform.calls(&warm));
    assert_eq!(platform.round_trips(&warm, "mux"), 0);
}

#[tokio::test]
async fn a_trailer_belongs_to_its_title_and_plays_only_itself() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({ "required_plan": "premium" })).await;
    let clip = trailer(&platform, &admin, &film).await;

    let shown = title(&platform, &film).await;

    let url = shown.data()["trailer"]["playback_url"].as_str().unwrap_or_else(|| panic!("no trailer: {shown}"));
    assert!(url.contains(&format!("{}.m3u8?token=", playback_id(&clip))), "{url}");
    assert!(!shown.text().contains(&format!("{}.m3u8", playback_id(&film))), "the film does not play: {shown}");
    assert_eq!(shown.data()["trailer"]["title"], "The trailer");
    // The token is for the trailer's stream.
    let token = url.split("token=").nth(1).expect("a token");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!(playback_id(&clip)), &json!("v")));
}

#[tokio::test]
async fn a_trailer_is_in_no_list_and_is_no_title_itself() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({ "title": "Low Tide" })).await;
    let clip = trailer(&platform, &admin, &film).await;
    let viewer = platform.register("a@viewers.test").await;

    let listed = platform.anyone().get("/api/videos").await;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(platform.anyone().get("/api/videos?q=trailer").await.data(), &json!([]));
    assert_eq!(platform.anyone().get("/api/categories").await.data()[0]["count"], 1);
    assert_eq!(title(&platform, &clip).await.code(), "NOT_FOUND");
    for path in [format!("/api/videos/{clip}"), format!("/api/videos/{clip}/play")] {
        assert_eq!(viewer.get(&path).await.code(), "NOT_FOUND", "{path}");
    }
    let added = viewer.put(&format!("/api/watchlist/{clip}"), json!({})).await;
    assert_eq!(added.code(), "NOT_FOUND", "{added}");
    let all = admin.get("/api/admin/videos").await;
    assert_eq!(all.data()[0]["trailer_of"], json!(film), "{all}");
}

#[tokio::test]
async fn an_unpublished_title_or_trailer_is_not_shown() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let hidden = platform.ready_video(&admin, json!({})).await;
    trailer(&platform, &admin, &hidden).await;
    for unknown in [hidden.as_str(), "01987c10-4a00-7000-8000-000000000001", "1"] {
        let answer = title(&platform, unknown).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{unknown}: {answer}");
        assert!(!answer.text().contains("m3u8"), "{answer}");
    }
    let film = platform.published_video(&admin, json!({})).await;
    let clip = trailer(&platform, &admin, &film).await;
    assert!(title(&platform, &film).await.data()["trailer"].is_object());
    admin.patch(&format!("/api/admin/videos/{clip}"), json!({ "published": false })).await;
    assert!(title(&platform, &film).await.data()["trailer"].is_null());
}

#[tokio::test]
async fn an_episode_without_a_trailer_has_that_of_its_series() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let place = |episode: u32| json!({ "series_id": series, "season": 1, "episode": episode });
    let first = platform.published_video(&admin, place(1)).await;
    let second = platform.published_video(&admin, place(2)).await;
    let of_series = trailer(&platform, &admin, &series).await;
    let of_second = trailer(&platform, &admin, &second).await;
    for (id, clip) in [(&series, &of_series), (&first, &of_series), (&second, &of_second)] {
        let shown = title(&platform, id).await;
        let url = shown.data()["trailer"]["playback_url"].as_str().unwrap_or_default();
        assert!(url.contains(&playback_id(clip)), "{shown}");
    }
    let shown = title(&platform, &series).await;
    assert_eq!((&shown.data()["kind"], &shown.data()["first_video_id"]), (&json!("series"), &json!(first)));
    assert_eq!(shown.data()["seasons"], json!([{ "season": 1, "episodes": 2 }]));
}

#[tokio::test]
async fn a_trailer_is_re_signed_with_its_images() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;
    trailer(&platform, &admin, &film).await;
    let before = title(&platform, &film).await.data()["trailer"]["playback_url"].clone();
    platform.advance(4 * 86_400).await;
    let after = title(&platform, &film).await.data()["trailer"]["playback_url"].clone();
    assert!(before.is_string() && after.is_string() && before != after, "{before} {after}");
}

#[tokio::test]
async fn a_trailer_cannot_have_a_trailer_or_be_an_episode() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let film = platform.published_video(&admin, json!({})).await;
    let clip = trailer(&platform, &admin, &film).await;
    let body = |fields: Value| {
        let mut body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        body
    };
    let nested = admin.post("/api/admin/videos", body(json!({ "trailer_of": clip }))).await;
    assert_eq!(nested.details()[0]["field"], "trailer_of", "{nested}");
    let episode = admin.post("/api/admin/videos", body(json!({ "trailer_of": film, "series_id": series }))).await;
    assert_eq!(episode.details()[0]["field"], "series_id", "{episode}");
}

#[tokio::test]
async fn a_trailer_cannot_be_an_episode() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;
    let series = admin.post("/api/admin/series", json!({ "title": "Harbour Nine", "category": "Drama" })).await;
    let series = &series.data()["id"];
    let new = json!({ "title": "Clip", "category": "Drama", "required_plan": "free", "trailer_of": film, "series_id": series });

    let refused = admin.post("/api/admin/videos", new).await;

    assert_eq!(refused.code(), "VALIDATION_ERROR", "{refused}");
    assert_eq!(refused.json()["error"]["details"][0]["field"], "series_id");
}
