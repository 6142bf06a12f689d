//! `POST /api/subscription/change/preview`: what a change of plan would cost, and when it would come.

use billing::change::{Change, Changes, Course, Wish, same};
use billing::stripe::{Preview, Scope, Stripe};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Identity, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::plan::{Interval, PlanType};
use shared::models::subscription::{Status, Subscription};
use shared::services::{ConfigError, Services};
use shared::stores::row::Wanted;

/// Previews a change: decided as the change itself, and counted by Stripe.
pub struct PreviewChange {
    stripe: Stripe,
    changes: Changes,
}

/// What would be charged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewLine {
    /// For what.
    description: String,
    /// Minor units; negative for what is given back.
    amount: i64,
}

/// When a change comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// As soon as it is made.
    Now,
    /// When the paid period ends.
    PeriodEnd,
}

/// A change as it would be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangePreview {
    /// The plan afterwards.
    plan_type: PlanType,
    /// How often it is billed afterwards.
    interval: Interval,
    /// When it comes.
    when: When,
    /// The moment of that.
    effective_at: Timestamp,
    /// What would be charged now, in minor units.
    amount_due: i64,
    /// ISO 4217, in lower case.
    currency: String,
    /// What that consists of.
    lines: Vec<PreviewLine>,
    /// When the plan is billed next.
    renews_at: Timestamp,
    /// What is billed then, in minor units.
    renewal_amount: i64,
}

impl Endpoint for PreviewChange {
    type Caller = Viewer;
    type Input = Body<Wish>;
    type Output = ChangePreview;
    const SUMMARY: &'static str = "What a change of plan would cost.";
    const CODES: &'static [Code] =
        &[Code::SubscriptionRequired, Code::PaymentActionRequired, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self { changes: Changes::connect(services, stripe.clone())?, stripe })
    }

    fn reads(&self, _: &Self::Input, caller: Option<&Identity>) -> Wanted {
        caller.map(|who| Wanted::default().and(&Subscription::key(who.user_id))).unwrap_or_default()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<ChangePreview>, ApiError> {
        let user = &call.caller.user;
        let kept: Subscription = call.rows.get(&Subscription::key(user.id))?.unwrap_or_default();
        let customer = kept.stripe_customer_id.as_deref().or(user.stripe_customer_id.as_deref());
        let change = self.changes.decide(customer, call.input.0, call.now).await?;
        let renews_at = change.subscription.current_period_end;
        let renews_at = renews_at.ok_or_else(|| ApiError::internal("a subscription without a period"))?;
        let (charged, renewal_amount) = tokio::try_join!(self.charged(&change), self.renewal(&change))?;
        let is_later = matches!(change.course, Course::AtPeriodEnd | Course::Set);
        let period_end = charged.as_ref().and_then(|invoice| invoice.period_end);
        Ok(Reply::of(ChangePreview {
            plan_type: change.price.plan_type,
            interval: change.price.interval,
            when: if is_later { When::PeriodEnd } else { When::Now },
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
    /// The invoice that the change makes; `None` where it makes none, as in a trial.
    async fn charged(&self, change: &Change) -> Result<Option<Preview>, ApiError> {
        let one = &change.subscription;
        match change.course {
            Course::Same => Err(same()),
            Course::Now if one.status != Status::Trialing => {
                Ok(Some(self.stripe.preview(one, &change.price.id, Scope::Change).await?))
            }
            Course::Now | Course::AtPeriodEnd | Course::Set | Course::Back => Ok(None),
        }
    }

    /// What a whole period costs afterwards, coupons that go on taken off. Where something is set already, Stripe would
    /// count that in, and the price has to do.
    async fn renewal(&self, change: &Change) -> Result<i64, ApiError> {
        let one = &change.subscription;
        if one.schedule.is_some() || change.course == Course::Same {
            return Ok(change.price.amount);
        }
        let period = self.stripe.preview(one, &change.price.id, Scope::Period).await?;
        Ok(period.lines.iter().filter(|(_, _, proration)| !proration).map(|(_, amount, _)| amount).sum())
    }
}

fn lines(invoice: Preview) -> Vec<PreviewLine> {
    invoice.lines.into_iter().map(|(description, amount, _)| PreviewLine { description, amount }).collect()
}
