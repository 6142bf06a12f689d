//! The calls that billing makes, each in our words.

use super::{Stripe, StripeError};
use crate::prices::Price;
use crate::snapshot::{Charge, Customer, Invoice, Session, Snapshot, Subscription};
use futures::future::{BoxFuture, try_join_all};
use futures::{FutureExt, StreamExt, TryStreamExt};
use serde_json::json;
use shared::models::ids::UserId;
use shared::models::plan::{self, Interval, PlanType};
use std::collections::HashMap;
use stripe_billing::invoice::ListInvoice;
use stripe_billing::subscription::{
    CancelSubscription, CancelSubscriptionCancellationDetails, ListSubscription, ListSubscriptionStatus,
};
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionDiscounts, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionSubscriptionData, ExpireCheckoutSession, ListCheckoutSession, RetrieveCheckoutSession,
};
use stripe_client_core::{ListPaginator, PaginableList, RequestBuilder, StripeMethod};
use stripe_core::customer::{CreateCustomer, DeleteCustomer, ListCustomer, RetrieveCustomer, RetrieveCustomerReturned};
use stripe_core::refund::{CreateRefund, CreateRefundReason};
use stripe_product::price::ListPrice;
use stripe_shared::{CheckoutSessionMode, CheckoutSessionStatus};
use stripe_types::List;

/// Objects of a page: the most that Stripe gives.
pub(super) const PAGE: i64 = 100;
/// Most objects of one kind that a customer is expected to have; forty years of monthly invoices.
const OBJECTS_MAX: usize = 500;

/// What a cancellation does, or takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// Cancel when the paid period ends.
    AtPeriodEnd,
    /// Take back a cancellation at the end of the period.
    NotAtPeriodEnd,
    /// Take back a cancellation at a set moment.
    NotAtAll,
}

/// A checkout session to be.
pub struct Checkout<'a> {
    /// Who pays.
    pub customer: &'a str,
    /// For whom.
    pub user_id: UserId,
    /// What.
    pub price: &'a str,
    /// Days before the first payment; 0 for none.
    pub trial_days: u32,
    /// A discount, or the freedom to enter one.
    pub discount: CheckoutDiscount,
    /// Where the app's return page is, with Stripe's placeholder for the session.
    pub success_url: String,
    /// Where one goes who does not pay.
    pub cancel_url: String,
    /// The client's idempotency key, if it sent one.
    pub key: Option<&'a str>,
}

/// Stripe allows one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckoutDiscount {
    /// A promotion code may be entered on the page.
    ByHand,
    /// The promotion code of this id applies.
    Code(String),
}

impl Stripe {
    /// A customer; `None` when there is none, or no longer.
    pub async fn customer(&self, id: &str) -> Result<Option<Customer>, StripeError> {
        match RetrieveCustomer::new(id).send(self).await {
            Ok(RetrieveCustomerReturned::Customer(customer)) => Ok(Some(customer.into())),
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a customer. The same key gives the same one.
    pub async fn create_customer(&self, user_id: UserId, email: &str, key: &str) -> Result<Customer, StripeError> {
        let request = CreateCustomer::new().email(email).metadata(of_user(user_id));
        self.send_once(request, key).await.map(Customer::from)
    }

    /// The customers of an address, newest first.
    pub async fn customers_of(&self, email: &str) -> Result<Vec<Customer>, StripeError> {
        let customers = ListCustomer::new().email(email).limit(PAGE).send(self).await?;
        Ok(customers.data.into_iter().map(Customer::from).collect())
    }

    /// Deletes a customer: its cards are forgotten, its subscriptions end now, and its checkouts cannot be paid any more.
    /// One that is gone already stays so.
    pub async fn delete_customer(&self, id: &str) -> Result<(), StripeError> {
        match DeleteCustomer::new(id).send(self).await {
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The subscriptions of a customer, of every status, with what changes them at set times.
    pub async fn subscriptions(&self, customer: &str) -> Result<Vec<Subscription>, StripeError> {
        let pages = ListSubscription::new().customer(customer).status(ListSubscriptionStatus::All).limit(PAGE);
        let pages = pages.expand(vec!["data.schedule".to_owned()]);
        self.all(pages.paginate(), |one| Some(one.into())).await
    }

    /// The invoices of a customer but for drafts, newest first.
    pub async fn invoices(&self, customer: &str) -> Result<Vec<Invoice>, StripeError> {
        let pages = ListInvoice::new().customer(customer).limit(PAGE).expand(vec!["data.payments".to_owned()]);
        self.all(pages.paginate(), Invoice::read).await
    }

    /// The charges of a customer with their refunds, newest first.
    pub async fn charges(&self, customer: &str) -> Result<Vec<Charge>, StripeError> {
        let pages = ListPaginator::<List<stripe_shared::Charge>>::new_list(
            "/charges",
            json!({ "customer": customer, "limit": PAGE, "expand": ["data.refunds"] }),
        );
        self.all(pages, Charge::read).await
    }

    /// All that there is of a customer, read side by side.
    pub async fn snapshot(&self, customer: &str) -> Result<Snapshot, StripeError> {
        let (subscriptions, invoices, charges) =
            tokio::try_join!(self.subscriptions(customer), self.invoices(customer), self.charges(customer))?;
        Ok(Snapshot { subscriptions, invoices, charges })
    }

    /// All that there is of several customers, read side by side.
    pub async fn snapshots(&self, customers: impl Iterator<Item = &String>) -> Result<Snapshot, StripeError> {
        Ok(try_join_all(customers.map(|customer| self.snapshot(customer))).await?.into_iter().collect())
    }

    /// The customer of a charge.
    pub async fn customer_of_charge(&self, charge: &str) -> Result<Option<String>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, format!("/charges/{charge}"));
        match request.customize::<stripe_shared::Charge>().send(self).await {
            Ok(charge) => Ok(charge.customer.map(|customer| customer.into_id().to_string())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The prices of our plans.
    pub async fn prices(&self) -> Result<Vec<Price>, StripeError> {
        let all = PlanType::ALL.into_iter().flat_map(|plan| Interval::ALL.map(|every| plan::lookup_key(plan, every)));
        let request = ListPrice::new().active(true).lookup_keys(all.collect::<Vec<_>>()).limit(PAGE);
        Ok(request.send(self).await?.data.into_iter().filter_map(Price::read).collect())
    }

    /// A promotion code that can be redeemed, by what people type; `None` when there is none.
    pub async fn promotion_code(&self, code: &str) -> Result<Option<String>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, "/promotion_codes")
            .query(&json!({ "code": code, "active": true, "limit": 1 }));
        let codes = request.customize::<List<stripe_shared::PromotionCode>>().send(self).await?;
        Ok(codes.data.into_iter().next().map(|code| code.id.to_string()))
    }

    /// A checkout session; `None` when there is none.
    pub async fn session(&self, id: &str) -> Result<Option<Session>, StripeError> {
        match RetrieveCheckoutSession::new(id).send(self).await {
            Ok(session) => Ok(Some(session.into())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The open checkout sessions of a customer, newest first.
    pub async fn open_sessions(&self, customer: &str) -> Result<Vec<Session>, StripeError> {
        let request = ListCheckoutSession::new().customer(customer).status(CheckoutSessionStatus::Open).limit(PAGE);
        Ok(request.send(self).await?.data.into_iter().map(Session::from).collect())
    }

    /// Expires a checkout session; `false` when it was not open any more.
    pub async fn expire_session(&self, id: &str) -> Result<bool, StripeError> {
        match ExpireCheckoutSession::new(id).send(self).await {
            Ok(_) => Ok(true),
            Err(StripeError::Invalid { .. } | StripeError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Opens a checkout session.
    pub async fn create_session(&self, checkout: &Checkout<'_>) -> Result<Session, StripeError> {
        let mut line = CreateCheckoutSessionLineItems::new();
        line.price = Some(checkout.price.to_owned());
        line.quantity = Some(1);
        let mut subscription = CreateCheckoutSessionSubscriptionData::new();
        subscription.metadata = Some(of_user(checkout.user_id));
        subscription.trial_period_days = Some(checkout.trial_days).filter(|days| *days > 0);
        let mut metadata = of_user(checkout.user_id);
        metadata.extend(checkout.key.map(|key| ("idempotency_key".to_owned(), key.to_owned())));
        let request = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Subscription)
            .customer(checkout.customer)
            .client_reference_id(checkout.user_id.to_string())
            .line_items(vec![line])
            .subscription_data(subscription)
            .metadata(metadata)
            .success_url(checkout.success_url.as_str())
            .cancel_url(checkout.cancel_url.as_str());
        let request = match &checkout.discount {
            CheckoutDiscount::ByHand => request.allow_promotion_codes(true),
            CheckoutDiscount::Code(code) => {
                let mut discount = CreateCheckoutSessionDiscounts::new();
                discount.promotion_code = Some(code.clone());
                request.discounts(vec![discount])
            }
        };
        match checkout.key {
            Some(key) => self.send_once(request, &format!("{}:{key}", checkout.user_id)).await,
            None => request.send(self).await,
        }
        .map(Session::from)
    }

    /// Cancels a subscription at the end of its period, or takes that back.
    pub async fn cancel(&self, subscription: &str, how: Cancellation) -> Result<Subscription, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{subscription}"));
        // The library cannot clear `cancel_at`, which an empty text does.
        let request = match how {
            Cancellation::AtPeriodEnd => request.form(&json!({ "cancel_at_period_end": true })),
            Cancellation::NotAtPeriodEnd => request.form(&json!({ "cancel_at_period_end": false })),
            Cancellation::NotAtAll => request.form(&json!({ "cancel_at": "" })),
        };
        request.customize::<stripe_shared::Subscription>().send(self).await.map(Subscription::from)
    }

    /// Ends a subscription now, with a note; one that ended already stays as it is.
    pub async fn end_now(&self, subscription: &str, comment: String) -> Result<(), StripeError> {
        let mut details = CancelSubscriptionCancellationDetails::new();
        details.comment = Some(comment);
        match CancelSubscription::new(subscription).cancellation_details(details).send(self).await {
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives back what is left of a payment that was taken twice. The same key gives it back once, and a payment that was
    /// refunded or charged back already stays as it is.
    pub async fn refund_duplicate(&self, payment_intent: &str, key: &str) -> Result<(), StripeError> {
        let request = CreateRefund::new().payment_intent(payment_intent).reason(CreateRefundReason::Duplicate);
        match self.send_once(request, key).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_code("charge_already_refunded") || error.is_code("charge_disputed") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What matters of a list, read off each object as it comes: they are thousands of bytes each.
    ///
    /// Boxed: the types of Stripe's objects nest so deeply that whoever awaits this far down could not be compiled.
    fn all<T, R>(
        &self,
        pages: ListPaginator<List<T>>,
        read: fn(T) -> Option<R>,
    ) -> BoxFuture<'_, Result<Vec<R>, StripeError>>
    where
        T: Send + Sync + 'static,
        R: Send + 'static,
        List<T>: PaginableList<Data = T> + Send + Sync + 'static,
    {
        let read = move |object: Result<T, StripeError>| object.map(read);
        let objects = pages.stream(self).map(read).take(OBJECTS_MAX);
        async move { Ok(objects.try_collect::<Vec<_>>().await?.into_iter().flatten().collect()) }.boxed()
    }
}

fn of_user(user_id: UserId) -> HashMap<String, String> {
    HashMap::from([("user_id".to_owned(), user_id.to_string())])
}
