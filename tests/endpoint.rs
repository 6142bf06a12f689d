//! What the bootstrap does around every endpoint, shown with endpoints that misbehave.

use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::endpoint::{Anyone, Call, Endpoint, Limit, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::lambda::{Mounted, mount};
use shared::runtime::Runtime;
use shared::services::{ConfigError, Services};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An endpoint that misbehaves in the way that its request names.
struct MisbehavingEndpoint;

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Misbehavior {
    how: Option<String>,
}

impl Endpoint for MisbehavingEndpoint {
    type Caller = Anyone;
    type Input = Query<Misbehavior>;
    type Reads = ();
    type Output = String;
    const SUMMARY: &'static str = "Misbehaves.";
    const TAG: Tag = Tag::Service;
    const CODES: &'static [Code] = &[Code::Conflict];
    const LIMIT: Limit = Limit::Exempt;

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<String>, ApiError> {
        match call.input.0.how.as_deref() {
            Some("panic") => panic!("on purpose"),
            Some("hang") => std::future::pending().await,
            Some("fail") => Err(ApiError::internal("the cause, for the log alone")),
            Some("undeclared") => {
                let error = ApiError::new(Code::StreamLimitReached, "All streams are in use.");
                Err(error.because("the reason for it"))
            }
            Some("refuse") => Err(ApiError::new(Code::Conflict, "Not now.")),
            Some("long") => Ok(Reply::new("x".repeat(5_000))),
            Some("token") => Ok(Reply::with_token("x".repeat(5_000))),
            _ => Ok(Reply::new("well".to_owned())),
        }
    }
}

struct TestFunction {
    mounted: Mounted,
    lines: Arc<Mutex<Vec<Value>>>,
}

impl TestFunction {
    async fn new() -> Self {
        let lines: Arc<Mutex<Vec<Value>>> = Arc::default();
        let log = lines.clone();
        let runtime = Runtime {
            aws: aws_types::SdkConfig::builder()
                .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
                .build(),
            clock: Arc::new(jiff::Timestamp::now),
            log: Arc::new(move |line| {
                log.lock().expect("lines").push(serde_json::from_str(line).expect("a line is JSON"));
            }),
        };
        let settings = [
            ("COMMON_SECRET", "arn"),
            ("RATE_LIMITS_TABLE", "limits"),
            ("TOKEN_ISSUER", "issuer"),
            ("TOKEN_AUDIENCE", "audience"),
            ("LIMIT_USER_REQUESTS", "1"),
            ("LIMIT_ADDRESS_REQUESTS", "1"),
            ("LIMIT_CATALOGUE_REQUESTS", "1"),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let services = Services::new("misbehaves", BTreeMap::from(settings), runtime);
        Self { mounted: mount::<MisbehavingEndpoint>(&services).await.expect("mounted"), lines }
    }

    async fn ask(&self, how: &str) -> (u16, String, Response<Body>) {
        let event = json!({
            "version": "2.0",
            "routeKey": "GET /misbehave",
            "rawPath": "/misbehave",
            "rawQueryString": format!("how={how}"),
            "headers": { "accept-encoding": "gzip" },
            "requestContext": {
                "accountId": "1", "apiId": "1", "domainName": "d", "stage": "$default", "requestId": "request-1",
                "routeKey": "GET /misbehave", "time": "now", "timeEpoch": 0,
                "http": { "method": "GET", "path": "/misbehave", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            },
            "isBase64Encoded": false,
        });
        let request = lambda_http::request::from_str(&event.to_string()).expect("an event");
        let response = self.mounted.call(request, Duration::from_millis(300)).await;
        let text = match response.body() {
            Body::Text(text) => text.clone(),
            _ => String::new(),
        };
        let code = serde_json::from_str::<Value>(&text).unwrap_or_default()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (response.status().as_u16(), code, response)
    }
}

#[tokio::test]
async fn a_panic_is_a_500_in_our_format_and_the_next_request_works() {
    let function = TestFunction::new().await;
    let (status, code, response) = function.ask("panic").await;
    assert_eq!((status, code.as_str()), (500, "INTERNAL"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let Body::Text(text) = response.body() else { panic!("text") };
    assert!(!text.contains("on purpose"), "{text}");
    assert_eq!(function.ask("").await.0, 200);
    let lines = function.lines.lock().expect("lines");
    assert_eq!(lines.len(), 2, "one line per request");
    assert!(lines[0]["cause"].as_str().is_some_and(|cause| cause.contains("on purpose")), "{}", lines[0]);
    assert_eq!((&lines[0]["level"], &lines[0]["request_id"]), (&json!("error"), &json!("request-1")));
}

#[tokio::test]
async fn a_handler_past_its_deadline_is_a_503_with_retry_after() {
    let function = TestFunction::new().await;
    let (status, code, response) = function.ask("hang").await;
    assert_eq!((status, code.as_str()), (503, "UNAVAILABLE"));
    assert_eq!(response.headers()["retry-after"], "1");
}

#[tokio::test]
async fn the_cause_is_logged_once_and_never_sent_to_the_client() {
    let function = TestFunction::new().await;
    let (status, _, response) = function.ask("fail").await;
    let Body::Text(text) = response.body() else { panic!("text") };
    assert!(status == 500 && !text.contains("for the log alone"), "{text}");
    let lines = function.lines.lock().expect("lines");
    assert_eq!(lines.iter().filter(|line| line.to_string().contains("for the log alone")).count(), 1);
}

#[tokio::test]
async fn an_undeclared_error_code_becomes_a_500_and_is_named_in_the_log() {
    let function = TestFunction::new().await;
    let (status, code, response) = function.ask("undeclared").await;
    assert_eq!((status, code.as_str()), (500, "INTERNAL"));
    let Body::Text(text) = response.body() else { panic!("text") };
    assert!(!text.contains("STREAM_LIMIT_REACHED") && !text.contains("streams"), "{text}");
    let lines = function.lines.lock().expect("lines");
    assert_eq!((&lines[0]["level"], &lines[0]["code"]), (&json!("error"), &json!("INTERNAL")));
    let cause = lines[0]["cause"].as_str().unwrap_or_default();
    assert!(cause.contains("STREAM_LIMIT_REACHED") && cause.contains("the reason for it"), "{cause}");
}

#[tokio::test]
async fn a_refusal_is_not_logged_as_an_error() {
    let function = TestFunction::new().await;
    assert_eq!(function.ask("refuse").await.1, "CONFLICT");
    assert_eq!(function.lines.lock().expect("lines")[0]["level"], "info");
}

#[tokio::test]
async fn a_long_response_is_compressed_unless_it_contains_a_token() {
    let function = TestFunction::new().await;
    assert_eq!(function.ask("long").await.2.headers()["content-encoding"], "gzip");
    assert!(!function.ask("token").await.2.headers().contains_key("content-encoding"));
    assert!(!function.ask("").await.2.headers().contains_key("content-encoding"), "below a kilobyte");
}
