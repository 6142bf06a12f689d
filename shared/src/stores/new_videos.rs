//! New videos: the row, its place in its series, and the audit entry in one transaction.

use crate::http::error::{ApiError, FieldIssue};
use crate::models::ids::{SeriesId, TitleId, VideoId};
use crate::models::series::Series;
use crate::models::video::Video;
use crate::models::video_edit::NewVideo;
use crate::services::{ConfigError, Services};
use crate::stores::audit::{Audit, OperatorAction};
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::publisher::Change;
use crate::stores::row::Key;
use crate::stores::series::SeriesStore;
use crate::stores::table::Table;
use crate::stores::videos::Videos;
use boxed::boxed;

/// The keys of a trailer's title, which is one of the two.
pub type TitleKeys = (Option<Key<Video>>, Option<Key<Series>>);

/// The title whose trailer a new video is.
pub fn title_keys(new: &NewVideo) -> TitleKeys {
    let title = new.trailer_of.map(TitleId::uuid);
    (title.map(|id| Video::key(VideoId::from_uuid(id))), title.map(|id| Series::key(SeriesId::from_uuid(id))))
}

/// The issue of a new trailer whose title does not exist, given the rows of [`title_keys`].
pub fn unknown_title(new: &NewVideo, film: Option<&Video>, series: Option<&Series>) -> Vec<FieldIssue> {
    let is_film = film.is_some_and(|film| film.trailer_of.is_none());
    let is_unknown = new.trailer_of.is_some() && !is_film && series.is_none();
    is_unknown.then(unknown_title_issue).into_iter().collect()
}

fn unknown_title_issue() -> FieldIssue {
    FieldIssue::new("trailer_of", "is neither a video nor a series")
}

/// The tables of a new video.
#[derive(Clone, Debug)]
pub struct NewVideos {
    database: Database,
    videos: Videos,
    series: SeriesStore,
    audit: Audit,
}

impl NewVideos {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Videos, Table::Audit])?,
            videos: Videos::connect(services)?,
            series: SeriesStore::connect(services)?,
            audit: Audit::connect(services)?,
        })
    }

    /// Writes a new video. `film` is the film whose trailer it is; other trailers belong to a series.
    ///
    /// # Errors
    /// If its place in its series is taken, its series does not exist, the title of a trailer has been deleted, or the
    /// store refuses.
    #[boxed]
    pub async fn add(&self, video: &Video, film: Option<&Video>, action: &OperatorAction) -> Result<(), ApiError> {
        let change = Change { before: None, after: Some(video.clone()) };
        let mut statements = vec![self.videos.add(video)?, self.audit.note(&change.audit_entry(action))?];
        statements.append(&mut self.series.moved(&change)?);
        let of_title = match (video.trailer_of, film) {
            (None, _) => None,
            (Some(_), Some(film)) => Some(self.videos.join(film.id)?),
            (Some(title), None) => Some(self.series.join(SeriesId::from_uuid(title.uuid()))?),
        };
        let place_of_title = of_title.is_some().then_some(statements.len());
        statements.extend(of_title);
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if place_of_title.is_some_and(|place| failed.at(place)) => {
                Err(ApiError::validation(vec![unknown_title_issue()]))
            }
            Err(error) if video.series_id.is_some() => {
                Err(self.series.placement_error(video.series_id, error).await?.into())
            }
            result => Ok(result?),
        }
    }
}
