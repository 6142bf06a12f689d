//! `POST /api/webhooks/mux`

use jiff::SignedDuration;
use serde_json::{Value, json};
use support::videos::asset;
use support::{Platform, Viewer};

async fn state(admin: &Viewer, id: &str) -> Value {
    let answer = admin.patch(&format!("/api/admin/videos/{id}"), json!({})).await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

#[tokio::test]
async fn a_body_without_muxs_signature_changes_nothing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let body = json!({ "type": "video.asset.ready", "id": "e", "data": asset(&id) }).to_string().into_bytes();
    let now = platform.running().now();
    let right = platform.mux_signature(&body, now).await;
    let old = platform.mux_signature(&body, now - SignedDuration::from_secs(310)).await;
    let ahead = platform.mux_signature(&body, now + SignedDuration::from_secs(310)).await;
    let other = platform.mux_signature(b"{}", now).await;
    let cut = &right[..right.len() - 2];
    for signature in ["", "t=1,v1=00", &old, &ahead, &other, cut, &right.replace("v1=", "v0=")] {
        let answer = platform.mux_delivery(body.clone(), signature).await;
        assert_eq!((answer.status(), answer.code()), (400, "INVALID_SIGNATURE"), "{signature}: {answer}");
        assert_eq!(platform.round_trips(&answer, "dynamodb"), 0, "refused before any store call");
    }
    let mut changed = body.clone();
    changed.push(b' ');
    assert_eq!(platform.mux_delivery(changed, &right).await.code(), "INVALID_SIGNATURE");
    assert_eq!(state(&admin, &id).await["status"], "processing");

    let several = format!("{right},v1={}", "00".repeat(32));
    assert_eq!(platform.mux_delivery(body, &several).await.status(), 200);
    assert_eq!(state(&admin, &id).await["status"], "ready");
    for seconds in [-290, 290] {
        let at = platform.running().now() + SignedDuration::from_secs(seconds);
        let body = json!({ "type": "video.asset.updated", "id": format!("e{seconds}") }).to_string().into_bytes();
        let answer = platform.mux_delivery(body.clone(), &platform.mux_signature(&body, at).await).await;
        assert_eq!(answer.status(), 200, "clocks differ by up to five minutes: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_the_gateway_encodes_is_verified_as_sent() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let body = json!({ "type": "video.asset.ready", "id": "é", "data": asset(&id) }).to_string().into_bytes();
    let signature = platform.mux_signature(&body, platform.running().now()).await;
    let anyone = platform.anyone();
    let request = anyone.request(reqwest::Method::POST, "/api/webhooks/mux").header("mux-signature", signature);
    let answer = anyone.send(request.header("content-type", "application/octet-stream").body(body)).await;
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(state(&admin, &id).await["status"], "ready");
}

#[tokio::test]
async fn a_ready_asset_makes_its_video_playable() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.ready_video(&admin, json!({})).await;
    let video = state(&admin, &id).await;
    assert_eq!((&video["status"], &video["duration"]), (&json!("ready"), &json!(60.0)));
    assert_eq!(video["mux_asset_id"], format!("asset-{id}"));
    assert_eq!(video["mux_playback_id"], support::videos::playback_id(&id), "the signed one, not the public one");
    assert!(video["poster"]["url"].as_str().is_some_and(|url| url.contains("?token=")), "{video}");
    assert_eq!(video["published"], false, "only the operator publishes");
}

#[tokio::test]
async fn an_asset_without_our_passthrough_is_found_by_its_upload() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", body).await;
    let id = created.data()["video"]["id"].as_str().expect("an id");
    let mut nameless = asset(id);
    nameless["passthrough"] = Value::Null;
    nameless["upload_id"] = created.data()["upload"]["id"].clone();

    platform.fault(json!({ "target": "mux", "kind": "error", "count": 2 }));
    let down = platform.mux_event("video.asset.ready", nameless.clone()).await;
    assert_eq!((down.status(), down.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "Mux must retry");
    assert_eq!(platform.mux_event("video.asset.ready", nameless).await.status(), 200);

    assert_eq!(state(&admin, id).await["status"], "ready");
}

#[tokio::test]
async fn events_in_any_order_never_return_a_video_to_processing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.ready_video(&admin, json!({})).await;
    let ready = state(&admin, &id).await;
    let mut late = asset(&id);
    late["status"] = json!("preparing");
    late["playback_ids"] = json!([]);
    platform.mux_event("video.asset.created", late.clone()).await;
    late["status"] = json!("errored");
    platform.mux_event("video.asset.errored", late).await;
    let upload = json!({ "id": "u", "asset_id": "other", "new_asset_settings": { "passthrough": id } });
    platform.mux_event("video.upload.asset_created", upload.clone()).await;
    platform.mux_event("video.upload.timed_out", upload).await;
    let mut foreign = asset(&id);
    foreign["id"] = json!("another asset");
    foreign["duration"] = json!(1.0);
    platform.mux_event("video.asset.ready", foreign).await;

    assert_eq!(state(&admin, &id).await, ready);
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_arrives() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let body = json!({ "type": "video.asset.ready", "id": "once", "data": asset(&id) }).to_string().into_bytes();
    let signature = platform.mux_signature(&body, platform.running().now()).await;
    let (one, other) =
        tokio::join!(platform.mux_delivery(body.clone(), &signature), platform.mux_delivery(body.clone(), &signature),);
    assert_eq!((one.status(), other.status()), (200, 200), "{one} {other}");
    assert_eq!(state(&admin, &id).await["status"], "ready");

    let mut trimmed = asset(&id);
    trimmed["duration"] = json!(50.0);
    platform.mux_event("video.asset.updated", trimmed).await;
    assert_eq!(platform.mux_delivery(body.clone(), &signature).await.status(), 200);
    assert_eq!(state(&admin, &id).await["duration"], 50.0, "it was processed before");
    platform.mux_event("video.asset.deleted", asset(&id)).await;
    assert_eq!(platform.mux_delivery(body, &signature).await.status(), 200);
    assert_eq!(state(&admin, &id).await["status"], "error", "an old event restores nothing");
}

#[tokio::test]
async fn captions_follow_the_tracks_at_mux() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", support::DEMO_PASSWORD).await;
    let listed = admin.get("/api/admin/videos?status=ready").await;
    let config = platform.console().get("/config").await.json()["mux"].clone();
    let at_mux = |method: reqwest::Method, path: String| {
        let request =
            platform.client().request(method, format!("{}/video/v1/assets/{path}", platform.running().urls().mux));
        request.basic_auth(config["token_id"].as_str().expect("an id"), config["token_secret"].as_str()).send()
    };
    for video in listed.data().as_array().expect("a list") {
        let (id, asset_id) = (video["id"].as_str().expect("an id"), video["mux_asset_id"].as_str().expect("an id"));
        let asset = at_mux(reqwest::Method::GET, asset_id.to_owned()).await.expect("an answer");
        let asset: Value = asset.json().await.expect("JSON");
        let text = asset["data"]["tracks"].as_array().into_iter().flatten().find(|track| track["type"] == "text");
        let Some(track) = text.and_then(|track| track["id"].as_str()) else { continue };
        let before = admin.play(id).await.data()["captions"].as_array().map_or(0, Vec::len);
        assert!(before > 0, "{id} has captions");

        at_mux(reqwest::Method::DELETE, format!("{asset_id}/tracks/{track}")).await.expect("an answer");
        platform.advance(0).await;

        assert_eq!(admin.play(id).await.data()["captions"].as_array().map_or(0, Vec::len), before - 1);
        return;
    }
    panic!("the seed has captions");
}

#[tokio::test]
async fn a_file_that_cannot_be_encoded_becomes_an_error_with_its_reason() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let mut failed = asset(&id);
    failed["status"] = json!("errored");
    failed["errors"] = json!({ "type": "invalid_input", "messages": ["No video track."] });
    assert_eq!(platform.mux_event("video.asset.errored", failed).await.status(), 200);
    let video = state(&admin, &id).await;
    assert_eq!((&video["status"], &video["error_reason"]), (&json!("error"), &json!("No video track.")));

    let unsigned = platform.new_video(&admin, json!({})).await;
    let mut public = asset(&unsigned);
    public["playback_ids"] = json!([{ "id": "open", "policy": "public" }]);
    platform.mux_event("video.asset.ready", public).await;
    assert_eq!(state(&admin, &unsigned).await["status"], "error", "a public playback id is not used");
}

#[tokio::test]
async fn an_asset_deleted_at_mux_is_withdrawn() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;

    platform.mux_event("video.asset.deleted", asset(&id)).await;

    assert_eq!(platform.anyone().get("/api/videos").await.data(), &json!([]));
    let video = state(&admin, &id).await;
    assert_eq!((&video["status"], &video["published"]), (&json!("error"), &json!(false)));
}

#[tokio::test]
async fn events_about_foreign_assets_are_accepted_and_ignored() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (kind, data) in [
        ("video.asset.ready", asset("01987c10-4a00-7000-8000-000000000010")),
        ("video.asset.ready", asset("somebody else's")),
        ("video.asset.ready", json!({})),
        ("video.asset.ready", json!({ "id": "a", "upload_id": "unknown", "status": "ready" })),
        ("video.asset.track.ready", json!({ "id": "t", "asset_id": "unknown/../uploads" })),
        ("video.live_stream.active", json!({ "id": "l" })),
        ("", Value::Null),
    ] {
        let answer = platform.mux_event(kind, data.clone()).await;
        assert_eq!(answer.status(), 200, "{kind} {data}: {answer}");
    }
    assert_eq!(admin.get("/api/admin/videos").await.data(), &json!([]));
    // Signed JSON that is not an event, or an event in an unknown format.
    for body in ["[]", "7", "null", "{}", r#"{"type":7}"#, r#"{"type":"video.asset.ready"}"#, r#"{"type":"x","id":{}}"#]
    {
        let body = body.as_bytes().to_vec();
        let signature = platform.mux_signature(&body, platform.running().now()).await;
        let answer = platform.mux_delivery(body.clone(), &signature).await;
        assert_eq!(answer.status(), 200, "{}: {answer}", String::from_utf8_lossy(&body));
    }
    let junk = b"not json".to_vec();
    let signature = platform.mux_signature(&junk, platform.running().now()).await;
    assert_eq!(platform.mux_delivery(junk, &signature).await.code(), "INVALID_JSON");
}

#[tokio::test]
async fn our_own_failures_are_5xx_so_that_mux_retries() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let fault = json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "error", "count": 3 });
    platform.fault(fault);
    let body = json!({ "type": "video.asset.ready", "id": "again", "data": asset(&id) }).to_string().into_bytes();
    let signature = platform.mux_signature(&body, platform.running().now()).await;
    assert_eq!(platform.mux_delivery(body.clone(), &signature).await.status(), 503);
    assert_eq!(state(&admin, &id).await["status"], "processing");
    assert_eq!(platform.mux_delivery(body, &signature).await.status(), 200);
    assert_eq!(state(&admin, &id).await["status"], "ready");
}

#[tokio::test]
async fn an_event_id_of_any_length_can_be_stored() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let long = "x".repeat(3_000);
    // An event whose id is too long for a key is accepted, and counts once.
    let id = platform.new_video(&admin, json!({})).await;
    let body = json!({ "type": "video.asset.ready", "id": long, "data": asset(&id) }).to_string().into_bytes();
    let signature = platform.mux_signature(&body, platform.running().now()).await;
    assert_eq!(platform.mux_delivery(body.clone(), &signature).await.status(), 200);
    assert_eq!(state(&admin, &id).await["status"], "ready");
    let mut trimmed = asset(&id);
    trimmed["duration"] = json!(50.0);
    platform.mux_event("video.asset.updated", trimmed).await;
    assert_eq!(platform.mux_delivery(body, &signature).await.status(), 200);
    assert_eq!(state(&admin, &id).await["duration"], 50.0, "it was processed before");

    // Objects whose ids cannot be Mux's, and numbers that cannot be stored, change nothing.
    let id = platform.new_video(&admin, json!({})).await;
    let before = state(&admin, &id).await;
    for (field, value) in [
        ("id", json!(long)),
        ("id", json!("")),
        ("upload_id", json!(long)),
        ("playback_ids", json!([{ "id": long, "policy": "signed" }])),
        ("tracks", json!([{ "type": "text", "id": long }])),
        ("passthrough", json!(long)),
    ] {
        let mut wrong = asset(&id);
        wrong[field] = value;
        let answer = platform.mux_event("video.asset.ready", wrong).await;
        assert_eq!(answer.status(), 200, "{field}: {answer}");
        assert_eq!(state(&admin, &id).await, before, "{field}");
    }
    for upload in [json!({ "id": long }), json!({ "id": "u", "asset_id": long }), json!({ "id": "" })] {
        let answer = platform.mux_event("video.upload.asset_created", upload).await;
        assert_eq!(answer.status(), 200, "{answer}");
    }
    let mut talkative = asset(&id);
    talkative["status"] = json!("errored");
    talkative["errors"] = json!({ "messages": [long.repeat(60)] });
    assert_eq!(platform.mux_event("video.asset.errored", talkative).await.status(), 200);
    let reason = state(&admin, &id).await["error_reason"].as_str().map_or(0, str::len);
    assert_eq!(reason, 500, "the reason is cut to a readable length");
}

#[tokio::test]
async fn an_invalid_duration_is_never_stored() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (seconds, status) in [(1e300, "ready"), (-1.0, "ready"), (1e-140, "error"), (0.0, "error")] {
        let id = platform.new_video(&admin, json!({})).await;
        let mut odd = asset(&id);
        odd["duration"] = json!(seconds);
        let answer = platform.mux_event("video.asset.ready", odd).await;
        assert_eq!(answer.status(), 200, "{seconds}: {answer}");
        let video = state(&admin, &id).await;
        assert_eq!((&video["status"], &video["duration"]), (&json!(status), &Value::Null), "{seconds}: {video}");
    }
}

#[tokio::test]
async fn an_unusable_asset_becomes_an_error_with_its_reason() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (change, words) in [
        (json!({ "tracks": [{ "type": "audio", "id": "a", "max_channels": 2 }] }), "no picture"),
        (json!({ "tracks": [], "resolution_tier": "audio-only" }), "no picture"),
        (json!({ "duration": 0 }), "no length"),
        (json!({ "duration": 0.04 }), "no length"),
        (json!({ "playback_ids": [] }), "no signed playback id"),
        (json!({ "playback_ids": [{ "id": "open", "policy": "public" }] }), "no signed playback id"),
    ] {
        let id = platform.new_video(&admin, json!({})).await;
        let mut bad = asset(&id);
        for (field, value) in change.as_object().expect("fields") {
            bad[field] = value.clone();
        }
        platform.mux_event("video.asset.ready", bad).await;
        let video = state(&admin, &id).await;
        let reason = video["error_reason"].as_str().unwrap_or_default();
        assert!(video["status"] == "error" && reason.contains(words), "{change}: {video}");
        let publish = admin.patch(&format!("/api/admin/videos/{id}"), json!({ "published": true })).await;
        assert_eq!(publish.code(), "VIDEO_NOT_READY", "{change}");
    }
}

#[tokio::test]
async fn a_late_file_returns_its_video_to_processing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let body = json!({ "title": "A", "category": "Drama", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", body).await;
    let id = created.data()["video"]["id"].as_str().expect("an id");
    let upload = &created.data()["upload"]["id"];
    let settings = json!({ "passthrough": id });
    let timed_out = json!({ "id": upload, "new_asset_settings": settings });
    platform.mux_event("video.upload.timed_out", timed_out).await;
    assert_eq!(state(&admin, id).await["status"], "error");

    let arrived = json!({ "id": upload, "asset_id": "late", "new_asset_settings": settings });
    platform.mux_event("video.upload.asset_created", arrived).await;

    let video = state(&admin, id).await;
    assert_eq!((&video["status"], &video["error_reason"]), (&json!("processing"), &Value::Null), "{video}");
    assert_eq!(video["mux_asset_id"], "late");
}
