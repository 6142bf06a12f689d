//! Playlists, segments and text tracks.

use crate::support::{Bench, uris};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[tokio::test]
async fn segments_open_only_with_their_own_signature_and_until_its_expiry() {
    let bench = Bench::start().await;
    bench.mux.set_child_expiry(30);
    let (_, id) = bench.ready().await;
    let master = bench.master(&id, &Value::Null).await;
    let child = uris(&master)[0].clone();
    let playlist = bench.text(&child).await;
    let media = uris(&playlist);
    assert!(playlist.contains("#EXT-X-MAP:URI=\"http://127.0.0.1:"), "{playlist}");
    assert!(media.iter().all(|uri| uri.starts_with(&bench.base_url)), "every URI is absolute");
    let segment = &media[1];
    assert_eq!(bench.get(segment).await.status(), 200);
    assert_eq!(bench.get(&format!("{segment}&cmcd=1")).await.status(), 200, "extra parameters are tolerated");

    let (path, query) = segment.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let later: i64 = expires.strip_prefix("expires=").unwrap().parse::<i64>().unwrap() + 1;
    let other = media[2].split_once('?').unwrap().0;
    for changed in [path.to_owned(), format!("{path}?expires={later}&{signature}"), format!("{other}?{query}")] {
        assert_eq!(bench.get(&changed).await.status(), 403, "{changed}");
    }
    let token = bench.token(&id, "v", &Value::Null);
    assert_eq!(
        bench.get(&format!("{path}?token={token}")).await.status(),
        403,
        "a token opens the master playlist only"
    );

    bench.timeline.advance(31).await;
    assert_eq!(bench.get(segment).await.status(), 403);
    assert_eq!(bench.get(&child).await.status(), 403);
    assert_eq!(bench.get(&uris(&bench.master(&id, &Value::Null).await)[0]).await.status(), 200, "a new grant plays on");
}

#[tokio::test]
async fn parts_of_a_segment_can_be_requested() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let child = uris(&bench.master(&id, &Value::Null).await)[0].clone();
    let segment = uris(&bench.text(&child).await)[1].clone();
    let whole = bench.get(&segment).await;
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(whole.headers()["content-type"], "video/mp4");
    assert_eq!(whole.headers()["access-control-allow-origin"], "*");
    let bytes = whole.bytes().await.unwrap();
    let ranged = async |range: &str| bench.client.get(&segment).header("range", range).send().await.unwrap();
    for (range, expected) in
        [("bytes=10-19", 10..20), ("bytes=-7", bytes.len() - 7..bytes.len()), ("bytes=5-", 5..bytes.len())]
    {
        let part = ranged(range).await;
        assert_eq!(part.status(), 206, "{range}");
        let range = format!("bytes {}-{}/{}", expected.start, expected.end - 1, bytes.len());
        assert_eq!(part.headers()["content-range"], range.as_str());
        assert_eq!(part.bytes().await.unwrap(), bytes.slice(expected));
    }
    let beyond = ranged(&format!("bytes={}-", bytes.len())).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.headers()["content-range"], format!("bytes */{}", bytes.len()).as_str());
    let head = bench.client.head(&segment).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], bytes.len().to_string().as_str());
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn no_path_leads_out_of_an_assets_folder() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    for file in ["..%2f..%2fstate.sqlite", "%2e%2e", "encoded.json", "storyboard.jpg", "..%2fmedia"] {
        let answer = bench.get(&format!("/{id}/rendition/{file}?expires=99999999999&signature=0")).await;
        assert!([403, 404].contains(&answer.status().as_u16()), "{file}");
    }
    assert_eq!(bench.get(&format!("/{id}/encoded.json")).await.status(), 404);
    assert_eq!(bench.get("/..%2fstate.sqlite").await.status(), 404);
}

#[tokio::test]
async fn claims_choose_the_renditions_and_query_parameters_do_not() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let all = bench.master(&id, &Value::Null).await;
    assert_eq!(uris(&all).len(), 3);
    let capped = bench.master(&id, &json!({ "max_resolution": "120p", "rendition_order": "desc" })).await;
    let sizes: Vec<_> =
        capped.match_indices("RESOLUTION=").map(|(at, _)| capped[at + 11..].split(',').next().unwrap()).collect();
    assert_eq!(sizes, ["214x120", "142x80"]);
    let token = bench.token(&id, "v", &Value::Null);
    let asked = bench.text(&format!("/{id}.m3u8?token={token}&max_resolution=120p")).await;
    assert_eq!(uris(&asked).len(), 3);
}

#[tokio::test]
async fn an_added_text_track_sends_a_webhook_and_is_in_the_master_playlist() {
    let bench = Bench::start().await;
    let (asset, id) = bench.ready().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/en.srt", listener.local_addr().unwrap());
    let files = axum::Router::new().route("/en.srt", get(async || "1\n00:00:00,000 --> 00:00:02,000\nHello\n"));
    let server = tokio::spawn(standin::server::serve(listener, files, None));
    let path = format!("/video/v1/assets/{}/tracks", asset["id"].as_str().unwrap());
    let body = json!({ "url": url, "type": "text", "language_code": "en", "name": "English", "closed_captions": true });
    let track = bench.data(bench.api("POST", &path).json(&body)).await;
    assert_eq!(track["status"], "preparing");
    let ready = bench.event("video.asset.track.ready").await;
    server.abort();
    assert_eq!((&ready.body["data"]["id"], &ready.body["data"]["asset_id"]), (&track["id"], &asset["id"]));

    let master = bench.master(&id, &Value::Null).await;
    assert!(master.contains("TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"English\",LANGUAGE=\"en\""), "{master}");
    let playlist = bench.text(&uris(&master)[0]).await;
    let vtt = bench.text(&uris(&playlist)[0]).await;
    assert!(vtt.starts_with("WEBVTT") && vtt.contains("Hello"), "{vtt}");
    let token = bench.token(&id, "v", &Value::Null);
    let text = format!("/{id}/text/{}.vtt", track["id"].as_str().unwrap());
    assert_eq!(bench.text(&format!("{text}?token={token}")).await, vtt);
    assert_eq!(bench.get(&text).await.status(), 403);
}
