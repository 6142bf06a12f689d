//! `GET /api/admin/members/{id}`

use crate::get_me::user;
use serde_json::{Value, json};
use support::billing::{platform_without_trial, signed_in_again};
use support::{Platform, Viewer};

/// A member as an operator sees them.
pub(crate) async fn member(admin: &Viewer, viewer: &Viewer) -> Value {
    let answer = admin.get(&format!("/api/admin/members/{}", id(admin, viewer).await)).await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

pub(crate) async fn id(admin: &Viewer, viewer: &Viewer) -> String {
    let found = admin.get(&format!("/api/admin/members?email={}", viewer.email())).await;
    found.data()[0]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned()
}

#[tokio::test]
async fn a_member_is_shown_with_their_subscription_and_every_payment_newest_first() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    platform.advance(32 * 86_400).await;
    let (admin, viewer) = (signed_in_again(&platform, &admin).await, signed_in_again(&platform, &viewer).await);

    let seen = member(&admin, &viewer).await;

    assert_eq!(seen["user"], user(&viewer).await);
    assert_eq!(
        (seen["profiles"].as_array().map(Vec::len), &seen["profiles"][0]["is_current"]),
        (Some(1), &json!(false))
    );
    assert_eq!(&seen["subscription"], viewer.get("/api/subscription").await.data());
    assert!(seen["stripe_customer_id"].as_str().is_some_and(|id| id.starts_with("cus_")), "{seen}");
    assert!(seen["stripe_subscription_id"].as_str().is_some_and(|id| id.starts_with("sub_")), "{seen}");
    let payments = seen["payments"].as_array().expect("payments");
    assert_eq!(payments.len(), 2, "{seen}");
    assert!(payments[0]["created_at"].as_str() > payments[1]["created_at"].as_str());
    for payment in payments {
        assert!(payment["id"].as_str().is_some_and(|id| id.starts_with("in_")), "{payment}");
        assert!(payment["number"].is_string() && payment["paid_at"].is_string(), "{payment}");
        assert_eq!(
            json!([payment["status"], payment["amount_due"], payment["amount_paid"], payment["amount_refunded"]]),
            json!(["paid", 799, 799, 0])
        );
    }
}

#[tokio::test]
async fn an_unknown_or_malformed_id_is_not_found() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let other = platform.register("a@viewers.test").await;

    for id in ["0197a000-0000-7000-8000-000000000000", "nobody"] {
        assert_eq!(admin.get(&format!("/api/admin/members/{id}")).await.code(), "NOT_FOUND");
    }
    let seen = member(&admin, &other).await;
    assert_eq!(json!([seen["subscription"]["status"], seen["payments"]]), json!(["none", []]));
    let path = format!("/api/admin/members/{}", id(&admin, &other).await);
    assert_eq!(other.get(&path).await.code(), "FORBIDDEN");
}
