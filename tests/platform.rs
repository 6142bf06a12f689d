//! The local platform itself: what it serves and refuses, and that it refuses what AWS would refuse.

use local::platform::Options;
use local::start::Seed;
use serde_json::json;
use support::{Folder, PASSWORD, Platform, options};

#[tokio::test]
async fn no_server_answers_to_a_foreign_host_name() {
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
async fn the_shared_clock_only_moves_forward() {
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
async fn tokens_expire_when_the_clock_is_moved() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    platform.advance(8 * 86_400).await;

    assert_eq!(viewer.get("/api/auth/me").await.code(), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn the_console_accepts_only_json_from_its_own_page() {
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
async fn a_function_missing_from_the_template_prevents_the_start() {
    let renamed = Platform::of_template(|text| text.replace("Binary: get-me", "Binary: get-myself")).await;
    let message = renamed.err().expect("refused").to_string();
    assert!(message.contains("functions/get-myself is missing"), "{message}");
}

/// The template with `from` replaced in the part that starts with `start` and ends before `end`.
fn within(text: &str, start: &str, end: &str, from: &str, to: &str) -> String {
    let (before, part) = text.split_at(text.find(start).expect("the start"));
    let (part, after) = part.split_at(part.find(end).expect("the end"));
    assert!(part.contains(from), "{from} in {part}");
    format!("{before}{}{after}", part.replace(from, to))
}

#[tokio::test]
async fn an_unsupported_policy_prevents_the_start() {
    for (policy, place) in
        [("  AnyonePolicy:", "AnyonePolicy.PolicyDocument"), ("  LoginFunction:", "LoginFunction.Policies[1]")]
    {
        let wild = |text: String| within(&text, policy, "\n\n", "dynamodb:UpdateItem", "dynamodb:*");
        let refused = Platform::of_template(wild).await;
        let message = refused.err().expect("refused").to_string();
        assert!(message.contains(place) && message.contains("dynamodb:*"), "{message}");
    }
}

#[tokio::test]
async fn a_call_that_no_policy_allows_is_refused() {
    // First the policy of all viewers allows another action in place of the session read, then get-me has only the policy of
    // endpoints that need no sign-in.
    let narrowed = |text: String| within(&text, "  ViewerPolicy:", "\n\n", "dynamodb:BatchGetItem", "dynamodb:GetItem");
    cannot_read_the_session(Platform::of_template(narrowed).await.expect("the template can be read")).await;
    let anyone_alone = |text: String| within(&text, "Binary: get-me", "Events:", "ViewerPolicy", "AnyonePolicy");
    cannot_read_the_session(Platform::of_template(anyone_alone).await.expect("the template can be read")).await;
}

async fn cannot_read_the_session(platform: Platform) {
    let viewer = platform.register("a@viewers.test").await;

    let answer = viewer.get("/api/auth/me").await;

    assert!(answer.status() >= 500, "{answer}");
    let calls = platform.calls(&answer);
    let read = calls.iter().find(|call| call.operation == "BatchGetItem").expect("it tried");
    assert_eq!(read.status, Some(400));
    assert!(!answer.text().contains("AccessDenied"), "the cause is not sent to the viewer: {answer}");
}

#[tokio::test]
async fn the_gateway_answers_preflights_only_for_the_configured_origin() {
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
async fn the_gateways_own_errors_have_api_gateways_format() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();
    let huge = vec![b' '; 10 * 1024 * 1024 + 1];
    let request = anyone.request(reqwest::Method::POST, "/api/auth/login").header("content-type", "application/json");
    let answer = anyone.send(request.body(huge)).await;
    assert_eq!((answer.status(), &answer.json()["message"]), (413, &json!("Request Entity Too Large")));
}

#[tokio::test]
async fn the_calls_below_a_function_are_recorded_per_request() {
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
async fn faults_hit_exactly_as_many_calls_as_requested() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;
    let fault = json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "error", "count": 3 });
    assert_eq!(platform.console().post("/faults", fault).await.status(), 200);

    let failed = viewer.get("/api/auth/me").await;
    assert!(failed.status() >= 500, "{failed}");
    let tried = platform.calls(&failed).iter().filter(|call| call.operation == "BatchGetItem").count();
    assert_eq!(tried, 3, "the SDK's retries");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    let wrong = json!({ "target": "dynamodb", "kind": "explode", "count": 1 });
    assert_eq!(platform.console().post("/faults", wrong).await.status(), 400);
}

#[tokio::test]
async fn a_fault_that_no_call_can_match_is_refused_and_says_why() {
    let platform = Platform::bare().await;
    for (wrong, why) in [
        (json!({ "target": "dynamodb", "table": "nope", "kind": "error", "count": 1 }), "`table` must be one of"),
        (json!({ "target": "stripe", "table": "users", "kind": "error", "count": 1 }), "`table` goes only with"),
        (
            json!({ "target": "dynamodb", "operation": "Nope", "kind": "error", "count": 1 }),
            "`operation` must be one of",
        ),
        (json!({ "target": "mail", "operation": "Query", "kind": "error", "count": 1 }), "SendEmail"),
        (json!({ "target": "secrets", "operation": "SendEmail", "kind": "error", "count": 1 }), "GetSecretValue"),
        (
            json!({ "target": "stripe", "operation": "/v1/customers", "kind": "error", "count": 1 }),
            "a method and a path",
        ),
        (json!({ "target": "mux", "operation": "GET /v1/customers", "kind": "error", "count": 1 }), "/video/v1/"),
        (json!({ "target": "stripe", "kind": "answer", "count": 1 }), "`answer` is needed"),
        (json!({ "target": "stripe", "kind": "error", "count": 0 }), "`count` must be from 1"),
    ] {
        let answer = platform.console().post("/faults", wrong.clone()).await;
        assert_eq!(answer.status(), 400, "{wrong}: {answer}");
        assert!(answer.text().contains(why), "{wrong}: {answer}");
    }
    let listed = platform.console().get("/faults").await;
    assert_eq!(listed.json()["faults"], json!([]), "none of them is active");
    let nobody = json!({ "email": "", "outcome": "decline" });
    assert_eq!(platform.console().post("/stripe/cards", nobody).await.status(), 400);
}

#[tokio::test]
async fn the_tables_can_be_reached_only_with_the_consoles_keys() {
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
async fn data_and_sessions_survive_a_restart() {
    let folder = std::env::temp_dir().join(format!("marquee-restart-{}", std::process::id()));
    let options = Options { data_dir: Some(folder.clone()), seed: Seed::None, ..options() };
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
async fn posters_of_an_earlier_run_load_after_the_ports_changed() {
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
async fn pages_have_cloudfronts_headers_and_may_reach_only_the_mux_stand_in() {
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

#[tokio::test]
async fn text_is_compressed_for_clients_that_accept_it_and_pictures_are_not() {
    let dist = Folder::empty();
    let content = "a line of the app's code\n".repeat(200);
    for name in ["index.html", "app.js", "icon.png"] {
        std::fs::write(dist.path().join(name), &content).unwrap();
    }
    let web = dist.path().to_owned();
    let platform = Platform::of_options(Options { seed: Seed::None, web, ..options() }).await;
    let asked = async |path: &str, encoding: &str| {
        let url = format!("{}{path}", platform.running().urls().web);
        let answer = platform.client().get(url).header("accept-encoding", encoding).send().await.unwrap();
        let coding = answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
        (coding, answer.bytes().await.unwrap().len())
    };
    for path in ["/plans", "/app.js"] {
        assert_eq!(asked(path, "identity").await, (None, content.len()), "{path}");
        let (coding, smaller) = asked(path, "gzip, br").await;
        assert_eq!(coding.as_deref(), Some("gzip"), "{path}");
        assert!(smaller < content.len() / 10, "{path}: {smaller} of {} bytes", content.len());
    }
    assert_eq!(asked("/icon.png", "gzip, br").await, (None, content.len()));
}
