//! The demo catalogue.

mod chords;
mod episodes;
mod films;

pub(super) use episodes::SERIES;

use super::title::Title;
use episodes::EPISODES;
use films::{FILMS, LONG_FILM};
use std::sync::LazyLock;

/// All titles, in the order of the catalogue.
pub(super) static TITLES: LazyLock<Vec<Title>> =
    LazyLock::new(|| FILMS.into_iter().chain(EPISODES).chain([LONG_FILM]).collect());
