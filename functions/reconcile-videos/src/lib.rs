//! Asks Mux about every unsettled video, because a webhook may be lost and an upload may never arrive. Also deletes
//! unneeded assets and uploads at Mux. Scheduled every five minutes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::encoding::FileReport;
use shared::models::video::{Obsolete, Video};
use shared::mux::MuxError;
use shared::mux::client::{Mux, SourceTrack, with_source};
use shared::mux::intake::{ask, understood};
use shared::mux::signer::Posters;
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::publisher::Publisher;
use shared::stores::videos::Videos;
use shared::telemetry::{Metrics, Unit};

/// The most rows per run, read at once. The next run starts with the remaining videos.
const PAGE_ROWS: i32 = 25;
const RUN_ROWS_MAX: usize = 500;
/// When a video is checked again. This is less than the time between two runs, so every run includes the video.
const AGAIN: SignedDuration = SignedDuration::from_mins(4);
/// When a video that Mux refuses is checked again.
const AGAIN_REFUSED: SignedDuration = SignedDuration::from_mins(60);
/// Consecutive failures after which Mux counts as down and the run ends.
const FAILURES_IN_A_ROW_MAX: usize = 5;

/// Checks videos one by one; none blocks the others.
pub struct ReconcileVideos {
    videos: Videos,
    publisher: Publisher,
    mux: Mux,
    posters: Posters,
    metrics: Metrics,
}

/// The schedule's event, which is not used.
#[derive(Deserialize)]
pub struct Tick {}

/// The result of a run.
#[derive(Debug, Default, Serialize)]
pub struct Reconciled {
    /// Videos that were checked.
    checked: usize,
    /// Videos that Mux refused.
    refused: usize,
    /// Videos that could not be checked now.
    failed: usize,
}

/// What was learned about a video, to be written in one change.
#[derive(Default)]
struct MuxReport {
    news: Vec<FileReport>,
    deleted: Vec<Obsolete>,
    source: Option<Vec<SourceTrack>>,
    refused: bool,
}

impl Job for ReconcileVideos {
    type Input = Tick;
    type Output = Reconciled;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            videos: Videos::connect(services)?,
            publisher: Publisher::connect(services)?,
            mux: Mux::connect(services)?,
            posters: Posters::connect(services).await?,
            metrics: services.metrics()?,
        })
    }

    async fn run(&self, _: Tick, now: Timestamp) -> Result<Reconciled, ApiError> {
        let (mut done, mut start, mut in_a_row) = (Reconciled::default(), None, 0);
        let mut last: Option<ApiError> = None;
        'pages: loop {
            let (videos, next) = self.videos.unsettled(now, PAGE_ROWS, start).await?;
            for video in videos {
                done.checked += 1;
                match self.reconcile(&video, now).await {
                    Ok(refused) => {
                        done.refused += usize::from(refused);
                        in_a_row = 0;
                    }
                    Err(error) => {
                        done.failed += 1;
                        in_a_row += 1;
                        last = Some(error);
                    }
                }
                if in_a_row == FAILURES_IN_A_ROW_MAX || done.checked == RUN_ROWS_MAX {
                    break 'pages;
                }
            }
            start = next;
            if start.is_none() {
                break;
            }
        }
        if done.refused > 0 {
            let about = json!({ "checked": done.checked });
            self.metrics.emit(now, &[("VideosRefused", Unit::Count, done.refused as f64)], &about);
        }
        // The run fails, so the alarm triggers if failures continue; the next run retries.
        last.map_or(Ok(done), Err)
    }
}

impl ReconcileVideos {
    /// Checks a video and writes the result. Returns whether Mux refused.
    async fn reconcile(&self, video: &Video, now: Timestamp) -> Result<bool, ApiError> {
        // After a failure the video goes to the end of the queue, so the others get their turn.
        let (report, failure) = match self.ask_mux(video, now).await {
            Ok(report) => (report, None),
            Err(error) => (MuxReport::default(), Some(error)),
        };
        let again = now + if report.refused { AGAIN_REFUSED } else { AGAIN };
        let rule = |video: &Video| Ok::<_, StoreError>(Some(written(video, &report, again)));
        self.publisher.change(video.id, rule, |_| Ok(Vec::new())).await?;
        failure.map_or(Ok(report.refused), |error| Err(error.into()))
    }

    async fn ask_mux(&self, video: &Video, now: Timestamp) -> Result<MuxReport, MuxError> {
        let mut report = MuxReport::default();
        if let Some(news) = unless_refused(ask(&self.mux, video, now).await, &mut report)? {
            for news in news {
                report.news.extend(understood(&self.posters, news, now).await?);
            }
        }
        for obsolete in &video.obsolete {
            if unless_refused(self.mux.delete(obsolete).await, &mut report)?.is_some() {
                report.deleted.push(obsolete.clone());
            }
        }
        if let Some(asset_id) = video.mux_asset_id.as_deref().filter(|_| video.is_to_inspect()) {
            // If Mux refuses, the tracks stay unknown. That is not a failure of the video.
            let source = unless_refused(self.mux.source_tracks(asset_id).await, &mut MuxReport::default())?;
            report.source = Some(source.unwrap_or_default());
        }
        Ok(report)
    }
}

/// Mux's report. If Mux refused, records that and returns `None`.
fn unless_refused<T>(answer: Result<T, MuxError>, report: &mut MuxReport) -> Result<Option<T>, MuxError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_permanent() => {
            report.refused = true;
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The row with what was learned.
fn written(before: &Video, report: &MuxReport, again: Timestamp) -> Video {
    let mut video = before.clone();
    for news in &report.news {
        video = video.after(news);
    }
    video.obsolete.retain(|obsolete| !report.deleted.contains(obsolete));
    if let Some(source) = report.source.as_ref().filter(|_| before.is_to_inspect()) {
        video.audio = with_source(&video.audio, source);
        video.is_inspected = true;
    }
    video.check_at = Some(again);
    video
}
