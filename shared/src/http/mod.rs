//! Responses and inputs: error codes, strict JSON, typed path, query and body, cursors, headers, compression.

pub mod body;
pub mod check;
pub mod compression;
pub mod cursor;
pub mod error;
pub mod headers;
pub mod input;
pub mod json;
pub mod refusals;
pub mod rules;
pub mod schema;
