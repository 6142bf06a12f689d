//! Bodies that are files: captions and pictures.

use super::json_body::Body;
use super::media_type::{CAPTIONS_TYPES, IMAGE_TYPES, is_image};
use super::{BodyRule, CAPTIONS_BYTES_MAX, Described, IMAGE_BYTES_MAX, Input, RawRequest};
use crate::http::error::ApiError;
use bytes::Bytes;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A file of captions: WebVTT or SubRip.
#[derive(Clone, Debug)]
pub struct CaptionsFile(pub Bytes);

impl Input for CaptionsFile {
    const BODY: BodyRule = BodyRule::Captions;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        Ok(Self(request.body.clone()))
    }

    fn describe(_: &mut SchemaGenerator, described: &mut Described) {
        let description = format!(
            "WebVTT or SubRip of at most {} KiB, in UTF-8, or in UTF-16 with a byte order mark (then as \
             `application/x-subrip`, because gateways pass `text/…` on as UTF-8).",
            CAPTIONS_BYTES_MAX / 1024
        );
        // `binary` makes generated clients send the bytes of a file instead of a JSON text.
        let schema = json!({ "schema": { "type": "string", "format": "binary" } });
        let content: Map<String, Value> =
            CAPTIONS_TYPES.iter().map(|kind| ((*kind).to_owned(), schema.clone())).collect();
        described.body = Some(json!({ "required": true, "description": description, "content": content }));
    }
}

/// A picture, or a JSON body instead of it.
#[derive(Clone, Debug)]
pub enum ImageOr<T> {
    /// The bytes of what the client calls a picture.
    Image(Bytes),
    /// The JSON body.
    Json(T),
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for ImageOr<T> {
    const BODY: BodyRule = BodyRule::Image;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        if is_image(&request.headers) {
            return Ok(Self::Image(request.body.clone()));
        }
        Body::<T>::read(request).map(|Body(value)| Self::Json(value))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        Body::<T>::describe(generator, described);
        let Some(body) = &mut described.body else { return };
        let limit = IMAGE_BYTES_MAX / 1024 / 1024;
        body["description"] = format!("JSON, or a picture of at most {limit} MiB in JPEG, PNG or WebP.").into();
        for kind in IMAGE_TYPES {
            body["content"][kind] = json!({ "schema": { "type": "string", "format": "binary" } });
        }
    }
}
