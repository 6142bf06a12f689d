//! `no-route`: requests that match no route.

use reqwest::Method;
use support::Platform;

#[tokio::test]
async fn an_unknown_path_is_404_in_the_standard_format() {
    let platform = Platform::bare().await;
    for path in
        ["/api", "/api/", "/api/nowhere", "/api/auth/login/", "/api/v2/health", "/api/videos/a/b/c", "/API/health"]
    {
        let answer = platform.anyone().get(path).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{path}: {answer}");
        assert_eq!(answer.json()["success"], false, "{path}");
        assert_eq!(answer.json()["error"]["request_id"], answer.header("x-request-id"), "{path}");
    }
}

#[tokio::test]
async fn the_version_in_a_path_makes_no_difference() {
    let platform = Platform::start().await;
    let anyone = platform.anyone();
    for (path, same) in [
        ("/api/v1/videos?limit=2&sort=newest", "/api/videos?limit=2&sort=newest"),
        ("/api/v1/videos/01890000-0000-7000-8000-000000000000", "/api/videos/01890000-0000-7000-8000-000000000000"),
        ("/api/v1/auth/me", "/api/auth/me"),
        ("/api/v1/openapi.json", "/api/openapi.json"),
    ] {
        let (answer, expected) = (anyone.get(path).await, anyone.get(same).await);
        assert_eq!((answer.status(), answer.code()), (expected.status(), expected.code()), "{path}: {answer}");
        assert_eq!(answer.json()["data"], expected.json()["data"], "{path}");
        assert_eq!(answer.header("etag"), expected.header("etag"), "{path}");
    }
    // The version is accepted only once, and only as a whole segment of a longer path.
    for path in ["/api/v1", "/api/v1/", "/api/v1/v1/videos", "/api/v10/videos", "/api//v1/videos", "/api/V1/videos"] {
        let answer = anyone.get(path).await;
        assert_eq!((answer.status(), answer.code()), (404, "NOT_FOUND"), "{path}: {answer}");
    }
    let log = platform.running().logs().join("\n");
    assert!(log.contains("/api/videos/{id}") && !log.contains("/api/v1/videos"), "functions see no version");
}

#[tokio::test]
async fn a_wrong_method_is_405_and_lists_the_allowed_ones() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();
    let cases = [
        (Method::GET, "/api/auth/login", "POST"),
        (Method::DELETE, "/api/v1/auth/register", "POST"),
        (Method::POST, "/api/videos", "GET, HEAD"),
        (Method::PATCH, "/api/videos/01890000-0000-7000-8000-000000000000/progress", "PUT"),
        (Method::PUT, "/api/health", "GET, HEAD"),
    ];
    for (method, path, allow) in cases {
        let answer = anyone.send(anyone.request(method.clone(), path)).await;
        assert_eq!((answer.status(), answer.code()), (405, "METHOD_NOT_ALLOWED"), "{method} {path}: {answer}");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn an_unknown_path_or_method_is_reported_whatever_the_body_is() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();
    for (path, expected) in [("/api/nowhere", (404, "NOT_FOUND")), ("/api/videos", (405, "METHOD_NOT_ALLOWED"))] {
        for kibibytes in [33, 257] {
            let request = anyone.request(Method::POST, path).header("content-type", "text/plain");
            let answer = anyone.send(request.body("x".repeat(kibibytes * 1_024))).await;
            assert_eq!((answer.status(), answer.code()), expected, "{path}, {kibibytes} KiB: {answer}");
        }
    }
    let large = anyone.request(Method::POST, "/api/auth/login").header("content-type", "text/plain");
    let large = anyone.send(large.body("x".repeat(33 * 1_024))).await;
    assert_eq!(large.code(), "PAYLOAD_TOO_LARGE", "a route comes before the size: {large}");
}
