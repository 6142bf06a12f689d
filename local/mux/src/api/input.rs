//! The input of API calls: bodies, settings and pages of lists.

use crate::answer::Refusal;
use crate::model::AssetSettings;
use crate::subtitles::requested;
use axum::extract::Query;
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};

/// Mux's own limit.
const PASSTHROUGH_CHARACTERS_MAX: usize = 255;
const VIDEO_QUALITIES: [&str; 3] = ["basic", "plus", "premium"];
const PAGE_ITEMS: usize = 25;
const PAGE_ITEMS_MAX: usize = 100;

/// Parses a body as JSON, whatever its content type.
pub(super) fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(error.to_string()))
}

/// Checks Mux's limits on an asset's settings.
pub(super) fn check_settings(settings: &AssetSettings) -> Result<(), Refusal> {
    if let Some(quality) = settings.video_quality.as_deref().filter(|one| !VIDEO_QUALITIES.contains(one)) {
        return Err(Refusal::invalid(format!("video_quality: {quality} is not one of {}", VIDEO_QUALITIES.join(", "))));
    }
    requested(settings)?;
    check_passthrough(settings.passthrough.as_deref())
}

pub(super) fn check_passthrough(passthrough: Option<&str>) -> Result<(), Refusal> {
    let characters = passthrough.map_or(0, |text| text.chars().count());
    if characters > PASSTHROUGH_CHARACTERS_MAX {
        return Err(Refusal::invalid(format!("passthrough: at most {PASSTHROUGH_CHARACTERS_MAX} characters")));
    }
    Ok(())
}

/// Which page of a list is requested.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub(super) limit: Option<usize>,
    #[serde(default)]
    pub(super) page: Option<usize>,
    #[serde(default)]
    pub(super) upload_id: Option<String>,
}

impl Page {
    /// The requested page of `items`.
    pub(super) fn select<T>(&self, items: Vec<T>) -> Vec<T> {
        let limit = self.limit.unwrap_or(PAGE_ITEMS).clamp(1, PAGE_ITEMS_MAX);
        let skipped = self.page.unwrap_or(1).max(1).saturating_sub(1).saturating_mul(limit);
        items.into_iter().skip(skipped).take(limit).collect()
    }
}

pub(super) type PageQuery = Result<Query<Page>, axum::extract::rejection::QueryRejection>;

pub(super) fn page(query: PageQuery) -> Result<Page, Refusal> {
    query.map(|Query(page)| page).map_err(|error| Refusal::invalid(error.body_text()))
}
