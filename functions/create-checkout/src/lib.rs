//! `POST /api/subscription/checkout`: the one open checkout of a user.

use billing::customers::Customers;
use billing::prices::Prices;
use billing::rules;
use billing::snapshot::{Session, Subscription as Billed};
use billing::stripe::{Checkout, CheckoutDiscount, Stripe, StripeError};
use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::ids::UserId;
use shared::models::plan::{Interval, PlanType};
use shared::services::{ConfigError, Services};

/// Opens a checkout: customer, nothing live, no other session, then the session.
pub struct CreateCheckout {
    stripe: Stripe,
    customers: Customers,
    prices: Prices,
    trial_days: u32,
    web_origin: String,
}

/// What is bought.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    plan_type: PlanType,
    /// How often it is paid.
    #[serde(default)]
    interval: Interval,
    /// A promotion code as people type it.
    #[schemars(length(min = 1, max = 100))]
    promotion_code: Option<String>,
}

/// Where to pay.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenCheckout {
    /// Stripe's page.
    checkout_url: String,
    /// Stripe's id of it, which the return page brings back.
    session_id: String,
    /// When the page closes.
    expires_at: Timestamp,
}

impl Endpoint for CreateCheckout {
    type Caller = Viewer;
    type Input = Body<Order>;
    type Output = OpenCheckout;
    const SUMMARY: &'static str = "Opens a checkout for a plan.";
    const CODES: &'static [Code] =
        &[Code::AlreadySubscribed, Code::IdempotencyConflict, Code::PaymentProviderUnavailable];
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

    async fn handle(&self, call: Call<Self>) -> Result<Reply<OpenCheckout>, ApiError> {
        let key = call.idempotency_key()?.map(str::to_owned);
        let user = &call.caller.user;
        let customer = self.customers.ensure(user).await?;
        let buyer = Buyer { user_id: user.id, all: self.customers.all(&customer).await?, customer, key };
        let opened = match self.open(&buyer, &call.input.0, call.now).await {
            // Deleted at Stripe since: a new one takes its place.
            Err(Refused::NoCustomer) => {
                let customer = self.customers.replace(user, &buyer.customer).await?;
                let all = self.customers.all(&customer).await?;
                let buyer = Buyer { all, customer, ..buyer };
                self.open(&buyer, &call.input.0, call.now).await
            }
            opened => opened,
        };
        let session = opened.map_err(|refused| match refused {
            Refused::NoCustomer => ApiError::internal("Stripe knows no customer that it made a moment ago"),
            Refused::Answer(error) => *error,
        })?;
        let checkout_url = session.url.ok_or_else(|| ApiError::unavailable("an open session without its page"))?;
        Ok(Reply::of(OpenCheckout { checkout_url, session_id: session.id, expires_at: session.expires_at }))
    }
}

/// Who buys.
struct Buyer {
    user_id: UserId,
    customer: String,
    /// All customers of theirs: a trial is once a person, whatever became of the customer that had it.
    all: Vec<String>,
    key: Option<String>,
}

/// Why no checkout is opened.
enum Refused {
    /// Stripe does not know the customer any more.
    NoCustomer,
    /// For a reason of its own.
    Answer(Box<ApiError>),
}

impl<E: Into<ApiError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Answer(Box::new(error.into()))
    }
}

impl CreateCheckout {
    async fn open(&self, buyer: &Buyer, order: &Order, now: Timestamp) -> Result<Session, Refused> {
        let (prices, subscriptions, open, discount) = tokio::try_join!(
            self.prices.get(now),
            self.subscriptions(buyer),
            self.stripe.open_sessions(&buyer.customer),
            self.discount(order),
        )?;
        let discount = discount.ok_or_else(unknown_code)?;
        if rules::is_subscribed(&subscriptions) {
            return Err(already_subscribed().into());
        }
        let price = prices.iter().find(|one| (one.plan_type, one.interval) == (order.plan_type, order.interval));
        let price = price.ok_or_else(|| ApiError::internal("Stripe has no price with the plan's lookup key"))?;
        self.close(buyer, &open).await?;
        let checkout = Checkout {
            customer: &buyer.customer,
            user_id: buyer.user_id,
            price: &price.id,
            trial_days: if rules::is_new(&subscriptions) { self.trial_days } else { 0 },
            discount,
            success_url: format!("{}/subscription/return?session_id={{CHECKOUT_SESSION_ID}}", self.web_origin),
            cancel_url: format!("{}/plans", self.web_origin),
            key: buyer.key.as_deref(),
        };
        let session = self.stripe.create_session(&checkout).await.map_err(refused)?;
        let session = self.still_open(session, buyer).await?;
        self.close_older(buyer, &session).await?;
        Ok(session)
    }

    async fn subscriptions(&self, buyer: &Buyer) -> Result<Vec<Billed>, StripeError> {
        Ok(try_join_all(buyer.all.iter().map(|customer| self.stripe.subscriptions(customer))).await?.concat())
    }

    /// The discount of a promotion code; `None` for one that cannot be redeemed.
    async fn discount(&self, order: &Order) -> Result<Option<CheckoutDiscount>, StripeError> {
        match order.promotion_code.as_deref().map(str::trim) {
            None => Ok(Some(CheckoutDiscount::ByHand)),
            Some(code) => Ok(self.stripe.promotion_code(code).await?.map(CheckoutDiscount::Code)),
        }
    }

    /// Expires the open checkouts but for one of the same request. One that was paid at this very moment is a subscription.
    async fn close(&self, buyer: &Buyer, open: &[Session]) -> Result<(), Refused> {
        let former = open.iter().filter(|session| session.key.is_none() || session.key != buyer.key);
        let closed = try_join_all(former.map(|session| self.stripe.expire_session(&session.id))).await?;
        if closed.contains(&false) && rules::is_subscribed(&self.subscriptions(buyer).await?) {
            return Err(already_subscribed().into());
        }
        Ok(())
    }

    /// Under a client's key Stripe answers a repetition as it did at first, even if another checkout closed that session.
    async fn still_open(&self, session: Session, buyer: &Buyer) -> Result<Session, Refused> {
        if buyer.key.is_none() {
            return Ok(session);
        }
        match self.stripe.session(&session.id).await? {
            Some(session) if session.is_open => Ok(session),
            _ => {
                let message = "The checkout of this idempotency key is closed; please use another key.";
                Err(ApiError::new(Code::IdempotencyConflict, message).into())
            }
        }
    }

    /// Two calls at once may both have found nothing open: the newest session stays.
    async fn close_older(&self, buyer: &Buyer, own: &Session) -> Result<(), StripeError> {
        let open = self.stripe.open_sessions(&buyer.customer).await?;
        // Stripe lists the newest first.
        let older = open.iter().skip_while(|session| session.id != own.id).skip(1);
        try_join_all(older.map(|session| self.stripe.expire_session(&session.id))).await?;
        Ok(())
    }
}

fn refused(error: StripeError) -> Refused {
    let param = match &error {
        StripeError::Missing { param } | StripeError::Invalid { param, .. } => param.as_deref().unwrap_or_default(),
        _ => return error.into(),
    };
    match param {
        "customer" => Refused::NoCustomer,
        param if param.starts_with("discounts") => unknown_code().into(),
        _ => error.into(),
    }
}

fn unknown_code() -> ApiError {
    ApiError::field("promotion_code", "cannot be redeemed")
}

fn already_subscribed() -> ApiError {
    ApiError::new(Code::AlreadySubscribed, "There is a subscription already; it can be changed instead.")
}
