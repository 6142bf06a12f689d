//! The functions of `functions/`, linked into one process.
//!
//! This crate is separate from `local` because it depends on every function, so that the platform is not compiled again
//! when a function changes.

use local::functions::{Functions, LinkedEndpoint, LinkedJob};
use shared::lambda::{mount, mount_job};
use shared::openapi::describe;

macro_rules! functions {
    (endpoints { $($endpoint:literal => $endpoint_type:ty,)* } jobs { $($job:literal => $job_type:ty,)* }) => {
        /// All functions of the service.
        pub const FUNCTIONS: Functions = Functions {
            endpoints: &[$(LinkedEndpoint {
                name: $endpoint,
                mount: mount::<$endpoint_type>,
                describe: describe::<$endpoint_type>,
            }),*],
            jobs: &[$(LinkedJob { name: $job, mount: mount_job::<$job_type> }),*],
        };
    };
}

// build.rs writes this from the folders in functions/.
include!(concat!(env!("OUT_DIR"), "/functions.in"));
