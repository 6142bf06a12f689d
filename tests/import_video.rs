//! `import-video`

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::videos::media;
use support::{Platform, Viewer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn body(url: &str) -> Value {
    json!({ "url": url, "title": "Imported", "category": "Drama", "required_plan": "free" })
}

/// A server that answers every request with this status and file; returns its URL.
async fn server(status: u16, file: Vec<u8>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/film.mp4", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let length = file.len();
            let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&file).await;
        }
    });
    url
}

/// The video once Mux has fetched and encoded it, or failed.
pub(crate) async fn settled(platform: &Platform, admin: &Viewer, id: &str) -> Value {
    let started = Instant::now();
    loop {
        platform.advance(0).await;
        let video = platform.admin_video(admin, id).await;
        if video["status"] != "processing" {
            return video;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "{video}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A short film with sound.
pub(crate) fn film() -> Vec<u8> {
    let (picture, sound) = ("testsrc=size=320x180:rate=24:duration=8", "sine=duration=8");
    media(
        "mp4",
        &["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-c:v", "libx264", "-c:a", "aac", "-shortest"],
    )
}

#[tokio::test]
async fn mux_fetches_the_film_of_an_imported_video() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let url = server(200, film()).await;

    let imported = admin.post("/api/admin/videos/import", body(&url)).await;

    assert_eq!(imported.status(), 201, "{imported}");
    assert_eq!((&imported.data()["title"], &imported.data()["status"]), (&json!("Imported"), &json!("processing")));
    assert!(!imported.to_string().contains(&url), "the URL may contain a secret: {imported}");
    assert_eq!(platform.round_trips(&imported, "mux"), 1);
    let id = imported.data()["id"].as_str().expect("an id");
    let video = settled(&platform, &admin, id).await;
    assert_eq!(video["status"], "ready", "{video}");
    assert!(video["duration"].as_f64().is_some_and(|seconds| (seconds - 8.0).abs() < 0.5), "{video}");
    let played = admin.play(id).await;
    assert_eq!(played.status(), 200, "{played}");
    let audit = admin.get("/api/admin/audit").await;
    assert_eq!(audit.data()[0]["action"], "video.import", "{audit}");
}

#[tokio::test]
async fn a_film_that_mux_cannot_fetch_or_read_ends_with_the_reason() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let unreachable = "http://127.0.0.1:9/film.mp4".to_owned();
    for url in [unreachable, server(404, Vec::new()).await, server(200, b"not a film".to_vec()).await] {
        let imported = admin.post("/api/admin/videos/import", body(&url)).await;
        assert_eq!(imported.status(), 201, "{imported}");
        let video = settled(&platform, &admin, imported.data()["id"].as_str().expect("an id")).await;
        assert_eq!(video["status"], "error", "{url}: {video}");
        assert!(video["error_reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{video}");
    }
}

#[tokio::test]
async fn an_imported_video_gets_its_file_even_if_mux_says_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.mux_webhooks("drop").await;
    let imported = admin.post("/api/admin/videos/import", body(&server(200, film()).await)).await;
    let id = imported.data()["id"].as_str().expect("an id");
    let started = Instant::now();
    loop {
        platform.advance(300).await;
        let video = platform.admin_video(&admin, id).await;
        if video["status"] == "ready" {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "{video}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn urls_that_are_not_public_or_not_https_are_refused_and_create_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for url in [
        "",
        "film.mp4",
        "http://films.example.com/film.mp4",
        "ftp://films.example.com/film.mp4",
        "file:///etc/passwd",
        "https://10.0.0.1/film.mp4",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/film.mp4",
        "https://nas.local/film.mp4",
        "https://ada:secret@films.example.com/film.mp4",
    ] {
        let refused = admin.post("/api/admin/videos/import", body(url)).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{url}: {refused}");
        assert!(refused.to_string().contains("url"), "{url}: {refused}");
        assert_eq!(platform.round_trips(&refused, "mux"), 0, "{url}");
    }
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
}

#[tokio::test]
async fn an_import_is_checked_like_a_new_video() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let with = |field: &str, value: Value| {
        let mut body = body("https://films.example.com/film.mp4");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("title", json!("")),
        ("episode", json!(2)),
        ("trailer_of", json!("01987c10-4a00-7000-8000-000000000003")),
        ("unknown", json!(1)),
        ("url", json!(null)),
    ] {
        let refused = admin.post("/api/admin/videos/import", with(field, value)).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{field}: {refused}");
        assert!(refused.to_string().contains(field), "{field}: {refused}");
    }
    let refused = viewer.post("/api/admin/videos/import", body("https://films.example.com/film.mp4")).await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
}

#[tokio::test]
async fn an_import_without_mux_or_without_a_free_place_leaves_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let url = server(200, film()).await;
    platform.fault(json!({ "target": "mux", "kind": "error", "count": 1 }));
    let down = admin.post("/api/admin/videos/import", body(&url)).await;
    assert_eq!((down.status(), down.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{down}");
    let series = platform.new_series(&admin, "Harbour Nine").await;
    platform.new_video(&admin, json!({ "series_id": series, "season": 1, "episode": 1 })).await;
    let mut episode = body(&url);
    episode["series_id"] = json!(series);
    (episode["season"], episode["episode"]) = (json!(1), json!(1));

    let taken = admin.post("/api/admin/videos/import", episode).await;

    assert_eq!((taken.status(), taken.code()), (409, "CONFLICT"), "{taken}");
    assert_eq!(admin.get("/api/admin/videos").await.data().as_array().expect("a list").len(), 1);
    let (_, assets) = platform.at_mux(reqwest::Method::GET, "assets").await;
    assert_eq!(assets, json!([]), "the asset was deleted");
}
