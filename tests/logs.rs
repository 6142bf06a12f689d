//! Logs contain no secrets, whatever an account does.

use crate::forgot_password::{forget, token_of};
use serde_json::{Value, json};
use support::{PASSWORD, Platform};

#[tokio::test]
async fn no_log_line_contains_a_password_a_token_a_secret_or_a_full_address() {
    let platform = Platform::bare().await;
    let viewer = platform.register("Ada.Lovelace@viewers.test").await;
    platform.anyone().post("/api/auth/login", json!({ "email": viewer.email(), "password": "wr0ng-pa55word" })).await;
    platform
        .anyone()
        .post("/api/auth/register", json!({ "email": viewer.email(), "password": "taken-pa55word" }))
        .await;
    let renewed = viewer.post("/api/auth/refresh", json!({})).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "changed-pa55word" });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    forget(&platform, viewer.email()).await;
    let link = token_of(&platform, &platform.mail(viewer.email())[0]);
    let reset = json!({ "token": link, "password": "reset-pa55word" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 200);
    platform.fault(json!({ "target": "mail", "kind": "error", "count": 1 }));
    forget(&platform, viewer.email()).await;
    for kind in ["error", "truncate"] {
        platform.fault(json!({ "target": "dynamodb", "kind": kind, "count": 30 }));
        platform
            .anyone()
            .post("/api/auth/login", json!({ "email": viewer.email(), "password": "later-pa55word" }))
            .await;
        platform.console().delete("/faults").await;
    }
    let granted = platform.running().run_job("grant-admin", json!({ "email": viewer.email() })).await;
    assert!(granted.is_ok());

    let mut forbidden: Vec<String> =
        ["pa55word", PASSWORD, "lovelace", "Bearer", "argon2id"].into_iter().map(str::to_lowercase).collect();
    forbidden.extend([viewer.token().to_lowercase(), link.to_lowercase()]);
    forbidden.push(renewed.data()["token"].as_str().expect("a token").to_lowercase());
    for secret in ["SessionSigningSecret", "StripeSecret", "MuxSecret", "CommonSecret"] {
        collect(&platform.running().secret(secret), &mut forbidden);
    }
    let logs = platform.running().logs();
    assert!(logs.len() >= 10, "{}", logs.len());
    for line in &logs {
        let parsed: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(parsed.is_object() && parsed["function"].is_string(), "{line}");
        let lower = line.to_lowercase();
        for word in &forbidden {
            assert!(!lower.contains(word.as_str()), "a forbidden value of {} characters in {line}", word.len());
        }
    }
    let me = logs.iter().find(|line| line.contains("\"change-password\"")).expect("its line");
    let me: Value = serde_json::from_str(me).expect("JSON");
    for field in ["request_id", "function", "route", "user_id", "status", "duration_ms", "dynamodb_round_trips"] {
        assert!(!me[field].is_null(), "{field}: {me}");
    }
}

/// Every longer string in a secret.
fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= 12 => into.push(text.to_lowercase()),
        Value::Array(all) => all.iter().for_each(|one| collect(one, into)),
        Value::Object(all) => all.values().for_each(|one| collect(one, into)),
        _ => {}
    }
}
