//! What operators tell viewers about a film: who made it, when and where, and for whom.

use crate::models::age::{self, AgeLimit};
use crate::models::number::BoundedInteger;
use crate::models::text::Line;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use search::fold;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::collections::HashSet;
use std::str::FromStr;

/// The most directors of a video.
pub const DIRECTORS_MAX: usize = 10;
/// The most names of a cast.
pub const CAST_MAX: usize = 30;
/// The most tags of a video.
pub const TAGS_MAX: usize = 20;
/// The schema's `format` for a country.
pub const COUNTRY_FORMAT: &str = "country";
/// The codes of ISO 3166-1, alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI \
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM \
    MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT \
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// The year of a film's first release. The first films are of the 1870s.
pub type Year = BoundedInteger<1870, 2100>;
/// A person's name.
pub type PersonName = Line<80>;
/// An age rating in any system: `12`, `PG-13`, `FSK 16`.
pub type AgeRating = Line<20>;
/// A tag: a mood, a subject, a style.
pub type Tag = Line<40>;

/// A country: its code in ISO 3166-1 alpha-2, which apps show as a name in the viewer's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country(String);

impl FromStr for Country {
    type Err = &'static str;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        if code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code) {
            Ok(Self(code.to_owned()))
        } else {
            Err("must be the two-letter code of a country (ISO 3166-1), such as NO")
        }
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Country {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        COUNTRY_FORMAT.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": COUNTRY_FORMAT, "minLength": 2, "maxLength": 2 })
    }
}

/// The facts of a film or an episode. Rows that were written before there were facts have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    /// The year of its first release; `null` if unknown.
    #[serde(default)]
    pub year: Option<u32>,
    /// The country that it was made in, as the code of ISO 3166-1 alpha-2; `null` if unknown.
    #[serde(default)]
    pub country: Option<String>,
    /// Its age rating, as the operator wrote it; `null` if it has none.
    #[serde(default)]
    pub age_rating: Option<String>,
    /// Its directors.
    #[serde(default)]
    pub directors: Vec<String>,
    /// Its cast, the most important names first.
    #[serde(default)]
    pub actors: Vec<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Facts {
    /// Whether an age limit allows the title.
    pub fn is_suitable(&self, limit: Option<AgeLimit>) -> bool {
        age::is_suitable(self.age_rating.as_deref(), limit)
    }

    /// The facts of a series: what its episodes, in order, have in common or add up to.
    pub fn of_series(episodes: &[&Self]) -> Self {
        let first = episodes.first();
        let union =
            |names: fn(&Self) -> &[String], max| distinct(episodes.iter().flat_map(|facts| names(facts)).cloned(), max);
        let age_rating = first.and_then(|first| first.age_rating.clone());
        Self {
            year: episodes.iter().filter_map(|facts| facts.year).min(),
            country: first.and_then(|first| first.country.clone()),
            // Ratings of different systems cannot be compared, so there is one only if all episodes agree.
            age_rating: age_rating
                .filter(|rating| episodes.iter().all(|facts| facts.age_rating.as_ref() == Some(rating))),
            directors: union(|facts| &facts.directors, DIRECTORS_MAX),
            actors: union(|facts| &facts.actors, CAST_MAX),
            tags: union(|facts| &facts.tags, TAGS_MAX),
        }
    }
}

/// The first `max` of these texts, each once: spellings that differ only in case and accents are the same.
pub fn distinct(texts: impl IntoIterator<Item = String>, max: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.into_iter().filter(|text| seen.insert(fold(text))).take(max).collect()
}

/// Texts of an input as they are stored: each once, in their order.
pub fn stored<const MAX: usize>(lines: Option<Vec<Line<MAX>>>) -> Vec<String> {
    distinct(lines.unwrap_or_default().into_iter().map(String::from), usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_country_is_a_code_of_the_standard() {
        assert!(["NO", "DE", "ZW"].into_iter().all(|code| code.parse::<Country>().is_ok()));
        for refused in ["", "N", "no", "XX", "O ", " A", "NOR", "Norway", "ÄÖ"] {
            assert!(refused.parse::<Country>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_series_has_the_people_and_tags_of_all_its_episodes_once() {
        let first = Facts {
            year: Some(2021),
            country: Some("NO".to_owned()),
            age_rating: Some("12".to_owned()),
            directors: names(&["Ida Voss"]),
            actors: names(&["Jonas Hale", "Mira Lund"]),
            tags: names(&["sea"]),
        };
        let second = Facts {
            year: Some(2020),
            country: None,
            age_rating: Some("16".to_owned()),
            directors: names(&["IDA VOSS", "Per Dahl"]),
            actors: names(&["Míra Lund", "Otto Brandt"]),
            tags: Vec::new(),
        };
        let series = Facts::of_series(&[&first, &second]);
        assert_eq!((series.year, series.country.as_deref(), series.age_rating), (Some(2020), Some("NO"), None));
        assert_eq!(series.directors, names(&["Ida Voss", "Per Dahl"]));
        assert_eq!(series.actors, names(&["Jonas Hale", "Mira Lund", "Otto Brandt"]));
        assert_eq!(series.tags, names(&["sea"]));
        assert_eq!(Facts::of_series(&[&first, &first]), first);
        assert_eq!(Facts::of_series(&[]), Facts::default());
    }
}
