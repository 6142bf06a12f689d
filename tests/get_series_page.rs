//! `GET /series/{id}`

use crate::pages::{App, assert_plain, meta, structured_data};
use serde_json::json;

#[tokio::test]
async fn a_series_has_its_name_its_picture_and_the_numbers_of_its_seasons() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let series = app.platform.new_series(&admin, "Harbour Nine").await;
    for (season, episode) in [(1, 1), (1, 2), (2, 1)] {
        let place = json!({ "series_id": series, "season": season, "episode": episode, "year": 2020 + season });
        app.platform.published_video(&admin, place).await;
    }

    let page = app.page(&format!("/series/{series}")).await;

    assert_eq!(page.status(), 200, "{page}");
    let url = format!("{}/series/{series}", app.origin());
    let image = format!("{}/api/titles/{series}/image", app.origin());
    for (name, content) in
        [("og:type", "video.tv_show"), ("og:title", "Harbour Nine"), ("og:url", &url), ("og:image", &image)]
    {
        assert_eq!(meta(&page, name).as_deref(), Some(content), "{name}");
    }
    assert!(page.text().contains("<title>Harbour Nine · Marquee</title>"), "{page}");
    assert_eq!(meta(&page, "video:duration"), None);
    let data = structured_data(&page);
    assert_eq!(
        (&data["@type"], &data["numberOfSeasons"], &data["numberOfEpisodes"]),
        (&json!("TVSeries"), &json!(2), &json!(3))
    );
    assert_eq!(data["containsSeason"][1], json!({ "@type": "TVSeason", "seasonNumber": 2, "numberOfEpisodes": 1 }));
    assert_eq!((&data["datePublished"], &data["isAccessibleForFree"]), (&json!("2021"), &json!(true)));
}

#[tokio::test]
async fn a_series_without_a_public_episode_gets_the_apps_plain_page() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let empty = app.platform.new_series(&admin, "Not announced").await;
    let hidden = app.platform.new_series(&admin, "Not announced").await;
    app.platform.ready_video(&admin, json!({ "series_id": hidden })).await;
    let film = app.platform.published_video(&admin, json!({ "title": "A film is no series" })).await;
    for id in [empty.as_str(), &hidden, &film, "1"] {
        assert_plain(&app.page(&format!("/series/{id}")).await, 404);
    }
}
