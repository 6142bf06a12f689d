//! Every call that a service makes with async-stripe, which rejects a response that lacks any required field.

use crate::support::{KEY, Shop};
use std::collections::HashMap;
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};
use stripe_billing::billing_portal_session::CreateBillingPortalSession;
use stripe_billing::invoice::{
    CreatePreviewInvoice, CreatePreviewInvoiceSubscriptionDetails, CreatePreviewInvoiceSubscriptionDetailsItems,
    ListInvoice, PayInvoice, RetrieveInvoice,
};
use stripe_billing::subscription::{
    CancelSubscription, ListSubscription, ListSubscriptionStatus, ResumeSubscription, RetrieveSubscription,
    UpdateSubscription, UpdateSubscriptionItems, UpdateSubscriptionPaymentBehavior,
    UpdateSubscriptionProrationBehavior,
};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionSubscriptionData,
    ExpireCheckoutSession, ListCheckoutSession, RetrieveCheckoutSession,
};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};
use stripe_core::customer::{
    CreateCustomer, DeleteCustomer, ListCustomer, RetrieveCustomer, RetrieveCustomerReturned, UpdateCustomer,
};
use stripe_core::event::{ListEvent, RetrieveEvent};
use stripe_core::refund::CreateRefund;
use stripe_product::price::ListPrice;
use stripe_shared::{
    CheckoutSessionMode, CheckoutSessionStatus, Customer, Dispute, DisputeStatus, PaymentLink, Subscription,
    SubscriptionStatus,
};

fn client(shop: &Shop) -> Client {
    ClientBuilder::new(KEY).url(format!("{}/", shop.base)).build().expect("a client")
}

async fn customer(client: &Client) -> Customer {
    CreateCustomer::new()
        .email("ada@example.com")
        .metadata(HashMap::from([("user_id".to_owned(), "u1".to_owned())]))
        .customize()
        .request_strategy(RequestStrategy::Idempotent(IdempotencyKey::new("customer-u1").unwrap()))
        .send(client)
        .await
        .expect("a customer")
}

#[tokio::test]
async fn customers_prices_and_sessions_are_understood_by_async_stripe() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let ada = customer(&client).await;
    assert_eq!(customer(&client).await.id, ada.id, "the same idempotency key makes one customer");
    let renamed = UpdateCustomer::new(&ada.id).name("Ada").send(&client).await.unwrap();
    assert_eq!(renamed.name.as_deref(), Some("Ada"));
    assert_eq!(ListCustomer::new().email("ada@example.com").send(&client).await.unwrap().data.len(), 1);

    let prices = ListPrice::new()
        .active(true)
        .lookup_keys(vec!["basic_month".to_owned(), "premium_month".to_owned()])
        .expand(vec!["data.product".to_owned()])
        .send(&client)
        .await
        .unwrap();
    let price = |key: &str| prices.data.iter().find(|price| price.lookup_key.as_deref() == Some(key)).unwrap();
    assert_eq!(price("basic_month").product.as_object().expect("expanded").name, "Basic");

    let session = open_session(&client, &ada, price("basic_month").id.as_str()).await;
    let expired = ExpireCheckoutSession::new(&session.id).send(&client).await.unwrap();
    assert_eq!(expired.status, Some(CheckoutSessionStatus::Expired));
    assert!(expired.url.is_none(), "an expired session has no page");
    let session = open_session(&client, &ada, price("basic_month").id.as_str()).await;
    let paid = shop.browse(session.url.as_deref().unwrap(), Some(&[("card", "4242424242424242")])).await;
    assert_eq!(paid.status, 303);
    let sessions = ListCheckoutSession::new().customer(ada.id.as_str()).send(&client).await.unwrap();
    assert_eq!(sessions.data.len(), 2);
    let session = RetrieveCheckoutSession::new(&session.id)
        .expand(vec!["subscription".to_owned(), "line_items".to_owned()])
        .send(&client)
        .await
        .unwrap();
    assert_eq!(session.status, Some(CheckoutSessionStatus::Complete));
    assert_eq!(session.line_items.as_ref().expect("included").data.len(), 1);
    let subscription = session.subscription.as_ref().and_then(|one| one.as_object()).expect("expanded");
    assert_eq!(subscription.status, SubscriptionStatus::Active);
    assert_eq!(subscription.metadata["user_id"], "u1");
    assert_eq!(subscription.items.data.len(), 1);
    DeleteCustomer::new(&ada.id).send(&client).await.unwrap();
    let gone = RetrieveCustomer::new(&ada.id).send(&client).await.unwrap();
    assert!(matches!(gone, RetrieveCustomerReturned::DeletedCustomer(_)));
}

#[tokio::test]
async fn subscriptions_and_their_changes_are_understood_by_async_stripe() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let (ada, subscription) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let premium = shop.price("premium_month").await;
    let all = ListSubscription::new()
        .customer(ada.as_str())
        .status(ListSubscriptionStatus::All)
        .expand(vec!["data.discounts".to_owned()])
        .send(&client)
        .await
        .unwrap();
    assert_eq!(all.data.len(), 1);
    let item = &all.data[0].items.data[0];

    let preview = CreatePreviewInvoice::new()
        .customer(ada.as_str())
        .subscription(subscription.as_str())
        .subscription_details(CreatePreviewInvoiceSubscriptionDetails {
            items: Some(vec![CreatePreviewInvoiceSubscriptionDetailsItems {
                id: Some(item.id.to_string()),
                price: Some(premium.clone()),
                ..CreatePreviewInvoiceSubscriptionDetailsItems::new()
            }]),
            ..CreatePreviewInvoiceSubscriptionDetails::new()
        })
        .send(&client)
        .await
        .unwrap();
    assert!(preview.total > 1_999, "the next invoice holds the difference and the next period");

    let upgraded = UpdateSubscription::new(subscription.as_str())
        .items(vec![UpdateSubscriptionItems {
            id: Some(item.id.to_string()),
            price: Some(premium.clone()),
            ..UpdateSubscriptionItems::new()
        }])
        .payment_behavior(UpdateSubscriptionPaymentBehavior::PendingIfIncomplete)
        .proration_behavior(UpdateSubscriptionProrationBehavior::AlwaysInvoice)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(upgraded.items.data[0].price.id.as_str(), premium);
    let ending = UpdateSubscription::new(subscription.as_str()).cancel_at_period_end(true).send(&client).await.unwrap();
    assert!(ending.cancel_at_period_end);

    let refused = ResumeSubscription::new(subscription.as_str()).send(&client).await;
    assert!(matches!(refused, Err(StripeError::Stripe(_, 400))), "what is not paused is not resumed: {refused:?}");
    let canceled = CancelSubscription::new(subscription.as_str()).send(&client).await.unwrap();
    assert_eq!(canceled.status, SubscriptionStatus::Canceled);
    let again = RetrieveSubscription::new(subscription.as_str()).send(&client).await.unwrap();
    assert_eq!(again.status, SubscriptionStatus::Canceled);
}

#[tokio::test]
async fn invoices_refunds_and_events_are_understood_by_async_stripe() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let (ada, _) = shop.subscribe("ada@example.com", "basic_month", "4242424242424242").await;
    let invoices =
        ListInvoice::new().customer(ada.as_str()).expand(vec!["data.payments".to_owned()]).send(&client).await.unwrap();
    assert_eq!(invoices.data.len(), 1);
    let invoice = RetrieveInvoice::new(invoices.data[0].id.as_ref().unwrap()).send(&client).await.unwrap();
    assert_eq!(invoice.amount_paid, 999);
    let payments = invoices.data[0].payments.as_ref().expect("included");
    let intent = payments.data[0].payment.payment_intent.as_ref().unwrap().id().to_string();
    let refund = CreateRefund::new().payment_intent(intent).amount(500).send(&client).await.unwrap();
    assert_eq!((refund.amount, refund.status.as_deref()), (500, Some("succeeded")));
    let refused = PayInvoice::new(invoice.id.as_ref().unwrap()).send(&client).await;
    assert!(matches!(refused, Err(StripeError::Stripe(_, 400))), "a paid invoice is not paid again: {refused:?}");

    let portal = CreateBillingPortalSession::new()
        .customer(ada.as_str())
        .return_url("http://127.0.0.1:9/account")
        .send(&client)
        .await
        .unwrap();
    assert_eq!(shop.browse(&portal.url, None).await.status, 200);

    let events = ListEvent::new().limit(100).send(&client).await.unwrap();
    assert!(events.data.len() > 10);
    for event in &events.data {
        RetrieveEvent::new(&event.id).send(&client).await.unwrap();
    }
}

async fn open_session(client: &Client, customer: &Customer, price: &str) -> stripe_shared::CheckoutSession {
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Subscription)
        .customer(customer.id.as_str())
        .line_items(vec![CreateCheckoutSessionLineItems {
            price: Some(price.to_owned()),
            quantity: Some(1),
            ..CreateCheckoutSessionLineItems::new()
        }])
        .subscription_data(CreateCheckoutSessionSubscriptionData {
            metadata: Some(HashMap::from([("user_id".to_owned(), "u1".to_owned())])),
            ..CreateCheckoutSessionSubscriptionData::new()
        })
        .success_url("http://127.0.0.1:9/return?session_id={CHECKOUT_SESSION_ID}")
        .cancel_url("http://127.0.0.1:9/plans")
        .send(client)
        .await
        .expect("a session")
}

#[tokio::test]
async fn errors_are_understood_by_async_stripe() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let refused = RetrieveCustomer::new("cus_nobody").send(&client).await;
    let Err(StripeError::Stripe(error, 404)) = refused else { panic!("404 expected: {refused:?}") };
    assert_eq!(error.code.map(|code| code.to_string()).as_deref(), Some("resource_missing"));
    let wrong_client = ClientBuilder::new("sk_test_wrong").url(format!("{}/", shop.base)).build().unwrap();
    let refused = ListCustomer::new().send(&wrong_client).await;
    assert!(matches!(refused, Err(StripeError::Stripe(_, 401))), "a wrong key is 401: {refused:?}");
}

#[tokio::test]
async fn links_disputes_and_pauses_are_understood_by_async_stripe() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let price = shop.price("basic_month").await;
    let form = [("line_items[0][price]", price.as_str()), ("line_items[0][quantity]", "1")];
    let link = crate::support::text(&shop.post("/v1/payment_links", &form).await["id"]);
    let get = |path: String| RequestBuilder::new(StripeMethod::Get, path);
    let link = get(format!("/payment_links/{link}")).customize::<PaymentLink>().send(&client).await.unwrap();
    assert!(link.active && link.url.starts_with(&shop.base));

    let (_, id) = shop.subscribe("ada@example.com", "basic_month", "4000000000000259").await;
    let dispute = crate::support::text(&shop.get("/v1/disputes", &[]).await["data"][0]["id"]);
    let path = format!("/disputes/{dispute}");
    shop.post(&format!("/v1{path}"), &[("evidence[receipt]", "winning_evidence")]).await;
    let won = get(path).customize::<Dispute>().send(&client).await.unwrap();
    assert_eq!((won.status, won.balance_transactions.len()), (DisputeStatus::Won, 2));

    shop.post(&format!("/v1/subscriptions/{id}"), &[("pause_collection[behavior]", "void")]).await;
    let paused: Subscription = RetrieveSubscription::new(id.as_str()).send(&client).await.unwrap();
    assert!(paused.status == SubscriptionStatus::Active && paused.pause_collection.is_some());
    shop.settle().await;
    for event in &ListEvent::new().limit(100).send(&client).await.unwrap().data {
        RetrieveEvent::new(&event.id).send(&client).await.unwrap();
    }
}
