//! What makes up a title of the demo catalogue: its details, picture and sound.

use super::scene::Scene;

/// An invented video.
pub struct Title {
    /// Its name in paths: letters, digits and `-`.
    pub slug: &'static str,
    /// Its title; for an episode, the episode's title.
    pub title: &'static str,
    /// At most two sentences.
    pub description: &'static str,
    /// Its category.
    pub category: &'static str,
    /// `free`, `basic` or `premium`.
    pub required_plan: &'static str,
    /// Its position in a series.
    pub series: Option<Episode>,
    pub(super) recipe: Recipe,
}

/// A position in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The series' title.
    pub series: &'static str,
    /// Starts at 1.
    pub season: u32,
    /// Starts at 1.
    pub episode: u32,
}

/// How the text on a poster is set.
pub(super) struct Lettering {
    /// The title, broken into lines.
    pub(super) lines: &'static [&'static str],
    pub(super) face: Typeface,
    /// In pixels, on a poster 1280 pixels wide.
    pub(super) size: u32,
    pub(super) color: &'static str,
    /// The color of the small line above the title.
    pub(super) accent: &'static str,
}

/// The typefaces, all of which Debian packages.
#[derive(Clone, Copy)]
pub(super) enum Typeface {
    Black,
    Light,
    Wide,
    Serif,
    Mono,
}

/// The recipe for a title's media.
pub(super) struct Recipe {
    pub(super) seconds: u32,
    pub(super) scene: fn() -> Scene,
    pub(super) lettering: Lettering,
    /// Chords, in semitones above the low C; each sounds for four seconds.
    pub(super) chords: &'static [[i32; 4]],
    /// Plucked notes per second.
    pub(super) plucks: u32,
}
