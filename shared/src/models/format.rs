//! The `format` names in schemas, each with its check. The bootstrap and the API document use the same list.

use crate::models::device_login::{USER_CODE_FORMAT, UserCode};
use crate::models::email::{DELIVERABLE_FORMAT, EMAIL_FORMAT, Email, NewEmail};
use crate::models::facts::{COUNTRY_FORMAT, Country};
use crate::models::ids::{ID_FORMAT, NotAnId, read_id};
use crate::models::password::{PASSWORD_FORMAT, PIN_FORMAT, is_common, is_pin};
use crate::models::preferences::{LANGUAGE_TAG_FORMAT, is_language_tag};
use crate::models::text::{self, OneLine, OneLineOrBlank, Paragraphs, ParagraphsOrBlank, Rule};
use crate::models::time::{DAY_FORMAT, DEVICE_TIME_FORMAT, Day, DeviceTime, MOMENT_FORMAT, Moment};
use std::borrow::Cow;

/// The schema's `format` for a cursor.
pub const CURSOR_FORMAT: &str = "cursor";

/// A format: text that passes its check is valid and bounded.
#[derive(Clone, Copy)]
pub struct Format {
    /// The name in schemas.
    pub name: &'static str,
    /// What is wrong with a text, as a message for people. It never repeats the text.
    pub check: fn(&str) -> Result<(), Cow<'static, str>>,
}

/// Every format that an input's schema may name.
pub const ALL: [Format; 16] = [
    Format { name: OneLine::FORMAT, check: text::check::<OneLine> },
    Format { name: OneLineOrBlank::FORMAT, check: text::check::<OneLineOrBlank> },
    Format { name: Paragraphs::FORMAT, check: text::check::<Paragraphs> },
    Format { name: ParagraphsOrBlank::FORMAT, check: text::check::<ParagraphsOrBlank> },
    // A cursor is verified only when it is opened.
    Format { name: CURSOR_FORMAT, check: |_| Ok(()) },
    Format { name: ID_FORMAT, check: |text| read_id(text).map(|_| ()).ok_or_else(|| NotAnId.to_string().into()) },
    Format { name: MOMENT_FORMAT, check: |text| text.parse::<Moment>().map(|_| ()).map_err(Cow::from) },
    Format { name: DEVICE_TIME_FORMAT, check: |text| text.parse::<DeviceTime>().map(|_| ()).map_err(Cow::from) },
    Format { name: DAY_FORMAT, check: |text| text.parse::<Day>().map(|_| ()).map_err(Cow::from) },
    Format {
        name: LANGUAGE_TAG_FORMAT,
        check: |text| if is_language_tag(text) { Ok(()) } else { Err("must be a language tag, such as pt-BR".into()) },
    },
    Format { name: COUNTRY_FORMAT, check: |text| text.parse::<Country>().map(|_| ()).map_err(Cow::from) },
    Format {
        name: USER_CODE_FORMAT,
        check: |text| text.parse::<UserCode>().map(|_| ()).map_err(|error| error.to_string().into()),
    },
    Format {
        name: EMAIL_FORMAT,
        check: |text| text.parse::<Email>().map(|_| ()).map_err(|error| error.to_string().into()),
    },
    Format {
        name: DELIVERABLE_FORMAT,
        check: |text| text.parse::<NewEmail>().map(|_| ()).map_err(|error| error.to_string().into()),
    },
    Format {
        name: PASSWORD_FORMAT,
        check: |text| {
            if is_common(text) {
                return Err("is among the most common passwords; please choose another".into());
            }
            Ok(())
        },
    },
    Format { name: PIN_FORMAT, check: |text| if is_pin(text) { Ok(()) } else { Err("must be four digits".into()) } },
];

/// Checks a text against a format; `None` if the text passes or there is no such format.
pub fn issue(format: &str, text: &str) -> Option<Cow<'static, str>> {
    ALL.iter().find(|one| one.name == format).and_then(|one| (one.check)(text).err())
}
