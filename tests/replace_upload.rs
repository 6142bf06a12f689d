//! `replace-upload`: a new file for a video, while the old one plays.

use reqwest::Method;
use serde_json::{Value, json};
use support::videos::{asset, media, playback_id};
use support::{DEMO_PASSWORD, Platform, Viewer};

const MINUTES_15: u64 = 15 * 60;
const DAY: u64 = 24 * 3_600;

/// Opens a new upload: its id and URL.
async fn replace(admin: &Viewer, id: &str) -> Value {
    let opened = admin.post(&format!("/api/admin/videos/{id}/upload"), json!({})).await;
    assert_eq!(opened.status(), 201, "{opened}");
    opened.data()["upload"].clone()
}

/// The asset of an upload, as it appears in an event.
fn asset_of(id: &str, upload: &Value, name: &str) -> Value {
    let mut new = asset(id);
    new["id"] = json!(format!("{name}-{id}"));
    new["upload_id"] = upload["id"].clone();
    new["duration"] = json!(120.0);
    new["playback_ids"] = json!([{ "id": format!("{name}-playback-{id}"), "policy": "signed" }]);
    new
}

async fn send_event(platform: &Platform, kind: &str, asset: &Value) {
    let told = platform.mux_event(kind, asset.clone()).await;
    assert_eq!(told.status(), 200, "{told}");
}

#[tokio::test]
async fn a_failed_video_gets_a_new_file_and_late_events_of_the_old_one_are_ignored() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({})).await;
    let mut failed = asset(&id);
    failed["status"] = json!("errored");
    send_event(&platform, "video.asset.errored", &failed).await;
    assert_eq!(platform.admin_video(&admin, &id).await["status"], "error");

    let upload = replace(&admin, &id).await;
    let waiting = platform.admin_video(&admin, &id).await;
    assert_eq!((&waiting["status"], &waiting["error_reason"]), (&json!("processing"), &Value::Null), "{waiting}");
    assert_eq!(waiting["upload_expires_at"], upload["expires_at"]);
    // The old asset recovers, fails again, is deleted: it no longer belongs to this video.
    send_event(&platform, "video.asset.ready", &asset(&id)).await;
    send_event(&platform, "video.asset.errored", &failed).await;
    send_event(&platform, "video.asset.deleted", &asset(&id)).await;
    assert_eq!(platform.admin_video(&admin, &id).await, waiting);

    let new = asset_of(&id, &upload, "new");
    send_event(&platform, "video.asset.ready", &new).await;
    let ready = platform.admin_video(&admin, &id).await;
    assert_eq!((&ready["status"], &ready["mux_asset_id"]), (&json!("ready"), &new["id"]), "{ready}");
    assert_eq!(ready["duration"], 120.0);
}

/// A published video of the demo that gets a new file.
struct Replacing {
    platform: Platform,
    admin: Viewer,
    viewer: Viewer,
    id: String,
    /// The video before.
    before: Value,
    /// The upload of the new file, and the asset that it becomes.
    upload: Value,
    new: Value,
}

async fn replacing() -> Replacing {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let id = crate::play_video::video_of(&platform, "basic").await;
    let before = platform.admin_video(&admin, &id).await;
    assert_eq!(before["video_quality"], "basic");
    let opened = admin.post(&format!("/api/admin/videos/{id}/upload"), json!({ "video_quality": "plus" })).await;
    let upload = opened.data()["upload"].clone();
    let new = asset_of(&id, &upload, "new");
    Replacing { platform, admin, viewer, id, before, upload, new }
}

#[tokio::test]
async fn the_old_file_plays_until_the_new_one_is_ready() {
    let Replacing { platform, admin, viewer, id, before, upload, new } = replacing().await;

    let waiting = platform.admin_video(&admin, &id).await;
    assert_eq!(waiting["video_quality"], "basic", "that of the file that plays");
    assert_eq!((&waiting["status"], &waiting["published"]), (&json!("ready"), &json!(true)), "{waiting}");
    let replacement = &waiting["replacement"];
    assert_eq!((&replacement["status"], &replacement["received"]), (&json!("processing"), &json!(false)));
    assert_eq!(replacement["expires_at"], upload["expires_at"]);
    let mut preparing = new.clone();
    preparing["status"] = json!("preparing");
    send_event(&platform, "video.asset.created", &preparing).await;
    assert_eq!(platform.admin_video(&admin, &id).await["replacement"]["received"], true);
    let plays = viewer.play(&id).await;
    let old_playback = before["mux_playback_id"].as_str().expect("a playback id");
    assert!(plays.data()["playback_url"].as_str().is_some_and(|url| url.contains(old_playback)), "{plays}");
}

#[tokio::test]
async fn the_new_file_plays_once_it_is_ready() {
    let Replacing { platform, admin, viewer, id, before, new, .. } = replacing().await;

    send_event(&platform, "video.asset.ready", &new).await;

    let after = platform.admin_video(&admin, &id).await;
    assert_eq!((&after["status"], &after["published"]), (&json!("ready"), &json!(true)), "{after}");
    assert_eq!((&after["mux_asset_id"], &after["duration"]), (&new["id"], &json!(120.0)));
    assert_eq!((&after["replacement"], &after["video_quality"]), (&Value::Null, &json!("plus")));
    assert_ne!(after["poster"], before["poster"]);
    let plays = viewer.play(&id).await;
    assert!(plays.data()["playback_url"].as_str().is_some_and(|url| url.contains("new-playback")), "{plays}");
    let listed = platform.anyone().get("/api/videos?limit=100").await;
    let listed = listed.data().as_array().and_then(|all| all.iter().find(|video| video["id"] == id.as_str()));
    assert_eq!(listed.map(|video| video["duration"].clone()), Some(json!(120.0)));
}

#[tokio::test]
async fn a_replaced_file_is_deleted_at_mux_which_unpublishes_nothing() {
    let Replacing { platform, admin, id, before, new, .. } = replacing().await;
    let old = before["mux_asset_id"].as_str().expect("an asset");
    send_event(&platform, "video.asset.ready", &new).await;

    platform.advance(MINUTES_15).await;

    assert_eq!(platform.at_mux(Method::GET, &format!("assets/{old}")).await.0, 404);
    let settled = platform.admin_video(&admin, &id).await;
    assert_eq!((&settled["status"], &settled["published"]), (&json!("ready"), &json!(true)));
}

/// The text of the captions that a viewer gets, by language.
async fn captions_of(platform: &Platform, viewer: &Viewer, id: &str) -> Vec<(String, String, String)> {
    let played = viewer.play(id).await;
    let mut captions = Vec::new();
    for track in played.data()["captions"].as_array().expect("a list") {
        let url = track["url"].as_str().expect("a URL");
        let text = platform.client().get(url).send().await.expect("an answer").text().await.expect("text");
        let word = |name: &str| track[name].as_str().expect("a word").to_owned();
        captions.push((word("language"), word("name"), text));
    }
    captions.sort();
    captions
}

#[tokio::test]
async fn uploaded_captions_stay_when_the_file_is_replaced() {
    let platform = Platform::start().await;
    let (admin, id) = crate::put_caption::film(&platform).await;
    let put = crate::put_caption::put(&admin, &id, "de", "text/vtt", crate::put_caption::VTT).await;
    assert_eq!(put.status(), 200, "{put}");
    crate::put_caption::settled(&platform, &admin, &id).await;
    platform.advance(MINUTES_15).await;
    let before = captions_of(&platform, &admin, &id).await;
    assert_eq!(before.iter().map(|(language, ..)| language.as_str()).collect::<Vec<_>>(), ["de", "en"]);
    let old = platform.admin_video(&admin, &id).await["mux_asset_id"].as_str().expect("an asset").to_owned();

    let upload = replace(&admin, &id).await;
    let film = media("mp4", &["-f", "lavfi", "-i", "testsrc2=s=64x36:r=24:d=5", "-pix_fmt", "yuv420p"]);
    let new = platform.upload(&upload, film).await;
    platform.advance(MINUTES_15).await;
    crate::put_caption::settled(&platform, &admin, &id).await;
    platform.advance(MINUTES_15).await;

    let video = platform.admin_video(&admin, &id).await;
    assert_eq!((&video["mux_asset_id"], &video["replacement"]), (&new["id"], &Value::Null), "{video}");
    assert_eq!(captions_of(&platform, &admin, &id).await, before);
    assert_eq!(platform.at_mux(Method::GET, &format!("assets/{old}")).await.0, 404, "the old asset is gone");
    let run = platform.console().post("/jobs/reconcile-videos", json!({})).await;
    assert_eq!(run.json()["result"]["checked"], 0, "nothing is left to do: {run}");
}

#[tokio::test]
async fn a_failed_replacement_is_reported_and_leaves_the_old_file_playing() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (case, change, words) in [
        ("errored", json!({ "status": "errored", "errors": { "messages": ["It is torn."] } }), "It is torn."),
        ("sound", json!({ "tracks": [{ "type": "audio", "id": "a" }] }), "no picture"),
        ("empty", json!({ "duration": 0.0 }), "no length"),
        ("still", json!({ "duration": 0.04 }), "no length"),
        ("open", json!({ "playback_ids": [{ "id": "open", "policy": "public" }] }), "no signed playback id"),
    ] {
        let id = platform.published_video(&admin, json!({})).await;
        let upload = replace(&admin, &id).await;
        let mut bad = asset_of(&id, &upload, "bad");
        for (field, value) in change.as_object().expect("fields") {
            bad[field] = value.clone();
        }
        let kind = if case == "errored" { "video.asset.errored" } else { "video.asset.ready" };
        send_event(&platform, kind, &bad).await;

        let video = platform.admin_video(&admin, &id).await;
        assert_eq!((&video["status"], &video["published"]), (&json!("ready"), &json!(true)), "{case}: {video}");
        assert_eq!(video["mux_playback_id"], playback_id(&id), "{case}");
        let reason = video["replacement"]["error_reason"].as_str().unwrap_or_default();
        assert!(video["replacement"]["status"] == "error" && reason.contains(words), "{case}: {video}");
        // Once more: a failed replacement does not block another.
        let again = replace(&admin, &id).await;
        send_event(&platform, "video.asset.ready", &asset_of(&id, &again, "good")).await;
        let video = platform.admin_video(&admin, &id).await;
        assert_eq!((&video["replacement"], &video["duration"]), (&Value::Null, &json!(120.0)), "{case}: {video}");
    }
}

#[tokio::test]
async fn a_replacement_that_never_arrives_is_dropped_when_its_link_expires() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    replace(&admin, &id).await;

    platform.advance(DAY + MINUTES_15).await;

    let video = platform.admin_video(&admin, &id).await;
    assert_eq!((&video["status"], &video["published"]), (&json!("ready"), &json!(true)), "{video}");
    let reason = video["replacement"]["error_reason"].as_str().unwrap_or_default();
    assert!(reason.contains("before the upload link expired"), "{video}");
}

#[tokio::test]
async fn the_last_of_two_replacements_wins() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let (one, other) = tokio::join!(replace(&admin, &id), replace(&admin, &id));
    let last = platform.admin_video(&admin, &id).await;
    assert_eq!(last["replacement"]["status"], "processing", "{last}");
    platform.advance(MINUTES_15).await;
    let mut waiting = Vec::new();
    for upload in [&one, &other] {
        let path = format!("uploads/{}", upload["id"].as_str().expect("an id"));
        let (_, at_mux) = platform.at_mux(Method::GET, &path).await;
        if at_mux["status"] == "waiting" {
            waiting.push(upload);
        }
    }
    let [counts] = waiting[..] else { panic!("one of them is cancelled: {waiting:?}") };
    let lost = if counts["id"] == one["id"] { &other } else { &one };
    send_event(&platform, "video.asset.ready", &asset_of(&id, lost, "lost")).await;
    assert_eq!(platform.admin_video(&admin, &id).await["mux_playback_id"], playback_id(&id));
    send_event(&platform, "video.asset.ready", &asset_of(&id, counts, "counts")).await;
    assert_eq!(platform.admin_video(&admin, &id).await["mux_asset_id"], format!("counts-{id}"));
}

#[tokio::test]
async fn a_video_deleted_meanwhile_leaves_no_upload_behind() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let first = replace(&admin, &id).await;
    let second = replace(&admin, &id).await;

    assert_eq!(admin.delete(&format!("/api/admin/videos/{id}")).await.status(), 200);

    for upload in [first, second] {
        let path = format!("uploads/{}", upload["id"].as_str().expect("an id"));
        assert_eq!(platform.at_mux(Method::GET, &path).await.1["status"], "cancelled");
    }
    assert_eq!(admin.post(&format!("/api/admin/videos/{id}/upload"), json!({})).await.code(), "NOT_FOUND");
}

#[tokio::test]
async fn a_file_that_was_deleted_at_mux_can_be_uploaded_again_and_is_then_published_manually() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    send_event(&platform, "video.asset.deleted", &asset(&id)).await;
    let upload = replace(&admin, &id).await;
    send_event(&platform, "video.asset.updated", &asset(&id)).await;
    assert_eq!(platform.admin_video(&admin, &id).await["status"], "processing", "a late event about the deleted video");

    send_event(&platform, "video.asset.ready", &asset_of(&id, &upload, "new")).await;

    let video = platform.admin_video(&admin, &id).await;
    assert_eq!((&video["status"], &video["published"]), (&json!("ready"), &json!(false)), "{video}");
}

#[tokio::test]
async fn the_video_quality_is_passed_to_mux_and_unknown_values_are_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.new_video(&admin, json!({ "video_quality": "plus" })).await;
    assert_eq!(platform.admin_video(&admin, &id).await["video_quality"], "plus");
    let path = format!("/api/admin/videos/{id}/upload");
    for (body, quality) in [(json!({}), "plus"), (json!({ "video_quality": "premium" }), "premium")] {
        let opened = admin.post(&path, body).await;
        assert_eq!(opened.data()["video"]["video_quality"], quality, "{opened}");
        let upload = format!("uploads/{}", opened.data()["upload"]["id"].as_str().expect("an id"));
        let (_, upload) = platform.at_mux(Method::GET, &upload).await;
        assert_eq!(upload["new_asset_settings"]["video_quality"], quality, "{upload}");
    }
    let default = platform.new_video(&admin, json!({})).await;
    assert_eq!(platform.admin_video(&admin, &default).await["video_quality"], "basic");
    for wrong in [json!({ "video_quality": "best" }), json!({ "file": "x" })] {
        let refused = admin.post(&path, wrong).await;
        assert_eq!((refused.code(), platform.round_trips(&refused, "mux")), ("VALIDATION_ERROR", 0), "{refused}");
    }
}

#[tokio::test]
async fn nothing_changes_while_mux_is_down_and_viewers_are_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let before = platform.admin_video(&admin, &id).await;
    let path = format!("/api/admin/videos/{id}/upload");
    for kind in ["error", "throttle", "reset_before", "reset_after"] {
        platform.fault(json!({ "target": "mux", "kind": kind, "count": 1 }));
        let answer = admin.post(&path, json!({})).await;
        assert_eq!((answer.status(), answer.code()), (502, "VIDEO_PROVIDER_UNAVAILABLE"), "{kind}: {answer}");
    }
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.post(&path, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(platform.admin_video(&admin, &id).await, before);
    let bare = admin.send(admin.request(Method::POST, &path)).await;
    assert_eq!(bare.status(), 201, "a POST without a body is fine: {bare}");
    let audit = admin.get("/api/admin/audit").await;
    let audit_entries = audit
        .data()
        .as_array()
        .expect("deeds")
        .iter()
        .filter(|audit_entry| audit_entry["action"] == "video.replace_upload");
    let audit_entries: Vec<&Value> = audit_entries.map(|audit_entry| &audit_entry["subject"]).collect();
    assert_eq!(audit_entries, [&json!(id)], "a failed request is not audited: {audit}");
}
