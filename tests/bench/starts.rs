//! The table of starts and requests: release builds of some functions, a function that does nothing, and the same work in Node.js.
//! All are processes under one runtime API, in one run. docs/PERFORMANCE.md explains it.

use super::{say, tls};
use crate::bootstraps::bootstraps;
use local::platform::Options;
use local::processes::{Process, Program};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use support::{DEMO_PASSWORD, Platform, options};

/// The function that all others are compared with.
const BARE: &str = "bare-function";
/// get-me, with its calls to AWS over TLS.
const TLS: &str = "tls-function";
/// The work of get-me in Node.js.
const NODE: &str = "node-peer";
/// The functions, in the order of the table.
const FUNCTIONS: [&str; 6] = ["health", "get-me", "list-videos", "update-progress", "play-video", "login"];
/// The number of processes to start for each row.
const STARTS: usize = 12;
/// Warm-up requests, which let V8 compile hot code and fill connections and caches.
const WARM_UP: usize = 100;
/// Measured requests.
const REQUESTS: usize = 300;
/// The same for sign-in, whose password hash takes a hundred times as long as any other request.
const SIGN_INS: usize = 20;
/// Longer than any request takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// A row of the table: a program and an event for it.
struct Subject {
    program: Program,
    event: Value,
    /// The last line that any of its processes has logged.
    line: Arc<Mutex<String>>,
}

#[derive(Default)]
struct Measured {
    /// The time from each process's start to its first response.
    starts: Vec<Duration>,
    /// The processor time of each process until its first response.
    start_cpu: Vec<Duration>,
    /// The processor time of a warm request.
    warm_cpu: Duration,
    /// The resident memory after the requests, in KB.
    rss_kb: u64,
    /// A warm request's traffic with AWS; `None` for a program that does not identify its requests.
    traffic: Option<Traffic>,
    answer_bytes: usize,
}

/// A request's traffic with AWS.
struct Traffic {
    calls: usize,
    /// The number of times that it waited for DynamoDB, from its log line.
    waits: u64,
    bytes: u64,
}

/// The ratios of a row to the bare function's.
#[derive(Clone, Copy)]
struct Ratios {
    start_cpu: f64,
    warm_cpu: f64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make bench"]
async fn table() {
    let limits = ["LimitAddressRequests", "LimitUserRequests", "LimitCatalogueRequests"];
    let environment = limits.map(|name| (name.to_owned(), "1000000".to_owned())).into();
    let platform = Platform::of_options(Options { environment, ..options() }).await;
    let subjects = subjects(&platform).await;
    let mut rows: Vec<Measured> = subjects.iter().map(|_| Measured::default()).collect();
    // Interleaved, so that other load on the machine affects all rows equally.
    for _ in 0..STARTS {
        for (subject, row) in subjects.iter().zip(&mut rows) {
            row.start(subject).await;
        }
    }
    for (subject, row) in subjects.iter().zip(&mut rows) {
        row.warm(&platform, subject).await;
    }
    let ratios: Vec<Ratios> = rows.iter().map(|row| row.against(&rows[0])).collect();
    say(&rendered(&subjects, &rows, &ratios));
    let names = subjects.iter().map(|subject| subject.program.name.as_str());
    compare(&names.zip(ratios).skip(1).collect());
}

impl Measured {
    async fn start(&mut self, subject: &Subject) {
        let started = Instant::now();
        let mut process = Process::start(&subject.program).await.unwrap_or_else(|failure| panic!("{failure}"));
        subject.answered_by(&mut process, "start").await;
        self.starts.push(started.elapsed());
        self.start_cpu.push(cpu(process.id()));
        process.stop().await;
    }

    async fn warm(&mut self, platform: &Platform, subject: &Subject) {
        let is_slow = subject.program.name == "login";
        let (warm_up, requests) = if is_slow { (1, SIGN_INS) } else { (WARM_UP, REQUESTS) };
        let mut process = Process::start(&subject.program).await.unwrap_or_else(|failure| panic!("{failure}"));
        for _ in 0..warm_up {
            subject.answered_by(&mut process, "warm-up").await;
        }
        let before = cpu(process.id());
        for _ in 0..requests {
            subject.answered_by(&mut process, "warm").await;
        }
        self.warm_cpu = (cpu(process.id()) - before) / u32::try_from(requests).expect("a small number");
        self.rss_kb = rss_kb(process.id());
        let id = format!("bench-{}", subject.program.name);
        self.answer_bytes = subject.answered_by(&mut process, &id).await;
        let calls = platform.running().calls().for_request(&id);
        let bytes = calls.iter().filter_map(|call| call.bytes).sum();
        let waits = subject.waits(&id).await;
        self.traffic = waits.map(|waits| Traffic { calls: calls.len(), waits, bytes });
        process.stop().await;
    }

    fn against(&self, bare: &Self) -> Ratios {
        let ratio = |own: Duration, bare: Duration| own.as_secs_f64() / bare.as_secs_f64();
        Ratios {
            start_cpu: ratio(median(&self.start_cpu), median(&bare.start_cpu)),
            warm_cpu: ratio(self.warm_cpu, bare.warm_cpu),
        }
    }
}

impl Subject {
    /// Lets a process handle the event as request `id`. Returns the length of the response body.
    async fn answered_by(&self, process: &mut Process, id: &str) -> usize {
        let mut event = self.event.clone();
        event["requestContext"]["requestId"] = id.into();
        let answer = process.invoke(event.to_string(), SystemTime::now() + DEADLINE).await;
        let answer = answer.unwrap_or_else(|failure| panic!("{}: {failure}", self.program.name));
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        assert_eq!(answer["statusCode"], 200, "{}: {answer}", self.program.name);
        answer["body"].as_str().unwrap_or_default().len()
    }

    /// The number of times that the last request, with this id, waited for DynamoDB. Its log line may arrive after the response.
    async fn waits(&self, id: &str) -> Option<u64> {
        for _ in 0..50 {
            let line = self.line.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match serde_json::from_str::<Value>(&line) {
                Ok(line) if line["request_id"] == id => return line["dynamodb_round_trips"].as_u64(),
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        None
    }
}

async fn subjects(platform: &Platform) -> Vec<Subject> {
    let mut examples = serde_json::Map::new();
    for name in FUNCTIONS {
        let example = std::fs::read_to_string(root().join(format!("events/{name}.json"))).expect("an event");
        examples.insert(name.to_owned(), serde_json::from_str(&example).expect("JSON"));
    }
    let completed = platform.console().post("/events", Value::Object(examples)).await;
    let mut events = completed.json()["events"].clone();
    apart(platform, &mut events).await;
    let subject = |name: &str, function: &str, command: (PathBuf, Vec<String>)| {
        assert!(command.0.is_file(), "{} is missing: bench/run builds it", command.0.display());
        let line: Arc<Mutex<String>> = Arc::default();
        let last = line.clone();
        let program = Program {
            name: name.to_owned(),
            command,
            arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
            environment: platform.running().environment(&platform.running().template().functions[function]),
            log: Arc::new(move |line| line.clone_into(&mut last.lock().unwrap_or_else(PoisonError::into_inner))),
        };
        Subject { program, event: events[function].clone(), line }
    };
    let own = |name: &str| (bootstraps().join(name), Vec::new());
    let peer = root().join("bench/node/dist/index.cjs");
    let node = (on_path("node"), vec![peer.display().to_string()]);
    let functions = FUNCTIONS.iter().map(|name| subject(name, name, own(name)));
    std::iter::once(subject(BARE, "health", own(BARE)))
        .chain(functions)
        .chain([over_tls(subject(TLS, "get-me", own(TLS))).await, subject(NODE, "get-me", node)])
        .collect()
}

/// The same, with a TLS endpoint in front of the platform's AWS.
async fn over_tls(mut subject: Subject) -> Subject {
    let environment = &mut subject.program.environment;
    let endpoint = tls::in_front_of(&environment["AWS_ENDPOINT_URL"]).await;
    let file = std::env::temp_dir().join(format!("marquee-bench-{}.pem", std::process::id()));
    std::fs::write(&file, endpoint.certificate).expect("the certificate can be written");
    environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.url);
    environment.insert("ROOTS".to_owned(), file.display().to_string());
    subject
}

/// Keeps requests from affecting each other. Another viewer plays, so that no stream with measured heartbeats ends. Heartbeats
/// do not contain their time, so that none is older than the one before.
async fn apart(platform: &Platform, events: &mut Value) {
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    let videos = platform.anyone().get("/api/videos?required_plan=basic&limit=1").await;
    let video = videos.data()[0]["id"].as_str().expect("a basic video");
    let play = &events["play-video"];
    let before = play["pathParameters"]["id"].as_str().expect("a video").to_owned();
    let mut play: Value = serde_json::from_str(&play.to_string().replace(&before, video)).expect("JSON");
    play["headers"]["authorization"] = format!("Bearer {}", viewer.token()).into();
    events["play-video"] = play;
    // The whole first page; the example searches instead.
    let list = events["list-videos"].as_object_mut().expect("an event");
    list.insert("rawQueryString".to_owned(), "".into());
    list.remove("queryStringParameters");
    let beat = &mut events["update-progress"];
    let mut body: Value = serde_json::from_str(beat["body"].as_str().expect("a body")).expect("JSON");
    body.as_object_mut().expect("an object").remove("client_time");
    beat["body"] = body.to_string().into();
}

fn rendered(subjects: &[Subject], rows: &[Measured], ratios: &[Ratios]) -> String {
    let mut text = format!("medians of {STARTS} starts, means of {REQUESTS} warm requests:\n\n");
    text += "| | start ms | start CPU ms | × bare | warm CPU ms | × bare | RSS MB | calls of AWS | waits for DynamoDB | bytes of AWS | bytes of the answer |\n";
    text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for ((subject, row), ratios) in subjects.iter().zip(rows).zip(ratios) {
        let traffic = row.traffic.as_ref();
        let traffic =
            traffic.map_or_else(|| "| |".to_owned(), |it| format!("{} | {} | {}", it.calls, it.waits, it.bytes));
        let _ = writeln!(
            text,
            "| {} | {:.1} | {:.1} | {:.1} | {:.2} | {:.1} | {:.1} | {} | {} |",
            subject.program.name,
            milliseconds(median(&row.starts)),
            milliseconds(median(&row.start_cpu)),
            ratios.start_cpu,
            milliseconds(row.warm_cpu),
            ratios.warm_cpu,
            row.rss_kb as f64 / 1_024.0,
            traffic,
            row.answer_bytes,
        );
    }
    text
}

/// Compares ratios with bench/table.json, or writes them there (`WRITE_TABLE=1`).
fn compare(ratios: &BTreeMap<&str, Ratios>) {
    let file = root().join("bench/table.json");
    let mut table: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("the table")).expect("JSON");
    if std::env::var_os("WRITE_TABLE").is_some() {
        let rounded = |ratio: f64| (ratio * 10.0).round() / 10.0;
        let row = |(name, ratios): (&&str, &Ratios)| {
            let row = json!({ "start_cpu": rounded(ratios.start_cpu), "warm_cpu": rounded(ratios.warm_cpu) });
            ((*name).to_owned(), row)
        };
        table["ratios"] = ratios.iter().map(row).collect::<serde_json::Map<_, _>>().into();
        let text = serde_json::to_string_pretty(&table).expect("JSON") + "\n";
        std::fs::write(&file, text).expect("the table can be written");
        return;
    }
    if table["ratios"].as_object().is_some_and(serde_json::Map::is_empty) {
        say("bench/table.json has no ratios to compare with: WRITE_TABLE=1 writes these");
        return;
    }
    let tolerance = table["tolerance"].as_f64().expect("a number");
    let mut worse = Vec::new();
    // The peer is only shown: a slower version of Node.js is not a regression of ours.
    for (name, ratios) in ratios.iter().filter(|(name, _)| **name != NODE) {
        for (what, ratio) in [("start_cpu", ratios.start_cpu), ("warm_cpu", ratios.warm_cpu)] {
            let known = table["ratios"][name][what]
                .as_f64()
                .unwrap_or_else(|| panic!("bench/table.json has no {what} of {name}: WRITE_TABLE=1 writes it"));
            if ratio > known * (1.0 + tolerance) {
                worse.push(format!(
                    "{name}: {what} is {ratio:.1} × that of the bare function, in bench/table.json {known}"
                ));
            }
        }
    }
    assert!(worse.is_empty(), "worse by more than {} %:\n{}", tolerance * 100.0, worse.join("\n"));
    say(&format!("no ratio is more than {} % worse than in bench/table.json", tolerance * 100.0));
}

/// The processor time of a process, in all its threads.
fn cpu(id: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).expect("the process runs, on Linux");
    let nanoseconds = |thread: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(nanoseconds).sum())
}

fn rss_kb(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("the process runs, on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    (times[(times.len() - 1) / 2] + times[times.len() / 2]) / 2
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn on_path(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} is not on the path"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
