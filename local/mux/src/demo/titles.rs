//! The demo catalogue.

mod chords;
mod episodes;
mod films;

use super::title::Title;
use episodes::EPISODES;
use films::{FILMS, LONG_FILM};
use std::sync::LazyLock;

/// All titles, in the order of the catalogue.
pub(super) static TITLES: LazyLock<Vec<Title>> =
    LazyLock::new(|| FILMS.into_iter().chain(EPISODES).chain([LONG_FILM]).collect());

/// The series, with their descriptions.
pub(super) const SERIES: [(&str, &str); 2] = [
    ("Harbour Nine", "A harbour that never quite sleeps, and the people who keep its lights on."),
    ("Signal Hill", "A radio station on a mountain answers a call that was sent before it was built."),
];
