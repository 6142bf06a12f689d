//! The local platform itself: what it serves, what it refuses, and that it refuses as AWS would.

use serde_json::json;
use support::{PASSWORD, Platform};

#[tokio::test]
async fn a_foreign_host_name_reaches_none_of_the_servers() {
    let platform = Platform::bare().await;
    let urls = platform.running().urls().clone();

    for url in [&urls.web, &urls.stripe, &urls.mux, &urls.aws, &urls.console] {
        let foreign = platform.client().get(url).header("host", "marquee.example").send().await.unwrap();
        assert_eq!(foreign.status(), 421, "{url}");
        let named = platform.client().get(url.replace("127.0.0.1", "localhost")).send().await.unwrap();
        assert_ne!(named.status(), 421, "{url}");
    }
}

#[tokio::test]
async fn the_clock_moves_ahead_for_everybody_and_never_back() {
    let platform = Platform::bare().await;
    let console = platform.console();
    let before = platform.running().now();

    let moved = console.post("/clock", json!({ "advance_seconds": 86_400 })).await;

    assert_eq!(moved.status(), 200, "{moved}");
    let ahead = platform.running().now().duration_since(before).as_secs();
    assert!((86_400..86_460).contains(&ahead), "{ahead}");
    assert_eq!(moved.json()["now"].as_str().map(|now| now.len() > 19), Some(true), "{moved}");
    for wrong in [json!({ "advance_seconds": -1 }), json!({ "advance_seconds": "1" }), json!({}), json!({ "back": 1 })]
    {
        assert_eq!(console.post("/clock", wrong.clone()).await.status(), 400, "{wrong}");
    }
    assert!(platform.running().now() > before);
}

#[tokio::test]
async fn tokens_of_before_are_expired_when_the_clock_has_moved() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    platform.advance(8 * 86_400).await;

    assert_eq!(viewer.get("/api/auth/me").await.code(), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn the_console_takes_json_from_its_own_page_only() {
    let platform = Platform::bare().await;
    let console = platform.console();
    let clock = |origin: &str| {
        let request = console.request(reqwest::Method::POST, "/clock").header("origin", origin);
        console.send(request.json(&json!({ "advance_seconds": 0 })))
    };

    assert_eq!(clock("https://marquee.example").await.status(), 403);
    assert_eq!(clock("null").await.status(), 403);
    assert_eq!(clock(&platform.running().urls().web).await.status(), 403);
    assert_eq!(clock(&platform.running().urls().console).await.status(), 200);
    let form = console.request(reqwest::Method::POST, "/reset").header("content-type", "text/plain").body("{}");
    assert_eq!(console.send(form).await.status(), 415);
    assert_eq!(console.get("/nowhere").await.status(), 404);
    let page = console.get("/").await;
    assert!(page.header("content-security-policy").contains("default-src 'none'"), "{page}");
}

#[tokio::test]
async fn a_function_that_the_template_does_not_know_refuses_to_start() {
    let renamed = Platform::of_template(|text| text.replace("Binary: get-me", "Binary: get-myself")).await;
    let message = renamed.err().expect("refused").to_string();
    assert!(message.contains("`get-myself`") && message.contains("functions.rs"), "{message}");
}

#[tokio::test]
async fn a_policy_that_cannot_be_checked_refuses_to_start() {
    let wild =
        Platform::of_template(|text| text.replacen("Action: dynamodb:UpdateItem", "Action: dynamodb:*", 1)).await;
    let message = wild.err().expect("refused").to_string();
    assert!(message.contains("Policies") && message.contains("dynamodb:*"), "{message}");
}

#[tokio::test]
async fn a_call_that_the_policies_do_not_allow_is_refused() {
    // Of get-me alone: the session's read becomes an action that it does not use.
    let narrowed = |text: String| {
        let at = text.find("Binary: get-me").expect("the function");
        let (before, own) = text.split_at(at);
        let (own, after) = own.split_at(own.find("Events:").expect("its events"));
        format!("{before}{}{after}", own.replace("dynamodb:BatchGetItem", "dynamodb:GetItem"))
    };
    let platform = Platform::of_template(narrowed).await.expect("the template can be read");
    let viewer = platform.register("a@viewers.test").await;

    let answer = viewer.get("/api/auth/me").await;

    assert!(answer.status() >= 500, "{answer}");
    let calls = platform.calls(&answer);
    let read = calls.iter().find(|call| call.operation == "BatchGetItem").expect("it tried");
    assert_eq!(read.status, Some(400));
    assert!(!answer.text().contains("AccessDenied"), "a viewer learns nothing of it: {answer}");
}

#[tokio::test]
async fn preflights_are_answered_by_the_gateway_for_the_configured_origin_alone() {
    let platform = Platform::with(&[("CorsOrigins", "https://marquee.example")]).await;
    let anyone = platform.anyone();
    let preflight = |origin: &str| {
        let request = anyone.request(reqwest::Method::OPTIONS, "/api/auth/me").header("origin", origin);
        anyone.send(request.header("access-control-request-method", "GET"))
    };

    let own = preflight("https://marquee.example").await;
    assert_eq!(own.status(), 204);
    assert_eq!(own.header("access-control-allow-origin"), "https://marquee.example");
    assert!(own.header("access-control-allow-methods").contains("PATCH"));
    assert!(own.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(own.header("access-control-allow-credentials"), "");
    assert_eq!(own.request_id(), "", "no function was called");
    let foreign = preflight("https://evil.example").await;
    assert_eq!((foreign.status(), foreign.header("access-control-allow-origin")), (204, ""));

    let request = anyone.request(reqwest::Method::GET, "/api/health").header("origin", "https://marquee.example");
    let answer = anyone.send(request).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://marquee.example");
    assert!(answer.header("access-control-expose-headers").contains("x-request-id"));
}

#[tokio::test]
async fn what_the_gateway_itself_refuses_is_in_its_own_words() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();
    let huge = vec![b' '; 10 * 1024 * 1024 + 1];
    let request = anyone.request(reqwest::Method::POST, "/api/auth/login").header("content-type", "application/json");
    let answer = anyone.send(request.body(huge)).await;
    assert_eq!((answer.status(), &answer.json()["message"]), (413, &json!("Request Entity Too Large")));
}

#[tokio::test]
async fn a_request_is_accounted_for_below_the_function() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;

    let answer = viewer.get("/api/auth/me").await;

    let shown = platform.console().get(&format!("/calls?request_id={}", answer.request_id())).await;
    let calls = shown.json()["calls"].as_array().unwrap().clone();
    assert!(calls.iter().any(|call| call["operation"] == "BatchGetItem" && call["consistent"] == true), "{shown}");
    assert!(calls.iter().all(|call| call["service"] == "dynamodb"), "{shown}");
    assert_eq!(shown.json()["round_trips"]["dynamodb"], 1, "{shown}");
    assert_eq!(platform.console().get("/calls").await.status(), 400);
}

#[tokio::test]
async fn faults_strike_as_often_as_asked_and_no_more() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    let fault = json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "error", "count": 3 });
    assert_eq!(platform.console().post("/faults", fault).await.status(), 200);

    let struck = viewer.get("/api/auth/me").await;
    assert!(struck.status() >= 500, "{struck}");
    let tried = platform.calls(&struck).iter().filter(|call| call.operation == "BatchGetItem").count();
    assert_eq!(tried, 3, "the SDK's own attempts");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    let wrong = json!({ "target": "dynamodb", "kind": "explode", "count": 1 });
    assert_eq!(platform.console().post("/faults", wrong).await.status(), 400);
}

#[tokio::test]
async fn the_tables_are_reached_with_the_keys_of_the_console_alone() {
    let platform = Platform::bare().await;
    let keys = platform.console().get("/config").await.json()["aws"].clone();
    let list = |key: String| {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/dynamodb/aws4_request, \
                                     SignedHeaders=host, Signature=0"
        );
        let request = platform.client().post(&platform.running().urls().aws);
        let request =
            request.header("x-amz-target", "DynamoDB_20120810.ListTables").header("x-amz-date", "20260101T000000Z");
        request
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", authorization)
            .body("{}")
            .send()
    };

    assert_eq!(list("AKIAEXAMPLE".into()).await.unwrap().status(), 400);
    let own = list(keys["access_key_id"].as_str().unwrap().to_owned()).await.unwrap();
    assert_eq!(own.status(), 200);
    assert!(own.text().await.unwrap().contains("watch_history"));
}

#[tokio::test]
async fn data_and_sessions_outlive_a_restart() {
    let options = support::options();
    let folder = std::env::temp_dir().join(format!("marquee-restart-{}", std::process::id()));
    let options =
        local::platform::Options { data_dir: Some(folder.clone()), seed: local::platform::Seed::None, ..options };
    let first = Platform::of_options(options.clone()).await;
    let viewer = first.register("a@viewers.test").await;
    first.advance(3_600).await;
    let before = first.running().now();
    first.stop().await;

    let second = Platform::of_options(options).await;

    assert!(second.running().now() >= before);
    let again = second.sign_in("a@viewers.test", PASSWORD).await;
    assert_eq!(again.get("/api/auth/me").await.status(), 200);
    let old = second.anyone().with_token(viewer.email(), viewer.token().to_owned());
    assert_eq!(old.get("/api/auth/me").await.status(), 200, "the signing key and the session are the same");
    second.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn posters_of_an_earlier_run_are_found_on_other_ports() {
    let platform = Platform::start().await;

    let listed = platform.anyone().get("/api/videos?limit=100").await;

    let videos = listed.data().as_array().expect("a list");
    assert!(videos.len() >= 12, "{}", videos.len());
    for video in videos {
        let url = video["poster"]["url"].as_str().unwrap_or_default();
        assert!(url.starts_with(&platform.running().urls().mux), "{url}");
    }
    let poster = platform.client().get(videos[0]["poster"]["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(poster.status(), 200);
    assert_eq!(poster.headers()["content-type"], "image/jpeg");
}

#[tokio::test]
async fn pages_carry_the_headers_that_cloudfront_is_told_to_add_and_reach_the_stand_in_of_mux_alone() {
    let platform = Platform::bare().await;
    let origin = &platform.running().urls().web;
    let page = platform.client().get(format!("{origin}/plans")).send().await.unwrap();

    assert_eq!(page.status(), 200);
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let policy = header("content-security-policy");
    let mux = &platform.running().urls().mux;
    assert!(policy.contains(&format!("connect-src 'self' {mux};")), "{policy}");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("https:"), "{policy}");
}
