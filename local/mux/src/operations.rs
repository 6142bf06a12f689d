//! The names of the API's operations.

use http::Method;

/// Method and path with `{id}` for every id, such as `GET /video/v1/assets/{id}`; `None` outside the API.
pub(crate) fn operation(method: &Method, path: &str) -> Option<String> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (["video" | "system", "v1"], rest) = segments.split_at_checked(2)? else { return None };
    let named = rest.iter().enumerate().map(|(at, segment)| if at % 2 == 0 { *segment } else { "{id}" });
    let path: Vec<&str> = segments[..2].iter().copied().chain(named).collect();
    Some(format!("{method} /{}", path.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_named_without_ids() {
        let name = |path| operation(&Method::PUT, path);
        assert_eq!(name("/video/v1/uploads").as_deref(), Some("PUT /video/v1/uploads"));
        assert_eq!(name("/video/v1/uploads/abc/cancel").as_deref(), Some("PUT /video/v1/uploads/{id}/cancel"));
        assert_eq!(name("/video/v1/assets/a/tracks/b").as_deref(), Some("PUT /video/v1/assets/{id}/tracks/{id}"));
        assert_eq!(name("/upload/abc"), None);
        assert_eq!(name("/video"), None);
    }
}
