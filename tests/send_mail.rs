//! `send-mail`: what a crash left in the outbox, all of it, each once.

use crate::forgot_password::{forget, token_of};
use serde_json::{Value, json};
use support::Platform;

async fn run(platform: &Platform) -> Result<Value, String> {
    platform.running().run_job("send-mail", json!({})).await.expect("the job")
}

async fn due(platform: &Platform) -> usize {
    let scan = json!({ "TableName": platform.setting("send-mail", "MAIL_TABLE"), "IndexName": "due" });
    let rows = platform.aws("DynamoDB_20120810.Scan", scan).await;
    rows["Items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_hundred_and_fifty_mails_that_a_crash_left_are_sent_once_each_by_rounds_that_overlap() {
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
async fn a_crash_at_any_call_loses_no_mail_and_repeats_one_only_between_send_and_mark() {
    // The calls of a delivery: take it, keep its token, send it, mark it.
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
        // Faults of DynamoDB name the table, so that counters are not struck; each is tried three times by the SDK.
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
async fn while_ses_is_down_the_run_fails_and_mail_of_no_more_use_is_dropped() {
    let platform = Platform::bare().await;
    platform.register("ada@viewers.test").await;
    platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
    forget(&platform, "ada@viewers.test").await;
    platform.advance(120).await;
    assert_eq!(due(&platform).await, 1);
    platform.console().delete("/faults").await;
    platform.fault(json!({ "target": "mail", "kind": "error", "count": 1 }));
    let error = run(&platform).await;
    assert!(error.is_err() || platform.mail("ada@viewers.test").is_empty(), "{error:?}");

    platform.fault(json!({ "target": "mail", "kind": "error", "count": 10_000 }));
    platform.advance(2 * 3_600).await;
    platform.console().delete("/faults").await;
    platform.advance(3_600).await;

    assert_eq!(platform.mail("ada@viewers.test").len(), 0, "a link that was asked for two hours ago is of no use");
    assert_eq!(due(&platform).await, 0);
    assert!(platform.running().logs().iter().all(|line| !line.contains("ada@viewers.test")));
}
