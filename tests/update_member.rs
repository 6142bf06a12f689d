//! `update-member`: what an operator changes for a member, the member is told and the audit log says.

use crate::get_member::{id, member};
use crate::verify_email::{newest_link, verify};
use serde_json::{Value, json};
use support::billing::{call_stripe, stripe_customer};
use support::{PASSWORD, Platform};

#[tokio::test]
async fn a_name_and_notes_are_changed_and_audited() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let path = format!("/api/admin/members/{}", id(&admin, &viewer).await);

    let answer = admin.patch(&path, json!({ "name": "Ada", "notes": "Calls often.", "reason": "a call" })).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let seen = member(&admin, &viewer).await;
    assert_eq!(
        json!([seen["user"]["name"], seen["notes"], seen["user"]["email"]]),
        json!(["Ada", "Calls often.", "ada@viewers.test"])
    );
    let audit = admin.get("/api/admin/audit?limit=1").await.data()[0].clone();
    assert_eq!(
        json!([audit["action"], audit["reason"], audit["before"], audit["after"]]),
        json!(["member.update", "a call", { "name": null, "notes": null }, { "name": "Ada", "notes": "Calls often." }])
    );
    assert_eq!(viewer.get("/api/auth/me").await.data()["name"], "Ada", "and the session goes on");
    assert!(!viewer.get("/api/auth/me").await.text().contains("Calls often"), "notes are for operators");
    let customer = stripe_customer(&platform, &viewer).await;
    assert_eq!(call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await["name"], "Ada");
    let same = admin.patch(&path, json!({ "name": "Ada", "reason": "again" })).await;
    assert_eq!((same.status(), &same.data()["notes"]), (200, &json!("Calls often.")));
    assert_eq!(admin.get("/api/admin/audit?limit=1").await.data()[0]["reason"], "a call", "nothing was changed");
    admin.patch(&path, json!({ "notes": "", "reason": "outdated" })).await;
    assert_eq!(member(&admin, &viewer).await["notes"], Value::Null);
}

#[tokio::test]
async fn a_new_address_ends_the_sessions_and_the_earlier_one_is_notified() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    crate::forgot_password::forget(&platform, "ada@viewers.test").await;
    let old_link = crate::forgot_password::token_of(&platform, &platform.mail("ada@viewers.test")[0]);
    let member_id = id(&admin, &viewer).await;

    let answer = admin
        .patch(&format!("/api/admin/members/{member_id}"), json!({ "email": "new@viewers.test", "reason": "a letter" }))
        .await;

    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(
        json!([answer.data()["user"]["email"], answer.data()["user"]["email_verified"]]),
        json!(["new@viewers.test", false])
    );
    assert_eq!(viewer.get("/api/auth/me").await.code(), "SESSION_REVOKED");
    assert_eq!(platform.all_mail("ada@viewers.test")[0]["subject"], "Your Marquee email address was changed");
    let reset = json!({ "token": old_link, "password": "another long phrase" });
    assert_eq!(platform.anyone().post("/api/auth/reset-password", reset).await.code(), "CODE_EXPIRED");
    assert_eq!(verify(&platform, &newest_link(&platform, "new@viewers.test")).await.status(), 200);
    let back = platform.sign_in("new@viewers.test", PASSWORD).await;
    assert_eq!(back.get("/api/auth/me").await.data()["email_verified"], true);
    platform.register("ada@viewers.test").await;
}

#[tokio::test]
async fn it_needs_a_recent_sign_in_of_an_operator_a_reason_and_a_free_address() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    platform.register("bob@viewers.test").await;
    let path = format!("/api/admin/members/{}", id(&admin, &viewer).await);
    let edit = json!({ "name": "X", "reason": "x" });
    assert_eq!(viewer.patch(&path, edit.clone()).await.code(), "FORBIDDEN");
    assert_eq!(admin.patch(&path, json!({ "name": "X" })).await.code(), "VALIDATION_ERROR");
    let taken = admin.patch(&path, json!({ "email": "BOB@viewers.test", "name": "X", "reason": "x" })).await;
    assert_eq!((taken.status(), taken.code()), (409, "EMAIL_TAKEN"), "{taken}");
    let nobody = "/api/admin/members/0197a000-0000-7000-8000-000000000001";
    assert_eq!(admin.patch(nobody, edit.clone()).await.code(), "NOT_FOUND");
    platform.advance(16 * 60).await;
    assert_eq!(admin.patch(&path, edit).await.code(), "REAUTHENTICATION_REQUIRED");
    assert_eq!(viewer.get("/api/auth/me").await.data()["name"], Value::Null);
    assert_eq!(
        platform
            .mail("ada@viewers.test")
            .iter()
            .filter(|mail| mail["subject"] == "Your Marquee email address was changed")
            .count(),
        0
    );
}

#[tokio::test]
async fn a_members_name_is_not_changed_to_a_link() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = platform.register("ada@viewers.test").await;
    let path = format!("/api/admin/members/{}", id(&admin, &viewer).await);

    let refused = admin.patch(&path, json!({ "name": "https://evil.example", "reason": "x" })).await;

    assert_eq!((refused.code(), &refused.details()[0]["field"]), ("VALIDATION_ERROR", &json!("name")), "{refused}");
    assert_eq!(viewer.get("/api/auth/me").await.data()["name"], Value::Null);
}
