//! Rate limits hold even when responses are lost, calls are repeated, counters are cleared, or requests are concurrent.

use futures::future::join_all;
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

const WRONG: &str = "not the password";

async fn me(viewer: &Viewer) -> u16 {
    viewer.get("/api/auth/me").await.status()
}

async fn sign_in(platform: &Platform, password: &str) -> Answer {
    let credentials = json!({ "email": "ada@viewers.test", "password": password });
    platform.anyone().post("/api/auth/login", credentials).await
}

fn limits_table(platform: &Platform) -> String {
    platform.setting("login", "RATE_LIMITS_TABLE")
}

/// The counters of a key, by name.
async fn counters(platform: &Platform, key: &str) -> Vec<i64> {
    let get = json!({ "TableName": limits_table(platform), "Key": { "pk": { "S": key } } });
    let item = platform.aws("DynamoDB_20120810.GetItem", get).await["Item"].clone();
    let counters = item.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with('m'));
    counters.map(|(_, value)| value["N"].as_str().expect("a number").parse().expect("a number")).collect()
}

async fn user_key(viewer: &Viewer) -> String {
    format!("USER#{}", viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id"))
}

/// Loses the responses to the limiter's updates: each update took effect, and the SDK may retry it.
fn lose_answers(platform: &Platform, skip: u32, count: u32) {
    let table = limits_table(platform);
    let fault = json!({ "target": "dynamodb", "table": table, "operation": "UpdateItem", "kind": "reset_after",
        "skip": skip, "count": count });
    platform.fault(fault);
}

#[tokio::test]
async fn tokens_of_ended_sessions_count_for_the_address_and_never_for_their_owner() {
    let platform = Platform::with(&[("LimitUserRequests", "10"), ("LimitAddressRequests", "40")]).await;
    let owner = platform.register("ada@viewers.test").await;
    let signed_out = platform.sign_in("ada@viewers.test", PASSWORD).await;
    let revoked = platform.sign_in("ada@viewers.test", PASSWORD).await;
    assert_eq!(signed_out.post("/api/auth/logout", json!({})).await.status(), 200);
    let sessions = owner.get("/api/auth/sessions").await;
    let other = sessions.data().as_array().expect("a list").iter().find(|one| one["current"] == false);
    let path = format!("/api/auth/sessions/{}", other.expect("the other")["id"].as_str().expect("an id"));
    assert_eq!(owner.delete(&path).await.status(), 200);

    let mut codes = Vec::new();
    for thief in [&signed_out, &revoked] {
        let asked = (0..15).map(async |_| thief.get("/api/auth/me").await);
        codes.extend(join_all(asked).await.iter().map(|answer| answer.code().to_owned()));
    }
    for body in [json!({}), json!({ "nonsense": 1 })] {
        codes.push(signed_out.post("/api/auth/change-password", body.clone()).await.code().to_owned());
        codes.push(signed_out.post("/api/auth/refresh", body).await.code().to_owned());
    }

    assert!(codes.iter().all(|code| code == "SESSION_REVOKED"), "the address has 40, and three are used: {codes:?}");
    for number in 0..7 {
        assert_eq!(me(&owner).await, 200, "request {number} of ten, of which three are used");
    }
    assert_eq!(me(&owner).await, 429, "the owner's own limit is not used up");
}

#[tokio::test]
async fn a_flood_with_the_token_of_an_ended_session_is_bounded_by_its_address() {
    let platform = Platform::with(&[("LimitUserRequests", "1000"), ("LimitAddressRequests", "20")]).await;
    let thief = platform.register("ada@viewers.test").await;
    let key = user_key(&thief).await;
    assert_eq!(thief.post("/api/auth/logout", json!({})).await.status(), 200);

    let answers = join_all((0..60).map(async |_| thief.get("/api/auth/me").await)).await;

    let count = |code: &str| answers.iter().filter(|answer| answer.code() == code).count();
    // Registering used one of the twenty.
    assert!(count("SESSION_REVOKED") <= 19, "{}", count("SESSION_REVOKED"));
    assert_eq!(count("SESSION_REVOKED") + count("RATE_LIMITED"), 60, "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status() == 429).expect("some are refused");
    assert!(
        refused.header("ratelimit-policy").starts_with("\"address\";q=20"),
        "{}",
        refused.header("ratelimit-policy")
    );
    assert_eq!(counters(&platform, &key).await.iter().sum::<i64>(), 2, "the owner made two requests");
}

#[tokio::test]
async fn superseded_tokens_and_tokens_from_before_a_password_change_count_for_the_address_too() {
    let platform = Platform::with(&[("LimitUserRequests", "6")]).await;
    let owner = platform.register("ada@viewers.test").await;
    let other = platform.sign_in("ada@viewers.test", PASSWORD).await;
    platform.advance(86_400).await;
    let fresh = owner.post("/api/auth/refresh", json!({})).await.data()["token"].as_str().expect("a token").to_owned();
    let fresh = owner.with_token(owner.email(), fresh);
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    assert_eq!(fresh.post("/api/auth/change-password", change).await.status(), 200);
    platform.advance(61).await;

    for old in [&owner, &other] {
        for _ in 0..10 {
            assert_eq!(old.get("/api/auth/me").await.code(), "SESSION_REVOKED");
        }
    }
    for _ in 0..4 {
        assert_eq!(me(&fresh).await, 200);
    }
}

#[tokio::test]
async fn a_token_of_a_live_session_costs_one_round_trip_and_one_count() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let answer = viewer.get("/api/auth/me").await;
    assert_eq!(platform.round_trips(&answer, "dynamodb"), 1, "{:?}", platform.calls(&answer));
    let counts = platform.calls(&answer).iter().filter(|call| call.operation == "UpdateItem").count();
    assert_eq!(counts, 1);
}

#[tokio::test]
async fn a_give_back_whose_response_was_lost_is_not_repeated() {
    let platform = Platform::with(&[("LimitUserRequests", "20")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    let key = user_key(&viewer).await;
    for _ in 1..20 {
        assert_eq!(me(&viewer).await, 200);
    }
    // Each refusal makes two updates: the count, and the give-back whose response is lost.
    for _ in 0..5 {
        lose_answers(&platform, 1, 1);
        assert_eq!(me(&viewer).await, 429, "a lost give-back admits no request");
    }
    assert_eq!(counters(&platform, &key).await.iter().sum::<i64>(), 20, "as many as admitted requests");
    assert_eq!(me(&viewer).await, 429);
    // The update failed before it took effect. The count that remains can only refuse requests, not admit more.
    for kind in ["reset_before", "error", "throttle"] {
        let table = limits_table(&platform);
        platform.fault(json!({ "target": "dynamodb", "table": table, "operation": "UpdateItem", "kind": kind,
            "skip": 1, "count": 1 }));
        assert_eq!(me(&viewer).await, 429, "{kind}");
    }
    assert!(counters(&platform, &key).await.iter().sum::<i64>() >= 20);
    platform.advance(17 * 60).await;
    assert_eq!(me(&viewer).await, 200);
}

#[tokio::test]
async fn a_count_whose_response_was_lost_refuses_earlier_and_never_later() {
    let platform = Platform::with(&[("LimitUserRequests", "20")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    let mut admitted = 0;
    for number in 0..40 {
        if number % 4 == 0 {
            lose_answers(&platform, 0, 1);
        }
        admitted += usize::from(me(&viewer).await == 200);
    }
    assert!((10..=20).contains(&admitted), "{admitted}");
}

#[tokio::test]
async fn concurrent_successful_and_failed_sign_ins_leave_no_credit() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000"), ("LimitSignInAccount", "10000")]).await;
    platform.register("ada@viewers.test").await;
    for _ in 0..3 {
        let passwords = (0..24).map(|number| if number % 3 == 0 { PASSWORD } else { WRONG });
        join_all(passwords.map(|password| sign_in(&platform, password))).await;
        let mut judged = 0;
        for _ in 0..25 {
            judged += usize::from(sign_in(&platform, WRONG).await.status() == 401);
        }
        assert!(judged <= 10, "{judged} failures were admitted");
        let pair = counters(&platform, "SIGNIN#ada@viewers.test#127.0.0.1").await;
        assert!(pair.iter().all(|count| *count >= 0), "no counter is below zero: {pair:?}");
        platform.advance(17 * 60).await;
    }
}

#[tokio::test]
async fn a_give_back_to_a_cleared_counter_does_not_reduce_later_counts() {
    let platform = Platform::with(&[("LimitSignInPair", "3"), ("LimitAddressRequests", "100000")]).await;
    platform.register("ada@viewers.test").await;
    let table = limits_table(&platform);
    // So that everything happens within one minute.
    let into_minute = platform.running().now().as_second() % 60;
    platform.advance(u64::try_from(60 - into_minute).expect("positive")).await;
    for _ in 0..3 {
        assert_eq!(sign_in(&platform, WRONG).await.status(), 401);
    }
    // Three counts pass; the refusal's two give-backs are delayed.
    platform.fault(json!({ "target": "dynamodb", "table": table, "operation": "UpdateItem", "kind": "wait", "skip": 3,
        "count": 2 }));
    let late = sign_in(&platform, WRONG);
    let meanwhile = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        // The effect of a success elsewhere, and two failures after it.
        let key = json!({ "pk": { "S": "SIGNIN#ada@viewers.test#127.0.0.1" } });
        let minute = platform.running().now().as_second() / 60;
        let update = json!({ "TableName": table, "Key": key,
            "UpdateExpression": format!("SET m{minute} = :two ADD clears :one"),
            "ExpressionAttributeValues": { ":two": { "N": "2" }, ":one": { "N": "1" } } });
        platform.aws("DynamoDB_20120810.UpdateItem", update).await;
        platform.running().faults().clear();
    };
    let (late, ()) = tokio::join!(late, meanwhile);
    assert_eq!(late.status(), 429, "{late}");
    assert_eq!(counters(&platform, "SIGNIN#ada@viewers.test#127.0.0.1").await.iter().sum::<i64>(), 2);
    assert_eq!(sign_in(&platform, WRONG).await.status(), 401);
    assert_eq!(sign_in(&platform, WRONG).await.status(), 429);
}

#[tokio::test]
async fn a_lost_response_during_a_sign_in_admits_no_extra_failures() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    platform.register("ada@viewers.test").await;
    for _ in 0..10 {
        assert_eq!(sign_in(&platform, WRONG).await.status(), 401);
    }
    // A refusal gives two counts back, that of the pair and that of the account. Both responses are lost.
    for _ in 0..5 {
        lose_answers(&platform, 3, 2);
        assert_eq!(sign_in(&platform, WRONG).await.status(), 429);
    }
    assert_eq!(sign_in(&platform, WRONG).await.status(), 429);
    assert_eq!(counters(&platform, "SIGNIN#ada@viewers.test").await.iter().sum::<i64>(), 10, "by account");
    // A success counts even if its clear is lost.
    platform.advance(17 * 60).await;
    assert_eq!(sign_in(&platform, WRONG).await.status(), 401);
    lose_answers(&platform, 3, 2);
    assert_eq!(sign_in(&platform, PASSWORD).await.status(), 200);
    let pair: Value = json!(counters(&platform, "SIGNIN#ada@viewers.test#127.0.0.1").await);
    assert_eq!(pair, json!([]), "cleared once");
}
