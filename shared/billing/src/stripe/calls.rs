//! The calls to Stripe that billing makes, with our own types.

use super::{Stripe, StripeError};
use crate::discount::Discount;
use crate::price::{Price, ProductPrice, of_product};
use crate::snapshot::{Charge, Customer, Dispute, Invoice, LOST, PromotionCode, Session, Snapshot, Subscription};
use boxed::boxed;
use futures::future::{BoxFuture, try_join_all};
use futures::{FutureExt, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::json;
use shared::models::ids::UserId;
use shared::models::ledger::DisputeEntry;
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
use stripe_product::price::{ListPrice, RetrievePrice};
use stripe_shared::{CheckoutSessionMode, CheckoutSessionStatus};
use stripe_types::List;

/// Objects per page: the most that Stripe allows.
pub(super) const PAGE: i64 = 100;
/// The most objects of one kind that a customer may have: forty years of monthly invoices.
const OBJECTS_MAX: usize = 500;

/// How a cancellation is set or undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// Cancel when the paid period ends.
    AtPeriodEnd,
    /// Undo a cancellation at the end of the period.
    NotAtPeriodEnd,
    /// Undo a cancellation at a set time.
    NotAtAll,
}

/// A checkout session to be created.
pub struct Checkout<'a> {
    /// The customer who pays.
    pub customer: &'a str,
    /// Their user.
    pub user_id: UserId,
    /// The price that they buy.
    pub price: &'a str,
    /// Days before the first payment; 0 for none.
    pub trial_days: u32,
    /// A discount, or the option to enter one.
    pub discount: CheckoutDiscount,
    /// The app's return page, with Stripe's placeholder for the session.
    pub success_url: String,
    /// Where Stripe redirects a customer who does not pay.
    pub cancel_url: String,
    /// The client's idempotency key, if it sent one.
    pub key: Option<&'a str>,
}

/// The discount of a checkout. Stripe allows only one of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckoutDiscount {
    /// A promotion code may be entered on the page.
    ByHand,
    /// The promotion code with this id applies.
    Code(String),
}

impl Stripe {
    /// Reads a customer; `None` if it does not exist or was deleted.
    #[boxed]
    pub async fn customer(&self, id: &str) -> Result<Option<Customer>, StripeError> {
        match RetrieveCustomer::new(id).send(self).await {
            Ok(RetrieveCustomerReturned::Customer(customer)) => Ok(Some(customer.into())),
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a customer. The same key returns the same customer.
    #[boxed]
    pub async fn create_customer(&self, user_id: UserId, email: &str, key: &str) -> Result<Customer, StripeError> {
        let request = CreateCustomer::new().email(email).metadata(of_user(user_id));
        self.send_once(request, key).await.map(Customer::from)
    }

    /// Gives a customer another address and name, or no name. A customer that was deleted stays unchanged.
    #[boxed]
    pub async fn rename_customer(&self, id: &str, email: &str, name: Option<&str>) -> Result<(), StripeError> {
        let form = json!({ "email": email, "name": name.unwrap_or_default() });
        let request = RequestBuilder::new(StripeMethod::Post, format!("/customers/{id}")).form(&form);
        match request.customize::<stripe_shared::Customer>().send(self).await {
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The customers with an email address, newest first.
    #[boxed]
    pub async fn customers_of(&self, email: &str) -> Result<Vec<Customer>, StripeError> {
        let customers = ListCustomer::new().email(email).limit(PAGE).send(self).await?;
        Ok(customers.data.into_iter().map(Customer::from).collect())
    }

    /// Deletes a customer: its cards are removed, its subscriptions end now, and its checkouts can no longer be paid.
    /// Succeeds if the customer is already deleted.
    #[boxed]
    pub async fn delete_customer(&self, id: &str) -> Result<(), StripeError> {
        match DeleteCustomer::new(id).send(self).await {
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The subscriptions of a customer in every status, with their schedules.
    #[boxed]
    pub async fn subscriptions(&self, customer: &str) -> Result<Vec<Subscription>, StripeError> {
        let pages = ListSubscription::new().customer(customer).status(ListSubscriptionStatus::All).limit(PAGE);
        let pages = pages.expand(vec!["data.schedule".to_owned()]);
        self.all(pages.paginate(), |object| Some(object.into())).await
    }

    /// The coupons on a subscription, in the order in which they apply.
    #[boxed]
    pub async fn discounts(&self, subscription: &str) -> Result<Vec<Discount>, StripeError> {
        #[derive(Deserialize)]
        struct Discounted {
            discounts: Vec<Discount>,
        }
        let path = format!("/subscriptions/{subscription}?expand[]=discounts.source.coupon.applies_to");
        let read: Discounted =
            serde_json::from_slice(&self.read_raw(&path).await?).map_err(|_| StripeError::Unreadable)?;
        Ok(read.discounts)
    }

    /// The invoices of a customer except drafts, newest first.
    #[boxed]
    pub async fn invoices(&self, customer: &str) -> Result<Vec<Invoice>, StripeError> {
        let pages = ListInvoice::new().customer(customer).limit(PAGE).expand(vec!["data.payments".to_owned()]);
        self.all(pages.paginate(), Invoice::read).await
    }

    /// The charges of a customer with their refunds, newest first.
    #[boxed]
    pub async fn charges(&self, customer: &str) -> Result<Vec<Charge>, StripeError> {
        let pages = ListPaginator::<List<stripe_shared::Charge>>::new_list(
            "/charges",
            json!({ "customer": customer, "limit": PAGE, "expand": ["data.refunds"] }),
        );
        self.all(pages, Charge::read).await
    }

    /// Everything about a customer, read in parallel.
    #[boxed]
    pub async fn snapshot(&self, customer: &str) -> Result<Snapshot, StripeError> {
        let (subscriptions, invoices, charges) = tokio::try_join!(
            self.subscriptions(customer),
            self.invoices(customer),
            self.charges_with_disputes(customer)
        )?;
        Ok(Snapshot { subscriptions, invoices, charges })
    }

    /// The charges of a customer with their refunds and disputes. Stripe lists disputes only by charge.
    async fn charges_with_disputes(&self, customer: &str) -> Result<Vec<Charge>, StripeError> {
        let mut charges = self.charges(customer).await?;
        let disputed = charges.iter_mut().filter(|charge| charge.entry.disputed);
        try_join_all(disputed.map(async |charge| {
            charge.disputes = self.disputes(&charge.entry.id).await?;
            Ok::<_, StripeError>(())
        }))
        .await?;
        Ok(charges)
    }

    async fn disputes(&self, charge: &str) -> Result<Vec<DisputeEntry>, StripeError> {
        #[derive(Deserialize)]
        struct Page {
            data: Vec<Dispute>,
        }
        let page = self.read_raw(&format!("/disputes?charge={charge}&limit={PAGE}")).await?;
        let page: Page = serde_json::from_slice(&page).map_err(|_| StripeError::Unreadable)?;
        Ok(page.data.into_iter().map(DisputeEntry::from).collect())
    }

    /// Everything about several customers, read in parallel.
    pub(crate) async fn snapshots(&self, customers: impl Iterator<Item = &String>) -> Result<Snapshot, StripeError> {
        Ok(try_join_all(customers.map(|customer| self.snapshot(customer))).await?.into_iter().collect())
    }

    /// The customer of a charge.
    #[boxed]
    pub async fn customer_of_charge(&self, charge: &str) -> Result<Option<String>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, format!("/charges/{charge}"));
        match request.customize::<stripe_shared::Charge>().send(self).await {
            Ok(charge) => Ok(charge.customer.map(|customer| customer.into_id().to_string())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The prices of our plans, each in the currency in which the plan is sold.
    #[boxed]
    pub async fn prices(&self) -> Result<Vec<Price>, StripeError> {
        self.prices_of(plan::lookup_key).await
    }

    /// The prices of our plans that have lookup keys for a currency.
    #[boxed]
    pub async fn prices_in(&self, currency: &str) -> Result<Vec<Price>, StripeError> {
        self.prices_of(|plan, every| plan::lookup_key_in(plan, every, currency)).await
    }

    async fn prices_of(&self, key: impl Fn(PlanType, Interval) -> String) -> Result<Vec<Price>, StripeError> {
        let all = PlanType::ALL.into_iter().flat_map(|plan| Interval::ALL.map(|every| key(plan, every)));
        let request = ListPrice::new().active(true).lookup_keys(all.collect::<Vec<_>>()).limit(PAGE);
        Ok(request.send(self).await?.data.into_iter().filter_map(Price::read).collect())
    }

    /// The product of a price; `None` if there is no such price.
    #[boxed]
    pub async fn product_of_price(&self, price: &str) -> Result<Option<String>, StripeError> {
        match RetrievePrice::new(price).send(self).await {
            Ok(price) => Ok(Some(price.product.id().to_string())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All prices of a product, including those that are no longer sold.
    pub(crate) async fn prices_of_product(&self, product: &str) -> Result<Vec<ProductPrice>, StripeError> {
        let pages = ListPrice::new().product(product).limit(PAGE);
        match self.all(pages.paginate(), Some).await {
            Ok(prices) => Ok(of_product(&prices)),
            Err(StripeError::Missing { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The promotion code that a customer can redeem, by its text; `None` if no such code is redeemable. Several codes with the same
    /// text may be active at once for different customers: the customer's own code takes precedence over one for
    /// everybody.
    #[boxed]
    pub async fn promotion_code(&self, code: &str, customer: &str) -> Result<Option<PromotionCode>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, "/promotion_codes")
            .query(&json!({ "code": code, "active": true, "limit": PAGE }));
        let codes = request.customize::<List<stripe_shared::PromotionCode>>().send(self).await?;
        let codes = codes.data.into_iter().map(PromotionCode::from);
        let usable = codes.filter(|code| code.customer.as_deref().is_none_or(|owner| owner == customer));
        Ok(usable.max_by_key(|code| code.customer.is_some()))
    }

    /// Reads a checkout session; `None` if it does not exist.
    #[boxed]
    pub async fn session(&self, id: &str) -> Result<Option<Session>, StripeError> {
        match RetrieveCheckoutSession::new(id).send(self).await {
            Ok(session) => Ok(Some(session.into())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The users named as buyers in a customer's completed checkout sessions, newest first.
    #[boxed]
    pub async fn buyers(&self, customer: &str) -> Result<Vec<UserId>, StripeError> {
        let request = ListCheckoutSession::new().customer(customer).status(CheckoutSessionStatus::Complete).limit(PAGE);
        Ok(request.send(self).await?.data.into_iter().filter_map(|session| Session::from(session).buyer).collect())
    }

    /// The open checkout sessions of a customer, newest first.
    #[boxed]
    pub async fn open_sessions(&self, customer: &str) -> Result<Vec<Session>, StripeError> {
        let request = ListCheckoutSession::new().customer(customer).status(CheckoutSessionStatus::Open).limit(PAGE);
        Ok(request.send(self).await?.data.into_iter().map(Session::from).collect())
    }

    /// Expires a checkout session; `false` if it was no longer open.
    #[boxed]
    pub async fn expire_session(&self, id: &str) -> Result<bool, StripeError> {
        match ExpireCheckoutSession::new(id).send(self).await {
            Ok(_) => Ok(true),
            Err(StripeError::Invalid { .. } | StripeError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Creates a checkout session.
    #[boxed]
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

    /// Schedules a cancellation at the end of the period, or undoes it.
    #[boxed]
    pub async fn cancel(&self, subscription: &str, how: Cancellation) -> Result<Subscription, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{subscription}"));
        // An empty string clears `cancel_at`, but the library cannot send one.
        let request = match how {
            Cancellation::AtPeriodEnd => request.form(&json!({ "cancel_at_period_end": true })),
            Cancellation::NotAtPeriodEnd => request.form(&json!({ "cancel_at_period_end": false })),
            Cancellation::NotAtAll => request.form(&json!({ "cancel_at": "" })),
        };
        request.customize::<stripe_shared::Subscription>().send(self).await.map(Subscription::from)
    }

    /// Makes a subscription end with its period because disputes were lost, and records that in its metadata. If it is
    /// already scheduled to end, only the metadata is written.
    pub(crate) async fn end_renewal(
        &self,
        subscription: &Subscription,
        disputes: &[String],
    ) -> Result<(), StripeError> {
        let noted: HashMap<&str, &str> = disputes.iter().map(|dispute| (dispute.as_str(), LOST)).collect();
        let form = match subscription.cancel_at_period_end || subscription.cancel_at.is_some() {
            true => json!({ "metadata": noted }),
            false => json!({ "cancel_at_period_end": true, "metadata": noted }),
        };
        let request =
            RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{}", subscription.id)).form(&form);
        request.customize::<stripe_shared::Subscription>().send(self).await.map(|_| ())
    }

    /// Ends a subscription now, with a comment. One that has already ended stays unchanged.
    #[boxed]
    pub async fn end_now(&self, subscription: &str, comment: String) -> Result<(), StripeError> {
        let mut details = CancelSubscriptionCancellationDetails::new();
        details.comment = Some(comment);
        match CancelSubscription::new(subscription).cancellation_details(details).send(self).await {
            Ok(_) | Err(StripeError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Refunds the rest of a duplicate payment. With the same key it is refunded only once, and a payment that was
    /// already refunded or charged back stays unchanged.
    #[boxed]
    pub async fn refund_duplicate(&self, payment_intent: &str, key: &str) -> Result<(), StripeError> {
        let request = CreateRefund::new().payment_intent(payment_intent).reason(CreateRefundReason::Duplicate);
        match self.send_once(request, key).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_code("charge_already_refunded") || error.is_code("charge_disputed") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads the parts that we use from each object of a list as it arrives, because each object is thousands of bytes.
    ///
    /// Boxed, because the types of Stripe's objects are so deeply nested that the futures awaiting this would not
    /// compile.
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
