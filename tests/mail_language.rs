//! Mail is in the reader's language: the one they chose, or else that of their registration, or else English.

use crate::forgot_password::{forget, token_of};
use reqwest::Method;
use serde_json::{Value, json};
use support::billing::{CARD, checkout, checkout_url, platform_without_trial, table_rows};
use support::{PASSWORD, Platform, Viewer};

const ADA: &str = "ada@viewers.test";

/// A new account, registered by a browser with these languages.
async fn register(platform: &Platform, accept_language: &str) -> Viewer {
    let request = platform.anyone().request(Method::POST, "/api/auth/register");
    let request = request.header("accept-language", accept_language);
    let account = json!({ "email": ADA, "password": PASSWORD, "name": "Ada" });
    let answer = platform.anyone().send(request.json(&account)).await;
    assert_eq!(answer.status(), 201, "{answer}");
    platform.anyone().with_token(ADA, answer.data()["token"].as_str().expect("a token").to_owned())
}

async fn choose(viewer: &Viewer, language: Value) {
    let answer = viewer.patch("/api/preferences", json!({ "interface_language": language })).await;
    assert_eq!(answer.status(), 200, "{answer}");
}

/// The newest mail to Ada.
fn newest(platform: &Platform) -> Value {
    platform.mail(ADA).into_iter().next().expect("a mail")
}

/// Asserts the newest mail's subject, language and greeting.
fn assert_newest(platform: &Platform, language: &str, subject: &str, greeting: &str) {
    let mail = newest(platform);
    assert_eq!(mail["subject"], subject, "{mail}");
    let (text, html) = (mail["text"].as_str().expect("text"), mail["html"].as_str().expect("HTML"));
    assert!(text.starts_with(&format!("{greeting}\n")), "{text}");
    assert!(html.contains(&format!("<html lang=\"{language}\">")) && html.contains(greeting), "{html}");
}

#[tokio::test]
async fn a_viewer_who_chose_german_gets_every_mail_about_the_account_in_german() {
    let platform = Platform::bare().await;
    let viewer = register(&platform, "fr").await;
    choose(&viewer, json!("de-AT")).await;

    forget(&platform, ADA).await;
    assert_newest(&platform, "de", "Ihr Passwort für Marquee zurücksetzen", "Guten Tag Ada,");
    let reset = json!({ "token": token_of(&platform, &newest(&platform)), "password": "another long phrase" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.status(), 200, "the link works");
    assert_newest(&platform, "de", "Ihr Passwort für Marquee wurde zurückgesetzt", "Guten Tag Ada,");

    let credentials = json!({ "email": ADA, "password": "another long phrase", "device_name": "Fernseher" });
    let signed_in = platform.anyone().post("/api/auth/login", credentials).await;
    platform.advance(301).await;
    assert_newest(&platform, "de", "Neue Anmeldung bei Marquee", "Guten Tag Ada,");
    assert!(newest(&platform)["text"].as_str().is_some_and(|text| text.contains("\nFernseher\n")));

    let viewer = viewer.with_token(ADA, signed_in.data()["token"].as_str().expect("a token").to_owned());
    let change = json!({ "current_password": "another long phrase", "new_password": PASSWORD });
    assert_eq!(viewer.post("/api/auth/change-password", change).await.status(), 200);
    assert_newest(&platform, "de", "Ihr Passwort für Marquee wurde geändert", "Guten Tag Ada,");

    assert_eq!(crate::delete_account::delete(&viewer).await.status(), 200);
    assert_newest(&platform, "de", "Ihr Konto bei Marquee wurde gelöscht", "Guten Tag Ada,");
}

#[tokio::test]
async fn an_account_that_registered_in_french_gets_mail_about_money_in_french() {
    let platform = platform_without_trial().await;
    let viewer = register(&platform, "fr-CH, fr;q=0.9, en;q=0.8").await;
    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
    platform.advance(301).await;
    assert_newest(&platform, "fr", "Votre reçu de Marquee", "Bonjour Ada,");
    let text = newest(&platform)["text"].as_str().expect("text").to_owned();
    assert!(text.contains("paiement de 7,99\u{a0}$US pour Marquee Basic."), "{text}");

    // A later choice takes precedence.
    choose(&viewer, json!("es-MX")).await;
    viewer.post("/api/subscription/cancel", json!({})).await;
    platform.advance(301).await;
    assert_newest(&platform, "es", "Tu suscripción a Marquee está cancelada", "Hola, Ada:");
    let text = newest(&platform)["text"].as_str().expect("text").to_owned();
    assert!(text.contains(" de 20"), "a date in Spanish: {text}");
    choose(&viewer, json!(null)).await;
    forget(&platform, ADA).await;
    assert_newest(&platform, "fr", "Réinitialisez votre mot de passe Marquee", "Bonjour Ada,");
}

#[tokio::test]
async fn an_unknown_language_falls_back_to_that_of_the_registration_and_to_english() {
    for (accept_language, chosen, language, subject, greeting) in [
        ("it, pt;q=0.9", json!(null), "en", "Reset your Marquee password", "Hello Ada,"),
        ("", json!(null), "en", "Reset your Marquee password", "Hello Ada,"),
        ("*", json!("it"), "en", "Reset your Marquee password", "Hello Ada,"),
        ("es", json!("it-IT"), "es", "Restablece tu contraseña de Marquee", "Hola, Ada:"),
    ] {
        let platform = Platform::bare().await;
        let viewer = register(&platform, accept_language).await;
        choose(&viewer, chosen).await;
        forget(&platform, ADA).await;
        assert_newest(&platform, language, subject, greeting);
        assert_eq!(platform.mail(ADA).len(), 1);
    }
}

#[tokio::test]
async fn mail_rows_contain_facts_but_no_text_and_operators_see_the_english_subject() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = register(&platform, "de").await;
    platform.pay(&checkout_url(&checkout(&viewer, "basic").await), CARD).await;
    platform.advance(301).await;

    assert_newest(&platform, "de", "Ihr Zahlungsbeleg von Marquee", "Guten Tag Ada,");
    let mut rows = table_rows(&platform, "MAIL_TABLE").await;
    // The registrations' links.
    rows.retain(|row| row["content"]["M"]["message"]["S"] != "verify_email");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["content"]["M"]["message"]["S"], "receipt");
    assert_eq!(rows[0]["content"]["M"]["amount"]["M"]["minor_units"]["N"], "799");
    for words in ["Marquee", "receipt from", "Zahlungsbeleg", "Thank", "Ada"] {
        assert!(!rows[0].to_string().contains(words), "{words}: {}", rows[0]);
    }
    let emails = crate::get_member::member(&admin, &viewer).await["emails"].clone();
    let mut subjects: Vec<_> =
        emails.as_array().expect("emails").iter().map(|email| email["subject"].clone()).collect();
    // A receipt has Stripe's time, in whole seconds, so either may be the newer one.
    subjects.sort_by_key(Value::to_string);
    assert_eq!(subjects, ["Confirm your email address for Marquee", "Your receipt from Marquee"], "{emails}");
}

#[tokio::test]
async fn mail_stored_as_text_before_an_update_is_sent_unchanged() {
    let platform = Platform::bare().await;
    let viewer = register(&platform, "de").await;
    let me = viewer.get("/api/auth/me").await.data().clone();
    let users = table_rows(&platform, "USERS_TABLE").await;
    let user = users.iter().find(|row| row["id"]["S"] == me["id"]).expect("Ada");
    let now = platform.running().now();
    let letter = json!({ "M": {
        "subject": { "S": "Your receipt from {service}" },
        "before": { "L": [{ "S": "Thank you for watching {service}." }] },
        "action": { "M": { "label": { "S": "See your payments" }, "path": { "S": "/account" } } },
        "after": { "L": [] },
    } });
    let customer = json!({ "M": { "stripe_customer_id": user["stripe_customer_id"] } });
    for (number, to) in [json!({ "S": ADA }), customer].into_iter().enumerate() {
        let cause = format!("old#{number}");
        let item = json!({
            "pk": { "S": format!("MAIL#{cause}") }, "sk": { "S": "MAIL" }, "cause": { "S": cause },
            "to": to, "recipient": { "S": ADA }, "subject": { "S": "Your receipt from {service}" }, "letter": letter,
            "created_at": { "S": now.to_string() }, "until": { "S": "2999-01-01T00:00:00Z" },
            "listed_at": { "S": format!("{now:.3}") }, "due_shard": { "S": "0" }, "due_at": { "S": format!("{now:.3}") },
        });
        let put = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "Item": item });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }

    platform.advance(301).await;

    let mails = platform.mail(ADA);
    assert_eq!(mails.len(), 2, "{mails:?}");
    for mail in &mails {
        assert_eq!(mail["subject"], "Your receipt from Marquee");
        let text = mail["text"].as_str().expect("text");
        assert!(text.contains("Thank you for watching Marquee.") && text.contains("/account\n"), "{text}");
        assert!(mail["html"].as_str().is_some_and(|html| html.contains("<html lang=\"en\">")), "{mail}");
    }
    let admin = platform.admin().await;
    let emails = crate::get_member::member(&admin, &viewer).await["emails"].clone();
    assert_eq!(emails[0]["subject"], "Your receipt from Marquee", "{emails}");
}

#[tokio::test]
async fn mail_waits_while_its_readers_language_cannot_be_read() {
    let platform = Platform::bare().await;
    let viewer = register(&platform, "en").await;
    choose(&viewer, json!("de")).await;
    let table = platform.setting("forgot-password", "PREFERENCES_TABLE");
    platform.fault(json!({ "target": "dynamodb", "table": table, "kind": "error", "count": 100 }));
    assert_eq!(forget(&platform, ADA).await.status(), 200);
    assert!(platform.mail(ADA).is_empty());
    platform.running().faults().clear();
    platform.advance(301).await;
    assert_eq!(platform.mail(ADA).len(), 1);
    assert_newest(&platform, "de", "Ihr Passwort für Marquee zurücksetzen", "Guten Tag Ada,");
}
