//! The functions' executables in a folder (`BOOTSTRAPS`), which the platform runs instead of the code linked into it.

use crate::aws::outside;
use crate::aws::protocol::Credentials;
use crate::log::Log;
use crate::processes::{Executable, Program};
use crate::start::StartError;
use crate::template::{ACCOUNT, Function, REGION, Template};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The executables of the functions of `template`, by function name.
///
/// # Errors
/// If an executable is missing.
pub(crate) fn find(
    folder: &Path,
    template: &Template,
    aws: &str,
    credentials: &Credentials,
    log: &Log,
) -> Result<BTreeMap<String, Executable>, StartError> {
    let mut found = BTreeMap::new();
    for function in template.functions.values() {
        let log = log.clone();
        let program = Program {
            name: function.name.clone(),
            command: (executable(folder, &function.name)?, Vec::new()),
            arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", function.name),
            environment: environment(function, aws, credentials),
            log: Arc::new(move |line| log.line(line)),
        };
        found.insert(function.name.clone(), Executable::new(program, function.timeout));
    }
    Ok(found)
}

/// All variables of a process of `function` except the address of its runtime API: those from the template, those that
/// Lambda sets, and the address and keys of the platform's AWS.
pub(crate) fn environment(function: &Function, aws: &str, credentials: &Credentials) -> BTreeMap<String, String> {
    let lambda = [
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.as_str()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "local"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
    ];
    let sdk = sdk_environment(&function.name, aws, credentials);
    let mut environment = function.environment.clone();
    environment.extend(lambda.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    environment.extend(sdk.into_iter().map(|(name, value)| (name.to_owned(), value)));
    environment
}

/// The variables that the AWS SDK needs in a process of `function`: the address of the platform's AWS, its region, and the
/// function's own keys, with which it may do only what its policies allow.
pub(crate) fn sdk_environment(function: &str, aws: &str, credentials: &Credentials) -> BTreeMap<&'static str, String> {
    let keys = outside::credentials_of(function, credentials);
    BTreeMap::from([
        ("AWS_ENDPOINT_URL", aws.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", keys.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", keys.secret_access_key),
    ])
}

/// A function's executable: `NAME`, as cargo builds it, or `NAME/bootstrap`, as cargo-lambda does.
fn executable(folder: &Path, name: &str) -> Result<PathBuf, StartError> {
    let all = [folder.join(name), folder.join(name).join("bootstrap")];
    let found = all.into_iter().find(|file| file.is_file());
    found.ok_or_else(|| {
        let build = "build all with `cargo build --locked --workspace --bins`, or `cargo lambda build`";
        StartError::Functions(format!("BOOTSTRAPS: {} has no executable for `{name}`; {build}", folder.display()))
    })
}
