//! `revoke-session`: signs out one device of the user, and nobody else's.

use serde_json::Value;
use support::{PASSWORD, Platform, Viewer};

async fn own_id(viewer: &Viewer) -> String {
    let answer = viewer.get("/api/auth/sessions").await;
    let sessions = answer.data().as_array().expect("a list");
    let own = sessions.iter().find(|one| one["current"] == true).expect("the current one");
    own["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_revoked_device_is_refused_at_its_next_request_and_the_others_stay() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let lost = platform.sign_in("ada@viewers.test", PASSWORD).await;
    let path = format!("/api/auth/sessions/{}", own_id(&lost).await);

    let answer = viewer.delete(&path).await;

    assert_eq!((answer.status(), answer.data()), (200, &Value::Null), "{answer}");
    let refused = lost.get("/api/auth/me").await;
    assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    assert_eq!(viewer.delete(&path).await.code(), "NOT_FOUND", "it is gone");
    let own = format!("/api/auth/sessions/{}", own_id(&viewer).await);
    assert_eq!(viewer.delete(&own).await.status(), 200, "revoking the own session equals signing out");
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
}

#[tokio::test]
async fn another_users_session_is_not_found_and_stays_alive() {
    let platform = Platform::bare().await;
    let victim = platform.register("ada@viewers.test").await;
    let attacker = platform.register("eve@viewers.test").await;
    let id = own_id(&victim).await;
    for id in [id.as_str(), &id.to_uppercase(), "01890000-0000-7000-8000-000000000000", "x", "%2e%2e", "SESSION%23"] {
        let answer = attacker.delete(&format!("/api/auth/sessions/{id}")).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{id}: {answer}");
    }
    assert_eq!(victim.get("/api/auth/me").await.status(), 200);
}
