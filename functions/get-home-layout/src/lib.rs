//! `GET /api/admin/home`: the featured title and the order of the shelves on every home screen.

use shared::auth::token::Identity;
use shared::endpoint::{Admin, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::models::home::HomeLayout;
use shared::services::{ConfigError, Services};
use shared::stores::home::HomeRow;
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Returns the layout.
pub struct GetHomeLayout;

impl Endpoint for GetHomeLayout {
    type Caller = Admin;
    type Input = ();
    type Reads = Key<HomeRow>;
    type Output = HomeLayout;
    const SUMMARY: &'static str = "Returns the featured title and the order of the shelves on every home screen.";
    const TAG: Tag = Tag::AdminCatalogue;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Catalogue])?;
        Ok(Self)
    }

    fn reads(&self, (): &Self::Input, _: &Identity) -> Key<HomeRow> {
        HomeRow::key()
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<HomeLayout>, ApiError> {
        Ok(Reply::new(call.rows.unwrap_or_default().layout))
    }
}
