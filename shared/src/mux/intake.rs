//! Converts what Mux says about a video's files, in a webhook or in response to a query, into reports for the model's
//! rules.

use crate::models::encoding::{AssetId, FileReport, PlayableFile};
use crate::models::video::{Video, VideoStatus};
use crate::mux::MuxError;
use crate::mux::asset::{Asset, Upload};
use crate::mux::client::Mux;
use crate::mux::signer::Posters;
use crate::mux::webhook::{CANCELLED, ERRORED, TIMED_OUT, VideoEvent};
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};

/// How long after the expiry of its URL an upload may still be waiting at Mux, before we conclude that no file was
/// sent.
const EXPIRY_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// The meaning of Mux's report for a video, with the poster of a playable asset signed; `None` if it means nothing.
#[boxed]
pub async fn file_report(posters: &Posters, news: VideoEvent, now: Timestamp) -> Result<Option<FileReport>, MuxError> {
    Ok(Some(match news {
        VideoEvent::Uploaded(upload) => FileReport::Uploaded { upload_id: upload.id, asset_id: upload.asset_id },
        VideoEvent::UploadFailed(upload, reason) => FileReport::UploadFailed { upload_id: upload.id, reason },
        VideoEvent::Asset(asset) => asset_report(posters, *asset, now).await?,
        VideoEvent::Deleted(asset) => FileReport::Deleted(AssetId { id: asset.id, upload_id: asset.upload_id }),
        VideoEvent::Tracks { .. } => return Ok(None),
    }))
}

async fn asset_report(posters: &Posters, asset: Asset, now: Timestamp) -> Result<FileReport, MuxError> {
    let id = AssetId { id: asset.id.clone(), upload_id: asset.upload_id.clone() };
    Ok(match (asset.status.as_str(), asset.film()) {
        ("ready", Ok(playback_id)) => {
            let film = PlayableFile {
                playback_id: playback_id.to_owned(),
                duration: asset.seconds(),
                captions: asset.captions(),
                audio: asset.audio(),
                poster: posters.poster(playback_id, None, now).await?,
            };
            FileReport::Ready(id, Box::new(film))
        }
        ("ready", Err(reason)) => FileReport::Failed(id, reason.to_owned()),
        ("errored", _) => FileReport::Failed(id, asset.error_reason()),
        _ => FileReport::Encoding(id),
    })
}

/// Asks Mux about the files that a video waits for, and returns its reports.
#[boxed]
pub async fn ask(mux: &Mux, video: &Video, now: Timestamp) -> Result<Vec<VideoEvent>, MuxError> {
    let mut news = Vec::new();
    if video.status == VideoStatus::Processing {
        let (upload, asset) = (video.mux_upload_id.as_deref(), video.mux_asset_id.as_deref());
        news.extend(ask_of(mux, upload, asset, video.upload_expires_at, now).await?);
    }
    if let Some(asset_id) = video.mux_asset_id.as_deref().filter(|_| video.awaits_captions()) {
        news.push(asset_event(mux, asset_id, video.mux_upload_id.as_deref()).await?);
    }
    if let Some(replacement) = video.replacement.as_ref().filter(|replacement| replacement.error_reason.is_none()) {
        let (upload, asset) = (Some(replacement.upload_id.as_str()), replacement.asset_id.as_deref());
        news.extend(ask_of(mux, upload, asset, Some(replacement.expires_at), now).await?);
    }
    Ok(news)
}

async fn ask_of(
    mux: &Mux,
    upload_id: Option<&str>,
    asset_id: Option<&str>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<VideoEvent>, MuxError> {
    if let Some(asset_id) = asset_id {
        return asset_event(mux, asset_id, upload_id).await.map(Some);
    }
    let Some(upload_id) = upload_id else { return Ok(None) };
    let is_over = expires_at.is_none_or(|at| now >= at + EXPIRY_SLACK);
    let upload = match mux.upload(upload_id).await {
        Ok(upload) => Box::new(upload),
        Err(MuxError::NotFound) => {
            return Ok(Some(VideoEvent::UploadFailed(Box::new(Upload::unknown(upload_id)), UNKNOWN)));
        }
        Err(error) if error.is_permanent() && is_over => {
            return Ok(Some(VideoEvent::UploadFailed(Box::new(Upload::unknown(upload_id)), REFUSED)));
        }
        Err(error) => return Err(error),
    };
    match (&upload.asset_id, upload.status.as_str()) {
        (Some(asset_id), _) => asset_event(mux, asset_id, Some(upload_id)).await.map(Some),
        (None, "errored") => Ok(Some(VideoEvent::UploadFailed(upload, ERRORED))),
        (None, "cancelled") => Ok(Some(VideoEvent::UploadFailed(upload, CANCELLED))),
        (None, "timed_out") => Ok(Some(VideoEvent::UploadFailed(upload, TIMED_OUT))),
        (None, _) if is_over => Ok(Some(VideoEvent::UploadFailed(upload, TIMED_OUT))),
        (None, _) => Ok(None),
    }
}

const UNKNOWN: &str = "Mux does not know the upload any more. Upload the file again.";
const REFUSED: &str = "Mux does not say what became of the upload. Upload the file again.";

async fn asset_event(mux: &Mux, asset_id: &str, upload_id: Option<&str>) -> Result<VideoEvent, MuxError> {
    let named = |mut asset: Asset| {
        asset.upload_id = asset.upload_id.or_else(|| upload_id.map(str::to_owned));
        Box::new(asset)
    };
    match mux.asset(asset_id).await {
        Ok(asset) => Ok(VideoEvent::Asset(named(asset))),
        Err(MuxError::NotFound) => Ok(VideoEvent::Deleted(named(Asset::unknown(asset_id)))),
        Err(error) => Err(error),
    }
}
