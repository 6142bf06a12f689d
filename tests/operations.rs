//! The numbers in docs/OPERATIONS.md compared with the template, and parameters whose default follows another
//! parameter.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::path::Path;
use support::Platform;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The number directly before `words` in a text.
fn number_before(text: &str, words: &str) -> u64 {
    let (before, _) = text.split_once(words).unwrap_or_else(|| panic!("no `{words}` in the text"));
    let number = before.trim_end().rsplit(|letter: char| !letter.is_ascii_digit() && letter != ',').next();
    let number = number.unwrap_or_default().replace(',', "");
    number.parse().unwrap_or_else(|_| panic!("no number before `{words}`"))
}

/// The logical ids of the template's resources of a type.
fn resources(template: &str, kind: &str) -> Vec<String> {
    let lines: Vec<&str> = template.lines().collect();
    let is_kind = |line: &str| line.strip_prefix("    Type: ").is_some_and(|found| found.trim() == kind);
    let found = lines.windows(2).filter(|pair| is_kind(pair[1]));
    found.filter_map(|pair| pair[0].trim().strip_suffix(':').map(str::to_owned)).collect()
}

/// How often a schedule runs in a month of 30 days.
fn runs_a_month(schedule: &str) -> u64 {
    const MINUTES: u64 = 30 * 24 * 60;
    if let Some(rate) = schedule.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')')) {
        let (number, unit) = rate.split_once(' ').expect("a number and a unit");
        let number: u64 = number.parse().expect("a number");
        let minutes = match unit.trim_end_matches('s') {
            "minute" => number,
            "hour" => number * 60,
            "day" => number * 24 * 60,
            other => panic!("unknown unit {other}"),
        };
        return MINUTES / minutes;
    }
    let fields: Vec<&str> = schedule.trim_start_matches("cron(").trim_end_matches(')').split(' ').collect();
    let is_one = |field: &str| field.bytes().all(|letter| letter.is_ascii_digit());
    assert!(is_one(fields[0]) && is_one(fields[1]), "{schedule}: only one time of day is supported here");
    if is_one(fields[2]) { 1 } else { 30 }
}

#[test]
fn the_docs_count_the_templates_alarms_secrets_and_job_runs() {
    let (template, docs) = (read("template.yaml"), read("docs/OPERATIONS.md"));
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    assert_eq!(number_before(&docs, "alarms at 0.10"), alarms.len() as u64, "{alarms:?}");
    for alarm in &alarms {
        assert!(docs.contains(&format!("| `{alarm}` |")), "docs/OPERATIONS.md says what to do about {alarm}");
    }
    let documented = docs.lines().filter(|line| line.starts_with("| `") && line.contains("Alarm` |"));
    assert_eq!(documented.count(), alarms.len(), "docs/OPERATIONS.md names no alarm that does not exist");

    let schedules = template.lines().filter_map(|line| line.trim().strip_prefix("Schedule: "));
    let runs: u64 = schedules.map(runs_a_month).sum();
    assert!(runs > 1_000, "the schedules were found");
    let told = number_before(&docs, "short runs");
    assert!(told.abs_diff(runs) <= 500, "docs/OPERATIONS.md says {told} runs a month, the template makes {runs}");
    assert_eq!(
        number_before(&docs, "secrets at 0.40"),
        resources(&template, "AWS::SecretsManager::Secret").len() as u64
    );
}

fn issuer(token: &str) -> String {
    let claims = token.split('.').nth(1).expect("claims");
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON");
    claims["iss"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_token_issuer_is_the_web_apps_origin_unless_configured() {
    let platform = Platform::with(&[("WebOrigin", "https://tv.example")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    assert_eq!(issuer(viewer.token()), "https://tv.example");
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200);

    let settings = [("WebOrigin", "https://tv.example"), ("TokenIssuer", "https://id.tv.example")];
    let platform = Platform::with(&settings).await;
    let viewer = platform.register("ada@viewers.test").await;
    assert_eq!(issuer(viewer.token()), "https://id.tv.example");
}
