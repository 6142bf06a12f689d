//! `GET /api/admin/audit`

use crate::get_member::id;
use serde_json::json;
use support::billing::signed_in_again;
use support::{Answer, Platform, Viewer};

fn reasons(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 200, "{answer}");
    let audit_entries = answer.data().as_array().expect("a list").iter();
    audit_entries.map(|audit_entry| audit_entry["reason"].as_str().expect("a reason").to_owned()).collect()
}

/// Four gifts on three days, and the day of the first. Each gift is different: one that changes nothing makes no audit
/// entry.
async fn four_gifts(platform: &Platform) -> (Viewer, String) {
    let mut admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let path = format!("/api/admin/members/{}/comp", id(&admin, &viewer).await);
    let first_day = platform.running().now().strftime("%Y-%m-%d").to_string();
    for (reason, days, plan) in
        [("one", 0, "basic"), ("two", 1, "premium"), ("three", 0, "basic"), ("four", 3, "premium")]
    {
        platform.advance(days * 86_400 + 1).await;
        admin = signed_in_again(platform, &admin).await;
        let answer = admin.post(&path, json!({ "plan_type": plan, "reason": reason })).await;
        assert_eq!(answer.status(), 200, "{answer}");
    }
    (admin, first_day)
}

#[tokio::test]
async fn audit_entries_are_newest_first_across_days_and_pages() {
    let platform = Platform::bare().await;
    let (admin, _) = four_gifts(&platform).await;
    let all = ["four", "three", "two", "one", "invoked by the operator"];

    assert_eq!(reasons(&admin.get("/api/admin/audit").await), all);
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/admin/audit?limit=2{cursor}")).await;
        seen.extend(reasons(&page));
        assert_eq!(platform.round_trips(&page, "dynamodb"), 2, "the session, and one query for all days");
        let Some(next) = page.next_cursor() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn the_audit_entries_of_a_day_are_listed_by_pages_of_their_own() {
    let platform = Platform::bare().await;
    let (admin, first_day) = four_gifts(&platform).await;

    let of_day = admin.get(&format!("/api/admin/audit?day={first_day}")).await;

    assert_eq!(reasons(&of_day), ["one", "invoked by the operator"]);
    let first = admin.get(&format!("/api/admin/audit?day={first_day}&limit=1")).await;
    let next = first.next_cursor().expect("more");
    let rest = admin.get(&format!("/api/admin/audit?day={first_day}&limit=1&cursor={next}")).await;
    assert_eq!((reasons(&rest), rest.next_cursor()), (vec!["invoked by the operator".to_owned()], None));
    assert_eq!(admin.get(&format!("/api/admin/audit?cursor={next}")).await.code(), "INVALID_CURSOR");
}

#[tokio::test]
async fn a_day_that_does_not_exist_is_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;

    assert_eq!(admin.get("/api/admin/audit?day=2026-02-30").await.code(), "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_viewer_sees_no_audit_entries() {
    let platform = Platform::bare().await;
    let viewer = platform.register("a@viewers.test").await;

    assert_eq!(viewer.get("/api/admin/audit").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn created_rows_have_no_before_and_deleted_rows_no_after() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let new = json!({ "title": "A", "category": "B", "required_plan": "free" });
    let created = admin.post("/api/admin/videos", new).await;
    let video = created.data()["video"]["id"].as_str().expect("an id").to_owned();
    let deleted = admin.delete(&format!("/api/admin/videos/{video}")).await;
    assert_eq!((created.status(), deleted.status()), (201, 200), "{deleted}");

    let audit = admin.get("/api/admin/audit?limit=2").await;
    assert_eq!(audit.status(), 200, "{audit}");
    let audit_entries = audit.data().as_array().expect("a list");
    assert_eq!(audit_entries[0]["action"], "video.delete");
    assert_eq!((audit_entries[0]["before"]["title"].as_str(), &audit_entries[0]["after"]), (Some("A"), &json!(null)));
    assert_eq!(audit_entries[1]["action"], "video.create");
    assert_eq!((&audit_entries[1]["before"], audit_entries[1]["after"]["title"].as_str()), (&json!(null), Some("A")));
}
