//! Tests of the home screen.

use super::*;
use crate::models::catalogue::Listed;
use crate::models::device_clock::DeviceClocks;
use crate::models::facts::Facts;
use crate::models::ids::{TitleId, UserId};
use crate::models::plan::RequiredPlan;
use crate::models::series::SeriesEntry;
use crate::models::viewer::ViewerKey;
use std::sync::Arc;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn id(number: u128) -> VideoId {
    VideoId::from_uuid(Uuid::from_u128(number))
}

fn series_id(number: u128) -> SeriesId {
    SeriesId::from_uuid(Uuid::from_u128(number))
}

/// A film, published in the order of its number, with as many views.
fn film(number: u128, category: &str, views: u64) -> Listed {
    let video = PublicVideo {
        id: id(number),
        title: format!("Film {number}"),
        description: String::new(),
        category: category.to_owned(),
        required_plan: RequiredPlan::Free,
        duration: Some(60.0),
        poster: None,
        facts: Facts::default(),
        audio_languages: Vec::new(),
        caption_languages: Vec::new(),
        series_id: None,
        season: None,
        episode: None,
        published_at: Some(at(i64::try_from(number).expect("small"))),
    };
    Listed::Video(Arc::new(Entry { video, publish_at: None, views }))
}

fn episode(number: u128, series: u128, episode: u32, views: u64) -> Listed {
    let Listed::Video(entry) = film(number, "Drama", views) else { unreachable!("a film") };
    let video = PublicVideo { series_id: Some(series_id(series)), episode: Some(episode), ..entry.video.clone() };
    Listed::Video(Arc::new(Entry { video, ..(*entry).clone() }))
}

fn series(number: u128) -> Listed {
    Listed::Series(Arc::new(SeriesEntry {
        series: series_id(number),
        title: format!("Series {number}"),
        description: String::new(),
        category: "Drama".to_owned(),
    }))
}

/// Six films in three categories, and a series of three episodes with the most views.
fn catalogue() -> Snapshot {
    Snapshot::build(&[
        film(1, "Drama", 5),
        film(2, "Drama", 4),
        film(3, "Comedy", 3),
        film(4, "comedy", 2),
        film(5, "Noir", 1),
        film(6, "Drama", 0),
        series(100),
        episode(11, 100, 1, 9),
        episode(12, 100, 2, 8),
        episode(13, 100, 3, 20),
    ])
}

fn row(video: u128, progress: f64, completed: bool, second: i64) -> WatchHistory {
    WatchHistory {
        viewer: ViewerKey::first(UserId::from_uuid(Uuid::from_u128(1))),
        video_id: id(video),
        progress,
        completed,
        last_watched_at: at(second),
        cleared_at: None,
        clocks: DeviceClocks::default(),
        version: 1,
    }
}

fn viewing_of(rows: &[WatchHistory], watchlist: &[u128]) -> Viewing {
    let watchlist = watchlist.iter().map(|number| id(*number)).collect();
    Viewing { rows: rows.to_vec(), complete_from: None, watchlist }
}

fn home(viewing: &Viewing) -> Home {
    arrange(&catalogue(), viewing, &HomeLayout::default(), at(1_000).into())
}

fn numbers<'a>(cards: impl IntoIterator<Item = &'a HomeVideo>) -> Vec<u128> {
    cards.into_iter().map(|card| card.video.id.uuid().as_u128()).collect()
}

fn hero(home: &Home) -> Option<(u128, HeroReason)> {
    home.hero.as_ref().map(|hero| (hero.video.video.id.uuid().as_u128(), hero.reason))
}

fn continued(home: &Home) -> Vec<(u128, f64, bool)> {
    let items = home.continue_watching.iter();
    items.map(|item| (item.video.video.id.uuid().as_u128(), item.progress, item.is_up_next)).collect()
}

fn shelves(home: &Home) -> Vec<(&str, Vec<u128>)> {
    let number = |id: &VideoId| {
        assert_eq!(home.videos.iter().filter(|card| card.video.id == *id).count(), 1, "each card is included once");
        id.uuid().as_u128()
    };
    home.shelves.iter().map(|shelf| (shelf.id.as_str(), shelf.video_ids.iter().map(number).collect())).collect()
}

#[test]
fn a_new_viewer_gets_the_most_viewed_title_and_one_card_per_series_for_its_first_episode() {
    let home = home(&Viewing::default());
    assert_eq!(
        hero(&home),
        Some((11, HeroReason::Popular)),
        "the first episode, although the third has the most views"
    );
    let card = &home.hero.as_ref().expect("a hero").video;
    assert_eq!((card.video.title.as_str(), card.video.duration, card.video.episode), ("Series 100", None, Some(1)));
    assert_eq!(card.series.as_ref().map(|series| series.seasons.len()), Some(1));
    assert_eq!((continued(&home), numbers(&home.watchlist)), (vec![], vec![]));
    let expected = [
        ("new", vec![6, 5, 4, 3, 2, 1]),
        ("popular", vec![11, 1, 2, 3, 4, 5, 6]),
        ("category:drama", vec![11, 1, 2, 6]),
        ("category:comedy", vec![3, 4]),
    ];
    assert_eq!(shelves(&home), expected, "no hero on the first shelf, and no shelf for Noir, which has one title");
    assert_eq!(home.shelves[3].category.as_deref(), Some("Comedy"));
}

#[test]
fn the_hero_is_never_a_watched_title() {
    let watched = viewing_of(&[row(12, 1.0, false, 10), row(1, 60.0, true, 20)], &[]);
    assert_eq!(hero(&home(&watched)), Some((2, HeroReason::Popular)));
    let all: Vec<_> = (1..=6).chain([13]).map(|number| row(number, 1.0, false, 10)).collect();
    assert_eq!(hero(&home(&viewing_of(&all, &[]))), None);
    let cleared = WatchHistory { cleared_at: Some(at(10)), ..row(5, 0.0, false, 10) };
    let rest: Vec<_> = all.into_iter().filter(|row| row.video_id != id(5)).chain([cleared]).collect();
    assert_eq!(hero(&home(&viewing_of(&rest, &[]))), Some((5, HeroReason::Popular)), "a title marked as not watched");
}

#[test]
fn a_title_that_an_incomplete_history_may_lack_is_not_the_hero() {
    let viewing = Viewing { complete_from: Some(id(12)), ..Viewing::default() };
    assert_eq!(hero(&home(&viewing)), None, "nor is a series with an episode that the history may lack");
    let viewing = Viewing { complete_from: Some(id(3)), ..Viewing::default() };
    assert_eq!(hero(&home(&viewing)), Some((11, HeroReason::Popular)));
}

#[test]
fn a_featured_title_is_the_hero_unless_it_was_watched_or_is_hidden() {
    let featured = |id: u128, viewing: &Viewing| {
        let layout = HomeLayout { featured_id: Some(TitleId::from_uuid(Uuid::from_u128(id))), shelves: Vec::new() };
        hero(&arrange(&catalogue(), viewing, &layout, at(1_000).into()))
    };
    let new = Viewing::default();
    assert_eq!(featured(5, &new), Some((5, HeroReason::Featured)));
    assert_eq!(featured(100, &new), Some((11, HeroReason::Featured)), "a series");
    assert_eq!(featured(13, &new), Some((11, HeroReason::Featured)), "an episode stands for its series");
    assert_eq!(featured(77, &new), Some((11, HeroReason::Popular)), "the featured id is not visible");
    assert_eq!(
        featured(5, &viewing_of(&[row(5, 9.0, false, 1)], &[])),
        Some((11, HeroReason::Popular)),
        "already watched"
    );
}

#[test]
fn after_a_finished_episode_the_next_unfinished_one_is_offered_once_per_series() {
    let next = |rows: &[WatchHistory]| continued(&home(&viewing_of(rows, &[])));
    assert_eq!(next(&[row(11, 60.0, true, 10)]), [(12, 0.0, true)]);
    assert_eq!(next(&[row(11, 59.0, false, 10)]), [(12, 0.0, true)], "stopped near its end");
    assert_eq!(next(&[row(11, 60.0, true, 10), row(12, 1.0, false, 20)]), [(12, 0.0, true)], "barely started");
    assert_eq!(next(&[row(11, 60.0, true, 10), row(12, 30.0, false, 20)]), [(12, 30.0, false)]);
    assert_eq!(next(&[row(12, 30.0, false, 10), row(11, 60.0, true, 20)]), [(12, 30.0, false)], "begun before");
    assert_eq!(next(&[row(11, 60.0, true, 20), row(12, 60.0, true, 10)]), [(13, 0.0, true)]);
    assert_eq!(next(&[row(13, 60.0, true, 20), row(11, 30.0, false, 10)]), [], "the last one is the most recent");
    assert_eq!(next(&[row(1, 60.0, true, 10)]), [], "nothing follows a film");
    assert_eq!(next(&[row(1, 9.0, false, 10), row(11, 60.0, true, 20), row(2, 9.0, false, 30)]).len(), 3);
}

#[test]
fn the_most_recently_watched_title_comes_first_and_a_series_opens_its_next_episode() {
    let viewing = viewing_of(&[row(1, 9.0, false, 10), row(11, 60.0, true, 20), row(2, 9.0, false, 30)], &[]);
    let home = home(&viewing);
    assert_eq!(continued(&home), [(2, 9.0, false), (12, 0.0, true), (1, 9.0, false)]);
    let item = &home.continue_watching[1].video;
    assert_eq!((item.video.title.as_str(), item.video.duration), ("Film 12", Some(60.0)), "the episode itself");
    assert_eq!(item.series.as_ref().map(|series| series.title.as_str()), Some("Series 100"));
    assert_eq!((home.shelves[1].kind, shelves(&home)[1].1[0]), (ShelfKind::Popular, 12));
    let card = home.videos.iter().find(|card| card.video.id == id(12)).expect("the series");
    assert_eq!(card.video.title, "Series 100");
}

#[test]
fn no_title_appears_twice_above_the_fold() {
    let viewing = viewing_of(&[row(1, 9.0, false, 10), row(12, 60.0, true, 20)], &[2, 13, 1, 3, 77, 3]);
    let home = home(&viewing);
    assert_eq!(continued(&home), [(13, 0.0, true), (1, 9.0, false)]);
    assert_eq!(hero(&home), Some((4, HeroReason::Popular)), "a title that is not on the watchlist is preferred");
    assert_eq!(numbers(&home.watchlist), [2, 3], "titles to continue and hidden titles are left out");
    assert_eq!(shelves(&home)[0], ("new", vec![6, 5]));
    let listed = viewing_of(&[], &[1, 2, 3, 4, 5, 6, 11]);
    let home = arrange(&catalogue(), &listed, &HomeLayout::default(), at(1_000).into());
    assert_eq!(hero(&home), Some((11, HeroReason::Popular)), "all other titles are on the watchlist as well");
    assert_eq!(numbers(&home.watchlist), [1, 2, 3, 4, 5, 6]);
    assert_eq!(shelves(&home), [], "every title is already shown above");
}

#[test]
fn the_operators_shelves_keep_their_order_and_an_unknown_or_small_category_gets_no_shelf() {
    let key = |kind, category: Option<&str>| ShelfKey { kind, category: category.map(str::to_owned) };
    let keys = [
        key(ShelfKind::Category, Some("Noir")),
        key(ShelfKind::Category, Some("COMEDY")),
        key(ShelfKind::Category, Some("Western")),
        key(ShelfKind::Popular, None),
    ];
    let layout = HomeLayout { featured_id: None, shelves: keys.to_vec() };
    let home = arrange(&catalogue(), &Viewing::default(), &layout, at(1_000).into());
    assert_eq!(shelves(&home), [("category:comedy", vec![3, 4]), ("popular", vec![11, 1, 2, 3, 4, 5, 6])]);
}

#[test]
fn an_empty_catalogue_gives_an_empty_screen() {
    let home = arrange(
        &Snapshot::default(),
        &viewing_of(&[row(1, 9.0, false, 1)], &[1]),
        &HomeLayout::default(),
        at(0).into(),
    );
    assert!(home.hero.is_none() && home.shelves.is_empty());
    assert!(home.continue_watching.is_empty() && home.watchlist.is_empty());
}
