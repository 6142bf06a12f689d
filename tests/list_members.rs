//! `GET /api/admin/members`

use crate::billing::{again, untried};
use serde_json::{Value, json};
use support::{Answer, Platform};

fn emails(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 200, "{answer}");
    let members = answer.data().as_array().expect("a list").iter();
    members.map(|member| member["email"].as_str().expect("an address").to_owned()).collect()
}

#[tokio::test]
async fn an_operator_sees_everybody_newest_first_and_no_page_repeats_or_leaves_out() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for name in ["a", "b", "c", "d"] {
        platform.register(&format!("{name}@viewers.test")).await;
        platform.advance(1).await;
    }
    let all = ["d@viewers.test", "c@viewers.test", "b@viewers.test", "a@viewers.test", "an-admin@marquee.test"];

    assert_eq!(emails(&admin.get("/api/admin/members").await), all);
    let mut seen = Vec::new();
    let mut path = "/api/admin/members?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await;
        seen.extend(emails(&page));
        assert!(platform.round_trips(&page, "dynamodb") <= 3, "session, page, their subscriptions");
        let Some(cursor) = page.next_cursor() else { break };
        path = format!("/api/admin/members?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, all);

    let member = &admin.get("/api/admin/members?limit=1").await.data()[0].clone();
    let fields: Vec<&str> = member.as_object().expect("a member").keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "id",
            "email",
            "name",
            "role",
            "email_verified",
            "created_at",
            "plan_type",
            "status",
            "current_period_end",
            "complimentary_plan",
            "complimentary_until"
        ]
    );
    assert_eq!((&member["status"], &member["plan_type"]), (&json!("none"), &Value::Null));
    let me = platform.sign_in("d@viewers.test", support::PASSWORD).await.get("/api/auth/me").await;
    assert_eq!((&member["id"], &member["created_at"]), (&me.data()["id"], &me.data()["created_at"]));
}

#[tokio::test]
async fn members_are_found_by_address_in_any_case_and_by_status() {
    let platform = untried().await;
    let admin = platform.admin().await;
    let payer = platform.subscriber("premium").await;
    let late = platform.subscriber("basic").await;
    platform.register("nobody@viewers.test").await;
    platform.cards(&late).decline().await;
    platform.advance(32 * 86_400).await;
    let admin = again(&platform, &admin).await;
    let of = |query: &str| {
        let (admin, query) = (admin.clone(), query.to_owned());
        async move { emails(&admin.get(&format!("/api/admin/members?{query}")).await) }
    };

    assert_eq!(of(&format!("email={}", payer.email().to_uppercase())).await, [payer.email()]);
    assert_eq!(of("email=premium@viewers.test").await.len(), 0, "an address that is only a part of one");
    assert_eq!(admin.get("/api/admin/members?email=premium").await.code(), "VALIDATION_ERROR");
    assert_eq!(of("status=active").await, [payer.email()]);
    assert_eq!(of("status=past_due").await, [late.email()]);
    assert_eq!(of("status=none").await, ["nobody@viewers.test", admin.email()]);
    assert_eq!(of("status=canceled").await, Vec::<String>::new());
    assert_eq!(of(&format!("status=past_due&email={}", payer.email())).await, Vec::<String>::new());
    let first = admin.get("/api/admin/members?status=none&limit=1").await;
    let cursor = first.next_cursor().expect("more");
    assert_eq!(of(&format!("status=none&limit=1&cursor={cursor}")).await, [admin.email()]);

    let crossed = admin.get(&format!("/api/admin/members?status=active&cursor={cursor}")).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR");
    assert_eq!(admin.get("/api/admin/members?status=gone").await.code(), "VALIDATION_ERROR");
    assert_eq!(again(&platform, &payer).await.get("/api/admin/members").await.code(), "FORBIDDEN");
}
