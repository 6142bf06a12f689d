//! The headers that CloudFront adds to the web app's pages and files.

use super::value::{TemplateError, known_keys, object, scalar};
use serde_json::{Map, Value};

/// Headers by name, in lower case. Empty if the template has no policy for them.
pub type WebHeaders = Vec<(&'static str, String)>;

/// One header for each entry of a response headers policy's `SecurityHeadersConfig`.
pub(super) fn headers(id: &str, properties: &Map<String, Value>) -> Result<WebHeaders, TemplateError> {
    let place = format!("{id}.ResponseHeadersPolicyConfig");
    let config = object(properties, "ResponseHeadersPolicyConfig");
    let config = config.ok_or_else(|| TemplateError::new(id, "ResponseHeadersPolicyConfig is missing"))?;
    known_keys(config, &["Name", "Comment", "SecurityHeadersConfig"], &place)?;
    let Some(security) = object(config, "SecurityHeadersConfig") else { return Ok(Vec::new()) };
    security
        .iter()
        .map(|(kind, settings)| {
            let get = |key: &str| settings.get(key).and_then(scalar).unwrap_or_default();
            match kind.as_str() {
                "ContentSecurityPolicy" => Ok(("content-security-policy", get("ContentSecurityPolicy"))),
                "ContentTypeOptions" => Ok(("x-content-type-options", "nosniff".to_owned())),
                "FrameOptions" => Ok(("x-frame-options", get("FrameOption"))),
                "ReferrerPolicy" => Ok(("referrer-policy", get("ReferrerPolicy"))),
                "StrictTransportSecurity" => Ok(("strict-transport-security", transport(&get))),
                _ => Err(TemplateError::new(&place, format!("`{kind}` is not supported"))),
            }
        })
        .collect()
}

/// The path patterns of the distribution's cache behaviors that lead to the API and have the headers of the app's pages: those of
/// pages that functions make. Only the patterns that the platform can match are supported: a path, or its beginning and `*`.
pub(super) fn page_patterns(id: &str, resource: &Value) -> Result<Vec<String>, TemplateError> {
    let behaviors = resource["Properties"]["DistributionConfig"]["CacheBehaviors"].as_array();
    let pages = behaviors
        .into_iter()
        .flatten()
        .filter(|behavior| behavior["TargetOriginId"] == "api" && behavior.get("ResponseHeadersPolicyId").is_some());
    pages
        .map(|behavior| {
            let pattern = behavior["PathPattern"].as_str().unwrap_or_default();
            let fixed = pattern.strip_suffix('*').unwrap_or(pattern);
            if fixed.starts_with('/') && !fixed.contains(['*', '?']) {
                Ok(pattern.to_owned())
            } else {
                Err(TemplateError::new(id, format!("the path pattern `{pattern}` is not supported")))
            }
        })
        .collect()
}

fn transport(get: &dyn Fn(&str) -> String) -> String {
    let subdomains = if get("IncludeSubdomains") == "true" { "; includeSubDomains" } else { "" };
    format!("max-age={}{subdomains}", get("AccessControlMaxAgeSec"))
}
