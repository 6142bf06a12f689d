//! A viewer's position in a video: where to resume, and when it is completed.

use crate::models::device_clock::{DeviceClocks, ReportOrder, ReportStamp};
use crate::models::ids::VideoId;
use crate::models::number::to_millisecond;
use crate::models::viewer::ViewerKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The share of a video below which there is nothing to resume, unless the position is past [`STARTED_SECONDS`].
const STARTED_SHARE: f64 = 0.05;
/// The seconds after which there is always something to resume.
const STARTED_SECONDS: f64 = 120.0;
/// The share of a video from which it is completed, unless its credits start earlier.
const COMPLETED_SHARE: f64 = 0.9;
/// Positions below this count as the start: finer values are not useful, and DynamoDB cannot store all of them.
const POSITION_GRAIN_SECONDS: f64 = 0.001;

/// A row of `watch_history`: a viewer's position in a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchHistory {
    /// The viewer.
    #[serde(rename = "user_id")]
    pub viewer: ViewerKey,
    /// The video.
    pub video_id: VideoId,
    /// The position in seconds.
    pub progress: f64,
    /// Whether it was watched to its end. This stays true until the viewer clears it. `progress` is then the position
    /// in a repeated viewing.
    #[serde(default)]
    pub completed: bool,
    /// When it was last watched, by our clock: the time of the report that counts.
    pub last_watched_at: Timestamp,
    /// When the viewer last marked it as not watched. Earlier reports can no longer complete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
    /// The clocks of the devices that reported last.
    #[serde(default)]
    pub clocks: DeviceClocks,
    /// Incremented with every change: the second of two concurrent writers reads again.
    #[serde(default)]
    pub version: u64,
}

/// A player's report.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Its order among other reports.
    pub stamp: ReportStamp,
    /// The position in seconds, within the video.
    pub progress: f64,
    /// Whether the video has ended.
    pub is_end: bool,
}

impl Report {
    /// A player's report at `position` of a film. `is_watched` says that the film was watched to its end, whatever the
    /// position.
    pub fn new(
        stamp: ReportStamp,
        position: f64,
        is_watched: bool,
        duration: Option<f64>,
        credits_at: Option<f64>,
    ) -> Self {
        let progress = clamped(position, duration);
        Self { stamp, progress, is_end: is_watched || is_completed(progress, duration, credits_at) }
    }
}

impl WatchHistory {
    /// The row after a report that arrives at `now`; `None` if the report changes nothing.
    pub fn after(
        before: Option<&Self>,
        (viewer, video_id): (ViewerKey, VideoId),
        report: &Report,
        now: Timestamp,
    ) -> Option<Self> {
        let mut clocks = before.map(|before| before.clocks.clone()).unwrap_or_default();
        let version = before.map_or(0, |before| before.version) + 1;
        match (clocks.place(&report.stamp, before.map(|before| before.last_watched_at), now), before) {
            (ReportOrder::Latest(last_watched_at), before) => Some(Self {
                viewer,
                video_id,
                progress: report.progress,
                completed: report.is_end || before.is_some_and(|before| before.completed),
                last_watched_at,
                cleared_at: before.and_then(|before| before.cleared_at),
                clocks,
                version,
            }),
            // A completed film stays completed, however late its report arrives, unless the viewer has cleared it since.
            (ReportOrder::Late, Some(before)) => {
                let completed = before.completed || (report.is_end && !before.is_cleared());
                let is_news = (completed, &clocks) != (before.completed, &before.clocks);
                is_news.then(|| Self { completed, clocks, version, ..before.clone() })
            }
            (ReportOrder::Late | ReportOrder::Repeat, _) => None,
        }
    }

    /// The row after the viewer marks the video as watched to its end; `None` if it is marked already. `before` has the newest
    /// position.
    pub fn watched(before: Option<&Self>, (viewer, video_id): (ViewerKey, VideoId), now: Timestamp) -> Option<Self> {
        match before {
            Some(before) if before.completed => None,
            Some(before) => Some(Self {
                completed: true,
                last_watched_at: before.last_watched_at.max(now),
                version: before.version + 1,
                ..before.clone()
            }),
            None => Some(Self {
                viewer,
                video_id,
                progress: 0.0,
                completed: true,
                last_watched_at: now,
                cleared_at: None,
                clocks: DeviceClocks::default(),
                version: 1,
            }),
        }
    }

    /// The row after the viewer marks the video as not watched; `None` if that changes nothing. `before` has the newest
    /// position.
    pub fn cleared(before: Option<&Self>, now: Timestamp) -> Option<Self> {
        let before = before.filter(|before| !before.is_cleared())?;
        // Earlier reports are older than the row, so none of them restores a position.
        let at = before.last_watched_at.max(now);
        let (last_watched_at, cleared_at, version) = (at, Some(at), before.version + 1);
        Some(Self { progress: 0.0, completed: false, last_watched_at, cleared_at, version, ..before.clone() })
    }

    /// Whether the viewer marked it as not watched, and no newer report has arrived.
    pub fn is_cleared(&self) -> bool {
        self.cleared_at == Some(self.last_watched_at)
    }

    /// Whether there is something to continue.
    pub fn is_to_continue(&self, duration: Option<f64>) -> bool {
        !self.completed && is_started(self.progress, duration)
    }
}

/// A position clamped to its video, in seconds; without a known duration there is no upper limit.
pub fn clamped(position: f64, duration: Option<f64>) -> f64 {
    let position = if position < POSITION_GRAIN_SECONDS { 0.0 } else { position };
    duration.map_or(position, |duration| position.min(duration))
}

/// Whether a position is at or past the end. A credits marker outside the film is ignored.
pub fn is_completed(position: f64, duration: Option<f64>, credits_at: Option<f64>) -> bool {
    let end = duration.map(|duration| duration * COMPLETED_SHARE);
    let credits = credits_at.filter(|credits| is_credits_marker(*credits, duration));
    end.into_iter().chain(credits).reduce(f64::min).is_some_and(|end| position >= to_millisecond(end))
}

/// Whether credits can start there: after the start of the film, and before its end if that is known.
pub fn is_credits_marker(credits_at: f64, duration: Option<f64>) -> bool {
    credits_at > 0.0 && duration.is_none_or(|duration| credits_at < duration)
}

/// A valid duration: players report 0 before they know it.
pub fn known_duration(duration: Option<f64>) -> Option<f64> {
    duration.filter(|duration| *duration > 0.0)
}

/// Whether there is something to resume.
pub fn is_started(position: f64, duration: Option<f64>) -> bool {
    let start = duration.map_or(STARTED_SECONDS, |duration| (duration * STARTED_SHARE).min(STARTED_SECONDS));
    position >= to_millisecond(start)
}

/// Where to start playing: videos that were completed or barely started begin at the start.
pub fn resume_position(position: f64, completed: bool, duration: Option<f64>) -> f64 {
    let position = clamped(position, duration);
    if completed || !is_started(position, duration) { 0.0 } else { position }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ids::{UserId, uuid_v7};
    use crate::models::number::Seconds;
    use uuid::Uuid;

    #[test]
    fn barely_started_and_completed_videos_are_not_resumed() {
        let hour = Some(3_600.0);
        assert_eq!(resume_position(119.9, false, hour), 0.0);
        assert_eq!(resume_position(120.0, false, hour), 120.0);
        assert_eq!(resume_position(1.4, false, Some(30.0)), 0.0);
        assert_eq!(resume_position(1.5, false, Some(30.0)), 1.5);
        assert_eq!(resume_position(20.0, true, Some(30.0)), 0.0);
        assert_eq!(resume_position(99.0, false, Some(30.0)), 30.0);
        assert_eq!(clamped(-5.0, None), 0.0);
    }

    #[test]
    fn ninety_percent_or_the_credits_complete_a_video() {
        assert!(!is_completed(26.9, Some(30.0), None));
        assert!(is_completed(27.0, Some(30.0), None));
        assert!(is_completed(20.0, Some(30.0), Some(20.0)));
        assert!(is_completed(27.0, Some(30.0), Some(29.0)));
        assert!(!is_completed(1_000.0, None, None));
    }

    #[test]
    fn positions_at_exactly_a_share_of_an_uneven_duration_count() {
        for duration in [31.958_333, 30.0, 1.000_1, 5_401.234_567, 60.033_3] {
            let reported = |share: f64| Seconds::try_from(duration * share).expect("in range").get();
            assert!(is_completed(reported(COMPLETED_SHARE), Some(duration), None), "{duration}");
            assert!(!is_completed(reported(COMPLETED_SHARE) - 0.001, Some(duration), None), "{duration}");
        }
        let start = Seconds::try_from(31.958_333 * STARTED_SHARE).expect("in range").get();
        assert!(is_started(start, Some(31.958_333)) && !is_started(start - 0.001, Some(31.958_333)));
        let credits = Seconds::try_from(20.000_4).expect("in range").get();
        assert!(is_completed(credits, Some(31.958_333), Some(20.000_4)));
    }

    #[test]
    fn a_marker_outside_the_film_is_ignored() {
        for wrong in [0.0, -1.0, 30.0, 31.0] {
            assert!(!is_completed(26.9, Some(30.0), Some(wrong)), "{wrong}");
            assert!(is_completed(27.0, Some(30.0), Some(wrong)), "{wrong}");
        }
        assert!(is_completed(1.0, Some(30.0), Some(1.0)));
        assert!(!is_completed(0.0, None, Some(0.0)));
        assert!(is_completed(100.0, None, Some(99.0)));
    }

    fn report(playback: Uuid, second: i64, progress: f64, is_end: bool) -> Report {
        Report { stamp: ReportStamp { playback, client_time: Some(at(second)) }, progress, is_end }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    #[test]
    fn a_completed_video_stays_completed_and_has_a_position() {
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let (one, again) = (uuid_v7(at(0)), uuid_v7(at(100)));
        let done = WatchHistory::after(None, ids, &report(one, 60, 29.0, true), at(60)).expect("the first");
        let rewatched = WatchHistory::after(Some(&done), ids, &report(again, 110, 8.0, false), at(110)).expect("later");
        assert_eq!((rewatched.completed, rewatched.progress), (true, 8.0));
        assert!(!rewatched.is_to_continue(Some(30.0)));
        assert_eq!(resume_position(rewatched.progress, rewatched.completed, Some(30.0)), 0.0);
    }

    #[test]
    fn a_cleared_video_is_neither_watched_nor_to_continue_and_earlier_reports_do_not_change_that() {
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let playback = uuid_v7(at(0));
        let done = WatchHistory::after(None, ids, &report(playback, 60, 29.0, true), at(60)).expect("the first");
        let cleared = WatchHistory::cleared(Some(&done), at(100)).expect("cleared");
        assert_eq!((cleared.completed, cleared.progress, cleared.version), (false, 0.0, done.version + 1));
        assert!(!cleared.is_to_continue(Some(30.0)) && cleared.is_cleared());
        assert!(
            WatchHistory::cleared(Some(&cleared), at(101)).is_none() && WatchHistory::cleared(None, at(1)).is_none()
        );
        let late = WatchHistory::after(Some(&cleared), ids, &report(playback, 90, 29.5, true), at(110)).expect("late");
        assert_eq!((late.completed, late.progress), (false, 0.0), "reported before it was cleared");
        let again = WatchHistory::after(Some(&late), ids, &report(playback, 120, 29.9, true), at(120)).expect("later");
        assert_eq!((again.completed, again.is_cleared()), (true, false), "watched again");
    }

    #[test]
    fn a_video_is_marked_as_watched_once_and_keeps_its_position() {
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let new = WatchHistory::watched(None, ids, at(5)).expect("marked");
        assert_eq!((new.completed, new.progress, new.last_watched_at, new.version), (true, 0.0, at(5), 1));
        assert!(WatchHistory::watched(Some(&new), ids, at(6)).is_none());
        let begun = WatchHistory { completed: false, progress: 9.0, ..new };
        let marked = WatchHistory::watched(Some(&begun), ids, at(7)).expect("marked");
        assert_eq!((marked.completed, marked.progress, marked.version), (true, 9.0, 2));
        assert!(!marked.is_to_continue(Some(30.0)));
    }

    #[test]
    fn a_late_report_of_the_end_completes_without_moving_the_position() {
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let (tv, phone) = (uuid_v7(at(0)), uuid_v7(at(0)));
        let first = WatchHistory::after(None, ids, &report(tv, 10, 10.0, false), at(10)).expect("the first");
        let other = WatchHistory::after(Some(&first), ids, &report(phone, 60, 5.0, false), at(60)).expect("later");
        let late = WatchHistory::after(Some(&other), ids, &report(tv, 40, 30.0, true), at(61)).expect("completed");
        assert_eq!((late.completed, late.progress, late.last_watched_at), (true, 5.0, other.last_watched_at));
        assert!(WatchHistory::after(Some(&other), ids, &report(phone, 60, 5.0, false), at(62)).is_none(), "a repeat");
    }
}
