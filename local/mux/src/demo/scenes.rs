//! The drawn scenes.

mod built;
mod heights;
mod land;

pub(super) use built::{harbour, neon_district, orbit_of_two, small_machines};
pub(super) use heights::{long_crossing, signal_hill};
pub(super) use land::{deep_quiet, last_lighthouse, northern_hours, paper_garden, salt_and_starlight, slow_train};
