//! Inputs, parsed before the handler runs: path, query, JSON body, raw body, each described by its type.

use crate::http::body;
use crate::http::error::{ApiError, Code, Details, FieldIssue};
use crate::http::json;
use crate::http::rules::{Fields, Rules};
use crate::models::format::CURSOR_FORMAT;
use crate::models::preferences::{LanguageTag, is_language_tag};
use crate::models::text::{OneLineOrBlank, Rule};
use bytes::Bytes;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, HeaderName, Method, header};
use percent_encoding::percent_decode_str;
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use std::str::FromStr;

/// The largest JSON body, in bytes.
pub const BODY_BYTES_MAX: usize = 32 * 1024;
/// The largest webhook body, in bytes.
pub const WEBHOOK_BYTES_MAX: usize = 256 * 1024;

/// The largest file of captions, in bytes: those of a film of three hours have half of that.
pub const CAPTIONS_BYTES_MAX: usize = 256 * 1024;
/// The largest picture, in bytes. Lambda accepts 6 MB per request, and base64 makes a body a third larger.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The content types of pictures.
const IMAGE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// The content types of captions: WebVTT, the two in use for SubRip, and plain text.
const CAPTIONS_TYPES: [&str; 4] = ["text/vtt", "application/x-subrip", "text/srt", "text/plain"];

/// The longest idempotency key of a client: Stripe accepts 255 characters, and the user's id takes some of them.
const IDEMPOTENCY_KEY_CHARACTERS_MAX: usize = 200;
/// The header that carries it.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// How an endpoint treats a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyRule {
    /// No body is needed, and any body is ignored.
    Ignored,
    /// There is no route, which is answered whatever the body is.
    Unrouted,
    /// `application/json` of at most [`BODY_BYTES_MAX`].
    Json,
    /// Any bytes, at most [`WEBHOOK_BYTES_MAX`]: a provider signs the raw bytes.
    Raw,
    /// A file of captions of at most [`CAPTIONS_BYTES_MAX`].
    Captions,
    /// A picture of at most [`IMAGE_BYTES_MAX`], or JSON of at most [`BODY_BYTES_MAX`].
    Image,
}

/// Whether the headers declare the body as uncompressed JSON in UTF-8.
pub fn is_json(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map_or(Some(""), |value| value.to_str().ok());
        first.filter(|_| values.next().is_none())
    };
    let is_plain = text(header::CONTENT_ENCODING)
        .is_some_and(|coding| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity"));
    is_plain && text(header::CONTENT_TYPE).is_some_and(is_json_type)
}

/// Whether the headers declare the body as uncompressed captions.
pub fn is_captions(headers: &HeaderMap) -> bool {
    is_plain_file(headers, &CAPTIONS_TYPES)
}

/// Whether the headers declare the body as a picture in a format that is accepted.
pub fn is_image(headers: &HeaderMap) -> bool {
    is_plain_file(headers, &IMAGE_TYPES)
}

/// Whether the headers declare the body as an uncompressed file of one of these types.
fn is_plain_file(headers: &HeaderMap, types: &[&str]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    types.iter().any(|known| known.eq_ignore_ascii_case(essence)) && !headers.contains_key(header::CONTENT_ENCODING)
}

/// `application/json`, with at most one `charset=utf-8` and any other parameters (RFC 9110 §8.3).
fn is_json_type(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let mut charsets = 0;
    let parameters_fit = parts.filter(|parameter| !parameter.is_empty()).all(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else { return false };
        if !name.eq_ignore_ascii_case("charset") {
            return !name.is_empty() && !value.is_empty() && !name.contains(char::is_whitespace);
        }
        charsets += 1;
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        unquoted.eq_ignore_ascii_case("utf-8")
    });
    is_json && parameters_fit && charsets <= 1
}

/// A request before it is parsed.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// The path parameters, by their names in the template.
    pub path_parameters: HashMap<String, String>,
    /// The query string, undecoded.
    pub query: String,
    /// The method.
    pub method: Method,
    /// The complete path.
    pub path: String,
    /// The body, base64 decoded.
    pub body: Bytes,
    /// The headers, with names in lower case.
    pub headers: HeaderMap,
    /// When it arrived.
    pub now: Timestamp,
}

/// A type that a request is parsed into.
pub trait Input: Sized + Send + 'static {
    /// How this input treats the body.
    const BODY: BodyRule = BodyRule::Ignored;

    /// Parses a request; `VALIDATION_ERROR` contains all issues.
    fn read(request: &RawRequest) -> Result<Self, ApiError>;

    /// Adds its parameters and body to an OpenAPI operation.
    fn describe(generator: &mut SchemaGenerator, described: &mut Described);
}

/// The part of an OpenAPI operation that describes the input.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// The schema of the path's id, which is its only parameter except for a language.
    pub path: Option<Value>,
    /// The schema of the path's language.
    pub language: Option<Value>,
    /// Parameters in the query and in headers, as OpenAPI objects.
    pub parameters: Vec<Value>,
    /// The request body as an OpenAPI object.
    pub body: Option<Value>,
}

impl Input for () {
    fn read(_: &RawRequest) -> Result<Self, ApiError> {
        Ok(())
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

/// Method and path, for the function that answers requests without a route.
#[derive(Clone, Debug)]
pub struct MethodAndPath {
    /// The method.
    pub method: Method,
    /// The complete path.
    pub path: String,
}

impl Input for MethodAndPath {
    const BODY: BodyRule = BodyRule::Unrouted;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        Ok(Self { method: request.method.clone(), path: request.path.clone() })
    }

    fn describe(_: &mut SchemaGenerator, _: &mut Described) {}
}

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Body<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        body::read(required_json(request)?).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

fn required_json(request: &RawRequest) -> Result<Value, ApiError> {
    if request.body.is_empty() {
        return Err(ApiError::new(Code::InvalidJson, "A JSON body is required."));
    }
    json::parse(&request.body)
}

/// A body or a query with [`Rules`] that involve several fields. Its content is accessible only with the issues that
/// the rules found, so the response can list all issues at once: those of the schema, those of the rules, and those
/// that the endpoint finds in its rows.
#[derive(Clone, Debug)]
pub struct Ruled<I> {
    input: I,
    issues: Vec<FieldIssue>,
}

impl<I> Ruled<I> {
    /// The input, which may break the rules: for naming the rows to read.
    pub fn unchecked(&self) -> &I {
        &self.input
    }

    /// The input, if it breaks no rule and there are no `other` issues.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with all issues.
    pub fn checked(self, other: Vec<FieldIssue>) -> Result<I, ApiError> {
        let issues = [self.issues, other].concat();
        if issues.is_empty() { Ok(self.input) } else { Err(ApiError::validation(issues)) }
    }
}

impl<T: Rules + DeserializeOwned + JsonSchema + Send + 'static> Input for Ruled<Body<T>> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let value = required_json(request)?;
        let issues = broken::<T>(&value, request.now);
        ruled(body::read(value).map(Body), issues)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        Body::<T>::describe(generator, described);
    }
}

impl<T: Rules + DeserializeOwned + JsonSchema + Send + 'static> Input for Ruled<Query<T>> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let (value, known) = query_value::<T>(request);
        let issues = broken::<T>(&value, request.now);
        ruled(body::read_beside(value, known).map(Query), issues)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        Query::<T>::describe(generator, described);
    }
}

fn broken<T: Rules>(value: &Value, now: Timestamp) -> Vec<FieldIssue> {
    value.as_object().map(|fields| T::issues(&Fields::new(fields), now)).unwrap_or_default()
}

fn ruled<I>(read: Result<I, ApiError>, issues: Vec<FieldIssue>) -> Result<Ruled<I>, ApiError> {
    match read {
        Ok(input) => Ok(Ruled { input, issues }),
        Err(ApiError { details: Details::Fields(mut found), .. }) => {
            found.extend(issues);
            Err(ApiError::validation(found))
        }
        Err(error) => Err(error),
    }
}

/// A JSON body that may be omitted.
#[derive(Clone, Debug)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for OptionalBody<T> {
    const BODY: BodyRule = BodyRule::Json;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let value = if request.body.is_empty() { Value::Object(Map::new()) } else { json::parse(&request.body)? };
        body::read(value).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<T>();
        described.body = Some(json!({ "required": false, "content": { "application/json": { "schema": schema } } }));
    }
}

/// The raw body, with the headers, which contain its signature.
#[derive(Clone, Debug)]
pub struct RawBody {
    /// The bytes as sent.
    pub body: Bytes,
    headers: HeaderMap,
}

impl RawBody {
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON, read as strictly as any other body. Call it after the signature was verified.
    ///
    /// # Errors
    /// `INVALID_JSON`.
    pub fn json(&self) -> Result<Value, ApiError> {
        json::parse(&self.body)
    }
}

impl Input for RawBody {
    const BODY: BodyRule = BodyRule::Raw;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        Ok(Self { body: request.body.clone(), headers: request.headers.clone() })
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        let schema = generator.subschema_for::<WebhookEvent>();
        described.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

/// A provider's event. The signature covers the raw bytes; the other fields depend on the type.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct WebhookEvent {
    /// The provider's id of the event.
    id: Option<String>,
    /// What happened, such as `invoice.paid`.
    r#type: Option<String>,
}

/// The client's `Idempotency-Key`, if it sent one: repeated requests with the same key are carried out only once.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl Input for IdempotencyKey {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let Some(value) = request.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARACTERS_MAX {
            let issue = format!("must have 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} characters");
            return Err(ApiError::field(IDEMPOTENCY_KEY, issue));
        }
        Ok(Self(Some(key.to_owned())))
    }

    fn describe(_: &mut SchemaGenerator, described: &mut Described) {
        let schema = json!({
            "type": "string",
            "minLength": 1,
            "maxLength": IDEMPOTENCY_KEY_CHARACTERS_MAX,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        });
        let description = "A key that the client chooses for this request, such as a UUID. A retry with the same key and body has \
                           no further effect; a retry with another body is refused with `IDEMPOTENCY_CONFLICT`.";
        described.parameters.push(json!({
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "description": description,
            "schema": schema,
        }));
    }
}

/// The path's id, or its only parameter. A malformed value identifies nothing: 404.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T: FromStr + JsonSchema + Send + 'static> Input for Path<T> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let parameters = &request.path_parameters;
        let value = parameters.get("id").or_else(|| parameters.values().next()).and_then(|value| value.parse().ok());
        value
            .map(Self)
            .ok_or_else(|| ApiError::new(Code::NotFound, "Nothing was found: the id in the path is malformed."))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        described.path = Some(generator.subschema_for::<T>().to_value());
    }
}

/// The path's language, after the id in [`Path`]. A malformed one identifies nothing: 404.
#[derive(Clone, Debug)]
pub struct PathLanguage(pub LanguageTag);

impl Input for PathLanguage {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let language = request.path_parameters.get("language").filter(|text| is_language_tag(text));
        let language = language.map(|text| Self(LanguageTag::from(text.clone())));
        language.ok_or_else(|| ApiError::not_found("language"))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        described.language = Some(generator.subschema_for::<LanguageTag>().to_value());
    }
}

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

/// The query string. Unknown parameters are ignored; invalid known ones are refused. Empty text counts as omitted,
/// because forms also send their empty fields.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Input for Query<T> {
    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let (value, issues) = query_value::<T>(request);
        body::read_beside(value, issues).map(Self)
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        for (name, schema) in properties::<T>(generator) {
            let description = schema.get("description").cloned().unwrap_or_default();
            let parameter = json!({ "name": name, "in": "query", "description": description, "schema": schema });
            described.parameters.push(parameter);
        }
    }
}

fn query_value<T: JsonSchema>(request: &RawRequest) -> (Value, Vec<FieldIssue>) {
    let (values, issues) = parameters(&request.query, &properties::<T>(&mut SchemaGenerator::default()));
    (Value::Object(values), issues)
}

/// The values of the known parameters, and the issues of the query string itself.
fn parameters(query: &str, known: &Map<String, Value>) -> (Map<String, Value>, Vec<FieldIssue>) {
    let mut values = Map::new();
    let mut issues = Vec::new();
    for pair in query.split('&') {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decoded(name).filter(|name| known.contains_key(name.as_str())) else { continue };
        let schema = &known[name.as_str()];
        match decoded(text) {
            None => issues.push(FieldIssue::new(name, "is not valid UTF-8")),
            Some(text) if text.is_empty() && may_be_empty(schema) => {}
            Some(text) => {
                if values.insert(name.clone(), typed(schema, &text)).is_some() {
                    issues.push(FieldIssue::new(name, "occurs twice"));
                }
            }
        }
    }
    (values, issues)
}

fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    properties_of(T::json_schema(generator).to_value())
}

fn properties_of(mut schema: Value) -> Map<String, Value> {
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// A name or value of a query string as text; `None` if it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// Whether a schema accepts empty text but gives it no meaning.
fn may_be_empty(schema: &Value) -> bool {
    let is_free = schema.get("enum").is_none() && schema.get("minLength").is_none();
    let is_optional = matches!(schema["format"].as_str(), None | Some(OneLineOrBlank::FORMAT | CURSOR_FORMAT));
    wants(schema, "string") && is_free && is_optional
}

fn wants(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(several) => several.iter().any(|kind_of_several| kind_of_several == kind),
        _ => false,
    }
}

/// Converts a query value to the JSON type of its schema. A value that does not fit stays text, so the schema refuses
/// it. A number has only one spelling: no plus sign, no leading zeros, no exponent.
fn typed(schema: &Value, text: &str) -> Value {
    let read = if wants(schema, "integer") {
        text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::from)
    } else if wants(schema, "boolean") {
        text.parse::<bool>().ok().map(Value::from)
    } else {
        None
    };
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

impl<A: Input, B: Input> Input for (A, B) {
    const BODY: BodyRule = match A::BODY {
        BodyRule::Ignored => B::BODY,
        rule => rule,
    };

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        match (A::read(request), B::read(request)) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(a), Err(b)) => Err(both(a, b)),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        }
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        A::describe(generator, described);
        B::describe(generator, described);
    }
}

impl<A: Input, B: Input, C: Input> Input for (A, B, C) {
    const BODY: BodyRule = <((A, B), C)>::BODY;

    fn read(request: &RawRequest) -> Result<Self, ApiError> {
        let ((a, b), c) = Input::read(request)?;
        Ok((a, b, c))
    }

    fn describe(generator: &mut SchemaGenerator, described: &mut Described) {
        <((A, B), C)>::describe(generator, described);
    }
}

/// Input is checked before any lookup, so an invalid field takes precedence over a malformed id.
fn both(a: ApiError, b: ApiError) -> ApiError {
    match (a.details, b.details) {
        (Details::Fields(first), Details::Fields(second)) => ApiError::validation([first, second].concat()),
        (_, details) if a.code == Code::NotFound => ApiError { details, ..b },
        (details, _) => ApiError { details, ..a },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http::HeaderValue;

    fn takes(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        is_json(&map)
    }

    #[test]
    fn only_utf_8_json_is_accepted() {
        for right in [
            "application/json",
            "Application/JSON",
            "application/json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json; Charset=\"utf-8\"",
            "application/json ; x=y; charset=Utf-8",
            "application/json;",
        ] {
            assert!(takes(&[("content-type", right)]), "{right}");
        }
        for wrong in [
            "",
            "json",
            "application/json+x",
            "application/x+json",
            "application/jsonp",
            "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json; charset=utf8",
            "application/json; charset=",
            "application/json; charset",
            "application/json; charset=latin1",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json; charset=\"utf-8",
            "application/json; charset = utf-8",
        ] {
            assert!(!takes(&[("content-type", wrong)]), "{wrong}");
        }
        assert!(takes(&[("content-type", "application/json"), ("content-encoding", "identity")]));
        assert!(!takes(&[("content-type", "application/json"), ("content-encoding", "gzip")]));
        assert!(!takes(&[("content-type", "application/json"), ("content-type", "text/plain")]));
        assert!(!takes(&[]));
    }
}
