//! `forgot-password`: a link for the owner of the account, and the same response for everybody.

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{Answer, Platform};

/// The token of a mailed link, from its text and HTML forms.
pub(crate) fn token_of(platform: &Platform, mail: &Value) -> String {
    let start = format!("{}/reset-password?token=", platform.setting("forgot-password", "WEB_ORIGIN"));
    let token = |form: &str| {
        let text = mail[form].as_str().expect("a body");
        let rest = text.split_once(&start).unwrap_or_else(|| panic!("no link to {start} in {text}")).1;
        rest.split(|end: char| !(end.is_ascii_alphanumeric() || "-_".contains(end))).next().unwrap_or("").to_owned()
    };
    assert_eq!(token("text"), token("html"), "text and HTML have the same link");
    token("text")
}

pub(crate) async fn forget(platform: &Platform, email: &str) -> Answer {
    platform.anyone().post("/api/auth/forgot-password", json!({ "email": email })).await
}

#[tokio::test]
async fn the_owner_gets_a_link_with_the_configured_origin() {
    let platform = Platform::bare().await;
    platform.register("Ada@Viewers.test").await;
    let request = platform.anyone().request(reqwest::Method::POST, "/api/auth/forgot-password");
    let request = request.header("origin", "https://evil.example").header("x-forwarded-host", "evil.example");

    let answer = platform.anyone().send(request.json(&json!({ "email": " ada@viewers.test" }))).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let mail = platform.mail("Ada@Viewers.test");
    assert_eq!(mail.len(), 1, "{mail:?}");
    assert_eq!(
        mail[0]["to"],
        json!(["Ada@Viewers.test"]),
        "sent to the account's address, not to the one in the request"
    );
    assert_eq!(mail[0]["from"], platform.setting("forgot-password", "MAIL_FROM"));
    assert_eq!(mail[0]["subject"], "Reset your Marquee password");
    assert_eq!(token_of(&platform, &mail[0]).len(), 43, "32 random bytes");
    assert!(!mail[0].to_string().contains("evil"));
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_response_after_the_same_time() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    let mut seen = Vec::new();
    for email in ["ada@viewers.test", "nobody@viewers.test", "ada@viewers.test", "nobody@viewers.test"] {
        let started = Instant::now();
        let answer = forget(&platform, email).await;
        seen.push((answer.status(), answer.data().clone(), started.elapsed()));
        assert!(!answer.text().contains(email), "{answer}");
    }
    for (status, data, elapsed) in &seen {
        assert_eq!((status, data), (&seen[0].0, &seen[0].1));
        assert!(*elapsed >= Duration::from_secs(1), "no response comes before a mail could have been sent: {seen:?}");
        assert!(elapsed.abs_diff(seen[0].2) < Duration::from_millis(400), "{seen:?}");
    }
    assert_eq!(platform.mail("nobody@viewers.test"), Vec::<Value>::new(), "an address without an account gets no mail");
    assert_eq!(platform.mail("ada@viewers.test").len(), 2);
}

#[tokio::test]
async fn an_address_gets_three_emails_an_hour_and_the_response_never_shows_it() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    platform.register("bob@viewers.test").await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..6 {
        let somebody = platform.anyone();
        let email = if number % 2 == 0 { "ada@viewers.test" } else { "ADA@viewers.test" };
        asked.spawn(async move { somebody.post("/api/auth/forgot-password", json!({ "email": email })).await });
    }
    let answers = asked.join_all().await;
    assert!(answers.iter().all(|answer| (answer.status(), answer.data()) == (200, answers[0].data())), "{answers:?}");
    assert_eq!(platform.mail("ada@viewers.test").len(), 2, "and one of the registration");
    forget(&platform, "bob@viewers.test").await;
    assert_eq!(platform.mail("bob@viewers.test").len(), 1, "each address has its own limit");

    platform.advance(59 * 60).await;
    forget(&platform, "ada@viewers.test").await;
    assert_eq!(platform.mail("ada@viewers.test").len(), 2, "within the hour");
    platform.advance(6 * 60).await;
    forget(&platform, "ada@viewers.test").await;
    assert_eq!(platform.mail("ada@viewers.test").len(), 3, "an hour and five minutes later");
}

#[tokio::test]
async fn no_table_holds_the_token() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    forget(&platform, "ada@viewers.test").await;
    let token = token_of(&platform, &platform.mail("ada@viewers.test")[0]);
    for setting in ["SESSIONS_TABLE", "MAIL_TABLE", "USERS_TABLE", "RATE_LIMITS_TABLE"] {
        let scan = json!({ "TableName": platform.setting("forgot-password", setting) });
        let rows = platform.aws("DynamoDB_20120810.Scan", scan).await;
        assert!(rows["Count"].as_u64() > Some(0), "{setting}");
        assert!(!rows.to_string().contains(&token), "{setting}");
    }
    assert!(platform.running().logs().iter().all(|line| !line.contains(&token)));
}

#[tokio::test]
async fn mail_that_ses_refuses_does_not_change_the_response_and_is_sent_once_later() {
    for kind in ["error", "throttle", "hang", "reset_before"] {
        let platform = Platform::bare().await;
        platform.register("ada@viewers.test").await;
        platform.fault(json!({ "target": "mail", "kind": kind, "count": 1 }));
        let started = Instant::now();

        let answer = forget(&platform, "ada@viewers.test").await;

        assert_eq!(answer.status(), 200, "{kind}: {answer}");
        assert!(started.elapsed() < Duration::from_millis(1_500), "{kind} does not show in the response time");
        assert_eq!(platform.mail("ada@viewers.test").len(), 0, "{kind}");
        platform.advance(10 * 60).await;
        assert_eq!(platform.mail("ada@viewers.test").len(), 1, "{kind}");
        platform.advance(3_600).await;
        assert_eq!(platform.mail("ada@viewers.test").len(), 1, "{kind}: once");
    }
}

#[tokio::test]
async fn a_malformed_address_is_refused() {
    let platform = Platform::bare().await;
    for body in [json!({}), json!({ "email": "nobody" }), json!({ "email": 1 }), json!({ "email": "a@b.cd", "x": 1 })] {
        let answer = platform.anyone().post("/api/auth/forgot-password", body.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{body}: {answer}");
    }
}
