//! `GET /api/titles/{id}/related`

use serde_json::{Value, json};
use support::{Answer, Platform};

async fn related(platform: &Platform, id: &str) -> Answer {
    platform.anyone().get(&format!("/api/titles/{id}/related")).await
}

fn ids(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().as_array().expect("a list").iter().filter_map(|video| video["id"].as_str()).collect()
}

fn made(category: &str, director: &str, actors: &str, tag: &str) -> Value {
    json!({ "category": category, "directors": [director], "actors": [actors], "tags": [tag] })
}

#[tokio::test]
async fn the_closest_titles_come_first_and_hidden_ones_never() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, made("Drama", "Ida Voss", "Jonas Hale", "sea")).await;
    let same_category = platform.published_video(&admin, made("Drama", "A", "B", "c")).await;
    let same_tag = platform.published_video(&admin, made("Comedy", "A", "B", "SEA")).await;
    let same_director = platform.published_video(&admin, made("Comedy", "ida voss", "B", "c")).await;
    platform.published_video(&admin, made("Comedy", "Per Dahl", "B", "trains")).await;
    let hidden = platform.ready_video(&admin, made("Drama", "Ida Voss", "Jonas Hale", "sea")).await;

    let answer = related(&platform, &film).await;

    assert_eq!(ids(&answer), [same_director.as_str(), &same_tag, &same_category]);
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert!(!answer.to_string().contains("m3u8"), "nothing that plays a film: {answer}");
    let warm = related(&platform, &film).await;
    assert_eq!(platform.round_trips(&warm, "dynamodb"), 1, "{:?}", platform.calls(&warm));
    for unknown in [hidden.as_str(), "01987c10-4a00-7000-8000-000000000001", "1"] {
        assert_eq!(related(&platform, unknown).await.code(), "NOT_FOUND", "{unknown}");
    }
}

#[tokio::test]
async fn a_series_is_related_once_and_never_to_its_own_episodes() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let episode = |episode: u32| {
        let mut video = made("Drama", "Ida Voss", "Jonas Hale", "sea");
        (video["series_id"], video["season"], video["episode"]) = (json!(series), json!(1), json!(episode));
        video
    };
    let first = platform.published_video(&admin, episode(1)).await;
    let second = platform.published_video(&admin, episode(2)).await;
    let film = platform.published_video(&admin, made("Comedy", "Ida Voss", "B", "c")).await;
    for title in [&series, &first, &second] {
        assert_eq!(ids(&related(&platform, title).await), [film.as_str()]);
    }
    assert_eq!(ids(&related(&platform, &film).await), [first.as_str()]);
}
