//! `HEAD` returns the headers of `GET` without the body, for every public route.

use local::template::Route;
use reqwest::Method;
use shared::endpoint::Access;
use support::{Answer, Platform};

/// Paths that anybody may read, and paths whose GET requires sign-in.
fn paths(platform: &Platform) -> (Vec<String>, Vec<String>) {
    let accesses = service::FUNCTIONS.accesses();
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for function in platform.running().template().functions.values() {
        let Some(access) = accesses.get(function.name.as_str()).copied() else { continue };
        for route in &function.routes {
            if let Route::Path(Some(method), path) = route
                && *method == Method::GET
            {
                if access == Access::Open { open.push(path.clone()) } else { closed.push(path.clone()) }
            }
        }
    }
    (open, closed)
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let varies = ["x-request-id", "apigw-requestid", "date", "ratelimit", "transfer-encoding"];
    let mut headers = answer.headers();
    headers.retain(|(name, _)| !varies.contains(&name.as_str()));
    headers.sort();
    headers
}

#[tokio::test]
async fn public_get_routes_support_head_without_a_body() {
    let platform = Platform::start().await;
    let anyone = platform.anyone();
    let (open, _) = paths(&platform);
    for expected in ["/api/health", "/api/videos", "/api/categories", "/api/plans", "/api/openapi.json"] {
        assert!(open.iter().any(|path| path == expected), "{expected}");
    }
    for path in open {
        let path = path.replace("{id}", "01890000-0000-7000-8000-000000000000");
        for encoding in ["identity", "gzip"] {
            let ask = |method: Method| anyone.send(anyone.request(method, &path).header("accept-encoding", encoding));
            let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
            assert_eq!((head.status(), head.text()), (get.status(), ""), "{path}: {head}");
            assert_eq!(headers(&head), headers(&get), "{path}, {encoding}");
            assert!(!head.header("x-request-id").is_empty(), "{path}");
        }
    }
    let get = anyone.get("/api/videos").await;
    let current = anyone.request(Method::HEAD, "/api/videos").header("if-none-match", get.header("etag"));
    let current = anyone.send(current).await;
    assert_eq!((current.status(), current.header("etag")), (304, get.header("etag")));
    let refused = anyone.send(anyone.request(Method::HEAD, "/api/videos?limit=0")).await;
    assert_eq!((refused.status(), refused.text()), (400, ""), "{refused}");
}

#[tokio::test]
async fn every_other_path_refuses_head_and_lists_its_methods() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let admin = platform.admin().await;
    let (_, closed) = paths(&platform);
    assert!(closed.len() > 15, "{closed:?}");
    for path in closed {
        let path =
            path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect::<Vec<_>>().join("/");
        let answer = admin.send(admin.request(Method::HEAD, &path)).await;
        assert_eq!((answer.status(), answer.text()), (405, ""), "{path}: {answer}");
        let allow = answer.header("allow");
        assert!(allow.contains("GET") && !allow.contains("HEAD"), "{path}: {allow}");
    }
    for (path, status, allow) in
        [("/api/auth/login", 405, "POST"), ("/api/subscription/webhook", 405, "POST"), ("/api/nowhere", 404, "")]
    {
        let answer = admin.send(admin.request(Method::HEAD, path)).await;
        assert_eq!((answer.status(), answer.header("allow"), answer.text()), (status, allow, ""), "{path}: {answer}");
    }
}
