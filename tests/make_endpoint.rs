//! `make endpoint`: what it writes is a whole endpoint, and what it refuses leaves everything as it was. `make test-endpoint`
//! goes on, and builds and calls what was written.

use local::template::{Route, Template};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::Folder;

/// A copy of the repository, in a Git repository of its own.
struct Copy(Folder);

impl Copy {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = run_in(root, Command::new("git").args(arguments));
        let folder = Folder::empty();
        for name in String::from_utf8(listed.stdout).expect("UTF-8").split_terminator('\0') {
            // What is deleted and not committed is listed all the same.
            if root.join(name).is_file() {
                let to = folder.path().join(name);
                std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder in the copy");
                std::fs::copy(root.join(name), to).expect("a file in the copy");
            }
        }
        let copy = Self(folder);
        copy.run(Command::new("git").args(["init", "--quiet"]));
        copy.run(Command::new("git").args(["add", "--all"]));
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn run(&self, command: &mut Command) -> Output {
        run_in(self.0.path(), command)
    }

    /// The paths that differ from the repository's.
    fn changes(&self) -> Vec<String> {
        let changed = self.run(Command::new("git").args(["status", "--porcelain", "--untracked-files=all"]));
        // `git add` has staged everything: what came later is in the second column.
        let lines = String::from_utf8(changed.stdout).expect("UTF-8");
        lines.lines().filter(|line| !line.starts_with("A  ")).map(|line| line[3..].to_owned()).collect()
    }

    fn endpoint(&self, words: &[&str]) -> Output {
        let script = self.path("scripts/endpoint");
        Command::new(script).args(words).arg("--files-only").output().expect("scripts/endpoint runs")
    }
}

fn run_in(folder: &Path, command: &mut Command) -> Output {
    let output = command.current_dir(folder).output().expect("the command runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[test]
fn an_endpoint_that_is_written_is_whole_and_keeps_the_rules_of_the_project() {
    let copy = Copy::new();
    let written = [
        ["list-awards", "GET", "/api/awards", "Viewer"],
        ["rate-video", "POST", "/api/videos/{id}/rating", "Viewer"],
        ["list-studios", "GET", "/api/studios", "Anyone"],
        ["delete-studio", "DELETE", "/api/admin/studios/{id}", "RecentAdmin"],
    ];

    for words in written {
        let output = copy.endpoint(&words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    copy.run(Command::new("cargo").args(["update", "--workspace", "--locked", "--offline"]));
    copy.run(Command::new("cargo").args(["fmt", "--all", "--check"]));
    copy.run(Command::new(std::env::current_exe().expect("this test")).arg("tidy::").env("TIDY_ROOT", copy.0.path()));
    let template = Template::load(&copy.path("template.yaml"), &BTreeMap::new()).expect("the platform takes it");
    for [name, method, path, caller] in written {
        let function = &template.functions[name];
        let keys: Vec<String> = function.routes.iter().map(Route::key).collect();
        let is_public = caller == "Anyone";
        let head = is_public.then(|| format!("HEAD {path}"));
        assert_eq!(keys.len(), 1 + head.iter().len(), "{keys:?}");
        assert!(keys.contains(&format!("{method} {path}")) && head.is_none_or(|head| keys.contains(&head)), "{keys:?}");
        let policy = if is_public { "AnyonePolicy" } else { "ViewerPolicy" };
        assert!(function.statements.iter().all(|statement| statement.policy == policy), "{:?}", function.statements);
        let event: Value = serde_json::from_str(&copy.read(&format!("events/{name}.json"))).expect("JSON");
        assert_eq!(event["routeKey"], format!("{method} {path}"));
    }
    let rating = copy.read("functions/rate-video/src/lib.rs");
    assert!(rating.contains("type Input = (Path<VideoId>, Body<RateVideoRequest>);"), "{rating}");
    let order = copy.read("template.yaml");
    let place = |name: &str| order.find(&format!("\n  {name}Function:")).expect("a function of the template");
    assert!(
        place("UpdateProgress") < place("RateVideo") && place("RateVideo") < place("GetPreferences"),
        "beside its like"
    );
}

#[test]
fn whatever_is_refused_leaves_everything_as_it_was() {
    let copy = Copy::new();
    let refused = [
        (["get-me", "GET", "/api/me", "Viewer"], "functions/get-me exists"),
        (["shared", "GET", "/api/shared", "Viewer"], "Cargo.lock has a package shared"),
        (["notices", "GET", "/api/notices", "Viewer"], "tests/notices exists"),
        (["List-Awards", "GET", "/api/awards", "Viewer"], "NAME is 'List-Awards'"),
        (["list_awards", "GET", "/api/awards", "Viewer"], "NAME is 'list_awards'"),
        (["", "GET", "/api/awards", "Viewer"], "NAME is ''"),
        (["list-awards", "HEAD", "/api/awards", "Viewer"], "METHOD is 'HEAD'"),
        (["list-awards", "get", "/api/awards", "Viewer"], "METHOD is 'get'"),
        (["list-awards", "GET", "/api/awards", "viewer"], "CALLER is 'viewer'"),
        (["list-awards", "GET", "/api/awards", "Signed"], "CALLER is 'Signed'"),
        (["list-awards", "GET", "/awards", "Viewer"], "ROUTE is '/awards'"),
        (["list-awards", "GET", "/api/v1/awards", "Viewer"], "ROUTE is '/api/v1/awards'"),
        (["list-awards", "GET", "/api/awards/", "Viewer"], "ROUTE is '/api/awards/'"),
        (["list-awards", "GET", "/api/a/{b}/{c}", "Viewer"], "one parameter at most"),
        (["who-am-i", "GET", "/api/auth/me", "Viewer"], "GET /api/auth/me is the route of GetMeFunction"),
        (["show-video", "GET", "/api/videos/{video_id}", "Viewer"], "is the route of GetVideoFunction"),
        (["read-plans", "GET", "/api/plans", "Anyone"], "is the route of ListPlansFunction"),
    ];

    for (words, why) in refused {
        let output = copy.endpoint(&words);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && message.contains(why), "{words:?}: {message}");
    }

    assert_eq!(copy.changes(), Vec::<String>::new());
}
