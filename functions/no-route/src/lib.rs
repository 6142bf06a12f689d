//! `$default`: responds to requests that match no route, in the standard format.

use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::MethodAndPath;
use shared::services::{ConfigError, Services};

/// Every path of the template with its methods.
const ROUTES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/routes.in"));

/// Says whether the path or only the method is unknown.
pub struct NoRoute;

impl Endpoint for NoRoute {
    type Caller = Anyone;
    type Input = MethodAndPath;
    type Reads = ();
    type Output = ();
    const SUMMARY: &'static str = "Responds to requests that match no route.";
    const TAG: Tag = Tag::Service;
    const CODES: &'static [Code] = &[Code::NotFound, Code::MethodNotAllowed];

    async fn connect(_: &Services) -> Result<Self, ConfigError> {
        Ok(Self)
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<()>, ApiError> {
        let MethodAndPath { method, path } = call.input;
        Err(match methods(&path) {
            Some(allow) => {
                let message = format!("This path does not support {method}. It supports {allow}.");
                ApiError { allow: Some(allow), ..ApiError::new(Code::MethodNotAllowed, message) }
            }
            None => ApiError::new(Code::NotFound, "This path does not exist. See /api/openapi.json for all paths."),
        })
    }
}

/// The methods of a path; a fixed segment takes precedence over a parameter, as at the gateway.
fn methods(path: &str) -> Option<&'static str> {
    let matching = ROUTES.iter().filter(|(route, _)| matches(route, path));
    matching.min_by_key(|(route, _)| route.matches('{').count()).map(|(_, methods)| *methods)
}

fn matches(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(given)) if expected == given => {}
            (Some(expected), Some(given)) if expected.starts_with('{') && !given.is_empty() => {}
            _ => return false,
        }
    }
}
