//! What the figures of the business follow from, and the days that were counted before.

use crate::models::ids::PlaybackId;
use crate::models::ledger::{Entry, SubscriptionEntry};
use crate::models::metrics::{Bill, Counted, Course, Play, count};
use crate::models::plan::Interval;
use crate::models::time::{Day, month};
use crate::services::{ConfigError, Services};
use crate::stores::billing_events::{BillingEvents, entry_key, invoices_period};
use crate::stores::database::{BATCH_KEYS_MAX, Database, StoreError, Table, failed};
use crate::stores::row::{Key, Wanted, write};
use crate::stores::streams::{Streams, View};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long before a day an invoice may have been made that says something of it: its period, and the weeks in which its
/// payment is tried.
const MONTHLY_DAYS: i64 = 62;
const YEARLY_DAYS: i64 = 400;
/// The shortest month.
const MONTH_DAYS_MIN: usize = 28;
/// Reads under way at once: more than the months of invoices that days of a quarter need, so that they are one wait.
const READS_AT_ONCE: usize = 32;
/// Where nothing was ever billed.
const CURRENCY_DEFAULT: &str = "usd";

/// The days of a month that were counted. They are kept so that a year is a dozen rows, and can be counted again to the same
/// bytes at any time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Month {
    /// By day. As one text, since they are some 340 figures that are written and read together.
    #[serde(rename = "figures", with = "text", default)]
    pub days: BTreeMap<String, Counted>,
}

/// A value as JSON in a text.
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
        Key::two(Table::BillingEvents, ("pk", "METRICS".to_owned()), ("sk", month.to_owned()))
    }
}

/// The months of some days, in order.
pub fn months(from: Day, to: Day) -> BTreeSet<String> {
    samples(from, to).map(|day| month(day.start())).collect()
}

/// A day of each month from one day to another, if not more.
fn samples(from: Day, to: Day) -> impl Iterator<Item = Day> {
    let last = from.days_until(to);
    (0..=last).step_by(MONTH_DAYS_MIN).chain((last >= 0).then_some(last)).map(move |days| from.plus(days))
}

/// What many reads find, in their order, so many under way at once that none waits for its turn until it is given up.
async fn side_by_side<T, F: Future<Output = Result<T, StoreError>>>(
    reads: impl Iterator<Item = F>,
) -> Result<Vec<T>, StoreError> {
    stream::iter(reads.collect::<Vec<_>>()).buffered(READS_AT_ONCE).try_collect().await
}

/// The first and the last of some days, month by month.
fn spans(days: &BTreeSet<Day>) -> Vec<(Day, Day)> {
    let mut spans: BTreeMap<String, (Day, Day)> = BTreeMap::new();
    for day in days {
        spans.entry(month(day.start())).or_insert((*day, *day)).1 = *day;
    }
    spans.into_values().collect()
}

/// The ledger and the playbacks, as far as they say something of some days.
#[derive(Clone, Debug)]
pub struct Facts {
    courses: Vec<Course>,
    plays: BTreeMap<Day, Vec<Play>>,
    /// ISO 4217, in lower case: what the first invoice was in. What is billed in another is left out.
    pub currency: String,
}

impl Facts {
    /// What one of the days comes to.
    pub fn count(&self, day: Day, grace: SignedDuration, now: Timestamp) -> Counted {
        count(&self.courses, self.plays.get(&day).map_or(&[], Vec::as_slice), day, grace, now)
    }
}

/// The tables that figures follow from.
#[derive(Clone, Debug)]
pub struct Metrics {
    database: Database,
    events: BillingEvents,
    streams: Streams,
}

impl Metrics {
    /// The tables as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::BillingEvents, Table::Streams])?,
            events: BillingEvents::connect(services)?,
            streams: Streams::connect(services)?,
        })
    }

    /// The rows of some months.
    pub async fn counted(&self, months: &BTreeSet<String>) -> Result<BTreeMap<String, Month>, StoreError> {
        let wanted = months.iter().fold(Wanted::default(), |wanted, month| wanted.and(&Month::key(month)));
        let rows = self.database.read(&wanted).await?;
        let row = |month: &String| Ok((month.clone(), rows.get(&Month::key(month))?.unwrap_or_default()));
        months.iter().map(row).collect()
    }

    /// Keeps a month.
    pub async fn keep(&self, name: &str, month: &Month) -> Result<(), StoreError> {
        let item = write(&Month::key(name), month)?;
        let put = self.database.client().put_item().table_name(self.database.name(Table::BillingEvents)?);
        put.set_item(Some(item)).send().await.map(|_| ()).map_err(failed)
    }

    /// What says something of some days: invoices beside the keys of playbacks, then subscriptions beside playbacks. That is
    /// two waits, as long as a month's invoices and a day's playbacks are one page of an index each, which is up to some
    /// 1,500 invoices and 10,000 playbacks; beyond it, a wait for each further page.
    pub async fn facts(&self, days: &BTreeSet<Day>) -> Result<Facts, StoreError> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(Facts { courses: Vec::new(), plays: BTreeMap::new(), currency: CURRENCY_DEFAULT.to_owned() });
        };
        let reach = [(Interval::Month, MONTHLY_DAYS), (Interval::Year, YEARLY_DAYS)];
        let partitions: BTreeSet<(Interval, String, Timestamp)> = reach
            .into_iter()
            .map(|(interval, back)| (interval, first.plus(-back)))
            .flat_map(|(interval, since)| samples(since, *last).map(move |day| (interval, day.start(), since.start())))
            .map(|(interval, day, since)| (interval, invoices_period(interval, day), since))
            .collect();
        let invoices = partitions.iter().map(|(of, period, since)| self.events.invoices_of(*of, period, *since));
        let keys = spans(days).into_iter().map(|(from, to)| self.streams.started(from, to));
        let (invoices, keys) = tokio::try_join!(side_by_side(invoices), side_by_side(keys))?;
        let mut of: BTreeMap<(String, String), Vec<Bill>> = BTreeMap::new();
        let earliest = invoices.iter().flatten().map(|(_, invoice)| (invoice.created, &invoice.currency)).min();
        let currency = earliest.map_or(CURRENCY_DEFAULT, |(_, currency)| currency).to_owned();
        for (customer, invoice) in invoices.into_iter().flatten().filter(|(_, invoice)| invoice.currency == currency) {
            if let Some(subscription) = invoice.subscription.clone() {
                of.entry((customer, subscription)).or_default().push(invoice);
            }
        }
        let (courses, plays) = tokio::try_join!(self.courses(of), self.plays(days, keys))?;
        Ok(Facts { courses, plays, currency })
    }

    async fn courses(&self, of: BTreeMap<(String, String), Vec<Bill>>) -> Result<Vec<Course>, StoreError> {
        let of: Vec<_> = of.into_iter().collect();
        let chunks = of.chunks(BATCH_KEYS_MAX).map(|chunk| async move {
            let keys = chunk.iter().map(|((customer, id), _)| entry_key(customer, id));
            let rows = self.database.read(&keys.fold(Wanted::default(), |wanted, key| wanted.and(&key))).await?;
            let mut courses = Vec::new();
            for ((customer, id), invoices) in chunk {
                if let Some(Entry::Subscription(subscription)) = rows.get(&entry_key(customer, id))? {
                    let subscription: SubscriptionEntry = subscription;
                    courses.push(Course { customer: customer.clone(), subscription, invoices: invoices.clone() });
                }
            }
            Ok::<_, StoreError>(courses)
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
            let wanted = chunk.iter().fold(Wanted::default(), |wanted, (_, id)| wanted.and(&View::key(*id)));
            let rows = self.database.read(&wanted).await?;
            let mut plays = Vec::new();
            for (day, id) in chunk {
                let view: Option<View> = rows.get(&View::key(*id))?;
                let play = |view: View| Play { watched_seconds: view.watched_seconds, completed: view.completed };
                plays.extend(view.map(|view| (*day, play(view))));
            }
            Ok::<_, StoreError>(plays)
        });
        let mut plays: BTreeMap<Day, Vec<Play>> = BTreeMap::new();
        for (day, play) in side_by_side(chunks).await?.into_iter().flatten() {
            plays.entry(day).or_default().push(play);
        }
        Ok(plays)
    }
}
