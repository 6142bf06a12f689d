//! The headers of the web app's pages and files, as CloudFront is told to add them.

use super::{TemplateError, known_keys, object, scalar};
use serde_json::{Map, Value};

/// Headers by name, in lower case. Empty when the template has no policy of them.
pub type WebHeaders = Vec<(&'static str, String)>;

/// A response headers policy's `SecurityHeadersConfig`, one header each.
pub(super) fn headers(id: &str, properties: &Map<String, Value>) -> Result<WebHeaders, TemplateError> {
    let place = format!("{id}.ResponseHeadersPolicyConfig");
    let config = object(properties, "ResponseHeadersPolicyConfig");
    let config = config.ok_or_else(|| TemplateError::new(id, "no ResponseHeadersPolicyConfig"))?;
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
                _ => Err(TemplateError::new(&place, format!("`{kind}` is unknown here"))),
            }
        })
        .collect()
}

fn transport(get: &dyn Fn(&str) -> String) -> String {
    let subdomains = if get("IncludeSubdomains") == "true" { "; includeSubDomains" } else { "" };
    format!("max-age={}{subdomains}", get("AccessControlMaxAgeSec"))
}
