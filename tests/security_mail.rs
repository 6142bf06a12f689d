//! Mail about an account's security: the owner is notified of a changed or reset password, a deletion, and a sign-in
//! from a new device.

use crate::forgot_password::{forget, token_of};
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform};

const ADA: &str = "Ada@viewers.test";

async fn sign_in(platform: &Platform, device: Option<&str>, agent: Option<&str>, email: &str) -> Answer {
    let request = platform.anyone().request(reqwest::Method::POST, "/api/auth/login");
    let request = match agent {
        Some(agent) => request.header("user-agent", agent),
        None => request,
    };
    let mut body = json!({ "email": email, "password": PASSWORD });
    if let Some(device) = device {
        body["device_name"] = json!(device);
    }
    platform.anyone().send(request.json(&body)).await
}

/// The subjects of Ada's mail, newest first, after the job has run.
async fn subjects(platform: &Platform) -> Vec<String> {
    platform.advance(5 * 60 + 1).await;
    let mail = platform.mail(ADA);
    mail.iter().map(|one| one["subject"].as_str().expect("a subject").to_owned()).collect()
}

#[tokio::test]
async fn a_sign_in_from_a_new_device_sends_one_notice_and_the_registering_device_is_known() {
    let platform = Platform::bare().await;
    platform.register(ADA).await;
    assert_eq!(sign_in(&platform, None, None, ADA).await.status(), 200);
    assert_eq!(subjects(&platform).await, [""; 0], "the device that registered is known");

    assert_eq!(sign_in(&platform, Some("A thief's <b>laptop</b>"), None, " ada@VIEWERS.test ").await.status(), 200);
    let told = subjects(&platform).await;
    assert_eq!(told, ["New sign-in to your Marquee account"]);
    let mail = &platform.mail(ADA)[0];
    assert_eq!(mail["to"], json!([ADA]), "sent to the account's address, not to the one typed");
    assert!(mail["text"].as_str().is_some_and(|text| text.contains("A thief's <b>laptop</b>")), "{mail}");
    assert!(mail["html"].as_str().is_some_and(|html| !html.contains("<b>laptop")), "{mail}");
    assert!(
        mail["text"].as_str().is_some_and(|text| text.contains("/forgot-password")),
        "the mail says what to do: {mail}"
    );

    for device in ["A thief's <b>laptop</b>", "  a THIEF's <b>laptop</b> "] {
        assert_eq!(sign_in(&platform, Some(device), None, ADA).await.status(), 200);
    }
    assert_eq!(subjects(&platform).await.len(), 1, "the device is known by now");
}

#[tokio::test]
async fn other_software_or_another_network_is_a_new_device_and_an_update_is_not() {
    let platform = Platform::bare().await;
    platform.register(ADA).await;
    let chrome = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0";
    for (agent, mails) in [(chrome, 1), ("Mozilla/5.0 (X11; Linux x86_64) Chrome/131.0.0.0", 1), ("curl/8", 2)] {
        assert_eq!(sign_in(&platform, None, Some(agent), ADA).await.status(), 200);
        assert_eq!(subjects(&platform).await.len(), mails, "{agent}");
    }
    let origin = platform.running().secret("CommonSecret")["origin_verify"].as_str().expect("a secret").to_owned();
    for (address, mails) in [("198.51.100.7:1", 3), ("198.51.100.9:2", 3), ("203.0.113.1:1", 4), ("127.0.0.1:9", 4)] {
        let request = platform.anyone().request(reqwest::Method::POST, "/api/auth/login");
        let request = request.header("user-agent", chrome).header("x-origin-verify", &origin);
        let request = request.header("cloudfront-viewer-address", address);
        let answer = platform.anyone().send(request.json(&json!({ "email": ADA, "password": PASSWORD }))).await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(subjects(&platform).await.len(), mails, "{address}");
    }
}

#[tokio::test]
async fn a_failed_sign_in_sends_no_notice_and_ten_concurrent_ones_from_a_new_device_send_one() {
    let platform = Platform::bare().await;
    platform.register(ADA).await;
    let wrong = json!({ "email": ADA, "password": "not the password", "device_name": "Laptop" });
    assert_eq!(platform.anyone().post("/api/auth/login", wrong).await.status(), 401);
    assert_eq!(subjects(&platform).await.len(), 0);
    let asked = (0..8).map(|_| sign_in(&platform, Some("Laptop"), None, ADA));
    for answer in futures::future::join_all(asked).await {
        assert_eq!(answer.status(), 200, "{answer}");
    }
    assert_eq!(subjects(&platform).await.len(), 1);
}

#[tokio::test]
async fn a_sign_in_waits_for_dynamodb_twice_whether_the_device_is_new_or_known() {
    let platform = Platform::bare().await;
    platform.register(ADA).await;
    for device in [None, Some("Laptop"), Some("Laptop")] {
        let answer = sign_in(&platform, device, None, ADA).await;
        assert_eq!(answer.status(), 200, "{answer}");
        assert_eq!(platform.round_trips(&answer, "dynamodb"), 2, "{device:?}: {:?}", platform.calls(&answer));
    }
}

#[tokio::test]
async fn no_sign_in_from_a_new_device_goes_unnoticed() {
    let platform = Platform::bare().await;
    platform.register(ADA).await;
    let table = platform.setting("login", "MAIL_TABLE");
    for kind in ["error", "reset_before", "conflict"] {
        platform.fault(json!({ "target": "dynamodb", "table": table, "kind": kind, "count": 100 }));
        let answer = sign_in(&platform, Some("Laptop"), None, ADA).await;
        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{kind}: {answer}");
        platform.running().faults().clear();
    }
    assert_eq!(sign_in(&platform, Some("Laptop"), None, ADA).await.status(), 200);
    assert_eq!(subjects(&platform).await.len(), 1);
}

#[tokio::test]
async fn a_changed_and_a_reset_password_send_one_notice_each_and_a_refused_change_none() {
    let platform = Platform::bare().await;
    let viewer = platform.register(ADA).await;
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    for refused in [change("not the password", "another long phrase"), change(PASSWORD, "short")] {
        assert_ne!(viewer.post("/api/auth/change-password", refused).await.status(), 200);
    }
    assert_eq!(platform.mail(ADA).len(), 0);
    let changed = viewer.post("/api/auth/change-password", change(PASSWORD, "another long phrase")).await;
    assert_eq!(changed.status(), 200, "{changed}");
    let subjects = |mail: &[Value]| mail.iter().map(|one| one["subject"].clone()).collect::<Vec<_>>();
    assert_eq!(subjects(&platform.mail(ADA)), ["Your Marquee password was changed"], "at once");

    forget(&platform, ADA).await;
    let token = token_of(&platform, &platform.mail(ADA)[0]);
    let reset = json!({ "token": token, "password": "a third long phrase" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset.clone()).await.status(), 200);
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 410);
    assert_eq!(platform.mail(ADA)[0]["subject"], "Your Marquee password was reset");
    platform.advance(600).await;
    assert_eq!(platform.mail(ADA).len(), 3, "each once: {:?}", subjects(&platform.mail(ADA)));
    for mail in platform.mail(ADA) {
        assert!(!mail["text"].as_str().expect("text").contains("phrase"), "the mail contains no password: {mail}");
    }
}

#[tokio::test]
async fn the_limit_on_account_mail_suppresses_no_notice() {
    let platform = Platform::bare().await;
    let viewer = platform.register(ADA).await;
    // Anybody can use up what is left of the three links of an hour after the registration's.
    for _ in 0..5 {
        forget(&platform, ADA).await;
    }
    assert_eq!(platform.mail(ADA).len(), 2);
    assert_eq!(sign_in(&platform, Some("Laptop"), None, ADA).await.status(), 200);
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    platform.advance(301).await;
    let subjects: Vec<Value> = platform.mail(ADA).iter().map(|one| one["subject"].clone()).collect();
    assert!(subjects.contains(&json!("New sign-in to your Marquee account")), "{subjects:?}");
    assert!(subjects.contains(&json!("Your Marquee password was changed")), "{subjects:?}");
    // And notices use up no links.
    platform.advance(3_700).await;
    forget(&platform, ADA).await;
    assert_eq!(platform.mail(ADA)[0]["subject"], "Reset your Marquee password");
}

#[tokio::test]
async fn a_crash_after_the_change_loses_no_notice() {
    let platform = Platform::bare().await;
    let viewer = platform.register(ADA).await;
    platform.fault(json!({ "target": "mail", "kind": "reset_before", "count": 1 }));
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    assert_eq!(platform.mail(ADA).len(), 0);
    assert_eq!(subjects(&platform).await, ["Your Marquee password was changed"]);
}
