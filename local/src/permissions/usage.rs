//! Records which permissions are used: one that the tests never use may be superfluous.

use super::{Grant, grants};
use crate::template::Template;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Writes each permission to a file when it is first used: one line with policy, action and resource, separated by
/// tabs. Several platforms may append to one file. Clones share their state; the default writes nothing.
#[derive(Clone, Default)]
pub struct Usage(Option<Arc<Mutex<Inner>>>);

struct Inner {
    file: File,
    seen: BTreeSet<Grant>,
}

impl Usage {
    /// Appends to `file`; writes nothing without one.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(file: Option<&Path>) -> io::Result<Self> {
        let Some(file) = file else { return Ok(Self(None)) };
        let file = OpenOptions::new().create(true).append(true).open(file)?;
        Ok(Self(Some(Arc::new(Mutex::new(Inner { file, seen: BTreeSet::new() })))))
    }

    /// Records the permissions that allowed a call.
    ///
    /// # Panics
    /// If the file cannot be written, because an incomplete report would be wrong.
    pub fn record(&self, used: Vec<Grant>) {
        let Some(inner) = &self.0 else { return };
        let mut inner = inner.lock().expect("no panic while held");
        for grant in used {
            if !inner.seen.contains(&grant) {
                inner.file.write_all(line(&grant).as_bytes()).expect("the record of used permissions can be written");
                inner.seen.insert(grant);
            }
        }
    }
}

/// The permissions in the template that no line of `used` names.
pub fn unused(template: &Template, used: &str) -> Vec<Grant> {
    let used: BTreeSet<&str> = used.lines().collect();
    let all: BTreeSet<Grant> = template.functions.values().flat_map(|function| grants(&function.statements)).collect();
    all.into_iter().filter(|grant| !used.contains(line(grant).trim_end())).collect()
}

fn line(Grant { policy, action, resource }: &Grant) -> String {
    format!("{policy}\t{action}\t{resource}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const TEMPLATE: &str = r#"
Resources:
  EveryPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: { Statement: { Effect: Allow, Action: "dynamodb:Query", Resource: "arn:aws:a" } }
  LoginFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: login } }
    Properties:
      Policies:
        - !Ref EveryPolicy
        - Statement: { Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: ["arn:aws:a", "arn:aws:b"] }
"#;

    #[test]
    fn a_permission_that_no_run_used_is_reported_and_every_other_is_not() {
        let template = Template::parse(TEMPLATE, &BTreeMap::new()).expect("a template");
        let all: Vec<Grant> = grants(&template.functions["login"].statements).collect();
        assert_eq!(all.len(), 5, "two actions on two resources, and the managed policy's: {all:?}");
        let file = std::env::temp_dir().join(format!("marquee-usage-{}", std::process::id()));
        // Two platforms, as in two tests: a permission counts as used if either used it.
        Usage::open(Some(&file)).expect("a file").record(vec![all[0].clone(), all[1].clone(), all[0].clone()]);
        Usage::open(Some(&file)).expect("the file").record(vec![all[3].clone()]);
        let used = std::fs::read_to_string(&file).expect("the record");
        std::fs::remove_file(&file).expect("its own file");

        assert_eq!(used.lines().count(), 3, "each once: {used}");
        let unused = unused(&template, &used);
        assert_eq!(unused.len(), 2, "{unused:?}");
        assert!(unused.contains(&all[2]) && unused.contains(&all[4]), "{unused:?}");
    }
}
