//! Asks Mux about every unsettled video, because a webhook may be lost and an upload may never arrive. Also gives a
//! replaced file's captions to the new one, and deletes unneeded assets and uploads at Mux. Scheduled every five minutes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::endpoint::Job;
use shared::http::error::ApiError;
use shared::models::encoding::FileReport;
use shared::models::video::{CaptionTrack, CarriedCaptions, Obsolete, Video};
use shared::mux::MuxError;
use shared::mux::asset::{SourceTrack, with_source};
use shared::mux::client::Mux;
use shared::mux::intake::{ask, file_report};
use shared::mux::signer::{Posters, Signer};
use shared::services::{ConfigError, Services};
use shared::stores::error::StoreError;
use shared::stores::publisher::Publisher;
use shared::stores::videos::Videos;
use shared::telemetry::{Metrics, Unit};

/// The most rows per run, read at once. The next run starts with the remaining videos.
const PAGE_ROWS: i32 = 25;
const RUN_ROWS_MAX: usize = 500;
/// When a video is checked again. This is less than the time between two runs, so every run includes the video.
const RECHECK_AFTER: SignedDuration = SignedDuration::from_mins(4);
/// When a video that Mux refuses is checked again.
const RECHECK_REFUSED_AFTER: SignedDuration = SignedDuration::from_mins(60);
/// How long Mux may take to fetch the captions of a replaced file.
const CARRYING_TIME: SignedDuration = SignedDuration::from_hours(1);
/// Consecutive failures after which Mux counts as down and the run ends.
const FAILURES_IN_A_ROW_MAX: usize = 5;

/// Checks videos one by one; none blocks the others.
pub struct ReconcileVideos {
    videos: Videos,
    publisher: Publisher,
    mux: Mux,
    posters: Posters,
    signer: Signer,
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
    carried: Vec<(CarriedCaptions, Option<CaptionTrack>)>,
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
            signer: Signer::connect(services).await?,
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
        let again = now + if report.refused { RECHECK_REFUSED_AFTER } else { RECHECK_AFTER };
        let rule = |video: &Video| Ok::<_, StoreError>(Some(written(video, &report, again)));
        self.publisher.change(video.id, rule, |_| Ok(Vec::new())).await?;
        failure.map_or(Ok(report.refused), |error| Err(error.into()))
    }

    async fn ask_mux(&self, video: &Video, now: Timestamp) -> Result<MuxReport, MuxError> {
        let mut report = MuxReport::default();
        if let Some(news) = unless_refused(ask(&self.mux, video, now).await, &mut report)? {
            for news in news {
                report.news.extend(file_report(&self.posters, news, now).await?);
            }
        }
        self.carry_captions(video, now, &mut report).await?;
        // Mux reads the captions of the former file from that file.
        let is_needed = |obsolete: &Obsolete| matches!(obsolete, Obsolete::Asset(_)) && video.needs_former_file();
        for obsolete in video.obsolete.iter().filter(|obsolete| !is_needed(obsolete)) {
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

    /// Adds the captions of the former file to the current one.
    async fn carry_captions(&self, video: &Video, now: Timestamp, report: &mut MuxReport) -> Result<(), MuxError> {
        let Some(asset_id) = video.mux_asset_id.as_deref() else { return Ok(()) };
        for carried in &video.carried_captions {
            let CarriedCaptions { playback_id, track_id, language, name } = carried;
            let url = self.signer.caption_url(playback_id, track_id, now + CARRYING_TIME).await?;
            // If Mux refuses, it already has captions of that name. That is not a failure of the video.
            let added = self.mux.add_captions(asset_id, &url, language, name).await;
            let added = unless_refused(added, &mut MuxReport::default())?;
            report.carried.push((carried.clone(), added));
        }
        Ok(())
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
    for (carried, added) in &report.carried {
        video = video.with_carried(carried, added.as_ref());
    }
    video.obsolete.retain(|obsolete| !report.deleted.contains(obsolete));
    if let Some(source) = report.source.as_ref().filter(|_| before.is_to_inspect()) {
        video.audio = with_source(&video.audio, source);
        video.is_inspected = true;
    }
    video.check_at = Some(again);
    video
}
