//! `refresh-token`: the same session continues with a fresh token.

use serde_json::json;
use support::{Answer, PASSWORD, Platform, Viewer};

const DAY: u64 = 86_400;

async fn refresh(viewer: &Viewer) -> Answer {
    viewer.post("/api/auth/refresh", json!({})).await
}

fn renewed(viewer: &Viewer, answer: &Answer) -> Viewer {
    assert_eq!(answer.status(), 200, "{answer}");
    viewer.with_token(viewer.email(), answer.data()["token"].as_str().expect("a token").to_owned())
}

#[tokio::test]
async fn a_fresh_token_works_and_older_ones_are_refused_a_minute_later() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(DAY).await;

    let answer = refresh(&viewer).await;
    let fresh = renewed(&viewer, &answer);

    assert_ne!(fresh.token(), viewer.token());
    assert_eq!(answer.data()["user"]["email"], "ada@viewers.test");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "a response with a token is never compressed");
    platform.advance(50).await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "requests in flight succeed");
    platform.advance(15).await;
    let old = viewer.get("/api/auth/me").await;
    assert_eq!((old.status(), old.code()), (401, "SESSION_REVOKED"), "{old}");
    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);
    let sessions = fresh.get("/api/auth/sessions").await;
    assert_eq!(sessions.data().as_array().map(Vec::len), Some(1), "it is the same session: {sessions}");
}

#[tokio::test]
async fn an_expired_token_can_be_refreshed_while_its_session_lives() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(29 * DAY).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "TOKEN_EXPIRED");

    let fresh = renewed(&viewer, &refresh(&viewer).await);

    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);
    platform.advance(31 * DAY).await;
    assert_eq!(refresh(&fresh).await.code(), "SESSION_REVOKED", "unused for 30 days");
    platform.advance(7 * DAY).await;
    assert_eq!(refresh(&fresh).await.code(), "TOKEN_EXPIRED", "expired more than 30 days ago");
}

#[tokio::test]
async fn no_session_lasts_longer_than_180_days_however_often_it_is_used() {
    let platform = Platform::bare().await;
    let mut viewer = platform.register("ada@viewers.test").await;
    for _ in 0..8 {
        platform.advance(22 * DAY).await;
        viewer = renewed(&viewer, &refresh(&viewer).await);
    }
    platform.advance(3 * DAY).await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "on day 179");
    platform.advance(DAY + 60).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED", "on day 180");
    assert_eq!(refresh(&viewer).await.code(), "SESSION_REVOKED");
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn a_token_that_is_exchanged_again_after_a_minute_ends_its_session_for_both() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    platform.advance(DAY).await;
    let fresh = renewed(&viewer, &refresh(&viewer).await);
    platform.advance(61).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED", "using it for requests ends nothing");
    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);

    let again = refresh(&viewer).await;

    assert_eq!((again.status(), again.code()), (401, "SESSION_REVOKED"), "{again}");
    assert_eq!(fresh.get("/api/auth/me").await.code(), "SESSION_REVOKED", "whichever of the two is the thief");
    assert_eq!(refresh(&fresh).await.code(), "SESSION_REVOKED");
    assert_eq!(other.get("/api/auth/me").await.status(), 200, "another session of the account continues");
}

#[tokio::test]
async fn a_thief_who_exchanges_the_token_first_is_signed_out_when_the_owner_exchanges_it() {
    let platform = Platform::bare().await;
    let owner = platform.register("ada@viewers.test").await;
    platform.advance(3_600).await;
    let thief = renewed(&owner, &refresh(&owner).await);
    platform.advance(8 * DAY).await;
    let thief = renewed(&thief, &refresh(&thief).await);
    assert_eq!(refresh(&owner).await.code(), "SESSION_REVOKED", "expired, and two exchanges old");
    assert_eq!(thief.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn tabs_that_exchange_one_token_within_a_minute_get_the_same_new_one() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(DAY).await;
    let first = renewed(&viewer, &refresh(&viewer).await);
    platform.advance(30).await;
    let second = renewed(&viewer, &refresh(&viewer).await);
    assert_eq!(first.token(), second.token());

    platform.advance(300).await;
    assert_eq!(first.get("/api/auth/me").await.status(), 200, "neither tab is signed out");
    let next = renewed(&first, &refresh(&first).await);
    assert_eq!(next.get("/api/auth/me").await.status(), 200);
}

#[tokio::test]
async fn a_token_is_valid_for_a_minute_after_its_own_exchange_even_if_its_successor_is_exchanged_too() {
    let platform = Platform::bare().await;
    let first = platform.register("ada@viewers.test").await;
    platform.advance(2).await;
    let second = renewed(&first, &refresh(&first).await);
    platform.advance(20).await;
    let third = renewed(&second, &refresh(&second).await);
    assert!(first.token() != second.token() && second.token() != third.token());
    platform.advance(20).await;
    for viewer in [&first, &second, &third] {
        assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "exchanged less than a minute ago");
    }
    for viewer in [&first, &second] {
        assert_eq!(renewed(viewer, &refresh(viewer).await).token(), third.token(), "the session's newest token");
    }

    platform.advance(22).await;
    assert_eq!(first.get("/api/auth/me").await.code(), "SESSION_REVOKED", "exchanged 62 seconds ago");
    assert_eq!(second.get("/api/auth/me").await.status(), 200, "exchanged 42 seconds ago");
    platform.advance(20).await;
    assert_eq!(second.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    assert_eq!(third.get("/api/auth/me").await.status(), 200);
    assert_eq!(refresh(&first).await.code(), "SESSION_REVOKED", "a copy of it is still in use");
    assert_eq!(third.get("/api/auth/me").await.code(), "SESSION_REVOKED", "the session has ended");
}

#[tokio::test]
async fn an_exchange_whose_write_response_was_lost_counts_once() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(DAY).await;
    let sessions = platform.setting("refresh-token", "SESSIONS_TABLE");
    let fault = json!({ "target": "dynamodb", "table": sessions, "operation": "UpdateItem", "kind": "reset_after",
        "count": 1 });
    platform.fault(fault);
    let fresh = renewed(&viewer, &refresh(&viewer).await);
    platform.advance(61).await;
    assert_eq!(fresh.get("/api/auth/me").await.status(), 200);
}

#[tokio::test]
async fn an_exchange_does_not_revive_an_ended_session() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    // Less than an hour, after which a use would be recorded, so the exchange is the only update of the session.
    platform.advance(1_800).await;
    let sessions = platform.setting("refresh-token", "SESSIONS_TABLE");
    platform.fault(json!({ "target": "dynamodb", "table": sessions, "operation": "UpdateItem", "kind": "wait",
        "count": 1 }));
    let out = async {
        // By now the exchange has read the session and waits to write it.
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let out = viewer.post("/api/auth/logout", json!({})).await;
        platform.running().faults().clear();
        out
    };
    let (late, out) = tokio::join!(refresh(&viewer), out);
    assert_eq!(out.status(), 200, "{out}");
    assert_eq!((late.status(), late.code()), (401, "SESSION_REVOKED"), "{late}");
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    assert_eq!(refresh(&viewer).await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn parallel_exchanges_leave_a_session_that_works() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let viewer = viewer.clone();
        asked.spawn(async move { refresh(&viewer).await });
    }
    let answers = asked.join_all().await;
    let renewed: Vec<Viewer> = answers.iter().map(|answer| renewed(&viewer, answer)).collect();
    platform.advance(61).await;
    for viewer in renewed {
        assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "each tab continues after the overlap");
    }
}
