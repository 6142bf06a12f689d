use super::{Render, View};
use crate::model::*;
use serde_json::{Value, json};

impl Render for Schedule {
    fn render(&self, _: View<'_>) -> Value {
        let running = self.phases.get(self.current).filter(|_| self.status == ScheduleStatus::Active);
        let mode = if self.flexible {
            json!({"flexible": {"proration_discounts": "included"}, "type": "flexible"})
        } else {
            json!({"flexible": null, "type": "classic"})
        };
        json!({
            "id": self.id,
            "object": "subscription_schedule",
            "application": null,
            "billing_mode": mode,
            "canceled_at": self.canceled_at,
            "completed_at": self.completed_at,
            "created": self.created,
            "current_phase": running.map(|phase| json!({"end_date": phase.end, "start_date": phase.start})),
            "customer": self.customer,
            "customer_account": null,
            "default_settings": {
                "application_fee_percent": null,
                "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
                "billing_cycle_anchor": "automatic",
                "billing_thresholds": null,
                "collection_method": "charge_automatically",
                "default_payment_method": null,
                "description": null,
                "invoice_settings": {
                    "account_tax_ids": null,
                    "custom_fields": null,
                    "days_until_due": null,
                    "description": null,
                    "footer": null,
                    "issuer": {"type": "self"},
                },
                "on_behalf_of": null,
                "transfer_data": null,
            },
            "end_behavior": if self.cancels { "cancel" } else { "release" },
            "livemode": false,
            "metadata": self.metadata,
            "phases": self.phases.iter().map(|phase| self.render_phase(phase)).collect::<Vec<_>>(),
            "released_at": self.released_at,
            "released_subscription": self.released_subscription,
            "status": self.status.name(),
            "subscription": self.subscription,
            "test_clock": null,
        })
    }
}

impl Schedule {
    fn render_phase(&self, phase: &Phase) -> Value {
        let items = phase.items.iter().map(|item| {
            json!({
                "billing_thresholds": null,
                "discounts": [],
                "metadata": item.metadata,
                "plan": item.price,
                "price": item.price,
                "quantity": item.quantity,
                "tax_rates": [],
            })
        });
        json!({
            "add_invoice_items": [],
            "application_fee_percent": null,
            "billing_cycle_anchor": null,
            "billing_thresholds": null,
            "collection_method": null,
            "currency": self.currency,
            "default_payment_method": null,
            "default_tax_rates": [],
            "description": null,
            "discounts": phase.discounts.iter().map(|discount| {
                json!({"coupon": null, "discount": discount, "discount_end": null, "promotion_code": null})
            }).collect::<Vec<_>>(),
            "end_date": phase.end,
            "invoice_settings": null,
            "items": items.collect::<Vec<_>>(),
            "metadata": phase.metadata,
            "on_behalf_of": null,
            "proration_behavior": phase.proration.name(),
            "start_date": phase.start,
            "transfer_data": null,
            "trial_end": phase.trial_end,
        })
    }
}

impl Proration {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create_prorations",
            Self::AlwaysInvoice => "always_invoice",
            Self::None => "none",
        }
    }
}
