//! The functions' own executables behind the gateway, as Lambda runs them, instead of the code that is linked into the platform.
//! `make test-binaries` runs this with release builds.

use crate::bootstraps::bootstraps;
use crate::journey::{register_subscribe_and_watch, upload_publish_and_play};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::{Answer, DEMO_PASSWORD, Folder, Platform};
use tokio::process::Command;

/// The functions of the main journey.
const JOURNEY: [&str; 17] = [
    "cancel-subscription",
    "continue-watching",
    "create-checkout",
    "create-video",
    "get-subscription",
    "list-all-videos",
    "list-videos",
    "login",
    "mux-webhook",
    "play-video",
    "reconcile-nightly",
    "register",
    "send-mail",
    "stop-playback",
    "stripe-webhook",
    "update-progress",
    "update-video",
];
/// The time limit for a process's line to reach the log.
const LOG_MAX: Duration = Duration::from_secs(5);

#[tokio::test]
async fn the_main_journey_is_served_by_the_functions_own_executables() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let before = platform.running().logs().len();

    let subscriber = register_subscribe_and_watch(&platform).await;
    let viewer = platform.sign_in("viewer@marquee.test", DEMO_PASSWORD).await;
    upload_publish_and_play(&platform, &viewer, 11).await;
    let cancelled = subscriber.post("/api/subscription/cancel", json!({})).await;
    assert_eq!(cancelled.status(), 200, "{cancelled}");
    assert_eq!(cancelled.data()["cancel_at"], cancelled.data()["current_period_end"], "{cancelled}");
    for job in ["send-mail", "reconcile-nightly"] {
        platform.running().run_job(job, json!({})).await.unwrap_or_else(|cause| panic!("{job}: {cause}"));
    }

    let subjects = platform.mail(subscriber.email());
    assert!(subjects.len() >= 2, "a welcome and a receipt: {subjects:?}");
    for name in JOURNEY {
        let processes = processes(&platform, name).await;
        assert!(!processes.is_empty(), "no process has answered for {name}");
        for id in processes.keys() {
            assert_eq!(executable(*id), Some(bootstraps().join(name)), "process {id} of {name}");
        }
    }
    // Each handled event writes one line, so the code in this process has handled none.
    let (lines, answered) = settled_counts(&platform, before).await;
    assert_eq!(lines, answered, "lines in the log, and events that processes answered");
}

#[tokio::test]
async fn calls_of_processes_are_recorded_and_faults_apply_to_them() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let viewer = platform.register("somebody@viewers.test").await;

    let me = viewer.get("/api/auth/me").await;

    let calls = platform.calls(&me);
    let mut operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    operations.sort_unstable();
    assert_eq!((me.status(), operations), (200, vec!["BatchGetItem", "UpdateItem"]), "{me}");
    assert_eq!(platform.units(&me).read, 2.0);
    platform.fault(json!({ "target": "dynamodb", "kind": "reset_before", "count": 1_000 }));
    let broken = viewer.get("/api/auth/me").await;
    assert_eq!(broken.status(), 503, "{broken}");
}

#[tokio::test]
async fn a_process_may_do_only_what_its_functions_policies_allow() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let keys = platform.console().get("/config").await.json()["aws"].clone();
    let key = keys["access_key_id"].as_str().expect("an access key");
    let read = json!({ "TableName": platform.setting("login", "USERS_TABLE"), "Key": { "pk": { "S": "USER#1" } } });
    let mut statuses = BTreeMap::new();
    for sender in ["login", "health", "no-such-function"] {
        let credential = format!("{key}.{sender}/20260101/us-east-1/dynamodb/aws4_request");
        let request = platform.client().post(&platform.running().urls().aws);
        let request = request
            .header("x-amz-target", "DynamoDB_20120810.GetItem")
            .header(
                "authorization",
                format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"),
            )
            .body(read.to_string());
        let answer = request.send().await.expect("AWS answers");
        let code = answer.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok()).map(str::to_owned);
        statuses.insert(sender, code);
    }
    assert_eq!(statuses["login"], None);
    assert_eq!(statuses["health"].as_deref(), Some("AccessDeniedException"));
    assert_eq!(statuses["no-such-function"].as_deref(), Some("UnrecognizedClientException"));
}

#[tokio::test]
async fn a_process_that_dies_fails_its_own_request_and_is_replaced() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let viewer = platform.register("somebody@viewers.test").await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    let first = only(&processes(&platform, "get-me").await);
    platform.fault(json!({ "target": "dynamodb", "kind": "hang", "count": 2 }));

    let asked = async { viewer.get("/api/auth/me").await };
    let kill = async {
        // Until the process waits for DynamoDB, which does not answer.
        tokio::time::sleep(Duration::from_millis(300)).await;
        signal(first, "KILL").await;
    };
    let (failed, ()) = tokio::join!(asked, kill);

    assert_eq!((failed.status(), failed.json()), (500, &json!({ "message": "Internal Server Error" })), "{failed}");
    let told = platform.running().logs().iter().any(|line| line.contains("\"get-me\"") && line.contains("SIGKILL"));
    assert!(told, "the log says why: {:?}", platform.running().logs());
    platform.running().faults().clear();
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    let all = processes(&platform, "get-me").await;
    assert_eq!((all.len(), all[&first]), (2, 1), "{all:?}");
}

#[tokio::test]
async fn a_process_that_died_while_idle_fails_no_request() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    let first = only(&processes(&platform, "health").await);

    signal(first, "KILL").await;
    while !has_ended(first) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
}

#[tokio::test]
async fn simultaneous_requests_get_separate_processes() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let viewer = platform.register("somebody@viewers.test").await;
    platform.fault(json!({ "target": "dynamodb", "kind": "wait", "count": 6 }));

    let all = futures::future::join_all((0..3).map(|_| viewer.get("/api/auth/me")));
    let release = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        platform.running().faults().clear();
    };
    let (answers, ()) = tokio::join!(all, release);

    assert!(answers.iter().all(|answer| answer.status() == 200), "{answers:?}");
    let all = processes(&platform, "get-me").await;
    assert_eq!(all.values().copied().collect::<Vec<_>>(), [1, 1, 1], "{all:?}");
}

/// A rebuilt executable is used from the next request on.
#[tokio::test]
async fn a_new_build_of_a_function_answers_the_next_request() {
    let folder = copies_of_bootstraps();
    let platform = Platform::of_bootstraps(folder.path()).await;
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    let first = only(&processes(&platform, "health").await);
    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    assert_eq!(processes(&platform, "health").await, BTreeMap::from([(first, 2)]));

    // Like cargo: a new file replaces the old one.
    std::fs::remove_file(folder.path().join("health")).expect("the old build");
    std::fs::copy(bootstraps().join("health"), folder.path().join("health")).expect("the new build");

    assert_eq!(platform.anyone().get("/api/health").await.status(), 200);
    let all = processes(&platform, "health").await;
    assert_eq!((all.len(), all[&first]), (2, 2), "{all:?}");
}

#[tokio::test]
async fn no_process_outlives_the_platform() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;
    let viewer = platform.register("somebody@viewers.test").await;
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);
    let mut ids = Vec::new();
    for name in ["register", "get-me"] {
        ids.push(only(&processes(&platform, name).await));
    }
    assert!(ids.iter().all(|id| executable(*id).is_some()), "{ids:?}");

    platform.stop().await;

    assert!(ids.iter().all(|id| executable(*id).is_none()), "{ids:?}");
}

/// A killed platform cannot stop its processes. They end because their runtime API is gone.
#[tokio::test]
async fn no_process_outlives_a_platform_that_was_interrupted_or_killed() {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a plain client");
    for name in ["INT", "KILL"] {
        let folder = Folder::empty();
        let port = free_ports();
        let mut platform = Command::new(current_platform())
            .env("BOOTSTRAPS", bootstraps())
            .env("DATA_DIR", folder.path())
            .env("SEED", "none")
            .env("PORT", port.to_string())
            .stdout(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the platform's executable");
        let url = |offset: u16, path: &str| format!("http://127.0.0.1:{}{path}", port + offset);
        while !client.get(url(0, "/api/health")).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(platform.try_wait().expect("a child").is_none(), "the platform ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let functions: Value =
            client.get(url(4, "/functions")).send().await.expect("the console").json().await.expect("JSON");
        let id = only(&counts(&functions["functions"]["health"]["processes"]));
        assert!(executable(id).is_some(), "process {id}");

        signal(platform.id().expect("it runs"), name).await;
        platform.wait().await.expect("it ends");

        tokio::time::timeout(Duration::from_secs(5), async {
            while executable(id).is_some() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("process {id} is still there after SIG{name}"));
    }
}

#[tokio::test]
async fn the_clock_cannot_be_moved_if_functions_use_real_time() {
    let platform = Platform::of_bootstraps(&bootstraps()).await;

    let answer = platform.console().post("/clock", json!({ "advance_seconds": 1 })).await;

    assert_eq!(answer.status(), 409, "{answer}");
    assert_eq!(platform.console().post("/clock", json!({ "advance_seconds": 0 })).await.status(), 200);
}

/// A function's processes with the number of events that each has answered, as the console shows them.
async fn processes(platform: &Platform, function: &str) -> BTreeMap<u32, u64> {
    let answer: Answer = platform.console().get("/functions").await;
    counts(&answer.json()["functions"][function]["processes"])
}

fn counts(processes: &Value) -> BTreeMap<u32, u64> {
    let number = |value: &Value| value.as_u64().expect("a number");
    let all = processes.as_array().unwrap_or_else(|| panic!("the function is linked: {processes}")).iter();
    all.map(|one| (u32::try_from(number(&one["id"])).expect("a process id"), number(&one["answered"]))).collect()
}

fn only(processes: &BTreeMap<u32, u64>) -> u32 {
    assert_eq!(processes.len(), 1, "{processes:?}");
    *processes.keys().next().expect("one process")
}

/// The number of lines that each function has written after the first `before` lines, and of events that its processes have
/// answered. The two may differ for a moment.
async fn settled_counts(platform: &Platform, before: usize) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let started = std::time::Instant::now();
    loop {
        let mut lines = BTreeMap::new();
        for line in platform.running().logs().into_iter().skip(before) {
            let line: Value = serde_json::from_str(&line).expect("JSON");
            // Metrics are also lines, but do not belong to a request.
            if let (Some(function), Some(_)) = (line["function"].as_str(), line.get("dynamodb_round_trips")) {
                *lines.entry(function.to_owned()).or_default() += 1;
            }
        }
        let executables = platform.running().executables().into_iter();
        let answered = executables.map(|(name, executable)| (name, executable.answered().values().sum()));
        let answered = answered.filter(|(_, events)| *events > 0).collect();
        if lines == answered || started.elapsed() > LOG_MAX {
            return (lines, answered);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a process has ended, which its parent may not have noticed yet. Its executable is gone from `/proc` a moment before.
fn has_ended(id: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

/// The file that a process runs; `None` if it has ended.
fn executable(id: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{id}/exe")).ok()
}

async fn signal(id: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), id.to_string()]).status().await.expect("kill");
    assert!(sent.success(), "process {id} is gone");
}

/// A folder with a link to each executable, and a copy of one.
fn copies_of_bootstraps() -> Folder {
    let folder = Folder::empty();
    let functions = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions")).expect("functions/");
    for function in functions {
        let name = function.expect("a folder").file_name();
        let (own, copy) = (bootstraps().join(&name), folder.path().join(&name));
        if name == "health" {
            std::fs::copy(own, copy).expect("a built function");
        } else {
            std::os::unix::fs::symlink(own, copy).expect("a link");
        }
    }
    folder
}

/// The platform's own executable, beside this test.
fn current_platform() -> PathBuf {
    let test = std::env::current_exe().expect("this test");
    test.parent().and_then(Path::parent).expect("target/debug").join("local")
}

/// The first of five ports that were free a moment ago.
fn free_ports() -> u16 {
    loop {
        let first =
            std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let others = (1..5).filter_map(|offset| first.checked_add(offset));
        if others.filter(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).count() == 4 {
            return first;
        }
    }
}
