//! `get-home`: the home screen in one response.

use crate::add_watchlist::{add, videos};
use crate::delete_account::id_of;
use crate::list_history::fill;
use crate::play_video::video_of;
use crate::set_watched::set;
use crate::update_progress::{beat, playback, report};
use serde_json::{Value, json};
use std::collections::HashSet;
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

/// The most bytes of the response for the demo's catalogue.
const BYTES_MAX: usize = 100 * 1024;

async fn home(viewer: &Viewer) -> Answer {
    let home = viewer.get("/api/home").await;
    assert_eq!(home.status(), 200, "{home}");
    home
}

/// A card's title: its series, or the film.
fn title(card: &Value) -> String {
    let id = card["series"]["id"].as_str().or(card["id"].as_str());
    id.unwrap_or_else(|| panic!("a card: {card}")).to_owned()
}

fn cards<'a>(list: &'a Value, field: &str) -> Vec<&'a Value> {
    let items = list.as_array().unwrap_or_else(|| panic!("a list: {list}"));
    items.iter().map(|item| if field.is_empty() { item } else { &item[field] }).collect()
}

/// The cards of a shelf.
fn on_shelf<'a>(home: &'a Value, shelf: &Value) -> Vec<&'a Value> {
    let all = home["videos"].as_array().expect("cards");
    let card = |id: &Value| {
        let mut found = all.iter().filter(|card| card["id"] == *id);
        let card = found.next().unwrap_or_else(|| panic!("{id} has a card"));
        assert!(found.next().is_none(), "{id} has one card");
        card
    };
    shelf["video_ids"].as_array().expect("ids").iter().map(card).collect()
}

/// The titles that are visible without scrolling.
fn above_the_fold(home: &Value) -> Vec<String> {
    let hero = home["hero"].is_object().then(|| &home["hero"]["video"]);
    let mut shown: Vec<&Value> = hero.into_iter().collect();
    shown.extend(cards(&home["continue_watching"], "video"));
    shown.extend(cards(&home["watchlist"], ""));
    shown.extend(
        home["shelves"].as_array().expect("shelves").first().map(|shelf| on_shelf(home, shelf)).unwrap_or_default(),
    );
    shown.into_iter().map(title).collect()
}

async fn episodes(platform: &Platform) -> Vec<String> {
    let series = platform.anyone().get("/api/series").await.data()[0]["id"].as_str().expect("a series").to_owned();
    let page = platform.anyone().get(&format!("/api/series/{series}/episodes")).await;
    cards(page.data(), "id").into_iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn the_demos_home_screen_takes_two_round_trips_and_at_most_a_hundred_kilobytes() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    for (number, id) in videos(&platform, 6).await.iter().enumerate() {
        if number % 2 == 0 {
            report(&viewer, id, json!({ "progress": 9.0 })).await;
        } else {
            add(&viewer, id).await;
        }
    }
    let id = playback(&viewer, &video_of(&platform, "basic").await).await;
    beat(&platform, &viewer, &video_of(&platform, "basic").await, &id, 9.0).await;
    home(&viewer).await;

    let home = home(&viewer).await;

    assert_eq!(platform.round_trips(&home, "dynamodb"), 2, "{:?}", platform.calls(&home));
    assert!(home.text().len() <= BYTES_MAX, "{} bytes", home.text().len());
    assert!(home.text().len() > 10_000, "a whole screen");
    let units = platform.units(&home);
    assert!(units.read <= 12.0 && units.write <= 1.0, "{units:?}");
    assert!(!home.text().contains("mux_playback_id") && !home.text().contains("\"token\""), "{home}");

    // The most that the demo can show: every title is started or on the watchlist.
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    for id in videos(&platform, 18).await {
        report(&viewer, &id, json!({ "progress": 9.0 })).await;
        add(&other, &id).await;
    }
    for viewer in [&viewer, &other] {
        let home = viewer.get("/api/home").await;
        assert!((30_000..=BYTES_MAX).contains(&home.text().len()), "{} bytes", home.text().len());
    }
}

#[tokio::test]
async fn a_new_viewer_gets_a_hero_and_shelves_and_no_title_twice_above_the_fold() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("viewer@marquee.test", DEMO_PASSWORD).await;

    let answer = home(&viewer).await;

    let home = answer.data();
    assert_eq!(home["hero"]["reason"], "new", "nobody has watched anything: {answer}");
    assert_eq!((&home["continue_watching"], &home["watchlist"]), (&json!([]), &json!([])));
    let shelves = home["shelves"].as_array().expect("shelves");
    let ids: Vec<&str> = shelves.iter().filter_map(|shelf| shelf["id"].as_str()).collect();
    assert_eq!(ids[..2], ["new", "popular"], "{ids:?}");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
    for shelf in shelves {
        let titles: Vec<String> = on_shelf(home, shelf).into_iter().map(title).collect();
        assert_eq!(titles.iter().collect::<HashSet<_>>().len(), titles.len(), "{shelf}");
        assert!(titles.len() >= 2 || shelf["kind"] != "category", "{shelf}");
        assert!(shelf["category"].is_string() == (shelf["kind"] == "category"), "{shelf}");
    }
    let fold = above_the_fold(home);
    assert_eq!(fold.iter().collect::<HashSet<_>>().len(), fold.len(), "{fold:?}");
    let of_series = |card: &&Value| card["series"].is_object();
    let all: Vec<&Value> = shelves.iter().flat_map(|shelf| on_shelf(home, shelf)).collect();
    let of_series: Vec<&Value> = all.into_iter().filter(of_series).collect();
    let is_first = |card: &&Value| (&card["season"], &card["episode"]) == (&json!(1), &json!(1));
    assert!(!of_series.is_empty() && of_series.iter().all(is_first), "a series opens at its first episode");
}

#[tokio::test]
async fn a_watched_title_shows_at_once_and_is_never_the_hero() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let total = platform.anyone().get("/api/videos?limit=100").await.data().as_array().map_or(0, Vec::len);
    let mut seen = HashSet::new();
    for _ in 0..=total {
        let answer = home(&viewer).await;
        let fold = above_the_fold(answer.data());
        assert_eq!(fold.iter().collect::<HashSet<_>>().len(), fold.len(), "{fold:?}");
        if answer.data()["hero"].is_null() {
            assert!(seen.len() > 10, "{seen:?}");
            return;
        }
        let hero = &answer.data()["hero"]["video"];
        assert!(seen.insert(title(hero)), "{hero} was watched");
        let id = hero["id"].as_str().expect("an id");
        assert_eq!(report(&viewer, id, json!({ "progress": 0.2 })).await.status(), 200);
        platform.advance(1).await;
    }
    panic!("there is always another hero");
}

#[tokio::test]
async fn the_next_episode_is_offered_and_a_running_playbacks_position_counts() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let episodes = episodes(&platform).await;
    let continued = async || -> Vec<(Value, Value, Value)> {
        let home = home(&viewer).await;
        let items = home.data()["continue_watching"].as_array().expect("a list").clone();
        items
            .iter()
            .map(|item| (item["video"]["id"].clone(), item["progress"].clone(), item["is_up_next"].clone()))
            .collect()
    };
    set(&viewer, &episodes[0]).await;
    assert_eq!(continued().await, [(json!(episodes[1]), json!(0.0), json!(true))]);
    let id = playback(&viewer, &episodes[1]).await;
    for progress in [3.0, 4.0, 5.5] {
        beat(&platform, &viewer, &episodes[1], &id, progress).await;
    }
    assert_eq!(continued().await, [(json!(episodes[1]), json!(5.5), json!(false))]);
    set(&viewer, &episodes[1]).await;
    assert_eq!(continued().await, [(json!(episodes[2]), json!(0.0), json!(true))]);
    let deleted = viewer.delete("/api/history").await;
    assert_eq!(deleted.status(), 200, "{deleted}");
    assert_eq!(continued().await, []);
}

#[tokio::test]
async fn the_watchlist_omits_titles_shown_above_and_an_unpublished_video_appears_nowhere() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let ids = videos(&platform, 14).await;
    let films: Vec<&String> = ids[ids.len() - 4..].iter().collect();
    let watchlist = async || -> Vec<Value> {
        let home = home(&viewer).await;
        cards(&home.data()["watchlist"], "id").into_iter().cloned().collect()
    };
    for id in &films {
        add(&viewer, id).await;
        platform.advance(1).await;
    }
    let shown: Vec<Value> = films.iter().rev().map(|id| json!(id)).collect();
    assert_eq!(watchlist().await, shown);
    report(&viewer, films[3], json!({ "progress": 9.0 })).await;
    assert_eq!(watchlist().await, shown[1..]);
    admin.patch(&format!("/api/admin/videos/{}", films[2]), json!({ "published": false })).await;
    assert_eq!(watchlist().await, shown[2..]);
    let answer = home(&viewer).await;
    assert!(!answer.text().contains(films[2].as_str()), "{answer}");
    let other = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(home(&other).await.data()["watchlist"], json!([]));
}

#[tokio::test]
async fn an_app_with_a_current_response_gets_a_304_and_caches_do_not_store_it() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let first = home(&viewer).await;
    assert_eq!(first.header("cache-control"), "no-store");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{first}");
    let again = async |viewer: &Viewer| {
        let request = viewer.request(reqwest::Method::GET, "/api/home").header("if-none-match", &tag);
        viewer.send(request).await
    };
    let current = again(&viewer).await;
    assert_eq!((current.status(), current.text(), current.header("etag")), (304, "", tag.as_str()), "{current}");
    assert_eq!(current.header("cache-control"), "no-store");
    add(&viewer, &videos(&platform, 9).await[8]).await;
    assert_eq!(again(&viewer).await.status(), 200, "it has changed");
    let anonymous = platform.anyone().request(reqwest::Method::GET, "/api/home").header("if-none-match", &tag);
    assert_eq!(platform.anyone().send(anonymous).await.status(), 401);
}

#[tokio::test]
async fn a_history_of_thousands_of_videos_takes_no_more_round_trips() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    fill(&platform, &id_of(&viewer).await, 2_500).await;
    let film = video_of(&platform, "basic").await;
    report(&viewer, &film, json!({ "progress": 9.0 })).await;
    home(&viewer).await;

    let home = home(&viewer).await;

    assert_eq!(platform.round_trips(&home, "dynamodb"), 2, "{:?}", platform.calls(&home));
    assert_eq!(home.data()["continue_watching"][0]["video"]["id"], json!(film), "{home}");
    assert!(home.data()["hero"].is_object(), "{home}");
}
