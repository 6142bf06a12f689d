//! Tests the stand-in over real connections, as its clients use it.

mod api;
mod images;
mod streams;
mod support;
mod tokens;
mod uploads;
