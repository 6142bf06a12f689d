//! All of Marquee on one machine: the functions behind a gateway, AWS, Stripe and Mux beside them, and a console.
//!
//! Start at [`platform`]. There is no rule of the business here: the functions are those that the Lambdas run, each with
//! the environment and the permissions that `template.yaml` gives it.

pub mod aws;
mod console;
mod data_dir;
pub mod functions;
pub mod gateway;
mod jobs;
mod log;
mod machine;
pub mod openapi;
pub mod permissions;
pub mod platform;
mod seed;
pub mod template;
mod web;

pub use machine::Urls;
