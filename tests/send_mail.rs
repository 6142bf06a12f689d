//! `send-mail`: sends everything that a crash left in the outbox, once each.

use crate::forgot_password::{forget, token_of};
use serde_json::{Value, json};
use support::{Platform, Viewer};

async fn run(platform: &Platform) -> Result<Value, String> {
    platform.running().run_job("send-mail", json!({})).await
}

async fn due(platform: &Platform) -> usize {
    let scan = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "IndexName": "due" });
    let rows = platform.aws("DynamoDB_20120810.Scan", scan).await;
    rows["Items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn overlapping_runs_send_a_hundred_and_fifty_leftover_mails_once_each() {
    let platform = Platform::bare().await;
    let now = platform.running().now();
    for number in 0..150 {
        let cause = format!("test#{number:03}");
        let letter = json!({ "M": {
            "subject": { "S": "A test" },
            "before": { "L": [{ "S": "It was left behind." }] },
            "after": { "L": [] },
        } });
        let item = json!({
            "pk": { "S": format!("MAIL#{cause}") }, "sk": { "S": "MAIL" }, "cause": { "S": cause },
            "to": { "S": "ada@viewers.test" }, "letter": letter,
            "created_at": { "S": now.to_string() }, "until": { "S": "2999-01-01T00:00:00Z" },
            "due_shard": { "S": (number % 4).to_string() }, "due_at": { "S": format!("{now:.3}") },
        });
        let put = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "Item": item });
        platform.aws("DynamoDB_20120810.PutItem", put).await;
    }

    let (one, other) = tokio::join!(run(&platform), run(&platform));

    let sent = |round: Result<Value, String>| round.expect("a round")["sent"].as_u64().expect("a number");
    assert_eq!(sent(one) + sent(other), 150);
    assert_eq!(platform.mail("ada@viewers.test").len(), 150);
    assert_eq!(due(&platform).await, 0);
    assert_eq!(run(&platform).await.expect("a round")["sent"], 0);
}

#[tokio::test]
async fn a_crash_at_any_call_loses_no_mail_and_duplicates_one_only_between_send_and_mark() {
    // The calls of a delivery: claim the mail, store its token, send it, mark it.
    for (target, operation, skip, kind, copies) in [
        ("dynamodb", "UpdateItem", 1, "reset_before", 1),
        ("dynamodb", "UpdateItem", 1, "reset_after", 1),
        ("dynamodb", "PutItem", 0, "reset_before", 1),
        ("mail", "SendEmail", 0, "reset_before", 1),
        ("mail", "SendEmail", 0, "reset_after", 2),
        ("dynamodb", "UpdateItem", 2, "reset_before", 2),
    ] {
        let platform = Platform::bare().await;
        platform.register("ada@viewers.test").await;
        let mail_table = platform.setting("send-mail", "MAIL_TABLE");
        // Faults of DynamoDB name the table, so that the limiter's counters are not hit. The SDK tries each call three
        // times.
        let mut fault = json!({ "target": target, "operation": operation, "kind": kind, "count": 1 });
        if target == "dynamodb" {
            let table =
                if operation == "PutItem" { platform.setting("send-mail", "SESSIONS_TABLE") } else { mail_table };
            fault["table"] = json!(table);
            fault["count"] = json!(3);
            fault["skip"] = json!(skip - i32::from(operation == "UpdateItem"));
        }
        platform.fault(fault.clone());
        assert_eq!(forget(&platform, "ada@viewers.test").await.status(), 200, "{fault}");
        platform.console().delete("/faults").await;
        platform.advance(15 * 60).await;

        let mail = platform.mail("ada@viewers.test");
        assert_eq!(mail.len(), copies, "{fault}");
        assert_eq!(due(&platform).await, 0, "{fault}");
        let body = json!({ "token": token_of(&platform, &mail[0]), "password": "another long phrase" });
        assert_eq!(
            platform.anyone().post("/api/auth/reset-password", body).await.status(),
            200,
            "{fault}: the link works"
        );
    }
}

#[tokio::test]
async fn the_run_fails_while_ses_is_down_and_outdated_mail_is_dropped() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
    forget(&platform, "ada@viewers.test").await;
    platform.advance(61).await;
    assert_eq!(due(&platform).await, 1);
    let error = run(&platform).await;
    assert!(error.is_err(), "the alarm goes off: {error:?}");

    platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
    platform.advance(2 * 3_600).await;
    platform.console().delete("/faults").await;
    platform.advance(3_600).await;

    assert_eq!(platform.mail("ada@viewers.test").len(), 0, "a link requested two hours ago is useless");
    assert_eq!(due(&platform).await, 0);
    assert!(platform.running().logs().iter().all(|line| !line.contains("ada@viewers.test")));
}

/// Puts a mail into the outbox, as the function that causes it does.
async fn put(platform: &Platform, cause: &str, change: Value) {
    let now = platform.running().now();
    let mut item = json!({
        "pk": { "S": format!("MAIL#{cause}") }, "sk": { "S": "MAIL" }, "cause": { "S": cause },
        "to": { "S": "ada@viewers.test" }, "recipient": { "S": "ada@viewers.test" }, "subject": { "S": "A test" },
        "letter": { "M": { "subject": { "S": "A test" }, "before": { "L": [] }, "after": { "L": [] } } },
        "created_at": { "S": now.to_string() }, "listed_at": { "S": format!("{now:.3}") },
        "until": { "S": "2999-01-01T00:00:00Z" },
        "due_shard": { "S": "0" }, "due_at": { "S": format!("{now:.3}") },
    });
    for (name, value) in change.as_object().expect("an object") {
        item[name] = value.clone();
    }
    let put = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "Item": item });
    platform.aws("DynamoDB_20120810.PutItem", put).await;
}

async fn row(platform: &Platform, cause: &str) -> Value {
    let key = json!({ "pk": { "S": format!("MAIL#{cause}") }, "sk": { "S": "MAIL" } });
    let get = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "Key": key });
    platform.aws("DynamoDB_20120810.GetItem", get).await["Item"].clone()
}

/// Three emails that are sent, and three that SES refuses: one by its error, one for an address to which it does not
/// send, and one that cannot be parsed.
async fn three_refused(platform: &Platform) -> Viewer {
    let viewer = platform.register("ada@viewers.test").await;
    platform.advance(60).await;
    for cause in ["one", "two", "three"] {
        put(platform, cause, json!({})).await;
    }
    platform.fault(json!({ "target": "mail", "kind": "reject", "count": 1 }));
    let round = run(platform).await.expect("permanent refusals do not fail the job");
    assert_eq!(json!([round["sent"], round["refused"], round["failed"]]), json!([2, 1, 0]), "{round}");
    put(platform, "unreachable", json!({ "to": { "S": "j\u{f6}rg@viewers.test" } })).await;
    put(platform, "unreadable", json!({ "letter": { "S": "?" } })).await;
    put(platform, "four", json!({})).await;
    let round = run(platform).await.expect("permanent refusals do not fail the job");
    assert_eq!(json!([round["sent"], round["refused"], round["failed"]]), json!([1, 2, 0]), "{round}");
    viewer
}

#[tokio::test]
async fn permanently_refused_mail_is_not_retried_and_the_rest_is_sent() {
    let platform = Platform::bare().await;
    three_refused(&platform).await;

    assert_eq!(platform.mail("ada@viewers.test").len(), 3);
    assert_eq!(due(&platform).await, 0);
    assert_eq!(run(&platform).await.expect("a round")["refused"], 0);
}

#[tokio::test]
async fn an_operator_sees_which_mail_was_refused_and_why() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let viewer = three_refused(&platform).await;

    let detail = crate::get_member::member(&admin, &viewer).await;

    let emails = detail["emails"].as_array().expect("emails");
    let emails: Vec<_> = emails.iter().filter(|email| email["subject"] == "A test").collect();
    let count_state = |state: &str| emails.iter().filter(|email| email["state"] == state).count();
    assert_eq!(
        (count_state("sent"), count_state("refused"), count_state("waiting"), count_state("dropped")),
        (3, 3, 0, 0),
        "{emails:?}"
    );
    let is_rejected = |email: &&&Value| email["failure"].as_str().is_some_and(|why| why.contains("MessageRejected"));
    assert!(emails.iter().any(|email| is_rejected(&email)), "{emails:?}");
    assert!(emails.iter().all(|email| email["state"] == "refused" || email["failure"].is_null()), "{emails:?}");
}

#[tokio::test]
async fn refused_mail_is_counted_in_the_log_without_its_address() {
    let platform = Platform::bare().await;
    three_refused(&platform).await;

    let lines = platform.running().logs();

    assert_eq!(lines.iter().filter(|line| line.contains("\"MailsRefused\":1")).count(), 3);
    assert!(lines.iter().all(|line| !line.contains("ada@viewers.test")));
}

#[tokio::test]
async fn a_transient_failure_is_retried_with_growing_pauses_for_three_days() {
    for kind in ["error", "throttle", "reset_before"] {
        let platform = Platform::bare().await;
        let admin = platform.admin().await;
        let viewer = platform.register("ada@viewers.test").await;
        platform.advance(60).await;
        put(&platform, "late", json!({})).await;
        platform.fault(json!({ "target": "mail", "kind": kind, "count": 100_000 }));

        platform.advance(2 * 86_400).await;
        let tries: u32 =
            row(&platform, "late").await["attempts"]["N"].as_str().expect("tries").parse().expect("a number");
        assert!((10..30).contains(&tries), "{kind}: {tries}");
        assert_eq!(due(&platform).await, 1, "{kind}: it is still tried on the second day");
        let waiting =
            crate::get_member::member(&support::billing::signed_in_again(&platform, &admin).await, &viewer).await;
        assert_eq!(waiting["emails"][0]["state"], "waiting", "{kind}: {waiting}");
        platform.advance(2 * 86_400).await;
        assert_eq!(due(&platform).await, 0, "{kind}: given up");
        let row = row(&platform, "late").await;
        assert!(row["refused_at"]["S"].is_string() && row["failure"]["S"].is_string(), "{kind}: {row}");
        assert!(run(&platform).await.is_ok(), "{kind}: the job no longer fails");
        platform.running().faults().clear();
        assert_eq!(platform.mail("ada@viewers.test").len(), 0, "{kind}");
    }
}

#[tokio::test]
async fn mail_is_sent_when_the_provider_is_back_within_three_days() {
    let platform = Platform::bare().await;
    put(&platform, "late", json!({})).await;
    put(&platform, "another", json!({})).await;
    platform.fault(json!({ "target": "mail", "kind": "throttle", "count": 100_000 }));
    platform.advance(86_400).await;
    platform.running().faults().clear();
    platform.advance(4 * 3_600 + 600).await;
    assert_eq!(platform.mail("ada@viewers.test").len(), 2);
    assert_eq!(due(&platform).await, 0);
}
