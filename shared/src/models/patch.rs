//! Fields of an edit: omitted, given, or given as `null` where that is allowed.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// A field that may be omitted, in a type with `#[serde(default)]`. `Field<T>` refuses `null`; `Field<Option<T>>`
/// accepts it and clears the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The value stays the same.
    #[default]
    Absent,
    /// The new value.
    Given(T),
}

impl<T: Clone> Field<T> {
    /// Replaces the old value with the given one.
    pub fn apply(&self, place: &mut T) {
        if let Self::Given(value) = self {
            place.clone_from(value);
        }
    }

    /// Replaces the old value with the given one, converted to the stored type.
    pub fn apply_as<U>(&self, place: &mut U, kept: impl FnOnce(T) -> U) {
        if let Self::Given(value) = self {
            *place = kept(value.clone());
        }
    }

    /// The given value.
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Given)
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
