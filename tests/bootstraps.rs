//! Every function's real `bootstrap`, run under a runtime API like Lambda's, with the function's own event.

use local::processes::{Process, Program};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::Platform;

#[tokio::test]
async fn every_bootstrap_handles_its_event() {
    let platform = Platform::start().await;
    // The account named in the operator's event.
    platform.register("ada@example.com").await;
    let mut wrong = Vec::new();
    let functions = platform.running().template().functions.clone();
    for (name, function) in &functions {
        let event = std::fs::read_to_string(root().join(format!("events/{name}.json"))).expect("an event");
        match invoke(&platform, name, event).await {
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
    let event = std::fs::read_to_string(root().join("events/list-videos.json")).expect("an event");
    let mut statuses = Vec::new();
    for deadline in [UNIX_EPOCH + Duration::from_secs(600), SystemTime::now() - Duration::from_secs(60)] {
        let answer = invoke_until(&platform, "list-videos", event.clone(), deadline).await;
        statuses.push(answer.expect("an answer")["statusCode"].clone());
    }
    assert_eq!(statuses, [200, 503]);
}

/// Entropy from CPU jitter costs a cold start 40 to 50 ms; `.cargo/config.toml` leaves it out of aws-lc.
#[test]
fn functions_are_built_without_jitter_entropy() {
    let binary = std::fs::read(bootstraps().join("get-me")).expect("a built function");
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
    // Files are not JSON: pages, the sitemap and the rules for crawlers.
    let is_file = answer["headers"]["content-type"].as_str().is_some_and(|kind| !kind.starts_with("application/json"));
    let enveloped = is_file || answer["isBase64Encoded"] == true || serde_json::from_str::<Value>(body).is_ok();
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

pub(crate) async fn invoke(platform: &Platform, name: &str, event: String) -> Result<Value, String> {
    invoke_until(platform, name, event, SystemTime::now() + Duration::from_secs(10)).await
}

async fn invoke_until(platform: &Platform, name: &str, event: String, deadline: SystemTime) -> Result<Value, String> {
    let function = &platform.running().template().functions[name];
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    let written = lines.clone();
    let program = Program {
        name: name.to_owned(),
        command: (bootstraps().join(name), Vec::new()),
        arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        environment: platform.running().environment(function),
        log: Arc::new(move |line| written.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned())),
    };
    let work = async {
        let mut process = Process::start(&program).await?;
        process.invoke(event, deadline).await
    };
    let written = || lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n");
    match tokio::time::timeout(Duration::from_secs(20), work).await {
        Ok(Ok(answer)) => serde_json::from_slice(&answer).map_err(|error| error.to_string()),
        Ok(Err(failure)) => Err(format!("{failure}: {}", written())),
        Err(_) => Err(format!("no answer in time: {}", written())),
    }
}

/// The folder of the functions' executables: `BOOTSTRAPS`, or where cargo built this test.
pub(crate) fn bootstraps() -> PathBuf {
    if let Some(folder) = std::env::var_os("BOOTSTRAPS") {
        return folder.into();
    }
    let test = std::env::current_exe().expect("this test");
    test.parent().and_then(Path::parent).expect("target/debug").to_owned()
}
