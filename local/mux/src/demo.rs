//! Demo media: a small catalogue of invented titles, drawn, animated and set to music by the machine that shows them.
//!
//! Nothing is downloaded and nobody's rights are touched. Every picture of a video carries the running time, so that a
//! screenshot proves where a player is.

mod draw;
mod music;
mod poster;
mod produce;
mod scene;
mod scenes;
mod titles;

use crate::encode::EncodeError;
use futures::{StreamExt, TryStreamExt};
use std::path::{Path, PathBuf};

/// Videos that are made at the same time.
const AT_ONCE: usize = 2;

/// An invented video.
pub struct Title {
    /// Its name in paths: letters, digits and `-`.
    pub slug: &'static str,
    /// Its name for people; of an episode, the episode's.
    pub title: &'static str,
    /// Two sentences at most.
    pub description: &'static str,
    /// The shelf it stands on.
    pub category: &'static str,
    /// `free`, `basic` or `premium`.
    pub required_plan: &'static str,
    /// Its place in a series.
    pub series: Option<Episode>,
    recipe: titles::Recipe,
}

/// A place in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The series' title.
    pub series: &'static str,
    /// From 1.
    pub season: u32,
    /// From 1.
    pub episode: u32,
}

/// Why demo media could not be made.
#[derive(Debug, thiserror::Error)]
#[error("{slug}: {cause}")]
pub struct DemoError {
    slug: &'static str,
    cause: EncodeError,
}

/// The catalogue: fourteen films and one series.
pub fn titles() -> &'static [Title] {
    &titles::TITLES
}

/// Makes the media of every title that `dir` does not hold yet, and returns the folder of each: what
/// [`encode`](crate::encode()) makes, with a `poster.jpg` and captions.
///
/// A folder's name holds a hash of all that its media are made from: what has changed is made again. A folder is complete
/// or not there, whenever this is interrupted. `progress` is told of every title that is made.
///
/// # Errors
/// When ffmpeg fails or the disk refuses.
pub async fn generate(dir: &Path, progress: impl Fn(&str)) -> Result<Vec<(&'static Title, PathBuf)>, DemoError> {
    let unreadable = |error: std::io::Error| DemoError { slug: "the folder", cause: error.into() };
    std::fs::create_dir_all(dir).map_err(unreadable)?;
    produce::tidy(dir).await.map_err(unreadable)?;
    let progress = &progress;
    // A list and not a lazy stream: the compiler can tell of this one that the whole future may change threads.
    let making: Vec<_> = titles()
        .iter()
        .enumerate()
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
    fn the_catalogue_has_films_for_every_plan_and_a_series() {
        let films = titles().iter().filter(|title| title.series.is_none());
        assert!(films.count() >= 12);
        let plans: BTreeSet<&str> = titles().iter().map(|title| title.required_plan).collect();
        assert_eq!(plans, BTreeSet::from(["basic", "free", "premium"]));
        let episodes: Vec<Episode> = titles().iter().filter_map(|title| title.series).collect();
        assert!(episodes.len() >= 3);
        assert!(
            episodes
                .iter()
                .zip(1..)
                .all(|(episode, number)| episode.episode == number && episode.series == episodes[0].series)
        );
        let slugs: BTreeSet<&str> = titles().iter().map(|title| title.slug).collect();
        assert_eq!(slugs.len(), titles().len());
    }

    #[test]
    fn the_future_may_change_threads() {
        fn is_send(_: &impl Send) {}
        is_send(&generate(Path::new("unused"), |_| {}));
    }
}
