//! The published catalogue in memory: filtered, sorted, searched, a page at a time.

use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::search::{Hits, Index, fold};
use crate::models::video::PublicVideo;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A published video as the snapshot holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What everybody sees of it.
    pub video: PublicVideo,
    /// Before when nobody does.
    pub publish_at: Option<Timestamp>,
    /// How often it was played, as last counted.
    #[serde(default)]
    pub views: u64,
}

impl Entry {
    /// Whether its time has come.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.publish_at.is_none_or(|at| at <= now)
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Latest published first.
    #[default]
    Newest,
    /// By title, case and accents folded.
    Title,
    /// Most played first.
    Popular,
}

/// Which videos a list is of; `None` restricts nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Words, or beginnings of words, that title, description and category have together.
    pub q: Option<String>,
    /// The category, whatever its case and accents.
    pub category: Option<String>,
    /// What the video asks of its viewer.
    pub required_plan: Option<RequiredPlan>,
    /// The series.
    pub series_id: Option<SeriesId>,
}

/// Where a video stands in a list: sort key and id. A lesser one comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place(i64, i64, String, VideoId);

/// A category of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Category {
    /// Its name.
    pub category: String,
    /// How many videos it has.
    pub count: usize,
}

/// All published videos at one moment, with what makes lists fast.
#[derive(Debug, Default)]
pub struct Snapshot {
    entries: Vec<Arc<Entry>>,
    /// The folded title and category of each entry.
    folded: Vec<(String, String)>,
    index: Index,
    newest: Vec<u32>,
    title: Vec<u32>,
    popular: Vec<u32>,
}

impl Snapshot {
    /// Makes it of its entries: everything is folded, sorted and indexed here, once.
    pub fn of(entries: Vec<Arc<Entry>>) -> Self {
        let folded = entries.iter().map(|entry| (fold(&entry.video.title), fold(&entry.video.category))).collect();
        let index = Index::of(entries.iter().map(|entry| {
            let PublicVideo { title, description, category, .. } = &entry.video;
            format!("{title} {description} {category}")
        }));
        let mut snapshot = Self { entries, folded, index, ..Self::default() };
        snapshot.newest = snapshot.sorted(Sort::Newest);
        snapshot.title = snapshot.sorted(Sort::Title);
        snapshot.popular = snapshot.sorted(Sort::Popular);
        snapshot
    }

    /// Every entry, shown or not.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

    /// At most `limit` of the videos shown at `now`, from behind `after`, and the place of the last one where there are more.
    pub fn page(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&Place>,
        limit: usize,
        now: Timestamp,
    ) -> (Vec<&PublicVideo>, Option<Place>) {
        let order = self.order(sort);
        let start = after.map_or(0, |after| order.partition_point(|number| self.place(sort, *number) <= *after));
        let wanted = self.wanted(filter, now);
        let mut found = order[start..].iter().copied().filter(wanted);
        let numbers: Vec<u32> = found.by_ref().take(limit).collect();
        let next = found.next().and(numbers.last()).map(|last| self.place(sort, *last));
        (numbers.iter().map(|number| &self.entry(*number).video).collect(), next)
    }

    /// The categories of the videos shown at `now`, by name. Spellings that differ in case and accents are one.
    pub fn categories(&self, now: Timestamp) -> Vec<Category> {
        let mut categories: BTreeMap<&str, Category> = BTreeMap::new();
        let shown = self.entries.iter().zip(&self.folded).filter(|(entry, _)| entry.is_shown(now));
        for (entry, (_, folded)) in shown {
            let fresh = || Category { category: entry.video.category.clone(), count: 0 };
            categories.entry(folded).or_insert_with(fresh).count += 1;
        }
        categories.into_values().collect()
    }

    fn wanted(&self, filter: &Filter, now: Timestamp) -> impl Fn(&u32) -> bool {
        let hits: Option<Hits> = filter.q.as_deref().map(|q| self.index.find(q));
        let category = filter.category.as_deref().map(fold);
        let Filter { required_plan, series_id, .. } = *filter;
        move |number| {
            let entry = self.entry(*number);
            entry.is_shown(now)
                && hits.as_ref().is_none_or(|hits| hits.contains(*number))
                && category.as_ref().is_none_or(|category| self.folded[*number as usize].1 == *category)
                && required_plan.is_none_or(|plan| entry.video.required_plan == plan)
                && series_id.is_none_or(|series| entry.video.series_id == Some(series))
        }
    }

    fn order(&self, sort: Sort) -> &[u32] {
        match sort {
            Sort::Newest => &self.newest,
            Sort::Title => &self.title,
            Sort::Popular => &self.popular,
        }
    }

    fn sorted(&self, sort: Sort) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..).take(self.entries.len()).collect();
        numbers.sort_by_cached_key(|number| self.place(sort, *number));
        numbers
    }

    fn place(&self, sort: Sort, number: u32) -> Place {
        let Entry { video, views, .. } = self.entry(number);
        let newest = -video.published_at.unwrap_or_default().as_millisecond();
        let most = -i64::try_from(*views).unwrap_or(i64::MAX);
        match sort {
            Sort::Newest => Place(newest, 0, String::new(), video.id),
            Sort::Title => Place(0, 0, self.folded[number as usize].0.clone(), video.id),
            Sort::Popular => Place(most, newest, String::new(), video.id),
        }
    }

    fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn id(number: u128) -> VideoId {
        VideoId::from_uuid(Uuid::from_u128(number))
    }

    fn entry(number: u128, title: &str, category: &str, plan: RequiredPlan) -> Entry {
        let video = PublicVideo {
            id: id(number),
            title: title.to_owned(),
            description: format!("Number {number}"),
            category: category.to_owned(),
            required_plan: plan,
            duration: Some(60.0),
            poster: None,
            series_id: None,
            season: None,
            episode: None,
            published_at: Some(at(i64::try_from(number).expect("small"))),
        };
        Entry { video, publish_at: None, views: 0 }
    }

    fn snapshot(entries: Vec<Entry>) -> Snapshot {
        Snapshot::of(entries.into_iter().map(Arc::new).collect())
    }

    fn three() -> Snapshot {
        let mut scheduled = entry(3, "Zenith", "drama", RequiredPlan::Premium);
        scheduled.publish_at = Some(at(100));
        let mut played = entry(1, "Éclair", "Drama", RequiredPlan::Free);
        played.views = 5;
        snapshot(vec![played, entry(2, "dune", "Sci-Fi", RequiredPlan::Basic), scheduled])
    }

    fn titles(snapshot: &Snapshot, filter: &Filter, sort: Sort, now: Timestamp) -> Vec<String> {
        let (page, _) = snapshot.page(filter, sort, None, 100, now);
        page.into_iter().map(|video| video.title.clone()).collect()
    }

    #[test]
    fn lists_are_in_their_order_and_show_nothing_before_its_time() {
        let (snapshot, all) = (three(), Filter::default());
        assert_eq!(titles(&snapshot, &all, Sort::Newest, at(99)), ["dune", "Éclair"]);
        assert_eq!(titles(&snapshot, &all, Sort::Newest, at(100)), ["Zenith", "dune", "Éclair"]);
        assert_eq!(titles(&snapshot, &all, Sort::Title, at(100)), ["dune", "Éclair", "Zenith"]);
        assert_eq!(titles(&snapshot, &all, Sort::Popular, at(100)), ["Éclair", "Zenith", "dune"]);
    }

    #[test]
    fn filters_restrict_together() {
        let snapshot = three();
        let listed = |filter| titles(&snapshot, &filter, Sort::Title, at(100));
        let q = |q: &str| Filter { q: Some(q.to_owned()), ..Filter::default() };
        assert_eq!(listed(q("ECLAIR")), ["Éclair"]);
        assert_eq!(listed(q("drama number")), ["Éclair", "Zenith"]);
        assert_eq!(listed(Filter { category: Some("DRAMA".to_owned()), ..q("number") }), ["Éclair", "Zenith"]);
        assert_eq!(listed(Filter { required_plan: Some(RequiredPlan::Premium), ..q("drama") }), ["Zenith"]);
        assert!(listed(Filter { series_id: Some(SeriesId::new(at(0))), ..Filter::default() }).is_empty());
    }

    #[test]
    fn categories_are_counted_by_what_is_shown() {
        let count = |now| three().categories(now).into_iter().map(|one| (one.category, one.count)).collect::<Vec<_>>();
        assert_eq!(count(at(99)), [("Drama".to_owned(), 1), ("Sci-Fi".to_owned(), 1)]);
        assert_eq!(count(at(100)), [("Drama".to_owned(), 2), ("Sci-Fi".to_owned(), 1)]);
    }

    #[test]
    fn pages_meet_whatever_is_published_between_them() {
        let entries: Vec<Entry> = (1..=25).map(|n| entry(n, &format!("Film {n}"), "a", RequiredPlan::Free)).collect();
        for sort in [Sort::Newest, Sort::Title, Sort::Popular] {
            let (mut seen, mut after) = (Vec::new(), None);
            for round in 0.. {
                // Every page is read from a catalogue that has grown at its top.
                let mut grown = entries.clone();
                grown.extend((0..round).map(|n| Entry { views: 9, ..entry(100 + n, "A", "a", RequiredPlan::Free) }));
                let grown = snapshot(grown);
                let (page, next) = grown.page(&Filter::default(), sort, after.as_ref(), 10, at(500));
                seen.extend(page.into_iter().map(|video| video.id));
                after = next;
                if after.is_none() {
                    break;
                }
            }
            seen.sort_unstable();
            assert_eq!(seen, (1..=25).map(id).collect::<Vec<_>>(), "{sort:?}");
        }
    }

    #[test]
    fn a_page_that_fills_exactly_is_the_last() {
        let entries = (1..=10).map(|n| entry(n, "Film", "a", RequiredPlan::Free)).collect();
        let ten = snapshot(entries);
        let (page, next) = ten.page(&Filter::default(), Sort::Newest, None, 10, at(500));
        assert_eq!((page.len(), next), (10, None));
    }
}
