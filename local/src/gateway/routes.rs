//! Routing as in an HTTP API: the most specific route that matches path and method, or else `$default`.

use crate::template::{Route, Template};
use http::Method;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// All routes of a template.
pub(super) struct Routes {
    paths: Vec<Entry>,
    default: Option<String>,
}

struct Entry {
    key: String,
    method: Option<Method>,
    segments: Vec<Segment>,
    function: String,
}

enum Segment {
    Static(String),
    Parameter(String),
}

/// The route of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Matched<'a> {
    /// `GET /api/videos/{id}`, or `$default`.
    pub(super) key: &'a str,
    /// The function's name.
    pub(super) function: &'a str,
    /// The path parameters, decoded.
    pub(super) parameters: BTreeMap<&'a str, String>,
}

impl Routes {
    pub(super) fn new(template: &Template) -> Self {
        let mut routes = Self { paths: Vec::new(), default: None };
        for function in template.functions.values() {
            for route in &function.routes {
                match route {
                    Route::Default => routes.default = Some(function.name.clone()),
                    Route::Path(method, path) => routes.paths.push(Entry {
                        key: route.key(),
                        method: method.clone(),
                        segments: path.split('/').skip(1).map(Segment::read).collect(),
                        function: function.name.clone(),
                    }),
                }
            }
        }
        routes
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Matched<'_>> {
        let asked: Vec<&str> = path.split('/').skip(1).collect();
        let candidates = self.paths.iter().filter(|entry| entry.takes(method, &asked));
        match candidates.max_by_key(|entry| entry.rank()) {
            Some(entry) => {
                let both = entry.segments.iter().zip(&asked);
                let parameters = both.filter_map(|(segment, value)| match segment {
                    Segment::Parameter(name) => {
                        Some((name.as_str(), percent_decode_str(value).decode_utf8_lossy().into_owned()))
                    }
                    Segment::Static(_) => None,
                });
                Some(Matched { key: &entry.key, function: &entry.function, parameters: parameters.collect() })
            }
            None => {
                let function = self.default.as_deref()?;
                Some(Matched { key: "$default", function, parameters: BTreeMap::new() })
            }
        }
    }
}

impl Entry {
    fn takes(&self, method: &Method, asked: &[&str]) -> bool {
        let is_same = |(segment, value): (&Segment, &&str)| match segment {
            Segment::Static(text) => text == value,
            Segment::Parameter(_) => !value.is_empty(),
        };
        self.method.as_ref().is_none_or(|own| own == method)
            && self.segments.len() == asked.len()
            && self.segments.iter().zip(asked).all(is_same)
    }

    /// Static segments rank before parameters, compared from the left; then a method ranks before `ANY`.
    fn rank(&self) -> (Vec<bool>, bool) {
        let statics = self.segments.iter().map(|segment| matches!(segment, Segment::Static(_)));
        (statics.collect(), self.method.is_some())
    }
}

impl Segment {
    fn read(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Static(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(all: &[(Option<Method>, &str)]) -> Routes {
        let entry = |(method, path): &(Option<Method>, &str)| {
            let route = Route::Path(method.clone(), (*path).to_owned());
            Entry {
                key: route.key(),
                method: method.clone(),
                segments: path.split('/').skip(1).map(Segment::read).collect(),
                function: "some".into(),
            }
        };
        Routes { paths: all.iter().map(entry).collect(), default: Some("no-route".into()) }
    }

    #[test]
    fn a_static_segment_takes_precedence_over_a_parameter() {
        let routes = routes(&[(Some(Method::GET), "/api/videos/{id}"), (Some(Method::GET), "/api/videos/top")]);
        assert_eq!(routes.find(&Method::GET, "/api/videos/top").unwrap().key, "GET /api/videos/top");
        let matched = routes.find(&Method::GET, "/api/videos/a%2Fb").unwrap();
        assert_eq!((matched.key, matched.parameters["id"].as_str()), ("GET /api/videos/{id}", "a/b"));
    }

    #[test]
    fn another_method_or_an_empty_segment_uses_the_default_route() {
        let routes = routes(&[(Some(Method::GET), "/api/videos/{id}"), (None, "/api/any")]);
        for (method, path) in [
            (Method::DELETE, "/api/videos/1"),
            (Method::GET, "/api/videos/"),
            (Method::GET, "/api/videos/1/"),
            (Method::GET, "/api/videos/1/2"),
            (Method::HEAD, "/api/videos/1"),
        ] {
            assert_eq!(routes.find(&method, path).unwrap().key, "$default", "{method} {path}");
        }
        assert_eq!(routes.find(&Method::PATCH, "/api/any").unwrap().key, "ANY /api/any");
    }
}
