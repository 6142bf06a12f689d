//! `register`: one account per address, and invalid addresses and passwords.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, PASSWORD, Platform};

/// The fields that the response reports as invalid.
pub(crate) fn refused_fields(answer: &Answer) -> BTreeSet<String> {
    let details = answer.details().as_array().cloned().unwrap_or_default();
    details.iter().filter_map(|one| one["field"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_account_is_created_and_signed_in_with_two_round_trips() {
    let platform = Platform::bare().await;
    let account = json!({ "email": " Ada.L@Viewers.test ", "password": PASSWORD, "name": " Ada " });

    let answer = platform.anyone().post("/api/auth/register", account).await;

    assert_eq!(answer.status(), 201, "{answer}");
    let user = &answer.data()["user"];
    assert_eq!(
        (&user["email"], &user["name"]),
        (&json!("Ada.L@Viewers.test"), &json!("Ada")),
        "trimmed, otherwise as typed"
    );
    assert_eq!((&user["role"], &user["email_verified"]), (&json!("viewer"), &json!(false)));
    let fields: Vec<&str> = user.as_object().expect("a user").keys().map(String::as_str).collect();
    let expected = ["id", "email", "name", "role", "email_verified", "pending_email", "created_at"];
    assert_eq!(fields, expected, "the password is not repeated");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "a response with a token is never compressed");
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 2, "{:?}", platform.calls(&answer));
    let token = answer.data()["token"].as_str().expect("a token").to_owned();
    let viewer = platform.anyone().with_token("", token);
    assert_eq!(&crate::get_me::user(&viewer).await, user);
}

#[tokio::test]
async fn a_taken_address_is_refused_in_any_spelling() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    for spelling in ["ada@viewers.test", "ADA@viewers.test", "  Ada@Viewers.Test\n", "aDa@VIEWERS.TEST\t"] {
        let account = json!({ "email": spelling, "password": "another long phrase" });
        let answer = platform.anyone().post("/api/auth/register", account).await;
        assert_eq!((answer.status(), answer.code()), (409, "EMAIL_TAKEN"), "{spelling:?}: {answer}");
        assert!(platform.calls(&answer).iter().all(|call| call.operation != "TransactWriteItems"), "{spelling:?}");
    }
    platform.sign_in("ada@viewers.test", PASSWORD).await;
}

#[tokio::test]
async fn ten_concurrent_registrations_of_one_address_create_one_account() {
    let platform = Platform::bare().await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..10 {
        let somebody = platform.anyone();
        let email = if number % 2 == 0 { "race@viewers.test" } else { "RACE@viewers.test" };
        let password = format!("a phrase with number {number}");
        asked.spawn(async move {
            let account = json!({ "email": email, "password": password });
            (somebody.post("/api/auth/register", account).await, password)
        });
    }
    let answers = asked.join_all().await;

    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|(answer, _)| answer.status() == 201);
    assert_eq!(made.len(), 1, "{answers:?}");
    assert!(refused.iter().all(|(answer, _)| (answer.status(), answer.code()) == (409, "EMAIL_TAKEN")), "{refused:?}");
    platform.sign_in("race@viewers.test", &made[0].1).await;
    for (_, password) in refused.iter().take(3) {
        let credentials = json!({ "email": "race@viewers.test", "password": password });
        assert_eq!(platform.anyone().post("/api/auth/login", credentials).await.code(), "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn all_problems_of_an_input_are_reported_at_once_and_nothing_is_written() {
    let platform = Platform::bare().await;
    for (account, fields) in [
        (json!({}), vec!["email", "password"]),
        (
            json!({ "email": "ada", "password": "short", "name": 7, "role": "admin" }),
            vec!["email", "name", "password", "role"],
        ),
        (json!({ "email": ["a@b.cd"], "password": { "$ne": "" } }), vec!["email", "password"]),
        (json!({ "email": null, "password": true }), vec!["email", "password"]),
        (json!({ "email": "ada@viewers", "password": "password1" }), vec!["email", "password"]),
        (json!({ "email": "ada@viewers.test", "password": PASSWORD, "name": "x".repeat(101) }), vec!["name"]),
        (json!([]), vec![""]),
        (Value::Null, vec![""]),
    ] {
        let answer = platform.anyone().post("/api/auth/register", account.clone()).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{account}: {answer}");
        let expected: BTreeSet<String> = fields.into_iter().map(str::to_owned).collect();
        assert_eq!(refused_fields(&answer), expected, "{account}: {answer}");
        let written = platform.calls(&answer);
        assert!(written.iter().all(|call| call.operation != "TransactWriteItems"), "{account}: {written:?}");
    }
}

#[tokio::test]
async fn passwords_are_refused_only_for_length_commonness_and_similarity_to_the_address() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let long = "é".repeat(128);
    let too_long = "é".repeat(129);
    for password in ["1234567", "password", "PassWord1", "alexandria", "ALEXANDRIA@viewers.test", &too_long] {
        let account = json!({ "email": "alexandria@viewers.test", "password": password });
        let answer = platform.anyone().post("/api/auth/register", account).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{password}: {answer}");
        assert_eq!(refused_fields(&answer), BTreeSet::from(["password".to_owned()]), "{password}: {answer}");
    }
    for (number, password) in ["no rules here", "ééééééêê", "        x", &long].into_iter().enumerate() {
        let email = format!("viewer-{number}@viewers.test");
        let answer =
            platform.anyone().post("/api/auth/register", json!({ "email": email, "password": password })).await;
        assert_eq!(answer.status(), 201, "{password}: {answer}");
        platform.sign_in(&email, password).await;
    }
    // Passwords are never cut or altered: white space and case count.
    for near in ["        X", "       x", "        x "] {
        let credentials = json!({ "email": "viewer-2@viewers.test", "password": near });
        assert_eq!(
            platform.anyone().post("/api/auth/login", credentials).await.code(),
            "INVALID_CREDENTIALS",
            "{near}"
        );
    }
}

#[tokio::test]
async fn an_address_with_a_look_alike_letter_is_refused() {
    let platform = Platform::bare().await;
    platform.register("mike@viewers.test").await;
    for look_alike in ["mi\u{212a}e@viewers.test", "\u{ff4d}ike@viewers.test", "m\u{131}\u{307}ke@viewers.test\u{ff0e}"]
    {
        let account = json!({ "email": look_alike, "password": PASSWORD });
        let answer = platform.anyone().post("/api/auth/register", account).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{look_alike}: {answer}");
    }
}

#[tokio::test]
async fn a_store_that_is_down_gives_503_and_leaves_no_partial_account() {
    let platform = Platform::bare().await;
    let account = json!({ "email": "ada@viewers.test", "password": PASSWORD });
    for (operation, kind) in [("UpdateItem", "error"), ("BatchGetItem", "unprocessed"), ("TransactWriteItems", "error")]
    {
        platform.fault(json!({ "target": "dynamodb", "operation": operation, "kind": kind, "count": 100 }));
        let answer = platform.anyone().post("/api/auth/register", account.clone()).await;
        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{operation} {kind}: {answer}");
        platform.console().delete("/faults").await;
    }
    assert_eq!(platform.anyone().post("/api/auth/register", account).await.status(), 201);
}

#[tokio::test]
async fn an_account_whose_commit_response_was_lost_is_created_once_and_not_reported_as_taken() {
    let platform = Platform::bare().await;
    let lost = json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_after", "count": 1 });
    platform.fault(lost);
    let account = json!({ "email": "ada@viewers.test", "password": PASSWORD });

    let answer = platform.anyone().post("/api/auth/register", account.clone()).await;

    assert_eq!(answer.status(), 201, "the transaction is recognized by its token: {answer}");
    assert_eq!(platform.anyone().post("/api/auth/login", account.clone()).await.status(), 200);
    assert_eq!(platform.anyone().post("/api/auth/register", account).await.code(), "EMAIL_TAKEN");
}

/// Stripe's customers with an address.
async fn customers(platform: &Platform, email: &str) -> Vec<Value> {
    let path = format!("customers?limit=100&email={}", email.replace('@', "%40"));
    let list = support::billing::call_stripe(platform, "GET", &path, &[]).await;
    list["data"].as_array().unwrap_or_else(|| panic!("{list}")).clone()
}

#[tokio::test]
async fn registrations_that_lose_a_race_leave_no_customer_at_stripe() {
    let platform = Platform::bare().await;
    let account = json!({ "email": "race@viewers.test", "password": PASSWORD });
    let one = || async { platform.anyone().post("/api/auth/register", account.clone()).await.status() };
    let statuses = futures::future::join_all((0..12).map(|_| one())).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");

    let left = customers(&platform, "race@viewers.test").await;

    assert_eq!(left.len(), 1, "{left:?}");
    let viewer = platform.sign_in("race@viewers.test", PASSWORD).await;
    let me = viewer.get("/api/auth/me").await.data()["id"].clone();
    assert_eq!(left[0]["metadata"]["user_id"], me, "the winner's customer stays");
    assert_eq!(support::billing::checkout(&viewer, "basic").await.status(), 201);
}

#[tokio::test]
async fn deleting_an_account_finds_every_customer_created_for_it() {
    let platform = support::billing::platform_without_trial().await;
    // Stripe fails to delete the customer of a lost race, and the response is lost.
    platform
        .fault(json!({ "target": "stripe", "operation": "DELETE /v1/customers/{id}", "kind": "error", "count": 100 }));
    let account = json!({ "email": "race@viewers.test", "password": PASSWORD });
    let one = || async { platform.anyone().post("/api/auth/register", account.clone()).await.status() };
    futures::future::join_all((0..6).map(|_| one())).await;
    platform.running().faults().clear();
    assert!(customers(&platform, "race@viewers.test").await.len() > 1);
    let viewer = platform.sign_in("race@viewers.test", PASSWORD).await;
    let me = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let nobody = "0197a000-0000-7000-8000-000000000000";
    let other = platform.register("other@viewers.test").await;
    let others = other.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    let made = async |user: Option<&str>| {
        let mut form = vec![("email", "race@viewers.test")];
        form.extend(user.map(|user| ("metadata[user_id]", user)));
        let customer = support::billing::call_stripe(&platform, "POST", "customers", &form).await;
        customer["id"].as_str().expect("an id").to_owned()
    };
    let (own, stray) = (made(Some(&me)).await, made(Some(nobody)).await);
    // Customers that are not ours, another member's, and one with a subscription elsewhere.
    let (foreign, theirs) = (made(None).await, made(Some(&others)).await);

    assert_eq!(crate::delete_account::delete(&viewer).await.status(), 200);

    let left: BTreeSet<String> = customers(&platform, "race@viewers.test")
        .await
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect();
    assert!(!left.contains(&own) && !left.contains(&stray), "{left:?}");
    assert_eq!(left, BTreeSet::from([foreign, theirs]));
}

#[tokio::test]
async fn an_undeliverable_address_gets_no_account() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    for email in [
        "jörg@viewers.test",
        "\"a b\"@viewers.test",
        "\"ada\"@viewers.test",
        "аda@viewers.test",
        "ada@viеwers.test",
        "ada@xn--viwers-9of.test",
        "ada@☃.test",
        "ada@xn--a.test",
        "ada@viewers.test.",
        "ada@view_ers.test",
        "ada@\u{202e}viewers.test",
        "a\0da@viewers.test",
        "山田@viewers.test",
    ] {
        let account = json!({ "email": email, "password": PASSWORD });
        let answer = platform.anyone().post("/api/auth/register", account).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{}: {answer}", email.escape_unicode());
        assert_eq!(refused_fields(&answer), BTreeSet::from(["email".to_owned()]), "{email}: {answer}");
        assert!(platform.calls(&answer).iter().all(|call| call.service != "stripe"), "{email}: {answer}");
    }
    assert!(platform.running().mail(None).is_empty());
}

#[tokio::test]
async fn the_refusal_of_an_undeliverable_address_says_what_to_change() {
    let platform = Platform::bare().await;
    let account = json!({ "email": "jörg@viewers.test", "password": PASSWORD });

    let answer = platform.anyone().post("/api/auth/register", account).await;

    let issue = answer.details()[0]["issue"].as_str().unwrap_or_default();
    assert!(issue.contains("before the @") && !issue.contains("jörg"), "{answer}");
}

#[tokio::test]
async fn requests_for_an_undeliverable_address_reveal_no_more_than_those_for_any_other() {
    let platform = Platform::bare().await;
    let account = json!({ "email": "jörg@viewers.test", "password": PASSWORD });
    let other = json!({ "email": "nobody@viewers.test", "password": PASSWORD });
    let (here, there) = (
        platform.anyone().post("/api/auth/login", account).await,
        platform.anyone().post("/api/auth/login", other).await,
    );
    assert_eq!((here.status(), here.code()), (401, "INVALID_CREDENTIALS"), "{here}");
    assert_eq!((here.code(), &here.json()["error"]["message"]), (there.code(), &there.json()["error"]["message"]));
    let forgotten = platform.anyone().post("/api/auth/forgot-password", json!({ "email": "jörg@viewers.test" })).await;
    assert_eq!(forgotten.status(), 200, "{forgotten}");
    assert!(platform.running().mail(None).is_empty());
}

#[tokio::test]
async fn all_spellings_of_a_domain_are_one_account_and_mail_uses_the_punycode_name() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    platform.register("Ada@Bücher.test").await;
    for spelling in ["ada@bücher.test", "ADA@BÜCHER.TEST", "ada@xn--bcher-kva.test", "ada@XN--BCHER-KVA.test"] {
        let account = json!({ "email": spelling, "password": "another long phrase" });
        let answer = platform.anyone().post("/api/auth/register", account).await;
        assert_eq!((answer.status(), answer.code()), (409, "EMAIL_TAKEN"), "{spelling}: {answer}");
        platform.sign_in(spelling, PASSWORD).await;
    }
    let me = platform.sign_in("ada@bücher.test", PASSWORD).await.get("/api/auth/me").await;
    assert_eq!(me.data()["email"], "Ada@Bücher.test", "shown as typed");

    let forgotten = json!({ "email": "ada@xn--bcher-kva.test" });
    assert_eq!(platform.anyone().post("/api/auth/forgot-password", forgotten).await.status(), 200);

    let mail = platform.mail("Ada@xn--bcher-kva.test");
    assert_eq!(mail.len(), 1, "{:?}", platform.running().mail(None));
    for domain in ["東京テスト.test", "пример.test", "straße.test"] {
        platform.register(&format!("ada@{domain}")).await;
    }
}

#[tokio::test]
async fn a_name_cannot_put_a_link_into_mails() {
    let platform = Platform::bare().await;
    let account = |name: &str| json!({ "email": "ada@viewers.test", "password": PASSWORD, "name": name });
    for name in ["Win at http://evil.example now", "WWW.evil.example", "evil.com", "Prizes: evil.de/x"] {
        let refused = platform.anyone().post("/api/auth/register", account(name)).await;
        assert_eq!(refused.code(), "VALIDATION_ERROR", "{refused}");
        assert_eq!(refused.details()[0]["issue"], "must not contain a web address", "{refused}");
    }
    assert!(platform.mail("ada@viewers.test").is_empty());
    let taken = platform.anyone().post("/api/auth/register", account("J.R.R. Tolkien: Dr.No, Ph.D / Co.")).await;
    assert_eq!(taken.status(), 201, "{taken}");
}
