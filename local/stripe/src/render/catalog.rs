use super::{Render, View};
use crate::model::*;
use serde_json::{Value, json};

impl Interval {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Render for Customer {
    fn render(&self, view: View<'_>) -> Value {
        if self.deleted {
            return json!({"id": self.id, "object": "customer", "deleted": true});
        }
        let mut invoices = view.state.invoices.of_customer(&self.id);
        let delinquent = invoices.any(|invoice| invoice.status == InvoiceStatus::Open && invoice.attempt_count > 0);
        json!({
            "id": self.id,
            "object": "customer",
            "address": null,
            "balance": self.balance,
            "created": self.created,
            "currency": self.currency,
            "customer_account": null,
            "default_source": null,
            "delinquent": delinquent,
            "description": self.description,
            "discount": null,
            "email": self.email,
            "invoice_prefix": self.invoice_prefix,
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": self.default_payment_method,
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": self.metadata,
            "name": self.name,
            "next_invoice_sequence": self.next_invoice_sequence,
            "phone": self.phone,
            "preferred_locales": [],
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": null,
        })
    }
}

impl Render for Product {
    fn render(&self, _: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "product",
            "active": self.active,
            "created": self.created,
            "default_price": self.default_price,
            "description": self.description,
            "images": [],
            "livemode": false,
            "marketing_features": [],
            "metadata": self.metadata,
            "name": self.name,
            "package_dimensions": null,
            "shippable": null,
            "statement_descriptor": null,
            "tax_code": null,
            "tax_details": null,
            "type": "service",
            "unit_label": null,
            "updated": self.updated,
            "url": null,
        })
    }
}

impl Render for Price {
    fn render(&self, _: View<'_>) -> Value {
        let recurring = self.recurring.map(|recurring| {
            json!({
                "interval": recurring.interval.name(),
                "interval_count": recurring.count,
                "meter": null,
                "trial_period_days": null,
                "usage_type": "licensed",
            })
        });
        json!({
            "id": self.id,
            "object": "price",
            "active": self.active,
            "billing_scheme": "per_unit",
            "created": self.created,
            "currency": self.currency,
            "custom_unit_amount": null,
            "livemode": false,
            "lookup_key": self.lookup_key,
            "metadata": self.metadata,
            "nickname": self.nickname,
            "product": self.product,
            "recurring": recurring,
            "tax_behavior": "unspecified",
            "tiers_mode": null,
            "transform_quantity": null,
            "type": if recurring.is_some() { "recurring" } else { "one_time" },
            "unit_amount": self.unit_amount,
            "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }
}

/// The legacy plan object of a recurring price, which items still include.
pub(super) fn plan(price: &Price) -> Value {
    let recurring = price.recurring.unwrap_or(Recurring { interval: Interval::Month, count: 1 });
    json!({
        "id": price.id,
        "object": "plan",
        "active": price.active,
        "amount": price.unit_amount,
        "amount_decimal": price.unit_amount.to_string(),
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "interval": recurring.interval.name(),
        "interval_count": recurring.count,
        "livemode": false,
        "metadata": price.metadata,
        "meter": null,
        "nickname": price.nickname,
        "product": price.product,
        "tiers_mode": null,
        "transform_usage": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    })
}

impl Render for Coupon {
    fn render(&self, _: View<'_>) -> Value {
        let (amount_off, currency, percent_off) = match &self.off {
            Reduction::Percent(percent) => (None, None, Some(percent)),
            Reduction::Amount { amount, currency } => (Some(amount), Some(currency), None),
        };
        let (duration, months) = match self.duration {
            Duration::Once => ("once", None),
            Duration::Months(months) => ("repeating", Some(months)),
            Duration::Forever => ("forever", None),
        };
        json!({
            "id": self.id,
            "object": "coupon",
            "amount_off": amount_off,
            "created": self.created,
            "currency": currency,
            "duration": duration,
            "duration_in_months": months,
            "livemode": false,
            "max_redemptions": self.max_redemptions,
            "metadata": self.metadata,
            "name": self.name,
            "percent_off": percent_off,
            "redeem_by": self.redeem_by,
            "times_redeemed": self.times_redeemed,
            // A deleted coupon remains in existing discounts.
            "valid": !self.deleted && self.max_redemptions.is_none_or(|max| self.times_redeemed < max),
        })
    }
}

impl Render for PromotionCode {
    fn render(&self, _: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "promotion_code",
            "active": self.active,
            "code": self.code,
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "expires_at": self.expires_at,
            "livemode": false,
            "max_redemptions": self.max_redemptions,
            "metadata": self.metadata,
            "promotion": {"coupon": self.coupon, "type": "coupon"},
            "restrictions": {
                "first_time_transaction": self.first_time_transaction,
                "minimum_amount": self.minimum_amount,
                "minimum_amount_currency": self.minimum_amount_currency,
            },
            "times_redeemed": self.times_redeemed,
        })
    }
}

impl Render for Discount {
    fn render(&self, _: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "discount",
            "checkout_session": self.checkout_session,
            "customer": self.customer,
            "customer_account": null,
            "end": self.end,
            "invoice": null,
            "invoice_item": null,
            "promotion_code": self.promotion_code,
            "source": {"coupon": self.coupon, "type": "coupon"},
            "start": self.start,
            "subscription": self.subscription,
            "subscription_item": null,
        })
    }
}
