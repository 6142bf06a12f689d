//! `GET /videos/{id}`

use crate::pages::{App, assert_plain, meta, structured_data, unescaped};
use reqwest::Method;
use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn a_shared_link_has_title_description_picture_and_canonical_link() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let facts = json!({ "title": "Low Tide", "description": "A keeper\n\nwaits for a boat." });
    let film = app.platform.published_video(&admin, facts).await;

    let page = app.page(&format!("/videos/{film}")).await;

    assert_eq!((page.status(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{page}");
    let url = format!("{}/videos/{film}", app.origin());
    let image = format!("{}/api/titles/{film}/image", app.origin());
    for (name, content) in [
        ("description", "A keeper waits for a boat."),
        ("og:site_name", "Marquee"),
        ("og:type", "video.movie"),
        ("og:title", "Low Tide"),
        ("og:description", "A keeper waits for a boat."),
        ("og:url", &url),
        ("og:image", &image),
        ("twitter:card", "summary_large_image"),
        ("twitter:title", "Low Tide"),
        ("twitter:image", &image),
        ("video:duration", "60"),
    ] {
        assert_eq!(meta(&page, name).as_deref(), Some(content), "{name}: {page}");
    }
    assert!(page.text().contains("<title>Low Tide · Marquee</title>"), "{page}");
    assert!(page.text().contains(&format!("<link rel=\"canonical\" href=\"{url}\" />")), "{page}");
    assert_eq!(meta(&page, "robots"), None, "it is for search engines");
}

#[tokio::test]
async fn the_page_is_still_the_app_and_has_no_duplicate_tags() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;

    let page = app.page(&format!("/videos/{film}")).await;

    for part in ["<script type=\"module\" src=\"/assets/app-1.js\"></script>", "<div id=\"root\"></div>"] {
        assert!(page.text().contains(part), "{page}");
    }
    for once in ["<title>", "name=\"description\"", "rel=\"canonical\"", "og:image\"", "application/ld+json"] {
        assert_eq!(page.text().matches(once).count(), 1, "{once}: {page}");
    }
    assert!(!page.text().contains("The app's own description."), "{page}");
}

#[tokio::test]
async fn structured_data_describes_a_film_with_schema_org_fields() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let facts = json!({ "title": "Low Tide", "description": "A keeper.", "category": "Drama", "required_plan": "premium",
        "year": 1958, "country": "NO", "age_rating": "12", "directors": ["Ida Voss"], "actors": ["Mira Lund", "Jonas Hale"],
        "tags": ["sea"] });
    let film = app.platform.published_video(&admin, facts).await;

    let data = structured_data(&app.page(&format!("/videos/{film}")).await);

    let url = format!("{}/videos/{film}", app.origin());
    let person = |name: &str| json!({ "@type": "Person", "name": name });
    let expected = json!({
        "@context": "https://schema.org",
        "@type": "Movie",
        "@id": url,
        "url": url,
        "name": "Low Tide",
        "description": "A keeper.",
        "image": format!("{}/api/titles/{film}/image", app.origin()),
        "genre": "Drama",
        "keywords": ["sea"],
        "datePublished": "1958",
        "countryOfOrigin": { "@type": "Country", "name": "NO" },
        "contentRating": "12",
        "director": [person("Ida Voss")],
        "actor": [person("Mira Lund"), person("Jonas Hale")],
        "duration": "PT0H1M0S",
        "subtitleLanguage": ["en"],
        "isAccessibleForFree": false,
    });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn an_episode_names_its_series_and_place() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let series = app.platform.new_series(&admin, "Harbour Nine").await;
    let place = json!({ "title": "The Storm", "series_id": series, "season": 2, "episode": 3 });
    let episode = app.platform.published_video(&admin, place).await;

    let page = app.page(&format!("/videos/{episode}")).await;

    assert_eq!(meta(&page, "og:type").as_deref(), Some("video.episode"));
    assert_eq!(meta(&page, "og:title").as_deref(), Some("Harbour Nine: The Storm"));
    let data = structured_data(&page);
    assert_eq!((&data["@type"], &data["episodeNumber"]), (&json!("TVEpisode"), &json!(3)));
    assert_eq!(data["partOfSeason"], json!({ "@type": "TVSeason", "seasonNumber": 2 }));
    let url = format!("{}/series/{series}", app.origin());
    assert_eq!(data["partOfSeries"], json!({ "@type": "TVSeries", "name": "Harbour Nine", "url": url }));
}

#[tokio::test]
async fn a_film_without_a_description_is_described_by_its_facts() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let facts = json!({ "category": "Drama", "year": 1958, "directors": ["Ida Voss"], "actors": ["A", "B", "C", "D"] });
    let film = app.platform.published_video(&admin, facts).await;
    let page = app.page(&format!("/videos/{film}")).await;
    assert_eq!(meta(&page, "description").as_deref(), Some("Drama · 1958 · Ida Voss · A · B · C"));
}

#[tokio::test]
async fn no_text_of_an_operator_becomes_html_or_script() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let nasty = r#"</title></script><script>alert(1)</script>"onload='x' &amp; <!-- 🎬"#;
    let facts = json!({ "title": nasty, "description": nasty, "category": "<b>", "tags": [r#""><i>"#], "actors": ["</script>"] });
    let film = app.platform.published_video(&admin, facts).await;

    let page = app.page(&format!("/videos/{film}")).await;

    assert_eq!(page.status(), 200);
    // In the structured data, as in any script element, only HTML characters need escaping.
    let (before, rest) = page.text().split_once("<script type=\"application/ld+json\">").expect("structured data");
    let (script, after) = rest.split_once("</script>").expect("its end");
    assert!(!script.contains(['<', '>', '&']), "{script}");
    for never in ["<script>alert", "\"onload", "'x'", "<!-- 🎬", "<b>", "<i>"] {
        assert!(!before.contains(never) && !after.contains(never), "{never}: {page}");
    }
    assert_eq!(page.text().matches("</script>").count(), 2, "the app's and the structured data's: {page}");
    assert_eq!(page.text().matches("</title>").count(), 1, "{page}");
    for name in ["description", "og:title", "twitter:title", "og:image:alt"] {
        assert_eq!(meta(&page, name).as_deref(), Some(nasty), "{name}");
    }
    let title = page.text().split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    assert_eq!(title.map(unescaped), Some(format!("{nasty} · Marquee")));
    let data = structured_data(&page);
    assert_eq!((&data["name"], &data["actor"][0]["name"]), (&json!(nasty), &json!("</script>")));
}

#[tokio::test]
async fn a_video_that_is_not_public_gets_the_apps_plain_page() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let secret = |fields: Value| {
        let mut video = json!({ "title": "Not announced", "description": "Not announced" });
        video.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        video
    };
    let film = app.platform.published_video(&admin, json!({})).await;
    let unpublished = app.platform.ready_video(&admin, secret(json!({}))).await;
    let processing = app.platform.new_video(&admin, secret(json!({}))).await;
    let trailer = app.platform.published_video(&admin, secret(json!({ "trailer_of": film }))).await;
    let scheduled = app.platform.published_video(&admin, secret(json!({}))).await;
    let tomorrow = (app.platform.running().now() + jiff::SignedDuration::from_hours(24)).to_string();
    let later = json!({ "publish_at": tomorrow });
    assert_eq!(admin.patch(&format!("/api/admin/videos/{scheduled}"), later).await.status(), 200);
    let deleted = app.platform.published_video(&admin, secret(json!({}))).await;
    assert_eq!(admin.delete(&format!("/api/admin/videos/{deleted}")).await.status(), 200);
    let series = app.platform.new_series(&admin, "Harbour Nine").await;
    app.platform.published_video(&admin, json!({ "series_id": series })).await;
    let unknown = "01987c10-4a00-7000-8000-000000000001".to_owned();
    let upper = film.to_uppercase();
    for id in [&unpublished, &processing, &trailer, &scheduled, &deleted, &series, &unknown, &upper] {
        assert_plain(&app.page(&format!("/videos/{id}")).await, 404);
    }
    for id in ["1", "%00", "%FF", "<script>", "..%2F..%2Findex.html", &"x".repeat(2_000)] {
        assert_plain(&app.page(&format!("/videos/{id}")).await, 404);
    }
    app.platform.advance(25 * 3_600).await;
    assert_eq!(app.page(&format!("/videos/{scheduled}")).await.status(), 200, "its time has come");
}

#[tokio::test]
async fn the_distribution_keeps_a_page_for_a_minute_and_browsers_ask_every_time() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;
    let path = format!("/videos/{film}");

    let page = app.page(&path).await;

    assert_eq!(page.header("cache-control"), "public, max-age=0, s-maxage=60, must-revalidate");
    let anyone = app.platform.anyone();
    let again = anyone.request(Method::GET, &path).header("if-none-match", page.header("etag"));
    let again = anyone.send(again).await;
    assert_eq!((again.status(), again.text()), (304, ""), "{again}");
    let query = app.page(&format!("{path}?utm_source=a&page=2")).await;
    assert_eq!((query.status(), query.text()), (200, page.text()), "the query makes no difference");
    assert_eq!(app.page(&format!("{path}/")).await.text(), page.text(), "nor does a slash at the end");
    assert_eq!(app.platform.round_trips(&again, "dynamodb"), 1, "{:?}", app.platform.calls(&again));
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;
    let anyone = app.platform.anyone();
    for (path, status) in [(format!("/videos/{film}"), 200), ("/videos/1".to_owned(), 404)] {
        let (get, head) = (app.page(&path).await, anyone.send(anyone.request(Method::HEAD, &path)).await);
        assert_eq!((head.status(), head.text(), get.status()), (status, "", status), "{path}");
        for name in ["content-type", "cache-control", "etag"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn pages_show_a_new_release_of_the_app_a_minute_later() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({ "title": "Low Tide" })).await;
    let path = format!("/videos/{film}");
    assert!(app.page(&path).await.text().contains("app-1.js"));
    app.release("app-2.js");
    assert!(app.page(&path).await.text().contains("app-1.js"), "it is not fetched for every page");
    app.platform.advance(61).await;
    let page = app.page(&path).await;
    assert!(page.text().contains("app-2.js") && page.text().contains("Low Tide"), "{page}");
}

#[tokio::test]
async fn the_last_page_of_the_app_is_used_while_it_cannot_be_fetched() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;
    let path = format!("/videos/{film}");
    assert_eq!(app.page(&path).await.status(), 200);
    app.remove();
    for _ in 0..2 {
        app.platform.advance(61).await;
        let page = app.page(&path).await;
        assert!(page.status() == 200 && page.text().contains("app-1.js"), "{page}");
    }
    app.release("app-2.js");
    app.platform.advance(61).await;
    assert!(app.page(&path).await.text().contains("app-2.js"));
}

#[tokio::test]
async fn a_page_is_served_while_dynamodb_is_down_and_needs_no_limiter() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({ "title": "Low Tide" })).await;
    let path = format!("/videos/{film}");
    assert_eq!(app.page(&path).await.status(), 200);
    app.platform.fault(json!({ "target": "dynamodb", "kind": "error", "count": 1000 }));
    let page = app.page(&path).await;
    assert!(page.status() == 200 && page.text().contains("Low Tide"), "{page}");
}

#[tokio::test]
async fn an_operators_own_picture_is_linked_directly() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;
    let put = admin.request(Method::PUT, &format!("/api/admin/videos/{film}/poster"));
    let put = put.header("content-type", "image/png").body(crate::put_poster::picture("png", "900x600"));
    assert_eq!(admin.send(put).await.status(), 200);

    let image = meta(&app.page(&format!("/videos/{film}")).await, "og:image").expect("a picture");

    assert!(image.starts_with(&format!("{}/api/images/", app.origin())) && image.ends_with("-900"), "{image}");
    let shown = app.platform.client().get(&image).send().await.expect("an answer");
    assert_eq!(
        (shown.status().as_u16(), &shown.headers()["content-type"]),
        (200, &"image/jpeg".parse().expect("a type"))
    );
}

#[tokio::test]
async fn no_page_has_a_token_or_a_playback_id() {
    let platform = Platform::start().await;
    let films = platform.anyone().get("/api/videos?limit=100").await;
    for film in films.data().as_array().expect("a list") {
        let page = platform.anyone().get(&format!("/videos/{}", film["id"].as_str().expect("an id"))).await;
        assert_eq!(page.status(), 200, "{page}");
        for private in ["token=", "m3u8", "eyJ", "mux_"] {
            assert!(!page.text().contains(private), "{private}: {page}");
        }
    }
}
