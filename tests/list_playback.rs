//! `list-playback`: the account's live streams.

use crate::play_video::video_of;
use support::{DEMO_PASSWORD, Platform};

#[tokio::test]
async fn the_list_shows_only_live_streams_of_the_users_own_account() {
    let platform = Platform::start().await;
    let basic = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let premium = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    assert_eq!(basic.get("/api/playback").await.data().as_array().map(Vec::len), Some(0));

    let grant = basic.play(&video_of(&platform, "basic").await).await;

    let listed = basic.get("/api/playback").await;
    assert_eq!(listed.data()[0]["playback_session_id"], grant.data()["playback_session_id"], "{listed}");
    assert_eq!(listed.data()[0]["current"], true);
    assert_eq!(platform.round_trips(&listed, "dynamodb"), 1);
    assert_eq!(premium.get("/api/playback").await.data().as_array().map(Vec::len), Some(0));
    platform.advance(31).await;
    assert_eq!(basic.get("/api/playback").await.data().as_array().map(Vec::len), Some(0), "it expired");
}
