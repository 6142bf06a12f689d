//! The position of a running playback, which its lease carries from heartbeat to heartbeat.
//!
//! A steady heartbeat writes the position only into its lease. The row of `watch_history` is written only when the
//! video becomes one to continue or is completed, and when the viewer pauses, seeks or leaves. So readers take the
//! newer of the two positions: [`WatchHistory::with`]. Nothing is lost if a player crashes, because a lease is kept
//! until its position has been written to the row.

use crate::models::device_clock::{ClockReading, DeviceClocks, ReportOrder};
use crate::models::ids::VideoId;
use crate::models::progress::{Report, WatchHistory, is_started};
use crate::models::viewer::ViewerKey;
use jiff::fmt::serde::timestamp::microsecond;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A report older than this counts as delayed.
const DELAY_MAX: SignedDuration = SignedDuration::from_secs(2);

/// A playback's position, and the state of its row in `watch_history`. The names are short because every heartbeat
/// writes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// In seconds.
    #[serde(rename = "s")]
    pub progress: f64,
    /// Whether the video was watched to its end, as far as this playback knows.
    #[serde(rename = "c")]
    pub completed: bool,
    /// When it was last watched, by our clock; `None` if never.
    #[serde(rename = "w", with = "microsecond::optional", default, skip_serializing_if = "Option::is_none")]
    pub last_watched_at: Option<Timestamp>,
    /// What its reports revealed about the device's clock.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockReading>,
    /// Whether the position may be newer than the row's.
    #[serde(rename = "a")]
    pub is_ahead: bool,
    /// Whether the viewer marked the video as not watched, and no newer report has arrived.
    #[serde(rename = "z", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cleared: bool,
    /// The row.
    #[serde(rename = "r")]
    pub row: RowMark,
}

/// What a playback knows about its row in `watch_history`: enough to write it without reading it, on the condition of
/// its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowMark {
    /// The row's version; 0 if there is no row.
    #[serde(rename = "v")]
    pub version: u64,
    /// The index of the playback's clock in the row's list of clocks.
    #[serde(rename = "k")]
    pub clock: usize,
    /// Whether the row lists the video in Continue watching.
    #[serde(rename = "l")]
    pub is_listed: bool,
    /// Whether the playback has written to it.
    #[serde(rename = "w")]
    pub is_written: bool,
}

/// What a report requires of the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// Nothing is written to the row: the lease carries the position.
    None,
    /// The position is written to the row, if the row still has this version.
    Write(RowMark),
}

impl Position {
    /// The position with which a playback starts.
    pub fn at_start(row: Option<&WatchHistory>, duration: Option<f64>) -> Self {
        Self {
            progress: row.map_or(0.0, |row| row.progress),
            completed: row.is_some_and(|row| row.completed),
            last_watched_at: row.map(|row| row.last_watched_at),
            clock: None,
            is_ahead: false,
            is_cleared: row.is_some_and(WatchHistory::is_cleared),
            row: RowMark {
                version: row.map_or(0, |row| row.version),
                clock: row.map_or(0, |row| row.clocks.free_index()),
                is_listed: row.is_some_and(|row| row.is_to_continue(duration)),
                is_written: false,
            },
        }
    }

    /// Applies a report, and returns whether the row must be written. `is_unscheduled`: the report came before the next
    /// heartbeat was due, as when a viewer pauses, seeks or leaves.
    pub fn report(
        &mut self,
        report: &Report,
        duration: Option<f64>,
        is_unscheduled: bool,
        now: Timestamp,
    ) -> RowChange {
        let playback = report.stamp.playback;
        let mut clocks = DeviceClocks::single(playback, self.clock);
        let order = clocks.place(&report.stamp, self.last_watched_at, now);
        self.clock = clocks.reading(playback).or(self.clock);
        // A completed film stays completed, however late its report arrives, unless the viewer has cleared it since.
        let is_end = report.is_end && !(order == ReportOrder::Late && self.is_cleared);
        let ends = is_end && !self.completed;
        self.completed |= is_end;
        if let ReportOrder::Latest(at) = order {
            (self.progress, self.last_watched_at, self.is_ahead) = (report.progress, Some(at), true);
            self.is_cleared = false;
        }
        let is_steady =
            matches!(order, ReportOrder::Latest(at) if now.duration_since(at) <= DELAY_MAX) && !is_unscheduled;
        let is_listed = !self.completed && is_started(self.progress, duration);
        let carries = is_steady && !ends && self.row.is_written && is_listed == self.row.is_listed;
        if carries || !(self.is_ahead || ends) {
            return RowChange::None;
        }
        let before = self.row;
        self.row = RowMark { version: before.version + 1, is_listed, is_written: true, ..before };
        RowChange::Write(before)
    }
}

impl Position {
    /// The position after the viewer deleted the video's history: later reports start a new one.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        Self { clock: self.clock, ..Self::at_start(None, None) }
    }

    /// Takes the position of a row that others have changed, unless the playback's own is newer.
    pub fn adopt(&mut self, playback: Uuid, row: &WatchHistory, duration: Option<f64>) {
        self.follow(playback, row, duration);
        self.is_cleared = row.is_cleared();
        if self.last_watched_at <= Some(row.last_watched_at) {
            (self.progress, self.last_watched_at, self.is_ahead) = (row.progress, Some(row.last_watched_at), false);
        }
    }

    /// Notes how the row is, which others have changed.
    pub fn follow(&mut self, playback: Uuid, row: &WatchHistory, duration: Option<f64>) {
        self.completed = row.completed;
        self.row = RowMark {
            version: row.version,
            clock: row.clocks.index(playback).unwrap_or_else(|| row.clocks.free_index()),
            is_listed: row.is_to_continue(duration),
            is_written: true,
        };
    }
}

impl WatchHistory {
    /// The row with the position of a lease, if that is newer.
    #[must_use]
    pub fn with(self, position: Option<&Position>) -> Self {
        match position {
            Some(Position { progress, last_watched_at: Some(at), .. }) if *at > self.last_watched_at => {
                Self { progress: *progress, last_watched_at: *at, ..self }
            }
            _ => self,
        }
    }

    /// The row merged with a playback's position, after others changed the row. `ends`: the playback reached the end.
    pub fn joined(
        before: Option<&Self>,
        (viewer, video_id): (ViewerKey, VideoId),
        playback: Uuid,
        position: &Position,
        ends: bool,
    ) -> Option<Self> {
        let last_watched_at = position.last_watched_at?;
        let mut row = before.cloned().unwrap_or(Self {
            viewer,
            video_id,
            progress: position.progress,
            completed: false,
            last_watched_at,
            cleared_at: None,
            clocks: DeviceClocks::default(),
            version: 0,
        });
        row = row.with(Some(position));
        row.completed |= ends && row.cleared_at.is_none_or(|at| at < last_watched_at);
        row.version += 1;
        if let Some(reading) = position.clock {
            row.clocks.remember(playback, reading);
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device_clock::ReportStamp;
    use crate::models::ids::{UserId, uuid_v7};

    const FILM: Option<f64> = Some(3_600.0);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    /// A playback that sends reports, each made `delay` seconds before it arrives.
    struct Player(Uuid, Position);

    impl Player {
        fn new(row: Option<&WatchHistory>) -> Self {
            Self(uuid_v7(at(0)), Position::at_start(row, FILM))
        }

        fn says(&mut self, second: i64, progress: f64, delay: i64, is_unscheduled: bool) -> bool {
            let stamp = ReportStamp { playback: self.0, client_time: Some(at(second - delay)) };
            let report = Report::new(stamp, progress, false, FILM, None);
            self.1.report(&report, FILM, is_unscheduled, at(second)) != RowChange::None
        }
    }

    fn row(progress: f64, second: i64) -> WatchHistory {
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let mut position = Position::at_start(None, FILM);
        (position.progress, position.last_watched_at) = (progress, Some(at(second)));
        WatchHistory::joined(None, ids, uuid_v7(at(0)), &position, false).expect("a report")
    }

    #[test]
    fn the_row_is_written_at_the_start_at_each_change_of_the_list_and_off_schedule() {
        let mut player = Player::new(None);
        assert!(player.says(10, 10.0, 0, false), "the first report");
        assert!(!player.says(20, 20.0, 0, false));
        assert!(player.says(30, 120.0, 0, false), "there is something to continue");
        assert!(!player.says(40, 130.0, 0, false));
        assert!(player.says(43, 133.0, 0, true), "paused");
        assert!(player.says(50, 135.0, 5, false), "delayed");
        assert!(!player.says(60, 150.0, 0, false));
        assert!(player.says(70, 3_300.0, 0, false), "completed");
        assert!(player.1.completed);
        assert!(!player.says(80, 3_310.0, 0, false), "completed before");
        assert_eq!(player.1.row.version, 5);
    }

    #[test]
    fn a_repeat_is_written_again_because_the_first_attempt_may_have_failed() {
        let mut player = Player::new(None);
        assert!(player.says(10, 10.0, 0, false));
        let before = player.1.clone();
        assert!(player.says(20, 10.0, 10, false));
        assert_eq!((player.1.progress, player.1.last_watched_at), (before.progress, before.last_watched_at));
    }

    #[test]
    fn readers_get_the_newest_of_row_and_lease() {
        let mut player = Player::new(None);
        player.says(10, 300.0, 0, false);
        assert_eq!(row(7.0, 9).with(Some(&player.1)).progress, 300.0);
        assert_eq!(row(7.0, 11).with(Some(&player.1)).progress, 7.0, "another device reported later");
        assert_eq!(row(7.0, 9).with(None).progress, 7.0);
    }

    #[test]
    fn a_playback_continues_from_a_row_that_its_viewer_cleared() {
        let mut player = Player::new(None);
        player.says(10, 10.0, 0, false);
        player.says(20, 3_500.0, 0, false);
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let done = WatchHistory::joined(None, ids, player.0, &player.1, true).expect("a report");
        let cleared = WatchHistory::cleared(Some(&done), at(30)).expect("cleared");
        player.1.adopt(player.0, &cleared, FILM);
        assert_eq!((player.1.progress, player.1.completed, player.1.is_ahead), (0.0, false, false));
        assert!(!player.says(35, 3_590.0, 10, true), "reported before it was cleared: {:?}", player.1);
        assert!(!player.1.completed);
        assert!(player.says(40, 400.0, 0, false), "the video belongs in Continue watching again");
        assert_eq!((player.1.progress, player.1.row.version), (400.0, cleared.version + 1));
        let position = Position { last_watched_at: Some(at(29)), ..player.1.clone() };
        let late = WatchHistory::joined(Some(&cleared), ids, player.0, &position, true).expect("a report");
        assert_eq!((late.completed, late.progress), (false, 0.0), "the end was reported before the row was cleared");
        let mut newer = player.1.clone();
        newer.adopt(player.0, &WatchHistory { completed: true, ..cleared }, FILM);
        assert_eq!((newer.progress, newer.is_ahead, newer.completed), (400.0, true, true), "its own position is newer");
    }

    #[test]
    fn after_its_history_is_deleted_a_playback_creates_a_new_row() {
        let mut player = Player::new(Some(&row(300.0, 5)));
        player.says(10, 310.0, 0, false);
        player.1 = player.1.forgotten();
        assert_eq!((player.1.row.version, player.1.is_ahead, player.1.last_watched_at), (0, false, None));
        assert!(player.says(20, 320.0, 0, false));
        assert_eq!(player.1.row.version, 1);
    }

    #[test]
    fn joining_moves_no_newer_position_and_clears_no_end() {
        let mut player = Player::new(None);
        player.says(10, 300.0, 0, false);
        let ids = (ViewerKey::first(UserId::new(at(0))), VideoId::new(at(0)));
        let newer = WatchHistory { completed: true, ..row(7.0, 11) };
        let joined = WatchHistory::joined(Some(&newer), ids, player.0, &player.1, false).expect("a report");
        assert_eq!((joined.progress, joined.completed, joined.version), (7.0, true, newer.version + 1));
        let silent = Player::new(Some(&newer));
        assert_eq!(Position::at_start(Some(&newer), FILM).progress, silent.1.progress);
        assert!(joined.clocks.reading(player.0).is_some(), "a late report of it can still be placed");
    }
}
