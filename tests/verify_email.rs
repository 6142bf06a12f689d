//! `verify-email`: an address is confirmed by the link that was sent to it, once.

use serde_json::{Value, json};
use support::billing::{call_stripe, stripe_customer, table_rows};
use support::{Answer, PASSWORD, Platform, Viewer};

/// The token of the newest link to an address, from the email's text.
pub(crate) fn newest_link(platform: &Platform, email: &str) -> String {
    let mail = platform.all_mail(email);
    let link = format!("{}/verify-email?token=", platform.setting("verify-email", "WEB_ORIGIN"));
    let token = |mail: &Value| {
        let rest = mail["text"].as_str()?.split_once(&link)?.1.to_owned();
        Some(rest.split(|end: char| !(end.is_ascii_alphanumeric() || "-_".contains(end))).next()?.to_owned())
    };
    mail.iter().find_map(token).unwrap_or_else(|| panic!("no link to {link} in {mail:?}"))
}

pub(crate) async fn verify(platform: &Platform, token: &str) -> Answer {
    platform.anyone().post("/api/auth/verify-email", json!({ "token": token })).await
}

pub(crate) async fn enter(viewer: &Viewer, email: &str) -> Answer {
    viewer.patch("/api/auth/me", json!({ "email": email, "password": PASSWORD })).await
}

async fn me(viewer: &Viewer) -> Value {
    viewer.get("/api/auth/me").await.data().clone()
}

fn subjects(platform: &Platform, email: &str) -> Vec<String> {
    platform.all_mail(email).iter().map(|mail| mail["subject"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn registration_sends_a_link_that_confirms_the_address_once() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    assert_eq!(me(&viewer).await["email_verified"], false);
    platform.advance(60).await;
    assert_eq!(subjects(&platform, "ada@viewers.test"), ["Confirm your email address for Marquee"]);
    let token = newest_link(&platform, "ada@viewers.test");
    for setting in ["SESSIONS_TABLE", "USERS_TABLE", "MAIL_TABLE"] {
        let scan = json!({ "TableName": platform.setting("verify-email", setting) });
        let rows = platform.aws("DynamoDB_20120810.Scan", scan).await;
        assert!(!rows.to_string().contains(&token), "{setting} holds only a hash");
    }

    let answers = [verify(&platform, &token).await, verify(&platform, &token).await];

    assert_eq!((answers[0].status(), answers[0].data()), (200, &json!({ "email": "ada@viewers.test" })));
    assert_eq!((answers[1].status(), answers[1].code()), (410, "CODE_EXPIRED"), "a link works once");
    assert_eq!(me(&viewer).await["email_verified"], true);
    assert_eq!(platform.all_mail("ada@viewers.test").len(), 1, "nobody is told");
}

#[tokio::test]
async fn a_link_is_valid_for_half_an_hour_and_only_for_confirming() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    let token = newest_link(&platform, "ada@viewers.test");
    let reset = json!({ "token": token, "password": "another long phrase" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.code(), "CODE_EXPIRED");
    platform.advance(30 * 60).await;
    assert_eq!(verify(&platform, &token).await.code(), "CODE_EXPIRED");
    assert_eq!(verify(&platform, "a-guess").await.code(), "CODE_EXPIRED");
    assert_eq!(me(&viewer).await["email_verified"], false);
    crate::forgot_password::forget(&platform, "ada@viewers.test").await;
    let token = crate::forgot_password::token_of(&platform, &platform.mail("ada@viewers.test")[0]);
    assert_eq!(verify(&platform, &token).await.code(), "CODE_EXPIRED", "a link for a new password confirms nothing");
    let reset = json!({ "token": token, "password": "another long phrase" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 200);
    let viewer = platform.sign_in("ada@viewers.test", "another long phrase").await;
    assert_eq!(me(&viewer).await["email_verified"], true, "whoever used that link reads the address's mail");
}

/// A member who has entered a new address a minute after the purchase, and the old address.
async fn moving(platform: &Platform) -> (Viewer, String) {
    let viewer = platform.subscriber("basic").await;
    platform.advance(60).await;
    let answer = enter(&viewer, "New@viewers.test").await;
    assert_eq!(answer.status(), 200, "{answer}");
    let old = viewer.email().to_owned();
    assert_eq!(json!([answer.data()["email"], answer.data()["pending_email"]]), json!([old, "New@viewers.test"]));
    (viewer, old)
}

async fn sign_in_code(platform: &Platform, email: &str) -> String {
    let credentials = json!({ "email": email, "password": PASSWORD });
    platform.anyone().post("/api/auth/login", credentials).await.code().to_owned()
}

#[tokio::test]
async fn a_new_address_has_no_effect_before_it_is_confirmed() {
    let platform = support::billing::platform_without_trial().await;

    let (_, old) = moving(&platform).await;

    assert_eq!(subjects(&platform, "New@viewers.test"), ["Confirm your new email address for Marquee"]);
    assert_eq!(subjects(&platform, &old)[0], "Your Marquee email address is about to change");
    assert_eq!(sign_in_code(&platform, "new@viewers.test").await, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_new_address_takes_effect_when_it_is_confirmed() {
    let platform = support::billing::platform_without_trial().await;
    let (viewer, old) = moving(&platform).await;

    let answer = verify(&platform, &newest_link(&platform, "New@viewers.test")).await;

    assert_eq!((answer.status(), answer.data()), (200, &json!({ "email": "New@viewers.test" })), "{answer}");
    let seen = me(&viewer).await;
    assert_eq!(
        json!([seen["email"], seen["email_verified"], seen["pending_email"]]),
        json!(["New@viewers.test", true, null]),
        "and the session goes on"
    );
    assert_eq!(subjects(&platform, &old)[0], "Your Marquee email address was changed");
    platform.sign_in("new@viewers.test", PASSWORD).await;
    assert_eq!(sign_in_code(&platform, &old).await, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn mail_and_stripe_follow_to_a_confirmed_address() {
    let platform = support::billing::platform_without_trial().await;
    let (viewer, old) = moving(&platform).await;
    let customer = stripe_customer(&platform, &viewer).await;

    verify(&platform, &newest_link(&platform, "New@viewers.test")).await;

    let at_stripe = call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await;
    assert_eq!(at_stripe["email"], "New@viewers.test");
    // Somebody else may use the old address from now on.
    platform.register(&old).await;
    platform.advance(32 * 86_400).await;
    assert!(subjects(&platform, "New@viewers.test").contains(&"Your receipt from Marquee".to_owned()));
}

#[tokio::test]
async fn stripes_customer_follows_later_if_stripe_is_down() {
    let platform = support::billing::platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    enter(&viewer, "new@viewers.test").await;
    let token = newest_link(&platform, "new@viewers.test");
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    assert_eq!(verify(&platform, &token).await.status(), 200);
    platform.running().faults().clear();
    let at_stripe = call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await;
    assert_eq!(at_stripe["email"], viewer.email(), "Stripe was down");

    platform.advance(86_400).await;

    let at_stripe = call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await;
    assert_eq!(at_stripe["email"], "new@viewers.test");
    let rows = table_rows(&platform, "USERS_TABLE").await;
    assert!(!json!(rows).to_string().contains("customer_behind"));
}

#[tokio::test]
async fn an_address_that_was_taken_in_the_meantime_stays_with_whoever_took_it() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    enter(&viewer, "new@viewers.test").await;
    let token = newest_link(&platform, "new@viewers.test");
    let other = platform.register("new@viewers.test").await;

    let answer = verify(&platform, &token).await;

    assert_eq!((answer.status(), answer.code()), (409, "EMAIL_TAKEN"), "{answer}");
    assert_eq!(
        json!([me(&viewer).await["email"], me(&other).await["email"]]),
        json!(["ada@viewers.test", "new@viewers.test"])
    );
    assert_eq!(me(&other).await["email_verified"], false, "the link was for another account");
    assert_eq!(enter(&viewer, "NEW@viewers.test").await.code(), "EMAIL_TAKEN");
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn only_the_address_that_was_entered_last_can_be_confirmed() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    enter(&viewer, "first@viewers.test").await;
    let first = newest_link(&platform, "first@viewers.test");
    enter(&viewer, "second@viewers.test").await;
    let second = newest_link(&platform, "second@viewers.test");

    assert_eq!(verify(&platform, &first).await.code(), "CODE_EXPIRED");
    assert_eq!(me(&viewer).await["email"], "ada@viewers.test");
    assert_eq!(verify(&platform, &second).await.status(), 200);
    assert_eq!(me(&viewer).await["email"], "second@viewers.test");
}

#[tokio::test]
async fn a_password_that_is_set_by_email_withdraws_the_change_and_an_old_link_for_a_password_dies_with_the_address() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    enter(&viewer, "thief@viewers.test").await;
    let change = newest_link(&platform, "thief@viewers.test");
    crate::forgot_password::forget(&platform, "ada@viewers.test").await;
    let token = crate::forgot_password::token_of(&platform, &platform.mail("ada@viewers.test")[0]);
    let reset = json!({ "token": token, "password": PASSWORD });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 200);

    assert_eq!(verify(&platform, &change).await.code(), "CODE_EXPIRED");

    let viewer = platform.sign_in("ada@viewers.test", PASSWORD).await;
    assert_eq!(
        json!([me(&viewer).await["email"], me(&viewer).await["pending_email"]]),
        json!(["ada@viewers.test", null])
    );
    platform.advance(2 * 3_600).await;
    crate::forgot_password::forget(&platform, "ada@viewers.test").await;
    let old = crate::forgot_password::token_of(&platform, &platform.mail("ada@viewers.test")[0]);
    enter(&viewer, "new@viewers.test").await;
    assert_eq!(verify(&platform, &newest_link(&platform, "new@viewers.test")).await.status(), 200);
    let reset = json!({ "token": old, "password": "another long phrase" });
    let refused = platform.anyone().post("/api/auth/reset-password", reset).await;
    assert_eq!(refused.code(), "CODE_EXPIRED", "it was sent to an address that is no longer the account's");
}
