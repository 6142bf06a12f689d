//! The pages of a list: the requested page, and the cursor of the next one.

use crate::endpoint::Page;
use crate::http::cursor::{Cursor, Cursors, PageSize};
use crate::http::error::ApiError;
use crate::secrets::Secret;
use crate::services::{Common, ConfigError, Services};
use boxed::boxed;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::pin::Pin;
use std::sync::Arc;

/// The query of a list that has no parameters other than those of its pages.
#[derive(Deserialize, JsonSchema)]
pub struct PageQuery {
    /// The most items to return.
    #[serde(default)]
    pub limit: PageSize,
    /// The cursor of the previous page's response.
    pub cursor: Option<Cursor>,
}

/// The pages of one list. A cursor is valid only for its own list and filter.
pub struct Pages {
    list: &'static str,
    common: Secret<Common>,
}

/// The requested page.
pub struct PageRequest {
    query: String,
    limit: PageSize,
    cursor: Option<Cursor>,
    common: Arc<Common>,
}

impl Pages {
    /// The pages of the list with this name, which is the function's.
    pub fn connect(services: &Services, list: &'static str) -> Result<Self, ConfigError> {
        Ok(Self { list, common: services.common()? })
    }

    /// The requested page. `filter` holds everything else that determines the list's content, such as the user.
    pub fn request<'call>(
        &'call self,
        filter: &impl Serialize,
        limit: PageSize,
        cursor: Option<Cursor>,
    ) -> Pin<Box<dyn Future<Output = Result<PageRequest, ApiError>> + Send + 'call>> {
        self.open(serde_json::to_string(&(self.list, filter)), limit, cursor)
    }

    #[boxed]
    async fn open(
        &self,
        query: serde_json::Result<String>,
        limit: PageSize,
        cursor: Option<Cursor>,
    ) -> Result<PageRequest, ApiError> {
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        Ok(PageRequest { query: query.map_err(ApiError::internal)?, limit, cursor, common })
    }
}

impl PageRequest {
    /// The most items of the page.
    pub fn limit(&self) -> usize {
        self.limit.get() as usize
    }

    /// The place after which the page starts; `None` for the first page.
    ///
    /// # Errors
    /// `INVALID_CURSOR` if the cursor is not ours, was altered, or belongs to another list or filter.
    pub fn after<Position: DeserializeOwned>(&self) -> Result<Option<Position>, ApiError> {
        Cursors::new(&self.common.cursor_key).after(&self.query, self.cursor.as_ref())
    }

    /// The cursor of the page after `last`; `None` on the last page.
    pub fn next_cursor<Position: Serialize>(&self, last: Option<Position>) -> Result<Option<String>, ApiError> {
        last.map(|place| Cursors::new(&self.common.cursor_key).seal(&self.query, &place)).transpose()
    }

    /// The response: these items, and the cursor of the next page. `last` is the place at which this page ends; `None`
    /// on the last page.
    pub fn page<Item, Position: Serialize>(
        &self,
        items: Vec<Item>,
        last: Option<Position>,
    ) -> Result<Page<Item>, ApiError> {
        Ok(Page { items, limit: self.limit.get(), next_cursor: self.next_cursor(last)? })
    }
}
