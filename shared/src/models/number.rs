//! Numbers from people and players. Each has a range that can be stored exactly.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// The longest supported video, in seconds: a day.
const VIDEO_SECONDS_MAX: u32 = 86_400;

/// An integer from `MIN` to `MAX`. `5.0` in JSON is accepted as 5, as JSON Schema defines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct BoundedInteger<const MIN: i64, const MAX: i64>(i64);

/// The number of a season or an episode.
pub type Ordinal = BoundedInteger<1, 9_999>;
/// Money in minor units: Stripe accepts at most twelve digits in any currency.
pub type Amount = BoundedInteger<1, 999_999_999_999>;

impl<const MIN: i64, const MAX: i64> BoundedInteger<MIN, MAX> {
    /// A constant in range; one out of range does not compile.
    pub const fn constant<const NUMBER: i64>() -> Self {
        const { assert!(MIN <= NUMBER && NUMBER <= MAX) };
        Self(NUMBER)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The number as 32 bits, for a store or a list. A number that does not fit is clamped.
    pub fn to_u32(self) -> u32 {
        u32::try_from(self.0.max(0)).unwrap_or(u32::MAX)
    }
}

impl<const MIN: i64, const MAX: i64> TryFrom<f64> for BoundedInteger<MIN, MAX> {
    type Error = Cow<'static, str>;

    // All integers up to 2^53 are exact in a float, and no range here exceeds that.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the range is checked first")]
    fn try_from(number: f64) -> Result<Self, Self::Error> {
        if number.fract() != 0.0 {
            Err("must be a whole number".into())
        } else if number >= MIN as f64 && number <= MAX as f64 {
            Ok(Self(number as i64))
        } else {
            Err(format!("must be from {MIN} to {MAX}").into())
        }
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for BoundedInteger<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for BoundedInteger<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("whole-{MIN}-{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A position in a video or its length in seconds: from `MIN` to a day, with millisecond precision. A value closer to 0
/// becomes 0, because a store might not support it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct SecondsFrom<const MIN: u32>(f64);

/// Seconds rounded to the millisecond, the precision of positions. What a position is compared with must have the same.
pub fn to_millisecond(seconds: f64) -> f64 {
    // Adding 0 turns negative zero into zero.
    (seconds * 1_000.0).round() / 1_000.0 + 0.0
}

/// Any position in a video, or its length.
pub type Seconds = SecondsFrom<0>;
/// Where a video's credits start. It cannot be the beginning, because then the video would count as watched at once.
pub type CreditsMarker = SecondsFrom<1>;

impl<const MIN: u32> SecondsFrom<MIN> {
    /// The seconds.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl<const MIN: u32> TryFrom<f64> for SecondsFrom<MIN> {
    type Error = Cow<'static, str>;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        if (f64::from(MIN)..=f64::from(VIDEO_SECONDS_MAX)).contains(&seconds) {
            Ok(Self(to_millisecond(seconds)))
        } else {
            Err(format!("must be from {MIN} to {VIDEO_SECONDS_MAX}").into())
        }
    }
}

impl<'de, const MIN: u32> Deserialize<'de> for SecondsFrom<MIN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<const MIN: u32> JsonSchema for SecondsFrom<MIN> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("seconds-{MIN}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": MIN, "maximum": VIDEO_SECONDS_MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_value, json};

    #[test]
    fn seconds_are_limited_to_what_a_store_supports() {
        let read = |value: Value| from_value::<Seconds>(value).map(Seconds::get).ok();
        assert_eq!(read(json!(1e-140)), Some(0.0));
        assert!(read(json!(-0.0)).is_some_and(f64::is_sign_positive));
        assert_eq!(read(json!(0.1 + 0.2)), Some(0.3));
        assert_eq!(read(json!(86_400)), Some(86_400.0));
        for refused in
            [json!(1e300), json!(-1), json!(-1e-140), json!(86_400.1), json!(u64::MAX), json!("1"), json!(true)]
        {
            assert_eq!(read(refused.clone()), None, "{refused}");
        }
    }

    #[test]
    fn a_whole_number_must_be_an_integer_in_range() {
        let read = |value: Value| from_value::<BoundedInteger<1, 100>>(value).map(BoundedInteger::get).ok();
        assert_eq!((read(json!(1)), read(json!(100)), read(json!(5.0))), (Some(1), Some(100), Some(5)));
        for refused in [
            json!(0),
            json!(101),
            json!(-1),
            json!(1.5),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(1e300),
            json!(-0.0),
            json!("5"),
            json!(true),
            json!(null),
        ] {
            assert_eq!(read(refused.clone()), None, "{refused}");
        }
    }
}
