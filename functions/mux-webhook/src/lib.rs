//! `POST /api/webhooks/mux`: follows a video from its upload to ready.

mod told;

use jiff::Timestamp;
use shared::endpoint::{Call, Endpoint, Reply, Signed};
use shared::http::error::{ApiError, Code};
use shared::http::input::Raw;
use shared::models::ids::VideoId;
use shared::mux::client::Mux;
use shared::mux::signer::Posters;
use shared::mux::webhook::{Event, News, is_genuine};
use shared::mux::{MuxError, MuxSecret};
use shared::secrets::Secret;
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::publisher::Publisher;
use told::{Signed as SignedPoster, told};

/// Takes in what Mux tells: is it genuine, is it new, which video, what becomes of it.
pub struct MuxWebhook {
    secret: Secret<MuxSecret>,
    mux: Mux,
    posters: Posters,
    publisher: Publisher,
}

impl Endpoint for MuxWebhook {
    type Caller = Signed;
    type Input = Raw;
    type Output = ();
    const SUMMARY: &'static str = "Events of Mux.";
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
        let event: Event = serde_json::from_slice(&call.input.body)
            .map_err(|_| ApiError::new(Code::InvalidJson, "The body is no event."))?;
        let Some(news) = event.news() else { return Ok(Reply::of(())) };
        if self.publisher.is_marked(&event.id).await? {
            return Ok(Reply::of(()));
        }
        let news = self.complete(news).await?;
        let Some((id, news)) = self.video_of(news).await? else { return Ok(Reply::of(())) };
        let poster = self.poster(&news, call.now).await?;
        let changed = self
            .publisher
            .change(
                id,
                |video| Ok::<_, StoreError>(Some(told(video, &news, poster.as_ref()))),
                |_| Ok(vec![self.publisher.mark(&event.id, call.now)?]),
            )
            .await;
        match changed {
            // The mark was there: another delivery of the same event was faster.
            Ok(_) | Err(StoreError::Condition(_)) => Ok(Reply::of(())),
            Err(error) => Err(error.into()),
        }
    }
}

impl MuxWebhook {
    /// Refuses what Mux did not sign. A secret may be new since it was read last.
    async fn verify(&self, raw: &Raw, now: Timestamp) -> Result<(), ApiError> {
        let header = raw.header("mux-signature").unwrap_or_default();
        let secret = self.secret.get().await.map_err(ApiError::unavailable)?;
        if is_genuine(header, &raw.body, &secret.webhook_secrets, now) {
            return Ok(());
        }
        let secret = self.secret.refreshed().await.map_err(ApiError::unavailable)?;
        if is_genuine(header, &raw.body, &secret.webhook_secrets, now) {
            return Ok(());
        }
        Err(ApiError::new(Code::InvalidSignature, "The signature does not match the body."))
    }

    /// News of tracks name an asset and nothing more of it: Mux is asked for the rest.
    async fn complete(&self, news: News) -> Result<Option<News>, MuxError> {
        let News::Tracks { asset_id } = news else { return Ok(Some(news)) };
        known(self.mux.asset(&asset_id).await).map(|asset| asset.map(|asset| News::Asset(Box::new(asset))))
    }

    /// The video that news are of: its id is what we called the asset, or its upload. `None` for what is not ours.
    async fn video_of(&self, news: Option<News>) -> Result<Option<(VideoId, News)>, MuxError> {
        let Some(news) = news else { return Ok(None) };
        let ours = |name: Option<&str>| name.and_then(|name| name.parse::<VideoId>().ok());
        let id = match &news {
            News::Uploaded(upload) | News::UploadFailed(upload, _) => ours(upload.passthrough()),
            News::Asset(asset) | News::Deleted(asset) => match (ours(asset.passthrough.as_deref()), &asset.upload_id) {
                (None, Some(upload_id)) => {
                    known(self.mux.upload(upload_id).await)?.and_then(|upload| ours(upload.passthrough()))
                }
                (id, _) => id,
            },
            News::Tracks { .. } => None,
        };
        Ok(id.map(|id| (id, news)))
    }

    /// The poster of an asset that is ready.
    async fn poster(&self, news: &News, now: Timestamp) -> Result<Option<SignedPoster>, MuxError> {
        let News::Asset(asset) = news else { return Ok(None) };
        match asset.signed_playback_id().filter(|_| asset.status == "ready") {
            Some(playback_id) => {
                let poster = self.posters.poster(playback_id, now).await?;
                Ok(Some(SignedPoster { poster, at: now }))
            }
            None => Ok(None),
        }
    }
}

/// What Mux knows; `None` for what it does not know any more.
fn known<T>(found: Result<T, MuxError>) -> Result<Option<T>, MuxError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(MuxError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
