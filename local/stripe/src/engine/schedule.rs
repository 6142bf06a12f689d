//! Subscription schedules: consecutive phases, such as a downgrade at the end of the period.

use super::change::{self, ItemChange};
use super::subscription::{self, PaymentBehavior};
use crate::error::Result;
use crate::model::*;
use crate::tx::Tx;

/// A schedule with one phase: the current subscription, until its period ends.
pub(crate) fn from_subscription(tx: &mut Tx<'_>, subscription: &Subscription, metadata: Metadata) -> String {
    let items = subscription.items.iter().map(|item| PhaseItem {
        price: item.price.clone(),
        quantity: item.quantity,
        metadata: item.metadata.clone(),
    });
    let phase = Phase {
        start: subscription.period_start,
        end: subscription.period_end,
        items: items.collect(),
        proration: Proration::Create,
        trial_end: subscription.trial_end.filter(|end| *end > tx.now),
        discounts: subscription.discounts.clone(),
        metadata: subscription.metadata.clone(),
    };
    let schedule = Schedule {
        id: tx.ids.next("sub_sched"),
        created: tx.now,
        customer: subscription.customer.clone(),
        subscription: Some(subscription.id.clone()),
        released_subscription: None,
        status: ScheduleStatus::Active,
        currency: subscription.currency.clone(),
        phases: vec![phase],
        current: 0,
        cancels: false,
        flexible: subscription.flexible,
        canceled_at: None,
        completed_at: None,
        released_at: None,
        metadata,
    };
    let id = schedule.id.clone();
    tx.put(schedule);
    tx.update(&subscription.id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.schedule = Some(id.clone());
    });
    tx.emit::<Schedule>("subscription_schedule.created", &id);
    id
}

/// Ends the current phase: starts the next one or completes the schedule.
pub(crate) fn advance(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let schedule: Schedule = tx.get(id);
    let Some(subscription) = &schedule.subscription else { return Ok(()) };
    let Some(next) = schedule.phases.get(schedule.current + 1) else { return finish(tx, &schedule, subscription) };
    begin(tx, subscription, next)?;
    tx.update(id, "subscription_schedule.updated", |schedule: &mut Schedule| schedule.current += 1);
    Ok(())
}

/// Releases the subscription from its schedule, without changes.
pub(crate) fn release(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    let schedule: Schedule = tx.get(id);
    tx.edit(id, |schedule: &mut Schedule| {
        schedule.status = ScheduleStatus::Released;
        schedule.released_at = Some(now);
        schedule.released_subscription = schedule.subscription.take();
    });
    if let Some(subscription) = &schedule.subscription {
        tx.update(subscription, "customer.subscription.updated", |subscription: &mut Subscription| {
            subscription.schedule = None;
        });
    }
    tx.emit::<Schedule>("subscription_schedule.released", id);
}

/// Ends the schedule together with its subscription.
pub(crate) fn end(tx: &mut Tx<'_>, id: &str) {
    let now = tx.now;
    if tx.get::<Schedule>(id).status != ScheduleStatus::Active {
        return;
    }
    tx.edit(id, |schedule: &mut Schedule| {
        schedule.status = ScheduleStatus::Canceled;
        schedule.canceled_at = Some(now);
    });
    tx.emit::<Schedule>("subscription_schedule.canceled", id);
}

/// The items with which a subscription renews, if a phase starts with its next period.
pub(crate) fn items_at_renewal(tx: &Tx<'_>, subscription: &Subscription) -> Option<Vec<Item>> {
    let schedule: Schedule = tx.get(subscription.schedule.as_deref()?);
    let next = schedule.phases.get(schedule.current + 1)?;
    (next.start <= subscription.period_end).then(|| items_of(subscription, next, subscription.created))
}

/// Updates the current phase after a change of the subscription itself.
pub(crate) fn follow(tx: &mut Tx<'_>, subscription: &Subscription) {
    let Some(id) = &subscription.schedule else { return };
    tx.edit(id, |schedule: &mut Schedule| {
        let current = schedule.current;
        if let Some(phase) = schedule.phases.get_mut(current) {
            let items = subscription.items.iter().map(|item| PhaseItem {
                price: item.price.clone(),
                quantity: item.quantity,
                metadata: item.metadata.clone(),
            });
            phase.items = items.collect();
        }
    });
}

fn begin(tx: &mut Tx<'_>, id: &str, phase: &Phase) -> Result<()> {
    let subscription: Subscription = tx.get(id);
    keep_discounts(tx, &subscription, phase);
    let items = items_of(&subscription, phase, tx.now);
    if phase.start < subscription.period_end {
        let change = ItemChange {
            items,
            proration: phase.proration,
            proration_date: Some(phase.start),
            behavior: PaymentBehavior::Allow,
            restart: false,
        };
        return change::update(tx, id, |_| {}, Some(change));
    }
    // The period ends with the phase. The renewal, which follows at once, is the first with the new items.
    let prices: Vec<Price> = items.iter().map(|item| tx.get::<Price>(&item.price)).collect();
    let (_, recurring) = subscription::common_terms(&prices)?;
    let is_new = |price: &&Price| subscription.items.iter().all(|item| item.price != price.id);
    subscription::check_for_sale(tx, prices.iter().filter(is_new), "items[0][price]")?;
    tx.update(id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.items = items;
        if subscription.recurring != recurring {
            subscription.recurring = recurring;
            subscription.billing_cycle_anchor = subscription.period_end;
        }
    });
    Ok(())
}

/// Keeps only the discounts that the phase names.
pub(crate) fn keep_discounts(tx: &mut Tx<'_>, subscription: &Subscription, phase: &Phase) {
    tx.update(&subscription.id, "customer.subscription.updated", |subscription: &mut Subscription| {
        subscription.discounts.retain(|discount| phase.discounts.contains(discount));
    });
}

fn finish(tx: &mut Tx<'_>, schedule: &Schedule, subscription: &str) -> Result<()> {
    if !schedule.cancels {
        release(tx, &schedule.id);
        return Ok(());
    }
    let now = tx.now;
    tx.edit(&schedule.id, |schedule: &mut Schedule| {
        schedule.status = ScheduleStatus::Completed;
        schedule.completed_at = Some(now);
    });
    subscription::end(tx, subscription, None);
    tx.emit::<Schedule>("subscription_schedule.completed", &schedule.id);
    Ok(())
}

/// The items of a phase; each replaces the existing item at its position and keeps the id.
pub(crate) fn items_of(subscription: &Subscription, phase: &Phase, now: UnixSeconds) -> Vec<Item> {
    let items = phase.items.iter().enumerate().map(|(place, new)| {
        let old = subscription.items.get(place);
        Item {
            id: old.map_or_else(
                || format!("{}_{place}", subscription.id.replacen("sub_", "si_", 1)),
                |old| old.id.clone(),
            ),
            created: old.map_or(now, |old| old.created),
            price: new.price.clone(),
            quantity: new.quantity,
            metadata: new.metadata.clone(),
        }
    });
    items.collect()
}

impl ScheduleStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Canceled => "canceled",
            Self::Completed => "completed",
            Self::Released => "released",
        }
    }
}

/// The error of a request that conflicts with a schedule.
pub(crate) fn is_in_the_way(subscription: &Subscription) -> Option<crate::error::ApiError> {
    let schedule = subscription.schedule.as_ref()?;
    let message = format!(
        "The subscription is managed by the subscription schedule `{schedule}`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead."
    );
    Some(crate::error::ApiError::invalid(message))
}
