//! The stand-in's state, and the life cycle of uploads and assets.

use crate::config::{Config, OpenError};
use crate::encode::Encoded;
use crate::ids;
use crate::keys::{self, SigningKey};
use crate::model::{Asset, AssetSettings, KeyRecord, PlaybackId, Policy, Source, Status, Upload, UploadStatus};
use crate::presign::Presigner;
use crate::subtitles;
use crate::table::Table;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rand::distr::{Alphanumeric, SampleString};
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::timeline::{Timeline, WorkSource};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::{Notify, Semaphore};

/// How long child playlists and segments can be fetched: longer than anybody watches a single video.
const CHILD_EXPIRY_SECONDS: i64 = 12 * 3600;
/// Stills that are generated in parallel.
const IMAGES_AT_ONCE: usize = 2;

/// The state shared by requests, the encoder and the timeline.
pub(crate) struct Mux {
    pub(crate) base_url: String,
    pub(crate) token_id: String,
    pub(crate) token_secret: String,
    media_dir: PathBuf,
    clock: Clock,
    timeline: Timeline,
    pub(crate) deliveries: Deliveries,
    pub(crate) uploads: Table<Upload>,
    pub(crate) assets: Table<Asset>,
    pub(crate) keys: Table<KeyRecord>,
    pub(crate) presigner: Presigner,
    pub(crate) http: reqwest::Client,
    pub(crate) image_turns: Semaphore,
    /// Notified whenever an asset needs encoding or no longer needs it.
    pub(crate) work: Arc<Notify>,
    child_expiry_seconds: AtomicI64,
    pub(crate) next_failure: Mutex<Option<String>>,
    /// Allows one writer at a time for the file of an upload.
    writers: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Mux {
    pub(crate) fn open(config: Config) -> Result<Self, OpenError> {
        let documents = &config.documents;
        // Remove the leftovers of a killed encoder.
        let _ = std::fs::remove_dir_all(config.media_dir.join("work"));
        for folder in ["uploads", "assets", "images", "work"] {
            std::fs::create_dir_all(config.media_dir.join(folder))?;
        }
        let secrets: Table<String> = Table::open("mux.secret", documents)?;
        let secret = secrets.get("presign").unwrap_or_else(|| {
            let fresh = Alphanumeric.sample_string(&mut rand::rng(), 43);
            secrets.put("presign", fresh.clone());
            fresh
        });
        Ok(Self {
            base_url: config.base_url.trim_end_matches('/').to_owned(),
            token_id: config.token_id,
            token_secret: config.token_secret,
            // ffmpeg runs in a different directory, where a relative path would be wrong.
            media_dir: config.media_dir.canonicalize()?,
            clock: config.timeline.clock().clone(),
            timeline: config.timeline,
            deliveries: config.deliveries,
            uploads: Table::open("mux.upload", documents)?,
            assets: Table::open("mux.asset", documents)?,
            keys: Table::open("mux.signing_key", documents)?,
            presigner: Presigner::new(secret.into_bytes()),
            http: reqwest::Client::builder().no_proxy().build().map_err(std::io::Error::other)?,
            image_turns: Semaphore::new(IMAGES_AT_ONCE),
            work: Arc::default(),
            child_expiry_seconds: AtomicI64::new(CHILD_EXPIRY_SECONDS),
            next_failure: Mutex::default(),
            writers: Mutex::default(),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn child_expires_at(&self) -> Timestamp {
        self.now() + SignedDuration::from_secs(self.child_expiry_seconds.load(Ordering::SeqCst))
    }

    pub(crate) fn set_child_expiry(&self, seconds: i64) {
        self.child_expiry_seconds.store(seconds, Ordering::SeqCst);
    }

    /// The file to which a direct upload is written.
    pub(crate) fn upload_file(&self, upload_id: &str) -> PathBuf {
        self.media_dir.join("uploads").join(upload_id)
    }

    /// A temporary folder, on the same disk as its result.
    pub(crate) fn work_folder(&self) -> PathBuf {
        self.media_dir.join("work").join(ids::id())
    }

    /// The folder with the encoded media of an asset.
    pub(crate) fn asset_folder(&self, asset: &Asset) -> PathBuf {
        asset.adopted.clone().unwrap_or_else(|| self.media_dir.join("assets").join(&asset.id))
    }

    /// The folder with an asset's cached stills.
    pub(crate) fn image_folder(&self, asset: &Asset) -> PathBuf {
        self.media_dir.join("images").join(&asset.id)
    }

    /// The URL that accepts an upload's file.
    pub(crate) fn upload_url(&self, upload: &Upload) -> String {
        let path = format!("/upload/{}", upload.id);
        format!("{}{}", self.base_url, self.presigner.sign(&path, upload.expires_at()))
    }

    pub(crate) fn writer(&self, upload_id: &str) -> Arc<tokio::sync::Mutex<()>> {
        self.writers.lock().expect("no panic while held").entry(upload_id.to_owned()).or_default().clone()
    }

    fn forget_writer(&self, upload_id: &str) {
        self.writers.lock().expect("no panic while held").remove(upload_id);
    }

    pub(crate) fn add_upload(&self, cors_origin: String, timeout_seconds: i64, settings: AssetSettings) -> Upload {
        let upload = Upload {
            id: ids::id(),
            status: UploadStatus::Waiting,
            cors_origin,
            timeout_seconds,
            settings,
            asset_id: None,
            total_bytes: None,
            created_at: self.now(),
        };
        self.uploads.put(&upload.id, upload.clone());
        self.upload_event("created", &upload);
        self.timeline.wake();
        upload
    }

    /// Ends an upload that is still waiting; `None` if it is not waiting.
    pub(crate) fn end_upload(&self, id: &str, status: UploadStatus) -> Option<Upload> {
        let ended = self.uploads.change(id, |upload| {
            let waits = upload.status == UploadStatus::Waiting;
            upload.status = status;
            waits
        })?;
        let _ = std::fs::remove_file(self.upload_file(id));
        self.forget_writer(id);
        if status == UploadStatus::Cancelled {
            self.upload_event("cancelled", &ended);
        }
        Some(ended)
    }

    /// Turns an upload whose file is complete into an asset.
    pub(crate) fn finish_upload(&self, upload: &Upload) {
        let source = Source::Upload(upload.id.clone());
        let asset = self.new_asset(upload.settings.clone(), Some(upload.id.clone()), source);
        let changed = self.uploads.change(&upload.id, |upload| {
            upload.status = UploadStatus::AssetCreated;
            upload.asset_id = Some(asset.id.clone());
            true
        });
        self.forget_writer(&upload.id);
        self.asset_event("created", &asset);
        if let Some(upload) = changed {
            self.upload_event("asset_created", &upload);
        }
        self.work.notify_one();
    }

    /// Creates an asset whose source is fetched from a URL.
    pub(crate) fn add_asset(&self, settings: AssetSettings, url: String) -> Asset {
        let asset = self.new_asset(settings, None, Source::Url(url));
        self.asset_event("created", &asset);
        self.work.notify_one();
        asset
    }

    fn new_asset(&self, settings: AssetSettings, upload_id: Option<String>, source: Source) -> Asset {
        let policies = settings.playback_policies.iter();
        let playback_ids = policies.map(|policy| PlaybackId { id: ids::id(), policy: *policy }).collect();
        let asset = Asset {
            id: ids::id(),
            status: Status::Preparing,
            created_at: self.now(),
            settings,
            playback_ids,
            tracks: Vec::new(),
            upload_id,
            source: Some(source),
            adopted: None,
            encoded: None,
            error: None,
        };
        self.assets.put(&asset.id, asset.clone());
        asset
    }

    /// Records the result of an asset's encoding.
    pub(crate) fn finish_asset(&self, id: &str, result: Result<Encoded, String>) {
        let mut source = None;
        let finished = self.assets.change(id, |asset| {
            source = asset.source.take();
            match result {
                Ok(encoded) => {
                    (asset.status, asset.encoded) = (Status::Ready, Some(encoded));
                    asset.tracks.extend(subtitles::tracks(&asset.settings));
                }
                Err(message) => (asset.status, asset.error) = (Status::Errored, Some(message)),
            }
            true
        });
        if let Some(Source::Upload(upload_id)) = source {
            let _ = std::fs::remove_file(self.upload_file(&upload_id));
        }
        if let Some(asset) = finished {
            self.asset_event(if asset.status == Status::Ready { "ready" } else { "errored" }, &asset);
        }
    }

    /// Registers media that are already encoded; repeating it changes nothing.
    pub(crate) fn adopt(&self, asset: Asset) {
        let before = self.assets.get(&asset.id);
        if before.as_ref().is_some_and(|before| before.adopted != asset.adopted) {
            let _ = std::fs::remove_dir_all(self.image_folder(&asset));
        }
        let created_at = before.map_or(asset.created_at, |before| before.created_at);
        self.assets.put(&asset.id.clone(), Asset { created_at, ..asset });
    }

    pub(crate) fn remove_asset(&self, id: &str) -> Option<Asset> {
        let asset = self.assets.remove(id)?;
        self.remove_media(&asset);
        self.asset_event("deleted", &asset);
        self.work.notify_one();
        Some(asset)
    }

    /// The asset of a playback id, and whether it needs a token.
    pub(crate) fn played_by(&self, playback_id: &str) -> Option<(Asset, Policy)> {
        let policy_of =
            |asset: &Asset| asset.playback_ids.iter().find(|one| one.id == playback_id).map(|one| one.policy);
        let asset = self.assets.find(|asset| policy_of(asset).is_some())?;
        let policy = policy_of(&asset)?;
        Some((asset, policy))
    }

    pub(crate) fn add_key(&self, provisioned: bool) -> (SigningKey, KeyRecord) {
        let (private_key_base64_pem, public_key) = keys::generate();
        let record = KeyRecord { id: ids::id(), created_at: self.now(), public_key, provisioned, deleted: false };
        self.keys.put(&record.id, record.clone());
        (SigningKey { id: record.id.clone(), private_key_base64_pem }, record)
    }

    /// Deletes uploads, assets and keys that were created through the API; restores provisioned keys.
    pub(crate) fn reset(&self) {
        for upload in self.uploads.all() {
            let _ = std::fs::remove_file(self.upload_file(&upload.id));
        }
        let assets = self.assets.all();
        self.uploads.clear();
        self.assets.clear();
        for asset in assets {
            self.remove_media(&asset);
        }
        for key in self.keys.all() {
            if key.provisioned {
                self.keys.put(&key.id.clone(), KeyRecord { deleted: false, ..key });
            } else {
                self.keys.remove(&key.id);
            }
        }
        self.set_child_expiry(CHILD_EXPIRY_SECONDS);
        *self.next_failure.lock().expect("no panic while held") = None;
        self.writers.lock().expect("no panic while held").clear();
        self.work.notify_one();
        self.timeline.wake();
    }

    fn remove_media(&self, asset: &Asset) {
        if asset.adopted.is_none() {
            let _ = std::fs::remove_dir_all(self.asset_folder(asset));
        }
        let _ = std::fs::remove_dir_all(self.image_folder(asset));
        if let Some(Source::Upload(upload_id)) = &asset.source {
            let _ = std::fs::remove_file(self.upload_file(upload_id));
        }
    }
}

/// Times out uploads on the timeline when their URLs expire.
pub(crate) struct UploadTimeouts(pub(crate) Weak<Mux>);

impl UploadTimeouts {
    fn next(&self) -> Option<(Timestamp, String)> {
        let uploads = self.0.upgrade()?.uploads.all();
        let waiting = uploads.into_iter().filter(|upload| upload.status == UploadStatus::Waiting);
        waiting.map(|upload| (upload.expires_at(), upload.id)).min()
    }
}

impl WorkSource for UploadTimeouts {
    fn next_due(&self) -> Option<Timestamp> {
        self.next().map(|(due, _)| due)
    }

    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let (Some((due, id)), Some(mux)) = (self.next(), self.0.upgrade())
                && due <= now
            {
                mux.end_upload(&id, UploadStatus::TimedOut);
            }
        })
    }
}
