//! `POST /api/admin/payments/{id}/refund`: money goes back, at Stripe, then here.

use billing::converge::Billing;
use billing::snapshot::Refund;
use billing::stripe::{Return, StripeError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Admin, Call, Endpoint, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ledger::{Entry, Payment, RefundEntry, payments};
use shared::services::{ConfigError, Services};
use shared::stores::audit::Reason;
use shared::stores::billing_events::BillingEvents;
use shared::stores::database::{Database, Table};
use shared::stores::subscriptions::Customer;

/// Refunds: what is left of a payment, or a part of that.
pub struct RefundPayment {
    billing: Billing,
    database: Database,
    events: BillingEvents,
}

/// How much, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Minor units; what is left of the payment unless given.
    #[schemars(range(min = 1))]
    amount: Option<i64>,
    reason: Reason,
}

/// The payment as it is now, and what went back.
#[derive(Serialize, JsonSchema)]
pub struct Refunded {
    payment: Payment,
    refund: RefundView,
}

/// Money that went back.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub struct RefundView {
    /// Stripe's refund.
    id: String,
    /// Stripe's word: `pending`, `succeeded`, `failed`, `canceled` or `requires_action`.
    status: Option<String>,
    /// Minor units.
    amount: i64,
    /// ISO 4217, in lower case.
    currency: String,
}

impl Endpoint for RefundPayment {
    type Caller = Admin;
    type Input = (Path<String>, Body<Wanted>);
    type Output = Refunded;
    const SUMMARY: &'static str = "Gives a payment back, whole or in part.";
    const CODES: &'static [Code] =
        &[Code::NotFound, Code::Conflict, Code::IdempotencyConflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            database: services.database(&[Table::Subscriptions])?,
            events: BillingEvents::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Refunded>, ApiError> {
        let (Path(id), Body(wanted)) = &call.input;
        let customer = self.customer_of(id).await?;
        let request = call.idempotency_key()?.map(|key| format!("{}:{key}", call.caller.user.id));
        // What Stripe knows counts, not what is kept: another may have refunded a moment ago.
        let (entries, refunds) = self.billing.ledger_at_stripe(&customer).await?;
        let refund = match made(refunds, request.as_deref()) {
            Some((refund, of)) if of != *id || wanted.amount.is_some_and(|amount| amount != refund.amount) => {
                return Err(used_before());
            }
            Some((refund, _)) => refund,
            None => {
                let (payment, payment_intent) = paid(entries, id)?;
                let returned = Return {
                    payment_intent: &payment_intent,
                    invoice: id,
                    amount: allowed(&payment, wanted.amount)?,
                    refunded: payment.amount_refunded,
                    actor: call.caller.user.id,
                    reason: &wanted.reason.to_string(),
                    request: request.as_deref(),
                };
                self.billing.stripe().give_back(&returned).await.map_err(refused)?.entry
            }
        };
        // The audit's row comes with it: what the refund says of itself is what is noted.
        self.billing.converge(&customer, None, call.now).await?;
        let payment = payments(&self.events.ledger(&customer).await?).into_iter().find(|one| one.id == *id);
        let payment = payment.ok_or_else(|| ApiError::internal("a payment that the ledger does not hold"))?;
        let refund =
            RefundView { id: refund.id, status: refund.status, amount: refund.amount, currency: refund.currency };
        Ok(Reply::of(Refunded { payment, refund }))
    }
}

impl RefundPayment {
    /// Which customer of ours a payment is of.
    async fn customer_of(&self, id: &str) -> Result<String, ApiError> {
        let unknown = || ApiError::not_found("payment");
        let is_id = id.starts_with("in_") && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let customer = match is_id {
            true => self.billing.stripe().customer_of_invoice(id).await?.ok_or_else(unknown)?,
            false => return Err(unknown()),
        };
        self.database.get(&Customer::key(&customer)).await?.ok_or_else(unknown)?;
        Ok(customer)
    }
}

/// What a request made that is repeated now, and the payment that it was made of: the answer was lost, or what came after it.
fn made(refunds: Vec<Refund>, request: Option<&str>) -> Option<(RefundEntry, String)> {
    let request = request?;
    refunds.into_iter().find_map(|refund| {
        let by = refund.by.filter(|by| by.request.as_deref() == Some(request))?;
        Some((refund.entry, by.payment))
    })
}

/// The payment as Stripe knows it, and what paid it.
fn paid(entries: Vec<Entry>, id: &str) -> Result<(Payment, String), ApiError> {
    let payment = payments(&entries).into_iter().find(|one| one.id == id);
    let payment = payment.ok_or_else(|| ApiError::not_found("payment"))?;
    let intent = entries.into_iter().find_map(|entry| entry.payment_of(id));
    match intent.filter(|_| payment.amount_paid > 0) {
        Some(intent) => Ok((payment, intent)),
        None => Err(conflict("Nothing was paid that could go back.")),
    }
}

/// How much is to go back, if that much is left.
fn allowed(payment: &Payment, wanted: Option<i64>) -> Result<i64, ApiError> {
    let left = payment.amount_paid - payment.amount_refunded;
    match wanted.unwrap_or(left) {
        _ if left <= 0 => Err(conflict("The payment went back whole already.")),
        amount if amount > left => Err(ApiError::field("amount", format!("must be at most {left}"))),
        amount => Ok(amount),
    }
}

/// What Stripe refuses, it refuses for what happened since.
fn refused(error: StripeError) -> ApiError {
    match error {
        error if error.is_code("charge_disputed") => {
            conflict("The payment is disputed: the bank decides.").because(error)
        }
        StripeError::Invalid { .. } => {
            conflict("The payment cannot go back any more; please look again.").because(error)
        }
        error => error.into(),
    }
}

fn used_before() -> ApiError {
    ApiError::new(Code::IdempotencyConflict, "The key was used for another refund; please send one of its own.")
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
