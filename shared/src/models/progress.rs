//! How far a viewer is in a video: what to resume, and when it is done (contract §5).

use jiff::{SignedDuration, Timestamp};

/// Share of a video below which nothing is to be resumed, unless [`STARTED_SECONDS`] come first.
const STARTED_SHARE: f64 = 0.05;
/// Seconds after which there is always something to resume.
const STARTED_SECONDS: f64 = 120.0;
/// Share of a video from which it is completed, unless its credits start earlier.
const COMPLETED_SHARE: f64 = 0.9;
/// How far ahead of ours a client's clock is believed: a wrong one must not freeze the row.
const CLIENT_AHEAD_MAX: SignedDuration = SignedDuration::from_secs(120);

/// A position within its video, in seconds; an unknown duration bounds nothing.
pub fn clamped(position: f64, duration: Option<f64>) -> f64 {
    let position = position.max(0.0);
    duration.map_or(position, |duration| position.min(duration))
}

/// Whether a position is past what there is to see.
pub fn is_completed(position: f64, duration: Option<f64>, credits_at: Option<f64>) -> bool {
    let end = duration.map(|duration| duration * COMPLETED_SHARE);
    let end = match (end, credits_at) {
        (Some(end), Some(credits)) => Some(end.min(credits)),
        (end, credits) => end.or(credits),
    };
    end.is_some_and(|end| end > 0.0 && position >= end)
}

/// Whether there is something to come back to.
pub fn is_started(position: f64, duration: Option<f64>) -> bool {
    let start = duration.map_or(STARTED_SECONDS, |duration| (duration * STARTED_SHARE).min(STARTED_SECONDS));
    position >= start
}

/// Where to start playing: what was completed, or hardly begun, starts over.
pub fn resume_position(position: f64, completed: bool, duration: Option<f64>) -> f64 {
    let position = clamped(position, duration);
    if completed || !is_started(position, duration) { 0.0 } else { position }
}

/// The client's time as it counts: never more than two minutes ahead of ours.
pub fn client_time(told: Option<Timestamp>, now: Timestamp) -> Timestamp {
    told.unwrap_or(now).min(now + CLIENT_AHEAD_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hardly_begun_or_completed_is_resumed() {
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
    fn ninety_percent_or_the_credits_complete() {
        assert!(!is_completed(26.9, Some(30.0), None));
        assert!(is_completed(27.0, Some(30.0), None));
        assert!(is_completed(20.0, Some(30.0), Some(20.0)));
        assert!(is_completed(27.0, Some(30.0), Some(29.0)));
        assert!(!is_completed(1_000.0, None, None));
    }
}
