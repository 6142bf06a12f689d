//! Stripe's form encoding: `items[0][price]=…&expand[]=…`. Parameters that no code reads are refused, as at Stripe: the
//! stand-in must not appear to support parameters that it ignores.

use crate::error::{ApiError, Result};
use crate::model::{Metadata, UnixSeconds};
use std::collections::BTreeMap;

/// Deepest nesting of a parameter.
const DEPTH_MAX: usize = 8;

/// The parameters of a request, or of one object in it. Code removes them one by one; see [`Form::finish`].
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Form {
    /// This form's own name, such as `items[0]`; empty at the top.
    name: String,
    fields: BTreeMap<String, Field>,
}

#[derive(Clone, Debug, PartialEq)]
enum Field {
    Text(String),
    Form(Form),
}

/// What a request does to a property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Setting<T> {
    /// The parameter is omitted, so the property stays.
    Kept,
    /// An empty value unsets the property.
    Unset,
    /// The property's new value.
    Set(T),
}

impl<T> Setting<T> {
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self, Self::Kept)
    }

    /// The new value, if there is one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Kept | Self::Unset => None,
        }
    }

    /// The property after the request.
    pub(crate) fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Kept => before,
            Self::Unset => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// An update of metadata; an empty value removes its key.
pub(crate) type MetadataChange = Vec<(String, String)>;

impl Form {
    /// Parses an encoded body or query string.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self> {
        let mut form = Self::default();
        for (key, value) in url::form_urlencoded::parse(encoded) {
            form.insert(&key, value.into_owned())?;
        }
        Ok(form)
    }

    fn insert(&mut self, key: &str, value: String) -> Result<()> {
        let malformed = || ApiError::invalid(format!("Invalid parameter name: {key}"));
        let (first, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
        if key.matches('[').count() > DEPTH_MAX {
            return Err(malformed());
        }
        let mut form = self;
        let mut segment = first.to_owned();
        while !rest.is_empty() {
            let end = rest.find(']').filter(|_| rest.starts_with('[')).ok_or_else(malformed)?;
            form = form.child(&segment, key)?;
            segment = rest[1..end].to_owned();
            if segment.is_empty() {
                segment = form.fields.len().to_string();
            }
            rest = &rest[end + 1..];
        }
        form.fields.insert(segment, Field::Text(value));
        Ok(())
    }

    fn child(&mut self, segment: &str, key: &str) -> Result<&mut Self> {
        let name = self.path(segment);
        let field =
            self.fields.entry(segment.to_owned()).or_insert_with(|| Field::Form(Self { name, ..Self::default() }));
        match field {
            Field::Text(_) => Err(ApiError::invalid(format!("Invalid parameter: {key}"))),
            Field::Form(form) => Ok(form),
        }
    }

    /// A parameter's full name, such as `items[0][price]`.
    pub(crate) fn path(&self, field: &str) -> String {
        if self.name.is_empty() { field.to_owned() } else { format!("{}[{field}]", self.name) }
    }

    pub(crate) fn text(&mut self, field: &str) -> Result<Option<String>> {
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Field::Text(text)) => Ok(Some(text)),
            Some(Field::Form(_)) => Err(ApiError::invalid("Invalid string").param(&self.path(field))),
        }
    }

    /// A string that is not empty.
    pub(crate) fn filled(&mut self, field: &str) -> Result<Option<String>> {
        let path = self.path(field);
        match self.text(field)? {
            Some(text) if text.trim().is_empty() => Err(ApiError::invalid(format!(
                "You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
            ))
            .code("parameter_invalid_empty")
            .param(&path)),
            text => Ok(text),
        }
    }

    pub(crate) fn required(&mut self, field: &str) -> Result<String> {
        self.filled(field)?.ok_or_else(|| ApiError::missing_param(&self.path(field)))
    }

    /// A string; an empty one unsets the property.
    pub(crate) fn unsettable(&mut self, field: &str) -> Result<Setting<String>> {
        Ok(match self.text(field)? {
            None => Setting::Kept,
            Some(text) if text.is_empty() => Setting::Unset,
            Some(text) => Setting::Set(text),
        })
    }

    pub(crate) fn integer(&mut self, field: &str) -> Result<Option<i64>> {
        let path = self.path(field);
        let Some(text) = self.text(field)? else { return Ok(None) };
        let invalid =
            || ApiError::invalid(format!("Invalid integer: {text}")).code("parameter_invalid_integer").param(&path);
        text.parse().map(Some).map_err(|_| invalid())
    }

    /// A whole number of at least 1.
    pub(crate) fn positive(&mut self, field: &str) -> Result<Option<u64>> {
        let path = self.path(field);
        let Some(number) = self.integer(field)? else { return Ok(None) };
        let too_small = || {
            ApiError::invalid("This value must be greater than or equal to 1.")
                .code("parameter_invalid_integer")
                .param(&path)
        };
        u64::try_from(number).ok().filter(|number| *number > 0).map(Some).ok_or_else(too_small)
    }

    pub(crate) fn boolean(&mut self, field: &str) -> Result<Option<bool>> {
        let path = self.path(field);
        match self.text(field)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(ApiError::invalid(format!("Invalid boolean: {text}")).param(&path)),
        }
    }

    /// One of the `allowed` values.
    pub(crate) fn choice<T: Copy>(&mut self, field: &str, allowed: &[(&str, T)]) -> Result<Option<T>> {
        let path = self.path(field);
        let Some(text) = self.filled(field)? else { return Ok(None) };
        let found = allowed.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
        let refused = || ApiError::invalid(format!("Invalid {path}: must be one of {}", names.join(", "))).param(&path);
        found.map(Some).ok_or_else(refused)
    }

    /// A time, or `now`.
    pub(crate) fn moment(&mut self, field: &str, now: UnixSeconds) -> Result<Option<UnixSeconds>> {
        if let Some(Field::Text(text)) = self.fields.get(field)
            && text == "now"
        {
            self.fields.remove(field);
            return Ok(Some(now));
        }
        let path = self.path(field);
        let invalid =
            || ApiError::invalid("Invalid timestamp: must be an integer Unix timestamp [1, 9999999999]").param(&path);
        self.integer(field)?
            .map(|moment| Some(moment).filter(|at| (1..=9_999_999_999).contains(at)).ok_or_else(invalid))
            .transpose()
    }

    pub(crate) fn form(&mut self, field: &str) -> Result<Option<Self>> {
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Field::Form(form)) => Ok(Some(form)),
            Some(Field::Text(_)) => Err(ApiError::invalid("Invalid object").param(&self.path(field))),
        }
    }

    /// The objects of a list, in order. An empty string is an empty list: `Some([])`.
    pub(crate) fn forms(&mut self, field: &str) -> Result<Option<Vec<Self>>> {
        let path = self.path(field);
        let Some(fields) = self.list(field)? else { return Ok(None) };
        let forms = fields.into_iter().map(|(_, value)| match value {
            Field::Form(form) => Ok(form),
            Field::Text(_) => Err(ApiError::invalid("Invalid array").param(&path)),
        });
        forms.collect::<Result<_>>().map(Some)
    }

    /// The strings of a list, in order.
    pub(crate) fn texts(&mut self, field: &str) -> Result<Vec<String>> {
        let path = self.path(field);
        let texts = self.list(field)?.unwrap_or_default().into_iter().map(|(_, value)| match value {
            Field::Text(text) => Ok(text),
            Field::Form(_) => Err(ApiError::invalid("Invalid array").param(&path)),
        });
        texts.collect()
    }

    fn list(&mut self, field: &str) -> Result<Option<Vec<(u64, Field)>>> {
        let path = self.path(field);
        let invalid = || ApiError::invalid("Invalid array").param(&path);
        match self.fields.remove(field) {
            None => Ok(None),
            Some(Field::Text(text)) if text.is_empty() => Ok(Some(Vec::new())),
            Some(Field::Text(_)) => Err(invalid()),
            Some(Field::Form(form)) => {
                let numbered =
                    form.fields.into_iter().map(|(index, value)| Ok((index.parse().map_err(|_| invalid())?, value)));
                let mut numbered: Vec<(u64, Field)> = numbered.collect::<Result<_>>()?;
                numbered.sort_by_key(|(index, _)| *index);
                Ok(Some(numbered))
            }
        }
    }

    /// `metadata[key]=value`; `None` if the request has no such parameter.
    pub(crate) fn metadata(&mut self) -> Result<Option<MetadataChange>> {
        let path = self.path("metadata");
        match self.fields.remove("metadata") {
            None => Ok(None),
            // An empty string unsets all keys.
            Some(Field::Text(text)) if text.is_empty() => Ok(Some(vec![(String::new(), String::new())])),
            Some(Field::Text(_)) => Err(ApiError::invalid("Invalid object").param(&path)),
            Some(Field::Form(form)) => {
                let pairs = form.fields.into_iter().map(|(key, field)| match field {
                    Field::Text(value) if key.chars().count() <= 40 && value.chars().count() <= 500 => Ok((key, value)),
                    Field::Text(_) => {
                        Err(ApiError::invalid("Metadata keys can have up to 40 characters and values up to 500.")
                            .param(&path))
                    }
                    Field::Form(_) => Err(ApiError::invalid("Metadata values must be strings.").param(&path)),
                });
                pairs.collect::<Result<_>>().map(Some)
            }
        }
    }

    /// Metadata of a new object.
    pub(crate) fn new_metadata(&mut self) -> Result<Metadata> {
        let mut metadata = Metadata::new();
        change_metadata(&mut metadata, self.metadata()?);
        Ok(metadata)
    }

    /// Accepts and ignores parameters that change nothing here.
    pub(crate) fn ignore(&mut self, fields: &[&str]) {
        for field in fields {
            self.fields.remove(*field);
        }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Refuses parameters that no code has read.
    pub(crate) fn finish(self) -> Result<()> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(field) => Err(ApiError::unknown_param(&self.path(field))),
        }
    }
}

/// Applies an update of metadata.
pub(crate) fn change_metadata(metadata: &mut Metadata, change: Option<MetadataChange>) {
    for (key, value) in change.into_iter().flatten() {
        if key.is_empty() {
            metadata.clear();
        } else if value.is_empty() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(encoded: &str) -> Form {
        Form::parse(encoded.as_bytes()).expect("a form")
    }

    #[test]
    fn list_items_are_ordered_by_index() {
        let encoded: Vec<String> = (0..12).rev().map(|number| format!("items[{number}][price]=p{number}")).collect();
        let mut form = form(&encoded.join("&"));
        let prices = form.forms("items").unwrap().unwrap().into_iter().map(|mut item| item.required("price").unwrap());
        assert_eq!(prices.collect::<Vec<_>>(), (0..12).map(|number| format!("p{number}")).collect::<Vec<_>>());
    }

    #[test]
    fn brackets_may_be_encoded_empty_or_numbered() {
        let mut form = form("expand%5B%5D=a&expand[]=b&lookup_keys[0]=c&metadata[user_id]=u+1");
        assert_eq!(form.texts("expand").unwrap(), ["a", "b"]);
        assert_eq!(form.texts("lookup_keys").unwrap(), ["c"]);
        assert_eq!(form.new_metadata().unwrap()["user_id"], "u 1");
        assert!(form.finish().is_ok());
    }

    #[test]
    fn unused_parameters_are_refused_by_their_full_name() {
        let mut form = form("items[0][price]=p&items[0][colour]=red");
        let mut item = form.forms("items").unwrap().unwrap().remove(0);
        item.required("price").unwrap();
        assert!(item.finish().unwrap_err().message().contains("items[0][colour]"));
    }

    #[test]
    fn an_empty_value_unsets_one_metadata_key_and_an_empty_string_unsets_all() {
        let mut metadata = Metadata::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        change_metadata(&mut metadata, form("metadata[a]=").metadata().unwrap());
        assert_eq!(metadata.keys().collect::<Vec<_>>(), ["b"]);
        change_metadata(&mut metadata, form("metadata=").metadata().unwrap());
        assert!(metadata.is_empty());
    }

    #[test]
    fn deep_malformed_and_conflicting_names_are_refused() {
        let deep = format!("a{}=1", "[b]".repeat(100_000));
        for encoded in [deep.as_str(), "a[b=1", "a]b[=1", "a=1&a[b]=2"] {
            assert!(Form::parse(encoded.as_bytes()).is_err(), "{}", &encoded[..encoded.len().min(20)]);
        }
    }
}
