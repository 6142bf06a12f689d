//! What the development tools depend on: the routes of `cargo lambda watch`, the events of `make events`, and how containers
//! reach the platform.

use crate::bootstraps::invoke;
use local::containers::ContainerGateway;
use local::platform::Options;
use local::template::{Route, Template};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;
use support::billing::post_event_body;
use support::{Platform, options};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

#[test]
fn cargo_lambda_watch_has_the_routes_of_the_template() {
    let template = Template::load(&root().join("template.yaml"), &BTreeMap::new()).expect("the template");
    let mut paths: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for function in template.functions.values() {
        for route in &function.routes {
            if let Route::Path(Some(method), path) = route {
                paths.entry(path).or_default().insert(method.as_str(), &function.name);
            }
        }
    }
    let lines = paths.into_iter().map(|(path, methods)| {
        let methods =
            methods.into_iter().map(|(method, name)| format!(r#"{{ method = "{method}", function = "{name}" }}"#));
        format!("\"{path}\" = [{}]\n", methods.collect::<Vec<_>>().join(", "))
    });
    let wanted = lines.collect::<String>() + "\"/{*path}\" = \"no-route\"\n";

    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let (_, table) = manifest.split_once("[workspace.metadata.lambda.watch.router]\n").expect("the table");
    let (table, _) = table.split_once("\n\n").expect("an empty line after the table");
    assert_eq!(format!("{table}\n"), wanted, "run `make watch-routes`");
}

/// The example events in `events/`, as `make events` posts them.
fn examples() -> Map<String, Value> {
    let files =
        std::fs::read_dir(root().join("events")).expect("the events").map(|entry| entry.expect("an entry").path());
    let examples = files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).map(|path| {
        let text = std::fs::read_to_string(&path).expect("a file");
        (
            path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            serde_json::from_str(&text).expect("JSON"),
        )
    });
    examples.collect()
}

#[tokio::test]
async fn every_event_that_a_platform_fills_in_succeeds_on_it() {
    let platform = Platform::start().await;
    let answer = platform.console().post("/events", Value::Object(examples())).await;
    assert_eq!(answer.status(), 200, "{answer}");
    let events = answer.json()["events"].clone();

    let functions = platform.running().template().functions.clone();
    assert_eq!(events.as_object().map(Map::len), Some(functions.len()), "an event for each function");
    let mut wrong = Vec::new();
    for (name, function) in &functions {
        let expected = if name == "no-route" { 404..405 } else { 200..300 };
        match invoke(&platform, name, events[name].to_string()).await {
            Ok(_) if function.routes.is_empty() => {}
            Ok(answer) if answer["statusCode"].as_u64().is_some_and(|status| expected.contains(&status)) => {}
            Ok(answer) => wrong.push(format!("{name}: {answer}")),
            Err(issue) => wrong.push(format!("{name}: {issue}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), functions.len(), wrong.join("\n"));
}

#[tokio::test]
async fn events_do_not_change_the_seeded_accounts() {
    let platform = Platform::start().await;
    let before = seeded(&platform).await;

    let answer = platform.console().post("/events", Value::Object(examples())).await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(seeded(&platform).await, before);
}

/// The profiles and subscriptions of the seeded accounts.
async fn seeded(platform: &Platform) -> Vec<Value> {
    let mut accounts = Vec::new();
    for name in ["admin", "basic", "premium", "viewer"] {
        let account = platform.sign_in(&format!("{name}@marquee.test"), support::DEMO_PASSWORD).await;
        let (me, plan) = (account.get("/api/auth/me").await, account.get("/api/subscription").await);
        accounts.push(json!([me.data(), plan.data()]));
    }
    accounts
}

/// The status of a request to `url` whose `Host` is `host` at the same port.
async fn status_as(platform: &Platform, url: &str, host: &str) -> u16 {
    let port = url.rsplit(':').next().unwrap_or_default();
    let request = platform.client().get(url).header("host", format!("{host}:{port}"));
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn containers_reach_only_what_functions_call() {
    let gateway = Some(ContainerGateway::Forwarded);
    let platform = Platform::of_options(Options { container_gateway: gateway, ..options() }).await;
    let urls = platform.running().urls().clone();

    for called in [&urls.stripe, &urls.mux, &urls.aws] {
        assert_ne!(status_as(&platform, called, "host.docker.internal").await, 421, "{called}");
        assert_eq!(status_as(&platform, called, "marquee.example").await, 421, "{called}");
    }
    for own in [&urls.web, &urls.console] {
        assert_eq!(status_as(&platform, own, "host.docker.internal").await, 421, "{own}");
    }
}

#[tokio::test]
async fn without_a_container_gateway_no_server_answers_to_containers() {
    let platform = Platform::bare().await;
    let urls = platform.running().urls().clone();

    for url in [&urls.web, &urls.stripe, &urls.mux, &urls.aws, &urls.console] {
        assert_eq!(status_as(&platform, url, "host.docker.internal").await, 421, "{url}");
    }
}

/// Uses a second loopback address in place of a bridge's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_bridge_has_its_own_listeners_which_answer_only_to_its_address() {
    let bridge = Ipv4Addr::new(127, 0, 0, 2);
    let gateway = Some(ContainerGateway::Bridge(bridge));
    let platform = Platform::of_options(Options { container_gateway: gateway, ..options() }).await;
    let urls = platform.running().urls().clone();
    let bridged = |url: &str| url.replace("127.0.0.1", "127.0.0.2");

    for called in [&urls.stripe, &urls.mux, &urls.aws] {
        assert_ne!(status_as(&platform, &bridged(called), "127.0.0.2").await, 421, "{called}");
        assert_eq!(status_as(&platform, &bridged(called), "marquee.example").await, 421, "{called}");
        assert_eq!(status_as(&platform, called, "127.0.0.2").await, 421, "loopback answers to its own names: {called}");
    }
    for own in [&urls.web, &urls.console] {
        assert!(platform.client().get(bridged(own)).send().await.is_err(), "{own} is not on the bridge");
    }
}

#[tokio::test]
async fn an_unreadable_secret_is_logged_with_its_arn_and_endpoint() {
    let platform = Platform::bare().await;
    platform.fault(json!({ "target": "secrets", "kind": "reject", "count": 10 }));

    let signature = Some("t=1,v1=00".to_owned());
    let refused = post_event_body(&platform, b"{}".to_vec(), signature, "application/json").await;

    assert_eq!(refused.status(), 503, "{refused}");
    let logs = platform.running().logs();
    let line = logs.iter().find(|line| line.contains("\"stripe-webhook\"")).expect("its line");
    let arn = &platform.running().template().functions["stripe-webhook"].environment["STRIPE_SECRET"];
    let place = format!("the secret {arn} could not be read from {}", platform.running().urls().aws);
    assert!(line.contains(&place), "{line}");
}
