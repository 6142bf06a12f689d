//! The lifetime of signed URLs.

use jiff::SignedDuration;

/// The shortest lifetime.
const LIFE_MIN: SignedDuration = SignedDuration::from_hours(1);
/// The longest lifetime.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(6);
/// The factor on the remaining length of the video, which allows for pauses.
const LIFE_SHARE: f64 = 1.25;

/// The share of the lifetime after which players request a new grant.
pub const REFRESH_SHARE: f64 = 0.8;

/// 1.25 times the remaining length of the video, at least an hour, at most six.
pub fn life(duration: Option<f64>, position: f64) -> SignedDuration {
    let left = duration.map_or(0.0, |duration| (duration - position).max(0.0));
    let seconds = (left * LIFE_SHARE).min(LIFE_MAX.as_secs_f64());
    SignedDuration::from_secs_f64(seconds.ceil()).clamp(LIFE_MIN, LIFE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_lasts_longer_than_the_video_within_bounds() {
        assert_eq!(life(Some(60.0), 0.0), LIFE_MIN);
        assert_eq!(life(None, 0.0), LIFE_MIN);
        assert_eq!(life(Some(7_200.0), 0.0), SignedDuration::from_secs(9_000));
        assert_eq!(life(Some(7_200.0), 3_600.0), SignedDuration::from_secs(4_500));
        assert_eq!(life(Some(90_000.0), 0.0), LIFE_MAX);
    }
}
