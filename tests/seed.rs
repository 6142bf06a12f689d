//! The content of a new platform: three months of members, played on the timeline before the first request.

use local::platform::Options;
use local::start::Seed;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{DEMO_PASSWORD, Platform, Viewer};

/// The number of days in the history.
const DAYS: i64 = 91;

async fn full() -> (Platform, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!("marquee-seed-{}", std::process::id()));
    let options = Options { data_dir: Some(folder.clone()), seed: Seed::Full, ..support::options() };
    (Platform::of_options(options).await, folder)
}

async fn admin(platform: &Platform) -> Viewer {
    platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await
}

/// All pages of an operator's list.
async fn all(admin: &Viewer, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = admin.get(&format!("{path}?limit=100{cursor}")).await;
        assert_eq!(answer.status(), 200, "{answer}");
        items.extend(answer.data().as_array().expect("a list").clone());
        match answer.json()["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_platform_has_three_months_of_members_and_keeps_them() {
    let (platform, folder) = full().await;
    let operator = admin(&platform).await;
    let clock = platform.console().get("/clock").await;
    assert_eq!(clock.json()["offset_seconds"], 0, "it shows real time: {clock}");

    the_figures_are_of_a_business(&platform, &operator).await;
    the_members_are_of_every_kind(&operator).await;
    the_billing_is_what_stripe_says(&platform, &operator).await;
    the_demo_accounts_are_as_the_walk_through_has_them(&platform).await;
    let members = all(&operator, "/api/admin/members").await;
    let delivered = platform.running().deliveries().len();
    platform.stop().await;

    let options = Options { data_dir: Some(folder.clone()), seed: Seed::Full, ..support::options() };
    let again = Platform::of_options(options).await;
    let operator = admin(&again).await;
    assert_eq!(all(&operator, "/api/admin/members").await, members, "nothing is seeded twice");
    assert_eq!(again.running().deliveries().len(), delivered);
    again.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

async fn the_figures_are_of_a_business(platform: &Platform, operator: &Viewer) {
    let seen = crate::get_metrics::figures(platform, operator, DAYS).await;
    let days = seen["days"].as_array().expect("days");
    let some = |field: &str| days.iter().filter(|day| day[field].as_f64() > Some(0.0)).count();
    assert!(some("mrr") > 80, "{} days with revenue", some("mrr"));
    assert!(some("views") > 60, "{} days with views", some("views"));
    // A view that starts just before midnight is watched on the next day.
    let apart = some("views").abs_diff(some("hours_watched"));
    assert!(apart <= 2, "{} days with views, {} with hours", some("views"), some("hours_watched"));
    assert!(some("new") > 20, "{} days with somebody new", some("new"));
    let totals = &seen["totals"];
    let between = |field: &str, low: f64, high: f64| {
        let value = totals[field].as_f64().unwrap_or(f64::NAN);
        assert!(low < value && value < high, "{field}: {totals}");
    };
    between("payment_success", 0.8, 1.0);
    between("completion_rate", 0.4, 0.9);
    let month = |basic: u64, premium: u64| 799 * basic + 1_299 * premium;
    // Plus twelfths of a year, rounded half up.
    assert_eq!(totals["mrr"], month(10, 10) + 4 * 666 + 1_083, "{totals}");
    assert_eq!((totals["churned_failed_payment"].as_u64(), totals["churned_voluntary"].as_u64()), (Some(1), Some(3)));

    // The days were counted as they passed, so counting them again changes nothing.
    let done = platform.running().run_job("count-metrics", json!({ "from": days[0]["date"] })).await;
    assert_eq!(done.expect("it runs")["changed"], 0);
}

async fn the_members_are_of_every_kind(operator: &Viewer) {
    let members = all(operator, "/api/admin/members").await;
    assert_eq!(members.len(), 34);
    assert!(members.iter().all(|one| one["email"].as_str().is_some_and(|email| email.ends_with("@marquee.test"))));
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    for member in &members {
        *by_status.entry(member["status"].as_str().unwrap_or_default()).or_default() += 1;
    }
    assert_eq!(by_status, BTreeMap::from([("active", 24), ("canceled", 4), ("none", 5), ("past_due", 1)]));
    assert_eq!(members.iter().filter(|one| one["complimentary_plan"] == "premium").count(), 2);
    let audit_entries = all(operator, "/api/admin/audit").await;
    let count_action =
        |action: &str| audit_entries.iter().filter(|audit_entry| audit_entry["action"] == action).count();
    assert_eq!((count_action("payment.refund"), count_action("member.comp")), (2, 2), "{audit_entries:?}");
}

async fn the_billing_is_what_stripe_says(platform: &Platform, operator: &Viewer) {
    let done = platform.running().run_job("reconcile-nightly", json!({ "scope": "everybody" })).await;
    let done = done.expect("it runs");
    assert_eq!(done["drift"], json!([]), "{done}");
    assert!(done["checked"].as_u64() >= Some(29), "{done}");
    let events = all(operator, "/api/admin/billing/events").await;
    assert!(events.len() > 100 && events.iter().all(|event| event["state"] == "applied"), "{} events", events.len());
}

async fn the_demo_accounts_are_as_the_walk_through_has_them(platform: &Platform) {
    let now = platform.running().now().to_string();
    for (name, plan, to_continue) in
        [("basic", json!("basic"), 2), ("premium", json!("premium"), 2), ("viewer", Value::Null, 1)]
    {
        let viewer = platform.sign_in(&format!("{name}@marquee.test"), DEMO_PASSWORD).await;
        let subscription = viewer.get("/api/subscription").await.data().clone();
        assert_eq!((&subscription["plan_type"], &subscription["access"]["allowed"]), (&plan, &json!(plan.is_string())));
        if plan.is_string() {
            assert!(subscription["current_period_end"].as_str() > Some(&now), "{subscription}");
            let invoices = viewer.get("/api/subscription/invoices").await.data().as_array().map_or(0, Vec::len);
            assert!(invoices >= 2, "{name} has {invoices} invoices");
        }
        let left = viewer.get("/api/continue-watching").await.data().as_array().map_or(0, Vec::len);
        assert!(left >= to_continue, "{name} has {left} films to continue");
        let listed = viewer.get("/api/watchlist").await.data().as_array().map_or(0, Vec::len);
        assert!(listed >= 2, "{name} has {listed} films on their watchlist");
        let watched = viewer.get("/api/history").await.data().as_array().map_or(0, Vec::len);
        assert!(watched > to_continue, "{name} has watched {watched} films");
        let home = viewer.get("/api/home").await;
        assert!(home.data()["watchlist"].as_array().is_some_and(|list| !list.is_empty()), "{home}");
        assert!(home.data()["shelves"].as_array().is_some_and(|shelves| shelves.len() >= 4), "{home}");
        assert_eq!(viewer.get("/api/playback").await.data(), &json!([]), "all streams are free");
    }
}

/// The text of a playlist, and the URLs in it.
async fn playlist(platform: &Platform, url: &str) -> (String, Vec<String>) {
    let text = platform.client().get(url).send().await.expect("an answer").text().await.expect("text");
    let lines = text.lines().filter(|line| line.starts_with("http")).map(str::to_owned).collect();
    (text, lines)
}

#[tokio::test]
async fn every_segment_of_a_film_has_its_own_sound_so_the_first_one_shows_a_picture() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let films = viewer.get("/api/videos?q=Deep%20Quiet").await;
    let played = viewer.play(films.data()[0]["id"].as_str().expect("an id")).await;
    let (master, renditions) = playlist(&platform, played.data()["playback_url"].as_str().expect("a URL")).await;
    assert!(!master.contains("TYPE=AUDIO") && !renditions.is_empty(), "the sound is part of the renditions: {master}");
    let (text, segments) = playlist(&platform, &renditions[0]).await;
    assert!(segments.len() >= 10, "{text}");
    for (number, segment) in segments.iter().enumerate() {
        let answer = platform.client().get(segment).send().await.expect("an answer");
        let bytes = answer.bytes().await.expect("a body");
        // One box for each track with samples in the segment.
        let tracks = bytes.windows(4).filter(|name| name == b"traf").count();
        assert_eq!(tracks, 2, "segment {number} has {tracks} tracks");
    }
}
