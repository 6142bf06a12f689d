//! Reads the route table from the template, the only place that contains paths.

use serde_yaml_ng::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{env, fs};

const TEMPLATE: &str = "../../template.yaml";

fn main() {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let text = fs::read_to_string(TEMPLATE).expect("template.yaml stands at the root of the workspace");
    let template: Value = serde_yaml_ng::from_str(&text).expect("template.yaml is YAML");
    let mut routes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, resource) in template["Resources"].as_mapping().into_iter().flatten() {
        for (_, event) in resource["Properties"]["Events"].as_mapping().into_iter().flatten() {
            let (method, path) = (&event["Properties"]["Method"], &event["Properties"]["Path"]);
            if let (Some("HttpApi"), Some(method), Some(path)) =
                (event["Type"].as_str(), method.as_str(), path.as_str())
            {
                routes.entry(path.to_owned()).or_default().insert(method.to_uppercase());
            }
        }
    }
    let rows = routes.iter().map(|(path, methods)| {
        let methods = methods.iter().cloned().collect::<Vec<_>>().join(", ");
        format!("({path:?}, {methods:?}),\n")
    });
    let table = format!("&[\n{}]\n", rows.collect::<String>());
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script by its environment alone")]
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("routes.in"), table).expect("cargo's output directory is writable");
}
