//! Demo media: a small catalogue of invented titles, with pictures, animation and music generated on this machine.
//!
//! Nothing is downloaded, and no third-party rights are involved. Every frame of a video shows the running time, so a
//! screenshot proves the position of a player.

mod draw;
mod music;
mod poster;
mod produce;
mod scene;
mod scenes;
mod title;
mod titles;
mod versions;

pub use title::{Episode, Title};

use crate::encode::EncodeError;
use futures::{StreamExt, TryStreamExt};
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

/// Videos that are generated in parallel. The largest come first, so that none is left to be generated alone at the end.
const AT_ONCE: usize = 2;

/// Why demo media could not be generated.
#[derive(Debug, thiserror::Error)]
#[error("{slug}: {cause}")]
pub struct DemoError {
    slug: &'static str,
    cause: EncodeError,
}

/// The description of a series.
pub fn series_description(series: &str) -> &'static str {
    titles::SERIES.iter().find(|(title, _)| *title == series).map_or("", |(_, description)| description)
}

/// The catalogue: fifteen films and two series.
pub fn titles() -> &'static [Title] {
    &titles::TITLES
}

/// Generates the media of every title that `dir` does not contain yet, and returns each title's folder. It contains the
/// output of [`encode`](crate::encode()), a `poster.jpg` and captions.
///
/// A folder's name contains a hash of everything from which its media are generated, so changed titles are generated
/// again. A folder is complete or absent, even after an interruption. `progress` is called for every title that is
/// generated.
///
/// # Errors
/// If ffmpeg fails or the disk cannot be written.
pub async fn generate(dir: &Path, progress: impl Fn(&str)) -> Result<Vec<(&'static Title, PathBuf)>, DemoError> {
    let unreadable = |error: std::io::Error| DemoError { slug: "the folder", cause: error.into() };
    std::fs::create_dir_all(dir).map_err(unreadable)?;
    produce::tidy(dir).await.map_err(unreadable)?;
    let progress = &progress;
    let mut largest_first: Vec<(usize, &'static Title)> = titles().iter().enumerate().collect();
    largest_first.sort_by_key(|(_, title)| Reverse(versions::pixels(title)));
    // A list, not a lazy stream, because otherwise the compiler cannot prove that the whole future is `Send`.
    let making: Vec<_> = largest_first
        .into_iter()
        .map(|(place, title)| async move {
            let folder = produce::folder(dir, title);
            if !folder.exists() {
                progress(title.title);
                produce::produce(dir, title, &folder).await.map_err(|cause| DemoError { slug: title.slug, cause })?;
            }
            Ok((place, title, folder))
        })
        .collect();
    let mut made: Vec<_> = futures::stream::iter(making).buffer_unordered(AT_ONCE).try_collect().await?;
    made.sort_by_key(|(place, ..): &(usize, &Title, PathBuf)| *place);
    Ok(made.into_iter().map(|(_, title, folder)| (title, folder)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_catalogue_has_films_for_every_plan_and_two_series_of_two_seasons() {
        let films = titles().iter().filter(|title| title.series.is_none());
        assert!(films.count() >= 12);
        let plans: BTreeSet<&str> = titles().iter().map(|title| title.required_plan).collect();
        assert_eq!(plans, BTreeSet::from(["basic", "free", "premium"]));
        for (series, _) in titles::SERIES {
            let episodes = titles().iter().filter_map(|title| title.series).filter(|episode| episode.series == series);
            let places: Vec<(u32, u32)> = episodes.map(|episode| (episode.season, episode.episode)).collect();
            let firsts = places.iter().filter(|(_, episode)| *episode == 1).count();
            assert_eq!((firsts, places.last().map(|(season, _)| *season)), (2, Some(2)), "{series}");
            let follows = |pair: &[(u32, u32)]| pair[1] == (pair[0].0, pair[0].1 + 1) || pair[1] == (pair[0].0 + 1, 1);
            assert!(places[0] == (1, 1) && places.windows(2).all(follows), "{series}: {places:?}");
        }
        let slugs: BTreeSet<&str> = titles().iter().map(|title| title.slug).collect();
        assert_eq!(slugs.len(), titles().len());
    }

    #[test]
    fn the_future_is_send() {
        fn is_send(_: &impl Send) {}
        is_send(&generate(Path::new("unused"), |_| {}));
    }
}
