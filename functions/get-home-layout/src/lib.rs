//! `GET /api/admin/home`: the featured title and the order of the shelves on every home screen.

use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::models::home::HomeLayout;
use shared::models::ids::{SeriesId, TitleId, VideoId};
use shared::models::series::Series;
use shared::models::video::Video;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::error::StoreError;
use shared::stores::home::HomeRow;
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Returns the layout, which `PUT` accepts as it is: a featured title that was deleted is left out.
pub struct GetHomeLayout {
    database: Database,
}

impl Endpoint for GetHomeLayout {
    type Caller = Admin;
    type Input = ();
    type Reads = Key<HomeRow>;
    type Output = HomeLayout;
    const SUMMARY: &'static str = "Returns the featured title and the order of the shelves on every home screen.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { database: services.database(&[Table::Catalogue, Table::Videos, Table::Series])? })
    }

    fn reads(&self, (): &Self::Input, _: &Identity) -> Key<HomeRow> {
        HomeRow::key()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<HomeLayout>, ApiError> {
        let layout = call.rows.unwrap_or_default().layout;
        Ok(Reply::new(self.without_deleted(layout).await?))
    }
}

impl GetHomeLayout {
    async fn without_deleted(&self, layout: HomeLayout) -> Result<HomeLayout, StoreError> {
        let Some(id) = layout.featured_id.map(TitleId::uuid) else { return Ok(layout) };
        let keys = (Video::key(VideoId::from_uuid(id)), Series::key(SeriesId::from_uuid(id)));
        Ok(match self.database.read(keys).await? {
            (None, None) => HomeLayout { featured_id: None, ..layout },
            _ => layout,
        })
    }
}
