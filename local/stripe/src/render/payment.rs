use super::{Render, View, inner_list};
use crate::cards;
use crate::model::*;
use serde_json::{Map, Value, json};

const EXPIRY_YEAR: i64 = 2044;

impl Render for PaymentMethod {
    fn render(&self, _: View<'_>) -> Value {
        let card = cards::of_number(&self.number);
        json!({
            "id": self.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(self.email.as_deref()),
            "card": {
                "brand": card.brand,
                "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
                "country": "US",
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": EXPIRY_YEAR,
                "fingerprint": crate::ids::configured("card", &[card.number])[5..21],
                "funding": "credit",
                "generated_from": null,
                "last4": card.last4(),
                "networks": {"available": [card.brand], "preferred": null},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": true},
                "wallet": null,
            },
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "livemode": false,
            "metadata": self.metadata,
            "type": "card",
        })
    }
}

impl IntentStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

impl Render for PaymentIntent {
    fn render(&self, view: View<'_>) -> Value {
        let received = if self.status == IntentStatus::Succeeded { self.amount } else { 0 };
        json!({
            "id": self.id,
            "object": "payment_intent",
            "allowed_payment_method_types": null,
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": received,
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": null,
            "canceled_at": self.canceled_at,
            "cancellation_reason": null,
            "capture_method": "automatic",
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "description": self.description,
            "excluded_payment_method_types": null,
            "last_payment_error": self.last_error.as_ref().map(|error| self.error(error, view)),
            "latest_charge": self.latest_charge,
            "livemode": false,
            "managed_payments": null,
            "metadata": self.metadata,
            "next_action": self.next_action(view),
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_configuration_details": null,
            "payment_method_options": {
                "card": {"installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic"},
            },
            "payment_method_types": ["card"],
            "payment_record": null,
            "processing": null,
            "receipt_email": null,
            "review": null,
            "setup_future_usage": "off_session",
            "shipping": null,
            "source": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": self.status.name(),
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

impl PaymentIntent {
    fn error(&self, error: &Decline, view: View<'_>) -> Value {
        let mut body = Map::new();
        body.insert("charge".to_owned(), json!(self.latest_charge));
        body.insert("code".to_owned(), json!(error.code));
        if let Some(code) = &error.decline_code {
            body.insert("decline_code".to_owned(), json!(code));
        }
        body.insert("message".to_owned(), json!(error.message));
        if let Some(method) = self.payment_method.as_deref().and_then(|id| view.state.payment_methods.get(id)) {
            body.insert("payment_method".to_owned(), method.render(view));
        }
        body.insert("type".to_owned(), json!("card_error"));
        Value::Object(body)
    }

    fn next_action(&self, view: View<'_>) -> Option<Value> {
        let invoice = self.invoice.as_ref().filter(|_| self.status == IntentStatus::RequiresAction)?;
        let url = format!("{}/i/{invoice}", view.base_url);
        Some(json!({"type": "redirect_to_url", "redirect_to_url": {"return_url": null, "url": url}}))
    }
}

impl Render for Charge {
    fn render(&self, view: View<'_>) -> Value {
        let method = view.state.payment_methods.get(&self.payment_method);
        let email = method.and_then(|method| method.email.as_deref());
        let failed = self.failure.as_ref();
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if failed.is_none() { self.amount } else { 0 },
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": null,
            "billing_details": billing_details(email),
            "calculated_statement_descriptor": null,
            "captured": failed.is_none(),
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": self.description,
            "disputed": self.disputed,
            "failure_balance_transaction": null,
            "failure_code": failed.map(|failure| failure.code.as_str()),
            "failure_message": failed.map(|failure| failure.message.as_str()),
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": outcome(failed),
            "paid": failed.is_none(),
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": method.map(|method| json!({"card": charged_card(method), "type": "card"})),
            "receipt_email": null,
            "receipt_number": null,
            "receipt_url": null,
            "refunded": failed.is_none() && self.amount_refunded == self.amount,
            "review": null,
            "shipping": null,
            "source": null,
            "source_transfer": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": if failed.is_none() { "succeeded" } else { "failed" },
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// The refunds of a charge, newest first: an includable property.
pub(super) fn refunds(charge: &str, view: View<'_>) -> Value {
    let refunds = view.state.refunds.iter().filter(|refund| refund.charge == charge);
    inner_list(&format!("/v1/charges/{charge}/refunds"), refunds.map(|refund| refund.render(view)).collect())
}

fn outcome(failure: Option<&Decline>) -> Value {
    let reason = failure.map(|failure| failure.decline_code.as_ref().unwrap_or(&failure.code));
    json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": if failure.is_none() { "approved_by_network" } else { "declined_by_network" },
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": if failure.is_none() { "Payment complete." } else { "The bank did not accept the payment." },
        "type": if failure.is_none() { "authorized" } else { "issuer_declined" },
    })
}

fn charged_card(method: &PaymentMethod) -> Value {
    let card = cards::of_number(&method.number);
    json!({
        "amount_authorized": null,
        "authorization_code": null,
        "brand": card.brand,
        "checks": {"address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass"},
        "country": "US",
        "electronic_commerce_indicator": null,
        "exp_month": 12,
        "exp_year": EXPIRY_YEAR,
        "fingerprint": crate::ids::configured("card", &[card.number])[5..21],
        "funding": "credit",
        "installments": null,
        "last4": card.last4(),
        "mandate": null,
        "network": card.brand,
        "network_transaction_id": null,
        "regulated_status": "unregulated",
        "three_d_secure": null,
        "transaction_link_id": null,
        "wallet": null,
    })
}

fn billing_details(email: Option<&str>) -> Value {
    json!({"address": null, "email": email, "name": null, "phone": null, "tax_id": null})
}

impl Render for Refund {
    fn render(&self, _: View<'_>) -> Value {
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": null,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "customer_account": null,
            "destination_details": {
                "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
                "type": "card",
            },
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "payment_method": null,
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": "succeeded",
            "transfer_reversal": null,
        })
    }
}
