//! The outputs of endpoints outside `/api`, which have no envelope.

use crate::endpoint::Output;
use schemars::SchemaGenerator;
use serde_json::{Value, json};

/// The content type of a page. An endpoint with this content type returns its errors as pages, too.
pub const HTML: &str = "text/html; charset=utf-8";

/// A page.
#[derive(Clone, Debug)]
pub struct Html(pub String);

impl Output for Html {
    const CONTENT_TYPE: &'static str = HTML;

    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.into_bytes())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string" })
    }
}

/// An XML document.
#[derive(Clone, Debug)]
pub struct Xml(pub String);

impl Output for Xml {
    const CONTENT_TYPE: &'static str = "application/xml";

    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.into_bytes())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string" })
    }
}

/// Plain text.
#[derive(Clone, Debug)]
pub struct PlainText(pub String);

impl Output for PlainText {
    const CONTENT_TYPE: &'static str = "text/plain; charset=utf-8";

    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.into_bytes())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string" })
    }
}
