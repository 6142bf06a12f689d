//! What an endpoint returns: the bodies of successful responses, and their schemas.

use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

/// What an endpoint returns: any serialisable value, a [`Page`], a bare [`Document`], [`WebVtt`] or [`Jpeg`], or a file of
/// [`crate::web::files`].
pub trait Output: Send + 'static {
    /// Its content type.
    const CONTENT_TYPE: &'static str = "application/json";

    /// The whole body.
    fn body(self) -> serde_json::Result<Vec<u8>>;

    /// The schema of the whole body.
    fn describe(generator: &mut SchemaGenerator) -> Value;
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for T {
    fn body(self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a T,
        }
        serde_json::to_vec(&Success { success: true, data: &self })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let data = generator.subschema_for::<T>().to_value();
        // Client generators turn a field that is always `null` into an untyped field.
        if data["type"] == "null" { success(&[]) } else { success(&[("data", data)]) }
    }
}

/// Where the next page of a list starts.
#[derive(Serialize, JsonSchema)]
struct Pagination<'a> {
    /// The requested page size.
    limit: u32,
    /// The cursor of the next page; `null` on the last.
    next_cursor: Option<&'a str>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The requested page size.
    pub limit: u32,
    /// The cursor of the next page; `None` on the last.
    pub next_cursor: Option<String>,
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for Page<T> {
    fn body(self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a [T],
            pagination: Pagination<'a>,
        }
        let pagination = Pagination { limit: self.limit, next_cursor: self.next_cursor.as_deref() };
        serde_json::to_vec(&Success { success: true, data: &self.items, pagination })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let pagination = generator.subschema_for::<Pagination<'_>>().to_value();
        success(&[("data", generator.subschema_for::<Vec<T>>().to_value()), ("pagination", pagination)])
    }
}

/// A page of a list that can be searched.
#[derive(Clone, Debug)]
pub struct SearchPage<T> {
    /// The items that were found.
    pub page: Page<T>,
    /// Suggestions, nearest first, if nothing was found.
    pub suggestions: Vec<T>,
}

impl<T: Serialize + JsonSchema + Send + 'static> Output for SearchPage<T> {
    fn body(self) -> serde_json::Result<Vec<u8>> {
        #[derive(Serialize)]
        struct Success<'a, T> {
            success: bool,
            data: &'a [T],
            pagination: Pagination<'a>,
            #[serde(skip_serializing_if = "<[T]>::is_empty")]
            suggestions: &'a [T],
        }
        let Self { page, suggestions } = &self;
        let pagination = Pagination { limit: page.limit, next_cursor: page.next_cursor.as_deref() };
        serde_json::to_vec(&Success { success: true, data: &page.items, pagination, suggestions })
    }

    fn describe(generator: &mut SchemaGenerator) -> Value {
        let mut body = Page::<T>::describe(generator);
        let mut suggestions = generator.subschema_for::<Vec<T>>().to_value();
        suggestions["description"] = "Suggestions, nearest first; only if a search found nothing.".into();
        body["properties"]["suggestions"] = suggestions;
        body
    }
}

fn success(fields: &[(&str, Value)]) -> Value {
    let mut properties = json!({ "success": { "type": "boolean", "description": "Always `true`." } });
    let mut required = vec!["success"];
    for (name, schema) in fields {
        properties[*name] = schema.clone();
        required.push(name);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// Captions, without the envelope.
#[derive(Clone, Debug)]
pub struct WebVtt(pub String);

impl Output for WebVtt {
    const CONTENT_TYPE: &'static str = "text/vtt; charset=utf-8";

    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.into_bytes())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string" })
    }
}

/// A picture, without the envelope.
#[derive(Clone, Debug)]
pub struct Jpeg(pub Vec<u8>);

impl Output for Jpeg {
    const CONTENT_TYPE: &'static str = "image/jpeg";

    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0)
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "string", "format": "binary" })
    }
}

/// A JSON document that is returned as it is, without the envelope.
#[derive(Clone, Copy, Debug)]
pub struct Document(pub &'static [u8]);

impl Output for Document {
    fn body(self) -> serde_json::Result<Vec<u8>> {
        Ok(self.0.to_vec())
    }

    fn describe(_: &mut SchemaGenerator) -> Value {
        json!({ "type": "object" })
    }
}
