//! `delete-account`: nobody is deleted and still billed, and nothing is kept of whom is gone.

use crate::billing::{
    CARD, DAY, again, checkout, customer, deliveries, event, page, release, stripe, subscription, tables, untried,
};
use serde_json::{Value, json};
use support::{Answer, PASSWORD, Platform, Viewer};

pub(crate) async fn delete(viewer: &Viewer) -> Answer {
    viewer.delete("/api/account").await
}

pub(crate) async fn id_of(viewer: &Viewer) -> String {
    viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned()
}

/// Everything that any table holds with a text in it, by table.
pub(crate) async fn traces(platform: &Platform, text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let tables = platform.aws("DynamoDB_20120810.ListTables", json!({})).await;
    for table in tables["TableNames"].as_array().expect("tables") {
        let rows = platform.aws("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
        for row in rows["Items"].as_array().expect("items") {
            if row.to_string().contains(text) {
                found.push((table.as_str().expect("a name").to_owned(), row.clone()));
            }
        }
    }
    found
}

/// Puts a row of a user into each of the tables that are swept.
pub(crate) async fn litter(platform: &Platform, user: &str) {
    let video = "0197a000-0000-7000-8000-000000000001";
    for (setting, item) in [
        ("WATCH_HISTORY_TABLE", json!({ "user_id": { "S": user }, "video_id": { "S": video } })),
        ("WATCHLIST_TABLE", json!({ "user_id": { "S": user }, "video_id": { "S": video } })),
        ("STREAMS_TABLE", json!({ "pk": { "S": format!("USER#{user}") } })),
    ] {
        let put = json!({ "TableName": platform.setting("delete-account", setting), "Item": item });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }
}

/// What of a user may stay: the mark on their customer, those of events for a month, and for some minutes that there is
/// something to sweep.
pub(crate) fn is_kept(row: &Value) -> bool {
    let pk = row["pk"]["S"].as_str().unwrap_or_default();
    pk.starts_with("CUST#") || pk.starts_with("EVENT#") || pk == "DELETIONS"
}

async fn subscriptions(platform: &Platform, customer: &str) -> Vec<Value> {
    let list = stripe(platform, "GET", &format!("subscriptions?customer={customer}&status=all"), &[]).await;
    list["data"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn the_subscription_ends_then_the_account_then_all_that_was_kept_of_it() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    let other_device = again(&platform, &viewer).await;
    let (user, customer) = (id_of(&viewer).await, customer(&platform, &viewer).await);
    litter(&platform, &user).await;
    platform.advance(600).await;
    let before = platform.mail(viewer.email()).len();

    let answer = delete(&viewer).await;

    assert_eq!((answer.status(), answer.data()), (200, &json!({ "deleted": true })), "{answer}");
    let ended = subscriptions(&platform, &customer).await;
    assert_eq!((ended.len(), &ended[0]["status"]), (1, &json!("canceled")));
    assert_eq!(stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await["deleted"], true);
    for device in [&viewer, &other_device] {
        let refused = device.get("/api/auth/me").await;
        assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
    }
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD });
    let refused = platform.anyone().post("/api/auth/login", credentials).await;
    assert_eq!(refused.code(), "INVALID_CREDENTIALS", "{refused}");
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    for (table, row) in traces(&platform, &user).await {
        assert!(is_kept(&row) || table == limits, "{table}: {row}");
    }
    // The ledger has what was paid, and that it ended; nobody is written to any more.
    platform.advance(DAY).await;
    let (_, ledger) = tables(&platform).await;
    let paid = ledger.iter().filter(|row| row["amount_paid"]["N"] == "1299").count();
    let over =
        ledger.iter().filter(|row| row["kind"]["S"] == "subscription" && row["status"]["S"] == "canceled").count();
    assert_eq!((paid, over), (1, 1), "{ledger:?}");
    assert_eq!(platform.mail(viewer.email()).len(), before);
    let mail = platform.setting("delete-account", "MAIL_TABLE");
    for (table, row) in traces(&platform, viewer.email()).await {
        assert!(table == mail || table == limits, "{table}: {row}");
    }
    let marks = traces(&platform, "DELETIONS").await;
    assert!(marks.is_empty(), "it is done with: {marks:?}");
}

#[tokio::test]
async fn while_stripe_is_down_nothing_is_deleted() {
    for kind in ["error", "throttle", "reset_before", "hang"] {
        let platform = untried().await;
        let viewer = platform.subscriber("basic").await;
        let (before, customer) = (tables(&platform).await, customer(&platform, &viewer).await);
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));

        let answer = delete(&viewer).await;

        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{kind}: {answer}");
        assert!(!answer.header("retry-after").is_empty());
        platform.running().faults().clear();
        assert_eq!(tables(&platform).await, before, "{kind}");
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{kind}");
        assert_eq!(subscriptions(&platform, &customer).await[0]["status"], "active", "{kind}");
        assert_eq!(delete(&viewer).await.status(), 200, "{kind}");
    }
}

#[tokio::test]
async fn a_failure_at_any_call_leaves_an_account_or_none_and_never_a_bill() {
    // The calls of a deletion, each failed in turn, before and after it was done: once, for all tries of a call, and for good.
    let strikes = [
        ("stripe", "GET /v1/subscriptions", "error"),
        ("stripe", "DELETE /v1/subscriptions/{id}", "reset_after"),
        ("stripe", "DELETE /v1/subscriptions/{id}", "error"),
        ("stripe", "DELETE /v1/customers/{id}", "reset_after"),
        ("stripe", "DELETE /v1/customers/{id}", "error"),
        ("dynamodb", "TransactWriteItems", "reset_before"),
        ("dynamodb", "TransactWriteItems", "reset_after"),
        ("dynamodb", "TransactWriteItems", "conflict"),
        ("dynamodb", "Query", "error"),
    ];
    for (target, operation, kind) in strikes {
        for count in [1, 3, 1_000] {
            let platform = untried().await;
            let viewer = platform.subscriber("basic").await;
            let (user, customer) = (id_of(&viewer).await, customer(&platform, &viewer).await);
            litter(&platform, &user).await;
            deliveries(&platform, "hold").await;
            platform.fault(json!({ "target": target, "operation": operation, "kind": kind, "count": count }));
            let answer = delete(&viewer).await;
            platform.running().faults().clear();
            deliveries(&platform, "normal").await;
            release(&platform).await;
            platform.advance(900).await;

            let gone = traces(&platform, &format!("USER#{user}")).await.iter().all(|(_, row)| row["email"].is_null());
            if answer.status() == 200 {
                assert!(gone, "{operation} {kind} {count}: {answer}");
            }
            if gone {
                let live = subscriptions(&platform, &customer).await;
                assert!(live.iter().all(|one| one["status"] == "canceled"), "{operation} {kind} {count}: {live:?}");
                let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
                for (table, row) in traces(&platform, &user).await {
                    assert!(table == limits || is_kept(&row), "{operation} {kind} {count}: {table} {row}");
                }
            } else {
                let back = again(&platform, &viewer).await;
                assert_eq!(delete(&back).await.status(), 200, "{operation} {kind} {count}: another try");
            }
        }
    }
}

#[tokio::test]
async fn an_open_checkout_of_whom_is_gone_cannot_be_paid() {
    let platform = untried().await;
    let viewer = platform.register("a@viewers.test").await;
    let (open, customer) = (page(&checkout(&viewer, "basic").await), customer(&platform, &viewer).await);
    assert_eq!(delete(&viewer).await.status(), 200);
    assert_eq!(platform.pay(&open, CARD).await, "");
    assert!(subscriptions(&platform, &customer).await.is_empty());
}

#[tokio::test]
async fn a_checkout_at_the_same_moment_bills_nobody() {
    for _ in 0..4 {
        let platform = untried().await;
        let viewer = platform.register("a@viewers.test").await;
        let (opened, gone) = tokio::join!(checkout(&viewer, "basic"), delete(&viewer));
        if opened.status() == 201 {
            platform.pay(&page(&opened), CARD).await;
        }
        platform.advance(900).await;
        if gone.status() != 200 {
            continue;
        }
        let all = stripe(&platform, "GET", "subscriptions?status=all", &[]).await;
        let live = all["data"].as_array().expect("a list").iter().filter(|one| one["status"] != "canceled").count();
        assert_eq!(live, 0, "{opened} {gone}: {all}");
    }
}

#[tokio::test]
async fn what_stripe_tells_of_whom_is_gone_is_taken_in_for_the_ledger_alone() {
    let platform = untried().await;
    let viewer = platform.subscriber("basic").await;
    let customer = customer(&platform, &viewer).await;
    let charges = stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    deliveries(&platform, "hold").await;
    assert_eq!(delete(&viewer).await.status(), 200);
    stripe(&platform, "POST", "refunds", &[("charge", paid.as_str())]).await;
    deliveries(&platform, "normal").await;
    release(&platform).await;
    platform.advance(900).await;

    let (subscriptions, ledger) = tables(&platform).await;
    assert!(subscriptions.iter().all(|row| row["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("CUST#"))));
    assert_eq!(ledger.iter().filter(|row| row["kind"]["S"] == "refund").count(), 1, "{ledger:?}");
    let refunds =
        platform.mail(viewer.email()).iter().filter(|mail| mail["subject"] == "Your refund from Marquee").count();
    assert_eq!(refunds, 0);
    for line in crate::billing::webhook_lines(&platform) {
        assert_eq!(line["status"], 200, "{line}");
    }
    let late = event(&platform, "evt_late", "customer.subscription.updated", &customer).await;
    assert_eq!(late.status(), 200, "{late}");
    assert_eq!(event(&platform, "evt_late", "customer.subscription.updated", &customer).await.status(), 200);
}

#[tokio::test]
async fn an_address_is_free_again_and_its_next_owner_is_somebody_else() {
    let platform = untried().await;
    let viewer = platform.subscriber("premium").await;
    let user = id_of(&viewer).await;
    assert_eq!(delete(&viewer).await.status(), 200);
    let next = platform.register(viewer.email()).await;
    assert_ne!(id_of(&next).await, user);
    assert_eq!(subscription(&next).await["status"], "none");
    assert_eq!(next.get("/api/subscription/invoices").await.data(), &json!([]));
    platform.pay(&page(&checkout(&next, "basic").await), CARD).await;
    platform.advance(900).await;
    assert_eq!(
        subscription(&again(&platform, &next).await).await["plan_type"],
        "basic",
        "the job sweeps the former alone"
    );
}

#[tokio::test]
async fn who_never_had_a_customer_is_deleted_without_one_and_a_second_time_there_is_nobody() {
    let platform = untried().await;
    platform.fault(json!({ "target": "stripe", "kind": "error", "count": 1_000 }));
    let viewer = platform.register("a@viewers.test").await;
    let user = id_of(&viewer).await;
    let (first, second) = tokio::join!(delete(&viewer), delete(&viewer));
    for answer in [&first, &second] {
        assert!([200, 401].contains(&answer.status()), "{answer}");
    }
    assert!(traces(&platform, "a@viewers.test").await.iter().all(|(_, row)| row["email"].is_null()), "{user}");
    let refused = delete(&viewer).await;
    assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
}
