use super::form::change_metadata;
use super::subscriptions::proration;
use super::{Form, Paging, found};
use crate::engine::change::{self, ItemChange};
use crate::engine::subscription::{self, PaymentBehavior};
use crate::engine::{next_boundary, schedule};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

const PHASES_MAX: usize = 10;

pub(super) fn create(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let Some(id) = form.filled("from_subscription")? else {
        let message = "This stand-in makes schedules of existing subscriptions: pass `from_subscription`.";
        return Err(ApiError::invalid(message).code("parameter_missing").param("from_subscription"));
    };
    let metadata = form.new_metadata()?;
    form.finish()?;
    let subscription: Subscription = tx.find(&id, "from_subscription")?;
    if let Some(schedule) = &subscription.schedule {
        let message = format!("You cannot migrate a subscription that is already attached to a schedule: {schedule}.");
        return Err(ApiError::invalid(message).param("from_subscription"));
    }
    let runs = matches!(
        subscription.status,
        SubscriptionStatus::Active | SubscriptionStatus::Trialing | SubscriptionStatus::PastDue
    );
    if !runs || subscription.ends_at().is_some() {
        let message = "You cannot migrate a subscription that has ended, has not begun, or is set to be canceled.";
        return Err(ApiError::invalid(message).param("from_subscription"));
    }
    let id = schedule::from_subscription(tx, &subscription, metadata);
    Ok(tx.get::<Schedule>(&id).render(tx.view()))
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let mut updated = active(tx, id)?;
    change_metadata(&mut updated.metadata, form.metadata()?);
    if let Some(cancels) = form.choice("end_behavior", &[("release", false), ("cancel", true)])? {
        updated.cancels = cancels;
    }
    let now_behavior = proration(&mut form)?.unwrap_or_default();
    if let Some(phases) = form.forms("phases")? {
        updated.phases = self::phases(tx, &updated, phases)?;
        updated.current = updated.phases.iter().rposition(|phase| phase.start <= tx.now).unwrap_or(0);
    }
    form.finish()?;
    let phase = updated.phases[updated.current].clone();
    if phase.end <= tx.now {
        let message = "The end of the current phase has to be in the future.";
        return Err(ApiError::invalid(message).param("phases"));
    }
    tx.update(id, "subscription_schedule.updated", |schedule: &mut Schedule| *schedule = updated.clone());
    if let Some(subscription) = &updated.subscription {
        apply_now(tx, subscription, &phase, now_behavior)?;
    }
    Ok(tx.get::<Schedule>(id).render(tx.view()))
}

pub(super) fn release(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    form.boolean("preserve_cancel_date")?;
    form.finish()?;
    active(tx, id)?;
    schedule::release(tx, id);
    Ok(tx.get::<Schedule>(id).render(tx.view()))
}

pub(super) fn cancel(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    if let Some(subscription) = active(tx, id)?.subscription {
        subscription::end(tx, &subscription, None);
    }
    Ok(tx.get::<Schedule>(id).render(tx.view()))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let customer = form.filled("customer")?;
    form.finish()?;
    paging.page("/v1/subscription_schedules", tx.state.schedules.listed(customer.as_deref()), tx.view())
}

fn active(tx: &Tx<'_>, id: &str) -> Result<Schedule> {
    let schedule: Schedule = found(tx, id)?;
    if schedule.status == ScheduleStatus::Active {
        return Ok(schedule);
    }
    let message = format!("The subscription schedule is `{}`, and cannot be changed.", schedule.status.name());
    Err(ApiError::invalid(message))
}

/// The phases of a request. Past phases may be omitted, the current phase keeps its start, and each later phase starts
/// when the one before it ends.
fn phases(tx: &Tx<'_>, schedule: &Schedule, forms: Vec<Form>) -> Result<Vec<Phase>> {
    if forms.is_empty() || forms.len() > PHASES_MAX {
        return Err(ApiError::invalid(format!("Pass between 1 and {PHASES_MAX} phases.")).param("phases"));
    }
    let mut phases: Vec<Phase> = Vec::new();
    for mut form in forms {
        let start_param = form.path("start_date");
        let start = form.moment("start_date", tx.now)?;
        let runs = schedule.phases[schedule.current].start;
        let first = if start == Some(runs) { runs } else { schedule.phases[0].start };
        let before = phases.last().map_or(first, |phase| phase.end);
        if start.is_some_and(|start| start != before) {
            let message =
                "The first phase keeps its start_date, and each other one starts where the one before it ends.";
            return Err(ApiError::invalid(message).param(&start_param));
        }
        phases.push(phase(tx, before, form, schedule)?);
    }
    Ok(phases)
}

fn phase(tx: &Tx<'_>, start: UnixSeconds, mut form: Form, schedule: &Schedule) -> Result<Phase> {
    let items_param = form.path("items");
    let mut items = Vec::new();
    for mut item in form.forms("items")?.unwrap_or_default() {
        let price_param = item.path("price");
        let price = tx.find::<Price>(&item.required("price")?, &price_param)?.id;
        let quantity = item.positive("quantity")?.unwrap_or(1);
        items.push(PhaseItem { price, quantity, metadata: item.new_metadata()? });
        item.finish()?;
    }
    if items.is_empty() {
        return Err(ApiError::missing_param(&items_param));
    }
    let prices: Vec<Price> = items.iter().map(|item| tx.get::<Price>(&item.price)).collect();
    let (currency, recurring) = subscription::common_terms(&prices)?;
    if currency != schedule.currency {
        return Err(subscription::wrong_currency(&currency, &schedule.currency, &items_param));
    }
    let is_new =
        |price: &&Price| schedule.phases.iter().flat_map(|phase| &phase.items).all(|item| item.price != price.id);
    subscription::check_for_sale(tx, prices.iter().filter(is_new), &items_param)?;
    let phase = Phase {
        start,
        end: end_of(tx, start, recurring, &mut form)?,
        items,
        proration: proration(&mut form)?.unwrap_or_default(),
        trial_end: form.moment("trial_end", tx.now)?,
        discounts: discounts(tx, &mut form)?,
        metadata: form.new_metadata()?,
    };
    form.finish()?;
    Ok(phase)
}

/// `discounts[0][discount]`: refers to discounts that the subscription already has.
fn discounts(tx: &Tx<'_>, form: &mut Form) -> Result<Vec<String>> {
    let mut discounts = Vec::new();
    for mut discount in form.forms("discounts")?.unwrap_or_default() {
        let param = discount.path("discount");
        discounts.push(tx.find::<Discount>(&discount.required("discount")?, &param)?.id);
        discount.finish()?;
    }
    Ok(discounts)
}

/// `end_date`, or a duration: one period by default.
fn end_of(tx: &Tx<'_>, start: UnixSeconds, recurring: Recurring, form: &mut Form) -> Result<UnixSeconds> {
    let param = form.path("end_date");
    if let Some(end) = form.moment("end_date", tx.now)? {
        let message = "The end of a phase has to be after its start.";
        return if end > start { Ok(end) } else { Err(ApiError::invalid(message).param(&param)) };
    }
    let mut length = recurring;
    if let Some(mut duration) = form.form("duration")? {
        length.interval = duration
            .choice("interval", super::catalog::INTERVALS)?
            .ok_or_else(|| ApiError::missing_param(&param.replace("end_date", "duration][interval")))?;
        length.count = u32::try_from(duration.positive("interval_count")?.unwrap_or(1)).unwrap_or(u32::MAX);
        duration.finish()?;
    } else if let Some(iterations) = form.positive("iterations")? {
        length.count = length.count.saturating_mul(u32::try_from(iterations).unwrap_or(u32::MAX));
    }
    Ok(next_boundary(start, length, start))
}

/// If the current phase differs from the subscription, the subscription changes now.
fn apply_now(tx: &mut Tx<'_>, id: &str, phase: &Phase, proration: Proration) -> Result<()> {
    let subscription: Subscription = tx.get(id);
    schedule::keep_discounts(tx, &subscription, phase);
    let items = schedule::items_of(&subscription, phase, tx.now);
    let same = subscription.items.len() == items.len()
        && subscription
            .items
            .iter()
            .zip(&items)
            .all(|(old, new)| old.price == new.price && old.quantity == new.quantity);
    if same {
        return Ok(());
    }
    let change =
        ItemChange { items, proration, proration_date: None, behavior: PaymentBehavior::Allow, restart: false };
    change::update(tx, id, |_| {}, Some(change))
}
