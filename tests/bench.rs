//! The output of `make bench`: starts and requests of release builds, how long the main routes take in the platform, and a year of
//! a hundred subscribers.

mod starts;
mod tls;

use serde_json::json;
use std::io::Write;
use std::time::{Duration, Instant};
use support::billing::{CARD, checkout, checkout_url, platform_without_trial};
use support::{Answer, PASSWORD, Platform};

const REQUESTS: usize = 100;
/// The default number; the environment can change it (`make bench SUBSCRIBERS=24`).
const SUBSCRIBERS: usize = 100;

fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

fn summary(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    format!("half in {:.1} ms, 95 % in {:.1} ms", at(50), at(95))
}

/// Makes requests one after the other, and reports how long they took and what they called.
async fn route(platform: &Platform, name: &str, ask: impl AsyncFn() -> Answer) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..REQUESTS {
        let started = Instant::now();
        let answer = ask().await;
        times.push(started.elapsed());
        assert!(answer.status() < 400, "{name}: {answer}");
        last = Some(answer);
    }
    let trips = last.map_or(0, |answer| platform.round_trips(&answer, "dynamodb"));
    say(&format!("{name:<12} {}, {trips} round trips to DynamoDB", summary(times)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make bench"]
async fn routes() {
    let limits = [("LimitAddressRequests", "1000000"), ("LimitUserRequests", "1000000")];
    let platform = Platform::with(&limits).await;
    let admin = platform.admin().await;
    let video = platform.published_video(&admin, json!({ "title": "One" })).await;
    let viewer = platform.register("bench@viewers.test").await;
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD });
    say(&format!("each of {REQUESTS} requests, one after the other:"));
    route(&platform, "sign-in", async || platform.anyone().post("/api/auth/login", credentials.clone()).await).await;
    route(&platform, "play", async || viewer.play(&video).await).await;
    route(&platform, "list", async || platform.anyone().get("/api/videos").await).await;
}

/// Moving the clock: a year of monthly renewals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make bench"]
async fn year() {
    let subscribers = std::env::var("SUBSCRIBERS").ok().and_then(|number| number.parse().ok()).unwrap_or(SUBSCRIBERS);
    let platform = platform_without_trial().await;
    for number in 0..subscribers {
        let viewer = platform.register(&format!("year-{number}@viewers.test")).await;
        platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
        // The limit for unauthenticated requests is per address, and all of these come from one.
        platform.advance(60).await;
    }
    let newest = |platform: &Platform| {
        let newest = platform.running().deliveries().into_iter().next().expect("webhooks");
        newest.id.trim_start_matches("whd_").parse::<u64>().expect("a number")
    };
    let before = newest(&platform);
    let started = Instant::now();
    platform.advance(365 * 86_400).await;
    let seconds = started.elapsed().as_secs_f64();
    let webhooks = newest(&platform) - before;
    say(&format!("a year of {subscribers} subscribers: {seconds:.1} s, {webhooks} webhooks"));
}
