use super::{Render, View, inner_list};
use crate::engine::discount;
use crate::model::*;
use serde_json::{Value, json};

impl SessionStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

impl Render for CheckoutSession {
    fn render(&self, view: View<'_>) -> Value {
        let mut value = self.terms(view);
        if let (Some(fields), Value::Object(course), Value::Object(constants)) =
            (value.as_object_mut(), self.course(view), session_constants())
        {
            fields.extend(course);
            fields.extend(constants);
        }
        value
    }
}

impl CheckoutSession {
    fn terms(&self, view: View<'_>) -> Value {
        let totals = discount::session_totals(view.state, self);
        let customer = self.customer.as_deref().and_then(|id| view.state.customers.get(id));
        let email = customer.and_then(|customer| customer.email.as_deref()).or(self.customer_email.as_deref());
        let email = email.or(self.typed_email.as_deref());
        let discounts = self.discounts.iter().map(|discount| {
            let coupon = discount.promotion_code.is_none().then_some(&discount.coupon);
            json!({"coupon": coupon, "promotion_code": discount.promotion_code})
        });
        let discounts: Vec<Value> = discounts.collect();
        json!({
            "id": self.id,
            "object": "checkout.session",
            "allow_promotion_codes": self.allow_promotion_codes.then_some(true),
            "amount_subtotal": totals.subtotal,
            "amount_total": totals.total,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_details": email.map(|email| customer_details(email, customer)),
            "customer_email": self.customer_email,
            "discounts": if discounts.is_empty() { Value::Null } else { discounts.into() },
            "locale": self.locale,
            "metadata": self.metadata,
            "payment_link": self.payment_link,
            "payment_method_collection": if self.card_if_required { "if_required" } else { "always" },
            "success_url": self.success_url,
            "total_details": {"amount_discount": totals.discount, "amount_shipping": 0, "amount_tax": 0},
        })
    }

    fn course(&self, view: View<'_>) -> Value {
        let payment_status = match (self.status, self.paid) {
            (SessionStatus::Complete, true) => "paid",
            (SessionStatus::Complete, false) => "no_payment_required",
            _ => "unpaid",
        };
        let url = (self.status == SessionStatus::Open).then(|| format!("{}/c/pay/{}", view.base_url, self.id));
        json!({
            "expires_at": self.expires_at,
            "invoice": self.invoice,
            "payment_status": payment_status,
            "status": self.status.name(),
            "subscription": self.subscription,
            "url": url,
        })
    }
}

/// The attributes that are the same for every session of the stand-in.
fn session_constants() -> Value {
    json!({
        "adaptive_pricing": {"enabled": false},
        "after_expiration": null,
        "allowed_payment_method_types": null,
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "billing_address_collection": null,
        "client_secret": null,
        "collected_information": null,
        "consent": null,
        "consent_collection": null,
        "currency_conversion": null,
        "custom_fields": [],
        "custom_text": {
            "after_submit": null,
            "shipping_address": null,
            "submit": null,
            "terms_of_service_acceptance": null,
        },
        "customer_account": null,
        "customer_creation": "always",
        "integration_identifier": null,
        "invoice_creation": null,
        "livemode": false,
        "managed_payments": null,
        "mode": "subscription",
        "origin_context": null,
        "payment_intent": null,
        "payment_method_configuration_details": null,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "permissions": null,
        "phone_number_collection": {"enabled": false},
        "recovered_from": null,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": null,
        },
        "setup_intent": null,
        "shipping_address_collection": null,
        "shipping_cost": null,
        "shipping_options": [],
        "submit_type": null,
        "ui_mode": "hosted_page",
        "wallet_options": null,
    })
}

fn customer_details(email: &str, customer: Option<&Customer>) -> Value {
    json!({
        "address": null,
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": customer.and_then(|customer| customer.name.as_deref()),
        "phone": customer.and_then(|customer| customer.phone.as_deref()),
        "tax_exempt": "none",
        "tax_ids": [],
    })
}

/// The line items of a session: an includable property, and a list endpoint.
pub(crate) fn line_items(session: &CheckoutSession, url: &str, view: View<'_>) -> Value {
    let items = session.lines.iter().filter_map(|line| {
        let price = view.state.prices.get(&line.price)?;
        let product = view.state.products.get(&price.product)?;
        let amount = price.unit_amount * i64::try_from(line.quantity).ok()?;
        Some(json!({
            "id": line.id,
            "object": "item",
            "adjustable_quantity": null,
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": price.currency,
            "description": product.name,
            "metadata": null,
            "price": price.render(view),
            "quantity": line.quantity,
        }))
    });
    inner_list(url, items.collect())
}

impl Render for PortalSession {
    fn render(&self, view: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "billing_portal.session",
            "configuration": crate::ids::configured("bpc", &["default"]),
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "flow": null,
            "livemode": false,
            "locale": self.locale,
            "on_behalf_of": null,
            "return_url": self.return_url,
            "url": format!("{}/p/session/{}", view.base_url, self.id),
        })
    }
}
