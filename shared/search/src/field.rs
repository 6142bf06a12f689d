//! The texts of a document.

/// The kind of a text in a document, in order of weight: a match in a title counts more than one in a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Its title.
    Title,
    /// The title of the series that it belongs to.
    Series,
    /// Its cast and crew.
    People,
    /// Its tags.
    Tags,
    /// Its category.
    Category,
    /// Its description.
    Description,
}

/// A set of fields, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fields(u8);

impl Fields {
    /// Every field.
    pub(crate) const ALL: Self = Self(u8::MAX);
    /// The fields with names rather than prose.
    pub(crate) const NAMES: Self = Self(Self::single(Field::Description).0 - 1);

    /// One field.
    pub(crate) const fn single(field: Field) -> Self {
        Self(1 << field as u8)
    }

    /// The fields of bits that [`Fields::bits`] returned.
    pub(crate) fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The set as bits.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// The fields in both sets.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The number of its weightiest field; `None` if it is empty.
    pub(crate) fn first(self) -> Option<u32> {
        (self.0 != 0).then(|| self.0.trailing_zeros())
    }
}
