//! RSA key pairs that sign playback tokens, in Mux's format.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A signing key with its private half, which is shown only once.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The key's id in a token (`kid`).
    pub id: String,
    /// The private key: base64 of a PKCS#1 PEM, as Mux shows it.
    pub private_key_base64_pem: String,
}

/// A new 2048-bit RSA pair: the private key as base64 of a PKCS#1 PEM, and the public key as base64 of PKCS#1 DER.
pub(crate) fn generate() -> (String, String) {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system has randomness");
    let pkcs8 = pair.as_der().expect("a fresh key serializes");
    let pkcs1 = pkcs1_of(pkcs8.as_ref()).expect("PKCS#8 wraps PKCS#1");
    let public = STANDARD.encode(pair.public_key().as_ref());
    (STANDARD.encode(pem("RSA PRIVATE KEY", pkcs1)), public)
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines = base64.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.collect::<String>())
}

/// The RSA key inside a PKCS#8 document: version, algorithm, then the key in an octet string (RFC 5208, section 5).
fn pkcs1_of(pkcs8: &[u8]) -> Option<&[u8]> {
    let (inside, _) = element(pkcs8, 0x30)?;
    let (_version, rest) = element(inside, 0x02)?;
    let (_algorithm, rest) = element(rest, 0x30)?;
    Some(element(rest, 0x04)?.0)
}

/// Splits one DER element with the given tag into its content and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        _ => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_keys_public_half_verifies_its_signatures() {
        let (private, public) = generate();
        let pem = STANDARD.decode(private).unwrap();
        assert!(pem.starts_with(b"-----BEGIN RSA PRIVATE KEY-----\n"));
        let signer = jsonwebtoken::EncodingKey::from_rsa_pem(&pem).unwrap();
        let signature = jsonwebtoken::crypto::sign(b"text", &signer, jsonwebtoken::Algorithm::RS256).unwrap();
        let verifier = jsonwebtoken::DecodingKey::from_rsa_der(&STANDARD.decode(public).unwrap());
        let verify = |text: &[u8]| {
            jsonwebtoken::crypto::verify(&signature, text, &verifier, jsonwebtoken::Algorithm::RS256).unwrap()
        };
        assert!(verify(b"text"));
        assert!(!verify(b"another text"));
    }
}
