//! Coupons and promotion codes: who may use them, and how much they deduct.

use super::money::{self, money};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::state::State;
use crate::tx::Tx;

/// What a checkout session costs today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    pub subtotal: i64,
    pub discount: i64,
    pub total: i64,
}

/// The coupon of a promotion code that a customer typed. Several customers may each have a code with the same text; a
/// customer's own code takes precedence over one for everybody.
pub(crate) fn by_code(state: &State, code: &str, customer: Option<&str>) -> Option<AppliedDiscount> {
    let of_text = |promotion_code: &&PromotionCode| {
        promotion_code.active && promotion_code.code.eq_ignore_ascii_case(code.trim())
    };
    let mut found: Vec<&PromotionCode> = state.promotion_codes.iter().filter(of_text).collect();
    found.sort_by_key(|promotion_code| match promotion_code.customer.as_deref() {
        own @ Some(_) if own == customer => 0,
        None => 1,
        Some(_) => 2,
    });
    let found = found.first()?;
    Some(AppliedDiscount { coupon: found.coupon.clone(), promotion_code: Some(found.id.clone()) })
}

/// The purchase to which a discount applies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purchase<'a> {
    pub customer: Option<&'a str>,
    pub currency: &'a str,
    /// The amount for minimum checks; `None` if no minimum applies.
    pub subtotal: Option<i64>,
}

impl<'a> Purchase<'a> {
    pub(crate) fn from_session(session: &'a CheckoutSession, subtotal: i64) -> Self {
        Self { customer: session.customer.as_deref(), currency: &session.currency, subtotal: Some(subtotal) }
    }
}

/// Whether a discount may be used for a purchase now.
pub(crate) fn check(state: &State, discount: &AppliedDiscount, purchase: Purchase<'_>, now: UnixSeconds) -> Result<()> {
    let Purchase { customer, currency, subtotal } = purchase;
    let invalid = |message: String| Err(ApiError::invalid(message).code("coupon_expired").param("discounts"));
    let coupon = state.coupons.get(&discount.coupon).filter(|coupon| !coupon.deleted);
    let Some(coupon) = coupon else {
        return Err(ApiError::no_such("coupon", &discount.coupon, "discounts[0][coupon]"));
    };
    if coupon.redeem_by.is_some_and(|end| end <= now) {
        return invalid(format!("Coupon expired: {}", coupon.id));
    }
    if coupon.max_redemptions.is_some_and(|max| coupon.times_redeemed >= max) {
        return invalid(format!("Coupon has been redeemed too many times: {}", coupon.id));
    }
    if let Reduction::Amount { currency: own, .. } = &coupon.off
        && own != currency
    {
        return invalid(format!("Coupon {} is in {own}, and cannot be used on a purchase in {currency}.", coupon.id));
    }
    let Some(code) = discount.promotion_code.as_deref().and_then(|id| state.promotion_codes.get(id)) else {
        return Ok(());
    };
    if !code.active || code.expires_at.is_some_and(|end| end <= now) {
        return invalid("This promotion code is expired or no longer active.".to_owned());
    }
    if code.max_redemptions.is_some_and(|max| code.times_redeemed >= max) {
        return invalid("This promotion code has been redeemed too many times.".to_owned());
    }
    if code.customer.is_some() && code.customer.as_deref() != customer {
        return invalid("This promotion code cannot be used by this customer.".to_owned());
    }
    let paid_before = |id: &str| {
        state.invoices.of_customer(id).any(|invoice| invoice.status == InvoiceStatus::Paid && invoice.total > 0)
    };
    if code.first_time_transaction && customer.is_some_and(paid_before) {
        return invalid("This promotion code is for first-time customers only.".to_owned());
    }
    if let (Some(minimum), Some(currency)) = (code.minimum_amount, &code.minimum_amount_currency)
        && subtotal.is_some_and(|subtotal| subtotal < minimum)
    {
        return invalid(format!("This promotion code needs a purchase of at least {}.", money(minimum, currency)));
    }
    Ok(())
}

/// Counts a use, and returns the discount to attach to the subscription.
pub(crate) fn redeem(
    tx: &mut Tx<'_>,
    applied: &AppliedDiscount,
    subscription: &Subscription,
    session: Option<&str>,
) -> String {
    let coupon: Coupon = tx.edit(&applied.coupon, |coupon: &mut Coupon| coupon.times_redeemed += 1);
    if let Some(code) = &applied.promotion_code {
        tx.edit(code, |code: &mut PromotionCode| {
            code.times_redeemed += 1;
            code.active &= code.max_redemptions.is_none_or(|max| code.times_redeemed < max);
        });
    }
    let end = match coupon.duration {
        Duration::Once | Duration::Forever => None,
        Duration::Months(months) => {
            let recurring = Recurring { interval: Interval::Month, count: months };
            Some(super::next_boundary(tx.now, recurring, tx.now))
        }
    };
    let discount = Discount {
        id: tx.ids.next("di"),
        coupon: applied.coupon.clone(),
        promotion_code: applied.promotion_code.clone(),
        customer: subscription.customer.clone(),
        subscription: Some(subscription.id.clone()),
        checkout_session: session.map(str::to_owned),
        start: tx.now,
        end,
    };
    let id = discount.id.clone();
    tx.put(discount);
    id
}

/// The discounts of a subscription that are active at `moment`.
pub(crate) fn running(state: &State, subscription: &Subscription, moment: UnixSeconds) -> Vec<String> {
    let runs =
        |id: &&String| state.discounts.get(id).is_some_and(|discount| discount.end.is_none_or(|end| end > moment));
    subscription.discounts.iter().filter(runs).cloned().collect()
}

/// Applies the discounts to the lines of an invoice, and computes its totals.
pub(crate) fn apply(state: &State, invoice: &mut Invoice) {
    for line in &mut invoice.lines {
        line.discounted.clear();
    }
    invoice.discounted.clear();
    for id in &invoice.discounts {
        let Some(coupon) = state.discounts.get(id).and_then(|discount| state.coupons.get(&discount.coupon)) else {
            continue;
        };
        let taken = take_off(coupon, &mut invoice.lines, id, &invoice.currency);
        invoice.discounted.push((id.clone(), taken));
    }
    invoice.subtotal = invoice.lines.iter().map(|line| line.amount).sum();
    invoice.total = invoice.subtotal - invoice.discounted.iter().map(|(_, amount)| amount).sum::<i64>();
}

/// What a line costs after its discounts.
pub(crate) fn net(line: &Line) -> i64 {
    line.amount - line.discounted.iter().map(|(_, amount)| amount).sum::<i64>()
}

/// What a line would cost after the given discounts.
pub(crate) fn net_of(state: &State, discounts: &[String], mut line: Line, currency: &str) -> i64 {
    line.proration = false;
    let mut lines = [line];
    for coupon in discounts.iter().filter_map(|id| state.coupons.get(&state.discounts.get(id)?.coupon)) {
        take_off(coupon, &mut lines, "", currency);
    }
    net(&lines[0])
}

fn take_off(coupon: &Coupon, lines: &mut [Line], discount: &str, currency: &str) -> i64 {
    let applies = |line: &Line| {
        let product = line.price.as_ref().map(|price| &price.product);
        !line.proration
            && line.amount > 0
            && (coupon.applies_to.is_empty() || product.is_some_and(|product| coupon.applies_to.contains(product)))
    };
    let mut left = match &coupon.off {
        Reduction::Percent(_) => i64::MAX,
        Reduction::Amount { amount, .. } => *amount,
    };
    let mut taken = 0;
    for line in lines.iter_mut().filter(|line| applies(line)) {
        let wanted = match &coupon.off {
            Reduction::Percent(percent) => money::round(percent_of(net(line), *percent), currency),
            Reduction::Amount { .. } => left,
        };
        let amount = wanted.min(net(line));
        line.discounted.push((discount.to_owned(), amount));
        left -= amount;
        taken += amount;
    }
    taken
}

/// A percentage of an amount, to the nearest minor unit.
fn percent_of(amount: i64, percent: f64) -> i64 {
    // Percentages have at most two decimals, so basis points are exact.
    let basis_points = i128::from((percent * 100.0).round() as i64);
    let share = (i128::from(amount) * basis_points + 5_000) / 10_000;
    i64::try_from(share).unwrap_or(amount)
}

/// What a session costs today: nothing during a trial.
pub(crate) fn session_totals(state: &State, session: &CheckoutSession) -> Totals {
    if session.trial_end.is_some() {
        return Totals { subtotal: 0, discount: 0, total: 0 };
    }
    let mut lines: Vec<Line> = session
        .lines
        .iter()
        .filter_map(|line| Some(super::invoice::plain_line(state.prices.get(&line.price)?, line.quantity)))
        .collect();
    let subtotal = lines.iter().map(|line| line.amount).sum();
    let coupons = session.discounts.iter().filter_map(|discount| state.coupons.get(&discount.coupon));
    let discount: i64 = coupons.map(|coupon| take_off(coupon, &mut lines, "", &session.currency)).sum();
    Totals { subtotal, discount, total: subtotal - discount }
}

/// The discounts that a request names: `discounts[0][coupon]`, `discounts[0][promotion_code]`.
pub(crate) fn named(tx: &Tx<'_>, discounts: Vec<(Option<String>, Option<String>)>) -> Result<Vec<AppliedDiscount>> {
    let resolve = |(coupon, code): (Option<String>, Option<String>)| match (coupon, code) {
        (Some(coupon), None) => {
            tx.find::<Coupon>(&coupon, "discounts[0][coupon]")?;
            Ok(AppliedDiscount { coupon, promotion_code: None })
        }
        (None, Some(code)) => {
            let code: PromotionCode = tx.find(&code, "discounts[0][promotion_code]")?;
            Ok(AppliedDiscount { coupon: code.coupon, promotion_code: Some(code.id) })
        }
        _ => Err(ApiError::invalid("You must pass exactly one of `coupon` and `promotion_code`.").param("discounts")),
    };
    discounts.into_iter().map(resolve).collect()
}
