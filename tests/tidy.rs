//! The rules of docs/ARCHITECTURE.md that the compiler does not enforce.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The repository, or the copy of it that `TIDY_ROOT` names.
pub(crate) fn root() -> PathBuf {
    if let Some(copy) = std::env::var_os("TIDY_ROOT") {
        return copy.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Every Rust file in a folder, by its path from the root, without comments and tests.
pub(crate) fn sources(folder: &str) -> BTreeMap<String, String> {
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

/// The places in code that contain `wanted`, except in files whose path starts with one of `allowed`.
fn places(folders: &[&str], wanted: &str, allowed: &[&str]) -> Vec<String> {
    let files = folders.iter().flat_map(|folder| sources(folder));
    let hit =
        files.filter(|(path, code)| code.contains(wanted) && !allowed.iter().any(|start| path.starts_with(start)));
    hit.map(|(path, _)| path).collect()
}

#[test]
fn functions_depend_only_on_shared_code() {
    for function in functions() {
        let manifest = read(format!("functions/{function}/Cargo.toml"));
        for line in manifest.lines().filter(|line| line.contains("{ path = ")) {
            let shared = line.contains("\"../../shared\"") || line.contains("\"../../shared/billing\"");
            assert!(shared, "{function} depends on {line}");
        }
    }
    for manifest in ["shared/Cargo.toml", "shared/billing/Cargo.toml", "shared/search/Cargo.toml"] {
        let text = read(manifest);
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or_default();
        assert!(!dependencies.contains("local") && !dependencies.contains("dynoxide"), "{manifest}");
    }
}

#[test]
fn models_know_nothing_outside_models() {
    for (path, code) in sources("shared/src/models") {
        // Tests of models as well.
        for line in read(&path).lines().filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::models::"), "{path}: {line}");
        }
        for outside in ["aws_", "lambda_", "http::", "reqwest", "tokio", "Timestamp::now", "Zoned::now", "SystemTime"] {
            assert!(!code.contains(outside), "{path} knows {outside}");
        }
    }
}

#[test]
fn paths_appear_only_in_the_template() {
    assert_eq!(places(&["functions", "shared/src", "shared/billing/src"], "\"/api/", &[]), Vec::<String>::new());
}

#[test]
fn only_stores_use_dynamodb() {
    let allowed = ["shared/src/stores/", "shared/src/services.rs"];
    assert_eq!(
        places(&["functions", "shared/src", "shared/billing/src"], "aws_sdk_dynamodb", &allowed),
        Vec::<String>::new()
    );
}

#[test]
fn stripes_sdk_is_linked_only_into_billing_functions() {
    for function in functions() {
        let manifest = read(format!("functions/{function}/Cargo.toml"));
        assert!(!manifest.contains("async-stripe"), "{function} bypasses the billing crate");
        let template = read("template.yaml");
        let entry = entry(&template, &function);
        assert_eq!(
            manifest.contains("shared/billing"),
            entry.contains("STRIPE_SECRET"),
            "{function} must have both the billing crate and the secret, or neither"
        );
    }
    assert!(!read("shared/Cargo.toml").contains("async-stripe"));
}

#[test]
fn no_function_bypasses_the_log_or_panics_explicitly() {
    for wanted in ["println!", "eprintln!", "dbg!", "todo!", "unimplemented!", ".unwrap()"] {
        let found = places(
            &["functions", "shared/src", "shared/billing/src"],
            wanted,
            &["shared/src/lambda.rs", "functions/no-route/build.rs"],
        );
        assert_eq!(found, Vec::<String>::new(), "{wanted}");
    }
}

/// An `async fn` is compiled in the crate that polls it, a boxed one in its own crate. Generic functions are compiled by their
/// users either way.
#[test]
fn every_public_future_of_shared_code_is_boxed() {
    let mut boxed = 0;
    for (path, code) in ["shared/src", "shared/billing/src"].into_iter().flat_map(sources) {
        let mut parts = code.split("pub async fn ");
        let mut before = parts.next().unwrap_or_default();
        for part in parts {
            let signature = part.split('{').next().unwrap_or_default();
            let is_generic =
                signature.contains("impl ") || signature.split('(').next().unwrap_or_default().contains('<');
            let is_boxed = before.trim_end().ends_with("#[boxed]");
            assert!(
                is_boxed || is_generic,
                "{path}: `{}` is not #[boxed]",
                signature.lines().next().unwrap_or_default()
            );
            boxed += usize::from(is_boxed);
            before = part;
        }
    }
    assert!(boxed > 100, "{boxed} were found");
}

#[test]
fn every_function_is_complete() {
    let (template, manifest, tests) = (read("template.yaml"), read("local/service/Cargo.toml"), read("tests/main.rs"));
    for function in functions() {
        assert!(template.contains(&format!("Binary: {function}\n")), "{function} is not in the template");
        assert!(manifest.contains(&format!("../functions/{function}\"")), "{function} is not linked locally");
        assert!(root().join(format!("events/{function}.json")).exists(), "{function} has no event");
        let test = function.replace('-', "_");
        assert!(root().join(format!("tests/{test}.rs")).exists(), "{function} has no test: tests/{test}.rs");
        assert!(tests.contains(&format!("mod {test};\n")), "tests/main.rs does not name {test}");
    }
    for line in template.lines().filter_map(|line| line.trim().strip_prefix("Binary: ")) {
        assert!(functions().contains(line), "{line} of the template is not a function");
    }
}

#[test]
fn all_main_files_are_the_same_except_for_one_name() {
    let mut forms = BTreeSet::new();
    for function in functions() {
        let krate = function.replace('-', "_");
        let kind: String = function.split('-').map(capitalised).collect();
        let main = read(format!("functions/{function}/src/main.rs"));
        forms.insert(main.replace(&format!("{krate}::{kind}"), "FUNCTION"));
        assert!(
            !read(format!("functions/{function}/src/lib.rs")).contains("#[cfg(test)]"),
            "{function} has unit tests; rules and their tests belong in models"
        );
    }
    assert!(forms.len() <= 2, "one form for endpoints, one for jobs: {forms:#?}");
}

#[test]
fn the_project_mentions_only_itself() {
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

/// The most lines of a function, without comments.
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn no_function_is_too_long() {
    let mut long = Vec::new();
    for (path, code) in ["functions", "shared", "local", "tests"].iter().flat_map(|folder| sources(folder)) {
        let lines: Vec<&str> = code.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let signature = line.trim_start();
            if !signature.split('(').next().unwrap_or_default().split(' ').any(|word| word == "fn") {
                continue;
            }
            let ends = |line: &&str| line.ends_with(['{', ';', '}']);
            let Some(opened) = lines[start..].iter().position(ends).filter(|at| lines[start + at].ends_with('{'))
            else {
                continue;
            };
            let end = format!("{}}}", &line[..line.len() - signature.len()]);
            let mut rest = lines[start + opened..].iter();
            let Some(closed) = rest.position(|line| line.starts_with(&end)) else { continue };
            let length = opened + closed + 1;
            if length > FUNCTION_LINES_MAX {
                long.push(format!("{path}: {length} lines: {signature}"));
            }
        }
    }
    assert!(long.is_empty(), "longer than {FUNCTION_LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn no_option_or_result_is_nested_ambiguously() {
    let nested = ["Option<Option<", "Option<Result<", "Result<Result<", "Result<Option<Option<"];
    for wanted in nested {
        let found = places(&["functions", "shared", "local"], wanted, &[]);
        assert_eq!(found, Vec::<String>::new(), "{wanted}");
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
