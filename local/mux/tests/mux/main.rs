//! The stand-in over real connections, as its clients see it.

mod api;
mod images;
mod streams;
mod support;
mod tokens;
mod uploads;
