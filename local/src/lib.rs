//! All of Marquee on one machine: the functions behind a gateway, stand-ins for AWS, Stripe and Mux, and a console.
//!
//! Start reading at [`platform`]. There are no business rules here: these are the functions that run on Lambda, each
//! with the environment and the permissions that `template.yaml` defines.

pub mod aws;
mod bootstraps;
mod console;
pub mod containers;
mod data_dir;
pub mod functions;
pub mod gateway;
mod jobs;
mod log;
mod machine;
pub mod openapi;
pub mod permissions;
pub mod platform;
pub mod processes;
mod seed;
pub mod start;
pub mod template;
mod web;

pub use machine::Urls;
