//! `no-route`: what no route answers.

use reqwest::Method;
use support::Platform;

#[tokio::test]
async fn an_unknown_path_is_404_in_the_shape_of_every_answer() {
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
async fn a_wrong_method_is_405_and_names_the_right_ones() {
    let platform = Platform::bare().await;
    let anyone = platform.anyone();
    let cases = [
        (Method::GET, "/api/auth/login", "POST"),
        (Method::DELETE, "/api/v1/auth/register", "POST"),
        (Method::POST, "/api/videos", "GET"),
        (Method::PATCH, "/api/videos/01890000-0000-7000-8000-000000000000/progress", "PUT"),
        (Method::PUT, "/api/health", "GET"),
    ];
    for (method, path, allow) in cases {
        let answer = anyone.send(anyone.request(method.clone(), path)).await;
        assert_eq!((answer.status(), answer.code()), (405, "METHOD_NOT_ALLOWED"), "{method} {path}: {answer}");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}
