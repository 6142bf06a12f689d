//! Kids profiles: what they may call, and which titles they see.

use crate::access::{ask, routes};
use crate::add_watchlist::{add, listed};
use crate::list_history::history;
use crate::list_profiles::{added, path, profiles};
use crate::select_profile::selected;
use crate::update_progress::{continued, report};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{PASSWORD, Platform, Viewer};

/// Every function with sign-in that kids profiles may call. All others are refused.
const ALLOWED: [&str; 20] = [
    "add-watchlist",
    "clear-watched",
    "continue-watching",
    "delete-history",
    "get-home",
    "get-me",
    "get-preferences",
    "get-subscription",
    "get-video",
    "list-history",
    "list-profiles",
    "list-watchlist",
    "logout",
    "play-video",
    "refresh-token",
    "remove-watchlist",
    "select-profile",
    "set-preferences",
    "set-watched",
    "update-progress",
];

/// An account, and the viewer of its kids profile with a limit.
async fn household(platform: &Platform, age_limit: u32) -> (Viewer, Viewer) {
    let viewer = platform.register("ada@viewers.test").await;
    let kids = added(&viewer, json!({ "name": "Kids", "age_limit": age_limit })).await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    (viewer, selected(&other, &kids).await)
}

/// Published free films with these ratings.
async fn films<const COUNT: usize>(platform: &Platform, ratings: [Value; COUNT]) -> [String; COUNT] {
    let admin = platform.admin().await;
    let mut ids = Vec::new();
    for rating in ratings {
        let film = json!({ "title": format!("Rated {rating}"), "age_rating": rating });
        ids.push(platform.published_video(&admin, film).await);
    }
    ids.try_into().expect("one for each")
}

fn ids(list: &Value, id: &str) -> BTreeSet<String> {
    let all = list.as_array().unwrap_or_else(|| panic!("a list: {list}"));
    all.iter().map(|item| item.pointer(id).and_then(Value::as_str).expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_kids_profile_may_call_only_the_endpoints_for_watching() {
    let platform = Platform::bare().await;
    let (_, kids) = household(&platform, 6).await;
    let (mut refused, mut admitted) = (0, 0);
    for (name, method, path, access) in routes(&platform) {
        // These end the session or exchange its token.
        if !access.is_signed_in() || ["logout", "refresh-token"].contains(&name.as_str()) {
            continue;
        }
        let answer = ask(&kids, &method, &path, &json!({ "nonsense": 1 })).await;
        if ALLOWED.contains(&name.as_str()) {
            assert_ne!(answer.status(), 403, "{name} {path}: {answer}");
            admitted += 1;
        } else {
            assert_eq!((answer.status(), answer.code()), (403, "FORBIDDEN"), "{name} {path}: {answer}");
            let message = &answer.json()["error"]["message"];
            assert_eq!(message, "This is not available in a kids profile.", "{name}");
            refused += 1;
        }
    }
    assert!(refused >= 40 && admitted >= 18, "{refused} refused, {admitted} admitted");
}

#[tokio::test]
async fn a_kids_profile_of_an_operator_has_no_operator_rights() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let profile = added(&admin, json!({ "name": "Kids", "age_limit": 6 })).await;
    let kids = selected(&admin, &profile).await;
    let refused = kids.get("/api/admin/members").await;
    assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
    assert_eq!(admin.get("/api/admin/members").await.status(), 200);
}

#[tokio::test]
async fn a_kids_profile_cannot_change_profiles_but_can_select_another_one_with_its_pin() {
    let platform = Platform::bare().await;
    let (viewer, kids) = household(&platform, 6).await;
    let before = profiles(&viewer).await;
    let own = &before[1];
    assert_eq!(kids.post("/api/profiles", json!({ "name": "Grown-up" })).await.status(), 403);
    let wider = json!({ "age_limit": null, "password": PASSWORD });
    assert_eq!(kids.patch(&path(own), wider).await.status(), 403);
    assert_eq!(kids.delete(&path(own)).await.status(), 403);
    assert_eq!(profiles(&viewer).await, before);
    viewer.patch(&path(&before[0]), json!({ "pin": "4711", "password": PASSWORD })).await;
    let select = format!("{}/select", path(&before[0]));
    assert_eq!(kids.post(&select, json!({})).await.code(), "INVALID_CREDENTIALS");
    assert_eq!(kids.post(&select, json!({ "pin": "4711" })).await.status(), 200);
}

#[tokio::test]
async fn a_title_above_the_limit_or_without_a_known_rating_is_not_played() {
    let platform = Platform::bare().await;
    let [allowed, at_limit, above, unknown, unrated] =
        films(&platform, [json!("U"), json!("FSK 12"), json!("16"), json!("to be rated"), Value::Null]).await;
    let (viewer, kids) = household(&platform, 12).await;
    for film in [&above, &unknown, &unrated] {
        let shown = kids.get(&format!("/api/videos/{film}")).await;
        assert_eq!(shown.data()["access"], json!({ "allowed": false, "code": "FORBIDDEN" }), "{shown}");

        let refused = kids.play(film).await;

        assert_eq!((refused.status(), refused.code()), (403, "FORBIDDEN"), "{refused}");
        let message = "This profile may only watch titles rated for ages up to 12.";
        assert_eq!(refused.json()["error"]["message"], message);
        assert!(!refused.text().contains(".m3u8"), "{refused}");
        assert_eq!(viewer.get("/api/playback").await.data(), &json!([]), "no stream was taken");
    }
    for film in [&allowed, &at_limit] {
        let shown = kids.get(&format!("/api/videos/{film}")).await;
        assert_eq!(shown.data()["access"], json!({ "allowed": true, "code": null }), "{shown}");
        assert_eq!(kids.play(film).await.status(), 200);
    }
    platform.advance(31).await;
    assert_eq!(viewer.play(&above).await.status(), 200, "other profiles play everything");
}

#[tokio::test]
async fn lists_leave_out_titles_above_the_limit_that_were_watched_before() {
    let platform = Platform::bare().await;
    let [allowed, above] = films(&platform, [json!("6"), json!("12")]).await;
    let (_, kids) = household(&platform, 6).await;
    for film in [&allowed, &above] {
        report(&kids, film, json!({ "progress": 30.0 })).await;
        add(&kids, film).await;
    }
    assert_eq!(history(&kids, 10).await, [(allowed.clone(), 30.0, false)]);
    assert_eq!(continued(&kids).await, [(json!(allowed), json!(30.0))]);
    assert_eq!(listed(&kids).await, [allowed]);
}

#[tokio::test]
async fn the_home_screen_of_a_kids_profile_has_only_titles_that_it_may_watch() {
    let platform = Platform::bare().await;
    let [one, two, above, unrated] = films(&platform, [json!("0"), json!("6"), json!("12"), Value::Null]).await;
    let admin = platform.sign_in("an-admin@marquee.test", PASSWORD).await;
    admin.put("/api/admin/home", json!({ "featured_id": above, "shelves": [] })).await;
    let (viewer, kids) = household(&platform, 6).await;
    report(&kids, &above, json!({ "progress": 30.0 })).await;
    add(&kids, &unrated).await;

    let home = kids.get("/api/home").await;

    let data = home.data();
    assert!([json!(one), json!(two)].contains(&data["hero"]["video"]["id"]), "{home}");
    assert_eq!((&data["continue_watching"], &data["watchlist"]), (&json!([]), &json!([])), "{home}");
    assert_eq!(ids(&data["videos"], "/id"), BTreeSet::from([one, two]), "{home}");
    assert!(!home.text().contains(&above) && !home.text().contains(&unrated), "{home}");
    assert_eq!(
        viewer.get("/api/home").await.data()["hero"]["video"]["id"],
        json!(above),
        "for the others it is as ever"
    );
}

#[tokio::test]
async fn the_next_episode_is_left_out_if_a_kids_profile_may_not_watch_it() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "A series").await;
    let mut episodes = Vec::new();
    for (number, rating) in [(1, "6"), (2, "16"), (3, "0")] {
        let episode = json!({ "series_id": series, "season": 1, "episode": number, "age_rating": rating });
        episodes.push(platform.published_video(&admin, episode).await);
    }
    let (viewer, kids) = household(&platform, 6).await;
    assert_eq!(kids.play(&episodes[0]).await.data()["next_video"]["id"], json!(episodes[2]));
    platform.advance(31).await;
    assert_eq!(viewer.play(&episodes[0]).await.data()["next_video"]["id"], json!(episodes[1]));
}

#[tokio::test]
async fn public_lists_show_everything_unless_an_app_asks_for_an_age() {
    let platform = Platform::bare().await;
    let [young, old, unrated] = films(&platform, [json!("G"), json!("R"), Value::Null]).await;
    let admin = platform.sign_in("an-admin@marquee.test", PASSWORD).await;
    let series = platform.new_series(&admin, "For grown-ups").await;
    let episode = json!({ "series_id": series, "season": 1, "episode": 1, "age_rating": "18", "category": "Thriller" });
    let episode = platform.published_video(&admin, episode).await;
    let anyone = platform.anyone();
    let of = async |path: &str| ids(anyone.get(path).await.data(), "/id");
    let all = BTreeSet::from([young.clone(), old.clone(), unrated, episode.clone()]);

    assert_eq!(of("/api/videos").await, all);
    assert_eq!(of("/api/videos?max_age=16").await, BTreeSet::from([young.clone()]));
    assert_eq!(of("/api/videos?max_age=17").await, BTreeSet::from([young.clone(), old]));
    assert_eq!(of("/api/videos?q=rated&max_age=0").await, BTreeSet::from([young.clone()]));
    assert_eq!(of("/api/series").await, BTreeSet::from([series.clone()]));
    assert_eq!(of("/api/series?max_age=17").await, BTreeSet::new());
    assert_eq!(of(&format!("/api/series/{series}/episodes")).await, BTreeSet::from([episode]));
    assert_eq!(of(&format!("/api/series/{series}/episodes?max_age=17")).await, BTreeSet::new());
    assert_eq!(of(&format!("/api/titles/{young}/related")).await.len(), 2);
    assert_eq!(of(&format!("/api/titles/{young}/related?max_age=16")).await, BTreeSet::new());
    assert_eq!(anyone.get("/api/categories").await.data().as_array().map(Vec::len), Some(2));
    let categories = anyone.get("/api/categories?max_age=16").await;
    assert_eq!((&categories.data()[0]["category"], &categories.data()[0]["count"]), (&json!("Drama"), &json!(1)));
    for list in ["videos", "series", "categories"] {
        for wrong in ["18", "-1", "x"] {
            let refused = anyone.get(&format!("/api/{list}?max_age={wrong}")).await;
            assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{list}: {refused}");
        }
    }
    let page = anyone.get("/api/videos?limit=1&max_age=17").await;
    let cursor = page.next_cursor().expect("a second page");
    let refused = anyone.get(&format!("/api/videos?limit=1&max_age=16&cursor={cursor}")).await;
    assert_eq!(refused.code(), "INVALID_CURSOR", "{refused}");
}

#[tokio::test]
async fn a_kids_profile_does_not_see_what_others_watch() {
    let platform = Platform::bare().await;
    let (viewer, kids) = household(&platform, 6).await;
    let [adults, childrens] = films(&platform, [json!("18"), json!("0")]).await;
    assert_eq!(viewer.get(&format!("/api/videos/{adults}/play")).await.status(), 200);

    let refused = kids.get(&format!("/api/videos/{childrens}/play")).await;

    assert_eq!((refused.status(), refused.code()), (409, "STREAM_LIMIT_REACHED"), "{refused}");
    assert!(!refused.to_string().contains("Rated"), "{refused}");
    assert_eq!(kids.get("/api/playback").await.code(), "FORBIDDEN");
    assert_eq!(viewer.get("/api/playback").await.data().as_array().map(Vec::len), Some(1), "it still plays");
}
