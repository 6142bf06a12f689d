//! Lists of videos: filtered, sorted, searched and paged.

use super::Snapshot;
use super::order::{ListPosition, Sort};
use crate::models::ids::{SeriesId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use schemars::JsonSchema;
use search::fold;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// The filters of a list; `None` does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Words that must all occur in the video's texts, spelt in any way: see [`search`].
    pub q: Option<String>,
    /// The category, ignoring case and accents.
    pub category: Option<String>,
    /// The plan that the video requires.
    pub required_plan: Option<RequiredPlan>,
    /// The series.
    pub series_id: Option<SeriesId>,
}

/// A category of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Category {
    /// Its name.
    pub category: String,
    /// How many videos it has.
    pub count: usize,
    /// The number of videos that require each plan.
    pub by_plan: PlanCounts,
}

/// Numbers of videos, by required plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanCounts {
    /// Videos that require only sign-in.
    pub free: usize,
    /// Videos that require the plan `basic`.
    pub basic: usize,
    /// Videos that require the plan `premium`.
    pub premium: usize,
}

impl PlanCounts {
    fn add(&mut self, plan: RequiredPlan) {
        match plan {
            RequiredPlan::Free => self.free += 1,
            RequiredPlan::Basic => self.basic += 1,
            RequiredPlan::Premium => self.premium += 1,
        }
    }
}

impl Snapshot {
    /// Up to `limit` visible videos after `after`, and the position of the last one if there are
    /// more.
    pub fn page(
        &self,
        filter: &Filter,
        sort: Sort,
        after: Option<&ListPosition>,
        limit: usize,
        visible: Visibility,
    ) -> (Vec<&PublicVideo>, Option<ListPosition>) {
        let ranks = filter.q.as_deref().map(|q| self.index().search(q));
        let wanted = self.wanted(filter, visible);
        let is_found = |number: u32| ranks.as_ref().is_none_or(|ranks| ranks.get(number).is_some());
        let (numbers, next) = match (sort, &ranks) {
            (Sort::Relevance, Some(ranks)) => {
                let found = ranks.iter().filter(|(number, _)| wanted(*number));
                self.best(found, after, limit)
            }
            _ => {
                let order = self.order(sort);
                let place = |number| self.place(sort, number);
                let start = after.map_or(0, |after| order.partition_point(|number| place(*number) <= *after));
                let mut found = order[start..].iter().copied().filter(|number| is_found(*number) && wanted(*number));
                let numbers: Vec<u32> = found.by_ref().take(limit).collect();
                let next = found.next().and(numbers.last()).map(|last| place(*last));
                (numbers, next)
            }
        };
        (numbers.iter().map(|number| &self.entry(*number).video).collect(), next)
    }

    /// Up to `limit` of the videos with these ranks, the best first, after `after`; and the position of the last one if
    /// there are more. Among equal ranks, the most played video comes first.
    fn best(
        &self,
        ranks: impl Iterator<Item = (u32, u32)>,
        after: Option<&ListPosition>,
        limit: usize,
    ) -> (Vec<u32>, Option<ListPosition>) {
        let key = |(number, rank): (u32, u32)| {
            let entry = self.entry(number);
            (rank, Reverse(entry.views), entry.video.id, number)
        };
        let place = |(rank, Reverse(views), id, _): &(u32, Reverse<u64>, VideoId, u32)| {
            ListPosition(i64::from(*rank), -i64::try_from(*views).unwrap_or(i64::MAX), String::new(), *id)
        };
        let mut found: Vec<_> = ranks.map(key).filter(|key| after.is_none_or(|after| place(key) > *after)).collect();
        let has_more = found.len() > limit;
        if has_more {
            found.select_nth_unstable(limit);
            found.truncate(limit);
        }
        found.sort_unstable();
        let next = found.last().filter(|_| has_more).map(place);
        (found.into_iter().map(|(.., number)| number).collect(), next)
    }

    /// Suggestions for a search that found nothing: up to `limit` visible videos with the nearest names, nearest first. A
    /// series is suggested with one episode only.
    pub fn suggestions(&self, q: &str, limit: usize, visible: Visibility) -> Vec<&PublicVideo> {
        let exact = self.index().search(q);
        let ranks = if exact.is_empty() { self.index().nearest(q) } else { exact };
        let shown = ranks.iter().filter(|(number, _)| self.entry(*number).is_shown(visible));
        // One series may have more episodes than the limit.
        let (numbers, _) = self.best(shown, None, usize::MAX);
        let mut series = HashSet::new();
        let videos = numbers.iter().map(|number| &self.entry(*number).video);
        videos.filter(|video| video.series_id.is_none_or(|id| series.insert(id))).take(limit).collect()
    }

    /// The categories of the visible videos, by name. Spellings that differ only in case and accents are one
    /// category.
    pub fn categories(&self, visible: Visibility) -> Vec<Category> {
        let mut categories: BTreeMap<&str, Category> = BTreeMap::new();
        let shown = self.entries.iter().zip(&self.folded).filter(|(entry, _)| entry.is_shown(visible));
        for (entry, (_, folded)) in shown {
            let fresh =
                || Category { category: entry.video.category.clone(), count: 0, by_plan: PlanCounts::default() };
            let category = categories.entry(folded).or_insert_with(fresh);
            category.count += 1;
            category.by_plan.add(entry.video.required_plan);
        }
        categories.into_values().collect()
    }

    /// Whether a video is visible and passes every filter except the search.
    fn wanted(&self, filter: &Filter, visible: Visibility) -> impl Fn(u32) -> bool {
        let category = filter.category.as_deref().map(fold);
        let Filter { required_plan, series_id, .. } = *filter;
        move |number| {
            let entry = self.entry(number);
            entry.is_shown(visible)
                && category.as_ref().is_none_or(|category| self.folded[number as usize].1 == *category)
                && required_plan.is_none_or(|plan| entry.video.required_plan == plan)
                && series_id.is_none_or(|series| entry.video.series_id == Some(series))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::catalogue::tests::{at, entry, id, made, snapshot};
    use crate::models::catalogue::{Entry, Listed};
    use crate::models::series::SeriesEntry;
    use jiff::Timestamp;
    use std::sync::Arc;

    fn three() -> Snapshot {
        let mut scheduled = entry(3, "Zenith", "drama", RequiredPlan::Premium);
        scheduled.publish_at = Some(at(100));
        let mut played = entry(1, "Éclair", "Drama", RequiredPlan::Free);
        played.views = 5;
        snapshot(vec![played, entry(2, "dune", "Sci-Fi", RequiredPlan::Basic), scheduled])
    }

    fn titles(snapshot: &Snapshot, filter: &Filter, sort: Sort, now: Timestamp) -> Vec<String> {
        let (page, _) = snapshot.page(filter, sort, None, 100, now.into());
        page.into_iter().map(|video| video.title.clone()).collect()
    }

    #[test]
    fn lists_are_sorted_and_hide_scheduled_videos() {
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
    fn among_equal_matches_the_most_played_comes_first_and_pages_have_no_gaps() {
        let film = |number: u128, views| Entry { views, ..entry(number, "Film", "a", RequiredPlan::Free) };
        let snapshot =
            snapshot((1..=9).map(|number| film(number, u64::try_from(number % 4).expect("small"))).collect());
        let filter = Filter { q: Some("film".to_owned()), ..Filter::default() };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = snapshot.page(&filter, Sort::Relevance, after.as_ref(), 2, at(500).into());
            assert!((1..=2).contains(&page.len()));
            seen.extend(page.into_iter().map(|video| video.id));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [3, 7, 2, 6, 1, 5, 9, 4, 8].map(id));
        let (all, none) = snapshot.page(&filter, Sort::Relevance, None, 9, at(500).into());
        assert_eq!((all.len(), none), (9, None));
    }

    #[test]
    fn an_episode_is_found_by_its_series_and_only_one_is_suggested() {
        let series = SeriesId::new(at(0));
        let episode = |number: u128, title: &str| {
            let mut entry = entry(number, title, "Mystery", RequiredPlan::Free);
            entry.video.series_id = Some(series);
            Listed::Video(Arc::new(entry))
        };
        let named = SeriesEntry {
            series,
            title: "Harbour Nine".to_owned(),
            description: "Boats.".to_owned(),
            category: String::new(),
        };
        let listed = [episode(1, "Low Tide"), episode(2, "Salvage"), Listed::Series(Arc::new(named))];
        let snapshot = Snapshot::build(&listed);
        let found = |q: &str| {
            let filter = Filter { q: Some(q.to_owned()), ..Filter::default() };
            titles(&snapshot, &filter, Sort::Relevance, at(500))
        };
        assert_eq!(found("harbour nine"), ["Low Tide", "Salvage"]);
        assert_eq!(found("harbor nine salvage"), ["Salvage"]);
        assert_eq!(found("boat"), ["Low Tide", "Salvage"]);
        assert!(found("harbour ten").is_empty());
        let suggested: Vec<&str> = snapshot
            .suggestions("harbour ten", 6, at(500).into())
            .into_iter()
            .map(|video| video.title.as_str())
            .collect();
        assert_eq!(suggested, ["Low Tide"]);
    }

    #[test]
    fn a_film_is_found_by_its_people_and_tags() {
        let first = made(1, "Drama", "Ida Voss", &["Jonas Håle"], &["lighthouse keepers"]);
        let snapshot = snapshot(vec![first, made(2, "Drama", "Per Dahl", &["Mira Lund"], &["trains"])]);
        let found = |q: &str| {
            titles(&snapshot, &Filter { q: Some(q.to_owned()), ..Filter::default() }, Sort::Relevance, at(500))
        };
        for q in ["voss", "ida vos", "jonas hale", "lighthouse keeper", "drama voss"] {
            assert_eq!(found(q), ["Film 1"], "{q}");
        }
        assert!(found("voss trains").is_empty());
    }

    #[test]
    fn categories_count_only_visible_videos() {
        let count = |now: Timestamp| {
            three()
                .categories(now.into())
                .into_iter()
                .map(|category| (category.category, category.count))
                .collect::<Vec<_>>()
        };
        assert_eq!(count(at(99)), [("Drama".to_owned(), 1), ("Sci-Fi".to_owned(), 1)]);
        assert_eq!(count(at(100)), [("Drama".to_owned(), 2), ("Sci-Fi".to_owned(), 1)]);
    }

    #[test]
    fn pages_have_no_gaps_when_videos_are_published_meanwhile() {
        let entries: Vec<Entry> = (1..=25).map(|n| entry(n, &format!("Film {n}"), "a", RequiredPlan::Free)).collect();
        for sort in [Sort::Newest, Sort::Title, Sort::Popular] {
            let (mut seen, mut after) = (Vec::new(), None);
            for round in 0.. {
                // Before each page is read, newer videos have been added to the catalogue.
                let mut grown = entries.clone();
                grown.extend((0..round).map(|n| Entry { views: 9, ..entry(100 + n, "A", "a", RequiredPlan::Free) }));
                let grown = snapshot(grown);
                let (page, next) = grown.page(&Filter::default(), sort, after.as_ref(), 10, at(500).into());
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
    fn a_page_that_is_exactly_full_can_be_the_last() {
        let entries = (1..=10).map(|n| entry(n, "Film", "a", RequiredPlan::Free)).collect();
        let ten = snapshot(entries);
        let (page, next) = ten.page(&Filter::default(), Sort::Newest, None, 10, at(500).into());
        assert_eq!((page.len(), next), (10, None));
    }
}
