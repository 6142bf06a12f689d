//! What becomes of a video by what Mux tells. Events come in any order and more than once, so every rule looks at where the
//! video stands, and none leads from ready back to processing.

use jiff::Timestamp;
use shared::models::video::{Poster, VideoStatus};
use shared::mux::client::Asset;
use shared::mux::webhook::News;
use shared::stores::videos::Video;

/// A poster, and when it was signed.
pub(crate) struct Signed {
    pub(crate) poster: Poster,
    pub(crate) at: Timestamp,
}

/// The video after the news; unchanged when they are old, or of another asset than its own.
pub(crate) fn told(before: &Video, news: &News, signed: Option<&Signed>) -> Video {
    let mut video = before.clone();
    match news {
        News::Uploaded(upload) if is_own(video.mux_upload_id.as_deref(), &upload.id) => {
            video.mux_asset_id = video.mux_asset_id.or_else(|| upload.asset_id.clone());
        }
        // Once there is an asset, its own events tell.
        News::UploadFailed(upload, reason)
            if is_own(video.mux_upload_id.as_deref(), &upload.id) && video.mux_asset_id.is_none() =>
        {
            fail(&mut video, reason);
        }
        News::Asset(asset) if is_own(video.mux_asset_id.as_deref(), &asset.id) => encoded(&mut video, asset, signed),
        News::Deleted(asset) if video.mux_asset_id.as_deref() == Some(&asset.id) => withdraw(&mut video),
        _ => {}
    }
    video
}

/// What is not known yet may be anything.
fn is_own(known: Option<&str>, told: &str) -> bool {
    known.is_none_or(|known| known == told)
}

fn encoded(video: &mut Video, asset: &Asset, signed: Option<&Signed>) {
    video.mux_asset_id = Some(asset.id.clone());
    match (asset.status.as_str(), asset.signed_playback_id(), signed) {
        ("ready", Some(playback_id), Some(signed)) => {
            if video.poster.is_none() || video.mux_playback_id.as_deref() != Some(playback_id) {
                video.poster = Some(signed.poster.clone());
                video.poster_signed_at = Some(signed.at);
            }
            video.status = VideoStatus::Ready;
            video.error_reason = None;
            video.duration = asset.duration;
            video.mux_playback_id = Some(playback_id.to_owned());
            video.captions = asset.captions();
        }
        ("ready", ..) => fail(video, "The asset has no signed playback id."),
        ("errored", ..) => fail(video, &asset.error_reason()),
        _ => {}
    }
}

fn fail(video: &mut Video, reason: &str) {
    if video.status == VideoStatus::Processing {
        video.status = VideoStatus::Error;
        video.error_reason = Some(reason.to_owned());
    }
}

/// Somebody deleted the asset at Mux: it cannot be played any more, so nobody shall see it.
fn withdraw(video: &mut Video) {
    video.status = VideoStatus::Error;
    video.error_reason = Some("The asset was deleted at Mux.".to_owned());
    video.published = false;
    video.published_at = None;
    video.mux_playback_id = None;
    video.poster = None;
    video.poster_signed_at = None;
    video.captions = Vec::new();
}
