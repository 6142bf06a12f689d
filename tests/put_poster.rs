//! `put-poster`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use support::videos::media;
use support::{Answer, Platform, Viewer};

/// Uploads a picture as the poster of a video.
async fn put(admin: &Viewer, id: &str, kind: &str, picture: impl Into<Vec<u8>>) -> Answer {
    let path = format!("/api/admin/videos/{id}/poster");
    admin.send(admin.request(Method::PUT, &path).header("content-type", kind).body(picture.into())).await
}

/// A picture of this size, made by ffmpeg.
pub(crate) fn picture(extension: &str, size: &str) -> Vec<u8> {
    media(extension, &["-f", "lavfi", "-i", &format!("color=c=red:size={size}"), "-frames:v", "1"])
}

async fn choose(admin: &Viewer, id: &str, frame: Value) -> Answer {
    admin.put(&format!("/api/admin/videos/{id}/poster"), frame).await
}

/// The claims of an image's token.
fn claims(url: &str) -> Value {
    let token = url.split("token=").nth(1).expect("a token");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    serde_json::from_slice(&claims).expect("JSON")
}

async fn listed_poster(platform: &Platform) -> Value {
    platform.anyone().get("/api/videos").await.data()[0]["poster"].clone()
}

/// Loads an image: its type, its width and height.
async fn load(platform: &Platform, url: &str) -> (String, u32, u32) {
    let answer = platform.client().get(url).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{url}");
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    let bytes = answer.bytes().await.expect("bytes");
    let image = image::load_from_memory(&bytes).expect("an image");
    (kind, image.width(), image.height())
}

#[tokio::test]
async fn a_frame_of_the_film_becomes_the_poster_in_lists_and_stays_when_it_is_signed_again() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    assert!(claims(listed_poster(&platform).await["url"].as_str().expect("a URL"))["time"].is_null());

    let chosen = choose(&admin, &id, json!({ "time": 12.5 })).await;

    assert_eq!(chosen.status(), 200, "{chosen}");
    assert_eq!(chosen.data()["poster_source"], json!({ "kind": "frame", "time": 12.5 }));
    let listed = listed_poster(&platform).await;
    assert_eq!(listed, chosen.data()["poster"]);
    assert_eq!(claims(listed["url"].as_str().expect("a URL"))["time"], 12.5);
    let audit = admin.get("/api/admin/audit").await;
    assert_eq!(audit.data()[0]["action"], "video.put_poster", "{audit}");
    platform.advance(4 * 86_400).await;
    let renewed = listed_poster(&platform).await;
    assert_ne!(renewed["url"], listed["url"]);
    assert_eq!(claims(renewed["url"].as_str().expect("a URL"))["time"], 12.5);
    let admin = platform.sign_in(admin.email(), support::PASSWORD).await;
    let automatic = choose(&admin, &id, json!({ "time": null })).await;
    assert!(automatic.data()["poster_source"].is_null(), "{automatic}");
    assert!(claims(listed_poster(&platform).await["url"].as_str().expect("a URL"))["time"].is_null());
}

#[tokio::test]
async fn a_chosen_frame_is_what_mux_serves() {
    let platform = Platform::start().await;
    let (admin, id) = crate::put_caption::film(&platform).await;
    let chosen = choose(&admin, &id, json!({ "time": 3 })).await;
    assert_eq!(chosen.status(), 200, "{chosen}");
    let (kind, width, _) = load(&platform, chosen.data()["poster"]["url"].as_str().expect("a URL")).await;
    assert_eq!((kind.as_str(), width), ("image/jpeg", 640));
}

#[tokio::test]
async fn a_frame_after_the_end_is_refused_and_changes_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let before = listed_poster(&platform).await;
    for time in [json!(60), json!(61), json!(-1), json!("12")] {
        let refused = choose(&admin, &id, json!({ "time": time })).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{time}: {refused}");
    }
    assert_eq!(listed_poster(&platform).await, before);
}

#[tokio::test]
async fn an_own_picture_is_served_in_three_widths_and_survives_a_new_signing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    for (kind, extension) in [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp")] {
        let chosen = put(&admin, &id, kind, picture(extension, "1600x900")).await;

        assert_eq!(chosen.status(), 200, "{kind}: {chosen}");
        let source = &chosen.data()["poster_source"];
        let size = &source["picture"];
        assert_eq!((&source["kind"], &size["width"], &size["height"]), (&json!("picture"), &json!(1280), &json!(720)));
        let poster = listed_poster(&platform).await;
        let urls: Vec<&str> = poster["srcset"].as_str().expect("a text").split(", ").collect();
        let mut sizes = Vec::new();
        for entry in &urls {
            let (_, width, height) = load(&platform, entry.split(' ').next().expect("a URL")).await;
            sizes.push((width, height));
        }
        assert_eq!(sizes, [(320, 180), (640, 360), (1280, 720)], "{kind}");
        assert!(!poster.to_string().contains("token="), "{poster}");
    }
    let poster = listed_poster(&platform).await;
    platform.advance(4 * 86_400).await;
    assert_eq!(listed_poster(&platform).await, poster, "it needs no token");
}

#[tokio::test]
async fn a_former_picture_is_removed_after_a_day_and_the_current_one_stays() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let picture = picture("png", "640x360");
    let ttl = async |poster: &Value| {
        let name = poster["url"].as_str().expect("a URL").rsplit('/').next().expect("an id").to_owned();
        let key = json!({ "pk": { "S": format!("IMAGE#{name}") } });
        let get = json!({ "TableName": platform.setting("put-poster", "CATALOGUE_TABLE"), "Key": key });
        platform.aws("DynamoDB_20120810.GetItem", get).await["Item"]["ttl"].clone()
    };
    put(&admin, &id, "image/png", picture.clone()).await;
    let first = listed_poster(&platform).await;
    assert!(ttl(&first).await.is_null());

    put(&admin, &id, "image/png", picture).await;

    let second = listed_poster(&platform).await;
    assert_ne!(first, second);
    assert!(ttl(&second).await.is_null());
    assert!(ttl(&first).await.is_object());
    assert_eq!(platform.anyone().delete(&format!("/api/admin/videos/{id}")).await.status(), 401);
    assert_eq!(admin.delete(&format!("/api/admin/videos/{id}")).await.status(), 200);
    assert!(ttl(&second).await.is_object(), "a deleted video shows no picture");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_changes_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let before = listed_poster(&platform).await;
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='640' height='360'><script/></svg>";
    let cut = picture("png", "640x360")[..60].to_vec();
    for (kind, file, status, code) in [
        ("image/png", b"no picture".to_vec(), 400, "VALIDATION_ERROR"),
        ("image/png", Vec::new(), 400, "VALIDATION_ERROR"),
        ("image/jpeg", svg.as_bytes().to_vec(), 400, "VALIDATION_ERROR"),
        ("image/png", picture("gif", "640x360"), 400, "VALIDATION_ERROR"),
        ("image/png", cut, 400, "VALIDATION_ERROR"),
        ("image/png", picture("png", "300x200"), 400, "VALIDATION_ERROR"),
        ("image/png", picture("png", "8200x10"), 400, "VALIDATION_ERROR"),
        ("image/svg+xml", svg.as_bytes().to_vec(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("text/plain", b"text".to_vec(), 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("image/jpeg", vec![0; 4 * 1024 * 1024 + 1], 413, "PAYLOAD_TOO_LARGE"),
    ] {
        let refused = put(&admin, &id, kind, file).await;
        assert_eq!((refused.status(), refused.code()), (status, code), "{kind}: {refused}");
    }
    assert_eq!(put(&admin, &id, "image/jpeg", vec![0; 50 * 1024 * 1024]).await.status(), 413);
    assert_eq!(listed_poster(&platform).await, before);
}

#[tokio::test]
async fn a_poster_needs_a_ready_video_and_an_admin() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let id = platform.new_video(&admin, json!({})).await;

    let early = choose(&admin, &id, json!({ "time": 1 })).await;
    assert_eq!((early.status(), early.code()), (409, "VIDEO_NOT_READY"), "{early}");
    let early = put(&admin, &id, "image/png", picture("png", "640x360")).await;
    assert_eq!((early.status(), early.code()), (409, "VIDEO_NOT_READY"), "{early}");
    let refused = choose(&viewer, &id, json!({ "time": 1 })).await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
    let unknown = choose(&admin, "01987c10-4a00-7000-8000-000000000003", json!({ "time": 1 })).await;
    assert_eq!(unknown.status(), 404, "{unknown}");
}

#[tokio::test]
async fn a_new_file_keeps_an_own_picture_and_drops_a_chosen_frame() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let replace = async |id: &str| {
        let opened = admin.post(&format!("/api/admin/videos/{id}/upload"), json!({})).await;
        let mut asset = support::videos::asset(id);
        asset["id"] = json!(format!("new-{id}"));
        asset["upload_id"] = opened.data()["upload"]["id"].clone();
        asset["playback_ids"][1]["id"] = json!(format!("new-playback-{id}"));
        assert_eq!(platform.mux_event("video.asset.ready", asset).await.status(), 200);
        platform.admin_video(&admin, id).await
    };
    let framed = platform.ready_video(&admin, json!({})).await;
    choose(&admin, &framed, json!({ "time": 12 })).await;
    let pictured = platform.ready_video(&admin, json!({})).await;
    let shown = put(&admin, &pictured, "image/png", picture("png", "640x360")).await.data()["poster"].clone();

    let framed = replace(&framed).await;
    assert!(framed["mux_playback_id"].as_str().is_some_and(|id| id.starts_with("new-")), "{framed}");
    assert!(
        framed["poster_source"].is_null() && claims(framed["poster"]["url"].as_str().expect("a URL"))["time"].is_null()
    );
    let pictured = replace(&pictured).await;
    assert_eq!((&pictured["poster_source"]["kind"], &pictured["poster"]), (&json!("picture"), &shown));
}

#[tokio::test]
async fn a_single_title_has_images_in_three_shapes_that_load_and_lists_stay_small() {
    let platform = Platform::start().await;
    let (admin, id) = crate::put_caption::film(&platform).await;
    let shown = admin.get(&format!("/api/videos/{id}")).await;
    let title = platform.anyone().get(&format!("/api/titles/{id}")).await;
    assert_eq!(shown.data()["images"], title.data()["images"], "{title}");
    for shape in ["poster", "landscape", "backdrop"] {
        let images = shown.data()["images"][shape].as_array().expect("a list");
        assert!(!images.is_empty(), "{shape}");
        for image in images {
            let (_, width, height) = load(&platform, image["url"].as_str().expect("a URL")).await;
            assert_eq!((&image["width"], &image["height"]), (&json!(width), &json!(height)), "{shape}");
        }
    }
    assert!(
        shown.data()["images"]["poster"][0]["height"].as_u64() > shown.data()["images"]["poster"][0]["width"].as_u64()
    );
    let series = platform.anyone().get("/api/series").await.data()[0].clone();
    let of_series = platform.anyone().get(&format!("/api/titles/{}", series["id"].as_str().expect("an id"))).await;
    let first = series["first_video_id"].as_str().expect("an id");
    assert_eq!(of_series.data()["images"], admin.get(&format!("/api/videos/{first}")).await.data()["images"]);
    for list in ["/api/videos", "/api/series"] {
        assert!(platform.anyone().get(list).await.data()[0]["images"].is_null(), "{list}");
    }
}

#[tokio::test]
async fn the_images_of_a_title_follow_its_poster_and_are_renewed_with_it() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let images = async || platform.anyone().get(&format!("/api/titles/{id}")).await.data()["images"].clone();
    choose(&admin, &id, json!({ "time": 12.5 })).await;
    platform.advance(61).await;
    let framed = images().await;
    assert_eq!(claims(framed["backdrop"][0]["url"].as_str().expect("a URL"))["time"], 12.5);
    put(&admin, &id, "image/png", picture("png", "400x600")).await;
    let pictured = images().await;
    let sizes: Vec<&Value> =
        pictured["poster"].as_array().expect("a list").iter().map(|image| &image["width"]).collect();
    assert_eq!(sizes, [320, 400], "{pictured}");
    assert!(claims(pictured["backdrop"][0]["url"].as_str().expect("a URL"))["time"].is_null());
    platform.advance(4 * 86_400).await;
    let renewed = images().await;
    assert_eq!(renewed["poster"], pictured["poster"]);
    assert_ne!(renewed["backdrop"], pictured["backdrop"]);
}
