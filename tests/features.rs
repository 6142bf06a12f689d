//! SAM builds each function separately. A shared dependency is compiled only once if all functions enable the same features
//! of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The functions by dependency (name and version) and by the features that they enable.
type Features = BTreeMap<String, BTreeMap<String, Vec<String>>>;

#[test]
fn every_function_enables_the_same_features_of_a_dependency() {
    let mut features = Features::new();
    for functions in alike().into_values() {
        let (first, _) = functions.split_first().expect("at least one function");
        for line in tree(first) {
            let mut parts = line.splitn(3, ' ').map(str::to_owned);
            let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let function_sets = features.entry(format!("{name} {version}")).or_default();
            function_sets.entry(parts.next().unwrap_or_default()).or_default().push(first.clone());
        }
    }
    assert!(features.keys().any(|name| name.starts_with("aws-sdk-dynamodb ")), "the dependencies were read");
    features.retain(|_, sets| sets.len() > 1);
    assert!(features.is_empty(), "built once for each set of features: {features:#?}");
}

/// The functions, grouped by the dependencies in their manifests. One function of each group stands for the others.
fn alike() -> BTreeMap<BTreeSet<String>, Vec<String>> {
    let mut alike: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("functions")).expect("functions").flatten() {
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).expect("a manifest");
        let (_, dependencies) = manifest.split_once("\n[dependencies]\n").expect("dependencies");
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        let dependencies = dependencies.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        alike.entry(dependencies).or_default().push(entry.file_name().into_string().expect("UTF-8"));
    }
    alike
}

/// What is compiled for a function: name, version and features of each dependency.
fn tree(function: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}"];
    let output = Command::new(env!("CARGO")).args(arguments).args(["--package", function]).current_dir(root()).output();
    let output = output.expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| line.trim_end_matches(" (*)").trim_end().to_owned()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
