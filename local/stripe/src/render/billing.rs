use super::{Render, View, catalog, inner_list};
use crate::model::*;
use serde_json::{Map, Value, json};

impl SubscriptionStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
        }
    }
}

impl PauseBehavior {
    fn name(self) -> &'static str {
        match self {
            Self::KeepAsDraft => "keep_as_draft",
            Self::MarkUncollectible => "mark_uncollectible",
            Self::Void => "void",
        }
    }
}

impl EndBehavior {
    fn name(self) -> &'static str {
        match self {
            Self::CreateInvoice => "create_invoice",
            Self::Pause => "pause",
            Self::Cancel => "cancel",
        }
    }
}

impl Render for Subscription {
    fn render(&self, view: View<'_>) -> Value {
        let mut value = self.terms(view);
        let Some(fields) = value.as_object_mut() else { return value };
        fields.extend(self.course(view));
        fields.extend(subscription_constants());
        value
    }
}

impl Subscription {
    fn terms(&self, view: View<'_>) -> Value {
        let items = self.items.iter().map(|item| render_item(item, self, view)).collect();
        let mode = if self.flexible {
            json!({"flexible": {"proration_discounts": "included"}, "type": "flexible"})
        } else {
            json!({"flexible": null, "type": "classic"})
        };
        json!({
            "id": self.id,
            "object": "subscription",
            "billing_cycle_anchor": self.billing_cycle_anchor,
            "billing_mode": mode,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "default_payment_method": self.default_payment_method,
            "description": self.description,
            "discounts": self.discounts,
            "items": inner_list(&format!("/v1/subscription_items?subscription={}", self.id), items),
            "metadata": self.metadata,
            "start_date": self.start_date,
        })
    }

    fn course(&self, view: View<'_>) -> Map<String, Value> {
        into_map(json!({
            "cancel_at": self.ends_at(),
            "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": self.canceled_at,
            "cancellation_details": {
                "comment": self.cancellation.comment,
                "feedback": self.cancellation.feedback,
                "feedback_option": null,
                "reason": self.cancellation.reason,
            },
            "ended_at": self.ended_at,
            "latest_invoice": self.latest_invoice,
            "pause_collection": self.pause.map(|pause| {
                json!({"behavior": pause.behavior.name(), "resumes_at": pause.resumes_at})
            }),
            "schedule": self.schedule,
            "pending_update": self.pending_update.as_ref().map(|update| self.render_pending(update, view)),
            "status": self.status.name(),
            "trial_end": self.trial_end,
            "trial_settings": {
                "end_behavior": {
                    "billing_cycle_anchor": null,
                    "missing_payment_method": self.missing_payment_method.name(),
                },
            },
            "trial_start": self.trial_start,
        }))
    }

    fn render_pending(&self, update: &PendingUpdate, view: View<'_>) -> Value {
        let items: Vec<Value> = update.items.iter().map(|item| render_item(item, self, view)).collect();
        json!({
            "billing_cycle_anchor": update.cycle.map(|(start, _)| start),
            "cancel_at_period_end": null,
            "discount": null,
            "discounts": null,
            "expires_at": update.expires_at,
            "metadata": null,
            "subscription_items": items,
            "trial_end": null,
            "trial_from_plan": null,
        })
    }
}

pub(crate) fn render_item(item: &Item, subscription: &Subscription, view: View<'_>) -> Value {
    let price = view.state.prices.get(&item.price);
    json!({
        "id": item.id,
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": item.created,
        "current_period_end": subscription.period_end,
        "current_period_start": subscription.period_start,
        "current_trial": null,
        "discounts": [],
        "metadata": item.metadata,
        "plan": price.map(catalog::plan),
        "price": price.map(|price| price.render(view)),
        "quantity": item.quantity,
        "subscription": subscription.id,
        "tax_rates": [],
    })
}

impl InvoiceStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Uncollectible => "uncollectible",
            Self::Void => "void",
        }
    }
}

impl BillingReason {
    fn name(self) -> &'static str {
        match self {
            Self::SubscriptionCreate => "subscription_create",
            Self::SubscriptionCycle => "subscription_cycle",
            Self::SubscriptionUpdate => "subscription_update",
            Self::Upcoming => "upcoming",
            Self::Manual => "manual",
        }
    }
}

impl Render for Invoice {
    fn render(&self, view: View<'_>) -> Value {
        let mut value = self.amounts();
        let Some(fields) = value.as_object_mut() else { return value };
        fields.extend(self.parties(view));
        fields.extend(self.course(view));
        fields.extend(invoice_constants());
        value
    }
}

impl Invoice {
    fn amounts(&self) -> Value {
        let taken_off: Vec<Value> =
            self.discounted.iter().map(|(discount, amount)| json!({"amount": amount, "discount": discount})).collect();
        json!({
            "id": self.id,
            "object": "invoice",
            "amount_due": self.amount_due,
            "amount_overpaid": 0,
            "amount_paid": self.amount_paid,
            "amount_remaining": self.amount_remaining(),
            "amount_shipping": 0,
            "currency": self.currency,
            "discounts": self.discounts,
            "ending_balance": self.ending_balance,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": self.starting_balance,
            "subtotal": self.subtotal,
            "subtotal_excluding_tax": self.subtotal,
            "total": self.total,
            "total_discount_amounts": taken_off,
            "total_excluding_tax": self.total,
            "total_pretax_credit_amounts": [],
            "total_taxes": [],
        })
    }

    pub(crate) fn amount_remaining(&self) -> i64 {
        self.amount_due - self.amount_paid
    }

    fn parties(&self, view: View<'_>) -> Map<String, Value> {
        let customer = view.state.customers.get(&self.customer);
        let subscription = self.subscription.as_deref().and_then(|id| view.state.subscriptions.get(id));
        let parent = subscription.map(|subscription| {
            json!({
                "quote_details": null,
                "subscription_details": {"metadata": subscription.metadata, "subscription": subscription.id},
                "type": "subscription_details",
            })
        });
        into_map(json!({
            "customer": self.customer,
            "customer_account": null,
            "customer_address": null,
            "customer_email": customer.and_then(|customer| customer.email.as_deref()),
            "customer_name": customer.and_then(|customer| customer.name.as_deref()),
            "customer_phone": customer.and_then(|customer| customer.phone.as_deref()),
            "customer_shipping": null,
            "customer_tax_exempt": "none",
            "customer_tax_ids": [],
            "parent": parent,
        }))
    }

    fn course(&self, view: View<'_>) -> Map<String, Value> {
        let page = self.finalized_at.map(|_| format!("{}/i/{}", view.base_url, self.id));
        let lines = self.lines.iter().map(|line| self.render_line(line)).collect();
        into_map(json!({
            "attempt_count": self.attempt_count,
            "attempted": self.attempt_count > 0 || self.status == InvoiceStatus::Paid,
            "auto_advance": self.auto_advance,
            "automatically_finalizes_at": self.finalizes_at.filter(|_| self.auto_advance),
            "billing_reason": self.reason.name(),
            "created": self.created,
            "description": self.description,
            "effective_at": self.finalized_at,
            "hosted_invoice_url": page,
            "invoice_pdf": page.map(|page| page + "/pdf"),
            "lines": inner_list(&format!("/v1/invoices/{}/lines", self.id), lines),
            "metadata": self.metadata,
            "next_payment_attempt": self.next_payment_attempt.or(self.finalizes_at.filter(|_| self.auto_advance)),
            "number": self.number,
            "period_end": self.period_end,
            "period_start": self.period_start,
            "status": self.status.name(),
            "status_transitions": {
                "finalized_at": self.finalized_at,
                "marked_uncollectible_at": self.uncollectible_at,
                "paid_at": self.paid_at,
                "voided_at": self.voided_at,
            },
            "webhooks_delivered_at": null,
        }))
    }

    fn render_line(&self, line: &Line) -> Value {
        let amounts: Vec<Value> =
            line.discounted.iter().map(|(discount, amount)| json!({"amount": amount, "discount": discount})).collect();
        json!({
            "id": line.id,
            "object": "line_item",
            "amount": line.amount,
            "currency": self.currency,
            "description": line.description,
            "discount_amounts": amounts,
            "discountable": !line.proration,
            "discounts": line.discounted.iter().map(|(discount, _)| discount).collect::<Vec<_>>(),
            "invoice": self.id,
            "livemode": false,
            "metadata": {},
            "parent": self.line_parent(line),
            "period": {"end": line.period_end, "start": line.period_start},
            "pretax_credit_amounts": [],
            "pricing": line.price.as_ref().map(|price| {
                json!({
                    "price_details": {"price": price.id, "product": price.product},
                    "type": "price_details",
                    "unit_amount_decimal": price.unit_amount.to_string(),
                })
            }),
            "quantity": line.quantity,
            "quantity_decimal": line.quantity.to_string(),
            "subscription": self.subscription,
            "subtotal": line.amount,
            "taxes": [],
        })
    }

    fn line_parent(&self, line: &Line) -> Value {
        let proration = line.proration.then(|| json!({"credited_items": null}));
        match (&line.subscription_item, &line.invoice_item) {
            (Some(item), invoice_item) => json!({
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": invoice_item,
                    "proration": line.proration,
                    "proration_details": proration.unwrap_or_else(|| json!({"credited_items": null})),
                    "subscription": self.subscription,
                    "subscription_item": item,
                },
                "type": "subscription_item_details",
            }),
            (None, Some(invoice_item)) => json!({
                "invoice_item_details": {
                    "invoice_item": invoice_item,
                    "proration": line.proration,
                    "proration_details": {"credited_items": null},
                    "subscription": self.subscription,
                },
                "subscription_item_details": null,
                "type": "invoice_item_details",
            }),
            (None, None) => Value::Null,
        }
    }
}

/// The attributes that are the same for every subscription of the stand-in.
fn subscription_constants() -> Map<String, Value> {
    into_map(json!({
        "application": null,
        "application_fee_percent": null,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
        "billing_cycle_anchor_config": null,
        "billing_schedules": [],
        "billing_thresholds": null,
        "collection_method": "charge_automatically",
        "customer_account": null,
        "days_until_due": null,
        "default_source": null,
        "default_tax_rates": [],
        "invoice_settings": {
            "account_tax_ids": null,
            "custom_fields": null,
            "description": null,
            "footer": null,
            "issuer": {"type": "self"},
        },
        "livemode": false,
        "managed_payments": null,
        "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "payment_settings": {
            "payment_method_options": null,
            "payment_method_types": null,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": null,
        "pending_setup_intent": null,
        "test_clock": null,
        "transfer_data": null,
    }))
}

/// The attributes that are the same for every invoice of the stand-in.
fn invoice_constants() -> Map<String, Value> {
    into_map(json!({
        "account_country": "US",
        "account_name": "Test account",
        "account_tax_ids": null,
        "application": null,
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null},
        "collection_method": "charge_automatically",
        "custom_fields": null,
        "default_payment_method": null,
        "default_source": null,
        "default_tax_rates": [],
        "due_date": null,
        "footer": null,
        "from_invoice": null,
        "issuer": {"type": "self"},
        "last_finalization_error": null,
        "latest_revision": null,
        "livemode": false,
        "on_behalf_of": null,
        "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
        "receipt_number": null,
        "rendering": null,
        "shipping_cost": null,
        "shipping_details": null,
        "statement_descriptor": null,
        "test_clock": null,
    }))
}

/// The payment of an invoice, if it has one.
pub(crate) fn invoice_payment(invoice: &Invoice, view: View<'_>) -> Option<Value> {
    let intent = view.state.payment_intents.get(invoice.payment_intent.as_deref()?)?;
    let paid = intent.status == IntentStatus::Succeeded;
    let status = match intent.status {
        IntentStatus::Succeeded => "paid",
        IntentStatus::Canceled => "canceled",
        _ => "open",
    };
    Some(json!({
        "id": invoice.payment,
        "object": "invoice_payment",
        "amount_paid": paid.then_some(intent.amount),
        "amount_requested": intent.amount,
        "created": intent.created,
        "currency": intent.currency,
        "invoice": invoice.id,
        "is_default": true,
        "livemode": false,
        "payment": {"payment_intent": intent.id, "type": "payment_intent"},
        "status": status,
        "status_transitions": {"canceled_at": intent.canceled_at, "paid_at": invoice.paid_at.filter(|_| paid)},
    }))
}

/// The payments of an invoice: an includable property.
pub(super) fn payments(invoice: &Invoice, view: View<'_>) -> Value {
    inner_list("/v1/invoice_payments", invoice_payment(invoice, view).into_iter().collect())
}

/// The secret with which a merchant's page confirms the payment: an includable property.
pub(super) fn confirmation_secret(invoice: &Invoice, view: View<'_>) -> Value {
    let intent = invoice.payment_intent.as_deref().and_then(|id| view.state.payment_intents.get(id));
    intent.map_or(Value::Null, |intent| json!({"client_secret": intent.client_secret, "type": "payment_intent"}))
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
