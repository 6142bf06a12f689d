//! `play-video`: who may play, how many streams at once, and what a grant contains.

use futures::future::join_all;
use serde_json::{Value, json};
use standin::calls::Call;
use support::{DEMO_PASSWORD, Platform, Viewer};

/// A published video of the seed that requires a plan.
pub(crate) async fn video_of(platform: &Platform, required_plan: &str) -> String {
    let answer = platform.anyone().get(&format!("/api/videos?required_plan={required_plan}&limit=1")).await;
    answer.data()[0]["id"].as_str().unwrap_or_else(|| panic!("a {required_plan} video: {answer}")).to_owned()
}

/// A second device of a seeded account.
async fn device(platform: &Platform, email: &str, name: &str) -> Viewer {
    let body = json!({ "email": email, "password": DEMO_PASSWORD, "device_name": name });
    let answer = platform.anyone().post("/api/auth/login", body).await;
    platform.anyone().with_token(email, answer.data()["token"].as_str().expect("a token").to_owned())
}

/// The number of views in a video's counters.
async fn views(platform: &Platform, video: &str) -> i64 {
    let scan = json!({ "TableName": platform.setting("play-video", "STREAMS_TABLE") });
    let rows = platform.aws("DynamoDB_20120810.Scan", scan).await["Items"].clone();
    let of_video = |row: &&Value| row["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(&format!("VIEWS#{video}#")));
    let count = |row: &Value| row["views"]["N"].as_str().expect("a number").parse::<i64>().expect("a number");
    rows.as_array().expect("rows").iter().filter(of_video).map(count).sum()
}

#[tokio::test]
async fn a_plan_gives_access_to_what_it_covers_and_nothing_above() {
    let platform = Platform::start().await;
    let videos =
        [video_of(&platform, "free").await, video_of(&platform, "basic").await, video_of(&platform, "premium").await];
    let cases = [
        ("viewer@marquee.test", ["", "SUBSCRIPTION_REQUIRED", "SUBSCRIPTION_REQUIRED"]),
        ("basic@marquee.test", ["", "", "PLAN_UPGRADE_REQUIRED"]),
        ("premium@marquee.test", ["", "", ""]),
        ("admin@marquee.test", ["", "", ""]),
    ];
    for (email, codes) in cases {
        let viewer = platform.sign_in(email, DEMO_PASSWORD).await;
        for (video, code) in videos.iter().zip(codes) {
            let answer = viewer.play(video).await;
            assert_eq!(answer.code(), code, "{email}: {answer}");
            assert_eq!(answer.status(), if code.is_empty() { 200 } else { 403 }, "{email}");
            assert_eq!(answer.text().contains(".m3u8"), code.is_empty(), "{email}: no stream without access");
        }
    }
    for video in &videos {
        assert_eq!(platform.anyone().play(video).await.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn starting_takes_two_round_trips_with_consistent_reads_and_counts_one_view() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let before = views(&platform, &video).await;
    let answer = viewer.play(&video).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(views(&platform, &video).await, before + 1);
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 2, "{:?}", platform.calls(&answer));
    let calls = platform.calls(&answer);
    // An episode also reads the catalogue, while it takes the stream.
    let is_batch = |call: &&Call| call.operation == "BatchGetItem" && call.tables.len() > 1;
    let batch: Vec<&Call> = calls.iter().filter(is_batch).collect();
    assert_eq!(batch.len(), 1);
    assert_eq!(batch[0].consistent, Some(true), "sessions, subscriptions and leases are read consistently");
    for table in ["sessions", "subscriptions", "streams", "users"] {
        assert!(batch[0].tables.iter().any(|name| name.contains(table)), "{table} in {:?}", batch[0].tables);
    }
    assert_eq!(calls.iter().filter(|call| call.operation == "TransactWriteItems").count(), 1);
    assert_eq!(calls.iter().filter(|call| call.service == "mux" || call.service == "stripe").count(), 0);
}

#[tokio::test]
async fn an_episode_names_the_next_visible_one_and_a_film_names_none() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let place = |season: u32, episode: u32| json!({ "series_id": series, "season": season, "episode": episode });
    let first = platform.published_video(&admin, place(1, 1)).await;
    platform.ready_video(&admin, place(1, 2)).await;
    let third = platform.published_video(&admin, place(1, 3)).await;
    let mut finale = place(2, 1);
    finale["required_plan"] = json!("premium");
    let finale = platform.published_video(&admin, finale).await;
    let film = platform.published_video(&admin, json!({})).await;
    let viewer = platform.register("a@viewers.test").await;

    for (video, next) in [(&first, Some(&third)), (&third, Some(&finale)), (&film, None)] {
        let grant = viewer.play(video).await;
        assert_eq!(grant.status(), 200, "{grant}");
        assert_eq!(
            grant.data().get("next_video").map(|video| video["id"].clone()),
            next.map(|id| json!(id)),
            "{grant}"
        );
        assert_eq!(grant.text().matches(".m3u8").count(), 1, "the next one does not play yet: {grant}");
        let session = grant.data()["playback_session_id"].as_str().expect("an id");
        let renewed = viewer.get(&format!("/api/videos/{video}/play?playback_session_id={session}")).await;
        assert_eq!(renewed.data().get("next_video"), grant.data().get("next_video"), "{renewed}");
        assert!(platform.round_trips(&renewed, "dynamodb") <= 2, "{:?}", platform.calls(&renewed));
    }
    assert!(admin.play(&finale).await.data().get("next_video").is_none());
}

#[tokio::test]
async fn an_episode_plays_while_the_catalogue_cannot_be_read() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Harbour Nine").await;
    let place = |episode: u32| json!({ "series_id": series, "season": 1, "episode": episode });
    let first = platform.published_video(&admin, place(1)).await;
    platform.published_video(&admin, place(2)).await;
    let viewer = platform.register("a@viewers.test").await;
    // The version is read with the session; its chunks are read by a second batch, of the catalogue alone.
    platform.fault(json!({
        "target": "dynamodb", "operation": "BatchGetItem", "kind": "error", "skip": 1, "count": 5,
    }));

    let grant = viewer.play(&first).await;

    assert_eq!(grant.status(), 200, "{grant}");
    assert!(grant.data()["playback_url"].is_string() && grant.data().get("next_video").is_none(), "{grant}");
}

#[tokio::test]
async fn a_grant_has_everything_a_player_needs_and_its_stream_plays() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let answer = viewer.play(&video_of(&platform, "premium").await).await;
    let grant = answer.data();

    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "a response with a token is never compressed");
    assert_eq!(grant["heartbeat_seconds"], 10);
    assert_eq!(grant["resume_position"], 0.0);
    for field in ["token", "expires_at", "refresh_after", "playback_session_id"] {
        assert!(grant[field].is_string(), "{field}: {grant}");
    }
    for (field, start) in [("playback_url", "#EXTM3U"), ("storyboard_url", "WEBVTT")] {
        let url = grant[field].as_str().expect("a URL");
        let body = platform.client().get(url).send().await.expect("an answer").text().await.expect("text");
        assert!(body.starts_with(start), "{field}: {body}");
        let stripped = url.split('?').next().expect("a URL");
        let refused = platform.client().get(stripped).send().await.expect("an answer").status();
        assert_eq!(refused, 403, "{field} without its token");
    }
    let still = platform.client().get(grant["thumbnail_url"].as_str().expect("a URL")).send().await.expect("an answer");
    assert_eq!(still.status(), 200);
}

#[tokio::test]
async fn a_second_stream_of_a_basic_plan_is_refused_until_the_first_is_stopped_or_expires() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let phone = device(&platform, "basic@marquee.test", "Phone").await;
    let television = device(&platform, "basic@marquee.test", "Television").await;
    assert_eq!(phone.play(&video).await.status(), 200);

    let refused = television.play(&video).await;
    assert_eq!((refused.status(), refused.code()), (409, "STREAM_LIMIT_REACHED"), "{refused}");
    let busy = &refused.details()[0];
    assert_eq!(busy["device_name"], "Phone");
    for field in ["playback_session_id", "video_title", "started_at"] {
        assert!(busy[field].is_string(), "{field}: {busy}");
    }
    assert_eq!(phone.play(&video).await.status(), 200, "a sign-in session replaces its own stream");

    platform.advance(29).await;
    assert_eq!(television.play(&video).await.code(), "STREAM_LIMIT_REACHED", "29 s after the last heartbeat");
    platform.advance(2).await;
    assert_eq!(television.play(&video).await.status(), 200, "31 s after it");
}

#[tokio::test]
async fn four_streams_of_a_premium_plan_play_at_once_and_a_fifth_does_not() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "premium").await;
    let mut devices = Vec::new();
    for number in 0..5 {
        devices.push(device(&platform, "premium@marquee.test", &format!("Device {number}")).await);
    }
    let answers = futures_of(&devices, &video).await;

    let granted = answers.iter().filter(|code| code.is_empty()).count();
    assert_eq!(granted, 4, "{answers:?}");
    assert_eq!(answers.iter().filter(|code| *code == "STREAM_LIMIT_REACHED").count(), 1, "{answers:?}");
    assert_eq!(devices[0].get("/api/playback").await.data().as_array().map(Vec::len), Some(4));
}

/// All devices concurrently.
async fn futures_of(devices: &[Viewer], video: &str) -> Vec<String> {
    join_all(devices.iter().map(async |device| device.play(video).await.code().to_owned())).await
}

#[tokio::test]
async fn renewing_a_grant_keeps_the_stream_and_counts_no_second_view() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let first = viewer.play(&video).await;
    let id = first.data()["playback_session_id"].as_str().expect("an id").to_owned();
    let counted = views(&platform, &video).await;

    let again = viewer.get(&format!("/api/videos/{video}/play?playback_session_id={id}")).await;

    assert_eq!(again.status(), 200, "{again}");
    assert_eq!(again.data()["playback_session_id"], id.as_str());
    assert_eq!(views(&platform, &video).await, counted, "no view is counted");
    let other = viewer.get(&format!("/api/videos/{video}/play?playback_session_id=nonsense")).await;
    assert_eq!(other.code(), "VALIDATION_ERROR");
}

#[tokio::test]
async fn unknown_unpublished_and_malformed_ids_are_not_found() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "premium").await;
    assert_eq!(admin.patch(&format!("/api/admin/videos/{video}"), json!({ "published": false })).await.status(), 200);

    for id in [video.as_str(), "01890000-0000-7000-8000-000000000000", "x", "%2e%2e", &video.to_uppercase()] {
        let answer = viewer.play(id).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{id}: {answer}");
    }
    assert_eq!(admin.play(&video).await.status(), 200, "an admin can play every ready video");
}

#[tokio::test]
async fn a_store_that_is_down_slow_or_partial_gives_503_and_uses_no_stream() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    for (operation, kind) in [
        ("BatchGetItem", "unprocessed"),
        ("BatchGetItem", "throttle"),
        ("BatchGetItem", "hang"),
        ("TransactWriteItems", "error"),
        ("TransactWriteItems", "conflict"),
    ] {
        platform.fault(json!({ "target": "dynamodb", "operation": operation, "kind": kind, "count": 100 }));
        let started = std::time::Instant::now();
        let answer = viewer.play(&video).await;
        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{operation} {kind}: {answer}");
        assert!(!answer.header("retry-after").is_empty(), "{operation} {kind}");
        assert!(started.elapsed().as_secs() < 9, "{operation} {kind} is within the deadline");
        platform.console().delete("/faults").await;
        assert_eq!(viewer.get("/api/playback").await.data(), &Value::Array(vec![]), "{operation} {kind}");
    }
    assert_eq!(viewer.play(&video).await.status(), 200);
}

#[tokio::test]
async fn fifty_concurrent_plays_are_all_answered_and_never_exceed_the_plan() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    for (email, limit) in [("premium@marquee.test", 4), ("basic@marquee.test", 1)] {
        let mut devices = Vec::new();
        for number in 0..6 {
            devices.push(device(&platform, email, &format!("Device {number}")).await);
        }
        let plays = (0..50).map(|number| devices[number % devices.len()].play(&video));
        let answers = join_all(plays).await;

        for answer in &answers {
            assert!(["", "STREAM_LIMIT_REACHED"].contains(&answer.code()), "{answer}");
        }
        let playing = devices[0].get("/api/playback").await;
        assert_eq!(playing.data().as_array().map(Vec::len), Some(limit), "{playing}");
        let listed: Vec<&str> = playing
            .data()
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["playback_session_id"])
            .filter_map(Value::as_str)
            .collect();
        let granted = answers.iter().filter_map(|answer| answer.data()["playback_session_id"].as_str());
        assert!(granted.filter(|id| listed.contains(id)).count() == limit, "every lease belongs to a granted play");
    }
}

#[tokio::test]
async fn fifty_concurrent_plays_of_one_device_all_start_and_leave_one_lease() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let viewer = device(&platform, "basic@marquee.test", "Phone").await;
    let answers = join_all((0..50).map(|_| viewer.play(&video))).await;
    for answer in &answers {
        assert_eq!(answer.status(), 200, "{answer}");
    }
    assert_eq!(viewer.get("/api/playback").await.data().as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn concurrent_plays_and_sign_outs_never_exceed_the_plan() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let mut devices = Vec::new();
    for number in 0..12 {
        devices.push(device(&platform, "premium@marquee.test", &format!("Device {number}")).await);
    }
    let asked = devices.iter().enumerate().map(async |(number, device)| {
        let played = device.play(&video).await;
        if number % 3 == 0 {
            let out = device.post("/api/auth/logout", json!({})).await;
            assert_eq!(out.status(), 200, "{out}");
        }
        played
    });
    for answer in join_all(asked).await {
        assert!(["", "STREAM_LIMIT_REACHED"].contains(&answer.code()), "{answer}");
    }
    let playing = devices[1].get("/api/playback").await;
    let names: Vec<&str> =
        playing.data().as_array().expect("a list").iter().filter_map(|one| one["device_name"].as_str()).collect();
    // Eight are still signed in, which is more than the plan has streams.
    assert!(names.len() <= 4, "{names:?}");
    let signed_out = ["Device 0", "Device 3", "Device 6", "Device 9"];
    assert!(names.iter().all(|name| !signed_out.contains(name)), "{names:?}");
    let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(distinct.len(), names.len(), "a session has one stream: {names:?}");
}

#[tokio::test]
async fn a_session_frees_its_stream_at_once_however_it_ends() {
    let platform = Platform::start().await;
    let video = video_of(&platform, "basic").await;
    let email = "basic@marquee.test";
    let mut password = DEMO_PASSWORD.to_owned();
    for how in ["sign-out", "revoked", "password", "exchanged twice", "reset"] {
        let sign_in = json!({ "email": email, "password": password });
        let phone = platform.anyone().post("/api/auth/login", sign_in.clone()).await;
        let phone = platform.anyone().with_token(email, phone.data()["token"].as_str().expect("a token").to_owned());
        let television = platform.anyone().post("/api/auth/login", sign_in).await;
        let television = television.data()["token"].as_str().expect("a token").to_owned();
        let mut television = platform.anyone().with_token(email, television);
        assert_eq!(phone.play(&video).await.status(), 200, "{how}");
        assert_eq!(television.play(&video).await.code(), "STREAM_LIMIT_REACHED", "{how}");
        match how {
            "sign-out" => assert_eq!(phone.post("/api/auth/logout", json!({})).await.status(), 200),
            "revoked" => {
                let sessions = television.get("/api/auth/sessions").await;
                for session in sessions.data().as_array().expect("a list") {
                    if session["current"] == false {
                        let path = format!("/api/auth/sessions/{}", session["id"].as_str().expect("an id"));
                        assert_eq!(television.delete(&path).await.status(), 200);
                    }
                }
            }
            "password" => {
                let change = json!({ "current_password": password, "new_password": "another long phrase" });
                let changed = television.post("/api/auth/change-password", change).await;
                assert_eq!(changed.status(), 200, "{changed}");
                password = "another long phrase".to_owned();
            }
            "exchanged twice" => {
                platform.advance(2).await;
                let fresh = phone.post("/api/auth/refresh", json!({})).await;
                assert_eq!(fresh.status(), 200, "{fresh}");
                let fresh = phone.with_token(email, fresh.data()["token"].as_str().expect("a token").to_owned());
                platform.advance(61).await;
                assert_eq!(fresh.play(&video).await.status(), 200);
                assert_eq!(phone.post("/api/auth/refresh", json!({})).await.code(), "SESSION_REVOKED");
            }
            _ => {
                crate::forgot_password::forget(&platform, email).await;
                let token = crate::forgot_password::token_of(&platform, &platform.mail(email)[0]);
                let reset = json!({ "token": token, "password": "a third long phrase" });
                assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 200);
                television = platform.sign_in(email, "a third long phrase").await;
            }
        }
        assert_eq!(television.get("/api/playback").await.data(), &json!([]), "{how}");
        assert_eq!(television.play(&video).await.status(), 200, "{how}");
        assert_eq!(television.post("/api/auth/logout", json!({})).await.status(), 200);
    }
}
