//! `make openapi`: prints the API document that is committed in `docs/`.

use local::openapi::document;
use local::template::Template;
use service::FUNCTIONS;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let template = Template::load(&root.join("template.yaml"), &BTreeMap::new())?;
    let text = document(&template, &FUNCTIONS, &root.join("docs/examples"))?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
