//! Claims of docs/SECURITY.md that no function's own test covers.

use crate::play_video::video_of;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use support::{DEMO_PASSWORD, Platform};

fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    std::fs::read_to_string(root.join("docs/SECURITY.md")).expect("docs/SECURITY.md")
}

/// The functions that have a setting, such as the name of a secret.
fn holders(platform: &Platform, setting: &str) -> BTreeSet<String> {
    let functions = platform.running().template().functions.values();
    functions.filter(|one| one.environment.contains_key(setting)).map(|one| one.name.clone()).collect()
}

#[tokio::test]
async fn only_the_functions_listed_in_the_docs_hold_the_token_signing_key() {
    let platform = Platform::bare().await;
    let page = page();
    let row = page.lines().find(|line| line.starts_with("| `session-signing`")).expect("its row");
    let named: BTreeSet<String> =
        row.rsplit('|').nth(1).expect("a cell").split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(holders(&platform, "SESSION_SIGNING_SECRET"), named);
    assert!(
        holders(&platform, "STRIPE_SECRET").is_disjoint(&holders(&platform, "MUX_SECRET")),
        "no function holds both secrets"
    );
    for function in ["list-videos", "list-categories", "get-me", "update-progress", "health", "no-route"] {
        for setting in ["SESSION_SIGNING_SECRET", "STRIPE_SECRET", "MUX_SECRET"] {
            assert!(!holders(&platform, setting).contains(function), "{function} holds {setting}");
        }
    }
}

#[tokio::test]
async fn the_functions_documented_as_without_access_to_password_hashes_have_none() {
    let platform = Platform::bare().await;
    let users = platform.setting("login", "USERS_TABLE");
    for name in
        ["list-videos", "list-categories", "list-plans", "mux-webhook", "rank-videos", "count-metrics", "renew-images"]
    {
        let function = &platform.running().template().functions[name];
        for statement in &function.statements {
            let text = format!("{statement:?}");
            assert!(!text.contains(&format!("table/{users}")), "{name}: {text}");
        }
    }
    let webhook = &platform.running().template().functions["stripe-webhook"];
    assert!(
        format!("{:?}", webhook.statements).contains(&format!("table/{users}")),
        "a function with access is recognized"
    );
}

#[tokio::test]
async fn reads_are_served_while_the_limiter_is_down_and_everything_else_is_503() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let video = video_of(&platform, "basic").await;
    let limits = platform.setting("login", "RATE_LIMITS_TABLE");
    platform.fault(
        json!({ "target": "dynamodb", "operation": "UpdateItem", "table": limits, "kind": "error", "count": 1000 }),
    );
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    assert_eq!(viewer.play(&video).await.status(), 200);
    for answer in [
        viewer.post("/api/auth/logout", json!({})).await,
        viewer.put(&format!("/api/videos/{video}/progress"), json!({ "progress": 3 })).await,
        platform.anyone().post("/api/auth/forgot-password", json!({ "email": "basic@marquee.test" })).await,
        platform
            .anyone()
            .post("/api/auth/login", json!({ "email": "basic@marquee.test", "password": DEMO_PASSWORD }))
            .await,
    ] {
        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{answer}");
    }
    platform.console().delete("/faults").await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "nobody was signed out");
    assert!(
        platform.mail("basic@marquee.test").iter().all(|mail| !mail.to_string().contains("/reset-password?token="))
    );
}

#[tokio::test]
async fn an_expired_grant_opens_nothing_but_its_segments_can_be_fetched_for_some_hours() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let grant = viewer.play(&video_of(&platform, "basic").await).await;
    let master = grant.data()["playback_url"].as_str().expect("an address").to_owned();
    let fetch = async |url: &str| {
        let answer = platform.client().get(url).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    };
    let (status, playlist) = fetch(&master).await;
    assert_eq!(status, 200, "{playlist}");
    let child = playlist.lines().find(|line| line.starts_with("http")).expect("a media playlist").to_owned();

    platform.advance(6 * 3_600 + 1).await;

    assert_eq!(fetch(&master).await.0, 403, "a grant is valid for at most six hours");
    assert_eq!(fetch(&child).await.0, 200, "docs/SECURITY.md states this");
    platform.advance(7 * 3_600).await;
    assert_eq!(fetch(&child).await.0, 403);
}
