//! The amount of code that each function compiles. Shared code is compiled once, in `shared` and `billing`.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The most lines of LLVM IR for the two crates of `health`, the smallest function. It had 10,600 when this was written.
const HEALTH_LINES_MAX: usize = 12_500;
/// The crates that its sources name.
const USED: [&str; 6] = ["health", "lambda_http", "schemars", "serde", "shared", "tokio"];

#[test]
fn a_function_compiles_little_code_by_itself() {
    let artifacts = artifacts();
    let lines: usize = ["lib", "main"].map(|file| lines(&artifacts, file)).iter().sum();
    assert!(lines > 1_000, "{lines} lines are too few: something else was counted");
    assert!(
        lines <= HEALTH_LINES_MAX,
        "`health` compiles {lines} lines of LLVM IR, more than {HEALTH_LINES_MAX}, and every function compiles the same. \
         An `async fn` is compiled by the crate that polls it: look for a new one in `shared` without `#[boxed]`, or for generic \
         code around the endpoint in shared/src/lambda, and move what does not depend on the type into a function that is not \
         generic. `make sizes FUNCTIONS=health` shows the effect on the release build."
    );
}

/// The libraries that `health` was linked from, as Cargo names them. They are built if they are not up to date.
fn artifacts() -> Vec<Value> {
    let arguments = ["build", "--locked", "--offline", "--workspace", "--bin", "health", "--message-format", "json"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The lines of LLVM IR of one crate of `health`, before any optimisation.
fn lines(artifacts: &[Value], file: &str) -> usize {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let written = folder.join(format!("health-{file}.ll"));
    let mut command = Command::new("rustc");
    let form = if file == "main" { "bin" } else { "lib" };
    command.args(["--edition=2024", "--emit=llvm-ir", "-Ccodegen-units=1", "--cap-lints=allow", "--crate-name", file]);
    command.args(["--crate-type", form]).arg("-o").arg(&written);
    for artifact in artifacts {
        let name = artifact["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
        let files = artifact["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for library in files.filter(|file| file.ends_with(".rlib") && USED.contains(&name.as_str())) {
            command.args(["--extern", &format!("{name}={library}")]);
        }
        if let Some(profile) = artifact["executable"].as_str().and_then(|executable| Path::new(executable).parent()) {
            command.arg("-L").arg(format!("dependency={}", profile.join("deps").display()));
        }
    }
    let source = root().join(format!("functions/health/src/{file}.rs"));
    let output = command.arg(source).output().expect("rustc");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(written).expect("LLVM IR");
    // Counts only the bodies of functions, not declarations and debug information.
    text.split("\ndefine ")
        .skip(1)
        .filter_map(|define| define.split("\n}").next())
        .map(|body| body.lines().count())
        .sum()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}
