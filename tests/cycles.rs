//! No circular dependencies between the files of a crate.
//!
//! A file depends on the files whose items it names: in `use`, or by a path that starts with `crate`, `super` or a module
//! below it. `mod` lines and re-exports (`pub use child::Item`) are a file's table of contents, not dependencies. A file that
//! names a re-exported item depends on the file that defines it.

use crate::tidy::sources;
use std::collections::{BTreeMap, BTreeSet};

type Module = Vec<String>;

/// The stand-in's billing engine, where paying activates a subscription and ending one voids its invoices.
const ENGINE: &str = "local/stripe/src/engine/";

/// A crate's files by module, with their code.
struct Crate {
    files: BTreeMap<Module, (String, Source)>,
}

/// A file's code, taken apart.
#[derive(Default)]
struct Source {
    /// Paths of `use` statements, without those that re-export.
    uses: Vec<Module>,
    /// Re-exported names (`*` for all) with the path of each.
    exports: Vec<Module>,
    /// Everything else.
    rest: String,
}

impl Crate {
    fn read(folder: &str) -> Self {
        let binary = |path: &str| path.ends_with("src/main.rs") || path.contains("/src/bin/");
        let code = sources(folder).into_iter().filter(|(path, _)| !binary(path)).collect::<Vec<_>>();
        let module = |path: &str| -> Module {
            let inner = path.trim_start_matches(folder).trim_start_matches('/').trim_end_matches(".rs");
            let mut parts: Module = inner.split('/').map(str::to_owned).collect();
            parts.pop_if(|last| last == "mod" || last == "lib");
            parts
        };
        let modules: BTreeSet<Module> = code.iter().map(|(path, _)| module(path)).collect();
        let file = |(path, code): (String, String)| {
            let own = module(&path);
            let source = Source::read(&code, |first| modules.contains(&child(&own, first)));
            (own, (path, source))
        };
        Self { files: code.into_iter().map(file).collect() }
    }

    /// The files that a file depends on.
    fn dependencies(&self, own: &Module) -> BTreeSet<Module> {
        let (_, source) = &self.files[own];
        let below = self.files.keys().filter(|other| other.len() == own.len() + 1 && other.starts_with(own));
        let mut paths = source.uses.clone();
        for start in below.filter_map(|module| module.last()).map(String::as_str).chain(["crate", "super"]) {
            paths.extend(named(&source.rest, start));
        }
        let mut found: BTreeSet<Module> = paths.iter().flat_map(|path| self.resolve(own, path)).collect();
        found.remove(own);
        found
    }

    /// The files that a path leads to: none outside the crate, several where it ends with `*`.
    fn resolve(&self, own: &Module, path: &[String]) -> Vec<Module> {
        let first = path[0].as_str();
        let absolute: Module = match first {
            "crate" => path[1..].to_vec(),
            "self" => own.iter().chain(&path[1..]).cloned().collect(),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                own[..own.len() - ups].iter().chain(&path[ups..]).cloned().collect()
            }
            _ if self.files.contains_key(&child(own, first)) => own.iter().chain(path).cloned().collect(),
            _ => return Vec::new(),
        };
        let longest = (0..=absolute.len()).rev().find(|length| self.files.contains_key(&absolute[..*length]));
        let (module, item) = absolute.split_at(longest.unwrap_or_default());
        self.definitions(&module.to_vec(), item.first().map_or("self", String::as_str))
    }

    /// The files that define what a module calls `item`.
    fn definitions(&self, module: &Module, item: &str) -> Vec<Module> {
        let (_, source) = &self.files[module];
        let is_named = |path: &&Module| path.last().is_some_and(|last| last == item);
        if let Some(path) = source.exports.iter().find(is_named).filter(|_| item != "*") {
            return self.resolve(module, path);
        }
        let globs = source.exports.iter().filter(|path| path.last().is_some_and(|last| last == "*"));
        let globs = globs.flat_map(|path| self.resolve(module, &path[..path.len() - 1]));
        if item == "*" {
            return globs.chain([module.clone()]).collect();
        }
        let defines = |module: &Module| {
            let kinds = ["struct", "enum", "trait", "fn", "type", "const", "static"];
            kinds.iter().any(|kind| self.files[module].1.rest.contains(&format!("{kind} {item}")))
        };
        globs.into_iter().find(defines).map_or_else(|| vec![module.clone()], |found| vec![found])
    }

    /// Groups of files each of which depends on all others of its group.
    fn cycles(&self) -> Vec<BTreeSet<&str>> {
        let edges: BTreeMap<&Module, BTreeSet<Module>> =
            self.files.keys().map(|module| (module, self.dependencies(module))).collect();
        let reach = |from: &Module| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = open.pop() {
                open.extend(edges[&module].iter().filter(|next| seen.insert((*next).clone())).cloned());
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> =
            edges.keys().map(|module| (*module, reach(module))).collect();
        let path = |module: &Module| self.files[module].0.as_str();
        let group = |module: &Module| {
            let mutual = reached[module].iter().filter(|other| reached[*other].contains(module));
            mutual.map(path).collect::<BTreeSet<&str>>()
        };
        let groups: BTreeSet<BTreeSet<&str>> = reached.keys().map(|module| group(module)).collect();
        groups.into_iter().filter(|group| group.len() > 1).collect()
    }
}

impl Source {
    fn read(code: &str, is_child: impl Fn(&str) -> bool) -> Self {
        let mut source = Self::default();
        let mut statement: Option<String> = None;
        for line in code.lines() {
            let start = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ");
            let start = start.trim_start_matches("pub ");
            let text = match statement.take() {
                Some(begun) => begun + " " + line.trim(),
                None if start.starts_with("use ") => line.trim().to_owned(),
                None => {
                    source.rest += line;
                    source.rest.push('\n');
                    continue;
                }
            };
            if !text.ends_with(';') {
                statement = Some(text);
                continue;
            }
            let is_public = text.starts_with("pub");
            let tree = text.split_once("use ").map_or("", |(_, tree)| tree).trim_end_matches(';');
            for path in expanded(tree) {
                let inner = path.iter().find(|part| *part != "self").is_some_and(|first| is_child(first));
                if is_public && inner { source.exports.push(path) } else { source.uses.push(path) }
            }
        }
        source
    }
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<Module> {
    let tree = tree.trim();
    let Some((start, branches)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|part| part.trim().to_owned()).collect()];
    };
    let branches = branches.trim_end().strip_suffix('}').expect("a closed tree");
    let (mut depth, mut branch, mut all) = (0, String::new(), Vec::new());
    for sign in branches.chars().chain([',']) {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        if sign == ',' && depth == 0 {
            if !branch.trim().is_empty() {
                all.extend(expanded(&format!("{start}{}", branch.trim())));
            }
            branch.clear();
        } else {
            branch.push(sign);
        }
    }
    all
}

/// The paths in code that start with a name.
fn named(code: &str, start: &str) -> Vec<Module> {
    let is_name = |sign: char| sign.is_alphanumeric() || sign == '_';
    let start = format!("{start}::");
    let found = code.match_indices(&start).filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|sign| is_name(sign) || sign == ':')
    });
    let path = |(at, _): (usize, &str)| {
        let end = code[at..].find(|sign: char| !is_name(sign) && sign != ':').map_or(code.len(), |length| at + length);
        let parts = code[at..end].split("::").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    found.map(path).collect()
}

#[test]
fn the_files_of_a_crate_have_no_circular_dependencies() {
    let mut refused = Vec::new();
    for folder in [
        "shared",
        "shared/billing",
        "shared/boxed",
        "shared/search",
        "local",
        "local/service",
        "local/standin",
        "local/stripe",
        "local/mux",
    ] {
        let crate_ = Crate::read(&format!("{folder}/src"));
        assert!(crate_.files.keys().any(Vec::is_empty), "{folder} has a lib.rs");
        let is_engine = |group: &BTreeSet<&str>| group.iter().all(|path| path.starts_with(ENGINE));
        refused.extend(crate_.cycles().into_iter().filter(|group| !is_engine(group)).map(|group| format!("{group:?}")));
    }
    assert!(refused.is_empty(), "these files depend on each other:\n{}", refused.join("\n"));
}

#[test]
fn the_check_sees_a_cycle_through_use_paths_children_and_re_exports() {
    let file = |module: &[&str], code: &str, modules: &[&str]| {
        let own: Module = module.iter().map(|part| (*part).to_owned()).collect();
        let source = Source::read(code, |first| modules.contains(&first));
        (own, (format!("{}.rs", module.join("/")), source))
    };
    let cycles = |files: [(Module, (String, Source)); 3]| {
        let crate_ = Crate { files: files.into() };
        let groups = crate_.cycles();
        groups.iter().map(|group| group.iter().map(|path| (*path).to_owned()).collect()).collect::<Vec<Vec<String>>>()
    };
    let lib = |code| file(&[], code, &["a", "b"]);
    let both = vec![vec!["a.rs".to_owned(), "b.rs".to_owned()]];
    let one_way =
        [lib("mod a;\nmod b;\n"), file(&["a"], "use crate::b::{self, Item};\n", &[]), file(&["b"], "fn b() {}\n", &[])];
    assert!(cycles(one_way).is_empty());
    let by_use = [lib(""), file(&["a"], "use crate::{\n    b::Item,\n};\n", &[]), file(&["b"], "use super::a;\n", &[])];
    assert_eq!(cycles(by_use), both);
    let by_path =
        [lib(""), file(&["a"], "fn a() { crate::b::run() }\n", &[]), file(&["b"], "use crate::a::run;\n", &[])];
    assert_eq!(cycles(by_path), both);
    let exported = "pub use a::Item;\npub use b::*;\n";
    let by_export = [
        lib(exported),
        file(&["a"], "use crate::Other;\n", &[]),
        file(&["b"], "use crate::Item;\nstruct Other;\n", &[]),
    ];
    assert_eq!(cycles(by_export), both);
    let by_child = [lib("fn run() { a::run() }\n"), file(&["a"], "use crate::run;\n", &[]), file(&["b"], "", &[])];
    assert_eq!(cycles(by_child), [vec![".rs".to_owned(), "a.rs".to_owned()]]);
}
