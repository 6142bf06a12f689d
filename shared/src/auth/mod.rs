//! Tokens, password hashes, the client's address.

pub mod address;
pub mod hash;
pub mod sign_in;
pub mod token;
