//! `resend-verification`: another link, at most three emails an hour to one address.

use crate::verify_email::{enter, newest_link, verify};
use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn an_address_gets_three_emails_an_hour_whoever_causes_them_and_the_response_never_shows_it() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let stranger = platform.register("bob@viewers.test").await;
    platform.advance(60).await;
    for _ in 0..4 {
        let answer = viewer.request(reqwest::Method::POST, "/api/auth/resend-verification");
        let answer = viewer.send(answer).await;
        assert_eq!((answer.status(), answer.data()), (200, &Value::Null), "{answer}");
    }
    crate::forgot_password::forget(&platform, "ada@viewers.test").await;
    enter(&stranger, "ada+x@viewers.test").await;
    platform.advance(60).await;
    assert_eq!(platform.all_mail("ada@viewers.test").len(), 3, "with the one of the registration");
    assert_eq!(platform.all_mail("ada+x@viewers.test").len(), 1);

    platform.advance(65 * 60).await;
    let asked = viewer.request(reqwest::Method::POST, "/api/auth/resend-verification");
    assert_eq!(viewer.send(asked).await.status(), 200);
    assert_eq!(platform.all_mail("ada@viewers.test").len(), 4);
    assert_eq!(verify(&platform, &newest_link(&platform, "ada@viewers.test")).await.status(), 200);
}

#[tokio::test]
async fn a_confirmed_address_gets_no_link_and_a_pending_one_gets_its_own() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    verify(&platform, &newest_link(&platform, "ada@viewers.test")).await;
    let asked = || viewer.request(reqwest::Method::POST, "/api/auth/resend-verification");
    assert_eq!(viewer.send(asked()).await.status(), 200);
    assert_eq!(platform.all_mail("ada@viewers.test").len(), 1, "there is nothing to confirm");
    enter(&viewer, "new@viewers.test").await;
    let first = newest_link(&platform, "new@viewers.test");
    assert_eq!(viewer.send(asked()).await.status(), 200);
    let second = newest_link(&platform, "new@viewers.test");
    assert_ne!(first, second);
    assert_eq!(verify(&platform, &second).await.status(), 200);
    assert_eq!(verify(&platform, &first).await.status(), 200, "the address is confirmed either way");
    assert_eq!(viewer.get("/api/auth/me").await.data()["email"], "new@viewers.test");
    let stranger = platform.anyone().post("/api/auth/resend-verification", json!({})).await;
    assert_eq!((stranger.status(), stranger.code()), (401, "UNAUTHENTICATED"), "{stranger}");
}
