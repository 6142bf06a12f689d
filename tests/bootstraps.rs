//! Every function's real `bootstrap`, run under a runtime API like Lambda's, with the function's own event.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::Platform;
use tokio::sync::{Mutex, mpsc};

const INVOCATION: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// An invocation and its response.
struct Runtime {
    event: Mutex<Option<String>>,
    deadline: SystemTime,
    answers: mpsc::UnboundedSender<(bool, Bytes)>,
}

#[tokio::test]
async fn every_bootstrap_handles_its_event() {
    let platform = Platform::start().await;
    // The account named in the operator's event.
    platform.register("ada@example.com").await;
    let mut wrong = Vec::new();
    let functions = platform.running().template().functions.clone();
    for (name, function) in &functions {
        let event = std::fs::read_to_string(root().join(format!("events/{name}.json"))).expect("an event");
        match invoke(&platform, name, &function.environment, event).await {
            Ok(answer) => {
                if let Some(issue) = issue(&answer, function.routes.is_empty()) {
                    wrong.push(format!("{name}: {issue}: {answer}"));
                }
            }
            Err(issue) => wrong.push(format!("{name}: {issue}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} bootstraps:\n{}", wrong.len(), functions.len(), wrong.join("\n"));
}

/// `cargo lambda watch` sends a deadline in 1970.
#[tokio::test]
async fn a_deadline_in_1970_is_ignored_and_a_passed_one_leaves_no_time() {
    let platform = Platform::start().await;
    let environment = platform.running().template().functions["list-videos"].environment.clone();
    let event = std::fs::read_to_string(root().join("events/list-videos.json")).expect("an event");
    let mut statuses = Vec::new();
    for deadline in [UNIX_EPOCH + Duration::from_secs(600), SystemTime::now() - Duration::from_secs(60)] {
        let answer = invoke_until(&platform, "list-videos", &environment, event.clone(), deadline).await;
        statuses.push(answer.expect("an answer")["statusCode"].clone());
    }
    assert_eq!(statuses, [200, 503]);
}

/// Entropy from CPU jitter costs a cold start 40 to 50 ms; `.cargo/config.toml` leaves it out of aws-lc.
#[test]
fn functions_are_built_without_jitter_entropy() {
    let binary = std::fs::read(bootstrap("get-me")).expect("a built function");
    let has = |symbol: &str| binary.windows(symbol.len()).any(|bytes| bytes == symbol.as_bytes());
    assert!(has("RAND_bytes"), "aws-lc's symbols are there");
    assert!(!has("jent_entropy_init"), "aws-lc was built without AWS_LC_SYS_NO_JITTER_ENTROPY");
}

/// What is wrong with a response: an endpoint's must be an envelope with our headers and a status below 500.
fn issue(answer: &Value, job: bool) -> Option<String> {
    if job {
        return None;
    }
    let status = answer["statusCode"].as_u64().unwrap_or(0);
    let body = answer["body"].as_str().unwrap_or_default();
    let enveloped = answer["isBase64Encoded"] == true || serde_json::from_str::<Value>(body).is_ok();
    if !(200..500).contains(&status) {
        return Some(format!("status {status}"));
    }
    if answer["headers"]["x-content-type-options"] != "nosniff" || !enveloped {
        return Some("not an answer of ours".to_owned());
    }
    None
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

pub(crate) async fn invoke(
    platform: &Platform,
    name: &str,
    environment: &BTreeMap<String, String>,
    event: String,
) -> Result<Value, String> {
    invoke_until(platform, name, environment, event, SystemTime::now() + Duration::from_secs(10)).await
}

async fn invoke_until(
    platform: &Platform,
    name: &str,
    environment: &BTreeMap<String, String>,
    event: String,
    deadline: SystemTime,
) -> Result<Value, String> {
    let (answers, mut answered) = mpsc::unbounded_channel();
    let runtime = Arc::new(Runtime { event: Mutex::new(Some(event)), deadline, answers });
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .with_state(runtime);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let credentials = platform.console().get("/config").await.json()["aws"].clone();
    let mut child = tokio::process::Command::new(bootstrap(name))
        .env_clear()
        .envs(environment)
        .env("AWS_LAMBDA_RUNTIME_API", &address)
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "log")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "log")
        .env("AWS_REGION", credentials["region"].as_str().unwrap_or_default())
        .env("AWS_ACCESS_KEY_ID", credentials["access_key_id"].as_str().unwrap_or_default())
        .env("AWS_SECRET_ACCESS_KEY", credentials["secret_access_key"].as_str().unwrap_or_default())
        .env("AWS_ENDPOINT_URL", &platform.running().urls().aws)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            format!("{}: {error}; build it with `cargo build --workspace --bins`", bootstrap(name).display())
        })?;
    let answer = tokio::time::timeout(Duration::from_secs(20), answered.recv()).await;
    let _ = child.kill().await;
    server.abort();
    match answer {
        Ok(Some((true, body))) => serde_json::from_slice(&body).map_err(|error| error.to_string()),
        Ok(Some((false, body))) => Err(format!("failed: {}", String::from_utf8_lossy(&body))),
        _ => {
            let output =
                child.wait_with_output().await.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
            Err(format!("no response in time: {}", output.unwrap_or_default()))
        }
    }
}

/// The binary that cargo built next to this test.
fn bootstrap(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test");
    let profile = test.parent().and_then(Path::parent).expect("target/debug");
    profile.join(name)
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    let Some(event) = runtime.event.lock().await.take() else {
        // As Lambda does between invocations.
        std::future::pending::<()>().await;
        return StatusCode::GONE.into_response();
    };
    let deadline = runtime.deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", INVOCATION.to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:marquee".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-6881f5a0-0123456789abcdef01234567".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(runtime): State<Arc<Runtime>>, Segment(_): Segment<String>, body: Bytes) -> StatusCode {
    let _ = runtime.answers.send((true, body));
    StatusCode::ACCEPTED
}

async fn error(State(runtime): State<Arc<Runtime>>, Segment(_): Segment<String>, body: Bytes) -> StatusCode {
    let _ = runtime.answers.send((false, body));
    StatusCode::ACCEPTED
}
