//! A viewer's home screen: what is on it, and in which order. One response holds everything that an app shows first.
//!
//! A title is a film, or a series with all its episodes. A list shows a title once, as one card. The card of a series
//! opens the viewer's next episode. The part that is visible without scrolling (the hero, Continue watching, the
//! watchlist and the first shelf) shows no title twice.

mod layout;
mod screen;

pub use layout::{HomeLayout, LayoutEdits, ShelfKey, ShelfKind};
pub use screen::{Hero, HeroReason, Home, HomeContinue, HomeSeries, HomeVideo, Shelf};

use crate::models::catalogue::{Entry, Snapshot, Sort};
use crate::models::ids::{SeriesId, VideoId};
use crate::models::progress::{WatchHistory, is_completed};
use crate::models::series::PublicSeries;
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The most cards in Continue watching, and in the watchlist.
const ROW_MAX: usize = 20;
/// The most cards on a shelf.
const SHELF_MAX: usize = 12;
/// The most shelves.
const SHELVES_MAX: usize = 12;
/// A category with fewer titles has no shelf.
const CATEGORY_MIN: usize = 2;

/// A viewer's data.
#[derive(Debug, Default)]
pub struct Viewing {
    /// The viewer's history: each video once, with its newest position.
    pub rows: Vec<WatchHistory>,
    /// Set if the history is incomplete: it has all rows of videos from this id on, but may lack rows of older videos.
    pub complete_from: Option<VideoId>,
    /// The videos on the viewer's watchlist, most recently added first.
    pub watchlist: Vec<VideoId>,
}

/// A film, or a series with all its episodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Title {
    Film(VideoId),
    Series(SeriesId),
}

/// What a viewer watches next of a title that they have started.
struct NextToWatch<'a> {
    video: &'a PublicVideo,
    progress: f64,
    last_watched_at: Timestamp,
    is_up_next: bool,
}

/// Arranges a viewer's home screen from the titles that are visible to them.
pub fn arrange(snapshot: &Snapshot, viewing: &Viewing, layout: &HomeLayout, visible: Visibility) -> Home {
    let catalogue = ViewerCatalogue::new(snapshot, viewing, visible);
    let mut above: HashSet<Title> = catalogue.to_continue.iter().map(|next| catalogue.title(next.video)).collect();
    let hero = catalogue.hero(viewing, layout);
    above.extend(hero.as_ref().map(|(title, _)| *title));

    let wanted =
        viewing.watchlist.iter().filter_map(|id| snapshot.shown(*id, visible)).map(|video| catalogue.title(video));
    let watchlist: Vec<Title> = wanted.filter(|title| above.insert(*title)).take(ROW_MAX).collect();
    let shelves = catalogue.shelves(layout, &above);
    let mut seen = HashSet::new();
    let on_shelves = shelves.iter().flat_map(|(_, titles)| titles).filter(|title| seen.insert(**title));
    Home {
        videos: on_shelves.map(|title| catalogue.card(*title)).collect(),
        shelves: shelves.into_iter().map(|(shelf, _)| shelf).collect(),
        hero: hero.map(|(title, reason)| Hero { video: catalogue.card(title), reason }),
        watchlist: watchlist.into_iter().map(|title| catalogue.card(title)).collect(),
        continue_watching: catalogue.to_continue.iter().map(|next| catalogue.continued(next)).collect(),
    }
}

/// The catalogue as one viewer sees it.
struct ViewerCatalogue<'a> {
    snapshot: &'a Snapshot,
    visible: Visibility,
    /// The visible series.
    series: HashMap<SeriesId, PublicSeries>,
    rows: HashMap<VideoId, &'a WatchHistory>,
    /// Titles that the viewer has watched, at least in part.
    watched: HashSet<Title>,
    /// One for each title, most recently watched first.
    to_continue: Vec<NextToWatch<'a>>,
}

impl<'a> ViewerCatalogue<'a> {
    fn new(snapshot: &'a Snapshot, viewing: &'a Viewing, visible: Visibility) -> Self {
        let mut catalogue = Self {
            snapshot,
            visible,
            series: snapshot.all_series(visible).map(|series| (series.id, series)).collect(),
            rows: viewing.rows.iter().map(|row| (row.video_id, row)).collect(),
            watched: HashSet::new(),
            to_continue: Vec::new(),
        };
        let mut by_title: HashMap<Title, Vec<(&WatchHistory, &PublicVideo)>> = HashMap::new();
        for row in viewing.rows.iter().filter(|row| !row.is_cleared()) {
            if let Some(video) = snapshot.shown(row.video_id, visible) {
                by_title.entry(catalogue.title(video)).or_default().push((row, video));
            }
        }
        catalogue.to_continue = by_title.values().filter_map(|rows| catalogue.next(rows)).collect();
        catalogue.to_continue.sort_by_key(|next| (Reverse(next.last_watched_at), next.video.id));
        catalogue.to_continue.truncate(ROW_MAX);
        catalogue.watched = by_title.into_keys().collect();
        catalogue
    }

    fn title(&self, video: &PublicVideo) -> Title {
        let series = video.series_id.filter(|id| self.series.contains_key(id));
        series.map_or(Title::Film(video.id), Title::Series)
    }

    /// What to watch next of a title: the most recently watched video, or the first unfinished episode after it. An episode
    /// that was barely started does not count.
    fn next(&self, rows: &[(&WatchHistory, &'a PublicVideo)]) -> Option<NextToWatch<'a>> {
        let counts = rows.iter().filter(|(row, video)| is_finished(row, video) || row.is_to_continue(video.duration));
        let (row, video) = counts.max_by_key(|(row, video)| (row.last_watched_at, Reverse(video.id)))?;
        let last_watched_at = row.last_watched_at;
        if !is_finished(row, video) {
            return Some(NextToWatch { video, progress: row.progress, last_watched_at, is_up_next: false });
        }
        let Title::Series(series) = self.title(video) else { return None };
        let later =
            self.snapshot.shown_episodes(series, self.visible).skip_while(|episode| episode.id != video.id).skip(1);
        let row_of = |episode: &PublicVideo| self.rows.get(&episode.id).copied();
        let mut unfinished = later.filter(|episode| row_of(episode).is_none_or(|row| !is_finished(row, episode)));
        let video = unfinished.next()?;
        let begun = row_of(video).filter(|row| row.is_to_continue(video.duration));
        let progress = begun.map_or(0.0, |row| row.progress);
        Some(NextToWatch { video, progress, last_watched_at, is_up_next: begun.is_none() })
    }

    /// The title that the operator features, or else the best title that the viewer has not watched. A title on the
    /// watchlist is used only if there is no other, because it would disappear from the watchlist's row.
    fn hero(&self, viewing: &Viewing, layout: &HomeLayout) -> Option<(Title, HeroReason)> {
        let is_new = |title: &Title| !self.watched.contains(title);
        if let Some(title) = layout.featured_id.and_then(|id| self.title_with_id(id.uuid())).filter(is_new) {
            return Some((title, HeroReason::Featured));
        }
        let is_covered = |entry: &&Entry| viewing.complete_from.is_none_or(|from| self.oldest_id(&entry.video) >= from);
        let best = |(entry, _): (&'a Entry, &str)| {
            Some(entry).filter(is_covered).map(|entry| (self.title(&entry.video), entry.views))
        };
        let unwatched: Vec<(Title, u64)> = self
            .snapshot
            .ordered(Sort::Popular, self.visible)
            .filter_map(best)
            .filter(|(title, _)| is_new(title))
            .collect();
        let listed: HashSet<Title> = viewing
            .watchlist
            .iter()
            .filter_map(|id| self.snapshot.shown(*id, self.visible))
            .map(|video| self.title(video))
            .collect();
        let other = unwatched.iter().find(|(title, _)| !listed.contains(title));
        let (title, views) = *other.or_else(|| unwatched.first())?;
        Some((title, if views > 0 { HeroReason::Popular } else { HeroReason::New }))
    }

    /// The lowest id among the videos of a video's title.
    fn oldest_id(&self, video: &PublicVideo) -> VideoId {
        match self.title(video) {
            Title::Film(id) => id,
            Title::Series(id) => {
                self.snapshot.shown_episodes(id, self.visible).map(|episode| episode.id).min().unwrap_or(video.id)
            }
        }
    }

    /// The title with the id of a video or a series, if it is visible.
    fn title_with_id(&self, id: Uuid) -> Option<Title> {
        let series = SeriesId::from_uuid(id);
        if self.series.contains_key(&series) {
            return Some(Title::Series(series));
        }
        self.snapshot.shown(VideoId::from_uuid(id), self.visible).map(|video| self.title(video))
    }

    /// The shelves with their titles; the first shelf leaves out the titles `above` it.
    fn shelves(&self, layout: &HomeLayout, above: &HashSet<Title>) -> Vec<(Shelf, Vec<Title>)> {
        let (new, popular) = (self.titles(Sort::Newest), self.titles(Sort::Popular));
        let categories = self.categories();
        let mut shelves: Vec<(Shelf, Vec<Title>)> = Vec::new();
        for key in self.order(layout, &categories) {
            let (kind, found) = (key.kind, categories.get(&key.category));
            let titles = match kind {
                ShelfKind::New => &new,
                ShelfKind::Popular => &popular,
                ShelfKind::Category => match found {
                    Some((_, titles)) => titles,
                    None => continue,
                },
            };
            let is_first = shelves.is_empty();
            let shown = titles.iter().copied().filter(|title| !is_first || !above.contains(title));
            let shown: Vec<Title> = shown.take(SHELF_MAX).collect();
            let least = if kind == ShelfKind::Category { CATEGORY_MIN } else { 1 };
            if shown.len() < least || shelves.len() == SHELVES_MAX {
                continue;
            }
            let id = match kind {
                ShelfKind::New => "new".to_owned(),
                ShelfKind::Popular => "popular".to_owned(),
                ShelfKind::Category => format!("category:{}", key.category),
            };
            let category = found.filter(|_| kind == ShelfKind::Category).map(|(name, _)| name.clone());
            let video_ids = shown.iter().map(|title| self.opened_video(*title).id).collect();
            shelves.push((Shelf { id, kind, category, video_ids }, shown));
        }
        shelves
    }

    /// The shelves in the operator's order. By default: new, popular, then the categories, largest first.
    fn order(&self, layout: &HomeLayout, categories: &Categories) -> Vec<ShelfTopic> {
        let place = |kind, category: &str| ShelfTopic { kind, category: category.to_owned() };
        if !layout.shelves.is_empty() {
            let folded = |key: &ShelfKey| Snapshot::folded_category(key.category.as_deref().unwrap_or_default());
            return layout.shelves.iter().map(|key| ShelfTopic { kind: key.kind, category: folded(key) }).collect();
        }
        let mut largest: Vec<(&String, usize)> =
            categories.iter().map(|(folded, (_, titles))| (folded, titles.len())).collect();
        largest.sort_by_key(|(folded, titles)| (Reverse(*titles), (*folded).clone()));
        let ends = [place(ShelfKind::New, ""), place(ShelfKind::Popular, "")];
        ends.into_iter().chain(largest.iter().map(|(folded, _)| place(ShelfKind::Category, folded))).collect()
    }

    /// All titles in an order, each once.
    fn titles(&self, sort: Sort) -> Vec<Title> {
        let mut seen = HashSet::new();
        let all = self.snapshot.ordered(sort, self.visible).map(|(entry, _)| self.title(&entry.video));
        all.filter(|title| seen.insert(*title)).collect()
    }

    /// Each category's name and titles, by its folded name. A title is in one category only, even if its episodes are in
    /// several.
    fn categories(&self) -> Categories {
        let mut categories = Categories::new();
        let mut seen = HashSet::new();
        for (entry, folded) in self.snapshot.ordered(Sort::Popular, self.visible) {
            let title = self.title(&entry.video);
            if !seen.insert(title) {
                continue;
            }
            let (name, folded) = match title {
                Title::Film(_) => (&entry.video.category, folded.to_owned()),
                Title::Series(id) => {
                    let name = &self.series[&id].category;
                    (name, Snapshot::folded_category(name))
                }
            };
            categories.entry(folded).or_insert_with(|| (name.clone(), Vec::new())).1.push(title);
        }
        categories
    }

    /// The card of a title in a list.
    fn card(&self, title: Title) -> HomeVideo {
        match title {
            Title::Film(_) => HomeVideo { video: self.opened_video(title).clone(), series: None },
            Title::Series(id) => {
                let series = &self.series[&id];
                let video = PublicVideo {
                    title: series.title.clone(),
                    description: series.description.clone(),
                    category: series.category.clone(),
                    poster: series.poster.clone(),
                    required_plan: series.required_plan,
                    duration: None,
                    ..self.opened_video(title).clone()
                };
                HomeVideo { video, series: Some(of_series(series)) }
            }
        }
    }

    /// The video that a title's card opens: the film, or the viewer's next episode, or else the first episode.
    fn opened_video(&self, title: Title) -> &'a PublicVideo {
        match title {
            Title::Film(id) => self.video(id),
            Title::Series(id) => {
                let next = self.to_continue.iter().find(|next| next.video.series_id == Some(id)).map(|next| next.video);
                next.unwrap_or_else(|| self.video(self.series[&id].first_video_id))
            }
        }
    }

    fn continued(&self, next: &NextToWatch<'_>) -> HomeContinue {
        let series = next.video.series_id.and_then(|id| self.series.get(&id)).map(of_series);
        HomeContinue {
            video: HomeVideo { video: next.video.clone(), series },
            progress: next.progress,
            last_watched_at: next.last_watched_at,
            is_up_next: next.is_up_next,
        }
    }

    /// A visible video: titles consist only of visible videos.
    fn video(&self, id: VideoId) -> &'a PublicVideo {
        self.snapshot.shown(id, self.visible).expect("a title consists of visible videos")
    }
}

/// Each category's name and titles, by its folded name.
type Categories = BTreeMap<String, (String, Vec<Title>)>;

/// A shelf's kind and folded category.
struct ShelfTopic {
    kind: ShelfKind,
    category: String,
}

/// Whether a video was watched to its end, or stopped near it.
fn is_finished(row: &WatchHistory, video: &PublicVideo) -> bool {
    row.completed || is_completed(row.progress, video.duration, None)
}

fn of_series(series: &PublicSeries) -> HomeSeries {
    HomeSeries { id: series.id, title: series.title.clone(), seasons: series.seasons.clone() }
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;
