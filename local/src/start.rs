//! The options and errors of a start: the initial content of the data, and why a start fails.

use crate::template::TemplateError;
use shared::services::ConfigError;
use std::io;
use std::net::Ipv4Addr;

/// The initial content of a new data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// Demo accounts and videos, and members with three months of history up to now.
    Full,
    /// Demo accounts and videos without history.
    Demo,
    /// Only prices, like a Stripe account that was just set up.
    None,
}

/// Why a platform cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The template contains something that this platform does not support.
    #[error("{0}")]
    Template(#[from] TemplateError),
    /// The template and the linked functions do not match.
    #[error("{0}")]
    Functions(String),
    /// A function cannot start with its settings from the template.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// A port is not available.
    #[error("port {port}: {source}; stop the process that uses it, or set PORT to the first of five free ports")]
    Port {
        /// The port.
        port: u16,
        /// The cause.
        source: io::Error,
    },
    /// An endpoint in the environment is not on this machine.
    #[error("{0} is {1}, which is not a loopback address; demo passwords must not leave this machine")]
    NotLoopback(String, String),
    /// The functions should run as separate processes, but the clock was moved.
    #[error(
        "BOOTSTRAPS: processes use real time, but this data directory's clock is {0} s ahead; set another DATA_DIR"
    )]
    MovedClock(i64),
    /// A port of the containers' bridge is not available.
    #[error("{address}:{port}: {source}; CONTAINER_GATEWAY must be this machine's address on the container bridge")]
    Bridge {
        /// The address of the bridge.
        address: Ipv4Addr,
        /// The port.
        port: u16,
        /// The cause.
        source: io::Error,
    },
    /// The state of an earlier run cannot be read.
    #[error("cannot read the data of an earlier run: {0}")]
    Documents(#[from] rusqlite::Error),
    /// The Mux stand-in did not open.
    #[error("the Mux stand-in: {0}")]
    Mux(#[from] mux_standin::OpenError),
    /// A request of the seed was refused.
    #[error("seed: {0}")]
    Seed(String),
    /// An I/O error.
    #[error("{0}")]
    Io(#[from] io::Error),
}
