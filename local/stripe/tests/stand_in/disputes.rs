//! Disputes and inquiries.

use crate::support::{DAY, HOUR, Shop, text};
use serde_json::{Value, json};

const DISPUTED: &str = "4000000000000259";
const INQUIRED: &str = "4000000000001976";

/// A customer whose first charge is disputed: the customer, the subscription and the dispute.
async fn disputed(shop: &Shop, card: &str) -> (String, String, Value) {
    let (customer, id) = shop.subscribe("ada@example.com", "basic_month", card).await;
    let dispute = shop.received.objects("charge.dispute.created").pop().expect("the card's charges are disputed");
    (customer, id, dispute)
}

async fn answer(shop: &Shop, dispute: &Value, evidence: &str) -> crate::support::Answer {
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    shop.call("POST", &path, &[("evidence[uncategorized_text]", evidence)]).await
}

#[tokio::test]
async fn evidence_decides_a_dispute_and_moves_the_money() {
    for (evidence, status, last) in [
        ("winning_evidence", "won", "charge.dispute.funds_reinstated"),
        ("losing_evidence", "lost", "charge.dispute.closed"),
    ] {
        let shop = Shop::open().await;
        let (customer, id, dispute) = disputed(&shop, DISPUTED).await;
        assert_eq!((&dispute["status"], &dispute["amount"]), (&json!("needs_response"), &json!(999)));
        let withdrawn = shop.received.objects("charge.dispute.funds_withdrawn").remove(0);
        assert_eq!(withdrawn["balance_transactions"][0]["amount"], -999);
        let before = (shop.subscription(&id).await, shop.invoices(&customer).await);
        shop.received.clear();
        let decided = answer(&shop, &dispute, evidence).await.json();
        assert_eq!(decided["status"], status);
        shop.settle().await;
        let types = shop.received.types();
        let received = |name: &str| types.iter().any(|one| one == name);
        assert!(received("charge.dispute.updated") && received("charge.dispute.closed") && received(last), "{types:?}");
        assert_eq!(received("charge.dispute.funds_reinstated"), status == "won");
        let charge = shop.get(&format!("/v1/charges/{}", text(&dispute["charge"])), &[]).await;
        assert_eq!(charge["disputed"], true);
        let after = (shop.subscription(&id).await, shop.invoices(&customer).await);
        assert_eq!(before, after, "neither the subscription nor the invoice changes");
        assert_eq!(answer(&shop, &dispute, evidence).await.status, 400, "it is closed");
        let refund = shop.call("POST", "/v1/refunds", &[("charge", dispute["charge"].as_str().unwrap())]).await;
        assert_eq!(refund.status == 200, status == "won", "{}", refund.text);
    }
}

#[tokio::test]
async fn an_accepted_dispute_is_lost_and_the_next_charge_is_disputed_again() {
    let shop = Shop::open().await;
    let (customer, _, dispute) = disputed(&shop, DISPUTED).await;
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    assert_eq!(shop.post(&format!("{path}/close"), &[]).await["status"], "lost");
    assert_eq!(shop.call("POST", &format!("{path}/close"), &[]).await.status, 400);
    shop.advance(32 * DAY).await;
    assert_eq!(shop.invoices(&customer).await[1]["status"], "paid");
    let listed = shop.get("/v1/disputes", &[]).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let of_one = shop.get("/v1/disputes", &[("payment_intent", dispute["payment_intent"].as_str().unwrap())]).await;
    assert_eq!((of_one["data"].as_array().unwrap().len(), &of_one["data"][0]["id"]), (1, &dispute["id"]));
}

#[tokio::test]
async fn evidence_can_be_staged_and_is_submitted_once() {
    let shop = Shop::open().await;
    let (_, _, dispute) = disputed(&shop, DISPUTED).await;
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    let staged = shop.post(&path, &[("evidence[receipt]", "file_1"), ("submit", "false")]).await;
    assert_eq!((&staged["status"], &staged["evidence"]["receipt"]), (&json!("needs_response"), &json!("file_1")));
    assert_eq!(answer(&shop, &dispute, "They watched it all.").await.json()["status"], "under_review");
    assert_eq!(answer(&shop, &dispute, "winning_evidence").await.status, 400, "it was sent before");
    let unknown = shop.call("POST", &path, &[("evidence[alibi]", "x")]).await;
    assert_eq!(unknown.json()["error"]["code"], "parameter_unknown");
    shop.advance(7 * DAY + HOUR).await;
    assert_eq!(shop.get(&path, &[]).await["status"], "won");
}

#[tokio::test]
async fn an_inquiry_takes_nothing_and_closes() {
    let shop = Shop::open().await;
    let (_, id, inquiry) = disputed(&shop, INQUIRED).await;
    assert_eq!(inquiry["status"], "warning_needs_response");
    assert_eq!((&inquiry["is_charge_refundable"], &inquiry["balance_transactions"]), (&json!(true), &json!([])));
    assert!(shop.received.objects("charge.dispute.funds_withdrawn").is_empty());
    let path = format!("/v1/disputes/{}", text(&inquiry["id"]));
    shop.advance(119 * DAY).await;
    assert_eq!(shop.get(&path, &[]).await["status"], "warning_needs_response");
    shop.advance(2 * DAY).await;
    assert_eq!(shop.get(&path, &[]).await["status"], "warning_closed");
    assert_eq!(shop.subscription(&id).await["status"], "active");
}

#[tokio::test]
async fn an_inquiry_ends_with_a_full_refund_or_becomes_a_dispute() {
    let shop = Shop::open().await;
    let (_, _, inquiry) = disputed(&shop, INQUIRED).await;
    let path = format!("/v1/disputes/{}", text(&inquiry["id"]));
    let charge = text(&inquiry["charge"]);
    shop.post("/v1/refunds", &[("charge", &charge), ("amount", "100")]).await;
    assert_eq!(shop.get(&path, &[]).await["status"], "warning_needs_response");
    shop.post("/v1/refunds", &[("charge", &charge)]).await;
    assert_eq!(shop.get(&path, &[]).await["status"], "warning_closed");

    let shop = Shop::open().await;
    let (_, _, inquiry) = disputed(&shop, INQUIRED).await;
    let escalated = answer(&shop, &inquiry, "escalate_inquiry_evidence").await.json();
    assert_eq!(
        (&escalated["status"], &escalated["evidence_details"]["has_evidence"]),
        (&json!("needs_response"), &json!(false))
    );
    shop.settle().await;
    assert_eq!(shop.received.objects("charge.dispute.funds_withdrawn").len(), 1);
    let refund = shop.call("POST", "/v1/refunds", &[("charge", inquiry["charge"].as_str().unwrap())]).await;
    assert_eq!(refund.json()["error"]["code"], "charge_disputed");
    shop.advance(8 * DAY).await;
    let closed = shop.get(&format!("/v1/disputes/{}", text(&inquiry["id"])), &[]).await;
    assert_eq!(closed["status"], "lost");
}

#[tokio::test]
async fn a_test_can_dispute_any_charge() {
    let shop = Shop::open().await;
    let (customer, _) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let charge = text(&shop.get("/v1/charges", &[("customer", &customer)]).await["data"][0]["id"]);
    assert!(shop.stand_in.dispute(&charge, false));
    assert!(!shop.stand_in.dispute(&charge, false), "it is disputed already");
    assert!(!shop.stand_in.dispute("ch_none", false));
    let disputes = shop.get("/v1/disputes", &[("charge", &charge)]).await;
    assert_eq!(disputes["data"][0]["status"], "needs_response");
}
