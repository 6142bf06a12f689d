//! Finds the functions. Each folder of functions/ has a `main.rs` that names the type that Lambda runs, and the
//! platform mounts the same type. The Cargo dependencies cannot be derived: `make endpoint` adds them to this crate's
//! manifest.

use std::path::Path;
use std::{env, fs};

const FUNCTIONS: &str = "../../functions";

fn main() {
    println!("cargo::rerun-if-changed={FUNCTIONS}");
    let folders = fs::read_dir(FUNCTIONS).expect("functions/ is in the repository's root");
    let mut names: Vec<String> = folders
        .map(|folder| folder.expect("an entry of functions/").file_name().into_string().expect("a name in UTF-8"))
        .filter(|name| Path::new(FUNCTIONS).join(name).join("Cargo.toml").is_file())
        .collect();
    names.sort_unstable();
    let (mut endpoints, mut jobs) = (String::new(), String::new());
    for name in names {
        let file = Path::new(FUNCTIONS).join(&name).join("src/main.rs");
        let main = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        match (run_by(&main, "lambda::run::<"), run_by(&main, "lambda::run_job::<")) {
            (Some(endpoint), None) => endpoints += &format!("        {name:?} => {endpoint},\n"),
            (None, Some(job)) => jobs += &format!("        {name:?} => {job},\n"),
            _ => panic!("{}: neither `run::<Endpoint>` nor `run_job::<Job>`", file.display()),
        }
    }
    let text = format!("functions! {{\n    endpoints {{\n{endpoints}    }}\n    jobs {{\n{jobs}    }}\n}}\n");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("functions.in"), text).expect("cargo's output directory is writable");
}

/// The type between `call` and the next `>`.
fn run_by<'a>(main: &'a str, call: &str) -> Option<&'a str> {
    Some(main.split_once(call)?.1.split_once('>')?.0)
}
