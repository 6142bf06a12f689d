//! `POST /api/admin/members/{id}/comp`

use crate::get_member::{id, member};
use serde_json::{Value, json};
use support::billing::{signed_in_again, subscription};
use support::{Answer, Platform, Viewer};

/// A member with a complimentary premium plan for two days, a premium video, and the answer.
struct Gift {
    platform: Platform,
    admin: Viewer,
    viewer: Viewer,
    video: String,
    given: Answer,
}

async fn gift_for_two_days() -> Gift {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let video = platform.published_video(&admin, json!({ "title": "One", "required_plan": "premium" })).await;
    assert_eq!(viewer.play(&video).await.code(), "SUBSCRIPTION_REQUIRED");
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let until = platform.running().now() + jiff::SignedDuration::from_hours(48);
    let gift = json!({ "plan_type": "premium", "until": until, "reason": " a jury member " });
    let given = admin.post(&path, gift).await;
    assert_eq!(given.status(), 200, "{given}");
    Gift { platform, admin, viewer, video, given }
}

#[tokio::test]
async fn a_complimentary_plan_gives_access_without_a_subscription() {
    let Gift { admin, viewer, video, given, .. } = gift_for_two_days().await;

    assert_eq!(given.data(), &member(&admin, &viewer).await);
    assert_eq!(given.data()["complimentary_plan"], "premium");
    assert_eq!(viewer.play(&video).await.status(), 200);
    let seen = subscription(&viewer).await;
    assert_eq!(json!([seen["status"], seen["access"]["allowed"]]), json!(["none", true]));
}

#[tokio::test]
async fn a_complimentary_plan_ends_automatically() {
    let Gift { platform, viewer, video, .. } = gift_for_two_days().await;

    platform.advance(48 * 3_600).await;

    let viewer = signed_in_again(&platform, &viewer).await;
    assert_eq!(viewer.play(&video).await.code(), "SUBSCRIPTION_EXPIRED");
}

#[tokio::test]
async fn the_audit_log_says_who_gave_a_complimentary_plan_and_why() {
    let Gift { admin, given, .. } = gift_for_two_days().await;

    let audit = admin.get("/api/admin/audit?limit=1").await.data()[0].clone();

    let me = admin.get("/api/auth/me").await.data()["id"].clone();
    assert_eq!(
        json!([audit["actor"], audit["action"], audit["subject"], audit["reason"], audit["before"]]),
        json!([
            me,
            "member.comp",
            given.data()["user"]["id"],
            "a jury member",
            { "complimentary_plan": null, "complimentary_until": null }
        ])
    );
    assert_eq!(audit["after"]["complimentary_plan"], "premium");
}

#[tokio::test]
async fn a_complimentary_plan_without_an_end_can_be_withdrawn_and_the_subscription_stays() {
    let platform = support::billing::platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let before = subscription(&viewer).await;

    let given = admin.post(&path, json!({ "plan_type": "premium", "reason": "a prize" })).await;
    assert_eq!(given.status(), 200, "{given}");
    let listed = admin.get(&format!("/api/admin/members?email={}", viewer.email())).await.data()[0].clone();
    assert_eq!(json!([listed["complimentary_plan"], listed["complimentary_until"]]), json!(["premium", null]));
    assert_eq!(json!([listed["plan_type"], listed["status"]]), json!(["basic", "active"]));
    platform.advance(32 * 86_400).await;
    let (admin, viewer) = (signed_in_again(&platform, &admin).await, signed_in_again(&platform, &viewer).await);
    assert_eq!(member(&admin, &viewer).await["complimentary_plan"], "premium", "a renewal does not remove it");

    let taken = admin.post(&path, json!({ "plan_type": null, "reason": "the season is over" })).await;
    assert_eq!(taken.data()["complimentary_plan"], Value::Null, "{taken}");
    let after = subscription(&viewer).await;
    assert_eq!(json!([after["plan_type"], after["status"]]), json!([before["plan_type"], before["status"]]));
}

#[tokio::test]
async fn invalid_gifts_are_refused_and_leave_no_trace() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let (before, audit) = (member(&admin, &viewer).await, admin.get("/api/admin/audit").await.data().clone());

    for (body, field) in [
        (json!({ "reason": "x" }), "plan_type"),
        (json!({ "plan_type": "gold", "reason": "x" }), "plan_type"),
        (json!({ "plan_type": "basic" }), "reason"),
        (json!({ "plan_type": "basic", "reason": "  " }), "reason"),
        (json!({ "plan_type": "basic", "reason": "x".repeat(501) }), "reason"),
        (json!({ "plan_type": "basic", "reason": "x", "until": "2020-01-01T00:00:00Z" }), "until"),
        (json!({ "plan_type": null, "reason": "x", "until": "2126-01-01T00:00:00Z" }), "until"),
        (json!({ "plan_type": "basic", "reason": "x", "for": "ever" }), "for"),
    ] {
        let refused = admin.post(&path, body.clone()).await;
        assert_eq!(refused.code(), "VALIDATION_ERROR", "{body}");
        assert_eq!(refused.details()[0]["field"], field, "{body}");
    }
    let gift = json!({ "plan_type": "basic", "reason": "x" });
    let nobody = "/api/admin/members/0197a000-0000-7000-8000-000000000000/comp";
    assert_eq!(admin.post(nobody, gift.clone()).await.code(), "NOT_FOUND");
    assert_eq!(viewer.post(&path, gift).await.code(), "FORBIDDEN");
    assert_eq!(member(&admin, &viewer).await, before);
    assert_eq!(admin.get("/api/admin/audit").await.data(), &audit);
}

#[tokio::test]
async fn a_gift_whose_response_was_lost_is_given_and_audited_once() {
    let platform = support::billing::platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let gift = json!({ "plan_type": "premium", "reason": "a friend of the house" });
    for _ in 0..3 {
        let given = admin.post(&path, gift.clone()).await;
        assert_eq!((given.status(), &given.data()["complimentary_plan"]), (200, &json!("premium")), "{given}");
    }
    let audit = admin.get("/api/admin/audit").await;
    let gifts = audit
        .data()
        .as_array()
        .expect("deeds")
        .iter()
        .filter(|audit_entry| audit_entry["action"] == "member.comp")
        .count();
    assert_eq!(gifts, 1, "{audit}");
}
