//! The images of a video in three shapes: a row of `catalogue`. They are not in the video's row, which heartbeats read, and
//! not in the snapshot, which lists are made of, because they consist of tokens.

use crate::models::ids::VideoId;
use crate::models::poster::Images;
use crate::models::title::{PublicTitle, TitleKind};
use crate::services::{ConfigError, Services};
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::row::{EventuallyConsistent, Key, MayFail};
use crate::stores::table::Table;
use boxed::boxed;

impl Images {
    /// The key of a video's images.
    pub fn key(id: VideoId) -> Key<Self> {
        Key::simple(Table::Catalogue, "pk", format!("IMAGES#{id}"))
    }

    /// The key of a video's images, for endpoints that can do without them.
    pub fn lenient_key(id: VideoId) -> MayFail<EventuallyConsistent<Key<Self>>> {
        MayFail(EventuallyConsistent(Self::key(id)))
    }
}

/// The images in the table `catalogue`.
#[derive(Clone, Debug)]
pub struct ImageLists {
    database: Database,
}

impl ImageLists {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue]).map(|database| Self { database })
    }

    /// The images of a title. `own` are those with its own id; like its poster, a series has those of its first episode. If they cannot be
    /// read, there are none, and the title is shown without them.
    #[boxed]
    pub async fn of_title(&self, title: &PublicTitle, own: Result<Option<Images>, StoreError>) -> Images {
        let images = match title.kind {
            TitleKind::Video => own,
            TitleKind::Series => self.get(title.first_video_id).await,
        };
        images.ok().flatten().unwrap_or_default()
    }

    /// The images of a video.
    #[boxed]
    pub async fn get(&self, id: VideoId) -> Result<Option<Images>, StoreError> {
        self.database.get(&Images::key(id)).await
    }
}
