//! Every route, called by somebody who has no access to it.

use local::template::Route;
use reqwest::Method;
use serde_json::{Value, json};
use shared::endpoint::Access;
use support::{Answer, DEMO_PASSWORD, Platform, Viewer};

/// Every route of the template with the kind of caller that its function requires.
pub(crate) fn routes(platform: &Platform) -> Vec<(String, Method, String, Access)> {
    let accesses = service::FUNCTIONS.accesses();
    let mut routes = Vec::new();
    for function in platform.running().template().functions.values() {
        let Some(access) = accesses.get(function.name.as_str()).copied() else { continue };
        for route in &function.routes {
            if let Route::Path(Some(method), path) = route {
                let path = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "01890000-0000-7000-8000-000000000000" } else { part });
                let path = path.collect::<Vec<_>>().join("/");
                routes.push((function.name.clone(), method.clone(), path, access));
            }
        }
    }
    assert!(routes.len() >= 60, "the template's routes: {}", routes.len());
    routes
}

pub(crate) async fn ask(who: &Viewer, method: &Method, path: &str, body: &Value) -> Answer {
    let request = who.request(method.clone(), path);
    if *method == Method::PUT && path.contains("/captions/") {
        return who.send(request.header("content-type", "text/vtt").body(body.to_string())).await;
    }
    who.send(if *method == Method::GET || *method == Method::DELETE { request } else { request.json(body) }).await
}

#[tokio::test]
async fn a_stranger_gets_401_wherever_sign_in_is_required_and_whatever_they_send() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let anonymous = platform.anyone();
    let forged = platform.anyone().with_token("", "eyJhbGciOiJub25lIn0.e30.".to_owned());
    for (name, method, path, access) in routes(&platform) {
        for body in [json!({}), json!({ "nonsense": [1] })] {
            for who in [&anonymous, &forged] {
                let answer = ask(who, &method, &path, &body).await;
                match access {
                    Access::Session { .. } | Access::Admin | Access::RecentAdmin => {
                        assert_eq!(
                            (answer.status(), answer.code()),
                            (401, "UNAUTHENTICATED"),
                            "{name} {path}: {answer}"
                        );
                        assert_eq!(answer.header("www-authenticate"), "Bearer", "{name}");
                    }
                    Access::Signature(_) => assert_eq!(answer.code(), "INVALID_SIGNATURE", "{name} {path}: {answer}"),
                    Access::Open => assert_ne!(answer.status(), 401, "{name} {path}: {answer}"),
                }
                assert!(answer.status() < 500, "{name} {path}: {answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_viewer_gets_403_wherever_an_admin_is_required() {
    let platform = Platform::bare().await;
    let viewer = platform.register("viewer@viewers.test").await;
    let mut seen = 0;
    for (name, method, path, access) in routes(&platform) {
        if access.is_admin() {
            let answer = ask(&viewer, &method, &path, &json!({ "nonsense": 1 })).await;
            assert_eq!((answer.status(), answer.code()), (403, "FORBIDDEN"), "{name} {path}: {answer}");
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[tokio::test]
async fn a_signed_out_session_is_refused_at_the_next_request_everywhere() {
    let platform = Platform::bare().await;
    let viewer = platform.register("viewer@viewers.test").await;
    assert_eq!(viewer.post("/api/auth/logout", json!({})).await.status(), 200);
    for (name, method, path, access) in routes(&platform) {
        if access.is_signed_in() {
            let answer = ask(&viewer, &method, &path, &json!({ "nonsense": 1 })).await;
            assert_eq!((answer.status(), answer.code()), (401, "SESSION_REVOKED"), "{name} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn unprocessed_batch_keys_give_503_and_never_a_lost_session() {
    let platform = Platform::start().await;
    let viewer = platform.sign_in("basic@marquee.test", DEMO_PASSWORD).await;
    for (name, method, path, access) in routes(&platform) {
        if matches!(access, Access::Session { .. }) && method == Method::GET {
            platform
                .fault(json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "unprocessed", "count": 1 }));
            let once = ask(&viewer, &method, &path, &json!({})).await;
            assert!(![401, 500, 503].contains(&once.status()), "{name}: retried once: {once}");
            platform
                .fault(json!({ "target": "dynamodb", "operation": "BatchGetItem", "kind": "unprocessed", "count": 2 }));
            let twice = ask(&viewer, &method, &path, &json!({})).await;
            assert_eq!((twice.status(), twice.code()), (503, "UNAVAILABLE"), "{name}: {twice}");
            platform.console().delete("/faults").await;
        }
    }
}
