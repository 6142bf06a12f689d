//! `POST /api/subscription/change/preview`: what a plan change would cost, and when it would take effect.

use billing::change::{Change, ChangeTiming, Changes, PlanChangeRequest, already_on_plan};
use billing::discount::Discount;
use billing::stripe::{Preview, Scope, Stripe, StripeError};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::{Status, Subscription};
use shared::services::{ConfigError, Services};
use shared::stores::row::Key;

/// Previews a change with the rules of the change itself and Stripe's calculation.
pub struct PreviewChange {
    stripe: Stripe,
    changes: Changes,
}

/// A line of the preview.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanChangeLine {
    /// Its description.
    description: String,
    /// In minor units; negative for a credit.
    amount: i64,
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanChangeTiming {
    /// Immediately.
    Now,
    /// At the end of the paid period.
    PeriodEnd,
}

/// The preview of a change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanChangePreview {
    /// The plan after the change.
    plan_type: PlanType,
    /// The billing interval after the change.
    interval: Interval,
    /// When it takes effect.
    when: PlanChangeTiming,
    /// The time at which it takes effect.
    effective_at: Timestamp,
    /// The amount charged now, in minor units.
    amount_due: i64,
    /// ISO 4217, in lower case.
    currency: String,
    /// The lines of that amount.
    lines: Vec<PlanChangeLine>,
    /// The next billing date.
    renews_at: Timestamp,
    /// The amount billed then, in minor units, after the coupons that still apply to that bill. Later bills may be higher.
    renewal_amount: i64,
}

impl Endpoint for PreviewChange {
    type Caller = Viewer;
    type Input = Body<PlanChangeRequest>;
    type Reads = Key<Subscription>;
    type Output = PlanChangePreview;
    const SUMMARY: &'static str = "Previews the cost of a plan change.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] =
        &[Code::SubscriptionRequired, Code::PaymentActionRequired, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self { changes: Changes::connect(services, stripe.clone())?, stripe })
    }

    fn reads(&self, _: &Self::Input, who: &Identity) -> Key<Subscription> {
        Subscription::key(who.user_id)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<PlanChangePreview>, ApiError> {
        let user = &call.caller.user;
        let stored = call.rows.unwrap_or_default();
        let customer = stored.stripe_customer_id.as_deref().or(user.stripe_customer_id.as_deref());
        let change = self.changes.decide(customer, &stored, call.input.0, call.now).await?;
        let renews_at = change.subscription.current_period_end;
        let renews_at = renews_at.ok_or_else(|| StripeError::Unreadable.of_read())?;
        let (preview_invoice, discounts) = tokio::try_join!(self.preview_invoice(&change), self.discounts(&change))?;
        let is_later = matches!(change.timing, ChangeTiming::AtPeriodEnd | ChangeTiming::AlreadyScheduled);
        let period_end = preview_invoice.as_ref().and_then(|invoice| invoice.period_end);
        let bill = Bill { at: period_end.unwrap_or(renews_at), is_first: preview_invoice.is_none() };
        let renewal_amount = self.renewal(&change, &discounts, bill).await?;
        Ok(Reply::new(PlanChangePreview {
            plan_type: change.price.plan_type,
            interval: change.price.interval,
            when: if is_later { PlanChangeTiming::PeriodEnd } else { PlanChangeTiming::Now },
            effective_at: if is_later { renews_at } else { call.now },
            amount_due: preview_invoice.as_ref().map_or(0, |invoice| invoice.amount_due),
            currency: change.price.currency,
            renews_at: bill.at,
            lines: preview_invoice.map(lines).unwrap_or_default(),
            renewal_amount,
        }))
    }
}

impl PreviewChange {
    /// The invoice that the change would create; `None` during a trial, when a change creates no invoice.
    async fn preview_invoice(&self, change: &Change) -> Result<Option<Preview>, ApiError> {
        let subscription = &change.subscription;
        match change.timing {
            ChangeTiming::Unchanged => Err(already_on_plan()),
            ChangeTiming::Immediate if subscription.status != Status::Trialing => {
                let invoice = self.stripe.preview(subscription, &change.price.id, Scope::Change).await;
                Ok(Some(invoice.map_err(StripeError::of_write)?))
            }
            ChangeTiming::Immediate
            | ChangeTiming::AtPeriodEnd
            | ChangeTiming::AlreadyScheduled
            | ChangeTiming::CancelPending => Ok(None),
        }
    }

    /// The subscription's coupons.
    async fn discounts(&self, change: &Change) -> Result<Vec<Discount>, ApiError> {
        let subscription = &change.subscription;
        if subscription.discounts.is_empty() {
            return Ok(Vec::new());
        }
        self.stripe.discounts(&subscription.id).await.map_err(StripeError::of_read)
    }

    /// The cost of a whole period after the change, with the coupons that still apply then. Stripe's preview applies
    /// today's coupons, and includes a scheduled change, so in those cases the cost is calculated from the price.
    async fn renewal(&self, change: &Change, discounts: &[Discount], bill: Bill) -> Result<i64, ApiError> {
        let Change { subscription, price, timing } = change;
        let lasting: Vec<&Discount> =
            discounts.iter().filter(|discount| discount.lasts(bill.at, bill.is_first)).collect();
        if subscription.schedule.is_none() && lasting.len() == discounts.len() {
            let period =
                self.stripe.preview(subscription, &price.id, Scope::Period).await.map_err(StripeError::of_write)?;
            return Ok(period.lines.iter().filter(|(_, _, proration)| !proration).map(|(_, amount, _)| amount).sum());
        }
        // Only a change now keeps the quantity.
        let quantity =
            if *timing == ChangeTiming::Immediate { i64::try_from(subscription.quantity).unwrap_or(1) } else { 1 };
        let whole = price.amount.saturating_mul(quantity);
        if lasting.is_empty() {
            return Ok(whole);
        }
        let product = self.stripe.product_of_price(&price.id).await.map_err(StripeError::of_read)?;
        Ok(lasting.iter().fold(whole, |left, discount| discount.lower(left, product.as_deref())))
    }
}

/// The next regular bill.
#[derive(Clone, Copy)]
struct Bill {
    at: Timestamp,
    /// Whether no other bill comes first.
    is_first: bool,
}

fn lines(invoice: Preview) -> Vec<PlanChangeLine> {
    invoice.lines.into_iter().map(|(description, amount, _)| PlanChangeLine { description, amount }).collect()
}
