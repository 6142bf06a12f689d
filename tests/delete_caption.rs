//! `delete-caption`

use serde_json::Value;
use support::Platform;

#[tokio::test]
async fn removed_captions_are_gone_at_mux_and_from_the_player() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", support::DEMO_PASSWORD).await;
    let listed = admin.get("/api/videos?q=Deep%20Quiet").await;
    let id = listed.data()[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/admin/videos/{id}/captions/en");
    assert_eq!(admin.play(&id).await.data()["captions"].as_array().map(Vec::len), Some(1));

    let viewer = platform.register("ada@viewers.test").await;
    assert_eq!(viewer.delete(&path).await.status(), 403);
    assert_eq!(admin.delete(&format!("{path}?track_id=another")).await.status(), 404);
    let deleted = admin.delete(&path).await;

    assert_eq!((deleted.status(), &deleted.data()["captions"]), (200, &Value::Array(Vec::new())), "{deleted}");
    platform.advance(0).await;
    assert_eq!(admin.play(&id).await.data()["captions"], Value::Array(Vec::new()));
    let asset = platform.admin_video(&admin, &id).await["mux_asset_id"].as_str().expect("an id").to_owned();
    let (_, asset) = platform.at_mux(reqwest::Method::GET, &format!("assets/{asset}")).await;
    assert!(!asset["tracks"].as_array().expect("tracks").iter().any(|track| track["type"] == "text"), "{asset}");
    assert_eq!(admin.delete(&path).await.status(), 404, "there are none any more");
    let audit = admin.get("/api/admin/audit").await;
    assert_eq!(audit.data()[0]["action"], "video.delete_caption", "{audit}");
}
