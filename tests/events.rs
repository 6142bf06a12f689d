//! Every event in `events/`, decoded as Lambda does.

use lambda_http::RequestExt;
use local::template::Route;
use serde_json::Value;
use std::path::Path;
use support::Platform;

#[tokio::test]
async fn every_event_matches_its_function_and_decodes_as_in_lambda() {
    let platform = Platform::bare().await;
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("events");
    let mut decoded = 0;
    for (name, function) in &platform.running().template().functions {
        let text = std::fs::read_to_string(events.join(format!("{name}.json")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let event: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        if function.routes.is_empty() {
            continue;
        }
        let request = lambda_http::request::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let key = event["routeKey"].as_str().unwrap_or_default();
        assert!(function.routes.iter().any(|route| route.key() == key), "{name}: {key} is not its route");
        if let Some(Route::Path(Some(method), path)) = function.routes.iter().find(|route| route.key() == key) {
            assert_eq!(request.method().as_str(), method.as_str(), "{name}");
            let parameters = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            for parameter in parameters {
                assert!(request.path_parameters().first(parameter).is_some(), "{name} lacks {parameter}");
            }
        }
        decoded += 1;
    }
    assert!(decoded >= 30, "{decoded}");
}
