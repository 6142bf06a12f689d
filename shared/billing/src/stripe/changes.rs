//! The calls that change a subscription to another price, now or at the end of its period.

use super::{Stripe, StripeError};
use crate::snapshot::{Line, Schedule, Subscription};
use boxed::boxed;
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::models::plan::Interval;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// The name of the note on a customer about the change that was requested last.
const NOTE: &str = "requested_plan";
/// The note once the scheduled change was dropped.
const NO_CHANGE: &str = "none";

/// A subscription after a change was requested.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The current subscription, which is unchanged while the invoice of the change is unpaid.
    pub subscription: Subscription,
    /// Whether Stripe replayed the response to an earlier call with the same key.
    pub is_replayed: bool,
}

/// An invoice whose payment did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// Stripe's page for it, where it can be confirmed or paid with another card.
    pub page: Option<String>,
    /// Whether its payment awaits confirmation; otherwise the card was declined.
    pub wants_confirmation: bool,
}

/// Which invoice to preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The invoice for the change now.
    Change,
    /// The invoice for a whole period afterwards.
    Period,
}

/// A preview of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would be charged, in minor units.
    pub amount_due: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// Its lines: description, amount after coupons in minor units, and whether it bills part of a period.
    pub lines: Vec<(String, i64, bool)>,
    /// The end of the latest whole period that it bills.
    pub period_end: Option<Timestamp>,
}

impl Stripe {
    /// Changes a subscription to a price now and charges the difference. Nothing changes until that is paid.
    #[boxed]
    pub async fn change_now(
        &self,
        subscription: &Subscription,
        price: &str,
        key: Option<&str>,
    ) -> Result<Changed, StripeError> {
        let request =
            RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{}", subscription.id)).form(&json!({
                "items": [{ "id": subscription.item, "price": price }],
                "payment_behavior": "pending_if_incomplete",
                "proration_behavior": "always_invoice",
            }));
        let (changed, is_replayed) = match key {
            Some(key) => self.send_or_replay::<stripe_shared::Subscription>(request, key).await?,
            None => (request.customize::<stripe_shared::Subscription>().send(self).await?, false),
        };
        Ok(Changed { subscription: changed.into(), is_replayed })
    }

    /// Binds a client's idempotency key to a change that is made without a charge. Such a change takes several calls, none of
    /// which can carry the key, so a note on the customer does: Stripe refuses the key for any other change. Returns
    /// whether the key was already bound.
    #[boxed]
    pub async fn bind_key(&self, customer: &str, change: &str, key: &str) -> Result<bool, StripeError> {
        let (_, is_replayed) =
            self.send_or_replay::<stripe_shared::Customer>(note_request(customer, change), key).await?;
        Ok(is_replayed)
    }

    /// Notes a requested change on the customer, for a request without a key.
    #[boxed]
    pub async fn note_change(&self, customer: &str, change: &str) -> Result<(), StripeError> {
        note_request(customer, change).customize::<stripe_shared::Customer>().send(self).await.map(drop)
    }

    /// Whether the note on the customer names this change.
    #[boxed]
    pub async fn is_noted_change(&self, customer: &str, change: &str) -> Result<bool, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, format!("/customers/{customer}"));
        let customer = request.customize::<stripe_shared::Customer>().send(self).await?;
        Ok(customer.metadata.is_some_and(|metadata| metadata.get(NOTE).is_some_and(|noted| noted == change)))
    }

    /// Schedules a change to a price at the end of the period, replacing any other scheduled change.
    #[boxed]
    pub async fn change_later(
        &self,
        subscription: &Subscription,
        price: &str,
        every: Interval,
    ) -> Result<(), StripeError> {
        let schedule = self.schedule_of(subscription).await?;
        let (start, end) = schedule.current.ok_or(StripeError::OutcomeUnknown("the schedule is not active"))?;
        let mut running = json!({
            "items": [{ "price": subscription.price, "quantity": subscription.quantity }],
            "start_date": start.as_second(),
            "end_date": end.as_second(),
            "proration_behavior": "none",
        });
        if let Some(trial_end) = subscription.trial_end.filter(|trial_end| *trial_end > start && *trial_end <= end) {
            running["trial_end"] = trial_end.as_second().into();
        }
        let mut next = json!({
            "items": [{ "price": price, "quantity": 1 }],
            "duration": { "interval": every.name(), "interval_count": 1 },
            "proration_behavior": "none",
        });
        // A phase that names no discounts would end the current ones.
        let discounts: Vec<Value> =
            subscription.discounts.iter().map(|discount| json!({ "discount": discount })).collect();
        if !discounts.is_empty() {
            running["discounts"] = discounts.clone().into();
            next["discounts"] = discounts.into();
        }
        let path = format!("/subscription_schedules/{}", schedule.id);
        let form = json!({ "end_behavior": "release", "proration_behavior": "none", "phases": [running, next] });
        let request = RequestBuilder::new(StripeMethod::Post, path).form(&form);
        request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await.map(|_| ())
    }

    /// Cancels pending changes of a subscription: an unpaid one, and a scheduled one. A late duplicate of the request that
    /// scheduled it will not schedule it again.
    #[boxed]
    pub async fn drop_changes(&self, subscription: &Subscription) -> Result<(), StripeError> {
        if subscription.schedule.is_some() {
            self.note_change(&subscription.customer, NO_CHANGE).await?;
        }
        self.drop_awaited(subscription).await?;
        self.drop_schedule(subscription).await
    }

    /// Cancels an unpaid change by voiding its invoice.
    #[boxed]
    pub async fn drop_awaited(&self, subscription: &Subscription) -> Result<(), StripeError> {
        let Some(invoice) = &subscription.awaited else { return Ok(()) };
        let request = RequestBuilder::new(StripeMethod::Post, format!("/invoices/{invoice}/void"));
        settled(request.customize::<stripe_shared::Invoice>().send(self).await)
    }

    /// Voids a customer's open invoices of subscriptions that have ended: of these, or of all. Otherwise somebody could
    /// still pay for something that they no longer get.
    #[boxed]
    pub async fn void_open(&self, customer: &str, ended: Option<&[&str]>) -> Result<(), StripeError> {
        for invoice in self.invoices(customer).await?.into_iter().map(|invoice| invoice.entry) {
            let subscription = invoice.subscription.as_deref();
            let has_ended = subscription.is_some_and(|id| ended.is_none_or(|ended| ended.contains(&id)));
            if invoice.status == "open" && has_ended {
                let request = RequestBuilder::new(StripeMethod::Post, format!("/invoices/{}/void", invoice.id));
                settled(request.customize::<stripe_shared::Invoice>().send(self).await)?;
            }
        }
        Ok(())
    }

    /// Cancels a scheduled change.
    #[boxed]
    pub async fn drop_schedule(&self, subscription: &Subscription) -> Result<(), StripeError> {
        let Some(schedule) = &subscription.schedule else { return Ok(()) };
        let path = format!("/subscription_schedules/{}/release", schedule.id);
        let request = RequestBuilder::new(StripeMethod::Post, path);
        settled(request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await)
    }

    /// The state of an invoice's payment; `None` if it is paid.
    #[boxed]
    pub async fn unpaid(&self, invoice: &str) -> Result<Option<Unpaid>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, format!("/invoices/{invoice}"))
            .query(&json!({ "expand": ["payments.data.payment.payment_intent"] }));
        let invoice = request.customize::<stripe_shared::Invoice>().send(self).await?;
        if invoice.status.as_ref().is_some_and(|status| status.as_str() == "paid") {
            return Ok(None);
        }
        let payments = invoice.payments.map(|list| list.data).unwrap_or_default();
        let mut intents = payments.iter().filter_map(|payment| payment.payment.payment_intent.as_ref()?.as_object());
        let wants_confirmation = intents.any(|intent| intent.status.as_str() == "requires_action");
        Ok(Some(Unpaid { page: invoice.hosted_invoice_url, wants_confirmation }))
    }

    /// The invoice that a change to a price would create now, or each period afterwards.
    #[boxed]
    pub async fn preview(
        &self,
        subscription: &Subscription,
        price: &str,
        scope: Scope,
    ) -> Result<Preview, StripeError> {
        let mode = if scope == Scope::Change { "next" } else { "recurring" };
        let request = RequestBuilder::new(StripeMethod::Post, "/invoices/create_preview").form(&json!({
            "subscription": subscription.id,
            "preview_mode": mode,
            "subscription_details": {
                "items": [{ "id": subscription.item, "price": price }],
                "proration_behavior": if scope == Scope::Change { "always_invoice" } else { "none" },
            },
        }));
        request.customize::<stripe_shared::Invoice>().send(self).await.map(Preview::from)
    }

    /// A Stripe page where a customer manages card, subscription and invoices, with a link back to `back`.
    #[boxed]
    pub async fn portal(&self, customer: &str, back: &str) -> Result<String, StripeError> {
        let request = CreateBillingPortalSession::new().customer(customer).return_url(back);
        request.send(self).await.map(|session| session.url)
    }

    /// The schedule of a subscription, created if there is none.
    async fn schedule_of(&self, subscription: &Subscription) -> Result<Schedule, StripeError> {
        if let Some(schedule) = &subscription.schedule {
            return Ok(schedule.clone());
        }
        let request = RequestBuilder::new(StripeMethod::Post, "/subscription_schedules")
            .form(&json!({ "from_subscription": subscription.id }));
        match request.customize::<stripe_shared::SubscriptionSchedule>().send(self).await {
            Ok(schedule) => Ok(schedule.into()),
            // Another call has just created one.
            Err(error @ StripeError::Invalid { .. }) => {
                let subscriptions = self.subscriptions(&subscription.customer).await?;
                subscriptions
                    .into_iter()
                    .find(|other| other.id == subscription.id)
                    .and_then(|other| other.schedule)
                    .ok_or(error)
            }
            Err(error) => Err(error),
        }
    }
}

/// The call that notes a requested change on the customer.
fn note_request(customer: &str, change: &str) -> RequestBuilder {
    let request = RequestBuilder::new(StripeMethod::Post, format!("/customers/{customer}"));
    request.form(&json!({ "metadata": { NOTE: change } }))
}

impl From<stripe_shared::Invoice> for Preview {
    fn from(invoice: stripe_shared::Invoice) -> Self {
        let lines: Vec<(Line, String)> = invoice.lines.data.into_iter().map(Line::with_description).collect();
        Self {
            amount_due: invoice.amount_due,
            currency: invoice.currency.to_string(),
            period_end: lines.iter().filter(|(line, _)| !line.proration).filter_map(|(line, _)| line.period_end).max(),
            lines: lines.into_iter().map(|(line, text)| (text, line.amount, line.proration)).collect(),
        }
    }
}

/// Accepts that the object no longer exists, or was already paid, voided or released.
fn settled<T>(answer: Result<T, StripeError>) -> Result<(), StripeError> {
    match answer {
        Ok(_) | Err(StripeError::Missing { .. } | StripeError::Invalid { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
