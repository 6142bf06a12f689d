//! The API's general behavior: authentication, errors, faults, lists.

use crate::support::Bench;
use serde_json::{Value, json};
use standin::faults::{Fault, Kind, Target};

#[tokio::test]
async fn every_api_path_needs_the_access_token() {
    let bench = Bench::start().await;
    for path in ["/video/v1/assets", "/video/v1/uploads/abc", "/system/v1/signing-keys", "/video/v1/nothing"] {
        let url = format!("{}{path}", bench.base_url);
        for request in [bench.client.get(&url), bench.client.get(&url).basic_auth("id", Some("wrong"))] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{path}");
            assert_eq!(answer.json::<Value>().await.unwrap()["error"]["type"], "unauthorized");
        }
    }
}

#[tokio::test]
async fn errors_have_muxs_format() {
    let bench = Bench::start().await;
    let new_upload = |body: Value| bench.api("POST", "/video/v1/uploads").json(&body);
    let long = json!({ "new_asset_settings": { "passthrough": "x".repeat(256) } });
    let cases = [
        (bench.api("GET", "/video/v1/assets/unknown"), 404, "not_found"),
        (bench.api("GET", "/video/v1/nothing"), 404, "not_found"),
        (bench.api("DELETE", "/system/v1/signing-keys/unknown"), 404, "not_found"),
        (bench.api("DELETE", "/video/v1/uploads"), 405, "method_not_allowed"),
        (bench.api("POST", "/video/v1/uploads").body("{"), 400, "invalid_parameters"),
        (new_upload(json!({ "timeout": 59 })), 400, "invalid_parameters"),
        (new_upload(json!({ "timeout": 604_801 })), 400, "invalid_parameters"),
        (new_upload(json!({ "new_asset_settings": { "playback_policies": ["secret"] } })), 400, "invalid_parameters"),
        (new_upload(long), 400, "invalid_parameters"),
    ];
    for (request, status, kind) in cases {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["type"], kind);
        assert!(body["error"]["messages"][0].is_string());
    }
    assert!(bench.events().is_empty(), "nothing was made");
}

#[tokio::test]
async fn api_calls_are_recorded_and_hit_by_faults_and_media_requests_are_not() {
    let bench = Bench::start().await;
    let operation = Some("POST /video/v1/uploads".to_owned());
    bench.faults.add(Fault {
        target: Target::Mux,
        table: None,
        operation,
        kind: Kind::Throttle,
        skip: 0,
        count: 1,
        answer: None,
    });
    let create =
        || bench.api("POST", "/video/v1/uploads").header("x-request-id", "r1").json(&json!({ "cors_origin": "*" }));
    assert_eq!(bench.get("/unknown.m3u8").await.status(), 404);
    assert_eq!(bench.api("GET", "/video/v1/assets").send().await.unwrap().status(), 200);
    assert_eq!(create().send().await.unwrap().status(), 429);
    assert_eq!(create().send().await.unwrap().status(), 201);
    let recorded: Vec<_> =
        bench.calls.for_request("r1").into_iter().map(|call| (call.operation, call.status)).collect();
    let named = |status| ("POST /video/v1/uploads".to_owned(), Some(status));
    assert_eq!(recorded, [named(429), named(201)]);
}

#[tokio::test]
async fn lists_are_paged_newest_first() {
    let bench = Bench::start().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.insert(0, bench.new_upload().await["id"].clone());
    }
    let page = async |query: &str| {
        let listed = bench.data(bench.api("GET", &format!("/video/v1/uploads?{query}"))).await;
        listed.as_array().unwrap().iter().map(|upload| upload["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(page("").await, ids);
    assert_eq!(page("limit=2").await, ids[..2]);
    assert_eq!(page("limit=2&page=2").await, ids[2..]);
    assert_eq!(bench.api("GET", "/video/v1/uploads?limit=x").send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn changes_of_an_asset_send_webhooks() {
    let bench = Bench::start().await;
    let (asset, playback_id) = bench.ready().await;
    let path = format!("/video/v1/assets/{}", asset["id"].as_str().unwrap());
    let changed = bench.data(bench.api("PATCH", &path).json(&json!({ "passthrough": "other" }))).await;
    assert_eq!((&changed["passthrough"], &changed["meta"]), (&json!("other"), &asset["meta"]));
    assert_eq!(bench.event("video.asset.updated").await.body["data"]["passthrough"], "other");
    let found = bench.data(bench.api("GET", &format!("/video/v1/playback-ids/{playback_id}"))).await;
    assert_eq!(found["object"]["id"], asset["id"]);
    assert_eq!(bench.api("DELETE", &path).send().await.unwrap().status(), 204);
    assert_eq!(bench.event("video.asset.deleted").await.object_id, asset["id"].as_str().unwrap());
    let token = bench.token(&playback_id, "v", &Value::Null);
    assert_eq!(bench.get(&format!("/{playback_id}.m3u8?token={token}")).await.status(), 404);
    assert_eq!(std::fs::read_dir(bench.path("media/assets")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_reset_deletes_uploads_and_assets() {
    let bench = Bench::start().await;
    let (_, playback_id) = bench.ready().await;
    let waiting = bench.new_upload().await;
    bench.mux.reset();
    assert!(bench.data(bench.api("GET", "/video/v1/assets")).await.as_array().unwrap().is_empty());
    assert!(bench.data(bench.api("GET", "/video/v1/uploads")).await.as_array().unwrap().is_empty());
    assert_eq!(bench.put(&waiting, vec![1], &[]).await.status(), 404);
    assert_eq!(bench.get(&format!("/{playback_id}.m3u8")).await.status(), 404);
    assert_eq!(std::fs::read_dir(bench.path("media/assets")).unwrap().count(), 0);
}
