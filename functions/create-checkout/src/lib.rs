//! `POST /api/subscription/checkout`: opens a checkout; each user has at most one open checkout.

use billing::change;
use billing::customers::Customers;
use billing::price::Price;
use billing::prices::Prices;
use billing::rules;
use billing::snapshot::{PromotionCode, Session, Subscription as Billed};
use billing::stripe::{Checkout, CheckoutDiscount, Stripe, StripeError};
use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, IdempotencyKey};
use shared::models::ids::UserId;
use shared::models::money::Money;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::Subscription;
use shared::models::text::Line;
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Opens a checkout: finds or creates the customer, makes sure that there is no live subscription and no other session,
/// then creates the session.
pub struct CreateCheckout {
    stripe: Stripe,
    customers: Customers,
    prices: Prices,
    trial_days: u32,
    web_origin: String,
}

/// The plan to buy.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckoutRequest {
    plan_type: PlanType,
    /// The billing interval.
    #[serde(default)]
    interval: Interval,
    /// A promotion code as typed.
    promotion_code: Option<Line<100>>,
}

/// Where to pay.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckoutSession {
    /// Stripe's page.
    checkout_url: String,
    /// Stripe's id of the session, which the return page passes to `GET /api/subscription`.
    session_id: String,
    /// When the page expires.
    expires_at: Timestamp,
}

impl Endpoint for CreateCheckout {
    type Caller = Viewer;
    type Input = (Body<CheckoutRequest>, IdempotencyKey);
    type Reads = Key<Subscription>;
    type Output = CheckoutSession;
    const SUMMARY: &'static str = "Opens a checkout for a plan.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] =
        &[Code::AlreadySubscribed, Code::IdempotencyConflict, Code::Conflict, Code::PaymentProviderUnavailable];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self {
            customers: Customers::connect(services, stripe.clone())?,
            prices: Prices::new(stripe.clone()),
            stripe,
            trial_days: services.trial_days()?,
            web_origin: services.web_origin()?,
        })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<CheckoutSession>, ApiError> {
        let (Body(order), IdempotencyKey(key)) = call.input;
        let user = &call.caller.user;
        let customer = self.customers.ensure(user).await?;
        let stored = call.rows.unwrap_or_default();
        let buyer = Buyer { user_id: user.id, all: self.customers.all(&customer).await?, customer, stored, key };
        let opened = match self.open(&buyer, &order, call.now).await {
            // The customer was deleted at Stripe, so a new one replaces it.
            Err(CheckoutError::NoCustomer) => {
                let customer = self.customers.replace(user, &buyer.customer).await?;
                let all = self.customers.all(&customer).await?;
                let buyer = Buyer { all, customer, ..buyer };
                self.open(&buyer, &order, call.now).await
            }
            opened => opened,
        };
        let session = opened.map_err(|refused| match refused {
            // Stripe has just created it.
            CheckoutError::NoCustomer => StripeError::Missing { param: Some("customer".to_owned()) }.of_write(),
            CheckoutError::Answer(error) => *error,
        })?;
        let checkout_url = session.url.ok_or_else(|| ApiError::unavailable("the open checkout session has no URL"))?;
        Ok(Reply::new(CheckoutSession { checkout_url, session_id: session.id, expires_at: session.expires_at }))
    }
}

/// The buyer.
struct Buyer {
    user_id: UserId,
    customer: String,
    /// All of their customers: a user gets only one trial, even if the customer that had it was deleted.
    all: Vec<String>,
    /// Their stored subscription.
    stored: Subscription,
    key: Option<String>,
}

/// The discount of a checkout.
enum Discount {
    /// The payer may enter a code.
    ByHand,
    /// The discount of a code.
    Code(PromotionCode),
}

/// Why no checkout is opened.
enum CheckoutError {
    /// Stripe no longer has the customer.
    NoCustomer,
    /// Any other reason.
    Answer(Box<ApiError>),
}

impl From<ApiError> for CheckoutError {
    fn from(error: ApiError) -> Self {
        Self::Answer(Box::new(error))
    }
}

impl From<StripeError> for CheckoutError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::KeyReused => ApiError::from(error).into(),
            error => error.of_write().into(),
        }
    }
}

impl CreateCheckout {
    async fn open(&self, buyer: &Buyer, order: &CheckoutRequest, now: Timestamp) -> Result<Session, CheckoutError> {
        let (prices, subscriptions, open, discount) = tokio::try_join!(
            async { Ok(self.prices.get(now).await?) },
            async { Ok(self.subscriptions(buyer).await?) },
            async { Ok(self.stripe.open_sessions(&buyer.customer).await?) },
            self.discount(buyer, order),
        )?;
        if rules::is_subscribed(&subscriptions) {
            return Err(already_subscribed().into());
        }
        let price = prices.iter().find(|price| (price.plan_type, price.interval) == (order.plan_type, order.interval));
        let price = price.ok_or_else(not_sold)?;
        self.close(buyer, &open).await?;
        let trial_days = if rules::is_new(&subscriptions) { self.trial_days } else { 0 };
        let session = match self.session(buyer, price, &discount, trial_days).await {
            // Stripe has no error code for a currency other than the customer's.
            Err(error @ StripeError::Invalid { code: None, .. }) if !error.param().starts_with("discounts") => {
                let other = self.in_own_currency(buyer, price, now).await?;
                let Some(other) = other else { return Err(refused(error, &discount)) };
                self.session(buyer, &other, &discount, trial_days).await
            }
            opened => opened,
        };
        let session = session.map_err(|error| refused(error, &discount))?;
        let session = self.still_open(session, buyer).await?;
        self.close_older(buyer, &session).await?;
        Ok(session)
    }

    async fn session(
        &self,
        buyer: &Buyer,
        price: &Price,
        discount: &Discount,
        trial_days: u32,
    ) -> Result<Session, StripeError> {
        let checkout = Checkout {
            customer: &buyer.customer,
            user_id: buyer.user_id,
            price: &price.id,
            trial_days,
            discount: match discount {
                Discount::ByHand => CheckoutDiscount::ByHand,
                Discount::Code(code) => CheckoutDiscount::Code(code.id.clone()),
            },
            success_url: format!("{}/subscription/return?session_id={{CHECKOUT_SESSION_ID}}", self.web_origin),
            cancel_url: format!("{}/plans", self.web_origin),
            key: buyer.key.as_deref(),
        };
        self.stripe.create_session(&checkout).await
    }

    /// The price of the same plan in the one currency in which Stripe bills a customer; `None` if that is the price's
    /// own currency.
    ///
    /// # Errors
    /// If the plan is not sold in that currency.
    async fn in_own_currency(
        &self,
        buyer: &Buyer,
        price: &Price,
        now: Timestamp,
    ) -> Result<Option<Price>, CheckoutError> {
        let customer = self.stripe.customer(&buyer.customer).await?;
        let own = customer.and_then(|customer| customer.currency).filter(|own| *own != price.currency);
        let Some(own) = own else { return Ok(None) };
        let wanted = (price.plan_type, price.interval);
        let found = self.prices.in_currency(wanted, &own, now).await?;
        found.map(Some).ok_or_else(|| change::not_sold(price.plan_type, price.interval, &own).into())
    }

    async fn subscriptions(&self, buyer: &Buyer) -> Result<Vec<Billed>, StripeError> {
        let all = try_join_all(buyer.all.iter().map(|customer| self.stripe.subscriptions(customer))).await?;
        let mut subscriptions = all.concat();
        rules::recall(&mut subscriptions, &buyer.stored);
        Ok(subscriptions)
    }

    /// The requested discount.
    ///
    /// # Errors
    /// If there is no such promotion code for this customer.
    async fn discount(&self, buyer: &Buyer, order: &CheckoutRequest) -> Result<Discount, CheckoutError> {
        match order.promotion_code.as_ref().map(Line::as_str) {
            None => Ok(Discount::ByHand),
            Some(code) => {
                let found = self.stripe.promotion_code(code, &buyer.customer).await?;
                Ok(Discount::Code(found.ok_or_else(|| unusable_code("cannot be redeemed"))?))
            }
        }
    }

    /// Expires all open checkouts except one for the same request. Refuses if one has just been paid, because then the
    /// user is subscribed.
    async fn close(&self, buyer: &Buyer, open: &[Session]) -> Result<(), CheckoutError> {
        let former = open.iter().filter(|session| session.key.is_none() || session.key != buyer.key);
        let closed = try_join_all(former.map(|session| self.stripe.expire_session(&session.id))).await?;
        if closed.contains(&false) && rules::is_subscribed(&self.subscriptions(buyer).await?) {
            return Err(already_subscribed().into());
        }
        Ok(())
    }

    /// For a repeated idempotency key Stripe returns its first response, even if another checkout has expired that
    /// session.
    async fn still_open(&self, session: Session, buyer: &Buyer) -> Result<Session, CheckoutError> {
        if buyer.key.is_none() {
            return Ok(session);
        }
        match self.stripe.session(&session.id).await? {
            Some(session) if session.is_open => Ok(session),
            _ => {
                let message = "The checkout of this idempotency key has expired. Please use another key.";
                Err(ApiError::new(Code::IdempotencyConflict, message).into())
            }
        }
    }

    /// Expires older sessions, because two concurrent calls may both have found none open. The newest one stays.
    async fn close_older(&self, buyer: &Buyer, own: &Session) -> Result<(), StripeError> {
        let open = self.stripe.open_sessions(&buyer.customer).await?;
        // Stripe lists the newest first.
        let older = open.iter().skip_while(|session| session.id != own.id).skip(1);
        try_join_all(older.map(|session| self.stripe.expire_session(&session.id))).await?;
        Ok(())
    }
}

/// Why Stripe refuses to open a session.
fn refused(error: StripeError, discount: &Discount) -> CheckoutError {
    let (is_of_call, param) =
        (matches!(error, StripeError::Missing { .. } | StripeError::Invalid { .. }), error.param());
    match discount {
        _ if !is_of_call => error.into(),
        _ if param == "customer" => CheckoutError::NoCustomer,
        _ if param.starts_with("line_items") => not_sold().because(error).into(),
        // Stripe does not always name the parameter when it refuses a code.
        Discount::Code(code) if param.is_empty() || param.starts_with("discounts") => {
            unusable_code(&terms(code)).because(error).into()
        }
        _ => error.into(),
    }
}

/// Why a promotion code was refused, as an issue for the viewer.
fn terms(code: &PromotionCode) -> String {
    match &code.minimum {
        _ if code.is_first_only => "is for a first purchase only".to_owned(),
        Some((amount, currency)) => format!("needs a purchase of at least {}", Money::new(*amount, currency)),
        None => "cannot be redeemed for this purchase".to_owned(),
    }
}

fn unusable_code(issue: &str) -> ApiError {
    ApiError::field("promotion_code", issue)
}

fn not_sold() -> ApiError {
    let message = "This plan is not available at the moment. Please choose another plan, or try again later.";
    ApiError::new(Code::Conflict, message)
}

fn already_subscribed() -> ApiError {
    ApiError::new(Code::AlreadySubscribed, "You already have a subscription. You can change its plan instead.")
}
