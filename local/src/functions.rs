//! The functions that the platform runs: the same types that the Lambdas run, linked into this process.

use futures::future::BoxFuture;
use shared::endpoint::Access;
use shared::lambda::{Mounted, MountedJob};
use shared::openapi::{Generators, Operation};
use shared::services::{ConfigError, Services};
use std::collections::{BTreeMap, BTreeSet};

/// All functions. The crate `service` lists them, so that the platform is not compiled again when a function changes.
#[derive(Clone, Copy, Debug)]
pub struct Functions {
    /// The functions with a route.
    pub endpoints: &'static [LinkedEndpoint],
    /// The functions without a route.
    pub jobs: &'static [LinkedJob],
}

/// A function with a route.
#[derive(Clone, Copy, Debug)]
pub struct LinkedEndpoint {
    /// The name of its folder.
    pub name: &'static str,
    /// Builds it from its environment and permissions in the template.
    pub mount: for<'a> fn(&'a Services) -> BoxFuture<'a, Result<Mounted, ConfigError>>,
    /// Describes it for the API document.
    pub describe: fn(&mut Generators) -> Operation,
}

/// A function without a route.
#[derive(Clone, Copy, Debug)]
pub struct LinkedJob {
    /// The name of its folder.
    pub name: &'static str,
    /// Builds it from its environment and permissions in the template.
    pub mount: for<'a> fn(&'a Services) -> BoxFuture<'a, Result<MountedJob, ConfigError>>,
}

impl Functions {
    /// All names.
    pub fn names(&self) -> BTreeSet<&'static str> {
        let endpoints = self.endpoints.iter().map(|endpoint| endpoint.name);
        endpoints.chain(self.jobs.iter().map(|job| job.name)).collect()
    }

    /// Who may call each endpoint, by name.
    pub fn accesses(&self) -> BTreeMap<&'static str, Access> {
        let mut generators = Generators::default();
        self.endpoints.iter().map(|endpoint| (endpoint.name, (endpoint.describe)(&mut generators).access)).collect()
    }
}
