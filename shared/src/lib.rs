//! The code that Marquee's functions share: typed endpoints and the bootstrap that runs them, the rules, and the
//! stores.
//!
//! Start at [`endpoint`] to see what a function is, and at [`lambda`] to see what happens before and after its handler.

pub mod auth;
pub mod endpoint;
pub mod http;
pub mod lambda;
pub mod mail;
pub mod member_details;
pub mod models;
pub mod mux;
pub mod openapi;
pub mod pages;
pub mod profiles;
pub mod runtime;
pub mod secrets;
pub mod services;
pub mod stores;
pub mod telemetry;
pub mod web;
