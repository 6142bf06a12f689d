//! What operators do through the service, and merchants past it, in a history.

use super::history::{History, id};
use super::world::days_ahead;
use jiff::Timestamp;
use serde_json::{Value, json};
use standin::faults::Target;
use stripe_standin::Outcome;

impl History<'_> {
    pub(super) async fn comp(&mut self) -> Result<(), String> {
        let admin = self.world.admin().await;
        let until = days_ahead(self.world.now(), 1 + i64::try_from(self.chance.below(40)).unwrap_or(0));
        let until: i64 = until.parse().unwrap_or_default();
        self.given = self.chance.choose(&[
            None,
            Some(("basic", None)),
            Some(("premium", None)),
            Some(("basic", Some(until))),
            Some(("premium", Some(until))),
        ]);
        let moment = self.given.and_then(|(_, until)| until).and_then(|at| Timestamp::from_second(at).ok());
        let mut gift = json!({ "plan_type": self.given.map(|(plan, _)| plan), "reason": "a simulation" });
        if let Some(moment) = moment {
            gift["until"] = json!(moment.to_string());
        }
        let answer = admin.post(&format!("/api/admin/members/{}/comp", self.person.id), gift.clone()).await;
        self.gave_premium |= self.given.is_some();
        self.admit(&format!("the operator gives {gift}"), &answer, &[])
    }

    pub(super) async fn admin_refund(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let paid: Vec<&Value> = truth.invoices.iter().filter(|one| one["amount_paid"].as_i64() > Some(0)).collect();
        let Some(invoice) = self.pick(&paid) else { return Ok(()) };
        let admin = self.world.admin().await;
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let mut order = json!({ "reason": "a simulation" });
        if !self.chance.once_in(3) {
            order["amount"] = json!(100);
        }
        let answer = admin.post(&format!("/api/admin/payments/{}/refund", id(invoice)), order).await;
        // The ledger may not know of it yet, it may be disputed, or given back before.
        self.admit("the operator refunds", &answer, &["CONFLICT", "VALIDATION_ERROR", "NOT_FOUND"])
    }

    pub(super) async fn merchant_cancels(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let path = format!("subscriptions/{}", id(&one));
        let way = self.chance.below(5);
        let days = 1 + i64::try_from(self.chance.below(40)).unwrap_or(0);
        let status = match way {
            0 => self.world.stripe.delete(&path).await.0,
            1 => {
                let at = days_ahead(self.world.now(), days);
                self.world.stripe.post(&path, &[("cancel_at", at.as_str())]).await.0
            }
            2 => self.world.stripe.post(&path, &[("cancel_at", "")]).await.0,
            _ => {
                let flip = if one["cancel_at_period_end"] == true { "false" } else { "true" };
                self.world.stripe.post(&path, &[("cancel_at_period_end", flip)]).await.0
            }
        };
        let ways = ["ends it now", "sets an end", "takes the end back", "flips its end", "flips its end"];
        let way = ways[usize::try_from(way).unwrap_or(0)];
        self.tell(&format!("the merchant {way} ({days} days): {status}"));
        Ok(())
    }

    pub(super) async fn merchant_switches(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let at = usize::try_from(self.chance.below(6)).unwrap_or(0);
        let foreign = self.world.foreign_price.clone();
        let price = self.world.prices.get(at).and_then(|price| price["id"].as_str()).unwrap_or(&foreign).to_owned();
        let pays = !self.chance.once_in(4);
        let item = one["items"]["data"][0]["id"].as_str().unwrap_or_default().to_owned();
        let mut form = vec![("items[0][id]", item.as_str()), ("items[0][price]", price.as_str())];
        if pays {
            form.extend([("payment_behavior", "pending_if_incomplete"), ("proration_behavior", "always_invoice")]);
        } else {
            form.push(("proration_behavior", "none"));
        }
        let (status, answer) = self.world.stripe.post(&format!("subscriptions/{}", id(&one)), &form).await;
        // Without a payment, or in a trial, premium is the merchant's gift.
        self.gave_premium |= !pays || one["status"] == "trialing";
        let waits = if answer["pending_update"].is_object() { "to be paid" } else { "done" };
        self.tell(&format!("the merchant switches to {price}, paying {pays}: {status}, {waits}"));
        Ok(())
    }

    /// A second subscription past the service, as two tabs or a dashboard make it.
    pub(super) async fn second_subscription(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        let Some(method) = one["default_payment_method"].as_str() else { return Ok(()) };
        let at = usize::try_from(self.chance.below(4)).unwrap_or(0);
        let price = self.world.prices[at]["id"].as_str().unwrap_or_default().to_owned();
        // Which of two is the newer is told by the second.
        self.world.advance(2).await;
        self.maybe_fault(&[Target::Dynamodb]);
        let customer = one["customer"].as_str().unwrap_or_default();
        let form = [("customer", customer), ("items[0][price]", &price), ("default_payment_method", method)];
        let (status, answer) = self.world.stripe.post("subscriptions", &form).await;
        self.tell(&format!("a second subscription, at {price}: {status} {}", answer["status"]));
        Ok(())
    }

    pub(super) fn cards(&mut self) -> Result<(), String> {
        let outcome = self.chance.weighted(&[(4, Outcome::Decline), (5, Outcome::Succeed), (1, Outcome::Require3ds)]);
        self.tell(&format!("charges from now on: {outcome:?}"));
        self.world.platform.running().stripe().set_outcome(self.person.viewer.email(), outcome);
        Ok(())
    }

    pub(super) async fn refund(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let paid: Vec<&Value> = truth.charges.iter().filter(|one| one["paid"] == true).collect();
        let Some(charge) = self.pick(&paid) else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let mut form = vec![("charge", id(charge))];
        if !self.chance.once_in(3) {
            form.push(("amount", "150"));
        }
        let (status, _) = self.world.stripe.post("refunds", &form).await;
        self.tell(&format!("the merchant refunds {form:?}: {status}"));
        Ok(())
    }

    pub(super) async fn dispute(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let disputed: Vec<&Value> = truth.charges.iter().filter(|one| one["disputed"] == true).collect();
        let Some(charge) = self.pick(&disputed) else { return Ok(()) };
        let found = self.world.stripe.list(&format!("disputes?charge={}", id(charge))).await;
        let Some(dispute) = found.first() else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let (what, path, form): (_, _, &[(&str, &str)]) = if self.chance.once_in(3) {
            ("gives in", format!("disputes/{}/close", id(dispute)), &[])
        } else {
            let form = &[("evidence[uncategorized_text]", "They watched it."), ("submit", "true")];
            ("answers", format!("disputes/{}", id(dispute)), form)
        };
        let (status, _) = self.world.stripe.post(&path, form).await;
        self.tell(&format!("the merchant {what} in a dispute: {status}"));
        Ok(())
    }

    pub(super) async fn invoice(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let unpaid = |one: &&Value| matches!(one["status"].as_str(), Some("open" | "draft" | "uncollectible"));
        let unpaid: Vec<&Value> = truth.invoices.iter().filter(unpaid).collect();
        let Some(invoice) = self.pick(&unpaid) else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let what = self.chance.weighted(&[(4, "pay"), (2, "void"), (1, "mark_uncollectible"), (1, "finalize")]);
        let (status, _) = self.world.stripe.post(&format!("invoices/{}/{what}", id(invoice)), &[]).await;
        self.tell(&format!("{what} of an invoice that is {}: {status}", invoice["status"]));
        Ok(())
    }

    pub(super) async fn delete_customer(&mut self) -> Result<(), String> {
        let Some(customer) = self.person.customers.last().cloned() else { return Ok(()) };
        let (status, _) = self.world.stripe.delete(&format!("customers/{customer}")).await;
        self.tell(&format!("the merchant deletes the customer: {status}"));
        Ok(())
    }
}
