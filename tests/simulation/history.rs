//! One history of one customer: what they do, what the merchant does, what becomes of the webhooks, and what breaks.

use super::chance::Chance;
use super::check;
use super::oracle;
use super::stripe::Truth;
use super::world::{Person, REQUIRED, World, days_ahead, seconds_until};
use super::wrong::Strategy;
use jiff::Timestamp;
use serde_json::{Value, json};
use standin::deliveries::Mode;
use standin::faults::{Fault, Kind, Target};
use std::fmt::Write;
use std::time::Duration;
use stripe_standin::{Dunning, Outcome};
use support::{Answer, PASSWORD};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// A card that pays, and cards that do something else.
const GOOD: &str = "4242424242424242";
const CARDS: [(u64, &str); 6] = [
    (70, GOOD),
    (8, "4000000000000002"),
    (4, "4000000000009995"),
    (6, "4000000000000341"),
    (8, "4000002500003155"),
    (4, "4000000000000259"),
];
const ADMIN: &str = "an-admin@marquee.test";
const PLANS: [&str; 2] = ["basic", "premium"];
const INTERVALS: [(u64, &str); 2] = [(4, "month"), (1, "year")];
/// How long a call that is held back may take to get there.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was done and looked at, over many histories.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub histories: u64,
    pub actions: u64,
    pub faults: u64,
    pub webhooks: u64,
    pub comparisons: u64,
    pub plays: u64,
    pub overlaps: u64,
    pub busy: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.histories += other.histories;
        self.actions += other.actions;
        self.faults += other.faults;
        self.webhooks += other.webhooks;
        self.comparisons += other.comparisons;
        self.plays += other.plays;
        self.overlaps += other.overlaps;
        self.busy += other.busy;
    }
}

/// Why a history is not as it ought to be, after what.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub seed: u64,
    pub why: String,
    pub story: String,
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Buy,
    PayAgain,
    ComeBack,
    Cancel,
    Resume,
    Change,
    Comp,
    AdminRefund,
    MerchantCancels,
    MerchantSwitches,
    SecondSubscription,
    Cards,
    Refund,
    Dispute,
    Invoice,
    Time,
    Boundary,
    Mode,
    Redeliver,
    Burst,
    Overlap,
    DeleteCustomer,
}

/// How often each is done.
const ACTIONS: [(u64, Action); 22] = [
    (16, Action::Buy),
    (3, Action::PayAgain),
    (4, Action::ComeBack),
    (6, Action::Cancel),
    (6, Action::Resume),
    (10, Action::Change),
    (2, Action::Comp),
    (2, Action::AdminRefund),
    (7, Action::MerchantCancels),
    (8, Action::MerchantSwitches),
    (2, Action::SecondSubscription),
    (10, Action::Cards),
    (5, Action::Refund),
    (2, Action::Dispute),
    (6, Action::Invoice),
    (10, Action::Time),
    (16, Action::Boundary),
    (10, Action::Mode),
    (4, Action::Redeliver),
    (5, Action::Burst),
    (10, Action::Overlap),
    (1, Action::DeleteCustomer),
];

/// A history under way.
struct History<'a> {
    world: &'a World,
    chance: Chance,
    person: Person,
    story: String,
    tally: Tally,
    /// Since when events may have been lost.
    lost: Option<Timestamp>,
    mode: Mode,
    /// The checkouts that were opened: page and session.
    checkouts: Vec<(String, String)>,
    /// Whether the merchant gave premium away, so that it need not have been paid.
    gave_premium: bool,
    /// What the operator gave.
    given: oracle::Given,
    /// Whether a fault may have struck the action under way.
    is_struck: bool,
    /// No fault, no disorder: what even a wrong strategy survives.
    calm: bool,
}

/// Runs the history of a seed to its end.
pub(crate) async fn run(world: &World, seed: u64, calm: bool) -> Result<Tally, Failure> {
    let mut chance = Chance::of(seed);
    world.begin(chance.below(365)).await;
    let person = world.register(&format!("s{seed}-{}@viewers.test", world.now().as_second())).await;
    let mut history = History {
        world,
        chance,
        person,
        story: String::new(),
        tally: Tally { histories: 1, ..Tally::default() },
        lost: None,
        mode: Mode::Normal,
        checkouts: Vec::new(),
        gave_premium: false,
        given: None,
        is_struck: false,
        calm,
    };
    let done = history.play_out().await;
    history.tally.webhooks = world.platform.running().deliveries().len() as u64;
    world.end(&history.person).await;
    done.map(|()| history.tally).map_err(|why| Failure { seed, why, story: history.story })
}

impl History<'_> {
    async fn play_out(&mut self) -> Result<(), String> {
        let dunning = self.chance.choose(&[Dunning::Cancel, Dunning::Unpaid, Dunning::PastDue]);
        self.tell(&format!("dunning ends as {dunning:?}"));
        self.world.platform.running().stripe().set_dunning(dunning);
        if !self.chance.once_in(10) {
            self.act(Action::Buy).await?;
        }
        let length = 6 + self.chance.below(10);
        for _ in 0..length {
            let action = self.chance.weighted(&ACTIONS);
            self.act(action).await?;
            if self.chance.once_in(4) {
                self.premium_is_paid_for().await?;
            }
        }
        self.converge().await?;
        self.compare("at the end").await?;
        if self.chance.once_in(2) {
            let days = 1 + i64::try_from(self.chance.below(12)).unwrap_or(0);
            self.tell(&format!("{days} days pass"));
            self.world.advance(days * DAY).await;
            self.converge().await?;
            self.compare("some days after the end").await?;
        }
        Ok(())
    }

    fn tell(&mut self, what: &str) {
        let _ = writeln!(self.story, "  {} {what}", self.world.now());
    }

    async fn act(&mut self, action: Action) -> Result<(), String> {
        self.tally.actions += 1;
        self.person.refresh(self.world).await;
        let foreign_to_fixtures = matches!(action, Action::SecondSubscription | Action::DeleteCustomer | Action::Comp);
        if foreign_to_fixtures && self.world.strategy != Strategy::Service {
            return Ok(());
        }
        match action {
            Action::Buy => self.buy().await,
            Action::PayAgain => self.pay_again().await,
            Action::ComeBack => self.come_back().await,
            Action::Cancel => self.ask("cancel").await,
            Action::Resume => self.ask("resume").await,
            Action::Change => self.change().await,
            Action::Comp => self.comp().await,
            Action::AdminRefund => self.admin_refund().await,
            Action::MerchantCancels => self.merchant_cancels().await,
            Action::MerchantSwitches => self.merchant_switches().await,
            Action::SecondSubscription => self.second_subscription().await,
            Action::Cards => self.cards(),
            Action::Refund => self.refund().await,
            Action::Dispute => self.dispute().await,
            Action::Invoice => self.invoice().await,
            Action::Time => self.time().await,
            Action::Boundary => self.boundary().await,
            Action::Mode => self.deliveries(),
            Action::Redeliver => self.redeliver().await,
            Action::Burst => self.burst().await,
            Action::Overlap => self.overlap().await,
            Action::DeleteCustomer => self.delete_customer().await,
        }?;
        self.world.faults().clear();
        self.is_struck = false;
        // What may be delivered is, so that a replay finds the same.
        self.world.advance(0).await;
        Ok(())
    }

    /// Puts a fault at a random call, one time in some.
    fn maybe_fault(&mut self, targets: &[Target]) {
        if self.calm || !self.chance.once_in(7) {
            return;
        }
        let target = self.chance.choose(targets);
        let operations = [None, None, Some("TransactWriteItems"), Some("BatchGetItem"), Some("Query")];
        let (kinds, operation): (&[Kind], _) = match target {
            Target::Dynamodb => (
                &[
                    Kind::Throttle,
                    Kind::Error,
                    Kind::ResetBefore,
                    Kind::ResetAfter,
                    Kind::Truncate,
                    Kind::Unprocessed,
                    Kind::Conflict,
                ],
                self.chance.choose(&operations),
            ),
            _ => (
                &[Kind::Throttle, Kind::Error, Kind::ResetBefore, Kind::ResetAfter, Kind::Truncate, Kind::Conflict],
                None,
            ),
        };
        let kind = self.chance.choose(kinds);
        let skip = u32::try_from(self.chance.below(10)).unwrap_or(0);
        let count = self.chance.choose(&[1, 1, 3, 12]);
        self.tell(&format!("fault: {target:?} {} {kind:?}, {count} after {skip}", operation.unwrap_or("any")));
        let operation = operation.map(str::to_owned);
        self.world.faults().add(Fault { target, table: None, operation, kind, skip, count });
        self.is_struck = true;
        self.tally.faults += 1;
    }

    /// Whether an answer is one of those that a call may have.
    fn admit(&mut self, what: &str, answer: &Answer, codes: &[&str]) -> Result<(), String> {
        self.tell(&format!("{what}: {} {}", answer.status(), answer.code()));
        let is_fine = answer.status() < 300 || codes.contains(&answer.code());
        let is_fault = matches!(answer.status(), 502 | 503) && self.is_struck;
        // Webhooks of what it did itself may have overtaken it three times.
        let is_busy = answer.status() == 503 && answer.code() == "UNAVAILABLE";
        self.tally.busy += u64::from(is_busy && !is_fault);
        if is_fine || is_fault || is_busy { Ok(()) } else { Err(format!("{what} is answered {answer}")) }
    }

    async fn buy(&mut self) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let order = json!({ "plan_type": self.chance.pick(&PLANS), "interval": self.chance.weighted(&INTERVALS) });
        let answer = self.person.viewer.post("/api/subscription/checkout", order.clone()).await;
        self.admit(&format!("checkout of {order}"), &answer, &["ALREADY_SUBSCRIBED"])?;
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

    async fn pay(&mut self, page: &str, card: &str) {
        let led = self.post_page(page, &format!("card={card}")).await;
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
        self.tell(&format!("pays with {card}, and is led to {told}"));
    }

    /// Where a hosted page leads; nowhere, when it stays.
    async fn post_page(&self, page: &str, form: &str) -> String {
        let request = self.world.platform.client().post(page).body(form.to_owned());
        let sent = request.header("content-type", "application/x-www-form-urlencoded").send().await;
        let answer = sent.expect("the hosted page answers");
        answer.headers().get("location").and_then(|led| led.to_str().ok()).unwrap_or("nowhere").to_owned()
    }

    /// A page that was left open, in another tab.
    async fn pay_again(&mut self) -> Result<(), String> {
        if let Some((page, _)) = self.pick(&self.checkouts.clone()) {
            let card = self.chance.weighted(&CARDS);
            self.pay(&page, card).await;
        }
        Ok(())
    }

    async fn come_back(&mut self) -> Result<(), String> {
        let Some((_, session)) = self.checkouts.last().cloned() else { return Ok(()) };
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let answer = self.person.viewer.get(&format!("/api/subscription?session_id={session}")).await;
        self.admit("return page", &answer, &[])
    }

    async fn ask(&mut self, what: &str) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let answer = self.person.viewer.post(&format!("/api/subscription/{what}"), json!({})).await;
        self.admit(what, &answer, &["CONFLICT"])
    }

    async fn change(&mut self) -> Result<(), String> {
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let wish = json!({ "plan_type": self.chance.pick(&PLANS), "interval": self.chance.weighted(&INTERVALS) });
        let answer = self.person.viewer.post("/api/subscription/change", wish.clone()).await;
        let codes = ["CARD_DECLINED", "PAYMENT_ACTION_REQUIRED", "CONFLICT", "SUBSCRIPTION_REQUIRED"];
        self.admit(&format!("change to {wish}"), &answer, &codes)?;
        self.world.faults().clear();
        // What was asked for in a trial costs nothing before its end.
        self.gave_premium |= answer.data()["status"] == "trialing";
        if let Some(page) = answer.details()[0]["issue"].as_str().filter(|_| answer.status() == 402)
            && self.chance.once_in(2)
        {
            let card = self.chance.weighted(&CARDS);
            self.post_page(page, &format!("card={card}")).await;
            self.tell(&format!("the change is confirmed with {card}"));
        }
        Ok(())
    }

    async fn comp(&mut self) -> Result<(), String> {
        let admin = self.world.platform.sign_in(ADMIN, PASSWORD).await;
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

    async fn admin_refund(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let paid: Vec<&Value> = truth.invoices.iter().filter(|one| one["amount_paid"].as_i64() > Some(0)).collect();
        let Some(invoice) = self.pick(&paid) else { return Ok(()) };
        let admin = self.world.platform.sign_in(ADMIN, PASSWORD).await;
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let mut order = json!({ "reason": "a simulation" });
        if !self.chance.once_in(3) {
            order["amount"] = json!(100);
        }
        let answer = admin.post(&format!("/api/admin/payments/{}/refund", id(invoice)), order).await;
        // The ledger may not know of it yet, it may be disputed, or given back before.
        self.admit("the operator refunds", &answer, &["CONFLICT", "VALIDATION_ERROR", "NOT_FOUND"])
    }

    async fn merchant_cancels(&mut self) -> Result<(), String> {
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

    async fn merchant_switches(&mut self) -> Result<(), String> {
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
    async fn second_subscription(&mut self) -> Result<(), String> {
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

    fn cards(&mut self) -> Result<(), String> {
        let outcome = self.chance.weighted(&[(4, Outcome::Decline), (5, Outcome::Succeed), (1, Outcome::Require3ds)]);
        self.tell(&format!("charges from now on: {outcome:?}"));
        self.world.platform.running().stripe().set_outcome(self.person.viewer.email(), outcome);
        Ok(())
    }

    async fn refund(&mut self) -> Result<(), String> {
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

    async fn dispute(&mut self) -> Result<(), String> {
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

    async fn invoice(&mut self) -> Result<(), String> {
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

    async fn time(&mut self) -> Result<(), String> {
        let seconds =
            self.chance.choose(&[1, 60, 10 * 60, HOUR + 60, 6 * HOUR, DAY, 3 * DAY, 8 * DAY, 16 * DAY, 32 * DAY]);
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        self.tell(&format!("{seconds} s pass"));
        self.world.advance(seconds).await;
        Ok(())
    }

    /// Time passes to just before, or just after, a moment at which something ends.
    async fn boundary(&mut self) -> Result<(), String> {
        let truth = self.truth().await;
        let Some(one) = oracle::granting(&truth) else { return self.time().await };
        let end = one["items"]["data"][0]["current_period_end"].as_i64();
        let finalized = truth.invoices.iter().filter(|one| one["status"] == "open");
        let finalized = finalized.filter_map(|one| one["status_transitions"]["finalized_at"].as_i64()).min();
        let mut moments: Vec<i64> = [end, end.map(|end| end + HOUR), end.map(|end| end + 2 * DAY)]
            .into_iter()
            .chain([one["cancel_at"].as_i64(), one["trial_end"].as_i64(), finalized.map(|at| at + 7 * DAY)])
            .flatten()
            .collect();
        let now = self.world.now();
        moments.retain(|moment| *moment > now.as_second() + 10);
        moments.sort_unstable();
        moments.dedup();
        let Some(moment) = self.pick(&moments) else { return self.time().await };
        let off = self.chance.choose(&[-5, 5, 5, 70 * 60]);
        let seconds = seconds_until(moment + off, now);
        if seconds > 400 * DAY {
            return self.time().await;
        }
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        self.tell(&format!("time passes to {off} s from {:?}", Timestamp::from_second(moment)));
        self.world.advance(seconds).await;
        Ok(())
    }

    fn deliveries(&mut self) -> Result<(), String> {
        if self.calm {
            return Ok(());
        }
        self.mode = self.chance.weighted(&[
            (4, Mode::Normal),
            (3, Mode::Duplicate),
            (3, Mode::Reorder),
            (3, Mode::Hold),
            (1, Mode::Drop),
        ]);
        if self.mode == Mode::Drop {
            self.lost.get_or_insert(self.world.now());
        }
        self.tell(&format!("webhooks from now on: {:?}", self.mode));
        self.world.mode(self.mode);
        if self.mode != Mode::Hold && self.chance.once_in(2) {
            let released = self.world.platform.running().webhooks().release();
            self.tell(&format!("{released} webhooks are let go"));
        }
        Ok(())
    }

    async fn redeliver(&mut self) -> Result<(), String> {
        if self.calm {
            return Ok(());
        }
        let webhooks = self.world.platform.running().webhooks();
        let ids: Vec<String> = webhooks.list().into_iter().map(|one| one.id).collect();
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        for _ in 0..=self.chance.below(3) {
            if let Some(id) = self.pick(&ids) {
                webhooks.redeliver(&id);
            }
        }
        self.tell("webhooks are delivered again");
        self.world.advance(0).await;
        Ok(())
    }

    /// Several webhooks at once, in any order, some of them new.
    async fn burst(&mut self) -> Result<(), String> {
        if self.calm {
            return Ok(());
        }
        let all = self.world.platform.running().deliveries();
        let mut bodies = Vec::new();
        for _ in 0..2 + self.chance.below(4) {
            bodies.extend(self.pick(&all).map(|one| one.body));
        }
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        let answers = futures::future::join_all(bodies.iter().map(|body| self.world.post(body))).await;
        self.tell(&format!("webhooks at once are answered {answers:?}"));
        Ok(())
    }

    /// A webhook is about to write what it read, and is overtaken by a change and its webhooks.
    async fn overlap(&mut self) -> Result<(), String> {
        let Some(one) = self.live_one().await.filter(|_| !self.calm) else { return Ok(()) };
        self.tally.overlaps += 1;
        let webhooks = self.world.platform.running().webhooks();
        webhooks.set_mode("stripe", Mode::Hold);
        let noted = self.chance.below(1_000_000_000).to_string();
        let customer = format!("customers/{}", one["customer"].as_str().unwrap_or_default());
        let (status, _) = self.world.stripe.post(&customer, &[("metadata[noted]", noted.as_str())]).await;
        let event = webhooks.list().into_iter().find(|one| one.event_type == "customer.updated");
        let Some(event) = event.filter(|_| status == 200) else { return Ok(()) };
        let faults = self.world.faults();
        let hold_back = Fault {
            target: Target::Dynamodb,
            table: Some(self.world.aws().subscriptions.clone()),
            operation: Some("TransactWriteItems".to_owned()),
            kind: Kind::Wait,
            skip: 0,
            count: 1,
        };
        faults.add(hold_back);
        self.tell("a webhook is held back before it writes");
        let overtaken = self.world.post(&event.body);
        let overtaking = async {
            let waits = async {
                while faults.list().iter().any(|fault| fault.kind == Kind::Wait && fault.count > 0) {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            };
            let _ = tokio::time::timeout(PATIENCE, waits).await;
            webhooks.set_mode("stripe", Mode::Normal);
            let path = format!("subscriptions/{}", id(&one));
            let done = match self.chance.below(3) {
                0 => ("ends it", self.world.stripe.delete(&path).await.0),
                _ => {
                    let flip = if one["cancel_at_period_end"] == true { "false" } else { "true" };
                    ("flips its end", self.world.stripe.post(&path, &[("cancel_at_period_end", flip)]).await.0)
                }
            };
            self.world.advance(0).await;
            faults.clear();
            done
        };
        let (answer, (what, status)) = tokio::join!(overtaken, overtaking);
        self.tell(&format!("meanwhile the merchant {what}: {status}; then the first is answered {answer}"));
        self.world.mode(self.mode);
        if self.chance.once_in(2) {
            self.converge().await?;
            self.compare("after one webhook overtook another").await?;
        }
        Ok(())
    }

    async fn delete_customer(&mut self) -> Result<(), String> {
        let Some(customer) = self.person.customers.last().cloned() else { return Ok(()) };
        let (status, _) = self.world.stripe.delete(&format!("customers/{customer}")).await;
        self.tell(&format!("the merchant deletes the customer: {status}"));
        Ok(())
    }

    /// All webhooks arrive, and what was lost is made up for.
    async fn converge(&mut self) -> Result<(), String> {
        self.mode = Mode::Normal;
        self.world.settle().await?;
        self.person.find_customers(&self.world.stripe).await;
        self.tell("all webhooks are delivered");
        if let Some(since) = self.lost.take() {
            self.reconcile(since).await?;
            self.world.settle().await?;
        }
        self.person.refresh(self.world).await;
        Ok(())
    }

    /// Makes up for what was lost: as the job of the night does, as that of the month, or by the next event that arrives.
    async fn reconcile(&mut self, since: Timestamp) -> Result<(), String> {
        let is_recent = self.world.now().duration_since(since).as_secs() < 2 * DAY;
        let job = match (self.world.strategy, is_recent) {
            (Strategy::Service, true) => Some("missed"),
            (Strategy::Service, false) if self.chance.once_in(3) => Some("everybody"),
            _ => None,
        };
        if let Some(scope) = job {
            let done = self.world.platform.running().run_job("reconcile-nightly", json!({ "scope": scope })).await;
            let done = done.ok_or("there is no job that reconciles")??;
            self.tell(&format!("what was lost is reconciled by the job ({scope}): {} differed", count(&done["drift"])));
            return Ok(());
        }
        let path = format!("customers/{}", self.person.customers.last().map_or("", String::as_str));
        let noted = self.world.now().to_string();
        let (status, _) = self.world.stripe.post(&path, &[("metadata[reconciled]", noted.as_str())]).await;
        self.tell(&format!("what was lost is made up for by another event: {status}"));
        if status != 200 {
            // Of a customer who is gone no event comes any more; one of those that were lost does.
            let webhooks = self.world.platform.running().webhooks();
            for one in webhooks.list() {
                webhooks.redeliver(&one.id);
            }
        }
        Ok(())
    }

    /// Tables and answers are what the oracle says.
    async fn compare(&mut self, when: &str) -> Result<(), String> {
        self.tally.comparisons += 1;
        self.tally.plays += REQUIRED.len() as u64;
        check::all(self.world, &self.person, self.given).await.map_err(|why| format!("{when}: {why}"))
    }

    /// Premium plays only where Stripe has a payment for it, whatever is still on its way.
    async fn premium_is_paid_for(&mut self) -> Result<(), String> {
        if self.gave_premium {
            return Ok(());
        }
        self.person.refresh(self.world).await;
        let answer = self.person.play(&self.world.videos[2]).await;
        self.tally.plays += 1;
        if answer.status() == 200 && !oracle::premium_was_paid(&self.truth().await) {
            return Err("premium plays, and was never paid".to_owned());
        }
        Ok(())
    }

    async fn truth(&self) -> Truth {
        self.world.stripe.truth(&self.person.customers, &self.world.prices).await
    }

    async fn live_one(&mut self) -> Option<Value> {
        let mut live = Vec::new();
        for customer in &self.person.customers {
            live.extend(self.world.stripe.subscriptions(customer).await);
        }
        live.retain(|one| {
            matches!(one["status"].as_str(), Some("trialing" | "active" | "past_due" | "unpaid" | "paused"))
        });
        self.pick(&live)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() {
            return None;
        }
        let at = self.chance.below(from.len() as u64);
        usize::try_from(at).ok().and_then(|at| from.get(at)).cloned()
    }
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_default()
}
