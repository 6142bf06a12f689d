//! The catalogue's snapshot as a store: many chunks, and faults during a swap.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::models::facts::Facts;
use shared::models::ids::VideoId;
use shared::models::plan::RequiredPlan;
use shared::models::poster::{Poster, PosterSource};
use shared::models::video::{LISTING, Video, VideoQuality, VideoStatus};
use shared::runtime::Runtime;
use shared::services::Services;
use shared::stores::error::StoreError;
use shared::stores::publisher::{CHANGES_MAX, Change, Publisher};
use std::collections::BTreeSet;
use std::sync::Arc;
use support::Platform;

/// Enough titles for several chunks.
const TITLES: usize = 240;

/// The environment of the function that deletes videos, which uses both tables.
async fn services(platform: &Platform) -> Services {
    let config = platform.console().get("/config").await.json()["aws"].clone();
    let text = |name: &str| config[name].as_str().expect("a key").to_owned();
    let credentials = Credentials::new(text("access_key_id"), text("secret_access_key"), None, None, "test");
    let aws = aws_types::SdkConfig::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_types::region::Region::new(text("region")))
        .endpoint_url(&platform.running().urls().aws)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let environment = platform.running().template().functions["delete-video"].environment.clone();
    Services::new("test", environment, Runtime { aws, clock: Arc::new(Timestamp::now), log: Arc::new(|_| {}) })
}

fn video(number: usize, now: Timestamp) -> Video {
    let created_at = now + SignedDuration::from_secs(i64::try_from(number).expect("small"));
    let id = VideoId::new(created_at);
    // As long and as hard to compress as a poster's signature.
    let noise = |part: usize| (0..12).map(|_| VideoId::new(now).to_string()).collect::<String>() + &part.to_string();
    Video {
        id,
        title: format!("Film {number:03}"),
        description: String::new(),
        category: "Drama".to_owned(),
        required_plan: RequiredPlan::Free,
        facts: Facts::default(),
        status: VideoStatus::Ready,
        error_reason: None,
        published: true,
        publish_at: None,
        published_at: Some(created_at),
        duration: Some(60.0),
        credits_at: None,
        poster: Some(Poster {
            url: noise(0),
            srcset: (1..12).map(noise).collect::<Vec<_>>().join(", "),
            placeholder: "#000000".to_owned(),
        }),
        poster_source: PosterSource::Automatic,
        signed_images: None,
        poster_signed_at: Some(now),
        series_id: None,
        trailer_of: None,
        trailer_url: None,
        season: None,
        episode: None,
        mux_upload_id: None,
        mux_asset_id: None,
        mux_playback_id: Some("playback".to_owned()),
        captions: Vec::new(),
        video_quality: VideoQuality::Basic,
        audio: Vec::new(),
        is_inspected: true,
        upload_expires_at: None,
        replacement: None,
        obsolete: Vec::new(),
        former_assets: Vec::new(),
        caption_replacements: Vec::new(),
        found_captions: Vec::new(),
        carried_captions: Vec::new(),
        check_at: None,
        listing: LISTING.to_owned(),
        created_at,
        version: 1,
    }
}

async fn every_title(platform: &Platform) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = platform.anyone().get(&format!("/api/videos?sort=title&limit=100{cursor}")).await;
        assert_eq!(page.status(), 200, "{page}");
        let videos = page.data().as_array().expect("a list");
        titles.extend(videos.iter().filter_map(|one| one["title"].as_str()).map(str::to_owned));
        let Some(next) = page.next_cursor() else { return titles };
        cursor = format!("&cursor={next}");
    }
}

/// The existing chunks, and those that the version item names.
async fn chunks(platform: &Platform) -> (BTreeSet<String>, BTreeSet<String>) {
    let services = services(platform).await;
    let environment = &platform.running().template().functions["delete-video"].environment;
    let client = aws_sdk_dynamodb::Client::new(services.aws());
    let (mut there, mut named) = (BTreeSet::new(), BTreeSet::new());
    let mut pages = client.scan().table_name(&environment["CATALOGUE_TABLE"]).into_paginator().items().send();
    while let Some(item) = pages.next().await {
        let item = item.expect("an item");
        let key = item["pk"].as_s().expect("a key");
        there.extend(key.strip_prefix("CHUNK#").map(str::to_owned));
        if key == "VERSION" {
            let chunks = item["chunks"].as_l().expect("a list").iter();
            named.extend(chunks.map(|chunk| chunk.as_m().expect("a map")["id"].as_s().expect("an id").clone()));
        }
    }
    (there, named)
}

#[tokio::test]
async fn a_change_among_many_titles_rewrites_one_chunk_and_loses_none() {
    let platform = Platform::bare().await;
    let publisher = Publisher::connect(&services(&platform).await).expect("both tables");
    let now = platform.running().now() - SignedDuration::from_hours(1);
    let mut videos: Vec<Video> = (0..TITLES).map(|number| video(number, now)).collect();
    for some in videos.chunks(CHANGES_MAX) {
        let added: Vec<Change> = some.iter().map(|one| Change { before: None, after: Some(one.clone()) }).collect();
        publisher.commit(Vec::new(), &added).await.expect("added");
    }
    let mut expected: Vec<String> = videos.iter().map(|one| one.title.clone()).collect();
    assert_eq!(every_title(&platform).await, expected);
    let (there, before) = chunks(&platform).await;
    assert!(before.len() >= 3, "{}", before.len());
    assert_eq!(there, before, "nothing is left behind");

    let id = videos[TITLES / 2].id;
    let renamed =
        |video: &Video| Ok::<_, StoreError>(Some(Video { title: "Film 120 renamed".to_owned(), ..video.clone() }));
    publisher.change(id, renamed, |_| Ok(Vec::new())).await.expect("changed").expect("it is listed");
    expected[TITLES / 2] = "Film 120 renamed".to_owned();
    assert_eq!(every_title(&platform).await, expected);
    let (there, after) = chunks(&platform).await;
    assert_eq!(there, after);
    assert_eq!(before.difference(&after).count(), 1, "one chunk was replaced");

    let stale = Change { before: Some(videos.remove(TITLES / 2)), after: None };
    let lost = publisher.commit(Vec::new(), &[stale]).await;
    assert!(matches!(lost, Err(StoreError::Condition(_))), "{lost:?}");
    assert_eq!(every_title(&platform).await, expected, "a lost race changes neither row nor snapshot");

    for some in videos.chunks(CHANGES_MAX) {
        let gone: Vec<Change> = some.iter().map(|one| Change { before: Some(one.clone()), after: None }).collect();
        publisher.commit(Vec::new(), &gone).await.expect("removed");
    }
    assert_eq!(every_title(&platform).await, ["Film 120 renamed"]);
    let (there, named) = chunks(&platform).await;
    assert_eq!((there.len(), there), (1, named));
}

#[tokio::test]
async fn row_and_snapshot_agree_after_any_fault_during_a_swap() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.ready_video(&admin, json!({ "title": "Film" })).await;
    let path = format!("/api/admin/videos/{id}");
    let mut published = false;
    for kind in ["throttle", "error", "reset_before", "reset_after", "truncate", "conflict"] {
        for count in [1, 3] {
            published = !published;
            let operation = "TransactWriteItems";
            platform.fault(json!({ "target": "dynamodb", "operation": operation, "kind": kind, "count": count }));
            let answer = admin.patch(&path, json!({ "published": published })).await;
            assert!([200, 503].contains(&answer.status()), "{kind} {count}: {answer}");
            // The SDK retries a call without a response, but not one with half a response.
            assert!(count == 3 || kind == "truncate" || answer.status() == 200, "{kind}: {answer}");
            platform.running().faults().clear();

            let row = admin.patch(&path, json!({})).await;
            let listed = platform.anyone().get("/api/videos").await;
            let in_list = listed.data().as_array().map(Vec::len) == Some(1);
            assert_eq!(row.data()["published"], in_list, "{kind} {count}");
            published = in_list;
        }
    }
}

#[tokio::test]
async fn a_reader_continues_after_a_partial_batch() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.published_video(&admin, json!({ "title": "Film" })).await;
    let fault = json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "unprocessed", "count": 1 });
    platform.fault(fault);
    assert_eq!(every_title(&platform).await, ["Film"]);
}
