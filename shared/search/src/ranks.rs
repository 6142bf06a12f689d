//! The result of a search.

/// The documents that a query found, each with its rank. Lower ranks are better.
#[derive(Clone, Debug)]
pub struct Ranks(Vec<u32>);

impl Ranks {
    const NONE: u32 = u32::MAX;

    /// The ranks of all documents, in their order.
    pub(crate) fn new(ranks: impl Iterator<Item = Option<u32>>) -> Self {
        Self(ranks.map(|rank| rank.unwrap_or(Self::NONE)).collect())
    }

    /// The rank of a document; `None` if it was not found.
    pub fn get(&self, document: u32) -> Option<u32> {
        self.0.get(document as usize).copied().filter(|rank| *rank != Self::NONE)
    }

    /// The documents that were found, unordered, each with its rank.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        (0..).zip(&self.0).filter(|(_, rank)| **rank != Self::NONE).map(|(document, rank)| (document, *rank))
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|rank| *rank == Self::NONE)
    }
}
