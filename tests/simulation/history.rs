//! A history of one customer: what they do, what the merchant does, how webhooks are delivered, and what fails.

use super::chance::Random;
use super::check;
use super::oracle;
use super::stripe::StripeState;
use super::world::{Person, REQUIRED, World};
use super::wrong::Strategy;
use jiff::Timestamp;
use serde_json::{Value, json};
use standin::deliveries::Mode;
use standin::faults::{Fault, Kind, Target};
use std::fmt::Write;
use stripe_standin::Dunning;
use support::Answer;

/// Seconds of a day.
pub(super) const DAY: i64 = 24 * 3_600;
/// A card that pays, and cards that behave differently.
pub(super) const CARDS: [(u64, &str); 7] = [
    (70, "4242424242424242"),
    (8, "4000000000000002"),
    (4, "4000000000009995"),
    (6, "4000000000000341"),
    (8, "4000002500003155"),
    (4, "4000000000000259"),
    (2, "4000000000001976"),
];

/// Counts of what was done and checked, across histories.
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

/// Why a history went wrong, and after which action.
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
    Portal,
    DeleteAccount,
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
    MovePrice,
    MoveCurrency,
    ArchivePrice,
    ChangeProduct,
    ChangeCoupon,
    Pause,
    SellElsewhere,
}

/// How often each action is done.
const ACTIONS: [(u64, Action); 31] = [
    (16, Action::Buy),
    (3, Action::PayAgain),
    (4, Action::ComeBack),
    (6, Action::Cancel),
    (6, Action::Resume),
    (10, Action::Change),
    (5, Action::Portal),
    (2, Action::DeleteAccount),
    (2, Action::Comp),
    (2, Action::AdminRefund),
    (7, Action::MerchantCancels),
    (8, Action::MerchantSwitches),
    (2, Action::SecondSubscription),
    (10, Action::Cards),
    (5, Action::Refund),
    (5, Action::Dispute),
    (6, Action::Invoice),
    (10, Action::Time),
    (16, Action::Boundary),
    (10, Action::Mode),
    (4, Action::Redeliver),
    (5, Action::Burst),
    (10, Action::Overlap),
    (1, Action::DeleteCustomer),
    (4, Action::MovePrice),
    (3, Action::MoveCurrency),
    (2, Action::ArchivePrice),
    (3, Action::ChangeProduct),
    (2, Action::ChangeCoupon),
    (5, Action::Pause),
    (5, Action::SellElsewhere),
];

/// A history in progress.
pub(super) struct History<'a> {
    pub(super) world: &'a World,
    pub(super) chance: Random,
    pub(super) person: Person,
    /// The earlier account of this person, if they deleted it.
    pub(super) gone: Vec<Person>,
    story: String,
    pub(super) tally: Tally,
    /// The time since which events may have been lost.
    pub(super) lost: Option<Timestamp>,
    pub(super) mode: Mode,
    /// The checkouts that were opened: page and session.
    pub(super) checkouts: Vec<(String, String)>,
    /// Whether the merchant gave premium away, so that it need not have been paid.
    pub(super) gave_premium: bool,
    /// The complimentary plans that the operator gave.
    pub(super) given: oracle::ComplimentaryPlan,
    /// Whether a fault may have hit the current action.
    pub(super) has_fault: bool,
    /// No faults and no disorder: even a wrong strategy survives this.
    pub(super) calm: bool,
    /// The time at which the history began.
    pub(super) began: Timestamp,
    /// The settled entries, as they were first seen.
    record: check::Record,
    /// Customers who bought elsewhere and belong to no account here.
    pub(super) unrelated_customers: Vec<String>,
    /// Whether this person bought through a link or a session that was opened elsewhere.
    pub(super) has_bought_elsewhere: bool,
    /// Disputes that were lost since anybody last undid a cancellation.
    pub(super) lost_disputes: Vec<String>,
}

/// Runs the history of a seed to its end.
pub(crate) async fn run(world: &World, seed: u64, calm: bool) -> Result<Tally, Failure> {
    let mut chance = Random::from_seed(seed);
    world.begin(chance.below(365)).await;
    if world.strategy == Strategy::Service {
        world.stock().await;
    }
    let began = world.now();
    let person = world.register(&format!("s{seed}-{}@viewers.test", world.now().as_second())).await;
    let mut history = History {
        world,
        chance,
        person,
        gone: Vec::new(),
        story: String::new(),
        tally: Tally { histories: 1, ..Tally::default() },
        lost: None,
        mode: Mode::Normal,
        checkouts: Vec::new(),
        gave_premium: false,
        given: None,
        has_fault: false,
        calm,
        began,
        record: check::Record::new(),
        unrelated_customers: Vec::new(),
        has_bought_elsewhere: false,
        lost_disputes: Vec::new(),
    };
    let done = history.play_out().await;
    if super::is_retold() {
        super::say(&history.story);
    }
    history.tally.webhooks = world.platform.running().deliveries().len() as u64;
    world.end(&history.person, &history.unrelated_customers).await;
    done.map(|()| history.tally).map_err(|why| Failure { seed, why, story: history.story })
}

impl History<'_> {
    async fn play_out(&mut self) -> Result<(), String> {
        let dunning = self.chance.choose(&[Dunning::Cancel, Dunning::Unpaid, Dunning::PastDue]);
        self.log(&format!("dunning ends as {dunning:?}"));
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
            self.log(&format!("{days} days pass"));
            self.world.advance(days * DAY).await;
            self.converge().await?;
            self.compare("some days after the end").await?;
        }
        if self.world.strategy == Strategy::Service && self.chance.once_in(3) {
            self.recount().await?;
        }
        Ok(())
    }

    pub(super) fn log(&mut self, what: &str) {
        let _ = writeln!(self.story, "  {} {what}", self.world.now());
    }

    async fn act(&mut self, action: Action) -> Result<(), String> {
        self.tally.actions += 1;
        if std::env::var("WITHOUT").is_ok_and(|all| all.split(',').any(|one| one == format!("{action:?}"))) {
            return Ok(());
        }
        self.person.refresh(self.world).await;
        let foreign_to_fixtures = matches!(
            action,
            Action::SecondSubscription
                | Action::DeleteCustomer
                | Action::DeleteAccount
                | Action::Comp
                | Action::Dispute
                | Action::MovePrice
                | Action::MoveCurrency
                | Action::ArchivePrice
                | Action::ChangeProduct
                | Action::ChangeCoupon
                | Action::SellElsewhere
        );
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
            Action::Portal => self.portal().await,
            Action::DeleteAccount => self.delete_account().await,
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
            Action::MovePrice => self.move_price().await,
            Action::MoveCurrency => self.move_currency().await,
            Action::ArchivePrice => self.archive_price().await,
            Action::ChangeProduct => self.change_product().await,
            Action::ChangeCoupon => self.change_coupon().await,
            Action::Pause => self.pause().await,
            Action::SellElsewhere => self.sell_elsewhere().await,
        }?;
        self.world.faults().clear();
        self.has_fault = false;
        // Whatever can be delivered is, so that a replay finds the same state.
        self.world.advance(0).await;
        self.settled_stays().await
    }

    /// Sometimes injects a fault at a random call.
    pub(super) fn maybe_fault(&mut self, targets: &[Target]) {
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
        self.log(&format!("fault: {target:?} {} {kind:?}, {count} after {skip}", operation.unwrap_or("any")));
        let operation = operation.map(str::to_owned);
        self.world.faults().add(Fault { target, table: None, operation, kind, skip, count, answer: None });
        self.has_fault = true;
        self.tally.faults += 1;
    }

    /// An operation takes effect at Stripe, but its responses are lost.
    pub(super) fn lose_answers(&mut self, operation: &str) {
        self.log(&format!("fault: the responses to {operation} are lost"));
        let (target, kind, operation) = (Target::Stripe, Kind::ResetAfter, Some(operation.to_owned()));
        self.world.faults().add(Fault { target, table: None, operation, kind, skip: 0, count: 12, answer: None });
        self.has_fault = true;
        self.tally.faults += 1;
    }

    /// Whether a response is one that the call may return.
    pub(super) fn admit(&mut self, what: &str, answer: &Answer, codes: &[&str]) -> Result<(), String> {
        self.log(&format!("{what}: {} {}", answer.status(), answer.code()));
        let is_fine = answer.status() < 300 || codes.contains(&answer.code());
        let is_fault = matches!(answer.status(), 502 | 503) && self.has_fault;
        // Webhooks of its own effects may have overtaken it three times.
        let is_busy = answer.status() == 503 && answer.code() == "UNAVAILABLE";
        self.tally.busy += u64::from(is_busy && !is_fault);
        if is_fine || is_fault || is_busy { Ok(()) } else { Err(format!("{what} returned {answer}")) }
    }

    /// Delivers all webhooks, and makes up for lost ones.
    pub(super) async fn converge(&mut self) -> Result<(), String> {
        self.mode = Mode::Normal;
        self.world.settle().await?;
        self.person.find_customers(&self.world.stripe).await;
        self.log("all webhooks are delivered");
        if let Some(since) = self.lost.take() {
            self.reconcile(since).await?;
            self.world.settle().await?;
        }
        if !self.gone.is_empty() {
            let done = self.world.platform.running().run_job("finish-deletions", json!({})).await;
            done?;
        }
        self.person.refresh(self.world).await;
        Ok(())
    }

    /// Makes up for lost events: with the nightly job, the monthly job, or the next event that arrives.
    async fn reconcile(&mut self, since: Timestamp) -> Result<(), String> {
        let is_recent = self.world.now().duration_since(since).as_secs() < 2 * DAY;
        let job = match (self.world.strategy, is_recent) {
            (Strategy::Service, true) => Some("missed"),
            (Strategy::Service, false) if self.chance.once_in(3) => Some("everybody"),
            _ => None,
        };
        if let Some(scope) = job {
            let done = self.world.platform.running().run_job("reconcile-nightly", json!({ "scope": scope })).await;
            let done = done?;
            self.log(&format!("the job reconciles lost events ({scope}): {} differed", count(&done["drift"])));
            return Ok(());
        }
        let noted = self.world.now().to_string();
        let mut status = 0;
        for customer in &self.person.customers {
            // Any event makes up for all known customers of a user. An unknown customer needs its own event.
            let is_unknown = self.world.aws().row(&format!("CUST#{customer}")).await.is_null();
            if is_unknown || self.person.customers.last() == Some(customer) {
                let path = format!("customers/{customer}");
                status = self.world.stripe.post(&path, &[("metadata[reconciled]", noted.as_str())]).await.0;
            }
        }
        self.log(&format!("another event makes up for lost ones: {status}"));
        if status != 200 {
            // A deleted customer has no more events; one of the lost ones is delivered instead.
            let webhooks = self.world.platform.running().webhooks();
            for one in webhooks.list() {
                webhooks.redeliver(&one.id);
            }
        }
        Ok(())
    }

    /// Checks tables and responses against the oracle.
    pub(super) async fn compare(&mut self, when: &str) -> Result<(), String> {
        self.tally.comparisons += 1;
        self.tally.plays += REQUIRED.len() as u64;
        for gone in &self.gone {
            check::gone(self.world, gone).await.map_err(|why| format!("{when}, for a deleted account: {why}"))?;
        }
        check::unrelated_customers(self.world, &self.unrelated_customers)
            .await
            .map_err(|why| format!("{when}: {why}"))?;
        self.settled_stays().await.map_err(|why| format!("{when}: {why}"))?;
        if let Some(why) = oracle::renews_after_loss(&self.truth().await, &self.lost_disputes) {
            return Err(format!("{when}: {why}"));
        }
        check::all(self.world, &self.person, self.given).await.map_err(|why| format!("{when}: {why}"))
    }

    /// Checks that no settled entry has changed since it was first seen.
    pub(super) async fn settled_stays(&mut self) -> Result<(), String> {
        let all = self.gone.iter().chain([&self.person]).flat_map(|person| person.customers.clone());
        let all: Vec<String> = all.collect();
        check::settled_stays(self.world, &all, &mut self.record).await
    }

    /// Checks that premium plays only if Stripe has a payment for it, whatever events are still pending.
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

    pub(super) async fn truth(&self) -> StripeState {
        self.world.truth(&self.person.customers).await
    }

    pub(super) async fn live_one(&mut self) -> Option<Value> {
        let mut live = Vec::new();
        for customer in &self.person.customers {
            live.extend(self.world.stripe.subscriptions(customer).await);
        }
        live.retain(|one| {
            matches!(one["status"].as_str(), Some("trialing" | "active" | "past_due" | "unpaid" | "paused"))
        });
        self.pick(&live)
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
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

pub(super) fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_default()
}
