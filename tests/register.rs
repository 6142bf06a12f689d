//! `register`: one account an address, and what makes neither address nor password.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::{Answer, PASSWORD, Platform};

/// The fields that an answer refuses.
pub(crate) fn refused_fields(answer: &Answer) -> BTreeSet<String> {
    let details = answer.details().as_array().cloned().unwrap_or_default();
    details.iter().filter_map(|one| one["field"].as_str()).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_account_is_made_signed_in_and_told_in_two_round_trips() {
    let platform = Platform::bare().await;
    let account = json!({ "email": " Ada.L@Viewers.test ", "password": PASSWORD, "name": " Ada " });

    let answer = platform.anyone().post("/api/auth/register", account).await;

    assert_eq!(answer.status(), 201, "{answer}");
    let user = &answer.data()["user"];
    assert_eq!(
        (&user["email"], &user["name"]),
        (&json!("Ada.L@Viewers.test"), &json!("Ada")),
        "trimmed, kept as typed"
    );
    assert_eq!((&user["role"], &user["email_verified"]), (&json!("viewer"), &json!(false)));
    let fields: Vec<&str> = user.as_object().expect("a user").keys().map(String::as_str).collect();
    assert_eq!(fields, ["id", "email", "name", "role", "email_verified", "created_at"], "and nothing of the password");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "an answer with a token is never compressed");
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 2, "{:?}", platform.calls(&answer));
    let token = answer.data()["token"].as_str().expect("a token").to_owned();
    let me = platform.anyone().with_token("", token).get("/api/auth/me").await;
    assert_eq!(me.data(), user);
}

#[tokio::test]
async fn an_address_that_is_taken_stays_whose_it_is_in_any_spelling() {
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
async fn ten_registrations_of_one_address_at_once_make_one_account() {
    let platform = Platform::bare().await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..10 {
        let somebody = platform.anyone();
        let email = if number % 2 == 0 { "race@viewers.test" } else { "RACE@viewers.test" };
        let password = format!("a phrase of number {number}");
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
async fn all_that_is_wrong_with_an_input_is_told_at_once_and_nothing_is_written() {
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
async fn passwords_are_refused_for_length_commonness_and_ones_own_name_and_for_nothing_else() {
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
    // Never cut, never altered: white space and case count.
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
async fn an_address_with_a_look_alike_letter_makes_no_second_account() {
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
async fn a_store_that_is_down_is_503_and_leaves_no_half_account() {
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
async fn an_account_whose_commit_was_answered_to_nobody_is_made_once_and_not_taken_for_anothers() {
    let platform = Platform::bare().await;
    let lost = json!({ "target": "dynamodb", "operation": "TransactWriteItems", "kind": "reset_after", "count": 1 });
    platform.fault(lost);
    let account = json!({ "email": "ada@viewers.test", "password": PASSWORD });

    let answer = platform.anyone().post("/api/auth/register", account.clone()).await;

    assert_eq!(answer.status(), 201, "the same transaction, by its token: {answer}");
    assert_eq!(platform.anyone().post("/api/auth/login", account.clone()).await.status(), 200);
    assert_eq!(platform.anyone().post("/api/auth/register", account).await.code(), "EMAIL_TAKEN");
}
