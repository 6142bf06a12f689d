//! `POST /api/admin/payments/{id}/refund`: refunds a payment at Stripe, then updates the tables.

use billing::converge::Billing;
use billing::snapshot::Refund;
use billing::stripe::{NewRefund, StripeError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, RecentAdmin, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, IdempotencyKey, Path};
use shared::models::ids::ProviderId;
use shared::models::ledger::{Entry, Payment, RefundEntry, payments};
use shared::models::money::Currency;
use shared::models::number::Amount;
use shared::services::{ConfigError, Services};
use shared::stores::audit::Reason;
use shared::stores::billing_events::BillingEvents;
use shared::stores::database::Database;
use shared::stores::subscriptions::Customer;
use shared::stores::table::Table;

/// Refunds a payment, in full or in part.
pub struct RefundPayment {
    billing: Billing,
    database: Database,
    events: BillingEvents,
}

/// The amount and the reason.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// In minor units; by default everything that has not been refunded.
    amount: Option<Amount>,
    reason: Reason,
}

/// The payment's current state, and the refund.
#[derive(Serialize, JsonSchema)]
pub struct RefundResult {
    payment: Payment,
    refund: RefundView,
}

/// A refund.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub struct RefundView {
    /// Stripe's refund.
    id: String,
    /// Stripe's status: `pending`, `succeeded`, `failed`, `canceled` or `requires_action`.
    status: Option<String>,
    /// In minor units.
    amount: i64,
    /// ISO 4217, in lower case.
    currency: String,
}

impl Endpoint for RefundPayment {
    type Caller = RecentAdmin;
    type Input = (Path<ProviderId>, Body<RefundRequest>, IdempotencyKey);
    type Reads = ();
    type Output = RefundResult;
    const SUMMARY: &'static str = "Refunds a payment, in full or in part.";
    const TAG: Tag = Tag::AdminBilling;
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::Conflict, Code::IdempotencyConflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            database: services.database(&[Table::Subscriptions])?,
            events: BillingEvents::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<RefundResult>, ApiError> {
        let (Path(id), _, IdempotencyKey(key)) = &call.input;
        let id = id.as_str();
        let customer = self.customer_of(id).await?;
        let request = key.as_ref().map(|key| format!("{}:{key}", call.caller.user.id));
        let refund = self.refund(&call, &customer, request.as_deref()).await;
        // Converge even after a refusal, because the reason may be an earlier refund whose response was lost. This also
        // writes the audit entry, from the refund's metadata.
        let converged = self.billing.converge(&customer, None, call.now).await;
        let refund = refund?;
        converged?;
        let payment = payments(&self.events.ledger(&customer).await?).into_iter().find(|payment| payment.id == id);
        let payment = payment.ok_or_else(|| ApiError::unavailable("the payment is not in the ledger yet"))?;
        let refund =
            RefundView { id: refund.id, status: refund.status, amount: refund.amount, currency: refund.currency };
        Ok(Reply::new(RefundResult { payment, refund }))
    }
}

impl RefundPayment {
    /// Makes the refund, or finds the one that this request, or an earlier one whose response was lost, has already
    /// made.
    async fn refund(&self, call: &Call<Self>, customer: &str, request: Option<&str>) -> Result<RefundEntry, ApiError> {
        let (Path(id), Body(wanted), _) = &call.input;
        let (id, wanted_amount) = (id.as_str(), wanted.amount.map(Amount::get));
        let (actor, reason) = (call.caller.user.id, wanted.reason.to_string());
        // Stripe's state decides, not the stored one: another operator may have just refunded.
        let ((entries, refunds), ledger) = tokio::try_join!(
            async { self.billing.ledger_at_stripe(customer).await.map_err(StripeError::of_read) },
            async { Ok(self.events.ledger(customer).await?) },
        )?;
        match made(&refunds, request) {
            Some(refund) if !is_same(refund, id, wanted_amount) || !is_by(refund, &actor.to_string(), &reason) => {
                return Err(used_before());
            }
            Some(refund) => return Ok(refund.entry.clone()),
            None => {}
        }
        let (payment, payment_intent) = paid(entries, id)?;
        let amount = allowed(&payment, wanted_amount)?;
        // A request with its own key is always a separate refund.
        let earlier = unanswered(&refunds, &ledger, (id, amount, &actor.to_string(), &reason));
        if let Some(refund) = earlier.filter(|_| request.is_none()) {
            return Ok(refund.entry.clone());
        }
        let refund = NewRefund {
            payment_intent: &payment_intent,
            invoice: id,
            amount,
            refunded: payment.amount_refunded,
            actor,
            reason: &reason,
            request,
        };
        Ok(self.billing.stripe().give_back(&refund).await.map_err(|error| refused(error, request))?.entry)
    }

    /// The customer of a payment, if it is one of ours.
    async fn customer_of(&self, id: &str) -> Result<String, ApiError> {
        let unknown = || ApiError::not_found("payment");
        let is_id = id.starts_with("in_");
        let customer = match is_id {
            true => {
                let customer = self.billing.stripe().customer_of_invoice(id).await;
                customer.map_err(StripeError::of_read)?.ok_or_else(unknown)?
            }
            false => return Err(unknown()),
        };
        self.database.get(&Customer::key(&customer)).await?.ok_or_else(unknown)?;
        Ok(customer)
    }
}

/// The refund that was made by an earlier request with the same key.
fn made<'a>(refunds: &'a [Refund], request: Option<&str>) -> Option<&'a Refund> {
    let request = request?;
    refunds.iter().find(|refund| refund.by.as_ref().is_some_and(|by| by.request.as_deref() == Some(request)))
}

/// Whether a refund is for the given payment and, if given, the amount.
fn is_same(refund: &Refund, payment: &str, amount: Option<i64>) -> bool {
    let is_of_payment = refund.by.as_ref().is_some_and(|by| by.payment == payment);
    is_of_payment && amount.is_none_or(|amount| amount == refund.entry.amount)
}

/// A refund equal to the requested one, by the same operator for the same reason, that our ledger does not contain yet.
/// No response has reported it, so it counts as the requested one.
fn unanswered<'a>(
    refunds: &'a [Refund],
    ledger: &[Entry],
    (payment, amount, actor, reason): (&str, i64, &str, &str),
) -> Option<&'a Refund> {
    let is_kept = |refund: &Refund| ledger.iter().any(|entry| entry.id() == refund.entry.id);
    let mut found = refunds.iter().filter(|refund| is_same(refund, payment, Some(amount)) && refund.entry.is_given());
    found.find(|refund| is_by(refund, actor, reason) && !is_kept(refund))
}

fn is_by(refund: &Refund, actor: &str, reason: &str) -> bool {
    refund.by.as_ref().is_some_and(|by| by.actor == actor && by.reason == reason)
}

/// The payment at Stripe, and its payment intent.
fn paid(entries: Vec<Entry>, id: &str) -> Result<(Payment, String), ApiError> {
    let payment = payments(&entries).into_iter().find(|payment| payment.id == id);
    let payment = payment.ok_or_else(|| ApiError::not_found("payment"))?;
    let intent = entries.into_iter().find_map(|entry| entry.payment_of(id));
    match intent.filter(|_| payment.amount_paid > 0) {
        Some(intent) => Ok((payment, intent)),
        None => Err(conflict("There is no payment to refund.")),
    }
}

/// The amount to refund, if that much is left.
fn allowed(payment: &Payment, wanted: Option<i64>) -> Result<i64, ApiError> {
    let (left, currency) = (payment.amount_paid - payment.amount_refunded, Currency::from_code(&payment.currency));
    match wanted.unwrap_or(left) {
        _ if left <= 0 => Err(conflict(ALREADY_REFUNDED)),
        amount if amount > left => Err(ApiError::field("amount", format!("must be at most {left}"))),
        // Stripe does not accept such an amount. Refunding the whole remainder is always accepted.
        amount if amount < left && !currency.accepts(amount) => {
            Err(ApiError::field("amount", format!("must be a multiple of {}", currency.step)))
        }
        amount => Ok(amount),
    }
}

/// The error when Stripe refuses the refund, usually because the payment has changed since.
fn refused(error: StripeError, request: Option<&str>) -> ApiError {
    let is_one_of = |codes: &[&str]| codes.iter().any(|code| error.is_code(code));
    let message = match &error {
        // Two operators at once, or one operator who gave another reason before.
        StripeError::KeyReused if request.is_none() => {
            "Another refund of this payment has just been made. Please reload."
        }
        StripeError::Invalid { .. } if is_one_of(&["charge_disputed", "refund_disputed_payment"]) => {
            "The payment is disputed, so the bank decides about it."
        }
        StripeError::Invalid { .. } if is_one_of(&["charge_already_refunded"]) => ALREADY_REFUNDED,
        StripeError::Invalid { .. } if is_one_of(&["balance_insufficient", "insufficient_funds"]) => {
            "The balance at Stripe does not cover this refund. Please add funds there and try again."
        }
        StripeError::Invalid { .. } if is_one_of(&["amount_too_small"]) => {
            "The amount is below Stripe's minimum for refunds."
        }
        StripeError::KeyReused => return error.into(),
        error if error.is_refusal() => "The payment can no longer be refunded. Please reload.",
        _ => return error.of_read(),
    };
    conflict(message).because(error)
}

const ALREADY_REFUNDED: &str = "The payment has already been refunded in full.";

fn used_before() -> ApiError {
    ApiError::new(Code::IdempotencyConflict, "The idempotency key was used for another refund. Please use a new key.")
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
