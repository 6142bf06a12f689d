//! What Marquee's functions share: the typed endpoint and the bootstrap that runs it, the rules, and the stores.
//!
//! Start at [`endpoint`] for what a function is, at [`lambda`] for what happens to a request before and after it.

pub mod auth;
pub mod endpoint;
pub mod http;
pub mod lambda;
pub mod mail;
pub mod models;
pub mod mux;
pub mod openapi;
pub mod secrets;
pub mod services;
pub mod stores;
pub mod telemetry;
