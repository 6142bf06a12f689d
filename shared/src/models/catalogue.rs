//! The published catalogue in memory: filtered, sorted, searched and paged.

use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::plan::RequiredPlan;
use crate::models::related::RelationIndex;
use crate::models::series::{EpisodePosition, PublicSeries, SeriesEntry};
use crate::models::title::PublicTitle;
use crate::models::trailer::{Trailer, TrailerEntry};
use crate::models::video::{Video, VideoStatus};
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use jiff::Timestamp;
use schemars::JsonSchema;
use search::{Field, Index, fold};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// An item of the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Listed {
    /// A published video.
    Video(Arc<Entry>),
    /// A series, whether or not any of its episodes is published.
    Series(Arc<SeriesEntry>),
    /// A published trailer.
    Trailer(Arc<TrailerEntry>),
}

impl Listed {
    /// The id by which the snapshot is sorted.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Video(entry) => entry.video.id.uuid(),
            Self::Series(entry) => entry.series.uuid(),
            Self::Trailer(entry) => entry.trailer.uuid(),
        }
    }
}

/// How many characters of a folded title determine its order in a list; titles that differ only after that are ordered
/// by their ids.
const TITLE_KEY_CHARACTERS_MAX: usize = 200;

/// A published video in the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its public part.
    pub video: PublicVideo,
    /// Hidden until this time.
    pub publish_at: Option<Timestamp>,
    /// How often it was played, as of the last count.
    #[serde(default)]
    pub views: u64,
}

impl Entry {
    /// A video's entry in the snapshot; `None` if the video does not belong in it.
    pub fn from_video(video: &Video) -> Option<Self> {
        let is_listed = video.published && video.status == VideoStatus::Ready && video.trailer_of.is_none();
        is_listed.then(|| Self { video: video.into(), publish_at: video.publish_at, views: 0 })
    }

    /// Whether a list shows it.
    pub fn is_shown(&self, visible: Visibility) -> bool {
        visible.shows(&self.video.facts, self.publish_at)
    }
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "VideoSort")]
pub enum Sort {
    /// Latest published first.
    #[default]
    Newest,
    /// By title, ignoring case and accents.
    Title,
    /// Most played first.
    Popular,
    /// Best match of the search first; without a search, latest published first.
    Relevance,
}

impl Sort {
    /// The order of a list: `asked` if given, or else the best match first for a search and the latest video first otherwise.
    pub fn resolve(asked: Option<Self>, is_search: bool) -> Self {
        match asked {
            None if is_search => Self::Relevance,
            None | Some(Self::Relevance) if !is_search => Self::Newest,
            asked => asked.unwrap_or_default(),
        }
    }
}

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

/// The position of a video in a list: sort key and id. Smaller positions come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListPosition(i64, i64, String, VideoId);

/// The position of a series in the list of series: its folded title and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeriesPosition(String, SeriesId);

/// A folded title as a sort key. Folding can make it longer, and cursors that contain it have a size limit.
fn title_key(folded: &str) -> String {
    folded.chars().take(TITLE_KEY_CHARACTERS_MAX).collect()
}

impl SeriesPosition {
    fn new(entry: &SeriesEntry) -> Self {
        Self(title_key(&fold(&entry.title)), entry.series)
    }
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

/// All published videos at one point in time, with indexes that make lists fast.
#[derive(Debug, Default)]
pub struct Snapshot {
    entries: Vec<Arc<Entry>>,
    /// Every series, by its folded title.
    series: Vec<Arc<SeriesEntry>>,
    /// The indexes of each series's episodes, in order.
    episodes: HashMap<SeriesId, Vec<u32>>,
    by_id: HashMap<VideoId, u32>,
    /// The trailers of each title.
    trailers: HashMap<TitleId, Vec<Arc<TrailerEntry>>>,
    /// The folded title and category of each entry.
    folded: Vec<(String, String)>,
    /// Built for the first search: most functions that hold a snapshot never search.
    index: OnceLock<Index>,
    /// Built for the first list of related titles.
    relations: OnceLock<RelationIndex>,
    newest: Vec<u32>,
    title: Vec<u32>,
    popular: Vec<u32>,
}

impl Snapshot {
    /// Builds the snapshot: folds, sorts and indexes everything once.
    pub fn build<'a>(listed: impl IntoIterator<Item = &'a Listed>) -> Self {
        let mut snapshot = Self::default();
        for listed_entry in listed {
            match listed_entry {
                Listed::Video(entry) => snapshot.entries.push(entry.clone()),
                Listed::Series(entry) => snapshot.series.push(entry.clone()),
                Listed::Trailer(entry) => {
                    snapshot.trailers.entry(entry.trailer_of).or_default().push(entry.clone());
                }
            }
        }
        snapshot.series.sort_by_cached_key(|entry| SeriesPosition::new(entry));
        snapshot.folded =
            snapshot.entries.iter().map(|entry| (fold(&entry.video.title), fold(&entry.video.category))).collect();
        snapshot.newest = snapshot.sorted(Sort::Newest);
        snapshot.title = snapshot.sorted(Sort::Title);
        snapshot.popular = snapshot.sorted(Sort::Popular);
        snapshot.episodes = snapshot.by_series();
        snapshot.by_id = (0..).zip(&snapshot.entries).map(|(number, entry)| (entry.video.id, number)).collect();
        snapshot
    }

    /// The search index.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let series: HashMap<SeriesId, &SeriesEntry> =
                self.series.iter().map(|entry| (entry.series, entry.as_ref())).collect();
            Index::build(self.entries.iter().map(|entry| {
                let PublicVideo { title, description, category, facts, series_id, .. } = &entry.video;
                let people = facts.directors.iter().chain(&facts.actors).map(|name| (Field::People, name.as_str()));
                let tags = facts.tags.iter().map(|tag| (Field::Tags, tag.as_str()));
                let series = series_id.and_then(|id| series.get(&id));
                let texts = [
                    (Field::Title, title.as_str()),
                    (Field::Series, series.map_or("", |series| &series.title)),
                    (Field::Category, category),
                    (Field::Description, description),
                    (Field::Description, series.map_or("", |series| &series.description)),
                ];
                texts.into_iter().chain(people).chain(tags)
            }))
        })
    }

    fn by_series(&self) -> HashMap<SeriesId, Vec<u32>> {
        let mut episodes: HashMap<SeriesId, Vec<u32>> = HashMap::new();
        for (number, entry) in (0..).zip(&self.entries) {
            if let Some(series) = entry.video.series_id {
                episodes.entry(series).or_default().push(number);
            }
        }
        for numbers in episodes.values_mut() {
            numbers.sort_by_key(|number| EpisodePosition::from_video(&self.entry(*number).video));
        }
        episodes
    }

    /// Up to `limit` series with a visible episode, by title, after the series `after`; and the
    /// position of the last one if there are more.
    pub fn series_page(
        &self,
        after: Option<&SeriesPosition>,
        limit: usize,
        visible: Visibility,
    ) -> (Vec<PublicSeries>, Option<SeriesPosition>) {
        let start = after.map_or(0, |after| self.series.partition_point(|entry| SeriesPosition::new(entry) <= *after));
        let mut shown = self.series[start..].iter().filter_map(|entry| Some((entry, self.public(entry, visible)?)));
        let page: Vec<(&Arc<SeriesEntry>, PublicSeries)> = shown.by_ref().take(limit).collect();
        let next = shown.next().and(page.last()).map(|(entry, _)| SeriesPosition::new(entry));
        (page.into_iter().map(|(_, series)| series).collect(), next)
    }

    /// A series with its visible episodes; `None` if none of them is visible.
    pub fn series(&self, id: SeriesId, visible: Visibility) -> Option<PublicSeries> {
        self.public(self.series.iter().find(|entry| entry.series == id)?, visible)
    }

    /// A video or series as it is visible at `now`, with its trailer. An episode without a trailer has that of its series.
    pub fn title(&self, id: TitleId, now: Timestamp) -> Option<PublicTitle> {
        let trailer = self.trailer(id, now);
        match self.shown(VideoId::from_uuid(id.uuid()), now.into()) {
            Some(video) => {
                let of_series = || self.trailer(TitleId::from_uuid(video.series_id?.uuid()), now);
                Some(PublicTitle::of_video(video, trailer.or_else(of_series)))
            }
            None => {
                let series = self.series(SeriesId::from_uuid(id.uuid()), now.into())?;
                Some(PublicTitle::of_series(series, trailer))
            }
        }
    }

    /// The latest trailer of a title that is visible at `now`.
    fn trailer(&self, id: TitleId, now: Timestamp) -> Option<&Trailer> {
        let shown = self.trailers.get(&id)?.iter().filter(|entry| entry.is_shown(now));
        shown.max_by_key(|entry| (entry.published_at, entry.trailer)).map(|entry| &entry.shown)
    }

    /// The next visible episode after a video in its series.
    pub fn next_episode(&self, video: &PublicVideo, visible: Visibility) -> Option<&PublicVideo> {
        let place = EpisodePosition::from_video(video);
        self.shown_episodes(video.series_id?, visible).find(|episode| EpisodePosition::from_video(episode) > place)
    }

    /// Up to `limit` visible videos that are related to a video or series, the closest first; `None` if that
    /// title is not visible. Of each series there is one episode, and of the title's own series none.
    pub fn related(&self, id: TitleId, limit: usize, visible: Visibility) -> Option<Vec<&PublicVideo>> {
        let video = self.shown(VideoId::from_uuid(id.uuid()), visible);
        let series = video.map_or(Some(SeriesId::from_uuid(id.uuid())), |video| video.series_id);
        let episodes = series.into_iter().flat_map(|id| self.shown_episodes(id, visible));
        let title: Vec<&PublicVideo> = video.into_iter().chain(episodes).collect();
        if title.is_empty() {
            return None;
        }
        let relations =
            self.relations.get_or_init(|| RelationIndex::build(self.entries.iter().map(|entry| &entry.video)));
        let is_other = |entry: &Entry| match entry.video.series_id {
            Some(own) => series != Some(own),
            None => video.is_none_or(|video| video.id != entry.video.id),
        };
        let points = relations.points(title.into_iter()).into_iter();
        let mut found: Vec<_> = points
            .map(|(number, points)| (points, self.entry(number)))
            .filter(|(_, entry)| entry.is_shown(visible) && is_other(entry))
            .map(|(points, entry)| {
                (Reverse(points), Reverse(entry.views), EpisodePosition::from_video(&entry.video), entry)
            })
            .collect();
        found.sort_by_key(|(points, views, place, _)| (*points, *views, *place));
        let mut seen = HashSet::new();
        let videos = found.into_iter().map(|(.., entry)| &entry.video);
        Some(videos.filter(|video| video.series_id.is_none_or(|id| seen.insert(id))).take(limit).collect())
    }

    /// Up to `limit` visible episodes of a series, in order, of one season or all, after the position
    /// `after`; and the last position if there are more.
    pub fn episodes(
        &self,
        id: SeriesId,
        season: Option<u32>,
        after: Option<EpisodePosition>,
        limit: usize,
        visible: Visibility,
    ) -> (Vec<&PublicVideo>, Option<EpisodePosition>) {
        let is_wanted = |video: &&PublicVideo| {
            let place = EpisodePosition::from_video(video);
            season.is_none_or(|season| place.season == season) && after.is_none_or(|after| place > after)
        };
        let mut shown = self.shown_episodes(id, visible).filter(is_wanted);
        let page: Vec<&PublicVideo> = shown.by_ref().take(limit).collect();
        let next = shown.next().and(page.last()).map(|last| EpisodePosition::from_video(last));
        (page, next)
    }

    fn public(&self, entry: &SeriesEntry, visible: Visibility) -> Option<PublicSeries> {
        PublicSeries::from_entry(entry, &self.shown_episodes(entry.series, visible).collect::<Vec<_>>())
    }

    /// A video, if it is visible.
    pub fn shown(&self, id: VideoId, visible: Visibility) -> Option<&PublicVideo> {
        let entry = self.entry(*self.by_id.get(&id)?);
        entry.is_shown(visible).then_some(&entry.video)
    }

    /// Every visible video, in order, with its folded category.
    pub fn ordered(&self, sort: Sort, visible: Visibility) -> impl Iterator<Item = (&Entry, &str)> {
        let all = self.order(sort).iter().map(|number| (self.entry(*number), self.folded[*number as usize].1.as_str()));
        all.filter(move |(entry, _)| entry.is_shown(visible))
    }

    /// Every series with a visible episode.
    pub fn all_series(&self, visible: Visibility) -> impl Iterator<Item = PublicSeries> {
        self.series.iter().filter_map(move |entry| self.public(entry, visible))
    }

    /// A category's name as [`Snapshot::ordered`] folds it.
    pub fn folded_category(name: &str) -> String {
        fold(name)
    }

    /// The visible episodes of a series, in order.
    pub fn shown_episodes(&self, id: SeriesId, visible: Visibility) -> impl Iterator<Item = &PublicVideo> {
        let numbers = self.episodes.get(&id).map(Vec::as_slice).unwrap_or_default();
        numbers
            .iter()
            .map(|number| self.entry(*number))
            .filter(move |entry| entry.is_shown(visible))
            .map(|entry| &entry.video)
    }

    /// Every entry, visible or not.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(Arc::as_ref)
    }

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

    fn order(&self, sort: Sort) -> &[u32] {
        match sort {
            Sort::Newest | Sort::Relevance => &self.newest,
            Sort::Title => &self.title,
            Sort::Popular => &self.popular,
        }
    }

    fn sorted(&self, sort: Sort) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..).take(self.entries.len()).collect();
        numbers.sort_by_cached_key(|number| self.place(sort, *number));
        numbers
    }

    fn place(&self, sort: Sort, number: u32) -> ListPosition {
        let Entry { video, views, .. } = self.entry(number);
        let newest = -video.published_at.unwrap_or_default().as_millisecond();
        let most = -i64::try_from(*views).unwrap_or(i64::MAX);
        match sort {
            Sort::Newest | Sort::Relevance => ListPosition(newest, 0, String::new(), video.id),
            Sort::Title => ListPosition(0, 0, title_key(&self.folded[number as usize].0), video.id),
            Sort::Popular => ListPosition(most, newest, String::new(), video.id),
        }
    }

    fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::facts::Facts;
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
            facts: Facts::default(),
            audio_languages: Vec::new(),
            caption_languages: Vec::new(),
            series_id: None,
            season: None,
            episode: None,
            published_at: Some(at(i64::try_from(number).expect("small"))),
        };
        Entry { video, publish_at: None, views: 0 }
    }

    fn snapshot(entries: Vec<Entry>) -> Snapshot {
        Snapshot::build(&entries.into_iter().map(|entry| Listed::Video(Arc::new(entry))).collect::<Vec<_>>())
    }

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

    /// A film with a director, a cast and tags.
    fn made(number: u128, category: &str, director: &str, actors: &[&str], tags: &[&str]) -> Entry {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut entry = entry(number, &format!("Film {number}"), category, RequiredPlan::Free);
        entry.video.facts =
            Facts { directors: texts(&[director]), actors: texts(actors), tags: texts(tags), ..Facts::default() };
        entry
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
    fn related_titles_share_people_then_tags_then_the_category() {
        let series = SeriesId::new(at(0));
        let mut hidden = made(9, "Drama", "Ida Voss", &["Jonas Hale"], &["sea"]);
        hidden.publish_at = Some(at(1_000));
        let mut all = vec![
            made(1, "Drama", "Ida Voss", &["Jonas Hale"], &["sea", "storm"]),
            made(2, "Drama", "Nobody", &[], &[]),
            made(3, "Comedy", "IDA VÓSS", &[], &[]),
            made(4, "Comedy", "Another", &["Jonas Hale"], &[]),
            made(5, "Comedy", "Another", &[], &["Sea", "Storm"]),
            made(6, "Comedy", "Another", &[], &["trains"]),
            hidden,
        ];
        for number in [7, 8] {
            let mut episode = made(number, "Drama", "Ida Voss", &["Jonas Hale"], &[]);
            episode.video.series_id = Some(series);
            episode.video.episode = Some(u32::try_from(number).expect("small"));
            all.push(episode);
        }
        let snapshot = snapshot(all);
        let related = |title: Uuid, limit| {
            let found = snapshot.related(TitleId::from_uuid(title), limit, at(500).into())?;
            Some(found.into_iter().map(|video| video.id).collect::<Vec<_>>())
        };
        let film = id(1).uuid();
        assert_eq!(related(film, 9), Some([7, 3, 5, 4, 2].map(id).to_vec()));
        assert_eq!(related(film, 2), Some([7, 3].map(id).to_vec()));
        // The other episodes of its own series are not related titles.
        assert_eq!(related(id(7).uuid(), 9), related(series.uuid(), 9));
        assert_eq!(related(series.uuid(), 2), Some([1, 3].map(id).to_vec()));
        assert_eq!((related(id(9).uuid(), 9), related(Uuid::from_u128(99), 9)), (None, None));
    }

    #[test]
    fn the_next_episode_is_the_visible_one_after_it() {
        let series = SeriesId::new(at(0));
        let episode = |number: u128, season, episode, publish_at: Option<i64>| {
            let mut entry = entry(number, "Episode", "Drama", RequiredPlan::Free);
            entry.publish_at = publish_at.map(at);
            (entry.video.series_id, entry.video.season, entry.video.episode) = (Some(series), season, Some(episode));
            entry
        };
        let film = entry(9, "Film", "Drama", RequiredPlan::Free);
        let all = [
            episode(4, Some(2), 1, None),
            episode(1, Some(1), 1, None),
            episode(2, None, 2, Some(900)),
            episode(3, Some(1), 3, None),
        ];
        let snapshot = snapshot(all.iter().cloned().chain([film.clone()]).collect());
        let next = |entry: &Entry| snapshot.next_episode(&entry.video, at(500).into()).map(|video| video.id);
        let [last, first, hidden, third] = &all;
        assert_eq!([first, hidden, third, last].map(next), [Some(id(3)), Some(id(3)), Some(id(4)), None]);
        assert_eq!(snapshot.next_episode(&first.video, at(900).into()).map(|video| video.id), Some(id(2)));
        assert_eq!(next(&film), None);
    }

    #[test]
    fn categories_count_only_visible_videos() {
        let count = |now| {
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
