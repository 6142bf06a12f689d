//! One history of one customer: what they do, what the merchant does, what becomes of the webhooks, and what breaks.

use super::chance::Chance;
use super::check;
use super::oracle;
use super::stripe::Truth;
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
/// A card that pays, and cards that do something else.
pub(super) const CARDS: [(u64, &str); 6] = [
    (70, "4242424242424242"),
    (8, "4000000000000002"),
    (4, "4000000000009995"),
    (6, "4000000000000341"),
    (8, "4000002500003155"),
    (4, "4000000000000259"),
];

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
}

/// How often each is done.
const ACTIONS: [(u64, Action); 24] = [
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
pub(super) struct History<'a> {
    pub(super) world: &'a World,
    pub(super) chance: Chance,
    pub(super) person: Person,
    /// Who they were before they deleted their account.
    pub(super) gone: Vec<Person>,
    story: String,
    pub(super) tally: Tally,
    /// Since when events may have been lost.
    pub(super) lost: Option<Timestamp>,
    pub(super) mode: Mode,
    /// The checkouts that were opened: page and session.
    pub(super) checkouts: Vec<(String, String)>,
    /// Whether the merchant gave premium away, so that it need not have been paid.
    pub(super) gave_premium: bool,
    /// What the operator gave.
    pub(super) given: oracle::Given,
    /// Whether a fault may have struck the action under way.
    pub(super) is_struck: bool,
    /// No fault, no disorder: what even a wrong strategy survives.
    pub(super) calm: bool,
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
        gone: Vec::new(),
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
    if super::is_retold() {
        super::say(&history.story);
    }
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

    pub(super) fn tell(&mut self, what: &str) {
        let _ = writeln!(self.story, "  {} {what}", self.world.now());
    }

    async fn act(&mut self, action: Action) -> Result<(), String> {
        self.tally.actions += 1;
        self.person.refresh(self.world).await;
        let foreign_to_fixtures = matches!(
            action,
            Action::SecondSubscription | Action::DeleteCustomer | Action::DeleteAccount | Action::Comp
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
        }?;
        self.world.faults().clear();
        self.is_struck = false;
        // What may be delivered is, so that a replay finds the same.
        self.world.advance(0).await;
        Ok(())
    }

    /// Puts a fault at a random call, one time in some.
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
        self.tell(&format!("fault: {target:?} {} {kind:?}, {count} after {skip}", operation.unwrap_or("any")));
        let operation = operation.map(str::to_owned);
        self.world.faults().add(Fault { target, table: None, operation, kind, skip, count });
        self.is_struck = true;
        self.tally.faults += 1;
    }

    /// Whether an answer is one of those that a call may have.
    pub(super) fn admit(&mut self, what: &str, answer: &Answer, codes: &[&str]) -> Result<(), String> {
        self.tell(&format!("{what}: {} {}", answer.status(), answer.code()));
        let is_fine = answer.status() < 300 || codes.contains(&answer.code());
        let is_fault = matches!(answer.status(), 502 | 503) && self.is_struck;
        // Webhooks of what it did itself may have overtaken it three times.
        let is_busy = answer.status() == 503 && answer.code() == "UNAVAILABLE";
        self.tally.busy += u64::from(is_busy && !is_fault);
        if is_fine || is_fault || is_busy { Ok(()) } else { Err(format!("{what} is answered {answer}")) }
    }

    /// All webhooks arrive, and what was lost is made up for.
    pub(super) async fn converge(&mut self) -> Result<(), String> {
        self.mode = Mode::Normal;
        self.world.settle().await?;
        self.person.find_customers(&self.world.stripe).await;
        self.tell("all webhooks are delivered");
        if let Some(since) = self.lost.take() {
            self.reconcile(since).await?;
            self.world.settle().await?;
        }
        if !self.gone.is_empty() {
            let done = self.world.platform.running().run_job("finish-deletions", json!({})).await;
            done.ok_or("there is no job that finishes deletions")??;
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
    pub(super) async fn compare(&mut self, when: &str) -> Result<(), String> {
        self.tally.comparisons += 1;
        self.tally.plays += REQUIRED.len() as u64;
        for gone in &self.gone {
            check::gone(self.world, gone)
                .await
                .map_err(|why| format!("{when}, of an account that was deleted: {why}"))?;
        }
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

    pub(super) async fn truth(&self) -> Truth {
        self.world.stripe.truth(&self.person.customers, &self.world.prices).await
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
