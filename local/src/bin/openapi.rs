//! `make openapi`: prints the API document, which `docs/` keeps.

use local::openapi::document;
use local::template::Template;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let template = Template::load(&root.join("template.yaml"), &BTreeMap::new())?;
    std::io::stdout().write_all(document(&template).as_bytes())?;
    Ok(())
}
