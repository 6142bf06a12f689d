//! A viewer's home screen: what is on it, and in which order. One response holds everything that an app shows first.
//!
//! A title is a film, or a series with all its episodes. A list shows a title once, as one card. The card of a series
//! opens the viewer's next episode. The part that is visible without scrolling (the hero, Continue watching, the
//! watchlist and the first shelf) shows no title twice.

use crate::models::catalogue::{Entry, Snapshot, Sort};
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::progress::{WatchHistory, is_completed};
use crate::models::series::{PublicSeries, Season};
use crate::models::video::CategoryName;
use crate::models::video_view::PublicVideo;
use crate::models::visibility::Visibility;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    pub known_from: Option<VideoId>,
    /// The videos on the viewer's watchlist, most recently added first.
    pub watchlist: Vec<VideoId>,
}

/// The operator's choices for every home screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HomeLayout {
    /// The featured video or series; `null` if nothing is featured.
    pub featured_id: Option<TitleId>,
    /// The shelves in their order; if the list is empty, all shelves in the default order.
    pub shelves: Vec<ShelfKey>,
}

/// A shelf that the operator chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShelfKey {
    /// What is on the shelf.
    pub kind: ShelfKind,
    /// The category, if the kind is `category`. Case and accents do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// A new layout from an operator.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutEdits {
    /// The featured video or series; if omitted, nothing is featured.
    pub featured_id: Option<TitleId>,
    /// The shelves in their order, each once; an empty list selects the default order.
    #[schemars(length(max = 12))]
    shelves: Vec<ShelfEdit>,
}

/// A shelf from an operator.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShelfEdit {
    kind: ShelfKind,
    /// Required if the kind is `category`, and not allowed otherwise.
    category: Option<CategoryName>,
}

impl LayoutEdits {
    /// What is wrong with shelves as they were sent, each issue with the index of its shelf. Shelves that do not fit
    /// the schema are skipped.
    pub fn wrong_shelves(shelves: &[Value]) -> Vec<(usize, &'static str)> {
        let mut seen = HashSet::new();
        let mut issues = Vec::new();
        for (index, shelf) in shelves.iter().enumerate() {
            let Ok(edit) = ShelfEdit::deserialize(shelf) else { continue };
            let category = edit.category.map(String::from);
            let (kind, folded) = (edit.kind, category.as_deref().map(Snapshot::folded_category));
            let place = match (kind, folded) {
                (ShelfKind::Category, None) => {
                    issues.push((index, "needs a category"));
                    continue;
                }
                (ShelfKind::Category, folded) => (kind, folded),
                (ShelfKind::New | ShelfKind::Popular, folded) => {
                    issues.extend(folded.map(|_| (index, "takes no category")));
                    (kind, None)
                }
            };
            if !seen.insert(place) {
                issues.push((index, "is listed twice"));
            }
        }
        issues
    }

    /// The layout. Its shelves must have been checked.
    pub fn layout(&self) -> HomeLayout {
        let key = |edit: &ShelfEdit| ShelfKey { kind: edit.kind, category: edit.category.clone().map(String::from) };
        HomeLayout { featured_id: self.featured_id, shelves: self.shelves.iter().map(key).collect() }
    }
}

/// The home screen.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Home {
    /// The title at the top; `null` if the viewer has watched every title.
    pub hero: Option<Hero>,
    /// Videos to continue and next episodes, most recently watched first.
    pub continue_watching: Vec<HomeContinue>,
    /// The viewer's watchlist, most recently added first, without the titles that are shown above it.
    pub watchlist: Vec<HomeVideo>,
    /// Shelves of the catalogue.
    pub shelves: Vec<Shelf>,
    /// The cards of all shelves, each once. Several shelves may show the same title, and its images make up most of the
    /// response.
    pub videos: Vec<HomeVideo>,
}

/// The title at the top.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hero {
    /// The card of the title.
    pub video: HomeVideo,
    /// Why this title was chosen.
    pub reason: HeroReason,
}

/// Why a title was chosen for the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeroReason {
    /// The operator features the title.
    Featured,
    /// It has the most views.
    Popular,
    /// It is the newest title; no title has any views yet.
    New,
}

/// A card. In a list, the card of a series has the series's title, description and images, and the id, season and number
/// of the episode that it opens; its `duration` is `null`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HomeVideo {
    #[serde(flatten)]
    #[allow(missing_docs, reason = "flattened")]
    pub video: PublicVideo,
    /// The series, if the card shows a series or an episode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<HomeSeries>,
}

/// The series of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HomeSeries {
    /// The series's id.
    pub id: SeriesId,
    /// The series's title.
    pub title: String,
    /// The numbers of its seasons, in order.
    pub seasons: Vec<Season>,
}

/// A card in Continue watching: the film or the episode itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HomeContinue {
    /// The film or episode.
    pub video: HomeVideo,
    /// The position, in seconds from the start.
    pub progress: f64,
    /// When the title was last watched.
    pub last_watched_at: Timestamp,
    /// Whether this is the next episode, after one that was watched to its end.
    pub is_up_next: bool,
}

/// A shelf.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shelf {
    /// A stable id: `new`, `popular`, or `category:` followed by the category in lower case and without accents.
    pub id: String,
    /// What is on it.
    pub kind: ShelfKind,
    /// The category, if the kind is `category`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The ids of the shelf's cards, in order; the cards are in `videos`.
    pub video_ids: Vec<VideoId>,
}

/// What is on a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShelfKind {
    /// All titles, newest first.
    New,
    /// All titles, most views first.
    Popular,
    /// The titles of one category, most views first.
    Category,
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
        if let Some(title) = layout.featured_id.and_then(|id| self.titled(id.uuid())).filter(is_new) {
            return Some((title, HeroReason::Featured));
        }
        let is_known = |entry: &&Entry| viewing.known_from.is_none_or(|from| self.oldest_id(&entry.video) >= from);
        let best = |(entry, _): (&'a Entry, &str)| {
            Some(entry).filter(is_known).map(|entry| (self.title(&entry.video), entry.views))
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
    fn titled(&self, id: Uuid) -> Option<Title> {
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
            let video_ids = shown.iter().map(|title| self.opens(*title).id).collect();
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
            Title::Film(_) => HomeVideo { video: self.opens(title).clone(), series: None },
            Title::Series(id) => {
                let series = &self.series[&id];
                let video = PublicVideo {
                    title: series.title.clone(),
                    description: series.description.clone(),
                    category: series.category.clone(),
                    poster: series.poster.clone(),
                    required_plan: series.required_plan,
                    duration: None,
                    ..self.opens(title).clone()
                };
                HomeVideo { video, series: Some(of_series(series)) }
            }
        }
    }

    /// The video that a title's card opens: the film, or the viewer's next episode, or else the first episode.
    fn opens(&self, title: Title) -> &'a PublicVideo {
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
mod tests {
    use super::*;
    use crate::models::catalogue::Listed;
    use crate::models::device_clock::DeviceClocks;
    use crate::models::facts::Facts;
    use crate::models::ids::UserId;
    use crate::models::plan::RequiredPlan;
    use crate::models::series::SeriesEntry;
    use crate::models::viewer::ViewerKey;
    use std::sync::Arc;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn id(number: u128) -> VideoId {
        VideoId::from_uuid(Uuid::from_u128(number))
    }

    fn series_id(number: u128) -> SeriesId {
        SeriesId::from_uuid(Uuid::from_u128(number))
    }

    /// A film, published in the order of its number, with as many views.
    fn film(number: u128, category: &str, views: u64) -> Listed {
        let video = PublicVideo {
            id: id(number),
            title: format!("Film {number}"),
            description: String::new(),
            category: category.to_owned(),
            required_plan: RequiredPlan::Free,
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
        Listed::Video(Arc::new(Entry { video, publish_at: None, views }))
    }

    fn episode(number: u128, series: u128, episode: u32, views: u64) -> Listed {
        let Listed::Video(entry) = film(number, "Drama", views) else { unreachable!("a film") };
        let video = PublicVideo { series_id: Some(series_id(series)), episode: Some(episode), ..entry.video.clone() };
        Listed::Video(Arc::new(Entry { video, ..(*entry).clone() }))
    }

    fn series(number: u128) -> Listed {
        Listed::Series(Arc::new(SeriesEntry {
            series: series_id(number),
            title: format!("Series {number}"),
            description: String::new(),
            category: "Drama".to_owned(),
        }))
    }

    /// Six films in three categories, and a series of three episodes with the most views.
    fn catalogue() -> Snapshot {
        Snapshot::build(&[
            film(1, "Drama", 5),
            film(2, "Drama", 4),
            film(3, "Comedy", 3),
            film(4, "comedy", 2),
            film(5, "Noir", 1),
            film(6, "Drama", 0),
            series(100),
            episode(11, 100, 1, 9),
            episode(12, 100, 2, 8),
            episode(13, 100, 3, 20),
        ])
    }

    fn row(video: u128, progress: f64, completed: bool, second: i64) -> WatchHistory {
        WatchHistory {
            viewer: ViewerKey::first(UserId::from_uuid(Uuid::from_u128(1))),
            video_id: id(video),
            progress,
            completed,
            last_watched_at: at(second),
            cleared_at: None,
            clocks: DeviceClocks::default(),
            version: 1,
        }
    }

    fn viewing_of(rows: &[WatchHistory], watchlist: &[u128]) -> Viewing {
        let watchlist = watchlist.iter().map(|number| id(*number)).collect();
        Viewing { rows: rows.to_vec(), known_from: None, watchlist }
    }

    fn home(viewing: &Viewing) -> Home {
        arrange(&catalogue(), viewing, &HomeLayout::default(), at(1_000).into())
    }

    fn numbers<'a>(cards: impl IntoIterator<Item = &'a HomeVideo>) -> Vec<u128> {
        cards.into_iter().map(|card| card.video.id.uuid().as_u128()).collect()
    }

    fn hero(home: &Home) -> Option<(u128, HeroReason)> {
        home.hero.as_ref().map(|hero| (hero.video.video.id.uuid().as_u128(), hero.reason))
    }

    fn continued(home: &Home) -> Vec<(u128, f64, bool)> {
        let items = home.continue_watching.iter();
        items.map(|item| (item.video.video.id.uuid().as_u128(), item.progress, item.is_up_next)).collect()
    }

    fn shelves(home: &Home) -> Vec<(&str, Vec<u128>)> {
        let number = |id: &VideoId| {
            assert_eq!(home.videos.iter().filter(|card| card.video.id == *id).count(), 1, "each card is included once");
            id.uuid().as_u128()
        };
        home.shelves.iter().map(|shelf| (shelf.id.as_str(), shelf.video_ids.iter().map(number).collect())).collect()
    }

    #[test]
    fn a_new_viewer_gets_the_most_viewed_title_and_one_card_per_series_for_its_first_episode() {
        let home = home(&Viewing::default());
        assert_eq!(
            hero(&home),
            Some((11, HeroReason::Popular)),
            "the first episode, although the third has the most views"
        );
        let card = &home.hero.as_ref().expect("a hero").video;
        assert_eq!((card.video.title.as_str(), card.video.duration, card.video.episode), ("Series 100", None, Some(1)));
        assert_eq!(card.series.as_ref().map(|series| series.seasons.len()), Some(1));
        assert_eq!((continued(&home), numbers(&home.watchlist)), (vec![], vec![]));
        let expected = [
            ("new", vec![6, 5, 4, 3, 2, 1]),
            ("popular", vec![11, 1, 2, 3, 4, 5, 6]),
            ("category:drama", vec![11, 1, 2, 6]),
            ("category:comedy", vec![3, 4]),
        ];
        assert_eq!(shelves(&home), expected, "no hero on the first shelf, and no shelf for Noir, which has one title");
        assert_eq!(home.shelves[3].category.as_deref(), Some("Comedy"));
    }

    #[test]
    fn the_hero_is_never_a_watched_title() {
        let watched = viewing_of(&[row(12, 1.0, false, 10), row(1, 60.0, true, 20)], &[]);
        assert_eq!(hero(&home(&watched)), Some((2, HeroReason::Popular)));
        let all: Vec<_> = (1..=6).chain([13]).map(|number| row(number, 1.0, false, 10)).collect();
        assert_eq!(hero(&home(&viewing_of(&all, &[]))), None);
        let cleared = WatchHistory { cleared_at: Some(at(10)), ..row(5, 0.0, false, 10) };
        let rest: Vec<_> = all.into_iter().filter(|row| row.video_id != id(5)).chain([cleared]).collect();
        assert_eq!(
            hero(&home(&viewing_of(&rest, &[]))),
            Some((5, HeroReason::Popular)),
            "a title marked as not watched"
        );
    }

    #[test]
    fn a_title_that_the_known_history_may_lack_is_not_the_hero() {
        let viewing = Viewing { known_from: Some(id(12)), ..Viewing::default() };
        assert_eq!(hero(&home(&viewing)), None, "nor is a series with an episode that the history may lack");
        let viewing = Viewing { known_from: Some(id(3)), ..Viewing::default() };
        assert_eq!(hero(&home(&viewing)), Some((11, HeroReason::Popular)));
    }

    #[test]
    fn a_featured_title_is_the_hero_unless_it_was_watched_or_is_hidden() {
        let featured = |id: u128, viewing: &Viewing| {
            let layout = HomeLayout { featured_id: Some(TitleId::from_uuid(Uuid::from_u128(id))), shelves: Vec::new() };
            hero(&arrange(&catalogue(), viewing, &layout, at(1_000).into()))
        };
        let new = Viewing::default();
        assert_eq!(featured(5, &new), Some((5, HeroReason::Featured)));
        assert_eq!(featured(100, &new), Some((11, HeroReason::Featured)), "a series");
        assert_eq!(featured(13, &new), Some((11, HeroReason::Featured)), "an episode stands for its series");
        assert_eq!(featured(77, &new), Some((11, HeroReason::Popular)), "the featured id is not visible");
        assert_eq!(
            featured(5, &viewing_of(&[row(5, 9.0, false, 1)], &[])),
            Some((11, HeroReason::Popular)),
            "already watched"
        );
    }

    #[test]
    fn after_a_finished_episode_the_next_unfinished_one_is_offered_once_per_series() {
        let next = |rows: &[WatchHistory]| continued(&home(&viewing_of(rows, &[])));
        assert_eq!(next(&[row(11, 60.0, true, 10)]), [(12, 0.0, true)]);
        assert_eq!(next(&[row(11, 59.0, false, 10)]), [(12, 0.0, true)], "stopped near its end");
        assert_eq!(next(&[row(11, 60.0, true, 10), row(12, 1.0, false, 20)]), [(12, 0.0, true)], "barely started");
        assert_eq!(next(&[row(11, 60.0, true, 10), row(12, 30.0, false, 20)]), [(12, 30.0, false)]);
        assert_eq!(next(&[row(12, 30.0, false, 10), row(11, 60.0, true, 20)]), [(12, 30.0, false)], "begun before");
        assert_eq!(next(&[row(11, 60.0, true, 20), row(12, 60.0, true, 10)]), [(13, 0.0, true)]);
        assert_eq!(next(&[row(13, 60.0, true, 20), row(11, 30.0, false, 10)]), [], "the last one is the most recent");
        assert_eq!(next(&[row(1, 60.0, true, 10)]), [], "nothing follows a film");
        assert_eq!(next(&[row(1, 9.0, false, 10), row(11, 60.0, true, 20), row(2, 9.0, false, 30)]).len(), 3);
    }

    #[test]
    fn the_most_recently_watched_title_comes_first_and_a_series_opens_its_next_episode() {
        let viewing = viewing_of(&[row(1, 9.0, false, 10), row(11, 60.0, true, 20), row(2, 9.0, false, 30)], &[]);
        let home = home(&viewing);
        assert_eq!(continued(&home), [(2, 9.0, false), (12, 0.0, true), (1, 9.0, false)]);
        let item = &home.continue_watching[1].video;
        assert_eq!((item.video.title.as_str(), item.video.duration), ("Film 12", Some(60.0)), "the episode itself");
        assert_eq!(item.series.as_ref().map(|series| series.title.as_str()), Some("Series 100"));
        assert_eq!((home.shelves[1].kind, shelves(&home)[1].1[0]), (ShelfKind::Popular, 12));
        let card = home.videos.iter().find(|card| card.video.id == id(12)).expect("the series");
        assert_eq!(card.video.title, "Series 100");
    }

    #[test]
    fn no_title_appears_twice_above_the_fold() {
        let viewing = viewing_of(&[row(1, 9.0, false, 10), row(12, 60.0, true, 20)], &[2, 13, 1, 3, 77, 3]);
        let home = home(&viewing);
        assert_eq!(continued(&home), [(13, 0.0, true), (1, 9.0, false)]);
        assert_eq!(hero(&home), Some((4, HeroReason::Popular)), "a title that is not on the watchlist is preferred");
        assert_eq!(numbers(&home.watchlist), [2, 3], "titles to continue and hidden titles are left out");
        assert_eq!(shelves(&home)[0], ("new", vec![6, 5]));
        let listed = viewing_of(&[], &[1, 2, 3, 4, 5, 6, 11]);
        let home = arrange(&catalogue(), &listed, &HomeLayout::default(), at(1_000).into());
        assert_eq!(hero(&home), Some((11, HeroReason::Popular)), "all other titles are on the watchlist as well");
        assert_eq!(numbers(&home.watchlist), [1, 2, 3, 4, 5, 6]);
        assert_eq!(shelves(&home), [], "every title is already shown above");
    }

    #[test]
    fn the_operators_shelves_keep_their_order_and_an_unknown_or_small_category_gets_no_shelf() {
        let key = |kind, category: Option<&str>| ShelfKey { kind, category: category.map(str::to_owned) };
        let keys = [
            key(ShelfKind::Category, Some("Noir")),
            key(ShelfKind::Category, Some("COMEDY")),
            key(ShelfKind::Category, Some("Western")),
            key(ShelfKind::Popular, None),
        ];
        let layout = HomeLayout { featured_id: None, shelves: keys.to_vec() };
        let home = arrange(&catalogue(), &Viewing::default(), &layout, at(1_000).into());
        assert_eq!(shelves(&home), [("category:comedy", vec![3, 4]), ("popular", vec![11, 1, 2, 3, 4, 5, 6])]);
    }

    #[test]
    fn an_empty_catalogue_gives_an_empty_screen() {
        let home = arrange(
            &Snapshot::default(),
            &viewing_of(&[row(1, 9.0, false, 1)], &[1]),
            &HomeLayout::default(),
            at(0).into(),
        );
        assert!(home.hero.is_none() && home.shelves.is_empty());
        assert!(home.continue_watching.is_empty() && home.watchlist.is_empty());
    }
}
