//! The head of a title's HTML page, for clients that run no scripts: title, description and canonical link, the cards
//! of messengers (Open Graph, Twitter), and structured data for search engines (schema.org).

use crate::models::html::escaped;
use crate::models::plan::RequiredPlan;
use crate::models::title::{PublicTitle, TitleKind};
use serde_json::{Map, Value, json};

/// The name that follows a page's title, as in the app.
const BRAND: &str = "Marquee";
/// The most characters of a description. Search engines and messengers show fewer.
const DESCRIPTION_CHARACTERS_MAX: usize = 300;
/// The most cast names in a description that is made of facts.
const NAMES_MAX: usize = 3;

/// A title, and what else its page needs.
#[derive(Clone, Copy, Debug)]
pub struct TitleHead<'a> {
    /// The title.
    pub title: &'a PublicTitle,
    /// The name of its series, if it is an episode.
    pub series: Option<&'a str>,
    /// The origin of the web app.
    pub origin: &'a str,
}

impl TitleHead<'_> {
    /// The tags, for the head of an HTML page.
    pub fn html(&self) -> String {
        let (url, name, description) = (self.url(), self.full_name(), self.description());
        let image = self.image();
        let mut head = format!("<title>{} · {BRAND}</title>\n", escaped(&self.title.title));
        head += &format!("<link rel=\"canonical\" href=\"{}\" />\n", escaped(&url));
        let mut meta = |key: &str, property: &str, content: &str| {
            head += &format!("<meta {key}=\"{property}\" content=\"{}\" />\n", escaped(content));
        };
        meta("name", "description", &description);
        meta("property", "og:site_name", BRAND);
        meta("property", "og:type", self.kind().1);
        meta("property", "og:url", &url);
        meta("property", "og:title", &name);
        meta("property", "og:description", &description);
        meta("name", "twitter:card", if image.is_some() { "summary_large_image" } else { "summary" });
        meta("name", "twitter:title", &name);
        meta("name", "twitter:description", &description);
        if let Some(image) = &image {
            meta("property", "og:image", image);
            meta("property", "og:image:type", "image/jpeg");
            meta("property", "og:image:alt", &name);
            meta("name", "twitter:image", image);
            meta("name", "twitter:image:alt", &name);
        }
        if let Some(seconds) = self.title.duration {
            meta("property", "video:duration", &format!("{:.0}", seconds.max(1.0)));
        }
        for tag in &self.title.facts.tags {
            meta("property", "video:tag", tag);
        }
        head + "<script type=\"application/ld+json\">" + &for_script(&self.structured_data()) + "</script>\n"
    }

    /// Its type in schema.org and in Open Graph.
    fn kind(&self) -> (&'static str, &'static str) {
        match (self.title.kind, self.title.series_id) {
            (TitleKind::Series, _) => ("TVSeries", "video.tv_show"),
            (TitleKind::Video, Some(_)) => ("TVEpisode", "video.episode"),
            (TitleKind::Video, None) => ("Movie", "video.movie"),
        }
    }

    fn url(&self) -> String {
        let kind = match self.title.kind {
            TitleKind::Series => "series",
            TitleKind::Video => "videos",
        };
        format!("{}/{kind}/{}", self.origin, self.title.id)
    }

    /// The URL of its picture at our own origin. Mux's URLs expire, but messengers and search engines store what they find.
    fn image(&self) -> Option<String> {
        let poster = self.title.poster.as_ref()?;
        // The operator's own picture already has a URL at our origin. The last copy is the largest.
        let largest = poster.srcset.rsplit(", ").next().and_then(|entry| entry.split(' ').next()).unwrap_or_default();
        let is_ours = largest.strip_prefix(self.origin).is_some_and(|path| path.starts_with('/'));
        Some(if is_ours { largest.to_owned() } else { format!("{}/api/titles/{}/image", self.origin, self.title.id) })
    }

    /// Its full name, for places that do not show its series.
    fn full_name(&self) -> String {
        let title = &self.title.title;
        self.series.map_or_else(|| title.clone(), |series| format!("{series}: {title}"))
    }

    /// The description on one line; without one, the category and some facts.
    fn description(&self) -> String {
        let text = self.title.description.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            return shortened(&text, DESCRIPTION_CHARACTERS_MAX);
        }
        let facts = &self.title.facts;
        let year = facts.year.map(|year| year.to_string());
        let names = facts.directors.iter().chain(facts.actors.iter().take(NAMES_MAX)).cloned();
        [self.title.category.clone()].into_iter().chain(year).chain(names).collect::<Vec<_>>().join(" · ")
    }

    /// The fields of schema.org that we know.
    fn structured_data(&self) -> Value {
        let PublicTitle { facts, .. } = self.title;
        let country = facts.country.as_ref().map(|code| json!({ "@type": "Country", "name": code }));
        let mut data = json!({
            "@context": "https://schema.org",
            "@type": self.kind().0,
            "@id": self.url(),
            "url": self.url(),
            "name": self.title.title,
            "description": self.description(),
            "image": self.image(),
            "genre": self.title.category,
            "keywords": facts.tags,
            "datePublished": facts.year.map(|year| year.to_string()),
            "countryOfOrigin": country,
            "contentRating": facts.age_rating,
            "director": people(&facts.directors),
            "actor": people(&facts.actors),
            "duration": self.title.duration.map(iso_duration),
            "inLanguage": self.title.audio_languages,
            "subtitleLanguage": self.title.caption_languages,
            "isAccessibleForFree": self.title.required_plan == RequiredPlan::Free,
        });
        match self.title.kind {
            TitleKind::Series => data["containsSeason"] = self.seasons(),
            TitleKind::Video if self.title.series_id.is_some() => self.place(&mut data),
            TitleKind::Video => {}
        }
        if let TitleKind::Series = self.title.kind {
            data["numberOfSeasons"] = self.title.seasons.len().into();
            data["numberOfEpisodes"] = self.title.seasons.iter().map(|season| season.episodes).sum::<usize>().into();
        }
        without_blanks(data)
    }

    fn seasons(&self) -> Value {
        let seasons = self.title.seasons.iter();
        seasons
            .map(|season| {
                json!({ "@type": "TVSeason", "seasonNumber": season.season, "numberOfEpisodes": season.episodes })
            })
            .collect()
    }

    /// Adds the series and season of an episode.
    fn place(&self, data: &mut Value) {
        data["episodeNumber"] = json!(self.title.episode);
        data["partOfSeason"] =
            json!(self.title.season.map(|season| json!({ "@type": "TVSeason", "seasonNumber": season })));
        let url = self.title.series_id.map(|id| format!("{}/series/{id}", self.origin));
        data["partOfSeries"] = json!(self.series.map(|name| json!({ "@type": "TVSeries", "name": name, "url": url })));
    }
}

fn people(names: &[String]) -> Vec<Value> {
    names.iter().map(|name| json!({ "@type": "Person", "name": name })).collect()
}

/// Seconds as an ISO 8601 duration: `PT1H32M7S`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a film is at most a day long")]
fn iso_duration(seconds: f64) -> String {
    let seconds = seconds.round().max(0.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("PT{hours}H{minutes}M{seconds}S")
}

/// Removes empty fields: unknown facts are left out.
fn without_blanks(data: Value) -> Value {
    let Value::Object(fields) = data else { return data };
    let is_known = |value: &Value| !value.is_null() && !value.as_array().is_some_and(Vec::is_empty);
    Value::Object(fields.into_iter().filter(|(_, value)| is_known(value)).collect::<Map<_, _>>())
}

/// JSON inside a `script` element. The escaping keeps its text from ending the element or starting a comment.
fn for_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The text cut after a word, with an ellipsis, if it has more than `max` characters.
fn shortened(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let cut = &text[..end];
    // Scripts without spaces have no words to cut at.
    let cut = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_is_cut_after_a_word() {
        assert_eq!(shortened("one two", 7), "one two");
        assert_eq!(shortened("one two three", 9), "one two…");
        assert_eq!(shortened("日本語日本語", 4), "日本語日…");
        assert_eq!(shortened("🎬🎬🎬", 2), "🎬🎬…");
    }

    #[test]
    fn a_duration_is_in_iso_8601() {
        assert_eq!(iso_duration(5_526.6), "PT1H32M7S");
        assert_eq!(iso_duration(0.4), "PT0H0M0S");
    }

    #[test]
    fn json_in_a_script_element_is_escaped() {
        let data = json!({ "name": "</script><script>alert(1)</script><!-- & 🎬" });
        let text = for_script(&data);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), data);
    }

    #[test]
    fn unknown_facts_are_left_out() {
        assert_eq!(without_blanks(json!({ "a": null, "b": [], "c": false, "d": 0 })), json!({ "c": false, "d": 0 }));
    }
}
