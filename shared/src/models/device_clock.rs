//! The order of progress reports, independent of the devices' clocks.
//!
//! The service's clock orders reports. A device's clock only says how much time passed between two reports of the same
//! playback. From both, we compute when each report was made by our clock: the time of the playback's quickest report
//! so far, plus the time since then on the device's clock. So a device whose clock is hours off is treated like any
//! other, reports that were queued offline keep their order, and a delayed report does not overwrite a newer one from
//! another device.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The number of playbacks whose clocks are stored: the stream limit of the highest plan.
const CLOCKS_MAX: usize = 4;
/// The shortest interval between two reports of a running playback, in microseconds; queued reports arrive faster.
const PACE_MIN: i64 = 2_000_000;

/// How long before its playback's start a report may appear to have been made, in microseconds. If it appears older,
/// the device's clock must have been set back.
const BEFORE_START_MAX: i64 = 30 * 60 * 1_000_000;

/// What determines the order of a report.
#[derive(Clone, Copy, Debug)]
pub struct ReportStamp {
    /// The playback that reports; for a client that names none, its sign-in session.
    pub playback: Uuid,
    /// When the report was made, by the device's clock.
    pub client_time: Option<Timestamp>,
}

/// The clock of one playback's device, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct DeviceClock {
    playback: Uuid,
    /// Our clock minus the device's: the smallest difference so far, because the quickest report is the most accurate.
    offset: i64,
    /// The last late report: its time on the device's clock and on ours.
    late: Option<(i64, i64)>,
}

/// The clocks of the devices that reported last, most recent first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceClocks(Vec<DeviceClock>);

/// What one playback's reports revealed about its device's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockReading {
    #[serde(rename = "o")]
    offset: i64,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    late: Option<(i64, i64)>,
}

/// How a report relates to the known ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOrder {
    /// It is the latest, and was made at this time on our clock.
    Latest(Timestamp),
    /// It repeats the report that counts.
    Repeat,
    /// A later report has already arrived.
    Late,
}

impl DeviceClocks {
    /// The clock of a single playback.
    pub fn single(playback: Uuid, reading: Option<ClockReading>) -> Self {
        let clock = reading.map(|ClockReading { offset, late }| DeviceClock { playback, offset, late });
        Self(clock.into_iter().collect())
    }

    /// What is known about a playback's clock.
    pub fn reading(&self, playback: Uuid) -> Option<ClockReading> {
        let clock = self.0.iter().find(|clock| clock.playback == playback)?;
        Some(ClockReading { offset: clock.offset, late: clock.late })
    }

    /// Stores a playback's clock as the most recent one.
    pub fn remember(&mut self, playback: Uuid, reading: ClockReading) {
        self.0.retain(|clock| clock.playback != playback);
        self.0.insert(0, DeviceClock { playback, offset: reading.offset, late: reading.late });
        self.0.truncate(CLOCKS_MAX);
    }

    /// The index of a playback's clock.
    pub fn index(&self, playback: Uuid) -> Option<usize> {
        self.0.iter().position(|clock| clock.playback == playback)
    }

    /// The index for another playback's clock: a free one, or else that of the least recent clock.
    pub fn free_index(&self) -> usize {
        self.0.len().min(CLOCKS_MAX - 1)
    }

    /// Orders a report that arrives at `now`, where `latest` is the time of the report that counts.
    pub fn place(&mut self, stamp: &ReportStamp, latest: Option<Timestamp>, now: Timestamp) -> ReportOrder {
        let (now, latest) = (now.as_microsecond(), latest.map_or(i64::MIN, Timestamp::as_microsecond));
        let Some(device_time) = stamp.client_time.map(Timestamp::as_microsecond) else {
            return if now < latest { ReportOrder::Late } else { ReportOrder::Latest(moment(now)) };
        };
        let known = self.index(stamp.playback).map(|index| self.0.remove(index));
        let mut clock = known.unwrap_or(DeviceClock { playback: stamp.playback, offset: i64::MAX, late: None });
        let made = clock.made(device_time, started(stamp.playback), now);
        let order = match made.cmp(&latest) {
            std::cmp::Ordering::Greater => ReportOrder::Latest(moment(made)),
            std::cmp::Ordering::Equal => ReportOrder::Repeat,
            std::cmp::Ordering::Less => ReportOrder::Late,
        };
        clock.late = (order == ReportOrder::Late).then_some((device_time, now));
        self.0.insert(0, clock);
        self.0.truncate(CLOCKS_MAX);
        order
    }
}

impl DeviceClock {
    /// When a report was made, on our clock.
    fn made(&mut self, device_time: i64, started: Option<i64>, now: i64) -> i64 {
        self.offset = self.offset.min(now - device_time);
        let made = device_time + self.offset;
        // No report is made long before its playback started, and queued reports arrive together. Otherwise the
        // device's clock was set back.
        let is_impossible = started.is_some_and(|started| made < started - BEFORE_START_MAX);
        let is_set_back = is_impossible || self.late.is_some_and(|late| runs(late, device_time, now));
        if is_set_back {
            self.offset = now - device_time;
        }
        device_time + self.offset
    }
}

/// Whether about the same time has passed on the device's clock as on ours since an earlier report, within a factor of
/// two.
fn runs((device_time_before, then): (i64, i64), device_time: i64, now: i64) -> bool {
    let (on_theirs, on_ours) = (device_time - device_time_before, now - then);
    on_ours >= PACE_MIN && on_theirs >= on_ours / 2 && on_theirs <= on_ours.saturating_mul(2)
}

/// When the playback with an id started, by our clock.
fn started(playback: Uuid) -> Option<i64> {
    let (seconds, nanoseconds) = playback.get_timestamp()?.to_unix();
    i64::try_from(seconds).ok()?.checked_mul(1_000_000)?.checked_add(i64::from(nanoseconds) / 1_000)
}

fn moment(microsecond: i64) -> Timestamp {
    Timestamp::from_microsecond(microsecond).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ids::uuid_v7;

    const HOUR: i64 = 3_600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    /// Orders reports of playbacks that started at second 0, each `(playback, device's second, our second)`.
    fn orders(reports: &[(Uuid, i64, i64)]) -> Vec<bool> {
        let (mut clocks, mut latest) = (DeviceClocks::default(), None);
        let place = |&(playback, device_time, now): &(Uuid, i64, i64)| {
            let stamp = ReportStamp { playback, client_time: Some(at(device_time)) };
            let order = clocks.place(&stamp, latest, at(now));
            if let ReportOrder::Latest(made) = order {
                assert!(made <= at(now), "nothing is made after it arrived");
                latest = Some(made);
            }
            matches!(order, ReportOrder::Latest(_))
        };
        reports.iter().map(place).collect()
    }

    fn two() -> (Uuid, Uuid) {
        (uuid_v7(at(0)), uuid_v7(at(0)))
    }

    #[test]
    fn clocks_that_are_hours_wrong_lose_nothing() {
        let (tv, phone) = two();
        for wrong in [-2 * HOUR, 2 * HOUR, -20 * 365 * 24 * HOUR] {
            let reports = [(tv, 10, 10), (phone, 20 + wrong, 20), (tv, 30, 30), (phone, 40 + wrong, 40)];
            assert_eq!(orders(&reports), [true; 4], "{wrong}");
        }
    }

    #[test]
    fn a_queue_keeps_its_order() {
        let (tv, _) = two();
        assert_eq!(orders(&[(tv, 10, 10), (tv, 600, 700), (tv, 20, 700), (tv, 300, 701)]), [true, true, false, false]);
        let slow = -2 * HOUR;
        assert_eq!(orders(&[(tv, 10 + slow, 10), (tv, 600 + slow, 700), (tv, 300 + slow, 700)]), [true, true, false]);
    }

    #[test]
    fn a_delayed_report_does_not_undo_another_playback() {
        let (tv, phone) = two();
        assert_eq!(orders(&[(tv, 10, 10), (phone, 60, 60), (tv, 20, 61), (tv, 70, 70)]), [true, true, false, true]);
    }

    #[test]
    fn a_clock_corrected_during_a_film_loses_nothing() {
        let (tv, _) = two();
        let fast = 2 * HOUR;
        assert_eq!(orders(&[(tv, 10 + fast, 10), (tv, 20, 20), (tv, 30, 30)]), [true; 3], "set back");
        assert_eq!(orders(&[(tv, 10 - fast, 10), (tv, 20, 20), (tv, 30, 30)]), [true; 3], "set forward");
    }

    #[test]
    fn a_clock_set_back_by_less_than_the_playing_time_loses_one_report() {
        let (tv, _) = two();
        let far = 3 * HOUR;
        let reports =
            [(tv, far + HOUR, far), (tv, far + 10, far + 10), (tv, far + 20, far + 20), (tv, far + 30, far + 30)];
        assert_eq!(orders(&reports), [true, false, true, true]);
    }

    #[test]
    fn a_repeat_is_recognized() {
        let (tv, _) = two();
        let mut clocks = DeviceClocks::default();
        let stamp = ReportStamp { playback: tv, client_time: Some(at(5)) };
        let ReportOrder::Latest(made) = clocks.place(&stamp, None, at(10)) else { panic!("the first") };
        let before = clocks.clone();
        assert_eq!(clocks.place(&stamp, Some(made), at(12)), ReportOrder::Repeat);
        assert_eq!(clocks, before);
    }

    #[test]
    fn a_report_without_a_time_counts_when_it_arrives() {
        let (tv, _) = two();
        let stamp = ReportStamp { playback: tv, client_time: None };
        assert_eq!(DeviceClocks::default().place(&stamp, Some(at(10)), at(11)), ReportOrder::Latest(at(11)));
        assert_eq!(DeviceClocks::default().place(&stamp, Some(at(12)), at(11)), ReportOrder::Late);
    }

    #[test]
    fn extreme_dates_are_ordered_too() {
        let (tv, _) = two();
        for time in [Timestamp::MIN, Timestamp::MAX] {
            let stamp = ReportStamp { playback: tv, client_time: Some(time) };
            let mut clocks = DeviceClocks::default();
            assert_eq!(clocks.place(&stamp, None, at(10)), ReportOrder::Latest(at(10)));
            let sane = ReportStamp { client_time: Some(at(20)), ..stamp };
            assert_eq!(clocks.place(&sane, Some(at(10)), at(20)), ReportOrder::Latest(at(20)));
        }
    }
}
