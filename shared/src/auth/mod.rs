//! Tokens, password hashes, webhook signatures, the client address.

pub mod address;
pub mod exchange;
pub mod hash;
pub mod pin;
pub mod random;
pub mod sign_in;
pub mod signature;
pub mod token;
