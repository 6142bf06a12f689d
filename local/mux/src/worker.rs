//! The encoder's queue: one asset at a time, in the order of arrival. It runs in real time, not on the timeline.

use crate::api::generated;
use crate::encode::{self, EncodeError, Encoded};
use crate::model::{Source, Status};
use crate::state::Mux;
use futures::StreamExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::fs;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

/// Largest source that is fetched from a URL, in bytes.
const FETCHED_BYTES_MAX: u64 = 8 << 30;
const FETCH_SECONDS_MAX: u64 = 600;

/// Encodes queued assets until the stand-in is dropped.
pub(crate) async fn work(mux: Weak<Mux>, changed: Arc<Notify>) {
    loop {
        let job = match mux.upgrade() {
            None => return,
            Some(mux) => Job::next(&mux),
        };
        let Some(job) = job else {
            changed.notified().await;
            continue;
        };
        // Dropping the work when the asset is deleted kills ffmpeg.
        let result = tokio::select! {
            result = job.run() => Some(result),
            () = job.gone(&mux, &changed) => None,
        };
        if let (Some(result), Some(mux)) = (result, mux.upgrade()) {
            job.finish(&mux, result).await;
        }
        let _ = fs::remove_dir_all(&job.folder).await;
    }
}

/// An asset to encode, with everything needed, so the work holds no reference to the state.
struct Job {
    asset_id: String,
    /// The file to encode, or the URL to fetch it from.
    source: Result<PathBuf, String>,
    /// A temporary folder, removed at the end.
    folder: PathBuf,
    http: reqwest::Client,
    failure: Option<String>,
}

impl Job {
    fn next(mux: &Mux) -> Option<Self> {
        let waiting = mux.assets.all().into_iter().filter(|asset| asset.status == Status::Preparing);
        let asset = waiting.min_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)))?;
        let source = match asset.source {
            Some(Source::Upload(upload_id)) => Ok(mux.upload_file(&upload_id)),
            Some(Source::Url(url)) => Err(url),
            None => Err(String::new()),
        };
        Some(Self {
            asset_id: asset.id,
            source,
            folder: mux.work_folder(),
            http: mux.http.clone(),
            failure: mux.next_failure.lock().expect("no panic while held").take(),
        })
    }

    async fn run(&self) -> Result<Encoded, EncodeError> {
        if let Some(reason) = &self.failure {
            return Err(EncodeError::Invalid(reason.clone()));
        }
        let media = self.media();
        fs::create_dir_all(&media).await?;
        match &self.source {
            Ok(file) => encode::encode(file, &media).await,
            Err(url) => {
                let file = self.folder.join("source");
                self.fetch(url, &file).await?;
                encode::encode(&file, &media).await
            }
        }
    }

    /// Waits until the asset no longer exists.
    async fn gone(&self, mux: &Weak<Mux>, changed: &Notify) {
        while mux.upgrade().is_some_and(|mux| mux.assets.get(&self.asset_id).is_some()) {
            changed.notified().await;
        }
    }

    /// Moves the media into place, then marks the asset as ready, so a ready asset always has its media.
    async fn finish(&self, mux: &Arc<Mux>, result: Result<Encoded, EncodeError>) {
        let Some(asset) = mux.assets.get(&self.asset_id) else { return };
        let target = mux.asset_folder(&asset);
        let _ = fs::remove_dir_all(&target).await;
        let result = match result {
            Ok(encoded) => fs::rename(self.media(), &target).await.map(|()| encoded).map_err(EncodeError::Io),
            failed => failed,
        };
        mux.finish_asset(&self.asset_id, result.map_err(|error| error.to_string()));
        generated::start(mux, &self.asset_id);
        if mux.assets.get(&self.asset_id).is_none() {
            let _ = fs::remove_dir_all(&target).await;
        }
    }

    fn media(&self) -> PathBuf {
        self.folder.join("media")
    }

    async fn fetch(&self, url: &str, file: &Path) -> Result<(), EncodeError> {
        let failed = || EncodeError::Invalid("The input could not be fetched from its URL".to_owned());
        let request = self.http.get(url).timeout(Duration::from_secs(FETCH_SECONDS_MAX));
        let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(|_| failed())?;
        let mut output = fs::File::create(file).await?;
        let mut body = std::pin::pin!(response_chunks(response));
        let mut bytes = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| failed())?;
            bytes += chunk.len() as u64;
            if bytes > FETCHED_BYTES_MAX {
                return Err(failed());
            }
            output.write_all(&chunk).await?;
        }
        Ok(output.flush().await?)
    }
}

fn response_chunks(response: reqwest::Response) -> impl futures::Stream<Item = reqwest::Result<bytes::Bytes>> {
    futures::stream::try_unfold(response, |mut response| async move {
        Ok(response.chunk().await?.map(|chunk| (chunk, response)))
    })
}
