//! `POST /api/webhooks/mux`: follows a video from its upload until it is ready.

use jiff::Timestamp;
use shared::auth::signature::{self, Unverified};
use shared::endpoint::{ByMux, Call, Endpoint, Reply, Signed, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::RawBody;
use shared::models::ids::VideoId;
use shared::mux::client::Mux;
use shared::mux::intake::file_report;
use shared::mux::signer::Posters;
use shared::mux::webhook::{Event, VideoEvent};
use shared::mux::{MuxError, MuxSecret};
use shared::secrets::Secret;
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::publisher::Publisher;
use std::sync::Arc;

/// Processes an event: verifies it, checks that it is new, finds its video, and applies the change.
///
/// An event that can never be processed is answered 200, so Mux does not resend it for a day. Nothing is lost:
/// `reconcile-videos` asks Mux about every unsettled video.
pub struct MuxWebhook {
    secret: Secret<MuxSecret>,
    mux: Mux,
    posters: Posters,
    publisher: Publisher,
}

impl Endpoint for MuxWebhook {
    type Caller = Signed<ByMux>;
    type Input = RawBody;
    type Reads = ();
    type Output = ();
    const SUMMARY: &'static str = "Receives events from Mux.";
    const TAG: Tag = Tag::Webhooks;
    const CODES: &'static [Code] = &[Code::InvalidJson, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            secret: services.mux_secret()?,
            mux: Mux::connect(services)?,
            posters: Posters::connect(services).await?,
            publisher: Publisher::connect(services)?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        self.verify(&call.input, call.now).await?;
        let Some(event) = Event::read(call.input.json()?, &call.input.body) else { return Ok(Reply::new(())) };
        let Some(news) = event.video_event() else { return Ok(Reply::new(())) };
        if self.publisher.is_marked(&event.id).await? {
            return Ok(Reply::new(()));
        }
        let news = self.complete(news).await?;
        let Some((id, news)) = self.video_of(news).await? else { return Ok(Reply::new(())) };
        let Some(news) = file_report(&self.posters, news, call.now).await? else { return Ok(Reply::new(())) };
        let changed = self
            .publisher
            .change(
                id,
                |video| Ok::<_, StoreError>(Some(video.after(&news))),
                |_| Ok(vec![self.publisher.mark(&event.id, call.now)?]),
            )
            .await;
        match changed {
            // The mark already exists: another delivery of the same event was faster.
            Ok(_) | Err(StoreError::Condition(_)) => Ok(Reply::new(())),
            Err(error) => Err(error.into()),
        }
    }
}

impl MuxWebhook {
    /// Refuses bodies without Mux's signature.
    async fn verify(&self, raw: &RawBody, now: Timestamp) -> Result<(), ApiError> {
        let verify = |secret: &Arc<MuxSecret>| {
            let header = raw.header("mux-signature");
            signature::verify(&raw.body, header, &secret.webhook_secrets, now)
        };
        Ok(self.secret.verify(verify, Unverified::may_be_rotated).await?)
    }

    /// Reports about tracks contain only the asset's id; this requests the rest from Mux.
    async fn complete(&self, news: VideoEvent) -> Result<Option<VideoEvent>, MuxError> {
        let VideoEvent::Tracks { asset_id } = news else { return Ok(Some(news)) };
        unless_permanent(self.mux.asset(&asset_id).await)
            .map(|asset| asset.map(|asset| VideoEvent::Asset(Box::new(asset))))
    }

    /// The video of a report. Its id is the passthrough of the asset or of its upload. `None` for assets that are not
    /// ours.
    async fn video_of(&self, news: Option<VideoEvent>) -> Result<Option<(VideoId, VideoEvent)>, MuxError> {
        let Some(news) = news else { return Ok(None) };
        let ours = |name: Option<&str>| name.and_then(|name| name.parse::<VideoId>().ok());
        let id = match &news {
            VideoEvent::Uploaded(upload) | VideoEvent::UploadFailed(upload, _) => ours(upload.passthrough()),
            VideoEvent::Asset(asset) | VideoEvent::Deleted(asset) => {
                match (ours(asset.passthrough.as_deref()), &asset.upload_id) {
                    (None, Some(upload_id)) => unless_permanent(self.mux.upload(upload_id).await)?
                        .and_then(|upload| ours(upload.passthrough())),
                    (id, _) => id,
                }
            }
            VideoEvent::Tracks { .. } => None,
        };
        Ok(id.map(|id| (id, news)))
    }
}

/// Mux's response; `None` for a permanent failure.
fn unless_permanent<T>(answer: Result<T, MuxError>) -> Result<Option<T>, MuxError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_permanent() => Ok(None),
        Err(error) => Err(error),
    }
}
