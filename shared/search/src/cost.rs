//! How far a document is from a query.

use crate::field::{Field, Fields};

/// How far a document is from a query, or from a part of it. Less is better: first fewer typos, then a weightier field,
/// then the more exact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost(u32);

/// How the form of a word differs from the one that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It does not differ.
    Same = 0,
    /// It is another form of the word, or two words written as one.
    Related = 1,
    /// It is a longer word with the same start.
    Longer = 2,
    /// The word is an article of the query that the document lacks.
    Absent = 3,
}

/// The weight of each part in the packed number.
const TYPO: u32 = 1 << 16;
const FIELD: u32 = 1 << 8;
const FORM_BITS: u32 = FIELD - 1;

impl Cost {
    /// The document does not match.
    pub(crate) const NONE: Self = Self(u32::MAX);
    /// The initial value of a sum.
    pub(crate) const ZERO: Self = Self(0);

    /// A word found in fields; [`Cost::NONE`] if there are none.
    pub(crate) fn new(fields: Fields, form: Form, typos: u8) -> Self {
        let Some(field) = fields.first() else { return Self::NONE };
        Self(u32::from(typos) * TYPO + field * FIELD + form as u32)
    }

    /// Whether it matches.
    pub(crate) fn is_match(self) -> bool {
        self != Self::NONE
    }

    /// The sum of two costs: typos and forms add up, and the lightest field decides.
    pub(crate) fn plus(self, other: Self) -> Self {
        if !self.is_match() || !other.is_match() {
            return Self::NONE;
        }
        let typos = (self.typos() + other.typos()).min(u32::from(u8::MAX));
        let field = self.field().max(other.field());
        Self(typos * TYPO + field * FIELD + (self.forms() + other.forms()).min(FORM_BITS))
    }

    /// The sum with the cost of an optional word. Outside of the title, the word counts as missing.
    pub(crate) fn plus_optional(self, other: Self) -> Self {
        let is_in_title = other.is_match() && other.field() == Field::Title as u32 && other.typos() == 0;
        self.plus(if is_in_title { other } else { Self(Form::Absent as u32) })
    }

    /// The number of typos.
    pub(crate) fn typos(self) -> u32 {
        self.0 / TYPO
    }

    /// The number of the lightest field.
    pub(crate) fn field(self) -> u32 {
        self.0 / FIELD % (TYPO / FIELD)
    }

    /// How much the forms of its words differ.
    pub(crate) fn forms(self) -> u32 {
        self.0 & FORM_BITS
    }
}

/// The cost of every document.
#[derive(Clone, Debug)]
pub(crate) struct Costs(Vec<Cost>);

impl Costs {
    /// None of `documents` matches.
    pub(crate) fn none(documents: usize) -> Self {
        Self(vec![Cost::NONE; documents])
    }

    /// All of `documents` match, at no cost.
    pub(crate) fn zero(documents: usize) -> Self {
        Self(vec![Cost::ZERO; documents])
    }

    /// The cost of each document, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Cost> {
        self.0.iter().copied()
    }

    /// Lowers the cost of a document.
    pub(crate) fn lower(&mut self, document: u32, cost: Cost) {
        let known = &mut self.0[document as usize];
        *known = cost.min(*known);
    }

    /// The documents that match both, at the sum of the costs.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(cost, other)| *cost = cost.plus(*other));
        self
    }

    /// The documents that match this; `other` is optional.
    pub(crate) fn and_optional(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(cost, other)| *cost = cost.plus_optional(*other));
        self
    }

    /// All documents, with the cost of `other` added where it matches.
    pub(crate) fn and_if_match(mut self, other: &Self) -> Self {
        let pairs = self.0.iter_mut().zip(&other.0).filter(|(_, other)| other.is_match());
        pairs.for_each(|(cost, other)| *cost = cost.plus(*other));
        self
    }

    /// The documents that match either, at the lower cost.
    pub(crate) fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(cost, other)| *cost = (*cost).min(*other));
        self
    }
}
