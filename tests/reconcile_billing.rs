//! `POST /api/admin/billing/reconcile`

use serde_json::{Value, json};
use support::billing::{
    billing_tables, call_stripe, deliver_events, platform_without_trial, stripe_customer, subscription, table_rows,
};
use support::{Platform, Viewer};

/// All pages of a run: the number of compared customers, and the differences.
pub(crate) async fn reconcile(admin: &Viewer, apply: bool) -> (u64, Vec<Value>) {
    let (mut checked, mut drift, mut cursor) = (0, Vec::new(), Value::Null);
    loop {
        let answer = admin.post("/api/admin/billing/reconcile", json!({ "apply": apply, "cursor": cursor })).await;
        assert_eq!(answer.status(), 200, "{answer}");
        checked += answer.data()["checked"].as_u64().expect("a number");
        drift.extend(answer.data()["drift"].as_array().expect("a list").clone());
        cursor = answer.data()["next_cursor"].clone();
        if cursor.is_null() {
            return (checked, drift);
        }
    }
}

fn differing(drift: &Value) -> Vec<String> {
    let all = drift["differences"].as_array().expect("a list").iter();
    all.map(|one| one["what"].as_str().expect("a word").to_owned()).collect()
}

/// Changes a row behind the service's back, like a bug or a manual edit.
pub(crate) async fn tamper(platform: &Platform, setting: &str, key: Value, field: &str, value: Value) {
    let update = json!({
        "TableName": platform.setting("stripe-webhook", setting),
        "Key": key,
        "UpdateExpression": "SET #field = :value",
        "ExpressionAttributeNames": { "#field": field },
        "ExpressionAttributeValues": { ":value": value },
    });
    platform.aws("DynamoDB_20120810.UpdateItem", update).await;
}

/// A member's rows, changed so that they differ from Stripe in four places.
struct Tampered {
    platform: Platform,
    admin: Viewer,
    viewer: Viewer,
    /// The member's id.
    owner: Value,
    /// The billing tables before the change, and after it.
    right: (Vec<Value>, Vec<Value>),
    wrong: (Vec<Value>, Vec<Value>),
    /// The names of the differences, sorted.
    differences: Vec<String>,
}

async fn tampered() -> Tampered {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.subscriber("basic").await;
    platform.subscriber("premium").await;
    let right = billing_tables(&platform).await;
    let customer = stripe_customer(&platform, &viewer).await;
    let owner = admin.get(&format!("/api/admin/members?email={}", viewer.email())).await.data()[0]["id"].clone();
    let user = json!({ "pk": { "S": format!("USER#{}", owner.as_str().expect("an id")) } });
    tamper(&platform, "SUBSCRIPTIONS_TABLE", user, "plan_type", json!({ "S": "premium" })).await;
    let ledger = table_rows(&platform, "BILLING_EVENTS_TABLE").await;
    let key_and_id = |kind: &str| {
        let pk = format!("CUST#{customer}");
        let row = ledger.iter().find(|row| row["pk"]["S"] == pk.as_str() && row["kind"]["S"] == kind).expect("a row");
        (json!({ "pk": row["pk"], "sk": row["sk"] }), row["sk"]["S"].as_str().expect("an id").to_owned())
    };
    let ((invoice, invoice_id), (entry, entry_id)) = (key_and_id("invoice"), key_and_id("subscription"));
    tamper(&platform, "BILLING_EVENTS_TABLE", invoice, "amount_paid", json!({ "N": "1" })).await;
    let gone = json!({ "TableName": platform.setting("stripe-webhook", "BILLING_EVENTS_TABLE"), "Key": entry });
    platform.aws("DynamoDB_20120810.DeleteItem", gone).await;
    let foreign_row = json!({ "pk": { "S": format!("CUST#{customer}") }, "sk": { "S": "in_invented" } });
    tamper(&platform, "BILLING_EVENTS_TABLE", foreign_row, "amount_paid", json!({ "N": "5" })).await;
    let wrong = billing_tables(&platform).await;
    let mut differences = ["ledger.in_invented", "subscription.plan_type"].map(str::to_owned).to_vec();
    differences.extend([invoice_id, entry_id].map(|id| format!("ledger.{id}")));
    differences.sort();
    Tampered { platform, admin, viewer, owner, right, wrong, differences }
}

#[tokio::test]
async fn rows_that_match_stripe_are_no_differences() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    platform.subscriber("basic").await;
    let nobody = platform.register("nobody@viewers.test").await;
    let id = crate::get_member::id(&admin, &nobody).await;
    let gift = json!({ "plan_type": "basic", "reason": "a gift is not a difference" });
    assert_eq!(admin.post(&format!("/api/admin/members/{id}/comp"), gift).await.status(), 200);

    assert_eq!(reconcile(&admin, false).await, (3, Vec::new()));
}

#[tokio::test]
async fn differences_are_reported_without_writing_anything() {
    let Tampered { platform, admin, viewer, owner, wrong, differences, .. } = tampered().await;
    let customer = stripe_customer(&platform, &viewer).await;

    let (checked, drift) = reconcile(&admin, false).await;

    assert_eq!((checked, drift.len()), (3, 1), "{drift:?}");
    assert_eq!(
        json!([drift[0]["user_id"], drift[0]["stripe_customer_id"], drift[0]["applied"]]),
        json!([owner, customer, false])
    );
    let mut reported = differing(&drift[0]);
    reported.sort();
    assert_eq!(reported, differences);
    let reported = drift[0]["differences"].as_array().expect("a list");
    let plan = reported.iter().find(|difference| difference["what"] == "subscription.plan_type").expect("the plan");
    assert_eq!(json!([plan["stored"], plan["stripe"]]), json!(["premium", "basic"]));
    assert_eq!(billing_tables(&platform).await, wrong);
}

#[tokio::test]
async fn a_repair_writes_what_stripe_says_with_an_audit_entry() {
    let Tampered { platform, admin, owner, right, .. } = tampered().await;

    let (_, repaired) = reconcile(&admin, true).await;

    assert_eq!((repaired.len(), &repaired[0]["applied"]), (1, &json!(true)), "{repaired:?}");
    assert_eq!(billing_tables(&platform).await, right);
    let audit = admin.get("/api/admin/audit").await;
    let entries = audit.data().as_array().expect("a list");
    let entries: Vec<&Value> = entries.iter().filter(|entry| entry["action"] == "billing.reconcile").collect();
    assert_eq!((entries.len(), &entries[0]["subject"]), (1, &owner), "{audit}");
    let plan = "subscription.plan_type";
    assert_eq!(json!([entries[0]["before"][plan], entries[0]["after"][plan]]), json!(["premium", "basic"]));
}

#[tokio::test]
async fn a_second_repair_writes_nothing() {
    let Tampered { platform, admin, .. } = tampered().await;
    reconcile(&admin, true).await;
    let before = (table_rows(&platform, "SUBSCRIPTIONS_TABLE").await, table_rows(&platform, "AUDIT_TABLE").await);

    assert_eq!(reconcile(&admin, true).await, (3, Vec::new()));

    let after = (table_rows(&platform, "SUBSCRIPTIONS_TABLE").await, table_rows(&platform, "AUDIT_TABLE").await);
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_repair_sends_no_receipt_again() {
    let Tampered { platform, admin, viewer, .. } = tampered().await;
    platform.advance(600).await;
    let before = platform.mail(viewer.email()).len();
    assert!(before > 0, "the receipt was sent");

    reconcile(&admin, true).await;

    platform.advance(600).await;
    assert_eq!(platform.mail(viewer.email()).len(), before);
}

#[tokio::test]
async fn reconciling_makes_up_for_lost_events_and_their_mail() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    deliver_events(&platform, "drop").await;
    let viewer = platform.subscriber("premium").await;
    assert_eq!(subscription(&viewer).await["access"]["allowed"], false);
    let (_, drift) = reconcile(&admin, false).await;
    assert_eq!(drift.len(), 1, "{drift:?}");

    reconcile(&admin, true).await;

    assert_eq!(subscription(&viewer).await["access"]["allowed"], true);
    assert_eq!(reconcile(&admin, false).await.1, Vec::<Value>::new());
    platform.advance(600).await;
    let mails = platform.mail(viewer.email());
    assert_eq!(mails.iter().filter(|mail| mail["subject"] == "Your receipt from Marquee").count(), 1, "{mails:?}");
}

#[tokio::test]
async fn an_unknown_customer_of_ours_is_reported_and_adopted() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let viewer = platform.register("a@viewers.test").await;
    let owner = viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned();
    deliver_events(&platform, "drop").await;
    let form = [("email", "elsewhere@viewers.test"), ("metadata[user_id]", owner.as_str())];
    let made = call_stripe(&platform, "POST", "customers", &form).await["id"].clone();
    let nobodys = [("email", "x@viewers.test"), ("metadata[user_id]", "0197a000-0000-7000-8000-000000000000")];
    call_stripe(&platform, "POST", "customers", &nobodys).await;
    call_stripe(&platform, "POST", "customers", &[("email", "another-shop@viewers.test")]).await;

    let (_, drift) = reconcile(&admin, false).await;

    assert_eq!(drift.len(), 1, "{drift:?}");
    assert_eq!(json!([drift[0]["user_id"], drift[0]["stripe_customer_id"]]), json!([owner, made]));
    assert_eq!(differing(&drift[0]), ["customer"]);
    assert_eq!(reconcile(&admin, true).await.1[0]["applied"], true);
    assert_eq!(reconcile(&admin, false).await.1, Vec::<Value>::new());
    let crossed = admin.post("/api/admin/billing/reconcile", json!({ "cursor": "AAAA" })).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR");
    assert_eq!(admin.post("/api/admin/billing/reconcile", json!({ "apply": 1 })).await.code(), "VALIDATION_ERROR");
    assert_eq!(viewer.post("/api/admin/billing/reconcile", json!({})).await.code(), "FORBIDDEN");
    platform.fault(json!({ "target": "stripe", "kind": "reset_before", "count": 90 }));
    let down = admin.post("/api/admin/billing/reconcile", json!({ "apply": true })).await;
    assert_eq!(down.code(), "PAYMENT_PROVIDER_UNAVAILABLE", "{down}");
}
