//! `grant-admin`: how the operator makes an account an administrator.

use serde_json::{Value, json};
use support::Platform;

#[tokio::test]
async fn an_account_becomes_an_administrator_at_once_and_is_audited_once() {
    let platform = Platform::bare().await;
    let viewer = platform.register("Ada@viewers.test").await;
    assert_eq!(viewer.get("/api/auth/me").await.data()["role"], "viewer");
    for spelling in ["ADA@viewers.test", " ada@viewers.test "] {
        let granted = platform.running().run_job("grant-admin", json!({ "email": spelling })).await;
        assert_eq!(granted.expect("granted")["role"], "admin");
    }

    assert_eq!(
        viewer.get("/api/auth/me").await.data()["role"],
        "admin",
        "the role comes from the row, not from the token"
    );
    let scan = json!({ "TableName": platform.setting("grant-admin", "AUDIT_TABLE") });
    let audit = platform.aws("DynamoDB_20120810.Scan", scan).await;
    assert_eq!(audit["Count"], 1, "{audit}");
    assert_eq!(audit["Items"][0]["action"]["S"], "user.grant_admin");
    assert_eq!(audit["Items"][0]["before"]["M"]["role"]["S"], "viewer");
}

#[tokio::test]
async fn the_error_for_an_unknown_address_names_it_and_no_log_does() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let run = |event: Value| async { platform.running().run_job("grant-admin", event).await };

    let error = run(json!({ "email": "nobody@viewers.test" })).await.expect_err("refused");

    assert!(error.contains("nobody@viewers.test"), "{error}");
    assert!(platform.running().logs().iter().all(|line| !line.contains("nobody@viewers.test")));
    for wrong in [json!({}), json!({ "email": "nobody" }), json!({ "email": 1 }), Value::Null] {
        assert!(run(wrong.clone()).await.is_err(), "{wrong}");
    }
    assert_eq!(viewer.get("/api/auth/me").await.data()["role"], "viewer");
}
