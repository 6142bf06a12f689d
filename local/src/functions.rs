//! The functions of `functions/`: the same types that the Lambdas run, linked into this process.

use futures::future::BoxFuture;
use shared::lambda::{Mounted, MountedJob, mount, mount_job};
use shared::services::{ConfigError, Services};

/// Builds an endpoint from its environment and permissions in the template.
pub type MountEndpoint = for<'a> fn(&'a Services) -> BoxFuture<'a, Result<Mounted, ConfigError>>;
/// Builds a job from its environment and permissions in the template.
pub type MountJob = for<'a> fn(&'a Services) -> BoxFuture<'a, Result<MountedJob, ConfigError>>;
/// Describes an endpoint for the API document.
pub type Describe = fn(&mut shared::openapi::Generators) -> shared::openapi::Operation;

macro_rules! functions {
    (endpoints { $($endpoint:literal => $endpoint_type:ty,)* } jobs { $($job:literal => $job_type:ty,)* }) => {
        /// All functions with a route, by name.
        pub const ENDPOINTS: &[(&str, MountEndpoint)] =
            &[$(($endpoint, mount::<$endpoint_type>)),*];
        /// Each endpoint's description for the API document, by name.
        pub const DESCRIPTIONS: &[(&str, Describe)] =
            &[$(($endpoint, shared::openapi::describe::<$endpoint_type>)),*];
        /// All functions without a route, by name.
        pub const JOBS: &[(&str, MountJob)] = &[$(($job, mount_job::<$job_type>)),*];
    };
}

// build.rs writes this from the folders in functions/.
include!(concat!(env!("OUT_DIR"), "/functions.in"));
