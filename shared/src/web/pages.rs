//! The pages of titles: the app's own page, with a head for crawlers and messengers.

use crate::endpoint::Reply;
use crate::http::error::ApiError;
use crate::models::ids::SeriesId;
use crate::models::shell::Shell;
use crate::models::title::TitleKind;
use crate::models::title_head::TitleHead;
use crate::services::{ConfigError, Services};
use crate::stores::catalogue::{Catalogue, Version};
use crate::stores::error::StoreError;
use crate::web::fetch::{FetchError, Fetcher};
use crate::web::files::Html;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};

/// How long the app's page is cached.
const SHELL_AGE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// The largest page of the app, in bytes.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// Builds the pages of titles: puts a title's head into the app's page.
pub struct TitlePages {
    catalogue: Catalogue,
    fetcher: Fetcher,
    origin: String,
    cached: Mutex<Option<Cached>>,
}

/// The app's page as it was last fetched.
#[derive(Clone)]
struct Cached {
    shell: Arc<Shell>,
    checked_at: Timestamp,
}

impl TitlePages {
    /// Connects with this function's settings. The first request fetches the app's page.
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let origin = services.web_origin()?;
        let fetcher = Fetcher::connect(services, &origin)?;
        Ok(Self { catalogue: Catalogue::connect(services).await?, fetcher, origin, cached: Mutex::default() })
    }

    /// The page of the title with this id. If there is no public title of this kind with the id, the response is the app's
    /// own page with status 404, and the app shows its usual message. If the catalogue cannot be read, the status is 503.
    ///
    /// # Errors
    /// If the app's page cannot be fetched and no earlier copy exists.
    #[boxed]
    pub async fn page(
        &self,
        kind: TitleKind,
        id: &str,
        version: Result<Option<Version>, StoreError>,
        now: Timestamp,
    ) -> Result<Reply<Html>, ApiError> {
        let (shell, snapshot) = tokio::join!(self.shell(now), self.catalogue.current(version));
        let shell = shell.map_err(ApiError::unavailable)?;
        let Ok(snapshot) = snapshot else {
            return Ok(Reply::with_status(Html(shell.unlisted()), 503));
        };
        let title = id.parse().ok().and_then(|id| snapshot.title(id, now)).filter(|title| title.kind == kind);
        let Some(title) = title else {
            return Ok(Reply::with_status(Html(shell.unlisted()), 404));
        };
        let series =
            title.series_id.and_then(|id: SeriesId| snapshot.series(id, now.into())).map(|series| series.title);
        let head = TitleHead { title: &title, series: series.as_deref(), origin: &self.origin };
        Ok(Reply::new(Html(shell.filled(&head.html()))))
    }

    /// The app's page: at most a minute old, or the last copy while it cannot be fetched.
    async fn shell(&self, now: Timestamp) -> Result<Arc<Shell>, FetchError> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cached) = &cached
            && now.duration_since(cached.checked_at) < SHELL_AGE_MAX
        {
            return Ok(cached.shell.clone());
        }
        let shell = match (self.fetched().await, cached) {
            (Ok(shell), _) => Arc::new(shell),
            (Err(_), Some(cached)) => cached.shell,
            (Err(error), None) => return Err(error),
        };
        let checked = Cached { shell: shell.clone(), checked_at: now };
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(checked);
        Ok(shell)
    }

    async fn fetched(&self) -> Result<Shell, FetchError> {
        let page = self.fetcher.file(&format!("{}/index.html", self.origin), "text/html", PAGE_BYTES_MAX).await?;
        std::str::from_utf8(&page).map(Shell::parse).map_err(|_| FetchError::Unexpected)
    }
}
