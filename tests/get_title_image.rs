//! `GET /api/titles/{id}/image`

use serde_json::json;
use support::{Answer, Platform};

async fn image(platform: &Platform, id: &str) -> Answer {
    platform.anyone().get(&format!("/api/titles/{id}/image")).await
}

async fn status(platform: &Platform, url: &str) -> u16 {
    platform.client().get(url).send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn the_picture_of_a_film_stays_at_its_url_while_those_of_mux_expire() {
    let platform = Platform::start().await;
    let films = platform.anyone().get("/api/videos?q=Deep%20Quiet").await;
    let film = &films.data()[0];
    let id = film["id"].as_str().expect("an id");
    let at_mux = film["poster"]["url"].as_str().expect("a URL").to_owned();
    assert_eq!(status(&platform, &at_mux).await, 200);
    platform.advance(8 * 86_400).await;
    assert_eq!(status(&platform, &at_mux).await, 403, "an old link of Mux's");

    let shown = image(&platform, id).await;

    assert_eq!((shown.status(), shown.header("content-type")), (200, "image/jpeg"), "{}", shown.status());
    assert_eq!(shown.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
}

#[tokio::test]
async fn a_series_has_the_picture_of_its_first_episode() {
    let platform = Platform::start().await;
    let series = platform.anyone().get("/api/series").await;
    let series = &series.data()[0];
    let of = |id: &serde_json::Value| id.as_str().expect("an id").to_owned();
    let shown = image(&platform, &of(&series["id"])).await;
    assert_eq!(shown.status(), 200);
    assert_eq!(shown.header("etag"), image(&platform, &of(&series["first_video_id"])).await.header("etag"));
}

#[tokio::test]
async fn titles_that_are_not_public_have_no_image() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;
    let trailer = platform.published_video(&admin, json!({ "trailer_of": film })).await;
    let hidden = platform.ready_video(&admin, json!({})).await;
    for id in [trailer.as_str(), &hidden, "01987c10-4a00-7000-8000-000000000001", "1"] {
        let answer = image(&platform, id).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{id}");
    }
}

#[tokio::test]
async fn while_mux_is_down_the_answer_says_so_and_is_not_cached() {
    // Nothing listens on this port.
    let platform = Platform::with(&[("MuxImageUrl", "http://127.0.0.1:9")]).await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;

    let answer = image(&platform, &film).await;

    assert_eq!((answer.status(), answer.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let log = platform.running().logs().join("\n");
    let line = log.lines().find(|line| line.contains("VIDEO_PROVIDER_UNAVAILABLE")).expect("a line");
    assert!(line.contains("the server could not be reached") && !line.contains("token"), "{line}");
}

#[tokio::test]
async fn a_film_without_a_picture_at_mux_has_no_image() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({})).await;
    let answer = image(&platform, &film).await;
    assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{answer}");
}
