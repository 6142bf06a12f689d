//! Secrets Manager: the four secrets, generated at the first start and stored in a file that only its owner can read.

use super::protocol::{Credentials, Service, answer, error};
use crate::template::Secret;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The secrets, by the names in the template.
pub struct Secrets {
    file: Option<PathBuf>,
    /// Names and ARNs, by logical id.
    known: Vec<Secret>,
    vault: Mutex<Vault>,
}

/// The content of the file.
#[derive(Clone, Serialize, Deserialize)]
struct Vault {
    credentials: Credentials,
    /// The value of each secret, by its logical id in the template.
    secrets: BTreeMap<String, Value>,
    /// The logical ids of deleted secrets, which can no longer be found.
    #[serde(default)]
    deleted: BTreeSet<String>,
}

impl Secrets {
    /// Reads the file, or generates new secrets and writes them. Without a path the secrets stay in memory.
    ///
    /// # Errors
    /// If the file cannot be read or written, or the template has a secret that this platform cannot fill.
    pub fn open(file: Option<&Path>, known: &[Secret]) -> io::Result<Self> {
        let read = file.filter(|path| path.exists()).map(std::fs::read).transpose()?;
        let vault = match read {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other)?,
            None => Vault::generate()?,
        };
        if let Some(other) = known.iter().find(|secret| !vault.secrets.contains_key(&secret.logical_id)) {
            return Err(io::Error::other(format!(
                "this platform does not know how to fill the secret {}",
                other.logical_id
            )));
        }
        let secrets = Self { file: file.map(Path::to_owned), known: known.to_vec(), vault: Mutex::new(vault) };
        secrets.save()?;
        Ok(secrets)
    }

    /// The AWS access keys for clients other than the functions.
    pub fn credentials(&self) -> Credentials {
        self.vault().credentials.clone()
    }

    /// The value of the secret with a logical id; null if the template has no such secret.
    pub fn value(&self, logical_id: &str) -> Value {
        self.vault().secrets.get(logical_id).cloned().unwrap_or_default()
    }

    /// Sets fields of the secret with a logical id, replacing existing ones.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn extend(&self, logical_id: &str, fields: Value) -> io::Result<()> {
        {
            let mut vault = self.vault();
            let secret = vault.secrets.entry(logical_id.to_owned()).or_insert_with(|| json!({}));
            if let (Some(secret), Value::Object(fields)) = (secret.as_object_mut(), fields) {
                secret.extend(fields);
            }
        }
        self.save()
    }

    /// The secret named by `id`, a name or an ARN.
    pub fn arn(&self, id: &str) -> Option<String> {
        self.find(id).map(|secret| secret.arn.clone())
    }

    /// Implements `DescribeSecret`, `GetSecretValue`, `PutSecretValue`, and `DeleteSecret` without a recovery window.
    pub fn answer(&self, operation: &str, body: &Bytes) -> http::Response<Bytes> {
        let refused = |code, why: &str| error(Service::Secrets, StatusCode::BAD_REQUEST, code, why);
        let Ok(request) = serde_json::from_slice::<Value>(body) else {
            return refused("SerializationException", "not JSON");
        };
        let Some(secret) = self.find(request["SecretId"].as_str().unwrap_or_default()) else {
            return refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
        };
        let named = json!({ "ARN": secret.arn, "Name": secret.name, "VersionStages": ["AWSCURRENT"] });
        match operation {
            "DescribeSecret" => {
                answer(Service::Secrets, StatusCode::OK, &json!({ "ARN": secret.arn, "Name": secret.name }))
            }
            "DeleteSecret" if request["ForceDeleteWithoutRecovery"] == true => {
                self.vault().deleted.insert(secret.logical_id.clone());
                self.saved(&json!({ "ARN": secret.arn, "Name": secret.name }))
            }
            "DeleteSecret" => refused(
                "InvalidParameterException",
                "this platform deletes secrets only with ForceDeleteWithoutRecovery",
            ),
            "GetSecretValue" => {
                let mut body = named;
                body["SecretString"] = self.value(&secret.logical_id).to_string().into();
                answer(Service::Secrets, StatusCode::OK, &body)
            }
            "PutSecretValue" => {
                let value = request["SecretString"].as_str().and_then(|text| serde_json::from_str(text).ok());
                let Some(value) = value else {
                    return refused("InvalidParameterException", "the secret must be a JSON string");
                };
                self.vault().secrets.insert(secret.logical_id.clone(), value);
                self.saved(&named)
            }
            other => refused("UnknownOperationException", &format!("this platform does not support {other}")),
        }
    }

    /// Returns `body` once the change has been written.
    fn saved(&self, body: &Value) -> http::Response<Bytes> {
        match self.save() {
            Ok(()) => answer(Service::Secrets, StatusCode::OK, body),
            Err(problem) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                error(Service::Secrets, status, "InternalServiceError", &problem.to_string())
            }
        }
    }

    fn find(&self, id: &str) -> Option<&Secret> {
        let found = self.known.iter().find(|secret| secret.arn == id || secret.name == id)?;
        (!self.vault().deleted.contains(&found.logical_id)).then_some(found)
    }

    fn vault(&self) -> std::sync::MutexGuard<'_, Vault> {
        self.vault.lock().expect("no panic while held")
    }

    /// Writes a new file and renames it, so a kill leaves either the old or the new version.
    fn save(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = serde_json::to_vec_pretty(&*self.vault()).map_err(io::Error::other)?;
        let fresh = file.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut handle = options.open(&fresh)?;
        handle.write_all(&text)?;
        handle.sync_all()?;
        std::fs::rename(&fresh, file)
    }
}

impl Vault {
    fn generate() -> io::Result<Self> {
        let document = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new()).map_err(unspecified)?;
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(io::Error::other)?;
        let public = pair.public_key().as_der().map_err(unspecified)?;
        let kid = random_hex(8)?;
        let mut verification_keys = serde_json::Map::new();
        verification_keys.insert(kid.clone(), pem("PUBLIC KEY", public.as_ref()).into());
        let secrets = [
            ("SessionSigningSecret", json!({ "kid": kid, "private_key": pem("PRIVATE KEY", document.as_ref()) })),
            (
                "CommonSecret",
                json!({
                    "verification_keys": verification_keys,
                    "cursor_key": STANDARD.encode(random::<32>()?),
                    "origin_verify": random_hex(24)?,
                }),
            ),
            (
                "StripeSecret",
                json!({
                    "api_key": format!("sk_test_{}", random_hex(24)?),
                    "webhook_secrets": [format!("whsec_{}", random_hex(24)?)],
                }),
            ),
            (
                "MuxSecret",
                json!({
                    "token_id": uuid::Uuid::new_v4(),
                    "token_secret": random_hex(32)?,
                    "webhook_secrets": [random_hex(24)?],
                }),
            ),
        ];
        let secrets = secrets.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let access_key_id = format!("AKIA{}", random_hex(8)?.to_ascii_uppercase());
        Ok(Self {
            credentials: Credentials { access_key_id, secret_access_key: random_hex(20)? },
            secrets,
            deleted: BTreeSet::new(),
        })
    }
}

fn random<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(unspecified)?;
    Ok(bytes)
}

fn random_hex(bytes: usize) -> io::Result<String> {
    let random = random::<32>()?;
    Ok(random[..bytes].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn unspecified(_: aws_lc_rs::error::Unspecified) -> io::Error {
    io::Error::other("the cryptographic library could not generate a key")
}

/// The PEM form of a DER document (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripe() -> Secret {
        Secret {
            logical_id: "StripeSecret".into(),
            name: "marquee/stripe".into(),
            arn: "arn:aws:secretsmanager:x".into(),
        }
    }

    fn ask(secrets: &Secrets, operation: &str, body: &Value) -> (StatusCode, Value) {
        let answer = secrets.answer(operation, &Bytes::from(body.to_string()));
        (answer.status(), serde_json::from_slice(answer.body()).unwrap())
    }

    #[test]
    fn secrets_are_generated_once_and_readable_only_by_their_owner() {
        let folder = std::env::temp_dir().join(format!("marquee-secrets-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("secrets.json");
        let first = Secrets::open(Some(&file), &[stripe()]).unwrap();
        first.extend("MuxSecret", json!({ "signing_key_id": "k" })).unwrap();
        let again = Secrets::open(Some(&file), &[stripe()]).unwrap();

        assert_eq!(first.value("StripeSecret"), again.value("StripeSecret"));
        assert_eq!(again.value("MuxSecret")["signing_key_id"], "k");
        assert_ne!(first.value("StripeSecret"), Secrets::open(None, &[]).unwrap().value("StripeSecret"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_secret_is_found_by_name_or_arn_and_can_be_rotated() {
        let secrets = Secrets::open(None, &[stripe()]).unwrap();
        let put = json!({ "SecretId": "marquee/stripe", "SecretString": "{\"api_key\":\"sk_test_new\"}" });
        assert_eq!(ask(&secrets, "PutSecretValue", &put).0, StatusCode::OK);

        let (status, answer) = ask(&secrets, "GetSecretValue", &json!({ "SecretId": stripe().arn }));
        assert_eq!((status, &answer["SecretString"]), (StatusCode::OK, &json!("{\"api_key\":\"sk_test_new\"}")));
        let (status, answer) = ask(&secrets, "GetSecretValue", &json!({ "SecretId": "marquee/mux" }));
        assert_eq!((status, &answer["__type"]), (StatusCode::BAD_REQUEST, &json!("ResourceNotFoundException")));
    }

    #[test]
    fn a_deleted_secret_cannot_be_found_and_a_recovery_window_is_refused() {
        let secrets = Secrets::open(None, &[stripe()]).unwrap();
        let id = json!({ "SecretId": "marquee/stripe" });
        assert_eq!(ask(&secrets, "DescribeSecret", &id).1["Name"], "marquee/stripe");
        assert_eq!(ask(&secrets, "DeleteSecret", &id).0, StatusCode::BAD_REQUEST);
        assert_eq!(ask(&secrets, "GetSecretValue", &id).0, StatusCode::OK);

        let force = json!({ "SecretId": "marquee/stripe", "ForceDeleteWithoutRecovery": true });
        assert_eq!(ask(&secrets, "DeleteSecret", &force).0, StatusCode::OK);
        for operation in ["DescribeSecret", "GetSecretValue", "PutSecretValue", "DeleteSecret"] {
            assert_eq!(ask(&secrets, operation, &force).1["__type"], "ResourceNotFoundException", "{operation}");
        }
    }

    #[test]
    fn a_secret_that_cannot_be_filled_is_refused_at_the_start() {
        let other = Secret { logical_id: "OtherSecret".into(), ..stripe() };
        assert!(Secrets::open(None, &[other]).is_err());
    }
}
