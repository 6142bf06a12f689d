use super::{Render, View};
use crate::model::*;
use serde_json::{Value, json};

impl Render for PaymentLink {
    fn render(&self, view: View<'_>) -> Value {
        let mut value = self.terms(view);
        if let (Some(fields), Value::Object(constants)) = (value.as_object_mut(), link_constants()) {
            fields.extend(constants);
        }
        value
    }
}

impl PaymentLink {
    fn terms(&self, view: View<'_>) -> Value {
        let template = &self.template;
        let after = match &self.redirect {
            Some(url) => json!({"redirect": {"url": url}, "type": "redirect"}),
            None => json!({"hosted_confirmation": {"custom_message": null}, "type": "hosted_confirmation"}),
        };
        let trial_days = match template.trial_end {
            Some(Trial::Days(days)) => Some(days),
            _ => None,
        };
        json!({
            "id": self.id,
            "object": "payment_link",
            "active": self.active,
            "after_completion": after,
            "allow_promotion_codes": template.allow_promotion_codes,
            "currency": template.currency,
            "inactive_message": self.inactive_message,
            "metadata": template.metadata,
            "payment_method_collection": if template.card_if_required { "if_required" } else { "always" },
            "subscription_data": {
                "description": template.subscription_description,
                "invoice_settings": {"issuer": {"type": "self"}},
                "metadata": template.subscription_metadata,
                "trial_period_days": trial_days,
                "trial_settings": null,
            },
            "url": format!("{}/b/{}", view.base_url, self.id),
        })
    }
}

/// The attributes that are the same for every payment link of the stand-in.
fn link_constants() -> Value {
    json!({
        "application": null,
        "application_fee_amount": null,
        "application_fee_percent": null,
        "automatic_tax": {"enabled": false, "liability": null},
        "billing_address_collection": "auto",
        "consent_collection": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null,
            "shipping_address": null,
            "submit": null,
            "terms_of_service_acceptance": null,
        },
        "customer_creation": "always",
        "invoice_creation": null,
        "livemode": false,
        "managed_payments": null,
        "on_behalf_of": null,
        "payment_intent_data": null,
        "payment_method_options": null,
        "payment_method_types": null,
        "phone_number_collection": {"enabled": false},
        "restrictions": null,
        "shipping_address_collection": null,
        "shipping_options": [],
        "submit_type": "auto",
        "tax_id_collection": {"enabled": false, "required": "never"},
        "transfer_data": null,
    })
}
