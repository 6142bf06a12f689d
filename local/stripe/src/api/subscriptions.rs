use super::form::{MetadataChange, Setting, change_metadata};
use super::named::named;
use super::{Form, Paging, found, payment_methods};
use crate::engine::change::{self, ItemChange};
use crate::engine::discount::{self, Purchase};
use crate::engine::schedule;
use crate::engine::subscription::{self, NewItem, NewSubscription, PaymentBehavior};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::Value;

pub(super) fn create(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let customer = named(tx, &form.required("customer")?)?.id;
    let mut items = Vec::new();
    for item in form.forms("items")?.unwrap_or_default() {
        items.push(new_item(tx, item)?);
    }
    let method = form.filled("default_payment_method")?;
    let days = form.positive("trial_period_days")?;
    let trial_end = match (form.moment("trial_end", tx.now)?, days) {
        (Some(end), _) => Some(end),
        (None, days) => days.and_then(|days| i64::try_from(days).ok()).map(|days| tx.now + days * DAY),
    };
    let new = NewSubscription {
        default_payment_method: method.map(|id| payment_methods::of_customer(tx, &id, &customer)).transpose()?,
        customer,
        items,
        metadata: form.new_metadata()?,
        description: form.filled("description")?,
        trial_end,
        missing_payment_method: form.form("trial_settings")?.map(end_behavior).transpose()?.unwrap_or_default(),
        discounts: discounts(tx, &mut form)?.unwrap_or_default(),
        classic: form.form("billing_mode")?.map(is_classic).transpose()?.unwrap_or(false),
        cancel_at: form.moment("cancel_at", tx.now)?,
        cancel_at_period_end: form.boolean("cancel_at_period_end")?.unwrap_or(false),
        checkout_session: None,
    };
    let behavior = payment_behavior(&mut form)?;
    ignore_settled(&mut form)?;
    form.finish()?;
    let currency = new.items.first().map(|item| tx.get::<Price>(&item.price).currency).unwrap_or_default();
    let purchase = Purchase { customer: Some(&new.customer), currency: &currency, subtotal: None };
    for applied in &new.discounts {
        discount::check(tx.state, applied, purchase, tx.now)?;
    }
    let id = subscription::create(tx, new, behavior)?;
    Ok(tx.get::<Subscription>(&id).render(tx.view()))
}

pub(super) fn update(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let subscription: Subscription = found(tx, id)?;
    let fields = Fields::take(tx, &subscription, &mut form)?;
    let change = item_change(tx, &subscription, &mut form)?;
    ignore_settled(&mut form)?;
    form.finish()?;
    let only_notes = change.is_none() && fields.are_only_notes();
    if subscription.status.is_over() && !only_notes {
        let message = "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(ApiError::invalid(message));
    }
    let pending = change.as_ref().is_some_and(|change| change.behavior == PaymentBehavior::Pend);
    if pending && !fields.are_empty() {
        let message = "When `payment_behavior` is set to `pending_if_incomplete`, you can only pass items, proration_behavior, proration_date and billing_cycle_anchor.";
        return Err(ApiError::invalid(message).param("payment_behavior"));
    }
    if let Some(error) = schedule::is_in_the_way(&subscription).filter(|_| fields.change_the_end()) {
        return Err(error);
    }
    let discounts = fields.redeem(tx, &subscription);
    change::update(tx, id, |subscription| fields.apply(subscription, discounts), change)?;
    Ok(tx.get::<Subscription>(id).render(tx.view()))
}

pub(super) fn cancel(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    let subscription: Subscription = found(tx, id)?;
    let details = form.form("cancellation_details")?;
    for unsupported in ["prorate", "invoice_now"] {
        if form.boolean(unsupported)? == Some(true) {
            let message = format!("This stand-in does not support `{unsupported}` when a subscription is canceled.");
            return Err(ApiError::invalid(message).param(unsupported));
        }
    }
    form.finish()?;
    if subscription.status.is_over() {
        return Err(ApiError::no_such("subscription", id, "id").not_found());
    }
    let reason = Some("cancellation_requested".to_owned());
    let mut cancellation = Cancellation { reason, ..subscription.cancellation };
    if let Some(mut details) = details {
        cancellation.comment = details.filled("comment")?;
        cancellation.feedback = details.filled("feedback")?;
        details.finish()?;
    }
    subscription::end(tx, id, Some(cancellation));
    Ok(tx.get::<Subscription>(id).render(tx.view()))
}

pub(super) fn resume(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<Subscription>(tx, id)?;
    form.choice("billing_cycle_anchor", &[("now", ())])?;
    form.ignore(&["proration_behavior", "proration_date"]);
    form.finish()?;
    subscription::resume(tx, id)?;
    Ok(tx.get::<Subscription>(id).render(tx.view()))
}

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (customer, price) = (form.filled("customer")?, form.filled("price")?);
    let status = form.filled("status")?;
    form.finish()?;
    let wanted = |subscription: &Subscription| match status.as_deref() {
        None => subscription.status != SubscriptionStatus::Canceled,
        Some("all") => true,
        Some("ended") => subscription.status.is_over(),
        Some(status) => subscription.status.name() == status,
    };
    let rows = tx.state.subscriptions.listed(customer.as_deref()).filter(|subscription| {
        wanted(subscription)
            && price.as_ref().is_none_or(|price| subscription.items.iter().any(|item| item.price == *price))
    });
    paging.page("/v1/subscriptions", rows, tx.view())
}

/// `discounts[0][coupon]`, `discounts[0][promotion_code]`.
pub(super) fn discounts(tx: &Tx<'_>, form: &mut Form) -> Result<Option<Vec<AppliedDiscount>>> {
    let Some(forms) = form.forms("discounts")? else { return Ok(None) };
    let mut named = Vec::new();
    for mut form in forms {
        named.push((form.filled("coupon")?, form.filled("promotion_code")?));
        form.finish()?;
    }
    discount::named(tx, named).map(Some)
}

/// `trial_settings[end_behavior][missing_payment_method]`.
pub(super) fn end_behavior(mut settings: Form) -> Result<EndBehavior> {
    let mut behavior = settings.form("end_behavior")?.unwrap_or_default();
    let choices = [
        ("create_invoice", EndBehavior::CreateInvoice),
        ("pause", EndBehavior::Pause),
        ("cancel", EndBehavior::Cancel),
    ];
    let chosen = behavior.choice("missing_payment_method", &choices)?.unwrap_or_default();
    behavior.finish()?;
    settings.finish()?;
    Ok(chosen)
}

/// A change of items, if the request asks for one. Previews use the same parameters.
pub(super) fn item_change(tx: &mut Tx<'_>, subscription: &Subscription, form: &mut Form) -> Result<Option<ItemChange>> {
    let asked = form.has("items");
    let mut items = subscription.items.clone();
    for item in form.forms("items")?.unwrap_or_default() {
        change_items(tx, &mut items, item)?;
    }
    let proration = proration(form)?;
    let proration_date = form.moment("proration_date", tx.now)?;
    let behavior = payment_behavior(form)?;
    let anchored = form.choice("billing_cycle_anchor", &[("now", true), ("unchanged", false)])?.unwrap_or(false);
    let mut restart = anchored && subscription.status != SubscriptionStatus::Trialing;
    if let Some(end) = form.moment("trial_end", tx.now)? {
        if end > tx.now || subscription.status != SubscriptionStatus::Trialing {
            let message = "This stand-in supports `trial_end=now` of a subscription in its trial only.";
            return Err(ApiError::invalid(message).param("trial_end"));
        }
        restart = true;
    }
    if items.is_empty() {
        return Err(ApiError::invalid("A subscription must have at least one active plan.").param("items"));
    }
    let proration = proration.unwrap_or_default();
    Ok((asked || restart).then_some(ItemChange { items, proration, proration_date, behavior, restart }))
}

fn change_items(tx: &mut Tx<'_>, items: &mut Vec<Item>, mut form: Form) -> Result<()> {
    let Some(id) = form.filled("id")? else {
        let new = new_item(tx, form)?;
        let id = tx.ids.next("si");
        items.push(Item { id, created: tx.now, price: new.price, quantity: new.quantity, metadata: new.metadata });
        return Ok(());
    };
    let Some(place) = items.iter().position(|item| item.id == id) else {
        return Err(ApiError::no_such("subscription item", &id, &form.path("id")));
    };
    if form.boolean("deleted")?.unwrap_or(false) {
        items.remove(place);
        return form.finish();
    }
    let param = form.path("price");
    if let Some(price) = form.filled("price")? {
        items[place].price = tx.find::<Price>(&price, &param)?.id;
        items[place].quantity = 1;
    }
    if let Some(quantity) = form.positive("quantity")? {
        items[place].quantity = quantity;
    }
    change_metadata(&mut items[place].metadata, form.metadata()?);
    form.finish()
}

fn new_item(tx: &Tx<'_>, mut form: Form) -> Result<NewItem> {
    let param = form.path("price");
    let price = tx.find::<Price>(&form.required("price")?, &param)?.id;
    let item = NewItem { price, quantity: form.positive("quantity")?.unwrap_or(1), metadata: form.new_metadata()? };
    form.finish()?;
    Ok(item)
}

/// `proration_behavior`.
pub(super) fn proration(form: &mut Form) -> Result<Option<Proration>> {
    let choices = [
        ("create_prorations", Proration::Create),
        ("always_invoice", Proration::AlwaysInvoice),
        ("none", Proration::None),
    ];
    form.choice("proration_behavior", &choices)
}

fn payment_behavior(form: &mut Form) -> Result<PaymentBehavior> {
    let choices = [
        ("allow_incomplete", PaymentBehavior::Allow),
        ("default_incomplete", PaymentBehavior::Wait),
        ("error_if_incomplete", PaymentBehavior::Refuse),
        ("pending_if_incomplete", PaymentBehavior::Pend),
    ];
    Ok(form.choice("payment_behavior", &choices)?.unwrap_or_default())
}

fn is_classic(mut mode: Form) -> Result<bool> {
    let classic = mode.choice("type", &[("flexible", false), ("classic", true)])?.unwrap_or(false);
    mode.finish()?;
    Ok(classic)
}

/// Parameters for which the stand-in supports only one value.
fn ignore_settled(form: &mut Form) -> Result<()> {
    form.choice("collection_method", &[("charge_automatically", ())])?;
    form.boolean("off_session")?;
    if let Some(mut settings) = form.form("payment_settings")? {
        settings.choice("save_default_payment_method", &[("off", ()), ("on_subscription", ())])?;
        settings.texts("payment_method_types")?;
        settings.finish()?;
    }
    Ok(())
}

/// Fields of a subscription that change without affecting money.
struct Fields {
    cancel_at_period_end: Option<bool>,
    cancel_at: Setting<UnixSeconds>,
    metadata: Option<MetadataChange>,
    description: Setting<String>,
    default_payment_method: Setting<String>,
    cancellation: Option<(Option<String>, Option<String>)>,
    discounts: Option<Vec<AppliedDiscount>>,
    missing_payment_method: Option<EndBehavior>,
    pause: Setting<Pause>,
    now: UnixSeconds,
}

impl Fields {
    fn take(tx: &mut Tx<'_>, subscription: &Subscription, form: &mut Form) -> Result<Self> {
        let cancel_at_period_end = form.boolean("cancel_at_period_end")?;
        let cancel_at = cancel_at(tx, subscription, form)?;
        if cancel_at_period_end == Some(true) && matches!(cancel_at, Setting::Set(_)) {
            let message = "You may only specify one of these parameters: cancel_at, cancel_at_period_end.";
            return Err(ApiError::invalid(message));
        }
        let method = form.unsettable("default_payment_method")?;
        let cancellation = match form.form("cancellation_details")? {
            None => None,
            Some(mut details) => {
                let said = (details.unsettable("comment")?.value(), details.unsettable("feedback")?.value());
                details.finish()?;
                Some(said)
            }
        };
        let discounts = discounts(tx, form)?;
        let purchase =
            Purchase { customer: Some(&subscription.customer), currency: &subscription.currency, subtotal: None };
        for applied in discounts.iter().flatten() {
            discount::check(tx.state, applied, purchase, tx.now)?;
        }
        Ok(Self {
            cancel_at_period_end,
            cancel_at,
            metadata: form.metadata()?,
            description: form.unsettable("description")?,
            default_payment_method: match method {
                Setting::Set(id) => Setting::Set(payment_methods::of_customer(tx, &id, &subscription.customer)?),
                unset => unset,
            },
            cancellation,
            discounts,
            missing_payment_method: form.form("trial_settings")?.map(end_behavior).transpose()?,
            pause: pause_collection(tx, form)?,
            now: tx.now,
        })
    }

    fn are_only_notes(&self) -> bool {
        self.cancel_at_period_end.is_none()
            && self.cancel_at.is_kept()
            && self.description.is_kept()
            && self.default_payment_method.is_kept()
            && self.discounts.is_none()
            && self.missing_payment_method.is_none()
            && self.pause.is_kept()
    }

    fn change_the_end(&self) -> bool {
        self.cancel_at_period_end.is_some() || !self.cancel_at.is_kept()
    }

    fn are_empty(&self) -> bool {
        self.are_only_notes() && self.metadata.is_none() && self.cancellation.is_none()
    }

    fn redeem(&self, tx: &mut Tx<'_>, subscription: &Subscription) -> Option<Vec<String>> {
        let discounts = self.discounts.clone()?;
        Some(discounts.iter().map(|applied| discount::redeem(tx, applied, subscription, None)).collect())
    }

    fn apply(self, subscription: &mut Subscription, discounts: Option<Vec<String>>) {
        match self.cancel_at_period_end {
            Some(true) => {
                subscription.cancel_at_period_end = true;
                subscription.cancel_at = None;
            }
            Some(false) => subscription.cancel_at_period_end = false,
            None => {}
        }
        let changes_the_end = self.change_the_end();
        if !self.cancel_at.is_kept() {
            subscription.cancel_at_period_end = false;
            subscription.cancel_at = self.cancel_at.value();
        }
        if changes_the_end {
            let cancelling = subscription.ends_at().is_some();
            subscription.canceled_at = cancelling.then(|| subscription.canceled_at.unwrap_or(self.now));
            subscription.cancellation.reason = cancelling.then(|| "cancellation_requested".to_owned());
        }
        if let Some((comment, feedback)) = self.cancellation {
            subscription.cancellation.comment = comment;
            subscription.cancellation.feedback = feedback;
        }
        change_metadata(&mut subscription.metadata, self.metadata);
        subscription.description = self.description.over(subscription.description.take());
        subscription.default_payment_method =
            self.default_payment_method.over(subscription.default_payment_method.take());
        subscription.discounts = discounts.unwrap_or_else(|| std::mem::take(&mut subscription.discounts));
        subscription.missing_payment_method =
            self.missing_payment_method.unwrap_or(subscription.missing_payment_method);
        subscription.pause = self.pause.over(subscription.pause);
    }
}

/// `pause_collection`; an empty string unsets it.
fn pause_collection(tx: &Tx<'_>, form: &mut Form) -> Result<Setting<Pause>> {
    if form.clone().text("pause_collection").is_ok_and(|text| text.is_some_and(|text| text.is_empty())) {
        form.ignore(&["pause_collection"]);
        return Ok(Setting::Unset);
    }
    let Some(mut pause) = form.form("pause_collection")? else { return Ok(Setting::Kept) };
    let choices = [
        ("keep_as_draft", PauseBehavior::KeepAsDraft),
        ("mark_uncollectible", PauseBehavior::MarkUncollectible),
        ("void", PauseBehavior::Void),
    ];
    let Some(behavior) = pause.choice("behavior", &choices)? else {
        return Err(ApiError::missing_param("pause_collection[behavior]"));
    };
    let resumes_at = pause.moment("resumes_at", tx.now)?;
    pause.finish()?;
    if resumes_at.is_some_and(|at| at <= tx.now) {
        let message = "`pause_collection[resumes_at]` must be in the future.";
        return Err(ApiError::invalid(message).param("pause_collection[resumes_at]"));
    }
    Ok(Setting::Set(Pause { behavior, resumes_at }))
}

/// A time, or the end of the period; an empty string unsets it.
fn cancel_at(tx: &Tx<'_>, subscription: &Subscription, form: &mut Form) -> Result<Setting<UnixSeconds>> {
    let mut copy = form.clone();
    match copy.text("cancel_at")?.as_deref() {
        None => Ok(Setting::Kept),
        Some("") => {
            form.ignore(&["cancel_at"]);
            Ok(Setting::Unset)
        }
        Some("min_period_end" | "max_period_end") => {
            form.ignore(&["cancel_at"]);
            Ok(Setting::Set(subscription.period_end))
        }
        Some(_) => {
            let at = form.moment("cancel_at", tx.now)?;
            if at.is_some_and(|at| at <= tx.now) {
                return Err(ApiError::invalid("The `cancel_at` date must be in the future.").param("cancel_at"));
            }
            Ok(at.map_or(Setting::Kept, Setting::Set))
        }
    }
}
