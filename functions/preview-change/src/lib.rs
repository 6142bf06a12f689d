//! `POST /api/subscription/change/preview`: what a plan change would cost, and when it would take effect.

use billing::change::{Change, Changes, Course, PlanChangeRequest, same};
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
    /// The amount billed then, in minor units.
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
        let kept = call.rows.unwrap_or_default();
        let customer = kept.stripe_customer_id.as_deref().or(user.stripe_customer_id.as_deref());
        let change = self.changes.decide(customer, &kept, call.input.0, call.now).await?;
        let renews_at = change.subscription.current_period_end;
        let renews_at = renews_at.ok_or_else(|| StripeError::Unreadable.of_read())?;
        let (charged, renewal_amount) = tokio::try_join!(self.charged(&change), self.renewal(&change))?;
        let is_later = matches!(change.course, Course::AtPeriodEnd | Course::Set);
        let period_end = charged.as_ref().and_then(|invoice| invoice.period_end);
        Ok(Reply::of(PlanChangePreview {
            plan_type: change.price.plan_type,
            interval: change.price.interval,
            when: if is_later { PlanChangeTiming::PeriodEnd } else { PlanChangeTiming::Now },
            effective_at: if is_later { renews_at } else { call.now },
            amount_due: charged.as_ref().map_or(0, |invoice| invoice.amount_due),
            currency: change.price.currency,
            renews_at: period_end.unwrap_or(renews_at),
            lines: charged.map(lines).unwrap_or_default(),
            renewal_amount,
        }))
    }
}

impl PreviewChange {
    /// The invoice that the change would create; `None` if there is none, as during a trial.
    async fn charged(&self, change: &Change) -> Result<Option<Preview>, ApiError> {
        let one = &change.subscription;
        match change.course {
            Course::Same => Err(same()),
            Course::Now if one.status != Status::Trialing => {
                let invoice = self.stripe.preview(one, &change.price.id, Scope::Change).await;
                Ok(Some(invoice.map_err(StripeError::of_write)?))
            }
            Course::Now | Course::AtPeriodEnd | Course::Set | Course::Back => Ok(None),
        }
    }

    /// The cost of a whole period after the change, with lasting coupons applied. If a change is already scheduled,
    /// Stripe would include it, so the plain price is used.
    async fn renewal(&self, change: &Change) -> Result<i64, ApiError> {
        let one = &change.subscription;
        if one.schedule.is_some() || change.course == Course::Same {
            return Ok(change.price.amount);
        }
        let period = self.stripe.preview(one, &change.price.id, Scope::Period).await.map_err(StripeError::of_write)?;
        Ok(period.lines.iter().filter(|(_, _, proration)| !proration).map(|(_, amount, _)| amount).sum())
    }
}

fn lines(invoice: Preview) -> Vec<PlanChangeLine> {
    invoice.lines.into_iter().map(|(description, amount, _)| PlanChangeLine { description, amount }).collect()
}
