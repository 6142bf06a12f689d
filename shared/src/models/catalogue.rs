//! The published catalogue in memory. `listing.rs` filters, sorts, searches and pages it.

mod entry;
mod listing;
mod order;

pub use entry::{Entry, Listed};
pub use listing::{Category, Filter, PlanCounts};
pub use order::{ListPosition, SeriesPosition, Sort};

use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::related::RelationIndex;
use crate::models::series::{EpisodePosition, PublicSeries, SeriesEntry};
use crate::models::title::PublicTitle;
use crate::models::trailer::{Trailer, TrailerEntry};
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use jiff::Timestamp;
use order::title_key;
use search::{Field, Index, fold};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

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
    use crate::models::plan::RequiredPlan;
    use uuid::Uuid;

    pub(super) fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    pub(super) fn id(number: u128) -> VideoId {
        VideoId::from_uuid(Uuid::from_u128(number))
    }

    pub(super) fn entry(number: u128, title: &str, category: &str, plan: RequiredPlan) -> Entry {
        let video = PublicVideo {
            description: format!("Number {number}"),
            category: category.to_owned(),
            required_plan: plan,
            published_at: Some(at(i64::try_from(number).expect("small"))),
            ..PublicVideo::sample(number, title)
        };
        Entry { video, publish_at: None, views: 0 }
    }

    pub(super) fn snapshot(entries: Vec<Entry>) -> Snapshot {
        Snapshot::build(&entries.into_iter().map(|entry| Listed::Video(Arc::new(entry))).collect::<Vec<_>>())
    }

    /// A film with a director, a cast and tags.
    pub(super) fn made(number: u128, category: &str, director: &str, actors: &[&str], tags: &[&str]) -> Entry {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut entry = entry(number, &format!("Film {number}"), category, RequiredPlan::Free);
        entry.video.facts =
            Facts { directors: texts(&[director]), actors: texts(actors), tags: texts(tags), ..Facts::default() };
        entry
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
}
