//! How time passes in a history, and what happens to the webhooks meanwhile.

use super::history::{DAY, History, id};
use super::oracle;
use super::world::seconds_until;
use jiff::Timestamp;
use standin::deliveries::Mode;
use standin::faults::{Fault, Kind, Target};
use std::time::Duration;

const HOUR: i64 = 3_600;
/// How long a delayed call may take to arrive.
const PATIENCE: Duration = Duration::from_secs(3);

impl History<'_> {
    pub(super) async fn time(&mut self) -> Result<(), String> {
        let seconds =
            self.chance.choose(&[1, 60, 10 * 60, HOUR + 60, 6 * HOUR, DAY, 3 * DAY, 8 * DAY, 16 * DAY, 32 * DAY]);
        self.maybe_fault(&[Target::Dynamodb, Target::Stripe]);
        self.log(&format!("{seconds} s pass"));
        self.world.advance(seconds).await;
        Ok(())
    }

    /// Moves the clock to just before or just after a time at which something ends.
    pub(super) async fn boundary(&mut self) -> Result<(), String> {
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
        self.log(&format!("the clock moves to {off} s from {:?}", Timestamp::from_second(moment)));
        self.world.advance(seconds).await;
        Ok(())
    }

    pub(super) fn deliveries(&mut self) -> Result<(), String> {
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
        self.log(&format!("webhooks from now on: {:?}", self.mode));
        self.world.mode(self.mode);
        if self.mode != Mode::Hold && self.chance.once_in(2) {
            let released = self.world.platform.running().webhooks().release();
            self.log(&format!("{released} webhooks are released"));
        }
        Ok(())
    }

    pub(super) async fn redeliver(&mut self) -> Result<(), String> {
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
        self.log("webhooks are delivered again");
        self.world.advance(0).await;
        Ok(())
    }

    /// Delivers several webhooks concurrently, in any order, some of them new.
    pub(super) async fn burst(&mut self) -> Result<(), String> {
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
        self.log(&format!("concurrent webhooks get {answers:?}"));
        Ok(())
    }

    /// A change and its webhooks overtake a webhook between its read and its write.
    pub(super) async fn overlap(&mut self) -> Result<(), String> {
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
            answer: None,
        };
        faults.add(hold_back);
        self.log("a webhook is delayed before it writes");
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
                    self.lost_disputes.clear();
                    ("flips its end", self.world.stripe.post(&path, &[("cancel_at_period_end", flip)]).await.0)
                }
            };
            self.world.advance(0).await;
            faults.clear();
            done
        };
        let (answer, (what, status)) = tokio::join!(overtaken, overtaking);
        self.log(&format!("meanwhile the merchant {what}: {status}; then the first webhook gets {answer}"));
        self.world.mode(self.mode);
        if self.chance.once_in(2) {
            self.converge().await?;
            self.compare("after one webhook overtook another").await?;
        }
        Ok(())
    }
}
