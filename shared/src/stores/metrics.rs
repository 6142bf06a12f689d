//! The data for business metrics, and the stored days.

use crate::models::ids::PlaybackId;
use crate::models::ledger::{Entry, SubscriptionEntry};
use crate::models::metrics::{Bill, ChargeEvents, Play, RETRY_DAYS, SubscriptionHistory, count, reach_days};
use crate::models::plan::Interval;
use crate::models::tally::DayTally;
use crate::models::time::{Day, month};
use crate::services::{ConfigError, Services};
use crate::stores::billing_events::{BillingEvents, entry_key, invoices_period};
use crate::stores::database::{BATCH_KEYS_MAX, Database};
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, write};
use crate::stores::streams::{Streams, View};
use crate::stores::table::Table;
use boxed::boxed;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The shortest month.
const MONTH_DAYS_MIN: usize = 28;
/// The most concurrent reads: more than a quarter needs for its invoices, so these take one round trip.
const READS_AT_ONCE: usize = 32;

/// The stored days of a month, so a year is a dozen rows. They can be recomputed at any time, with the same result to
/// the byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// By day, as one text, because they are some 600 figures that are written and read together. Rows from older
    /// versions have `figures` or `by_currency` instead. These lack some figures, so their days are recomputed.
    #[serde(rename = "by_day", with = "text", default)]
    pub days: BTreeMap<String, DayTally>,
}

/// A value stored as JSON text.
mod text {
    use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error as _};
    use serde::ser::{Error as _, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Month {
    /// The key of a month's row.
    pub fn key(month: &str) -> Key<Self> {
        Key::composite(Table::BillingEvents, ("pk", "METRICS".to_owned()), ("sk", month.to_owned()))
    }
}

/// The months of a range of days, in order.
pub fn months(from: Day, to: Day) -> BTreeSet<String> {
    samples(from, to).map(|day| month(day.start())).collect()
}

/// Days between two days that together touch every month.
fn samples(from: Day, to: Day) -> impl Iterator<Item = Day> {
    let last = from.days_until(to);
    (0..=last).step_by(MONTH_DAYS_MIN).chain((last >= 0).then_some(last)).map(move |days| from.plus(days))
}

/// The results of many reads, in their order. Enough of them run concurrently that none times out while it waits.
async fn side_by_side<T, F: Future<Output = Result<T, StoreError>>>(
    reads: impl Iterator<Item = F>,
) -> Result<Vec<T>, StoreError> {
    stream::iter(reads.collect::<Vec<_>>()).buffered(READS_AT_ONCE).try_collect().await
}

/// The first and the last of the given days, per month.
fn spans(days: &BTreeSet<Day>) -> Vec<(Day, Day)> {
    let mut spans: BTreeMap<String, (Day, Day)> = BTreeMap::new();
    for day in days {
        spans.entry(month(day.start())).or_insert((*day, *day)).1 = *day;
    }
    spans.into_values().collect()
}

/// The ledger and the playbacks that affect the given days.
#[derive(Clone, Debug, Default)]
pub struct MetricsData {
    histories: Vec<SubscriptionHistory>,
    charges: ChargeEvents,
    plays: BTreeMap<Day, Vec<Play>>,
}

impl MetricsData {
    /// The metrics of one of the days.
    pub fn count(&self, day: Day, grace: SignedDuration, now: Timestamp) -> DayTally {
        let none = Vec::new();
        let plays = self.plays.get(&day).unwrap_or(&none);
        count(&self.histories, &self.charges, plays, day, grace, now)
    }
}

/// The tables with the data for metrics.
#[derive(Clone, Debug)]
pub struct Metrics {
    database: Database,
    events: BillingEvents,
    streams: Streams,
}

impl Metrics {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::BillingEvents, Table::Streams])?,
            events: BillingEvents::connect(services)?,
            streams: Streams::connect(services)?,
        })
    }

    /// The rows of the given months.
    #[boxed]
    pub async fn counted(&self, months: &BTreeSet<String>) -> Result<BTreeMap<String, Month>, StoreError> {
        let rows = self.database.read(months.iter().map(|month| Month::key(month)).collect::<Vec<_>>()).await?;
        Ok(months.iter().cloned().zip(rows.into_iter().map(Option::unwrap_or_default)).collect())
    }

    /// Stores a month.
    #[boxed]
    pub async fn keep(&self, name: &str, month: &Month) -> Result<(), StoreError> {
        let item = write(&Month::key(name), month)?;
        let put = self.database.client().put_item().table_name(self.database.name(Table::BillingEvents)?);
        put.set_item(Some(item)).send().await.map(|_| ()).map_err(failed)
    }

    /// Reads the data for the figures of the given days: first invoices, refunds, disputes, failed attempts and the
    /// keys of playbacks in parallel, then subscriptions and playbacks in parallel. That is two round trips, as long as
    /// a month's invoices and a day's playbacks fit into one page of an index each: up to some 1,500 invoices and
    /// 10,000 playbacks. Each further page takes another round trip.
    #[boxed]
    pub async fn read(&self, days: &BTreeSet<Day>) -> Result<MetricsData, StoreError> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(MetricsData::default());
        };
        let partitions: BTreeSet<(Interval, String, Timestamp)> = Interval::ALL
            .into_iter()
            .map(|interval| (interval, first.plus(-reach_days(interval))))
            .flat_map(|(interval, since)| samples(since, *last).map(move |day| (interval, day.start(), since.start())))
            .map(|(interval, day, since)| (interval, invoices_period(interval, day), since))
            .collect();
        let invoices =
            partitions.iter().map(|(interval, period, since)| self.events.invoices_of(*interval, period, *since));
        let keys = spans(days).into_iter().map(|(from, to)| self.streams.started(from, to));
        let since = first.plus(-RETRY_DAYS);
        let months = months(since, *last);
        let charges = months.iter().map(|month| self.events.charges_of(month, since.start()));
        let (invoices, keys, charges) =
            tokio::try_join!(side_by_side(invoices), side_by_side(keys), side_by_side(charges))?;
        let mut invoices_by_subscription: BTreeMap<(String, String), Vec<Bill>> = BTreeMap::new();
        for (customer, invoice) in invoices.into_iter().flatten() {
            if let Some(subscription) = invoice.subscription.clone() {
                invoices_by_subscription.entry((customer, subscription)).or_default().push(invoice);
            }
        }
        let (histories, plays) = tokio::try_join!(self.histories(invoices_by_subscription), self.plays(days, keys))?;
        Ok(MetricsData { histories, charges: charges.into_iter().collect(), plays })
    }

    async fn histories(
        &self,
        invoices_by_subscription: BTreeMap<(String, String), Vec<Bill>>,
    ) -> Result<Vec<SubscriptionHistory>, StoreError> {
        let invoices_by_subscription: Vec<_> = invoices_by_subscription.into_iter().collect();
        let chunks = invoices_by_subscription.chunks(BATCH_KEYS_MAX).map(|chunk| async move {
            let keys: Vec<_> = chunk.iter().map(|((customer, id), _)| entry_key(customer, id)).collect();
            let mut histories = Vec::new();
            for (((customer, _), invoices), row) in chunk.iter().zip(self.database.read(keys).await?) {
                if let Some(Entry::Subscription(subscription)) = row {
                    let subscription: SubscriptionEntry = subscription;
                    histories.push(SubscriptionHistory {
                        customer: customer.clone(),
                        subscription,
                        invoices: invoices.clone(),
                    });
                }
            }
            Ok::<_, StoreError>(histories)
        });
        Ok(side_by_side(chunks).await?.into_iter().flatten().collect())
    }

    async fn plays(
        &self,
        days: &BTreeSet<Day>,
        keys: Vec<Vec<(Day, PlaybackId)>>,
    ) -> Result<BTreeMap<Day, Vec<Play>>, StoreError> {
        let all: Vec<(Day, PlaybackId)> = keys.into_iter().flatten().filter(|(day, _)| days.contains(day)).collect();
        let chunks = all.chunks(BATCH_KEYS_MAX).map(|chunk| async move {
            let rows = self.database.read(chunk.iter().map(|(_, id)| View::key(*id)).collect::<Vec<_>>()).await?;
            let play = |view: View| Play { watched_seconds: view.watched_seconds, completed: view.completed };
            let plays = chunk.iter().zip(rows).filter_map(|((day, _), view)| Some((*day, play(view?))));
            Ok::<_, StoreError>(plays.collect::<Vec<_>>())
        });
        let mut plays: BTreeMap<Day, Vec<Play>> = BTreeMap::new();
        for (day, play) in side_by_side(chunks).await?.into_iter().flatten() {
            plays.entry(day).or_default().push(play);
        }
        Ok(plays)
    }
}
