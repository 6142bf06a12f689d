//! A stand-in for Mux on one machine: the API, direct uploads, an encoder, signed streams and images, and webhooks.
//!
//! It follows what the official SDKs and players rely on, and refuses what Mux refuses: a token that is expired by the
//! platform's clock, made for another resource, or signed by a deleted key opens nothing.

mod adopt;
mod answer;
mod api;
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
mod table;
mod tokens;
mod worker;

pub use adopt::AdoptError;
pub use encode::{ENCODER_VERSION, EncodeError, Encoded, Rendition, SOURCE_SECONDS_MAX, Storyboard, encode};
pub use keys::SigningKey;

use standin::calls::Calls;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::{Faults, Target};
use standin::server::Watch;
use standin::timeline::Timeline;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a stand-in is made of.
pub struct Config {
    /// How clients reach it, without a slash at the end: `http://127.0.0.1:3002`. URLs in its answers start so.
    pub base_url: String,
    /// The user of the API's HTTP Basic authentication.
    pub token_id: String,
    /// The password of the API's HTTP Basic authentication.
    pub token_secret: String,
    /// Signs webhooks.
    pub webhook_secret: String,
    /// Where webhooks are posted to.
    pub webhook_url: String,
    /// Uploads, renditions and images lie here, one folder an asset.
    pub media_dir: PathBuf,
    /// Uploads time out on it; its clock decides on every expiry.
    pub timeline: Timeline,
    /// Sends the webhooks.
    pub deliveries: Deliveries,
    /// Keeps everything but the media.
    pub documents: Documents,
}

/// Why a stand-in cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The folder of the media cannot be written.
    #[error("the media folder: {0}")]
    Media(#[from] std::io::Error),
    /// The state of an earlier run cannot be read.
    #[error("the documents: {0}")]
    Documents(#[from] rusqlite::Error),
}

/// The stand-in. Clones are the same one.
#[derive(Clone)]
pub struct MuxStandIn(Arc<state::Mux>);

impl MuxStandIn {
    /// Loads the state of an earlier run and goes on where it stopped: uploads can be resumed, interrupted encodings
    /// start again. Must be called inside a Tokio runtime, which the encoder then runs on.
    ///
    /// # Errors
    /// When the documents or the media folder cannot be read or written.
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

    /// Every route: the API under `/video/v1` and `/system/v1`, uploads under `/upload`, streams and images at the root.
    pub fn router(&self) -> axum::Router {
        api::router(&self.0).merge(intake::router(&self.0)).merge(origin::router(&self.0))
    }

    /// How the API's calls are recorded and struck by faults: `POST /video/v1/uploads`, with `{id}` for ids. Uploads,
    /// streams and images are not among them.
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

    /// Makes a signing key, as `POST /system/v1/signing-keys` does. Unlike that one's, it survives a reset.
    pub fn add_signing_key(&self) -> SigningKey {
        self.0.add_key(true).0
    }

    /// Registers a folder that [`encode`] has filled as a ready asset with one signed playback id. Its files stay where
    /// they are and are never changed; `captions-<language>.vtt` in it become text tracks. Sends no webhook; repeating it
    /// changes nothing.
    ///
    /// # Errors
    /// When the folder holds no encoded video, or an id is of the wrong form.
    pub async fn adopt_asset(
        &self,
        folder: &Path,
        asset_id: &str,
        playback_id: &str,
        passthrough: &str,
    ) -> Result<Encoded, AdoptError> {
        adopt::adopt(&self.0, folder, asset_id, playback_id, passthrough).await
    }

    /// Forgets all uploads, assets and keys made over the API, and every knob. Keys of [`Self::add_signing_key`] stay, or
    /// come back if they were deleted.
    pub fn reset(&self) {
        self.0.reset();
    }

    /// How many seconds the signatures of child playlists and segments live from now on.
    pub fn set_child_expiry(&self, seconds: u32) {
        self.0.set_child_expiry(i64::from(seconds));
    }

    /// Makes the next encoding fail for `reason`, which the asset then tells.
    pub fn fail_next_encode(&self, reason: &str) {
        *self.0.next_failure.lock().expect("no panic while held") = Some(reason.to_owned());
    }
}
