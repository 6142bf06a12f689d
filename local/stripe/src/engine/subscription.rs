//! Subscriptions: how they start, how payments change them, and how they end.

use super::charge::{self, IssuerDecision, Presence};
use super::invoice::{self, Bill};
use super::{discount, next_boundary, schedule};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::tx::Tx;

/// The parameters of a new subscription.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewSubscription {
    pub customer: String,
    pub items: Vec<NewItem>,
    pub metadata: Metadata,
    pub description: Option<String>,
    pub default_payment_method: Option<String>,
    pub trial_end: Option<UnixSeconds>,
    pub missing_payment_method: EndBehavior,
    pub discounts: Vec<AppliedDiscount>,
    pub classic: bool,
    pub cancel_at: Option<UnixSeconds>,
    pub cancel_at_period_end: bool,
    pub checkout_session: Option<String>,
}

/// The parameters of a new item.
#[derive(Clone, Debug)]
pub(crate) struct NewItem {
    pub price: String,
    pub quantity: u64,
    pub metadata: Metadata,
}

/// What happens if a payment does not succeed at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PaymentBehavior {
    /// `allow_incomplete`: charged at once; if that fails, the subscription is `incomplete` or `past_due`.
    #[default]
    Allow,
    /// `default_incomplete`: not charged; the customer confirms the payment.
    Wait,
    /// `error_if_incomplete`: nothing happens unless the charge succeeds.
    Refuse,
    /// `pending_if_incomplete`: the change waits until it is paid.
    Pend,
}

/// Creates an `incomplete` subscription with its first invoice as a draft; emits no event yet.
pub(crate) fn start(tx: &mut Tx<'_>, new: NewSubscription) -> Result<(Subscription, Invoice)> {
    let prices: Vec<Price> = new.items.iter().map(|item| tx.get::<Price>(&item.price)).collect();
    let (currency, recurring) = common_terms(&prices)?;
    check_for_sale(tx, &prices, "items[0][price]")?;
    check_currency(tx, &new.customer, &currency)?;
    let now = tx.now;
    let trial_end = new.trial_end.filter(|end| *end > now);
    let period_end = trial_end.unwrap_or_else(|| next_boundary(now, recurring, now));
    let items = new.items.into_iter().map(|item| Item {
        id: tx.ids.next("si"),
        created: now,
        price: item.price,
        quantity: item.quantity,
        metadata: item.metadata,
    });
    let items: Vec<Item> = items.collect();
    let mut subscription = Subscription {
        id: tx.ids.next("sub"),
        created: now,
        customer: new.customer,
        status: SubscriptionStatus::Incomplete,
        currency,
        items,
        recurring,
        start_date: now,
        billing_cycle_anchor: trial_end.unwrap_or(now),
        period_start: now,
        period_end,
        trial_start: trial_end.map(|_| now),
        trial_end,
        missing_payment_method: new.missing_payment_method,
        cancel_at: new.cancel_at,
        cancel_at_period_end: new.cancel_at_period_end,
        canceled_at: (new.cancel_at_period_end || new.cancel_at.is_some()).then_some(now),
        ended_at: None,
        cancellation: Cancellation::default(),
        default_payment_method: new.default_payment_method,
        discounts: Vec::new(),
        latest_invoice: None,
        pending_update: None,
        schedule: None,
        pause: None,
        flexible: !new.classic,
        description: new.description,
        metadata: new.metadata,
        upcoming_sent: false,
        trial_notice_sent: false,
    };
    for applied in &new.discounts {
        let id = discount::redeem(tx, applied, &subscription, new.checkout_session.as_deref());
        subscription.discounts.push(id);
    }
    let invoice = first_invoice(tx, &mut subscription);
    tx.put(subscription.clone());
    Ok((subscription, invoice))
}

/// The first draft of a subscription; during a trial its total is zero.
fn first_invoice(tx: &mut Tx<'_>, subscription: &mut Subscription) -> Invoice {
    let (now, in_trial) = (tx.now, subscription.trial_end.is_some());
    let period = (now, subscription.period_end);
    let lines = invoice::period_lines(tx, &subscription.items, period, in_trial);
    let reason = BillingReason::SubscriptionCreate;
    // The first invoice covers no past time: its period starts and ends at its creation.
    let bill = Bill { reason, lines, period_start: now, period_end: now, finalizes_at: None };
    let invoice = invoice::draft(tx, subscription, bill);
    subscription.latest_invoice = Some(invoice.id.clone());
    if !in_trial {
        spend_discounts(tx, subscription);
    }
    invoice
}

/// Creates a subscription as the API does, charging the saved card.
pub(crate) fn create(tx: &mut Tx<'_>, new: NewSubscription, behavior: PaymentBehavior) -> Result<String> {
    let (subscription, draft) = start(tx, new)?;
    tx.emit::<Subscription>("customer.subscription.created", &subscription.id);
    tx.emit::<Invoice>("invoice.created", &draft.id);
    invoice::finalize(tx, &draft.id);
    let open: Invoice = tx.get(&draft.id);
    if open.amount_due > 0 && behavior == PaymentBehavior::Wait {
        invoice::intent_of(tx, &open);
        return Ok(subscription.id);
    }
    let method = charge::method_of(tx, Some(&subscription), &subscription.customer);
    if let IssuerDecision::Declined(decline) = invoice::attempt(tx, &draft.id, method.as_ref(), Presence::Kept)
        && behavior == PaymentBehavior::Refuse
    {
        return Err(ApiError::card(&decline).undone());
    }
    Ok(subscription.id)
}

/// The currency and interval, which all prices of a subscription must share.
pub(crate) fn common_terms(prices: &[Price]) -> Result<(String, Recurring)> {
    let Some(first) = prices.first() else { return Err(ApiError::missing_param("items")) };
    let one_time = |price: &Price| {
        ApiError::invalid(format!(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`: {}",
            price.id
        ))
        .param("items[0][price]")
    };
    let recurring = first.recurring.ok_or_else(|| one_time(first))?;
    for price in prices {
        if price.recurring.ok_or_else(|| one_time(price))? != recurring {
            let message = "Currently, all items of a subscription must have the same billing interval.";
            return Err(ApiError::invalid(message).param("items"));
        }
        if price.currency != first.currency {
            let message = "All prices on a subscription must have the same currency.";
            return Err(ApiError::invalid(message).param("items"));
        }
    }
    Ok((first.currency.clone(), recurring))
}

/// Refuses archived prices for new subscriptions. Existing subscriptions keep theirs.
pub(crate) fn check_for_sale<'a>(tx: &Tx<'_>, prices: impl IntoIterator<Item = &'a Price>, param: &str) -> Result<()> {
    for price in prices {
        if !price.active {
            let message = "The price specified is inactive. This field only accepts active prices.";
            return Err(ApiError::invalid(message).param(param));
        }
        if !tx.get::<Product>(&price.product).active {
            let message =
                format!("Price `{}` is not available to be purchased because its product is not active.", price.id);
            return Err(ApiError::invalid(message).param(param));
        }
    }
    Ok(())
}

/// All of a customer's subscriptions and pending invoice items have the same currency. Once there are none left in it,
/// the customer can be billed in another currency.
pub(crate) fn check_currency(tx: &Tx<'_>, customer: &str, currency: &str) -> Result<()> {
    let live = tx.state.subscriptions.of_customer(customer).filter(|subscription| !subscription.status.is_over());
    let waiting = tx.state.invoice_items.of_customer(customer).map(|item| &item.currency);
    match live.map(|subscription| &subscription.currency).chain(waiting).find(|own| *own != currency) {
        Some(own) => Err(ApiError::invalid(format!(
            "You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency {own}."
        ))),
        None => Ok(()),
    }
}

/// The error for a price in a currency other than the subscription's.
pub(crate) fn wrong_currency(own: &str, expected: &str, param: &str) -> ApiError {
    let message =
        format!("The price specified only supports `{own}`. This doesn't match the expected currency: `{expected}`.");
    ApiError::invalid(message).param(param)
}

/// Uses up discounts that apply to only one invoice.
pub(crate) fn spend_discounts(tx: &Tx<'_>, subscription: &mut Subscription) {
    let lasts = |id: &String| {
        let discount = tx.get::<Discount>(id);
        tx.get::<Coupon>(&discount.coupon).duration != Duration::Once && discount.end.is_none_or(|end| end > tx.now)
    };
    subscription.discounts.retain(lasts);
}

/// Updates a subscription after one of its invoices was paid.
pub(crate) fn invoice_paid(tx: &mut Tx<'_>, invoice: &Invoice) {
    let Some(id) = &invoice.subscription else { return };
    let now = tx.now;
    let subscription: Subscription = tx.get(id);
    if subscription.pending_update.as_ref().is_some_and(|update| update.invoice == invoice.id) {
        super::change::apply_pending(tx, id);
    }
    let others_open = tx.state.invoices.of_customer(&subscription.customer).any(|invoice| {
        invoice.subscription.as_ref() == Some(id) && invoice.status == InvoiceStatus::Open && invoice.attempt_count > 0
    });
    let status = match subscription.status {
        SubscriptionStatus::Incomplete if subscription.trial_end.is_some_and(|end| end > now) => {
            SubscriptionStatus::Trialing
        }
        SubscriptionStatus::Incomplete => SubscriptionStatus::Active,
        SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid
            if !others_open || subscription.latest_invoice.as_ref() == Some(&invoice.id) =>
        {
            SubscriptionStatus::Active
        }
        status => status,
    };
    tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| subscription.status = status);
}

/// Whether failed payments of an invoice are retried. First payments and payments for pending changes are not, because
/// the customer must make them.
pub(crate) fn is_retried(tx: &Tx<'_>, invoice: &Invoice) -> bool {
    let Some(subscription) = invoice.subscription.as_deref().map(|id| tx.get::<Subscription>(id)) else { return true };
    let pending = subscription.pending_update.is_some_and(|update| update.invoice == invoice.id);
    !pending
        && invoice.auto_advance
        && !matches!(subscription.status, SubscriptionStatus::Incomplete)
        && !subscription.status.is_over()
}

/// Updates a subscription after a failed payment that will be retried.
pub(crate) fn payment_failed(tx: &mut Tx<'_>, invoice: &Invoice) {
    let Some(id) = &invoice.subscription else { return };
    tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| {
        if matches!(subscription.status, SubscriptionStatus::Active | SubscriptionStatus::Trialing) {
            subscription.status = SubscriptionStatus::PastDue;
        }
    });
}

/// Ends a subscription now. Its open invoices stay owed, but are no longer charged.
pub(crate) fn end(tx: &mut Tx<'_>, id: &str, cancellation: Option<Cancellation>) {
    let now = tx.now;
    let subscription = tx.edit(id, |subscription: &mut Subscription| {
        subscription.status = SubscriptionStatus::Canceled;
        subscription.canceled_at.get_or_insert(now);
        subscription.ended_at = Some(now);
        subscription.pending_update = None;
        if let Some(cancellation) = cancellation {
            subscription.cancellation = cancellation;
        }
    });
    tx.emit::<Subscription>("customer.subscription.deleted", id);
    if let Some(schedule) = &subscription.schedule {
        schedule::end(tx, schedule);
    }
    for invoice in unsettled(tx, &subscription) {
        tx.update(&invoice, "invoice.updated", |invoice: &mut Invoice| {
            invoice.auto_advance = false;
            invoice.next_payment_attempt = None;
        });
    }
    for item in pending_items(tx, &subscription) {
        tx.state.invoice_items.remove(&item.id);
    }
}

/// Expires a subscription whose first payment never succeeded.
pub(crate) fn expire(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let subscription = tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.status = SubscriptionStatus::IncompleteExpired;
        subscription.ended_at = Some(now);
    });
    for invoice in unsettled(tx, &subscription) {
        invoice::void(tx, &invoice);
    }
}

/// Resumes a paused subscription from now on, once its invoice is paid.
pub(crate) fn resume(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let now = tx.now;
    let subscription: Subscription = tx.get(id);
    if subscription.status != SubscriptionStatus::Paused {
        let message = format!("This subscription cannot be resumed: its status is `{}`.", subscription.status.name());
        return Err(ApiError::invalid(message));
    }
    let period_end = next_boundary(now, subscription.recurring, now);
    let lines = invoice::period_lines(tx, &subscription.items, (now, period_end), false);
    let reason = BillingReason::SubscriptionUpdate;
    let bill = Bill { reason, lines, period_start: now, period_end, finalizes_at: None };
    let draft = invoice::draft(tx, &subscription, bill);
    tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.status = SubscriptionStatus::Active;
        subscription.billing_cycle_anchor = now;
        (subscription.period_start, subscription.period_end) = (now, period_end);
        subscription.upcoming_sent = false;
        subscription.latest_invoice = Some(draft.id.clone());
    });
    tx.emit::<Subscription>("customer.subscription.resumed", id);
    tx.emit::<Invoice>("invoice.created", &draft.id);
    invoice::finalize(tx, &draft.id);
    let method = charge::method_of(tx, Some(&subscription), &subscription.customer);
    invoice::attempt(tx, &draft.id, method.as_ref(), Presence::Kept);
    Ok(())
}

/// The prorations for the next invoice of a subscription, oldest first.
pub(crate) fn pending_items(tx: &Tx<'_>, subscription: &Subscription) -> Vec<InvoiceItem> {
    let of_customer = tx.state.invoice_items.of_customer(&subscription.customer);
    let mut items: Vec<InvoiceItem> =
        of_customer.filter(|item| item.subscription.as_ref() == Some(&subscription.id)).cloned().collect();
    items.reverse();
    items
}

fn unsettled(tx: &Tx<'_>, subscription: &Subscription) -> Vec<String> {
    let of_customer = tx.state.invoices.of_customer(&subscription.customer);
    let waits = |invoice: &&Invoice| {
        invoice.subscription.as_ref() == Some(&subscription.id)
            && matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Open)
    };
    of_customer.filter(waits).map(|invoice| invoice.id.clone()).collect()
}
