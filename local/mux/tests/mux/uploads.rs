//! Uploads, encodings and their webhooks: from a file to a stream.

use crate::support::{Bench, clip, decoding_errors, made, probed, uris};
use axum::routing::get;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_file_uploaded_in_one_put_becomes_a_stream_whose_renditions_all_decode() {
    let bench = Bench::start().await;
    let (asset, playback_id) = bench.ready().await;
    assert_eq!(asset["passthrough"], "video-1");
    assert_eq!(asset["meta"]["title"], "Clip");
    assert_eq!(asset["aspect_ratio"], "16:9");
    assert!((asset["duration"].as_f64().unwrap() - 5.0).abs() < 0.1);

    let master = bench.master(&playback_id, &Value::Null).await;
    let children = uris(&master);
    assert_eq!(children.len(), 3, "{master}");
    let mut cuts = Vec::new();
    for child in &children {
        assert_eq!(decoding_errors(child).await, "");
        let streams = probed(child).await["streams"].clone();
        let kinds: Vec<_> = streams.as_array().unwrap().iter().map(|one| one["codec_name"].clone()).collect();
        assert_eq!(kinds, ["h264", "aac"]);
        assert!(streams[0]["width"].as_u64().unwrap() <= 320, "nothing is scaled up");
        let playlist = bench.text(child).await;
        cuts.push(playlist.lines().filter(|line| line.starts_with("#EXTINF")).map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(cuts[0].len(), 3);
    assert!(cuts.iter().all(|one| *one == cuts[0]), "cut at the same moments: {cuts:?}");
    for attribute in ["CODECS=\"avc1.4d40", ",mp4a.40.2\"", "RESOLUTION=320x180", "FRAME-RATE=25.000", "BANDWIDTH="] {
        assert!(master.contains(attribute), "{attribute} in {master}");
    }
}

#[tokio::test]
async fn webhooks_report_the_steps_in_order_and_name_the_same_objects() {
    let bench = Bench::start().await;
    let (asset, _) = bench.ready().await;
    let ready = bench.event("video.asset.ready").await;
    let kinds: Vec<String> = bench.events().into_iter().map(|event| event.kind).collect();
    let expected = ["video.upload.created", "video.asset.created", "video.upload.asset_created", "video.asset.ready"];
    assert_eq!(kinds, expected);
    assert_eq!(ready.object_id, asset["id"].as_str().unwrap());
    assert_eq!(ready.body["data"]["upload_id"], asset["upload_id"]);
    assert_eq!(ready.body["data"]["playback_ids"], asset["playback_ids"]);
    assert!(ready.body["data"]["created_at"].is_number() && asset["created_at"].is_string());
    let uploaded = &bench.events()[2].body["data"];
    assert_eq!((&uploaded["asset_id"], &uploaded["status"]), (&asset["id"], &json!("asset_created")));
}

#[tokio::test]
async fn chunks_can_be_repeated_and_resumed_and_gaps_are_refused() {
    let bench = Bench::start().await;
    let file = std::fs::read(clip()).unwrap();
    let (total, third) = (file.len(), file.len() / 3);
    let upload = bench.new_upload().await;
    let chunk = async |from: usize, to: usize| {
        let range = format!("bytes {from}-{}/{total}", to - 1);
        let answer = bench.put(&upload, file[from..to].to_vec(), &[("content-range", &range)]).await;
        let there = answer.headers().get("range").map(|range| range.to_str().unwrap().to_owned());
        (answer.status().as_u16(), there)
    };
    let there = |to: usize| Some(format!("bytes=0-{}", to - 1));

    assert_eq!(chunk(third, 2 * third).await, (308, None), "a gap: nothing is there yet");
    assert_eq!(chunk(0, third).await, (308, there(third)));
    assert_eq!(chunk(0, third).await, (308, there(third)), "a repeated chunk adds nothing");
    assert_eq!(chunk(third / 2, third + 10).await, (308, there(third + 10)), "an overlap is passed over");
    let question = bench.put(&upload, Vec::new(), &[("content-range", &format!("bytes */{total}"))]).await;
    assert_eq!(question.headers()["range"], there(third + 10).unwrap().as_str());
    let other_total = bench.put(&upload, vec![0; 10], &[("content-range", "bytes 0-9/10")]).await;
    assert_eq!(other_total.status(), 400);
    let bench = bench.restart().await;
    let upload = bench.data(bench.api("GET", &format!("/video/v1/uploads/{}", upload["id"].as_str().unwrap()))).await;
    let range = format!("bytes {}-{}/{total}", third + 10, total - 1);
    let last = bench.put(&upload, file[third + 10..].to_vec(), &[("content-range", &range)]).await;
    assert_eq!(last.status(), 200);
    assert_eq!(bench.settled(upload["id"].as_str().unwrap()).await["status"], "ready");
    let again = bench.put(&upload, file[third + 10..].to_vec(), &[("content-range", &range)]).await;
    assert_eq!(again.status(), 200, "the last answer may have been lost");
    assert_eq!(bench.events().iter().filter(|event| event.kind == "video.asset.created").count(), 1);
}

#[tokio::test]
async fn a_browser_may_send_chunks_from_another_origin() {
    let bench = Bench::start().await;
    let upload = bench.new_upload().await;
    let preflight = bench
        .client
        .request(http::Method::OPTIONS, upload["url"].as_str().unwrap())
        .header("origin", "http://127.0.0.1:3000")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-range")
        .send()
        .await
        .unwrap();
    let allowed = |name: &str| preflight.headers()[name].to_str().unwrap().to_lowercase();
    assert!(preflight.status().is_success());
    assert_eq!(allowed("access-control-allow-origin"), "*");
    assert!(allowed("access-control-allow-methods").contains("put"));
    assert!(allowed("access-control-allow-headers").contains("content-range"));
    let answer = bench.put(&upload, vec![0; 5], &[("content-range", "bytes 0-4/10")]).await;
    let exposed = answer.headers()["access-control-expose-headers"].to_str().unwrap();
    assert!(exposed.split(", ").any(|name| name == "range"));
}

#[tokio::test]
async fn a_changed_or_cancelled_upload_url_accepts_no_file() {
    let bench = Bench::start().await;
    let upload = bench.new_upload().await;
    let other = bench.new_upload().await;
    let (url, signature) = upload["url"].as_str().unwrap().rsplit_once('=').unwrap();
    let changed = json!({ "url": format!("{url}={}", signature.chars().rev().collect::<String>()) });
    assert_eq!(bench.put(&changed, vec![1], &[]).await.status(), 403);
    let query = url.split_once('?').unwrap().1;
    let other_url = other["url"].as_str().unwrap().split_once('?').unwrap().0;
    let borrowed = json!({ "url": format!("{other_url}?{query}={signature}") });
    assert_eq!(bench.put(&borrowed, vec![1], &[]).await.status(), 403);

    let cancel = format!("/video/v1/uploads/{}/cancel", upload["id"].as_str().unwrap());
    assert_eq!(bench.data(bench.api("PUT", &cancel)).await["status"], "cancelled");
    assert_eq!(bench.put(&upload, vec![1], &[]).await.status(), 410);
    assert_eq!(bench.api("PUT", &cancel).send().await.unwrap().status(), 400, "only once");
    assert!(bench.data(bench.api("GET", "/video/v1/assets")).await.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_upload_expires_by_the_platforms_clock() {
    let bench = Bench::start().await;
    let upload = bench.new_upload().await;
    let path = format!("/video/v1/uploads/{}", upload["id"].as_str().unwrap());
    bench.timeline.advance(590).await;
    assert_eq!(bench.data(bench.api("GET", &path)).await["status"], "waiting");
    bench.timeline.advance(20).await;
    let ended = bench.data(bench.api("GET", &path)).await;
    assert_eq!(ended["status"], "timed_out");
    assert!(ended.get("url").is_none());
    assert_eq!(bench.put(&upload, vec![1], &[]).await.status(), 403);
}

#[tokio::test]
async fn a_file_that_is_not_a_video_becomes_an_errored_asset_that_cannot_play() {
    let bench = Bench::start().await;
    let playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n".to_vec();
    for file in [Vec::new(), b"no video".to_vec(), std::fs::read(clip()).unwrap()[..4000].to_vec(), playlist] {
        let upload = bench.new_upload().await;
        assert_eq!(bench.put(&upload, file, &[]).await.status(), 200);
        let asset = bench.settled(upload["id"].as_str().unwrap()).await;
        assert_eq!(asset["status"], "errored");
        assert_eq!(asset["errors"]["type"], "invalid_input");
        assert!(!asset["errors"]["messages"][0].as_str().unwrap().contains('/'), "no local path is revealed");
        let playback_id = asset["playback_ids"][0]["id"].as_str().unwrap();
        let token = bench.token(playback_id, "v", &Value::Null);
        assert_eq!(bench.get(&format!("/{playback_id}.m3u8?token={token}")).await.status(), 412);
    }
    let event = bench.event("video.asset.errored").await;
    assert_eq!(event.body["data"]["errors"]["type"], "invalid_input");
    assert!(bench.events().iter().all(|event| event.kind != "video.asset.ready"));
}

#[tokio::test]
async fn a_silent_portrait_video_at_an_odd_frame_rate_plays_without_an_audio_codec() {
    let bench = Bench::start().await;
    let silent = made("silent.webm", &["-f", "lavfi", "-i", "testsrc2=s=202x360:r=60000/1001:d=3"]);
    let asset = bench.asset_of(&silent).await;
    assert_eq!(asset["status"], "ready", "{asset}");
    let kinds: Vec<_> = asset["tracks"].as_array().unwrap().iter().map(|track| track["type"].clone()).collect();
    assert_eq!(kinds, ["video"]);
    let master = bench.master(asset["playback_ids"][0]["id"].as_str().unwrap(), &Value::Null).await;
    assert!(!master.contains("mp4a") && master.contains("FRAME-RATE=29.970"), "{master}");
    for child in uris(&master) {
        assert_eq!(decoding_errors(&child).await, "");
    }
}

#[tokio::test]
async fn audio_only_becomes_an_asset_without_video() {
    let bench = Bench::start().await;
    let tone = made("tone.m4a", &["-f", "lavfi", "-i", "sine=duration=2"]);
    let asset = bench.asset_of(&tone).await;
    assert_eq!((&asset["status"], &asset["resolution_tier"]), (&json!("ready"), &json!("audio-only")), "{asset}");
    let kinds: Vec<_> = asset["tracks"].as_array().unwrap().iter().map(|track| track["type"].clone()).collect();
    assert_eq!(kinds, ["audio"]);
    assert!(asset["aspect_ratio"].is_null() && asset["duration"].as_f64().unwrap() > 1.9, "{asset}");
}

#[tokio::test]
async fn an_asset_lists_both_the_sources_tracks_and_its_own() {
    let bench = Bench::start().await;
    let arguments = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=64x36:r=24:d=2",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
        "-map",
        "0:v",
        "-map",
        "1:a",
        "-map",
        "1:a",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-ac:a:0",
        "6",
        "-ac:a:1",
        "1",
    ];
    let asset = bench.asset_of(&made("tracks.mp4", &arguments)).await;
    let audio = asset["tracks"].as_array().unwrap().iter().filter(|track| track["type"] == "audio").count();
    assert_eq!(audio, 1, "{asset}");
    let path = format!("/video/v1/assets/{}/input-info", asset["id"].as_str().unwrap());
    let info = bench.data(bench.api("GET", &path)).await;
    let tracks = info[0]["file"]["tracks"].as_array().unwrap();
    let channels: Vec<_> =
        tracks.iter().filter(|one| one["type"] == "audio").map(|one| one["channels"].clone()).collect();
    assert_eq!(channels, [6, 1], "{info}");
}

#[tokio::test]
async fn an_encoding_interrupted_by_a_kill_starts_again() {
    let bench = Bench::start().await;
    let upload = bench.new_upload().await;
    assert_eq!(bench.put(&upload, std::fs::read(clip()).unwrap(), &[]).await.status(), 200);
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(bench.events().iter().all(|event| event.kind != "video.asset.ready"), "too early to be of use");
    let bench = bench.restart().await;
    let asset = bench.settled(upload["id"].as_str().unwrap()).await;
    assert_eq!(asset["status"], "ready");
    bench.event("video.asset.ready").await;
    assert_eq!(std::fs::read_dir(bench.path("media/work")).unwrap().count(), 0, "nothing half done is left");
    assert_eq!(std::fs::read_dir(bench.path("media/uploads")).unwrap().count(), 0, "nor the source");
}

#[tokio::test]
async fn an_injected_failure_affects_only_one_encoding() {
    let bench = Bench::start().await;
    bench.mux.fail_next_encode("The encoder is on strike");
    let asset = bench.asset_of(clip()).await;
    assert_eq!(asset["errors"]["messages"][0], "The encoder is on strike");
    assert_eq!(bench.asset_of(clip()).await["status"], "ready");
}

#[tokio::test]
async fn an_asset_deleted_during_encoding_leaves_nothing() {
    let bench = Bench::start().await;
    let upload = bench.new_upload().await;
    bench.put(&upload, std::fs::read(clip()).unwrap(), &[]).await;
    let path = format!("/video/v1/uploads/{}", upload["id"].as_str().unwrap());
    let asset_id = bench.data(bench.api("GET", &path)).await["asset_id"].clone();
    let asset = format!("/video/v1/assets/{}", asset_id.as_str().unwrap());
    assert_eq!(bench.api("DELETE", &asset).send().await.unwrap().status(), 204);
    assert_eq!(bench.asset_of(clip()).await["status"], "ready", "the queue goes on");
    bench.event("video.asset.deleted").await;
    bench.event("video.asset.ready").await;
    let ready = bench.events().into_iter().filter(|event| event.kind == "video.asset.ready").count();
    assert_eq!(ready, 1);
    assert_eq!(std::fs::read_dir(bench.path("media/assets")).unwrap().count(), 1);
}

#[tokio::test]
async fn an_asset_can_be_created_from_a_url() {
    let bench = Bench::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let files = axum::Router::new().route("/clip.mp4", get(async || std::fs::read(clip()).unwrap()));
    let server = tokio::spawn(standin::server::serve(listener, files, None));
    let create = async |name: &str| {
        let body = json!({ "inputs": [{ "url": format!("{address}/{name}") }], "playback_policies": ["public"] });
        bench.data(bench.api("POST", "/video/v1/assets").json(&body)).await
    };
    let missing = create("missing.mp4").await;
    let there = create("clip.mp4").await;
    assert_eq!(bench.event("video.asset.ready").await.object_id, there["id"].as_str().unwrap());
    assert_eq!(bench.event("video.asset.errored").await.object_id, missing["id"].as_str().unwrap());
    server.abort();
    let playback_id = there["playback_ids"][0]["id"].as_str().unwrap();
    assert_eq!(uris(&bench.text(&format!("/{playback_id}.m3u8")).await).len(), 3);
    let nothing = bench.api("POST", "/video/v1/assets").json(&json!({ "inputs": [] })).send().await.unwrap();
    assert_eq!(nothing.status(), 400);
}
