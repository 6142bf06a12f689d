//! A viewer's position in a video: where to resume, and when it is completed.

use crate::models::device_clock::{DeviceClocks, Order, Stamp};
use crate::models::ids::{UserId, VideoId};
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

/// A row of `watch_history`: a user's position in a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchHistory {
    /// The user.
    pub user_id: UserId,
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
    pub stamp: Stamp,
    /// The position in seconds, within the video.
    pub progress: f64,
    /// Whether the video has ended.
    pub is_end: bool,
}

impl Report {
    /// A player's report at `position` of a film. `is_watched` says that the film was watched to its end, whatever the
    /// position.
    pub fn of(stamp: Stamp, position: f64, is_watched: bool, duration: Option<f64>, credits_at: Option<f64>) -> Self {
        let progress = clamped(position, duration);
        Self { stamp, progress, is_end: is_watched || is_completed(progress, duration, credits_at) }
    }
}

impl WatchHistory {
    /// The row after a report that arrives at `now`; `None` if the report changes nothing.
    pub fn after(
        before: Option<&Self>,
        (user_id, video_id): (UserId, VideoId),
        report: &Report,
        now: Timestamp,
    ) -> Option<Self> {
        let mut clocks = before.map(|before| before.clocks.clone()).unwrap_or_default();
        let version = before.map_or(0, |before| before.version) + 1;
        match (clocks.place(&report.stamp, before.map(|before| before.last_watched_at), now), before) {
            (Order::Latest(last_watched_at), before) => Some(Self {
                user_id,
                video_id,
                progress: report.progress,
                completed: report.is_end || before.is_some_and(|before| before.completed),
                last_watched_at,
                clocks,
                version,
            }),
            // A late report can still complete the film, but never undoes that.
            (Order::Late, Some(before)) => {
                Some(Self { completed: before.completed || report.is_end, clocks, version, ..before.clone() })
            }
            (Order::Late | Order::Repeat, _) => None,
        }
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
    end.into_iter().chain(credits).reduce(f64::min).is_some_and(|end| position >= end)
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
    position >= start
}

/// Where to start playing: videos that were completed or barely started begin at the start.
pub fn resume_position(position: f64, completed: bool, duration: Option<f64>) -> f64 {
    let position = clamped(position, duration);
    if completed || !is_started(position, duration) { 0.0 } else { position }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ids::uuid_v7;
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
        Report { stamp: Stamp { playback, client_time: Some(at(second)) }, progress, is_end }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    #[test]
    fn a_completed_video_stays_completed_and_has_a_position() {
        let ids = (UserId::new(at(0)), VideoId::new(at(0)));
        let (one, again) = (uuid_v7(at(0)), uuid_v7(at(100)));
        let done = WatchHistory::after(None, ids, &report(one, 60, 29.0, true), at(60)).expect("the first");
        let rewatched = WatchHistory::after(Some(&done), ids, &report(again, 110, 8.0, false), at(110)).expect("later");
        assert_eq!((rewatched.completed, rewatched.progress), (true, 8.0));
        assert!(!rewatched.is_to_continue(Some(30.0)));
        assert_eq!(resume_position(rewatched.progress, rewatched.completed, Some(30.0)), 0.0);
    }

    #[test]
    fn a_late_report_of_the_end_completes_without_moving_the_position() {
        let ids = (UserId::new(at(0)), VideoId::new(at(0)));
        let (tv, phone) = (uuid_v7(at(0)), uuid_v7(at(0)));
        let first = WatchHistory::after(None, ids, &report(tv, 10, 10.0, false), at(10)).expect("the first");
        let other = WatchHistory::after(Some(&first), ids, &report(phone, 60, 5.0, false), at(60)).expect("later");
        let late = WatchHistory::after(Some(&other), ids, &report(tv, 40, 30.0, true), at(61)).expect("completed");
        assert_eq!((late.completed, late.progress, late.last_watched_at), (true, 5.0, other.last_watched_at));
        assert!(WatchHistory::after(Some(&other), ids, &report(phone, 60, 5.0, false), at(62)).is_none(), "a repeat");
    }
}
