//! `make unused-permissions`: prints the permissions in the template that no test used, and fails if there are any.

use local::permissions::unused;
use local::template::{ACCOUNT, REGION, Template};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let record =
        std::env::args().nth(1).ok_or("usage: unused-permissions RECORD, the file that PERMISSIONS_USED named")?;
    let used = std::fs::read_to_string(&record).map_err(|error| format!("{record}: {error}"))?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let template = Template::load(&root.join("template.yaml"), &BTreeMap::new())?;
    let unused = unused(&template, &used);
    let mut out = std::io::stdout().lock();
    for grant in &unused {
        let resource = grant.resource.replace(&format!(":{REGION}:{ACCOUNT}:"), ":");
        writeln!(out, "{}: {} on {resource}", grant.policy, grant.action)?;
    }
    writeln!(out, "{} permissions of template.yaml were never used", unused.len())?;
    Ok(if unused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
