//! How operators create and edit videos.

use crate::models::captions::SpokenLanguage;
use crate::models::facts::{
    AgeRating, CAST_MAX, Country, DIRECTORS_MAX, Facts, PersonName, TAGS_MAX, Tag, Year, stored,
};
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::number::{CreditsMarker, Ordinal};
use crate::models::patch::Field;
use crate::models::plan::RequiredPlan;
use crate::models::poster::PosterSource;
use crate::models::progress::is_credits_marker;
use crate::models::text::Line;
use crate::models::time::Moment;
use crate::models::video::{CategoryName, Description, LISTING, Title, Video, VideoQuality, VideoStatus};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use std::borrow::Cow;

/// A new video.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVideo {
    title: Title,
    /// What it is about.
    description: Option<Description>,
    category: CategoryName,
    required_plan: RequiredPlan,
    /// The year of its first release.
    year: Option<Year>,
    /// The country that it was made in: a code of ISO 3166-1 alpha-2.
    country: Option<Country>,
    /// Its age rating, in any system.
    age_rating: Option<AgeRating>,
    /// Its directors. Names that are listed twice are stored once.
    #[schemars(length(max = DIRECTORS_MAX))]
    directors: Option<Vec<PersonName>>,
    /// Its cast, the most important names first.
    #[schemars(length(max = CAST_MAX))]
    actors: Option<Vec<PersonName>>,
    /// Its tags.
    #[schemars(length(max = TAGS_MAX))]
    tags: Option<Vec<Tag>>,
    /// The video or series whose trailer it is. A trailer is in no list, and plays for everybody.
    pub trailer_of: Option<TitleId>,
    /// The series, if it is an episode.
    series_id: Option<SeriesId>,
    season: Option<Ordinal>,
    episode: Option<Ordinal>,
    /// Where its credits start, in seconds. From there on the video counts as watched.
    credits_at: Option<CreditsMarker>,
    /// Hidden until this time, even when published.
    publish_at: Option<Moment>,
    /// Mux's encoding quality; `basic` by default.
    video_quality: Option<VideoQuality>,
    /// The language spoken in the film: Mux generates captions from its sound. Without it, there are none.
    pub generated_captions: Option<SpokenLanguage>,
}

/// A new video whose file Mux fetches.
#[derive(Clone, Deserialize)]
pub struct ImportedVideo {
    /// Where the file is.
    pub url: Line<2_048>,
    /// The video itself.
    #[serde(flatten)]
    pub video: NewVideo,
}

// Derived, the schema would accept unknown fields, because the fields of the video are flattened.
impl JsonSchema for ImportedVideo {
    fn schema_name() -> Cow<'static, str> {
        "ImportedVideo".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = NewVideo::json_schema(generator).to_value();
        let mut url = Line::<2_048>::json_schema(generator).to_value();
        url["description"] = "Where the file is: an `https` URL on a public host. Mux fetches it.".into();
        schema["description"] = "A new video whose file Mux fetches.".into();
        schema["properties"]["url"] = url;
        if let Some(required) = schema["required"].as_array_mut() {
            required.push("url".into());
        }
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// The changes. Omitted fields stay the same; `null` clears optional fields.
#[derive(Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VideoEdits {
    title: Field<Title>,
    /// What it is about.
    description: Field<Option<Description>>,
    category: Field<CategoryName>,
    required_plan: Field<RequiredPlan>,
    /// The year of its first release.
    year: Field<Option<Year>>,
    /// The country that it was made in: a code of ISO 3166-1 alpha-2.
    country: Field<Option<Country>>,
    /// Its age rating, in any system.
    age_rating: Field<Option<AgeRating>>,
    /// Its directors. Names that are listed twice are stored once.
    #[schemars(length(max = DIRECTORS_MAX))]
    directors: Field<Option<Vec<PersonName>>>,
    /// Its cast, the most important names first.
    #[schemars(length(max = CAST_MAX))]
    actors: Field<Option<Vec<PersonName>>>,
    /// Its tags.
    #[schemars(length(max = TAGS_MAX))]
    tags: Field<Option<Vec<Tag>>>,
    /// The series that it belongs to. `null` also clears season and episode.
    series_id: Field<Option<SeriesId>>,
    season: Field<Option<Ordinal>>,
    episode: Field<Option<Ordinal>>,
    /// Where its credits start, in seconds. From there on the video counts as watched.
    credits_at: Field<Option<CreditsMarker>>,
    /// Hidden until this time, published or not.
    publish_at: Field<Option<Moment>>,
    /// Whether it is public; `true` requires that it is ready.
    published: Field<bool>,
}

/// The issue of a season or an episode without a series.
pub const NEEDS_SERIES: &str = "needs a series_id";
/// The issue of a series for a trailer, which is not an episode.
pub const NOT_IN_SERIES: &str = "cannot be set, because this video is a trailer";
/// The issue of a credits marker outside the film.
const OUTSIDE_FILM: &str = "must be after the start of the film and before its end";

/// Why an edit is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditRefused {
    /// These fields do not fit the video: each with its issue.
    Invalid(Vec<(&'static str, &'static str)>),
    /// It cannot be published before it is ready.
    NotReady,
}

impl NewVideo {
    /// The video, created at `now`, waiting for its upload. The rules of the input must have been checked.
    pub fn video(self, now: Timestamp) -> Video {
        Video {
            id: VideoId::new(now),
            title: self.title.into(),
            description: self.description.map(String::from).unwrap_or_default(),
            category: self.category.into(),
            required_plan: self.required_plan,
            facts: Facts {
                year: self.year.map(Year::to_u32),
                country: self.country.map(String::from),
                age_rating: self.age_rating.map(String::from),
                directors: stored(self.directors),
                actors: stored(self.actors),
                tags: stored(self.tags),
            },
            status: VideoStatus::Processing,
            error_reason: None,
            published: false,
            publish_at: self.publish_at.map(Moment::get),
            published_at: None,
            duration: None,
            credits_at: self.credits_at.map(CreditsMarker::get),
            poster: None,
            poster_source: PosterSource::default(),
            signed_images: None,
            poster_signed_at: None,
            series_id: self.series_id,
            trailer_of: self.trailer_of,
            trailer_url: None,
            season: self.season.map(Ordinal::to_u32),
            episode: self.episode.map(Ordinal::to_u32),
            mux_upload_id: None,
            mux_asset_id: None,
            mux_playback_id: None,
            captions: Vec::new(),
            video_quality: self.video_quality.unwrap_or_default(),
            audio: Vec::new(),
            is_inspected: false,
            upload_expires_at: None,
            replacement: None,
            obsolete: Vec::new(),
            former_assets: Vec::new(),
            caption_replacements: Vec::new(),
            found_captions: Vec::new(),
            carried_captions: Vec::new(),
            check_at: None,
            listing: LISTING.to_owned(),
            created_at: now,
            version: 1,
        }
    }
}

impl VideoEdits {
    /// The series that the video joins, if the edits name one.
    pub fn series(&self) -> Option<SeriesId> {
        self.series_id.given().copied().flatten()
    }

    fn apply_facts(&self, facts: &mut Facts) {
        self.year.apply_as(&mut facts.year, |year| year.map(Year::to_u32));
        self.country.apply_as(&mut facts.country, |country| country.map(String::from));
        self.age_rating.apply_as(&mut facts.age_rating, |rating| rating.map(String::from));
        self.directors.apply_as(&mut facts.directors, stored);
        self.actors.apply_as(&mut facts.actors, stored);
        self.tags.apply_as(&mut facts.tags, stored);
    }
}

impl Video {
    /// The video after edits at `now`. Removing it from its series also removes its season and number.
    ///
    /// # Errors
    /// Why the edits are invalid.
    pub fn edited(&self, edits: &VideoEdits, now: Timestamp) -> Result<Self, EditRefused> {
        let mut video = self.clone();
        if edits.series_id.given() == Some(&None) {
            (video.season, video.episode) = (None, None);
        }
        edits.title.apply_as(&mut video.title, String::from);
        edits.category.apply_as(&mut video.category, String::from);
        edits.description.apply_as(&mut video.description, |text| text.map(String::from).unwrap_or_default());
        edits.required_plan.apply(&mut video.required_plan);
        edits.apply_facts(&mut video.facts);
        edits.series_id.apply(&mut video.series_id);
        edits.season.apply_as(&mut video.season, |season| season.map(Ordinal::to_u32));
        edits.episode.apply_as(&mut video.episode, |episode| episode.map(Ordinal::to_u32));
        edits.credits_at.apply_as(&mut video.credits_at, |seconds| seconds.map(CreditsMarker::get));
        edits.publish_at.apply_as(&mut video.publish_at, |moment| moment.map(Moment::get));
        edits.published.apply(&mut video.published);
        let mut issues = outside_series(&video);
        if video.trailer_of.is_some() && video.series_id.is_some() {
            issues.push(("series_id", NOT_IN_SERIES));
        }
        let given = edits.credits_at.given().copied().flatten();
        if given.is_some_and(|credits_at| !is_credits_marker(credits_at.get(), video.duration)) {
            issues.push(("credits_at", OUTSIDE_FILM));
        }
        if !issues.is_empty() {
            return Err(EditRefused::Invalid(issues));
        }
        if edits.published.given() == Some(&true) && video.status != VideoStatus::Ready {
            return Err(EditRefused::NotReady);
        }
        video.published_at = video.published.then(|| published_at(&video, now));
        Ok(video)
    }
}

/// Only an episode of a series has a season and number.
fn outside_series(video: &Video) -> Vec<(&'static str, &'static str)> {
    let given = [("season", video.season), ("episode", video.episode)];
    let misplaced = given.into_iter().filter(|(_, number)| video.series_id.is_none() && number.is_some());
    misplaced.map(|(field, _)| (field, NEEDS_SERIES)).collect()
}

/// When it becomes public: at the scheduled time, or when it was published.
fn published_at(video: &Video, now: Timestamp) -> Timestamp {
    let scheduled = video.publish_at.filter(|at| *at > now);
    let since = video.published_at.filter(|at| *at <= now);
    scheduled.or(since).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn new(fields: &Value) -> Video {
        let mut all = json!({ "title": "A film", "category": "Drama", "required_plan": "basic" });
        all.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        serde_json::from_value::<NewVideo>(all).expect("a new video").video(at(0))
    }

    fn ready() -> Video {
        Video { status: VideoStatus::Ready, duration: Some(100.0), ..new(&json!({})) }
    }

    fn edited(video: &Video, edits: Value) -> Result<Video, EditRefused> {
        video.edited(&serde_json::from_value(edits).expect("edits"), at(10))
    }

    #[test]
    fn a_place_in_a_series_needs_a_series() {
        let series = SeriesId::new(at(0));
        let all = vec![("season", NEEDS_SERIES), ("episode", NEEDS_SERIES), ("credits_at", OUTSIDE_FILM)];
        let edits = json!({ "season": 1, "episode": 2, "credits_at": 100 });
        assert_eq!(edited(&ready(), edits), Err(EditRefused::Invalid(all)));
        let episode = new(&json!({ "series_id": series, "season": 1, "episode": 2 }));
        let alone = edited(&episode, json!({ "series_id": null })).expect("no episode any more");
        assert_eq!((alone.series_id, alone.season, alone.episode), (None, None, None));
    }

    #[test]
    fn edits_change_what_they_name_and_clear_what_is_null() {
        let before = edited(&ready(), json!({ "description": "About", "credits_at": 90 })).expect("fits");
        let after = edited(&before, json!({ "title": "Another", "credits_at": null })).expect("fits");
        assert_eq!(after, Video { title: "Another".to_owned(), credits_at: None, ..before });
    }

    #[test]
    fn facts_are_stored_once_changed_alone_and_cleared_by_null() {
        let facts = json!({ "year": 1958, "country": "NO", "actors": ["Mira Lund", "MIRA LUND", "Otto Brandt"], "tags": ["sea"] });
        let before = new(&facts);
        assert_eq!(
            (before.facts.year, before.facts.actors.as_slice()),
            (Some(1958), ["Mira Lund".to_owned(), "Otto Brandt".to_owned()].as_slice())
        );
        let after = edited(&before, json!({ "year": null, "actors": null, "age_rating": "12" })).expect("fits");
        let facts = Facts { year: None, actors: Vec::new(), age_rating: Some("12".to_owned()), ..before.facts.clone() };
        assert_eq!(after, Video { facts, ..before });
    }

    #[test]
    fn a_trailer_is_not_an_episode() {
        let (title, series) = (TitleId::new(at(0)), SeriesId::new(at(0)));
        let trailer = new(&json!({ "trailer_of": title }));
        let refused = EditRefused::Invalid(vec![("series_id", NOT_IN_SERIES)]);
        assert_eq!(edited(&trailer, json!({ "series_id": series })), Err(refused));
    }

    #[test]
    fn credits_start_within_the_film() {
        for outside in [100, 101] {
            let refused = EditRefused::Invalid(vec![("credits_at", OUTSIDE_FILM)]);
            assert_eq!(edited(&ready(), json!({ "credits_at": outside })), Err(refused));
        }
        assert!(edited(&ready(), json!({ "credits_at": 99 })).is_ok());
    }

    #[test]
    fn only_what_is_ready_is_published_and_keeps_its_moment() {
        let waiting = new(&json!({}));
        assert_eq!(edited(&waiting, json!({ "published": true })), Err(EditRefused::NotReady));
        let published = edited(&ready(), json!({ "published": true })).expect("ready");
        assert_eq!(published.published_at, Some(at(10)));
        let later = published.edited(&VideoEdits::default(), at(20)).expect("fits");
        assert_eq!(later.published_at, Some(at(10)));
        let scheduled = edited(&published, json!({ "publish_at": at(60) })).expect("fits");
        assert_eq!(scheduled.published_at, Some(at(60)));
        assert_eq!(edited(&published, json!({ "published": false })).expect("fits").published_at, None);
    }
}
