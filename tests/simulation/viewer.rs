//! What the customer does in a history: buys, pays, comes back, changes plans.

use super::history::{CARDS, History, id};
use super::oracle;
use super::world::{PROMOTION_CODE_OVER, PROMOTION_CODES};
use serde_json::json;
use standin::faults::Target;

const PLANS: [&str; 2] = ["basic", "premium"];
const INTERVALS: [(u64, &str); 2] = [(4, "month"), (1, "year")];

impl History<'_> {
    pub(super) async fn buy(&mut self) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let mut order = json!({ "plan_type": self.chance.pick(&PLANS), "interval": self.chance.weighted(&INTERVALS) });
        if self.chance.once_in(4) {
            order["promotion_code"] = json!(self.chance.pick(&PROMOTION_CODES));
        }
        let answer = self.person.viewer.post("/api/subscription/checkout", order.clone()).await;
        let is_over = order["promotion_code"] == PROMOTION_CODE_OVER || self.is_gone(&order["promotion_code"]);
        let refused: &[&str] = if is_over { &["VALIDATION_ERROR"] } else { &[] };
        // A conflict says that the plan is not for sale at the moment.
        let refused = [&["ALREADY_SUBSCRIBED", "CONFLICT"], refused].concat();
        self.admit(&format!("checkout of {order}"), &answer, &refused)?;
        if is_over && answer.status() == 201 {
            return Err("a promotion code that is over opens a checkout".to_owned());
        }
        if answer.code() == "CONFLICT" && self.sells_everything().await {
            return Err("a plan that is sold is refused".to_owned());
        }
        self.world.faults().clear();
        self.person.find_customers(&self.world.stripe).await;
        if answer.code() == "ALREADY_SUBSCRIBED" && oracle::live(&self.truth().await).is_empty() {
            return Err("ALREADY_SUBSCRIBED, and Stripe knows of no subscription".to_owned());
        }
        if answer.status() != 201 {
            return Ok(());
        }
        let text = |name: &str| answer.data()[name].as_str().unwrap_or_default().to_owned();
        self.checkouts.push((text("checkout_url"), text("session_id")));
        if self.chance.once_in(8) {
            return Ok(());
        }
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let card = self.chance.weighted(&CARDS);
        self.pay(&text("checkout_url"), card).await;
        if self.chance.once_in(3) {
            self.come_back().await?;
        }
        Ok(())
    }

    pub(super) async fn pay(&mut self, page: &str, card: &str) {
        self.pay_as(page, card, "").await;
    }

    /// Pays, entering an address if the page asks for one.
    pub(super) async fn pay_as(&mut self, page: &str, card: &str, email: &str) {
        let led = self.post_page(page, &format!("card={card}&email={}", email.replace('@', "%40"))).await;
        let led = if led.ends_with("/authenticate") {
            let result = self.chance.choose(&["complete", "complete", "fail"]);
            format!(
                "{result} and {}",
                self.post_page(&format!("{page}/authenticate"), &format!("result={result}")).await
            )
        } else {
            led
        };
        let told = if led.contains("session_id=") { "the return page" } else { led.as_str() };
        self.log(&format!("pays with {card} and is redirected to {told}"));
    }

    /// Where a hosted page redirects to; `None` if it does not.
    pub(super) async fn post_page(&self, page: &str, form: &str) -> String {
        let request = self.world.platform.client().post(page).body(form.to_owned());
        let sent = request.header("content-type", "application/x-www-form-urlencoded").send().await;
        let answer = sent.expect("the hosted page responds");
        answer.headers().get("location").and_then(|led| led.to_str().ok()).unwrap_or("nowhere").to_owned()
    }

    /// A page that was left open in another tab.
    pub(super) async fn pay_again(&mut self) -> Result<(), String> {
        if let Some((page, _)) = self.pick(&self.checkouts.clone()) {
            let card = self.chance.weighted(&CARDS);
            self.pay(&page, card).await;
        }
        Ok(())
    }

    pub(super) async fn come_back(&mut self) -> Result<(), String> {
        let Some((_, session)) = self.checkouts.last().cloned() else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let answer = self.person.viewer.get(&format!("/api/subscription?session_id={session}")).await;
        self.admit("return page", &answer, &[])
    }

    pub(super) async fn ask(&mut self, what: &str) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        if what == "resume" {
            self.lost_disputes.clear();
        }
        let answer = self.person.viewer.post(&format!("/api/subscription/{what}"), json!({})).await;
        self.admit(what, &answer, &["CONFLICT"])
    }

    pub(super) async fn change(&mut self) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let wish = json!({ "plan_type": self.chance.pick(&PLANS), "interval": self.chance.weighted(&INTERVALS) });
        let answer = self.person.viewer.post("/api/subscription/change", wish.clone()).await;
        let codes = ["CARD_DECLINED", "PAYMENT_ACTION_REQUIRED", "CONFLICT", "SUBSCRIPTION_REQUIRED"];
        self.admit(&format!("change to {wish}"), &answer, &codes)?;
        self.world.faults().clear();
        // A change during a trial costs nothing before its end.
        self.gave_premium |= answer.data()["status"] == "trialing";
        if let Some(page) = answer.details()[0]["confirm_url"].as_str().filter(|_| answer.status() == 402)
            && self.chance.once_in(2)
        {
            let card = self.chance.weighted(&CARDS);
            self.post_page(page, &format!("card={card}")).await;
            self.log(&format!("the change is confirmed with {card}"));
        }
        Ok(())
    }

    /// In Stripe's portal: a cancellation, another plan, another card.
    pub(super) async fn portal(&mut self) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let answer = self.person.viewer.post("/api/subscription/portal", json!({})).await;
        self.admit("portal", &answer, &["SUBSCRIPTION_REQUIRED"])?;
        self.world.faults().clear();
        let Some(page) = answer.data()["portal_url"].as_str() else { return Ok(()) };
        let Some(one) = self.live_one().await else { return Ok(()) };
        let form = match self.chance.below(6) {
            0 | 1 => "action=cancel".to_owned(),
            2 => {
                self.lost_disputes.clear();
                "action=undo".to_owned()
            }
            3 => format!("action=card&card={}", self.chance.weighted(&CARDS)),
            4 => "action=keep".to_owned(),
            _ => {
                // During a trial it costs nothing before its end.
                self.gave_premium |= one["status"] == "trialing";
                format!("action=switch&price={}", self.a_price())
            }
        };
        self.log(&format!("does {form} on Stripe's page"));
        self.post_page(page, &format!("{form}&subscription={}", id(&one))).await;
        Ok(())
    }

    /// The account is deleted, and the person comes back with a new one.
    pub(super) async fn delete_account(&mut self) -> Result<(), String> {
        if self.has_bought_elsewhere {
            // Deliver the events first: they name the buyer, and would arrive too late for a deleted account.
            self.converge().await?;
        }
        self.person.find_customers(&self.world.stripe).await;
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let mut answer = self.person.delete_account().await;
        self.admit("the account is to be deleted", &answer, &[])?;
        self.world.faults().clear();
        // Unless the answer says that nothing was deleted, the job may complete the deletion later.
        let may_be_pending = !answer.to_string().contains("nothing was deleted");
        if answer.status() != 200 && (may_be_pending || self.chance.once_in(2)) {
            answer = self.person.delete_account().await;
            self.admit("the account is to be deleted, again", &answer, &["SESSION_REVOKED"])?;
        }
        let who = self.person.viewer.get("/api/auth/me").await;
        match (answer.status(), who.status()) {
            (_, 401) => {}
            (200, _) => return Err(format!("the account was deleted, but get-me returned {who}")),
            _ => return Ok(()),
        }
        self.log("the account is gone, and there is a new one");
        let name = format!("again{}-{}", self.gone.len(), self.person.viewer.email());
        let newcomer = self.world.register(&name).await;
        self.gone.push(std::mem::replace(&mut self.person, newcomer));
        (self.given, self.gave_premium, self.has_bought_elsewhere) = (None, false, false);
        self.lost_disputes.clear();
        Ok(())
    }
}
