//! The service through its door: the whole platform in memory, one for each test, and HTTP.

mod bootstraps;
mod continue_watching;
mod events;
mod health;
mod journey;
mod list_playback;
mod no_route;
mod openapi;
mod platform;
mod play_video;
mod stop_playback;
mod strangers;
mod tidy;
mod update_progress;
