//! Examples of requests and responses, recorded from a running platform: a file for each function, and one for errors.

use serde_json::Value;
use shared::http::error::Code;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The file with an example for each error code.
pub const ERRORS: &str = "errors";

/// All examples, by the name of their file.
pub struct Examples(BTreeMap<String, Value>);

impl Examples {
    /// Reads a folder.
    ///
    /// # Errors
    /// If a file cannot be read or is not JSON.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let mut examples = BTreeMap::new();
        for file in std::fs::read_dir(folder)? {
            let path = file?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            examples.insert(name, serde_json::from_slice(&std::fs::read(&path)?)?);
        }
        Ok(Self(examples))
    }

    /// The body of a function's request.
    pub fn request(&self, function: &str) -> Option<&Value> {
        self.0.get(function)?.get("request")
    }

    /// The body of a function's success.
    pub fn response(&self, function: &str) -> Option<&Value> {
        self.0.get(function)?.get("response")
    }

    /// The response that carries an error code.
    pub fn error(&self, code: Code) -> Option<&Value> {
        self.0.get(ERRORS)?.get(code.name())
    }
}
