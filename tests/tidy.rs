//! The rules of docs/ARCHITECTURE.md that a compiler does not enforce.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Every Rust file below a folder, by its path from the root, without comments and without its tests.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root().join(folder)];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("source");
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.insert(name, code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no Rust");
    found
}

fn functions() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("functions")).expect("functions/");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

/// The places where `wanted` stands in code, other than in files whose path starts with one of `allowed`.
fn places(folders: &[&str], wanted: &str, allowed: &[&str]) -> Vec<String> {
    let files = folders.iter().flat_map(|folder| sources(folder));
    let hit =
        files.filter(|(path, code)| code.contains(wanted) && !allowed.iter().any(|start| path.starts_with(start)));
    hit.map(|(path, _)| path).collect()
}

#[test]
fn functions_depend_on_shared_code_alone() {
    for function in functions() {
        let manifest = read(format!("functions/{function}/Cargo.toml"));
        for line in manifest.lines().filter(|line| line.contains("{ path = ")) {
            let shared = line.contains("\"../../shared\"") || line.contains("\"../../shared/billing\"");
            assert!(shared, "{function} depends on {line}");
        }
    }
    for manifest in ["shared/Cargo.toml", "shared/billing/Cargo.toml"] {
        let text = read(manifest);
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or_default();
        assert!(!dependencies.contains("local") && !dependencies.contains("dynoxide"), "{manifest}");
    }
}

#[test]
fn models_know_nothing_outside_models() {
    for (path, code) in sources("shared/src/models") {
        for line in code.lines().filter(|line| line.contains("crate::")) {
            let known = line.contains("crate::models::") || line.contains("crate::http::error::");
            assert!(known, "{path}: {line}");
        }
        for outside in ["aws_", "lambda_http", "reqwest", "tokio", "Timestamp::now", "Zoned::now", "SystemTime"] {
            assert!(!code.contains(outside), "{path} knows {outside}");
        }
    }
}

#[test]
fn a_path_stands_in_the_template_only() {
    assert_eq!(places(&["functions", "shared/src", "shared/billing/src"], "\"/api/", &[]), Vec::<String>::new());
}

#[test]
fn settings_are_read_in_one_place() {
    let allowed = ["shared/src/services.rs", "shared/src/lambda.rs", "functions/no-route/build.rs"];
    assert_eq!(places(&["functions", "shared/src", "shared/billing/src"], "env::", &allowed), Vec::<String>::new());
}

#[test]
fn dynamodb_is_spoken_in_stores_only() {
    let allowed = ["shared/src/stores/", "shared/src/services.rs"];
    assert_eq!(
        places(&["functions", "shared/src", "shared/billing/src"], "aws_sdk_dynamodb", &allowed),
        Vec::<String>::new()
    );
    assert_eq!(places(&["functions", "shared/src", "shared/billing/src"], ".scan()", &[]), Vec::<String>::new());
}

#[test]
fn stripes_sdk_is_linked_into_those_that_bill_only() {
    for function in functions() {
        let manifest = read(format!("functions/{function}/Cargo.toml"));
        assert!(!manifest.contains("async-stripe"), "{function} speaks to Stripe past the billing crate");
        let template = read("template.yaml");
        let entry = entry(&template, &function);
        assert_eq!(
            manifest.contains("shared/billing"),
            entry.contains("STRIPE_SECRET"),
            "{function}: the billing crate and the secret go together"
        );
    }
    assert!(!read("shared/Cargo.toml").contains("async-stripe"));
}

#[test]
fn nothing_in_a_function_outlives_its_request_or_writes_past_the_log() {
    for wanted in ["tokio::spawn(", "println!", "eprintln!", "dbg!", "todo!", "unimplemented!", ".unwrap()"] {
        let found = places(
            &["functions", "shared/src", "shared/billing/src"],
            wanted,
            &["shared/src/lambda.rs", "functions/no-route/build.rs"],
        );
        assert_eq!(found, Vec::<String>::new(), "{wanted}");
    }
}

#[test]
fn every_function_is_whole() {
    let (template, mounted, manifest) =
        (read("template.yaml"), read("local/src/functions.rs"), read("local/Cargo.toml"));
    for function in functions() {
        assert!(template.contains(&format!("Binary: {function}\n")), "{function} is not in the template");
        assert!(mounted.contains(&format!("\"{function}\" => ")), "{function} is not mounted locally");
        assert!(manifest.contains(&format!("../functions/{function}\"")), "{function} is not linked locally");
        assert!(root().join(format!("events/{function}.json")).exists(), "{function} has no event");
        let test = format!("tests/{}.rs", function.replace('-', "_"));
        assert!(root().join(&test).exists(), "{function} has no test: {test}");
    }
    for line in template.lines().filter_map(|line| line.trim().strip_prefix("Binary: ")) {
        assert!(functions().contains(line), "{line} of the template is not a function");
    }
}

#[test]
fn every_main_is_the_same_but_for_one_name() {
    let mut forms = BTreeSet::new();
    for function in functions() {
        let krate = function.replace('-', "_");
        let kind: String = function.split('-').map(capitalised).collect();
        let main = read(format!("functions/{function}/src/main.rs"));
        forms.insert(main.replace(&format!("{krate}::{kind}"), "FUNCTION"));
        assert!(
            !read(format!("functions/{function}/src/lib.rs")).contains("#[cfg(test)]"),
            "{function}: rules are tested in models"
        );
    }
    assert!(forms.len() <= 2, "one form for endpoints, one for jobs: {forms:#?}");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let listed = std::process::Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    for path in listed.lines().filter(|path| *path != "tests/tidy.rs" && root().join(path).is_file()) {
        let Ok(text) = fs::read_to_string(root().join(path)) else { continue };
        for foreign in
            ["/root/", "/work/", "index.crates.io", "registry.npmjs.org", "files.pythonhosted.org", "deb.debian.org"]
        {
            let lock = path.ends_with("package-lock.json") && foreign == "registry.npmjs.org";
            assert!(lock || !text.contains(foreign), "{path} names {foreign}");
        }
    }
}

fn entry<'a>(template: &'a str, function: &str) -> &'a str {
    let start =
        template.find(&format!("Binary: {function}\n")).unwrap_or_else(|| panic!("{function} is in the template"));
    let rest = &template[start..];
    &rest[..rest.find("\n\n").unwrap_or(rest.len())]
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
