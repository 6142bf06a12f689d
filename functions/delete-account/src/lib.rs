//! `DELETE /api/account`: the account goes, its subscription first.

use billing::deletion::Accounts;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Reply, Viewer};
use shared::http::error::{ApiError, Code};
use shared::services::{ConfigError, Services};

/// Deletes the caller's account.
pub struct DeleteAccount {
    accounts: Accounts,
}

/// That it is gone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gone {
    /// Always true.
    deleted: bool,
}

impl Endpoint for DeleteAccount {
    type Caller = Viewer;
    type Input = ();
    type Output = Gone;
    const SUMMARY: &'static str = "Cancels the subscription at once and deletes the account, for good.";
    const CODES: &'static [Code] = &[];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { accounts: Accounts::connect(services)? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Gone>, ApiError> {
        self.accounts.delete(&call.caller.user, call.now).await?;
        Ok(Reply::of(Gone { deleted: true }))
    }
}
