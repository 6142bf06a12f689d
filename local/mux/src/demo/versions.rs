//! What a title is encoded into: sizes, audio languages and captions.

use super::title::Title;
use crate::encode::Rate;

/// The size of the largest rendition, and the frames per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) rate: Rate,
}

/// Most titles are small, because the first start waits for all of them.
const SMALL: Picture = Picture { width: 640, height: 360, rate: Rate { frames: 24, seconds: 1 } };
/// A few have all the sizes that Mux offers.
const LARGE: Picture = Picture { width: 1920, height: 1080, ..SMALL };
/// A long film has half of the frames, as many as a short one takes to encode in the same time.
const LONG: Picture = Picture { rate: Rate { frames: 12, seconds: 1 }, ..SMALL };
/// From which length on a film counts as long, in seconds.
const LONG_SECONDS: u32 = 120;

/// The titles with four renditions up to 1080p.
const LARGE_TITLES: [&str; 2] = ["the-last-lighthouse", "neon-district"];

/// A language of a title's audio and captions.
pub(super) struct Language {
    /// BCP 47.
    pub(super) code: &'static str,
    /// Its name in itself.
    pub(super) name: &'static str,
    /// By how many semitones its music is transposed, so the languages can be told apart by ear.
    pub(super) semitones: i32,
}

const ENGLISH: Language = Language { code: "en", name: "English", semitones: 0 };
const GERMAN: Language = Language { code: "de", name: "Deutsch", semitones: 5 };

/// A title in German.
pub(super) struct German {
    slug: &'static str,
    pub(super) title: &'static str,
    /// The start of its description.
    pub(super) description: &'static str,
}

/// The titles whose audio and captions are in English and German.
const GERMAN_TITLES: [German; 3] = [
    German {
        slug: "the-last-lighthouse",
        title: "Der letzte Leuchtturm",
        description: "Der Wärter eines Felsens in der Nordsee erfährt, dass sein Licht für immer gelöscht wird.",
    },
    German {
        slug: "slow-train-to-vell",
        title: "Bummelzug nach Vell",
        description: "Sechs Fremde fahren im Nachtzug in eine Stadt, die auf keiner Karte steht.",
    },
    German {
        slug: "small-machines",
        title: "Kleine Maschinen",
        description: "Menschen, die noch Uhren von Hand bauen,",
    },
];

/// The picture of a title.
pub(super) fn picture(title: &Title) -> Picture {
    if LARGE_TITLES.contains(&title.slug) {
        LARGE
    } else if title.recipe.seconds >= LONG_SECONDS {
        LONG
    } else {
        SMALL
    }
}

/// The number of pixels of all frames of a title, in its largest rendition.
pub(super) fn pixels(title: &Title) -> u64 {
    let Picture { width, height, rate } = picture(title);
    let frames = u64::from(title.recipe.seconds) * u64::from(rate.frames) / u64::from(rate.seconds);
    frames * u64::from(width) * u64::from(height)
}

/// The title in German, if it has audio and captions in German.
pub(super) fn german(title: &Title) -> Option<&'static German> {
    GERMAN_TITLES.iter().find(|german| german.slug == title.slug)
}

/// The languages of a title, the original one first.
pub(super) fn languages(title: &Title) -> &'static [Language] {
    const BOTH: [Language; 2] = [ENGLISH, GERMAN];
    if german(title).is_some() { &BOTH } else { &BOTH[..1] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::titles;

    #[test]
    fn some_titles_are_large_one_is_long_and_every_plan_has_one_in_two_languages() {
        let large = titles().iter().filter(|title| picture(title) == LARGE).count();
        assert_eq!(large, LARGE_TITLES.len(), "every slug is that of a title");
        assert!(titles().iter().any(|title| title.recipe.seconds == 600));
        let bilingual = titles().iter().filter(|title| languages(title).len() == 2);
        let mut plans: Vec<&str> = bilingual.map(|title| title.required_plan).collect();
        plans.sort_unstable();
        assert_eq!(plans, ["basic", "free", "premium"]);
    }
}
