//! The configuration of a stand-in, and why it cannot be opened.

use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::timeline::Timeline;
use std::path::PathBuf;

/// The configuration of a stand-in.
pub struct Config {
    /// The URL for clients, without a trailing slash: `http://127.0.0.1:3002`. URLs in responses start with it.
    pub base_url: String,
    /// The user of the API's HTTP Basic authentication.
    pub token_id: String,
    /// The password of the API's HTTP Basic authentication.
    pub token_secret: String,
    /// The secret that signs webhooks.
    pub webhook_secret: String,
    /// The URL to which webhooks are posted.
    pub webhook_url: String,
    /// The folder for uploads, renditions and images, with one subfolder per asset.
    pub media_dir: PathBuf,
    /// The timeline on which uploads time out; its clock decides every expiry.
    pub timeline: Timeline,
    /// Delivers the webhooks.
    pub deliveries: Deliveries,
    /// Stores everything except the media.
    pub documents: Documents,
}

/// Why a stand-in cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The media folder cannot be written.
    #[error("the media folder: {0}")]
    Media(#[from] std::io::Error),
    /// The state of an earlier run cannot be read.
    #[error("the documents: {0}")]
    Documents(#[from] rusqlite::Error),
}
