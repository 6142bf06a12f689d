//! `delete-account`: no deleted user is ever charged, and none of their data is kept.

use serde_json::{Value, json};
use support::billing::{
    CARD, DAY, billing_tables, call_stripe, checkout, checkout_url, deliver_events, platform_without_trial, post_event,
    release_events, signed_in_again, stripe_customer, subscription,
};
use support::{Answer, PASSWORD, Platform, Viewer};

pub(crate) async fn delete(viewer: &Viewer) -> Answer {
    viewer.delete_with("/api/account", json!({ "password": PASSWORD })).await
}

pub(crate) async fn id_of(viewer: &Viewer) -> String {
    viewer.get("/api/auth/me").await.data()["id"].as_str().expect("an id").to_owned()
}

/// Every row that contains a text, by table.
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
        ("PREFERENCES_TABLE", json!({ "user_id": { "S": user } })),
    ] {
        let put = json!({ "TableName": platform.setting("delete-account", setting), "Item": item });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }
}

/// What may remain of a user: the mark on their customer, the marks of events for a month, for some minutes the note that
/// rows must be swept, and the links of emails until they expire or the job finds that nobody can use them.
pub(crate) fn is_kept(row: &Value) -> bool {
    let pk = row["pk"]["S"].as_str().unwrap_or_default();
    let is_link = pk.starts_with("TOKEN#") || (pk.starts_with("MAIL#") && row["due_at"]["S"].is_string());
    is_link || pk.starts_with("CUST#") || pk.starts_with("EVENT#") || pk == "DELETIONS"
}

async fn subscriptions(platform: &Platform, customer: &str) -> Vec<Value> {
    let list = call_stripe(platform, "GET", &format!("subscriptions?customer={customer}&status=all"), &[]).await;
    list["data"].as_array().expect("a list").clone()
}

/// A paying member with two signed-in devices and some data, before the account is deleted.
struct Leaving {
    platform: Platform,
    viewer: Viewer,
    other_device: Viewer,
    user: String,
    customer: String,
}

async fn leaving() -> Leaving {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let other_device = signed_in_again(&platform, &viewer).await;
    let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
    litter(&platform, &user).await;
    platform.advance(600).await;
    Leaving { platform, viewer, other_device, user, customer }
}

#[tokio::test]
async fn deleting_an_account_ends_its_subscription_and_deletes_its_stripe_customer() {
    let Leaving { platform, viewer, customer, .. } = leaving().await;

    let answer = delete(&viewer).await;

    assert_eq!(answer.status(), 200, "{answer}");
    let ended = subscriptions(&platform, &customer).await;
    assert_eq!((ended.len(), &ended[0]["status"]), (1, &json!("canceled")));
    assert_eq!(call_stripe(&platform, "GET", &format!("customers/{customer}"), &[]).await["deleted"], true);
}

#[tokio::test]
async fn nobody_is_or_can_be_signed_in_to_a_deleted_account() {
    let Leaving { platform, viewer, other_device, .. } = leaving().await;

    delete(&viewer).await;

    for device in [&viewer, &other_device] {
        let refused = device.get("/api/auth/me").await;
        assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
    }
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD });
    let refused = platform.anyone().post("/api/auth/login", credentials).await;
    assert_eq!(refused.code(), "INVALID_CREDENTIALS", "{refused}");
}

#[tokio::test]
async fn a_deleted_accounts_data_is_erased_and_counted_in_the_answer() {
    let Leaving { platform, viewer, user, .. } = leaving().await;

    let answer = delete(&viewer).await;

    let erased = json!({ "sessions": 2, "devices": 1, "watch_history": 1, "watchlist": 1 });
    assert_eq!((answer.status(), answer.data()), (200, &json!({ "deleted": true, "erased": erased })), "{answer}");
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    for (table, row) in traces(&platform, &user).await {
        assert!(is_kept(&row) || table == limits, "{table}: {row}");
    }
    platform.advance(DAY).await;
    let mail = platform.setting("delete-account", "MAIL_TABLE");
    for (table, row) in traces(&platform, viewer.email()).await {
        assert!(table == mail || table == limits, "{table}: {row}");
    }
    let marks = traces(&platform, "DELETIONS").await;
    assert!(marks.is_empty(), "the event was processed: {marks:?}");
}

#[tokio::test]
async fn the_ledger_keeps_what_a_deleted_account_paid() {
    let Leaving { platform, viewer, .. } = leaving().await;

    delete(&viewer).await;

    platform.advance(DAY).await;
    let (_, ledger) = billing_tables(&platform).await;
    let paid = ledger.iter().filter(|row| row["amount_paid"]["N"] == "1299").count();
    let over =
        ledger.iter().filter(|row| row["kind"]["S"] == "subscription" && row["status"]["S"] == "canceled").count();
    assert_eq!((paid, over), (1, 1), "{ledger:?}");
}

#[tokio::test]
async fn the_only_mail_after_a_deletion_confirms_it_and_says_what_was_deleted() {
    let Leaving { platform, viewer, .. } = leaving().await;
    let before = platform.mail(viewer.email()).len();

    delete(&viewer).await;

    platform.advance(DAY).await;
    let after = platform.mail(viewer.email());
    assert_eq!(after.len(), before + 1, "{after:?}");
    assert_eq!(after[0]["subject"], "Your Marquee account was deleted");
    let receipt =
        "Deleted with it: 2 sign-ins, 1 known device, 1 title in your watch history, 1 title on your watchlist.";
    assert!(
        after[0]["text"].as_str().is_some_and(|text| text.replace('\n', " ").contains(receipt)),
        "{}",
        after[0]["text"]
    );
}

#[tokio::test]
async fn nothing_is_deleted_without_the_password_and_a_wrong_one_counts_as_a_failed_sign_in() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (before, mails) = (billing_tables(&platform).await, platform.mail(viewer.email()).len());
    let without = viewer.delete("/api/account").await;
    assert_eq!((without.status(), without.code()), (400, "INVALID_JSON"), "{without}");
    for body in
        [json!({}), json!({ "password": 1 }), json!({ "password": null }), json!({ "password": PASSWORD, "x": 1 })]
    {
        let refused = viewer.delete_with("/api/account", body.clone()).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{body}: {refused}");
    }
    for number in 0..10 {
        let wrong = viewer.delete_with("/api/account", json!({ "password": "not the password" })).await;
        assert_eq!((wrong.status(), wrong.code()), (401, "INVALID_CREDENTIALS"), "{number}: {wrong}");
    }
    let refused = delete(&viewer).await;
    assert_eq!((refused.status(), refused.code()), (429, "RATE_LIMITED"), "whatever the password: {refused}");
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD });
    let door = platform.anyone().post("/api/auth/login", credentials).await;
    assert_eq!(door.code(), "RATE_LIMITED", "all routes share one limit: {door}");
    assert_eq!(subscription(&viewer).await["status"], "active");
    assert_eq!(billing_tables(&platform).await, before);
    assert_eq!(platform.mail(viewer.email()).len(), mails, "no mail about a deletion that did not happen");

    platform.advance(16 * 60).await;
    assert_eq!(delete(&viewer).await.status(), 200);
}

#[tokio::test]
async fn while_stripe_is_down_nothing_is_deleted() {
    for kind in ["error", "throttle", "reset_before", "hang"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let (before, customer) = (billing_tables(&platform).await, stripe_customer(&platform, &viewer).await);
        platform.fault(json!({ "target": "stripe", "kind": kind, "count": 1_000 }));

        let answer = delete(&viewer).await;

        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{kind}: {answer}");
        assert!(!answer.header("retry-after").is_empty());
        platform.running().faults().clear();
        assert_eq!(billing_tables(&platform).await, before, "{kind}");
        assert_eq!(subscription(&viewer).await["access"]["allowed"], true, "{kind}");
        assert_eq!(subscriptions(&platform, &customer).await[0]["status"], "active", "{kind}");
        assert_eq!(delete(&viewer).await.status(), 200, "{kind}");
    }
}

#[tokio::test]
async fn a_failure_at_any_call_leaves_a_whole_account_or_none_and_never_a_charge() {
    // Each call of a deletion fails in turn, before and after it took effect: once, for all attempts of a call, and
    // permanently.
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
            let platform = platform_without_trial().await;
            let viewer = platform.subscriber("basic").await;
            let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
            litter(&platform, &user).await;
            deliver_events(&platform, "hold").await;
            platform.fault(json!({ "target": target, "operation": operation, "kind": kind, "count": count }));
            let answer = delete(&viewer).await;
            platform.running().faults().clear();
            deliver_events(&platform, "normal").await;
            release_events(&platform).await;
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
                let back = signed_in_again(&platform, &viewer).await;
                assert_eq!(delete(&back).await.status(), 200, "{operation} {kind} {count}: another try");
            }
        }
    }
}

fn fail(platform: &Platform, operation: &str, kind: &str) {
    platform.fault(json!({ "target": "stripe", "operation": operation, "kind": kind, "count": 1_000 }));
}

/// Makes the transaction that deletes the account fail.
fn fail_transaction(platform: &Platform) {
    let table = platform.setting("delete-account", "USERS_TABLE");
    let operation = "TransactWriteItems";
    platform.fault(
        json!({ "target": "dynamodb", "operation": operation, "table": table, "kind": "error", "count": 1_000 }),
    );
}

fn deletion_emails(platform: &Platform, viewer: &Viewer) -> usize {
    let all = platform.mail(viewer.email());
    all.iter().filter(|mail| mail["subject"] == "Your Marquee account was deleted").count()
}

/// Fails unless the job has completed the deletion, with one email.
async fn assert_completed(platform: &Platform, viewer: &Viewer, user: &str, customer: &str) {
    let refused = viewer.get("/api/auth/me").await;
    assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{refused}");
    assert_eq!(call_stripe(platform, "GET", &format!("customers/{customer}"), &[]).await["deleted"], true);
    let limits = platform.setting("delete-account", "RATE_LIMITS_TABLE");
    for (table, row) in traces(platform, user).await {
        assert!(is_kept(&row) || table == limits, "{table}: {row}");
    }
    let pending = traces(platform, "DELETIONS").await;
    assert!(pending.is_empty(), "{pending:?}");
    assert_eq!(deletion_emails(platform, viewer), 1);
}

#[tokio::test]
async fn if_the_customer_cannot_be_deleted_the_account_is_and_the_job_does_the_rest() {
    for kind in ["error", "throttle", "reset_before"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
        fail(&platform, "DELETE /v1/customers/{id}", kind);

        let answer = delete(&viewer).await;

        let erased = json!({ "sessions": 1, "devices": 1, "watch_history": 0, "watchlist": 0 });
        assert_eq!(
            (answer.status(), answer.data()),
            (200, &json!({ "deleted": true, "erased": erased })),
            "{kind}: {answer}"
        );
        assert_eq!(subscriptions(&platform, &customer).await[0]["status"], "canceled", "{kind}");
        let refused = viewer.get("/api/auth/me").await;
        assert_eq!((refused.status(), refused.code()), (401, "SESSION_REVOKED"), "{kind}: {refused}");
        platform.advance(900).await;
        assert!(!traces(&platform, "DELETIONS").await.is_empty(), "{kind}: the job keeps trying");
        platform.running().faults().clear();
        platform.advance(600).await;
        assert_completed(&platform, &viewer, &user, &customer).await;
    }
}

#[tokio::test]
async fn if_the_first_call_at_stripe_fails_nothing_is_deleted_now_or_later() {
    for kind in ["error", "throttle", "reset_before"] {
        let platform = platform_without_trial().await;
        let viewer = platform.subscriber("basic").await;
        let (before, customer) = (billing_tables(&platform).await, stripe_customer(&platform, &viewer).await);
        fail(&platform, "DELETE /v1/subscriptions/{id}", kind);

        let answer = delete(&viewer).await;

        assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{kind}: {answer}");
        assert!(answer.to_string().contains("nothing was deleted"), "{kind}: {answer}");
        platform.running().faults().clear();
        assert!(traces(&platform, "DELETIONS").await.is_empty(), "{kind}: the request was withdrawn");
        platform.advance(900).await;
        assert_eq!(billing_tables(&platform).await, before, "{kind}");
        assert_eq!(subscriptions(&platform, &customer).await[0]["status"], "active", "{kind}");
        let back = signed_in_again(&platform, &viewer).await;
        assert_eq!(subscription(&back).await["access"]["allowed"], true, "{kind}");
        assert_eq!(deletion_emails(&platform, &viewer), 0, "{kind}");
    }
}

#[tokio::test]
async fn if_the_account_cannot_be_deleted_after_its_subscription_the_job_completes_that() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
    litter(&platform, &user).await;
    fail_transaction(&platform);

    let answer = delete(&viewer).await;

    assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{answer}");
    assert!(!answer.to_string().contains("nothing was deleted"), "{answer}");
    assert!(answer.to_string().contains("will be completed automatically"), "{answer}");
    assert_eq!(subscriptions(&platform, &customer).await[0]["status"], "canceled");
    assert_eq!(deletion_emails(&platform, &viewer), 0, "the account still exists");
    platform.running().faults().clear();
    platform.advance(900).await;
    assert_completed(&platform, &viewer, &user, &customer).await;
    let credentials = json!({ "email": viewer.email(), "password": PASSWORD });
    let refused = platform.anyone().post("/api/auth/login", credentials).await;
    assert_eq!(refused.code(), "INVALID_CREDENTIALS", "{refused}");
}

#[tokio::test]
async fn if_it_is_unknown_what_happened_at_stripe_the_job_completes_the_deletion() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
    fail(&platform, "DELETE /v1/subscriptions/{id}", "reset_after");
    platform.fault(json!({
        "target": "stripe", "operation": "GET /v1/subscriptions", "kind": "error", "skip": 1, "count": 1_000
    }));

    let answer = delete(&viewer).await;

    assert_eq!((answer.status(), answer.code()), (503, "UNAVAILABLE"), "{answer}");
    assert!(answer.to_string().contains("will be completed automatically"), "{answer}");
    let again = delete(&viewer).await;
    assert_eq!(again.status(), 503, "{again}");
    assert!(again.to_string().contains("will be completed automatically"), "a request is still pending: {again}");
    platform.running().faults().clear();
    platform.advance(900).await;
    assert_completed(&platform, &viewer, &user, &customer).await;
}

#[tokio::test]
async fn what_is_bought_before_the_job_completes_a_deletion_is_refunded() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let (user, customer) = (id_of(&viewer).await, stripe_customer(&platform, &viewer).await);
    fail_transaction(&platform);
    assert_eq!(delete(&viewer).await.status(), 503);
    platform.running().faults().clear();
    platform.advance(10).await;
    platform.pay(&checkout_url(&checkout(&viewer, "premium").await), CARD).await;
    let next = stripe_customer(&platform, &viewer).await;
    assert_ne!(next, customer);
    assert_eq!(subscriptions(&platform, &next).await[0]["status"], "active");

    platform.advance(900).await;

    assert_completed(&platform, &viewer, &user, &next).await;
    assert_eq!(subscriptions(&platform, &next).await[0]["status"], "canceled");
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={next}"), &[]).await;
    assert_eq!(charges["data"][0]["amount_refunded"], 1_299, "{charges}");
}

#[tokio::test]
async fn an_open_checkout_of_a_deleted_account_cannot_be_paid() {
    let platform = platform_without_trial().await;
    let viewer = platform.register("a@viewers.test").await;
    let (open, customer) = (checkout_url(&checkout(&viewer, "basic").await), stripe_customer(&platform, &viewer).await);
    assert_eq!(delete(&viewer).await.status(), 200);
    assert_eq!(platform.pay(&open, CARD).await, "");
    assert!(subscriptions(&platform, &customer).await.is_empty());
}

#[tokio::test]
async fn a_checkout_during_the_deletion_charges_nobody() {
    for _ in 0..4 {
        let platform = platform_without_trial().await;
        let viewer = platform.register("a@viewers.test").await;
        let (opened, gone) = tokio::join!(checkout(&viewer, "basic"), delete(&viewer));
        if opened.status() == 201 {
            platform.pay(&checkout_url(&opened), CARD).await;
        }
        platform.advance(900).await;
        if gone.status() != 200 {
            continue;
        }
        let all = call_stripe(&platform, "GET", "subscriptions?status=all", &[]).await;
        let live = all["data"].as_array().expect("a list").iter().filter(|one| one["status"] != "canceled").count();
        assert_eq!(live, 0, "{opened} {gone}: {all}");
    }
}

#[tokio::test]
async fn events_of_a_deleted_account_are_recorded_only_in_the_ledger() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("basic").await;
    let customer = stripe_customer(&platform, &viewer).await;
    let charges = call_stripe(&platform, "GET", &format!("charges?customer={customer}"), &[]).await;
    let paid = charges["data"][0]["id"].as_str().expect("a charge").to_owned();
    deliver_events(&platform, "hold").await;
    assert_eq!(delete(&viewer).await.status(), 200);
    call_stripe(&platform, "POST", "refunds", &[("charge", paid.as_str())]).await;
    deliver_events(&platform, "normal").await;
    release_events(&platform).await;
    platform.advance(900).await;

    let (subscriptions, ledger) = billing_tables(&platform).await;
    assert!(subscriptions.iter().all(|row| row["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("CUST#"))));
    assert_eq!(ledger.iter().filter(|row| row["kind"]["S"] == "refund").count(), 1, "{ledger:?}");
    let refunds =
        platform.mail(viewer.email()).iter().filter(|mail| mail["subject"] == "Your refund from Marquee").count();
    assert_eq!(refunds, 0);
    for line in support::billing::webhook_lines(&platform) {
        assert_eq!(line["status"], 200, "{line}");
    }
    let late = post_event(&platform, "evt_late", "customer.subscription.updated", &customer).await;
    assert_eq!(late.status(), 200, "{late}");
    assert_eq!(post_event(&platform, "evt_late", "customer.subscription.updated", &customer).await.status(), 200);
}

#[tokio::test]
async fn the_address_can_be_registered_again_as_a_new_account() {
    let platform = platform_without_trial().await;
    let viewer = platform.subscriber("premium").await;
    let user = id_of(&viewer).await;
    assert_eq!(delete(&viewer).await.status(), 200);
    let next = platform.register(viewer.email()).await;
    assert_ne!(id_of(&next).await, user);
    assert_eq!(subscription(&next).await["status"], "none");
    assert_eq!(next.get("/api/subscription/invoices").await.data(), &json!([]));
    platform.pay(&checkout_url(&checkout(&next, "basic").await), CARD).await;
    platform.advance(900).await;
    assert_eq!(
        subscription(&signed_in_again(&platform, &next).await).await["plan_type"],
        "basic",
        "the job sweeps only the former account"
    );
}

#[tokio::test]
async fn an_account_without_a_customer_is_deleted_and_a_second_deletion_finds_nothing() {
    let platform = platform_without_trial().await;
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
