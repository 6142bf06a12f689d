//! `GET /api/account/export`: everything that is stored about the caller.

use shared::endpoint::{Call, Endpoint, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};
use shared::stores::exports::{AccountExport, Exports};

/// Reads every row about the caller.
pub struct ExportAccount {
    exports: Exports,
}

impl Endpoint for ExportAccount {
    type Caller = Viewer;
    type Input = ();
    type Reads = ();
    type Output = AccountExport;
    const SUMMARY: &'static str = "Returns everything that is stored about the caller.";
    const TAG: Tag = Tag::Account;
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { exports: Exports::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<AccountExport>, ApiError> {
        // An account that is deleted meanwhile has no sessions any more.
        let export = self.exports.of(&call.caller.user).await?;
        Ok(Reply::new(export.ok_or_else(ApiError::session_revoked)?))
    }
}
