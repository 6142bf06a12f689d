//! Pages and files outside `/api`, for browsers, crawlers and messengers.

pub mod fetch;
pub mod files;
pub mod pages;
