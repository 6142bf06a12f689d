//! `get-image`

use support::Platform;

#[tokio::test]
async fn get_image_answers_without_sign_in() {
    let platform = Platform::bare().await;

    let answer = platform.anyone().get("/api/images/01987c10-4a00-7000-8000-000000000003").await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert!(answer.data().is_null(), "replace this with what it returns: {answer}");
}
