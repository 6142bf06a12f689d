//! `GET /api/home`: the viewer's home screen in one response.

use shared::auth::token::Identity;
use shared::endpoint::{Cache, Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::models::home::{Home, Viewing, arrange};
use shared::models::streams::Slots;
use shared::models::visibility::Visibility;
use shared::services::{ConfigError, Services};
use shared::stores::catalogue::{Catalogue, Version};
use shared::stores::home::HomeRow;
use shared::stores::row::{Key, MayFail};
use shared::stores::watch_history::Histories;
use shared::stores::watchlist::Watchlists;

/// The most watchlist entries to read. This exceeds the cards shown, because some videos may be unpublished or already
/// shown elsewhere on the screen.
const WATCHLIST_READ: u32 = 60;

/// Arranges the home screen.
pub struct GetHome {
    catalogue: Catalogue,
    histories: Histories,
    watchlists: Watchlists,
}

impl Endpoint for GetHome {
    type Caller = Viewer;
    type Input = ();
    type Reads = (Key<Slots>, Key<HomeRow>, MayFail<Key<Version>>);
    type Output = Home;
    const SUMMARY: &'static str = "Returns the viewer's home screen in one response.";
    const TAG: Tag = Tag::Library;
    const CODES: &'static [Code] = &[];
    const CACHE: Cache = Cache::Tagged;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            catalogue: Catalogue::connect(services).await?,
            histories: Histories::connect(services)?,
            watchlists: Watchlists::connect(services)?,
        })
    }

    fn reads(&self, (): &(), who: &Identity) -> Self::Reads {
        (Slots::key(who.user_id), HomeRow::key(), Version::lenient_key())
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Home>, ApiError> {
        let viewer = call.caller.viewer;
        let (slots, layout, version) = call.rows;
        let slots = slots.unwrap_or_default();
        let (snapshot, (rows, complete_from), (listed, _)) = tokio::try_join!(
            self.catalogue.current(version),
            self.histories.whole(viewer, &slots),
            self.watchlists.newest(viewer, WATCHLIST_READ, None),
        )?;
        let watchlist = listed.into_iter().map(|row| row.video_id).collect();
        let viewing = Viewing { rows, complete_from, watchlist };
        let visible = Visibility::new(call.now, call.caller.age_limit());
        Ok(Reply::new(arrange(&snapshot, &viewing, &layout.unwrap_or_default().layout, visible)))
    }
}
