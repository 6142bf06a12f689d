//! In a history: what operators do through the service, and what merchants do directly at Stripe.

use super::check;
use super::history::{CARDS, History, id};
use super::world::days_ahead;
use jiff::Timestamp;
use serde_json::{Value, json};
use standin::deliveries::Mode;
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
        // From then on the ledger contains what the service itself wrote.
        self.world.mode(Mode::Hold);
        let path = format!("/api/admin/payments/{}/refund", id(invoice));
        if !self.calm && self.chance.once_in(2) {
            self.lose_answers("POST /v1/refunds");
        }
        let answer = admin.post(&path, order.clone()).await;
        // The ledger may not know the payment yet, or it may be disputed or already refunded.
        let codes = ["CONFLICT", "VALIDATION_ERROR", "NOT_FOUND"];
        self.admit(&format!("the operator refunds {order}"), &answer, &codes)?;
        self.world.faults().clear();
        if answer.status() >= 500 {
            let again = admin.post(&path, order).await;
            self.admit("the operator refunds, again", &again, &codes)?;
            if again.status() == 200 || again.code() == "CONFLICT" {
                check::refunds(self.world, &[invoice["customer"].as_str().unwrap_or_default().to_owned()]).await?;
            }
        }
        self.world.mode(self.mode);
        self.world.platform.running().webhooks().release();
        Ok(())
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
                self.lost_disputes.clear();
                self.world.stripe.post(&path, &[("cancel_at", at.as_str())]).await.0
            }
            2 => {
                self.lost_disputes.clear();
                self.world.stripe.post(&path, &[("cancel_at", "")]).await.0
            }
            _ => {
                let flip = if one["cancel_at_period_end"] == true { "false" } else { "true" };
                self.lost_disputes.clear();
                self.world.stripe.post(&path, &[("cancel_at_period_end", flip)]).await.0
            }
        };
        let ways = [
            "cancels now",
            "sets a cancellation date",
            "clears the cancellation date",
            "toggles the cancellation",
            "toggles the cancellation",
        ];
        let way = ways[usize::try_from(way).unwrap_or(0)];
        self.log(&format!("the merchant {way} ({days} days): {status}"));
        Ok(())
    }

    pub(super) async fn merchant_switches(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let at = usize::try_from(self.chance.below(6)).unwrap_or(0);
        let price = if at < 4 { self.a_price() } else { self.world.foreign_price.clone() };
        let pays = !self.chance.once_in(4);
        let item = one["items"]["data"][0]["id"].as_str().unwrap_or_default().to_owned();
        let mut form = vec![("items[0][id]", item.as_str()), ("items[0][price]", price.as_str())];
        if pays {
            form.extend([("payment_behavior", "pending_if_incomplete"), ("proration_behavior", "always_invoice")]);
        } else {
            form.push(("proration_behavior", "none"));
        }
        let (status, answer) = self.world.stripe.post(&format!("subscriptions/{}", id(&one)), &form).await;
        // Without a payment, or during a trial, premium is a gift of the merchant.
        self.gave_premium |= !pays || one["status"] == "trialing";
        let waits = if answer["pending_update"].is_object() { "to be paid" } else { "done" };
        self.log(&format!("the merchant switches to {price}, paying {pays}: {status}, {waits}"));
        Ok(())
    }

    /// A second subscription made outside the service, as with two tabs or in the dashboard.
    pub(super) async fn second_subscription(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        let Some(method) = one["default_payment_method"].as_str() else { return Ok(()) };
        let price = self.a_price();
        // The creation second decides which of the two is newer.
        self.world.advance(2).await;
        self.maybe_fault(&[Target::Dynamodb]);
        let customer = one["customer"].as_str().unwrap_or_default();
        let form = [("customer", customer), ("items[0][price]", &price), ("default_payment_method", method)];
        let (status, answer) = self.world.stripe.post("subscriptions", &form).await;
        self.log(&format!("a second subscription, at {price}: {status} {}", answer["status"]));
        Ok(())
    }

    pub(super) fn cards(&mut self) -> Result<(), String> {
        let outcome = self.chance.weighted(&[(4, Outcome::Decline), (5, Outcome::Succeed), (1, Outcome::Require3ds)]);
        self.log(&format!("charges from now on: {outcome:?}"));
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
        self.log(&format!("the merchant refunds {form:?}: {status}"));
        Ok(())
    }

    /// A bank disputes a payment or opens an inquiry, and the merchant wins, loses, accepts or waits.
    pub(super) async fn dispute(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let is_open =
            |one: &&Value| matches!(one["status"].as_str(), Some("needs_response" | "warning_needs_response"));
        let open: Vec<&Value> = truth.disputes.iter().filter(is_open).collect();
        let paid = |one: &&Value| one["paid"] == true && one["disputed"] == false && one["refunded"] == false;
        let paid: Vec<&Value> = truth.charges.iter().filter(paid).collect();
        self.maybe_fault(&[Target::Dynamodb]);
        let Some(dispute) = self.pick(&open) else {
            let Some(charge) = self.pick(&paid) else { return Ok(()) };
            let is_inquiry = self.chance.once_in(3);
            let done = self.world.platform.running().stripe().dispute(id(charge), is_inquiry);
            self.log(&format!("a bank disputes {}, inquiry {is_inquiry}: {done}", id(charge)));
            return Ok(());
        };
        let path = format!("disputes/{}", id(dispute));
        let is_inquiry = dispute["status"] == "warning_needs_response";
        let text = self.chance.choose(&[
            None,
            Some("losing_evidence"),
            Some("winning_evidence"),
            Some("escalate_inquiry_evidence"),
            Some("They watched it."),
        ]);
        let (status, answer) = match text {
            None => self.world.stripe.post(&format!("{path}/close"), &[]).await,
            Some(text) => self.world.stripe.post(&path, &[("evidence[uncategorized_text]", text)]).await,
        };
        if answer["status"] == "lost" {
            self.lost_disputes.push(id(dispute).to_owned());
        }
        let told = text.unwrap_or("no evidence");
        self.log(&format!("the merchant responds with {told}, inquiry {is_inquiry}: {status} {}", answer["status"]));
        if answer["status"] == "lost" {
            self.converge().await?;
            self.compare("after a dispute was lost").await?;
        }
        Ok(())
    }

    /// Pauses or resumes collection.
    pub(super) async fn pause(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let path = format!("subscriptions/{}", id(&one));
        let days = 1 + i64::try_from(self.chance.below(40)).unwrap_or(0);
        let at = days_ahead(self.world.now(), days);
        let behavior = self.chance.choose(&["keep_as_draft", "mark_uncollectible", "void"]);
        let form: Vec<(&str, &str)> = if one["pause_collection"].is_object() {
            vec![("pause_collection", "")]
        } else if self.chance.once_in(2) {
            vec![("pause_collection[behavior]", behavior)]
        } else {
            vec![("pause_collection[behavior]", behavior), ("pause_collection[resumes_at]", at.as_str())]
        };
        let (status, _) = self.world.stripe.post(&path, &form).await;
        // Changes made meanwhile are not paid for.
        self.gave_premium = true;
        self.log(&format!("the merchant sets {form:?}: {status}"));
        Ok(())
    }

    /// Somebody buys through a Payment Link, or in a session that was opened elsewhere: this person, or somebody
    /// without an account.
    pub(super) async fn sell_elsewhere(&mut self) -> Result<(), String> {
        let price = self.a_price();
        let buyer = if self.chance.once_in(4) { None } else { Some(self.person.id.clone()) };
        let number = self.person.customers.len() + self.unrelated_customers.len();
        let name = if buyer.is_some() { "elsewhere" } else { "nobody" };
        let email = format!("{name}{number}-{}", self.person.viewer.email());
        let items = [("line_items[0][price]", price.as_str()), ("line_items[0][quantity]", "1")];
        let by_link = !self.chance.once_in(3);
        // The creation second decides which of the two subscriptions is newer.
        self.world.advance(2).await;
        let opened = if by_link {
            self.world.stripe.post("payment_links", &items).await
        } else {
            let mut form = vec![("mode", "subscription"), ("success_url", "http://127.0.0.1:9/?session_id=x")];
            form.extend(items);
            form.extend(buyer.as_deref().map(|buyer| ("client_reference_id", buyer)));
            self.world.stripe.post("checkout/sessions", &form).await
        };
        let (200, opened) = opened else {
            self.log(&format!("no sale elsewhere: {}", opened.1["error"]["message"]));
            return Ok(());
        };
        let url = opened["url"].as_str().unwrap_or_default();
        let page = match &buyer {
            _ if !by_link => url.to_owned(),
            Some(buyer) => self.visit(&format!("{url}?client_reference_id={buyer}")).await,
            None => self.visit(url).await,
        };
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        self.log(&format!("{email} buys {price} elsewhere, by link {by_link}, as {buyer:?}"));
        let card = self.chance.weighted(&CARDS);
        self.pay_as(&page, card, &email).await;
        self.world.faults().clear();
        let made = self.world.stripe.list(&format!("customers?email={}", email.replace('@', "%40"))).await;
        for customer in made.iter().map(|one| id(one).to_owned()) {
            if buyer.is_some() {
                self.has_bought_elsewhere = true;
                self.person.customers.push(customer);
            } else {
                self.unrelated_customers.push(customer);
            }
        }
        Ok(())
    }

    /// The URL that a link redirects to.
    async fn visit(&self, url: &str) -> String {
        let sent = self.world.platform.client().get(url).send().await.expect("the link's page responds");
        let path = sent.headers().get("location").and_then(|led| led.to_str().ok()).unwrap_or_default();
        format!("{}{path}", self.world.platform.running().urls().stripe)
    }

    pub(super) async fn invoice(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let unpaid = |one: &&Value| matches!(one["status"].as_str(), Some("open" | "draft" | "uncollectible"));
        let unpaid: Vec<&Value> = truth.invoices.iter().filter(unpaid).collect();
        let Some(invoice) = self.pick(&unpaid) else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb]);
        let what = self.chance.weighted(&[(4, "pay"), (2, "void"), (1, "mark_uncollectible"), (1, "finalize")]);
        let (status, _) = self.world.stripe.post(&format!("invoices/{}/{what}", id(invoice)), &[]).await;
        self.log(&format!("{what} of an invoice that is {}: {status}", invoice["status"]));
        Ok(())
    }

    pub(super) async fn delete_customer(&mut self) -> Result<(), String> {
        let Some(customer) = self.person.customers.last().cloned() else { return Ok(()) };
        // Nobody can know of a buyer who was deleted at Stripe before any event named them.
        if self.world.aws().row(&format!("CUST#{customer}")).await.is_null() {
            return Ok(());
        }
        let (status, _) = self.world.stripe.delete(&format!("customers/{customer}")).await;
        self.log(&format!("the merchant deletes the customer: {status}"));
        Ok(())
    }
}
