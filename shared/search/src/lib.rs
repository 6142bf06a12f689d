//! Search in memory, over the texts of a catalogue: forgiving about spelling, with the best match first.
//!
//! - Case, accents, widths and ligatures do not matter ([`fold`]).
//! - Signs within a word do not matter: *Ocean's*, *S.W.A.T.* and *Spider-Man* are found as "oceans", "swat" and
//!   "spiderman", and also by their parts, "spider" and "man". In a title, two words are also found when they are typed
//!   as one, and the other way round.
//! - A word is found by its start, by another form of it (English, German, French, Spanish), and with a typo.
//! - In scripts without spaces between words, any part of a text is found, because a word could start anywhere.
//!
//! Every word of a query must occur, except for articles. The rank of a match depends on that document alone, never on how
//! often its words occur elsewhere. So its place does not move when other texts are added, and cursors stay valid.
//!
//! The vocabulary is an `fst`, which answers both "starts with" and "within one typo" by walking an automaton through it.

mod cost;
mod field;
mod find;
mod fold;
mod index;
mod query;
mod ranks;
mod stems;
mod suggest;
mod vocabulary;
mod words;

pub use field::Field;
pub use fold::{fold, is_unspaced};
pub use index::Index;
pub use ranks::Ranks;
