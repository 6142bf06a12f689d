//! A stand-in for Mux on one machine: the API, direct uploads, an encoder, signed streams and images, and webhooks.
//!
//! It behaves as the official SDKs and players expect, and refuses what Mux refuses: tokens that have expired by the
//! platform's clock, are for another resource, or were signed with a deleted key.

mod adopt;
mod answer;
mod api;
mod config;
pub mod demo;
mod encode;
mod events;
mod ids;
mod intake;
mod keys;
mod model;
mod operations;
mod origin;
mod presign;
mod shapes;
mod state;
mod subtitles;
mod table;
mod tokens;
mod worker;

pub use adopt::AdoptError;
pub use config::{Config, OpenError};
pub use encode::{ENCODER_VERSION, EncodeError, Encoded, Rendition, SOURCE_SECONDS_MAX, Storyboard, encode};
pub use keys::SigningKey;

use standin::calls::Calls;
use standin::faults::{Faults, Target};
use standin::server::Watch;
use std::path::Path;
use std::sync::Arc;

/// The stand-in. Clones share one state.
#[derive(Clone)]
pub struct MuxStandIn(Arc<state::Mux>);

impl MuxStandIn {
    /// Loads the state of an earlier run and continues from there: uploads can be resumed, and interrupted encodings
    /// start again. Must be called inside a Tokio runtime, on which the encoder then runs.
    ///
    /// # Errors
    /// If the documents or the media folder cannot be read or written.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let endpoint = events::endpoint(config.webhook_url.clone(), config.webhook_secret.clone());
        config.deliveries.set_endpoint(events::ENDPOINT_ID, Some(endpoint));
        let timeline = config.timeline.clone();
        let mux = Arc::new(state::Mux::open(config)?);
        timeline.add(Arc::new(state::UploadTimeouts(Arc::downgrade(&mux))));
        tokio::spawn(worker::work(Arc::downgrade(&mux), mux.work.clone()));
        api::tracks::resume(&mux);
        Ok(Self(mux))
    }

    /// All routes: the API under `/video/v1` and `/system/v1`, uploads under `/upload`, streams and images at the root.
    pub fn router(&self) -> axum::Router {
        api::router(&self.0).merge(intake::router(&self.0)).merge(origin::router(&self.0))
    }

    /// Records API calls and applies faults to them, by names such as `POST /video/v1/uploads`, with `{id}` for ids.
    /// Uploads, streams and images are excluded.
    pub fn watch(&self, calls: Calls, faults: Faults) -> Watch {
        Watch {
            service: "mux",
            target: Target::Mux,
            calls,
            faults,
            operation: operations::operation,
            refusal: answer::fault,
        }
    }

    /// Creates a signing key, like `POST /system/v1/signing-keys`. Unlike keys created through the API, it survives a
    /// reset.
    pub fn add_signing_key(&self) -> SigningKey {
        self.0.add_key(true).0
    }

    /// Registers a folder with the output of [`encode`] as a ready asset with one signed playback id. Its files stay
    /// where they are and are never changed; each `captions-<language>.vtt` in it becomes a text track. Sends no
    /// webhook. Repeating it changes nothing.
    ///
    /// # Errors
    /// If the folder contains no encoded video, or an id has the wrong format.
    pub async fn adopt_asset(
        &self,
        folder: &Path,
        asset_id: &str,
        playback_id: &str,
        passthrough: &str,
    ) -> Result<Encoded, AdoptError> {
        adopt::adopt(&self.0, folder, asset_id, playback_id, passthrough).await
    }

    /// Deletes all uploads, assets and keys that were created through the API, and resets all settings for tests. Keys
    /// of [`Self::add_signing_key`] stay, or are restored if they were deleted.
    pub fn reset(&self) {
        self.0.reset();
    }

    /// Sets for how many seconds new signatures of child playlists and segments are valid.
    pub fn set_child_expiry(&self, seconds: u32) {
        self.0.set_child_expiry(i64::from(seconds));
    }

    /// Makes the next encoding fail with `reason`, which the asset then shows.
    pub fn fail_next_encode(&self, reason: &str) {
        *self.0.next_failure.lock().expect("no panic while held") = Some(reason.to_owned());
    }
}
