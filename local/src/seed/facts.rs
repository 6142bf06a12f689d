//! The facts of the demo's films: who made these invented films, when and where. No person is real.

use serde_json::{Value, json};

/// The facts of one title.
struct TitleFacts {
    slug: &'static str,
    year: u32,
    country: &'static str,
    age_rating: &'static str,
    directors: &'static [&'static str],
    actors: &'static [&'static str],
    tags: &'static [&'static str],
}

const HARBOUR_CAST: &[&str] =
    &["Maren Tveitlund", "Jonah Pellewick", "Sigrid Aamotsen", "Osei Barrowmere", "Clara Vandenhoek"];

const SIGNAL_CAST: &[&str] = &["Adaeze Thornquist", "Lucien Marchbank", "Hanne Rosvold-Kerr"];

const FACTS: &[TitleFacts] = &[
    TitleFacts {
        slug: "the-last-lighthouse",
        year: 2023,
        country: "NO",
        age_rating: "12",
        directors: &["Ingrid Solvbergen"],
        actors: &["Eirik Nordhaugen", "Maren Tveitlund", "Desmond Achterveld", "Petra Lindqvist-Moe"],
        tags: &["Sea", "Solitude", "Storm", "Slow burn"],
    },
    TitleFacts {
        slug: "northern-hours",
        year: 2022,
        country: "FI",
        age_rating: "0",
        directors: &["Ingrid Solvbergen"],
        actors: &[],
        tags: &["Night", "Nature", "Wordless", "Winter"],
    },
    TitleFacts {
        slug: "neon-district",
        year: 2024,
        country: "JP",
        age_rating: "16",
        directors: &["Jun Takamorita"],
        actors: &["Yui Hanazonae", "Kenji Morikubota", "Amara Quistgaard", "Ruben Aldarondez"],
        tags: &["City", "Chase", "Night", "Near future"],
    },
    TitleFacts {
        slug: "the-paper-garden",
        year: 2021,
        country: "JP",
        age_rating: "0",
        directors: &["Yui Hanazonae"],
        actors: &["Kenji Morikubota", "Beatriz Lamosares"],
        tags: &["Animation", "Friendship", "Letters", "For all ages"],
    },
    TitleFacts {
        slug: "deep-quiet",
        year: 2022,
        country: "PT",
        age_rating: "6",
        directors: &["Beatriz Lamosares"],
        actors: &["Desmond Achterveld"],
        tags: &["Sea", "Nature", "Discovery"],
    },
    TitleFacts {
        slug: "salt-and-starlight",
        year: 2020,
        country: "MA",
        age_rating: "6",
        directors: &["Nadia Benhaddouri", "Mateo Arriondez"],
        actors: &["Osei Barrowmere"],
        tags: &["Desert", "Night", "Journey", "Nature"],
    },
    TitleFacts {
        slug: "orbit-of-two",
        year: 2024,
        country: "FR",
        age_rating: "12",
        directors: &["Elodie Marchand-Rouvel"],
        actors: &["Amara Quistgaard", "Felix Dornhagen", "Clara Vandenhoek"],
        tags: &["Space", "Solitude", "Love story", "Near future"],
    },
    TitleFacts {
        slug: "slow-train-to-vell",
        year: 2019,
        country: "PL",
        age_rating: "12",
        directors: &["Tomasz Wiernicki"],
        actors: &["Wanda Krolewska", "Felix Dornhagen", "Petra Lindqvist-Moe", "Jonah Pellewick", "Ruben Aldarondez"],
        tags: &["Trains", "Night", "Strangers", "Slow burn"],
    },
    TitleFacts {
        slug: "small-machines",
        year: 2021,
        country: "CH",
        age_rating: "0",
        directors: &["Lena Oberfelder"],
        actors: &["Wanda Krolewska"],
        tags: &["Craft", "Time", "Portrait"],
    },
    TitleFacts {
        slug: "infinite-coast",
        year: 2023,
        country: "GB",
        age_rating: "0",
        directors: &["Callum Strathieburn"],
        actors: &["Clara Vandenhoek"],
        tags: &["Mathematics", "Sea", "Patterns"],
    },
    TitleFacts {
        slug: "rule-110",
        year: 2022,
        country: "DE",
        age_rating: "0",
        directors: &["Lena Oberfelder"],
        actors: &["Felix Dornhagen"],
        tags: &["Mathematics", "Computers", "Discovery"],
    },
    TitleFacts {
        slug: "garden-of-automata",
        year: 2020,
        country: "GB",
        age_rating: "0",
        directors: &["Callum Strathieburn", "Lena Oberfelder"],
        actors: &[],
        tags: &["Mathematics", "Nature", "Patterns"],
    },
    TitleFacts {
        slug: "the-triangle-room",
        year: 2018,
        country: "ES",
        age_rating: "16",
        directors: &["Mateo Arriondez"],
        actors: &["Beatriz Lamosares", "Ruben Aldarondez", "Wanda Krolewska", "Eirik Nordhaugen"],
        tags: &["Haunted house", "Puzzle", "Family secrets"],
    },
    TitleFacts {
        slug: "slow-colour",
        year: 2024,
        country: "NL",
        age_rating: "0",
        directors: &["Elodie Marchand-Rouvel"],
        actors: &[],
        tags: &["Wordless", "Patterns", "Night"],
    },
    TitleFacts {
        slug: "harbour-nine-low-tide",
        year: 2023,
        country: "DK",
        age_rating: "12",
        directors: &["Hanne Kvistgaard"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Disappearance"],
    },
    TitleFacts {
        slug: "harbour-nine-the-bell-buoy",
        year: 2023,
        country: "DK",
        age_rating: "12",
        directors: &["Hanne Kvistgaard"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Storm"],
    },
    TitleFacts {
        slug: "harbour-nine-salvage",
        year: 2023,
        country: "DK",
        age_rating: "12",
        directors: &["Ingrid Solvbergen"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Family secrets"],
    },
    TitleFacts {
        slug: "harbour-nine-night-watch",
        year: 2023,
        country: "DK",
        age_rating: "12",
        directors: &["Hanne Kvistgaard"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Night"],
    },
    TitleFacts {
        slug: "harbour-nine-the-new-keeper",
        year: 2024,
        country: "DK",
        age_rating: "12",
        directors: &["Hanne Kvistgaard"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Secrets"],
    },
    TitleFacts {
        slug: "harbour-nine-spring-tide",
        year: 2024,
        country: "DK",
        age_rating: "12",
        directors: &["Hanne Kvistgaard"],
        actors: HARBOUR_CAST,
        tags: &["Sea", "Small town", "Storm"],
    },
    TitleFacts {
        slug: "signal-hill-carrier-wave",
        year: 2023,
        country: "CA",
        age_rating: "12",
        directors: &["Ottoline Brackwater"],
        actors: SIGNAL_CAST,
        tags: &["Radio", "Night", "Mountains"],
    },
    TitleFacts {
        slug: "signal-hill-skip-zone",
        year: 2023,
        country: "CA",
        age_rating: "12",
        directors: &["Ottoline Brackwater"],
        actors: SIGNAL_CAST,
        tags: &["Radio", "Winter", "Mountains"],
    },
    TitleFacts {
        slug: "signal-hill-second-station",
        year: 2024,
        country: "CA",
        age_rating: "12",
        directors: &["Teodor Vasslekamp"],
        actors: SIGNAL_CAST,
        tags: &["Radio", "Near future", "Mountains"],
    },
    TitleFacts {
        slug: "signal-hill-sign-off",
        year: 2024,
        country: "CA",
        age_rating: "12",
        directors: &["Teodor Vasslekamp"],
        actors: SIGNAL_CAST,
        tags: &["Radio", "Letters", "Mountains"],
    },
    TitleFacts {
        slug: "the-long-crossing",
        year: 2022,
        country: "IT",
        age_rating: "0",
        directors: &["Giulia Marrancone"],
        actors: &[],
        tags: &["Night", "Wordless", "Coast"],
    },
];

/// The facts of a title as fields of a new video; none if the title is not in the list.
pub(super) fn facts(slug: &str) -> Value {
    let Some(facts) = FACTS.iter().find(|facts| facts.slug == slug) else { return json!({}) };
    json!({
        "year": facts.year,
        "country": facts.country,
        "age_rating": facts.age_rating,
        "directors": facts.directors,
        "actors": facts.actors,
        "tags": facts.tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demo_title_has_facts() {
        for title in mux_standin::demo::titles() {
            assert!(FACTS.iter().any(|facts| facts.slug == title.slug), "{}", title.slug);
        }
    }
}
