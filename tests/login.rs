//! `login`: who can sign in, and what an attacker can learn or try.

use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use support::{Answer, PASSWORD, Platform};

async fn sign_in(platform: &Platform, email: &str, password: &str) -> Answer {
    platform.anyone().post("/api/auth/login", json!({ "email": email, "password": password })).await
}

/// A sign-in as our CloudFront would forward it for a viewer's address.
async fn sign_in_from(platform: &Platform, address: &str, email: &str, password: &str) -> Answer {
    let verify = platform.running().secret("CommonSecret")["origin_verify"].as_str().expect("a secret").to_owned();
    let request = platform.anyone().request(Method::POST, "/api/auth/login");
    let request =
        request.header("x-origin-verify", verify).header("cloudfront-viewer-address", format!("{address}:443"));
    platform.anyone().send(request.json(&json!({ "email": email, "password": password }))).await
}

#[tokio::test]
async fn signing_in_takes_two_round_trips_and_reads_consistently() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;

    let mut answer = sign_in(&platform, "ADA@viewers.test ", PASSWORD).await;
    // On a busy machine an attempt may time out and be retried, so only an uncontended run counts.
    for _ in 0..3 {
        if platform.round_trips(&answer, "dynamodb") > 2 {
            answer = sign_in(&platform, "ADA@viewers.test ", PASSWORD).await;
        }
    }

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(answer.data()["user"]["email"], "ada@viewers.test");
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 2, "{:?}", platform.calls(&answer));
    assert!(platform.calls(&answer).iter().all(|call| call.consistent != Some(false)));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-encoding"), "", "a response with a token is never compressed");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_indistinguishable() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000"), ("LimitSignInPair", "1000")]).await;
    platform.register("ada@viewers.test").await;
    let mut medians = Vec::new();
    for email in ["ada@viewers.test", "nobody@viewers.test"] {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..15 {
            let started = Instant::now();
            let answer = sign_in(&platform, email, "not the password").await;
            times.push(started.elapsed());
            assert_eq!((answer.status(), answer.code()), (401, "INVALID_CREDENTIALS"), "{answer}");
            assert_eq!(answer.json()["error"]["message"], "Email or password is wrong.");
            assert_eq!(answer.header("www-authenticate"), "", "no other way to sign in is suggested");
            let operations: Vec<_> = platform.calls(&answer).into_iter().map(|call| call.operation).collect();
            assert_eq!(operations.len(), 4, "the batch and three counters, for every account: {operations:?}");
        }
        times.sort();
        medians.push(times[times.len() / 2]);
    }
    // A hash takes many times longer than everything else, so a missing one would show.
    let (known, unknown) = (medians[0].as_secs_f64(), medians[1].as_secs_f64());
    assert!((0.5..2.0).contains(&(unknown / known)), "{medians:?}");
}

#[tokio::test]
async fn ten_failures_from_an_address_lead_to_429_for_any_password_and_account() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    for email in ["ada@viewers.test", "nobody@viewers.test"] {
        for number in 0..10 {
            // All spellings of an address are counted together.
            let spelling = if number % 2 == 0 { email.to_owned() } else { format!(" {} ", email.to_uppercase()) };
            assert_eq!(sign_in(&platform, &spelling, "not the password").await.code(), "INVALID_CREDENTIALS");
        }
        for password in ["not the password", PASSWORD] {
            let refused = sign_in(&platform, email, password).await;
            assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "{email}: {refused}");
            let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
            assert!((1..=960).contains(&seconds), "{seconds}");
            let calls = platform.calls(&refused);
            assert!(calls.iter().all(|call| call.operation != "PutItem"), "no session is written: {calls:?}");
        }
    }
    platform.advance(16 * 60).await;
    assert_eq!(sign_in(&platform, "ada@viewers.test", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_clients_forwarding_headers_do_not_change_its_address() {
    let platform = Platform::bare().await;
    let mut codes = Vec::new();
    for number in 0..12 {
        let address = format!("198.51.100.{number}");
        let request = platform.anyone().request(Method::POST, "/api/auth/login");
        let request = request
            .header("x-forwarded-for", &address)
            .header("x-real-ip", &address)
            .header("forwarded", format!("for={address}"))
            .header("cloudfront-viewer-address", format!("{address}:443"))
            .header("x-origin-verify", "a guess");
        let body = json!({ "email": "ada@viewers.test", "password": "not the password" });
        codes.push(platform.anyone().send(request.json(&body)).await.code().to_owned());
    }
    assert_eq!(codes[9], "INVALID_CREDENTIALS", "{codes:?}");
    assert_eq!(codes[10..], ["RATE_LIMITED", "RATE_LIMITED"], "{codes:?}");
}

#[tokio::test]
async fn a_success_clears_only_the_failures_from_its_own_address() {
    let platform = Platform::with(&[("LimitSignInPair", "3"), ("LimitSignInAccount", "100")]).await;
    platform.register("ada@viewers.test").await;
    let wrong = "not the password";
    for _ in 0..3 {
        assert_eq!(sign_in_from(&platform, "203.0.113.1", "ada@viewers.test", wrong).await.status(), 401);
    }
    for _ in 0..2 {
        assert_eq!(sign_in_from(&platform, "203.0.113.2", "ada@viewers.test", wrong).await.status(), 401);
    }
    assert_eq!(sign_in_from(&platform, "203.0.113.2", "ada@viewers.test", PASSWORD).await.status(), 200);

    for _ in 0..3 {
        assert_eq!(sign_in_from(&platform, "203.0.113.2", "ada@viewers.test", wrong).await.status(), 401);
    }
    assert_eq!(sign_in_from(&platform, "203.0.113.2", "ada@viewers.test", wrong).await.status(), 429);
    assert_eq!(sign_in_from(&platform, "203.0.113.1", "ada@viewers.test", PASSWORD).await.status(), 429);
}

#[tokio::test]
async fn an_account_allows_a_hundred_failures_in_total_and_successes_do_not_count() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    for _ in 0..5 {
        assert_eq!(sign_in_from(&platform, "192.0.2.1", "ada@viewers.test", PASSWORD).await.status(), 200);
    }
    for number in 0..100 {
        let address = format!("203.0.113.{}", number / 10);
        let answer = sign_in_from(&platform, &address, "ada@viewers.test", "not the password").await;
        assert_eq!(answer.status(), 401, "{number}: {answer}");
        if number == 50 {
            // The owner's success does not give an attacker another hundred guesses.
            assert_eq!(sign_in_from(&platform, "192.0.2.1", "ada@viewers.test", PASSWORD).await.status(), 200);
        }
    }
    let refused = sign_in_from(&platform, "192.0.2.1", "ada@viewers.test", PASSWORD).await;
    assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "{refused}");
    assert_eq!(sign_in_from(&platform, "192.0.2.1", "bob@viewers.test", "not the password").await.status(), 401);
}

#[tokio::test]
async fn at_most_ten_of_twenty_parallel_guesses_are_checked() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..20 {
        let somebody = platform.anyone();
        let credentials = json!({ "email": "ada@viewers.test", "password": format!("guess number {number}") });
        asked.spawn(async move { somebody.post("/api/auth/login", credentials).await.status() });
    }
    let answers = asked.join_all().await;
    let judged = answers.iter().filter(|status| **status == 401).count();
    assert!(judged <= 10, "{answers:?}");
    assert!(answers.iter().all(|status| [401, 429, 503].contains(status)), "a busy store may answer 503: {answers:?}");
}

#[tokio::test]
async fn a_weak_hash_is_upgraded_at_sign_in_and_a_hostile_one_is_refused() {
    // `correct horse` with m=8192, t=1, as an older service may have stored it.
    const WEAK: &str = "$argon2id$v=19$m=8192,t=1,p=1$bWFycXVlZS13ZWFrISEh$zpRJ9PWS1/5UqpcXDzuLVFhwRMgdOVm31ckZv9Qma98";
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let users = platform.setting("login", "USERS_TABLE");
    let key = json!({ "pk": { "S": "EMAIL#ada@viewers.test" } });
    let set = |hash: String| {
        let body = json!({ "TableName": users, "Key": key, "UpdateExpression": "SET password_hash = :hash",
            "ExpressionAttributeValues": { ":hash": { "S": hash } } });
        platform.aws("DynamoDB_20120810.UpdateItem", body)
    };
    let read = || platform.aws("DynamoDB_20120810.GetItem", json!({ "TableName": users, "Key": key }));

    set(WEAK.to_owned()).await;
    assert_eq!(sign_in(&platform, "ada@viewers.test", "not the password").await.status(), 401);
    assert_eq!(read().await["Item"]["password_hash"]["S"], WEAK, "a wrong password changes nothing");
    assert_eq!(sign_in(&platform, "ada@viewers.test", "correct horse").await.status(), 200);
    let strong = read().await["Item"]["password_hash"]["S"].as_str().expect("a hash").to_owned();
    assert!(strong.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{strong}");
    assert_eq!(sign_in(&platform, "ada@viewers.test", "correct horse").await.status(), 200);
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "a stronger hash of the same password ends no session");

    for hostile in [strong.replace("m=19456", "m=4194304"), strong.replace("t=2", "t=4000"), "plain".to_owned()] {
        set(hostile.clone()).await;
        let started = Instant::now();
        assert_eq!(sign_in(&platform, "ada@viewers.test", "correct horse").await.status(), 401, "{hostile}");
        assert!(started.elapsed() < Duration::from_secs(3), "{hostile}");
    }
}

#[tokio::test]
async fn nobody_can_try_passwords_while_the_limiter_is_down() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    platform.fault(json!({ "target": "dynamodb", "operation": "UpdateItem", "kind": "throttle", "count": 1_000 }));

    let answer = sign_in(&platform, "ada@viewers.test", PASSWORD).await;

    assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{answer}");
    assert!(platform.calls(&answer).iter().all(|call| call.operation != "PutItem"), "no session");
    platform.console().delete("/faults").await;
    assert_eq!(sign_in(&platform, "ada@viewers.test", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_device_is_never_named_like_a_web_address() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let request = platform.anyone().request(Method::POST, "/api/auth/login").header("user-agent", "TV/1.0");
    let named = json!({ "email": "ada@viewers.test", "password": PASSWORD, "device_name": "Win at evil.com/now" });

    assert_eq!(platform.anyone().send(request.json(&named)).await.status(), 200);

    let sessions = viewer.get("/api/auth/sessions").await;
    assert_eq!(sessions.data()[0]["device_name"], "TV/1.0", "{sessions}");
    platform.advance(5 * 60 + 1).await;
    let notice = platform.mail("ada@viewers.test")[0].clone();
    assert!(!notice.to_string().contains("evil"), "{notice}");
    assert!(notice["text"].as_str().is_some_and(|text| text.contains("TV/1.0")), "{notice}");
}

#[tokio::test]
async fn a_device_is_named_by_its_user_or_by_itself() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let credentials = json!({ "email": "ada@viewers.test", "password": PASSWORD, "device_name": "  Living room " });
    platform.anyone().post("/api/auth/login", credentials).await;
    let request = platform.anyone().request(Method::POST, "/api/auth/login").header("user-agent", "TV/1.0");
    platform.anyone().send(request.json(&json!({ "email": "ada@viewers.test", "password": PASSWORD }))).await;

    let sessions = viewer.get("/api/auth/sessions").await;
    let names: Vec<&str> =
        sessions.data().as_array().expect("a list").iter().filter_map(|one| one["device_name"].as_str()).collect();
    assert_eq!(names[..2], ["TV/1.0", "Living room"], "{sessions}");
}
