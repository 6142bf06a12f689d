//! The cost of requests. DynamoDB bills on-demand tables by read and write units, and most requests are heartbeats.

use crate::play_video::video_of;
use serde_json::{Value, json};
use standin::calls::Units;
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

/// The budget of a heartbeat.
const HEARTBEAT: Units = Units { read: 3.0, write: 3.0 };

struct Player<'a> {
    platform: &'a Platform,
    viewer: Viewer,
    video: String,
    playback: Value,
}

impl<'a> Player<'a> {
    async fn start(platform: &'a Platform, email: &str, video: &str) -> Self {
        let viewer = platform.sign_in(email, DEMO_PASSWORD).await;
        let grant = viewer.play(video).await;
        assert_eq!(grant.status(), 200, "{grant}");
        let playback = grant.data()["playback_session_id"].clone();
        Self { platform, viewer, video: video.to_owned(), playback }
    }

    /// Advances the clock by a heartbeat and sends it.
    async fn beat(&self, progress: f64) -> Answer {
        self.platform.advance(10).await;
        self.report(progress).await
    }

    async fn report(&self, progress: f64) -> Answer {
        let now = self.platform.running().now().to_string();
        let body =
            json!({ "progress": progress, "duration": 30.0, "client_time": now, "playback_session_id": self.playback });
        self.viewer.put(&format!("/api/videos/{}/progress", self.video), body).await
    }
}

/// Asserts that a request stays within a budget and within two round trips.
fn within(platform: &Platform, answer: &Answer, budget: Units, what: &str) {
    let units = platform.units(answer);
    let calls = platform.calls(answer);
    assert!(units.read > 0.0 && units.write > 0.0, "{what}: nothing was measured: {calls:?}");
    assert!(units.read <= budget.read && units.write <= budget.write, "{what}: {units:?}, {calls:?}");
    assert!(platform.round_trips(answer, "dynamodb") <= 2, "{what}: {calls:?}");
}

#[tokio::test]
async fn a_steady_heartbeat_costs_at_most_three_read_and_three_write_units() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let player = Player::start(&platform, "basic@marquee.test", &video).await;
    let first = player.beat(3.0).await;
    within(&platform, &first, Units { write: 5.0, ..HEARTBEAT }, "the first heartbeat");
    for progress in [4.0, 5.0, 6.0, 7.0, 8.0, 9.0] {
        let beat = player.beat(progress).await;
        assert_eq!((beat.status(), &beat.data()["progress"]), (200, &json!(progress)), "{beat}");
        within(&platform, &beat, HEARTBEAT, "a steady heartbeat");
    }
}

#[tokio::test]
async fn heartbeats_that_write_the_history_row_also_pay_for_its_index() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let player = Player::start(&platform, "basic@marquee.test", &video).await;
    let first = player.beat(0.5).await;
    within(&platform, &first, Units { write: 5.0, ..HEARTBEAT }, "a first heartbeat below what can be continued");
    player.beat(3.0).await;
    platform.advance(3).await;
    let paused = player.report(4.0).await;
    within(&platform, &paused, Units { write: 6.0, ..HEARTBEAT }, "a pause");
    let last = player.beat(29.0).await;
    assert_eq!(last.data()["completed"], true, "{last}");
    within(&platform, &last, Units { write: 6.0, ..HEARTBEAT }, "the heartbeat that completes");
    let credits = player.beat(29.5).await;
    within(&platform, &credits, HEARTBEAT, "a heartbeat during the credits");
}

#[tokio::test]
async fn a_heartbeat_after_a_stop_has_its_own_budget() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let player = Player::start(&platform, "basic@marquee.test", &video).await;
    player.beat(3.0).await;
    let id = player.playback.as_str().expect("an id");
    assert_eq!(player.viewer.delete(&format!("/api/playback/{id}")).await.status(), 200);

    let refused = player.beat(4.0).await;

    assert_eq!(refused.code(), "STREAM_STOPPED", "{refused}");
    let units = platform.units(&refused);
    assert!(units.read <= 5.0 && units.write <= 4.0, "{units:?}: {:?}", platform.calls(&refused));
}

#[tokio::test]
async fn four_streams_of_one_account_fit_into_one_write_unit() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "premium").await;
    let mut players = Vec::new();
    for _ in 0..4 {
        players.push(Player::start(&platform, "premium@marquee.test", &video).await);
        platform.advance(1).await;
    }
    for progress in [3.0, 4.0, 5.0] {
        for (place, player) in players.iter().enumerate() {
            let beat = player.report(progress + f64::from(u8::try_from(place).expect("four")) / 10.0).await;
            assert_eq!(beat.status(), 200, "{beat}");
            if progress > 4.0 {
                // Later streams also read how many streams the plan allows.
                let read = if place == 0 { 3.0 } else { 3.5 };
                within(&platform, &beat, Units { read, ..HEARTBEAT }, "one of four streams");
            }
        }
        platform.advance(10).await;
    }
}

#[tokio::test]
async fn the_other_busy_routes_cost_what_the_docs_say() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    // The first playback of an episode on an instance also loads the catalogue.
    assert_eq!(platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await.play(&video).await.status(), 200);
    let play = viewer.play(&video).await;
    within(&platform, &play, Units { read: 7.0, write: 8.0 }, "play-video");
    let get = viewer.get(&format!("/api/videos/{video}")).await;
    within(&platform, &get, Units { read: 7.5, write: 1.0 }, "get-video");
    let me = viewer.get("/api/auth/me").await;
    within(&platform, &me, Units { read: 2.0, write: 1.0 }, "get-me");
    let list = platform.anyone().get("/api/videos").await;
    within(&platform, &list, Units { read: 1.0, write: 1.0 }, "list-videos");
}
