//! `DELETE /api/admin/videos/{id}`: deletes a video, at Mux and here.

use shared::endpoint::{Admin, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Path;
use shared::models::ids::VideoId;
use shared::mux::MuxError;
use shared::mux::client::Mux;
use shared::services::{ConfigError, Services};
use shared::stores::audit::Audit;
use shared::stores::publisher::Publisher;
use shared::stores::row::Wanted;
use shared::stores::videos::Video;

/// Deletes at Mux first, then the row and the catalogue's entry in one transaction.
///
/// Mux down: nothing is deleted, and the answer says so. A crash between: asking again finishes, since what Mux does not
/// have is deleted there; and until then Mux's own event has taken the video out of the catalogue. The other way round, a
/// crash would leave an asset that nobody could name any more, and that is paid for.
pub struct DeleteVideo {
    publisher: Publisher,
    audit: Audit,
    mux: Mux,
}

impl Endpoint for DeleteVideo {
    type Caller = Admin;
    type Input = Path<VideoId>;
    type Output = ();
    const SUMMARY: &'static str = "Deletes a video for good.";
    const CODES: &'static [Code] = &[Code::NotFound, Code::VideoProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            publisher: Publisher::connect(services)?,
            audit: Audit::connect(services)?,
            mux: Mux::connect(services)?,
        })
    }

    fn reads(&self, Path(id): &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Video::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let Path(id) = call.input;
        let video: Option<Video> = call.rows.get(&Video::key(id))?;
        let video = video.ok_or_else(|| ApiError::not_found("video"))?;
        self.delete_at_mux(&video).await?;
        // One that another request deleted meanwhile is just as gone.
        self.publisher
            .change(
                id,
                |_| Ok::<_, ApiError>(None),
                |change| {
                    let deed = change.deed("video.delete", call.caller.user.id, &call.request_id, call.now);
                    Ok(vec![self.audit.note(&deed)?])
                },
            )
            .await?;
        Ok(Reply::of(()))
    }
}

impl DeleteVideo {
    async fn delete_at_mux(&self, video: &Video) -> Result<(), MuxError> {
        if let Some(asset_id) = &video.mux_asset_id {
            return self.mux.delete_asset(asset_id).await;
        }
        let Some(upload_id) = &video.mux_upload_id else { return Ok(()) };
        match self.mux.cancel_upload(upload_id).await {
            Ok(()) | Err(MuxError::NotFound) => Ok(()),
            // It waits for no file any more: it may have become an asset of which no event has told yet.
            Err(MuxError::Refused(_)) => match self.mux.upload(upload_id).await?.asset_id {
                Some(asset_id) => self.mux.delete_asset(&asset_id).await,
                None => Ok(()),
            },
            Err(error) => Err(error),
        }
    }
}
