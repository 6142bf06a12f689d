//! Signs posters anew before their tokens end, and when images have moved to another origin. It runs by itself twice a day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::video::{Poster, VideoStatus};
use shared::mux::signer::Posters;
use shared::services::{ConfigError, Services};
use shared::stores::database::StoreError;
use shared::stores::publisher::{CHANGES_MAX, Change, Publisher};
use shared::stores::videos::{Video, Videos};

/// How old a poster gets before it is signed anew: less than half of its life, so that a failed day is made up for.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Renews page by page: the rows of one page and the chunks that hold them are one transaction.
pub struct RenewImages {
    videos: Videos,
    publisher: Publisher,
    posters: Posters,
}

/// The schedule's event, of which nothing is needed.
#[derive(Deserialize)]
pub struct Tick {}

/// What was done.
#[derive(Serialize)]
pub struct Renewed {
    renewed: usize,
}

impl Job for RenewImages {
    type Input = Tick;
    type Output = Renewed;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: Videos::connect(services)?,
            publisher: Publisher::connect(services)?,
            posters: Posters::connect(services).await?,
        })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Renewed, ApiError> {
        let (mut renewed, mut after) = (0, None);
        loop {
            let (videos, next) = self.videos.page(Some(VideoStatus::Ready), CHANGES_MAX, after).await?;
            renewed += self.renew(videos, now).await?;
            after = next;
            if after.is_none() {
                return Ok(Renewed { renewed });
            }
        }
    }
}

impl RenewImages {
    async fn renew(&self, videos: Vec<Video>, now: Timestamp) -> Result<usize, ApiError> {
        let mut changes = Vec::new();
        for video in videos.into_iter().filter(|video| self.is_due(video, now)) {
            let Some(playback_id) = &video.mux_playback_id else { continue };
            let poster = self.posters.poster(playback_id, now).await?;
            changes.push(Change { after: Some(renewed(&video, &poster, now)), before: Some(video) });
        }
        if changes.is_empty() {
            return Ok(0);
        }
        match self.publisher.commit(Vec::new(), &changes).await {
            // Somebody edits one of them: each by itself, then.
            Err(StoreError::Condition(_)) => {
                for change in &changes {
                    self.renew_one(change, now).await?;
                }
            }
            result => result?,
        }
        Ok(changes.len())
    }

    async fn renew_one(&self, change: &Change, now: Timestamp) -> Result<(), ApiError> {
        let Some(Video { id, mux_playback_id, poster: Some(poster), .. }) = &change.after else { return Ok(()) };
        let rule = |video: &Video| {
            let same = video.mux_playback_id == *mux_playback_id && self.is_due(video, now);
            Ok::<_, ApiError>(Some(if same { renewed(video, poster, now) } else { video.clone() }))
        };
        self.publisher.change(*id, rule, |_| Ok(Vec::new())).await.map(drop)
    }

    fn is_due(&self, video: &Video, now: Timestamp) -> bool {
        let is_old = video.poster_signed_at.is_none_or(|at| now.duration_since(at) >= AGE_MAX);
        let leads_here = video.poster.as_ref().is_some_and(|poster| self.posters.leads_here(poster));
        video.status == VideoStatus::Ready && (is_old || !leads_here)
    }
}

fn renewed(video: &Video, poster: &Poster, now: Timestamp) -> Video {
    Video { poster: Some(poster.clone()), poster_signed_at: Some(now), ..video.clone() }
}
