//! The calls that change a subscription to another price: now, or when its period ends.

use super::{Stripe, StripeError};
use crate::snapshot::{Line, Schedule, Subscription};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::models::plan::Interval;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// A subscription after it was to be changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// As it is now: with an invoice that is awaited, it is what it was.
    pub subscription: Subscription,
    /// Whether this was answered before, to a call of the same key.
    pub is_replayed: bool,
}

/// An invoice whose payment did not come through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// Stripe's page of it, where it is confirmed or paid with another card.
    pub page: Option<String>,
    /// Whether its payment waits for somebody to confirm it; else the card was declined.
    pub wants_confirmation: bool,
}

/// Which invoice is previewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The one that the change makes now.
    Change,
    /// The one of a whole period afterwards.
    Period,
}

/// An invoice as it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would be charged, in minor units.
    pub amount_due: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// What it consists of: text, amount after coupons, and whether that is a part of a period.
    pub lines: Vec<(String, i64, bool)>,
    /// The end of the latest whole period that it bills.
    pub period_end: Option<Timestamp>,
}

impl Stripe {
    /// Changes a subscription to a price now, and charges the difference: unless that is paid, nothing changes.
    pub async fn change_now(&self, one: &Subscription, price: &str, key: Option<&str>) -> Result<Changed, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{}", one.id)).form(&json!({
            "items": [{ "id": one.item, "price": price }],
            "payment_behavior": "pending_if_incomplete",
            "proration_behavior": "always_invoice",
        }));
        let (changed, is_replayed) = match key {
            Some(key) => self.send_or_replay::<stripe_shared::Subscription>(request, key).await?,
            None => (request.customize::<stripe_shared::Subscription>().send(self).await?, false),
        };
        Ok(Changed { subscription: changed.into(), is_replayed })
    }

    /// Has a subscription change to a price when its period ends, in place of any other change that was set.
    pub async fn change_later(&self, one: &Subscription, price: &str, every: Interval) -> Result<(), StripeError> {
        let schedule = self.schedule_of(one).await?;
        let (start, end) = schedule.current.ok_or(StripeError::OutcomeUnknown("a schedule that does not run"))?;
        let mut running = json!({
            "items": [{ "price": one.price, "quantity": one.quantity }],
            "start_date": start.as_second(),
            "end_date": end.as_second(),
            "proration_behavior": "none",
        });
        if let Some(trial_end) = one.trial_end.filter(|trial_end| *trial_end > start && *trial_end <= end) {
            running["trial_end"] = trial_end.as_second().into();
        }
        let mut next = json!({
            "items": [{ "price": price, "quantity": 1 }],
            "duration": { "interval": every.name(), "interval_count": 1 },
            "proration_behavior": "none",
        });
        // A phase that names no discount ends those that run.
        let discounts: Vec<Value> = one.discounts.iter().map(|discount| json!({ "discount": discount })).collect();
        if !discounts.is_empty() {
            running["discounts"] = discounts.clone().into();
            next["discounts"] = discounts.into();
        }
        let path = format!("/subscription_schedules/{}", schedule.id);
        let form = json!({ "end_behavior": "release", "proration_behavior": "none", "phases": [running, next] });
        let request = RequestBuilder::new(StripeMethod::Post, path).form(&form);
        request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await.map(|_| ())
    }

    /// Takes back whatever waits to change a subscription: a change that is not paid, and one that is set for later.
    pub async fn drop_changes(&self, one: &Subscription) -> Result<(), StripeError> {
        self.drop_awaited(one).await?;
        self.drop_schedule(one).await
    }

    /// Takes back a change that waits for its payment: nobody owes its invoice any longer.
    pub async fn drop_awaited(&self, one: &Subscription) -> Result<(), StripeError> {
        let Some(invoice) = &one.awaited else { return Ok(()) };
        let request = RequestBuilder::new(StripeMethod::Post, format!("/invoices/{invoice}/void"));
        settled(request.customize::<stripe_shared::Invoice>().send(self).await)
    }

    /// Leaves a subscription as it is, whatever was set for later.
    pub async fn drop_schedule(&self, one: &Subscription) -> Result<(), StripeError> {
        let Some(schedule) = &one.schedule else { return Ok(()) };
        let path = format!("/subscription_schedules/{}/release", schedule.id);
        let request = RequestBuilder::new(StripeMethod::Post, path);
        settled(request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await)
    }

    /// What became of an invoice's payment; `None` once it is paid.
    pub async fn unpaid(&self, invoice: &str) -> Result<Option<Unpaid>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, format!("/invoices/{invoice}"))
            .query(&json!({ "expand": ["payments.data.payment.payment_intent"] }));
        let invoice = request.customize::<stripe_shared::Invoice>().send(self).await?;
        if invoice.status.as_ref().is_some_and(|status| status.as_str() == "paid") {
            return Ok(None);
        }
        let payments = invoice.payments.map(|list| list.data).unwrap_or_default();
        let mut intents = payments.iter().filter_map(|one| one.payment.payment_intent.as_ref()?.as_object());
        let wants_confirmation = intents.any(|intent| intent.status.as_str() == "requires_action");
        Ok(Some(Unpaid { page: invoice.hosted_invoice_url, wants_confirmation }))
    }

    /// The invoice that a change to a price would make now, or each period afterwards.
    pub async fn preview(&self, one: &Subscription, price: &str, scope: Scope) -> Result<Preview, StripeError> {
        let mode = if scope == Scope::Change { "next" } else { "recurring" };
        let request = RequestBuilder::new(StripeMethod::Post, "/invoices/create_preview").form(&json!({
            "subscription": one.id,
            "preview_mode": mode,
            "subscription_details": {
                "items": [{ "id": one.item, "price": price }],
                "proration_behavior": if scope == Scope::Change { "always_invoice" } else { "none" },
            },
        }));
        request.customize::<stripe_shared::Invoice>().send(self).await.map(Preview::from)
    }

    /// A page of Stripe's where a customer manages card, subscription and invoices, and which leads back to `back`.
    pub async fn portal(&self, customer: &str, back: &str) -> Result<String, StripeError> {
        let request = CreateBillingPortalSession::new().customer(customer).return_url(back);
        request.send(self).await.map(|session| session.url)
    }

    /// The schedule of a subscription, made now where there is none.
    async fn schedule_of(&self, one: &Subscription) -> Result<Schedule, StripeError> {
        if let Some(schedule) = &one.schedule {
            return Ok(schedule.clone());
        }
        let request = RequestBuilder::new(StripeMethod::Post, "/subscription_schedules")
            .form(&json!({ "from_subscription": one.id }));
        match request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await {
            Ok(schedule) => Ok(schedule.into()),
            // Another call made one a moment ago.
            Err(error @ StripeError::Invalid { .. }) => {
                let subscriptions = self.subscriptions(&one.customer).await?;
                subscriptions.into_iter().find(|other| other.id == one.id).and_then(|one| one.schedule).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}

impl From<stripe_shared::Invoice> for Preview {
    fn from(one: stripe_shared::Invoice) -> Self {
        let lines: Vec<(Line, String)> = one.lines.data.into_iter().map(Line::told).collect();
        Self {
            amount_due: one.amount_due,
            currency: one.currency.to_string(),
            period_end: lines.iter().filter(|(line, _)| !line.proration).filter_map(|(line, _)| line.period_end).max(),
            lines: lines.into_iter().map(|(line, text)| (text, line.amount, line.proration)).collect(),
        }
    }
}

/// What is not there any more, or was paid, voided or released before, need not be taken back.
fn settled<T>(answer: Result<T, StripeError>) -> Result<(), StripeError> {
    match answer {
        Ok(_) | Err(StripeError::Missing { .. } | StripeError::Invalid { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
