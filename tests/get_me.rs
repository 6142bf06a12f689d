//! `get-me`: the caller, and every kind of invalid token.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use support::{Platform, Viewer};

const WEEK: i64 = 7 * 86_400;

/// The signed-in user as other responses show them: without the profile.
pub(crate) async fn user(viewer: &Viewer) -> Value {
    let mut me = viewer.get("/api/auth/me").await.data().clone();
    me.as_object_mut().expect("a user").remove("profile");
    me
}

/// Makes tokens with the platform's own key. Each case changes one thing about a valid token.
struct TokenForge {
    key: EncodingKey,
    kid: String,
    claims: Value,
}

impl TokenForge {
    async fn new(platform: &Platform, viewer: &Viewer) -> Self {
        let secret = platform.running().secret("SessionSigningSecret");
        let key = secret["private_key"].as_str().expect("a key").as_bytes();
        Self {
            key: EncodingKey::from_ed_pem(key).expect("Ed25519"),
            kid: secret["kid"].as_str().expect("a kid").to_owned(),
            claims: claims(viewer.token()),
        }
    }

    fn header(&self) -> Header {
        Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) }
    }

    fn with(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        jsonwebtoken::encode(&self.header(), &claims, &self.key).expect("encodable")
    }

    fn under(&self, change: impl FnOnce(&mut Header)) -> String {
        let mut header = self.header();
        change(&mut header);
        jsonwebtoken::encode(&header, &self.claims, &self.key).expect("encodable")
    }
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&unbase64(token.split('.').nth(1).expect("a payload"))).expect("JSON")
}

fn unbase64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

async fn code_of(platform: &Platform, token: &str) -> String {
    let answer = platform.anyone().with_token("", token.to_owned()).get("/api/auth/me").await;
    if answer.status() == 200 { "200".to_owned() } else { answer.code().to_owned() }
}

#[tokio::test]
async fn a_token_follows_the_contract_and_its_session_is_read_consistently() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let header: Value =
        serde_json::from_slice(&unbase64(viewer.token().split('.').next().expect("a header"))).expect("JSON");
    assert_eq!(header["alg"], "EdDSA");
    assert!(header["kid"].is_string());
    let claims = claims(viewer.token());
    for name in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
        assert!(!claims[name].is_null(), "{name}");
    }
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(WEEK));

    let me = viewer.get("/api/auth/me").await;
    assert_eq!(me.data()["id"], claims["sub"]);
    assert_eq!(me.header("cache-control"), "no-store");
    let calls = platform.calls(&me);
    assert_eq!(platform.round_trips(&me, "dynamodb"), 1, "{calls:?}");
    assert!(calls.iter().filter(|call| call.operation == "BatchGetItem").all(|call| call.consistent == Some(true)));
}

#[tokio::test]
async fn every_forged_or_altered_token_is_refused() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    let forge = TokenForge::new(&platform, &viewer).await;
    assert_eq!(code_of(&platform, &forge.with(|_| ())).await, "200", "the forge makes valid tokens");

    let [head, body, signature] = viewer.token().split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let none = base64(br#"{"alg":"none","typ":"JWT"}"#);
    let public = platform.running().secret("CommonSecret")["verification_keys"][&forge.kid].clone();
    let public = public.as_str().expect("a public key");
    let symmetric = Header { kid: Some(forge.kid.clone()), ..Header::new(Algorithm::HS256) };
    let symmetric = jsonwebtoken::encode(&symmetric, &forge.claims, &EncodingKey::from_secret(public.as_bytes()));
    let flipped = format!("{}{}", if body.starts_with('A') { 'B' } else { 'A' }, &body[1..]);
    let now = forge.claims["iat"].as_i64().expect("a number");
    let twice = base64(format!("{{\"sub\":\"x\",{}", &forge.claims.to_string()[1..]).as_bytes());
    let cases = [
        ("garbage", "garbage".to_owned()),
        ("three empty parts", "..".to_owned()),
        ("no signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{head}.{body}.{signature}.x")),
        ("a changed body", format!("{head}.{flipped}.{signature}")),
        ("a changed signature", format!("{head}.{body}.{}", signature.chars().rev().collect::<String>())),
        ("padding", format!("{head}.{body}.{signature}==")),
        ("alg none", format!("{none}.{body}.")),
        ("alg none, signed", format!("{none}.{body}.{signature}")),
        ("HS256 under the public key", symmetric.expect("encodable")),
        ("claims twice", format!("{head}.{twice}.{signature}")),
        ("an unknown kid", forge.under(|header| header.kid = Some("another".to_owned()))),
        ("a kid that is a path", forge.under(|header| header.kid = Some("../../etc/passwd".to_owned()))),
        ("no kid", forge.under(|header| header.kid = None)),
        ("another typ", forge.under(|header| header.typ = Some("at+jwt".to_owned()))),
        ("another issuer", forge.with(|claims| claims["iss"] = json!("https://evil.example"))),
        ("another audience", forge.with(|claims| claims["aud"] = json!("another"))),
        ("several audiences", forge.with(|claims| claims["aud"] = json!(["marquee", "another"]))),
        ("a hundred years", forge.with(|claims| claims["exp"] = json!(now + 100 * 365 * 86_400))),
        ("a week and a second", forge.with(|claims| claims["exp"] = json!(now + WEEK + 1))),
        ("times as text", forge.with(|claims| claims["exp"] = json!((now + WEEK).to_string()))),
        ("a fraction", forge.with(|claims| claims["exp"] = json!((now + WEEK) as f64 + 0.5))),
        ("not before tomorrow", forge.with(|claims| claims["nbf"] = json!(now + 86_400))),
        (
            "issued in an hour",
            forge.with(|claims| {
                for (name, value) in [("iat", now + 3_600), ("nbf", now + 3_600), ("exp", now + 3_600 + WEEK)] {
                    claims[name] = json!(value);
                }
            }),
        ),
        ("no subject", forge.with(|claims| claims["sub"] = json!(""))),
        (
            "a subject in capitals",
            forge.with(|claims| {
                claims["sub"] = json!(claims["sub"].as_str().expect("text").to_uppercase());
            }),
        ),
        ("no session", forge.with(|claims| claims["sid"] = Value::Null)),
        ("one claim more", forge.with(|claims| claims["role"] = json!("admin"))),
        ("one claim less", forge.with(|claims| claims.as_object_mut().map(|all| all.remove("nbf")).map_or((), |_| ()))),
        ("three kilobytes", forge.with(|claims| claims["iss"] = json!("x".repeat(3_000)))),
    ];
    for (what, token) in cases {
        let code = code_of(&platform, &token).await;
        // A subject that is not one of our ids has no session; everything else is refused before a session is looked
        // up.
        assert_eq!(code, "UNAUTHENTICATED", "{what}");
    }
    assert_eq!(code_of(&platform, viewer.token()).await, "200", "the session survives them all");
}

#[tokio::test]
async fn a_token_with_extra_header_fields_is_refused() {
    let platform = Platform::with(&[("LimitAddressRequests", "100000")]).await;
    let viewer = platform.register("ada@viewers.test").await;
    let forge = TokenForge::new(&platform, &viewer).await;
    let signed = |header: Value| {
        let token = forge.with(|_| ());
        let body = token.split('.').nth(1).expect("a payload");
        let message = format!("{}.{body}", base64(header.to_string().as_bytes()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &forge.key, Algorithm::EdDSA).expect("signed");
        format!("{message}.{signature}")
    };
    let ours = json!({ "alg": "EdDSA", "typ": "JWT", "kid": forge.kid });
    assert_eq!(code_of(&platform, &signed(ours.clone())).await, "200", "the header that we write");
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", Value::Null),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("jku", json!("https://evil.example/keys")),
        ("jwk", json!({ "kty": "OKP" })),
        ("x5u", json!("https://evil.example/chain")),
        ("x5c", json!([])),
        ("x5t", json!("")),
        ("x5t#S256", json!("")),
        ("enc", json!("A128GCM")),
        ("url", json!("https://evil.example")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("JWS")),
        ("typ", json!("")),
        ("typ", json!(1)),
        ("alg", json!("none")),
        ("alg", json!("ES256")),
        ("alg", json!("eddsa")),
        ("alg", json!(["EdDSA"])),
        ("kid", json!([forge.kid])),
        ("kid", Value::Null),
        ("anything", json!(1)),
    ] {
        let mut header = ours.clone();
        header[name] = value.clone();
        assert_eq!(code_of(&platform, &signed(header)).await, "UNAUTHENTICATED", "{name}: {value}");
    }
    assert_eq!(code_of(&platform, viewer.token()).await, "200", "the session survives them all");
}

#[tokio::test]
async fn a_header_without_a_bearer_token_is_401_with_www_authenticate() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let anyone = platform.anyone();
    for value in ["", "Bearer", "Bearer ", "Basic YTpi", viewer.token(), &format!("Token {}", viewer.token())] {
        let request = anyone.request(reqwest::Method::GET, "/api/auth/me").header("authorization", value);
        let answer = anyone.send(request).await;
        assert_eq!((answer.status(), answer.code()), (401, "UNAUTHENTICATED"), "{value:.12}: {answer}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let query = anyone.get(&format!("/api/auth/me?access_token={}", viewer.token())).await;
    assert_eq!(query.code(), "UNAUTHENTICATED", "a token in the URL is ignored");
    let lower = anyone.request(reqwest::Method::GET, "/api/auth/me");
    let lower = anyone.send(lower.header("authorization", format!("bearer {}", viewer.token()))).await;
    assert_eq!(lower.status(), 200, "the scheme is case-insensitive: {lower}");
}

#[tokio::test]
async fn a_token_expires_after_a_week_and_opens_no_other_session_or_user() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let other = platform.register("bob@viewers.test").await;
    let forge = TokenForge::new(&platform, &viewer).await;
    let crossed = forge.with(|all| all["sid"] = claims(other.token())["sid"].clone());
    assert_eq!(code_of(&platform, &crossed).await, "SESSION_REVOKED", "another's session");
    let unknown = forge.with(|all| all["sub"] = json!("01890000-0000-7000-8000-000000000000"));
    assert_eq!(code_of(&platform, &unknown).await, "SESSION_REVOKED", "an unknown user");

    platform.advance(u64::try_from(WEEK).expect("positive") - 60).await;
    assert_eq!(code_of(&platform, viewer.token()).await, "200");
    platform.advance(61).await;
    let answer = viewer.get("/api/auth/me").await;
    assert_eq!((answer.status(), answer.code()), (401, "TOKEN_EXPIRED"));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn key_rotation_signs_nobody_out() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ada@viewers.test").await;
    let common = platform.running().secret("CommonSecret");
    let signing = platform.running().secret("SessionSigningSecret");
    let kid = signing["kid"].as_str().expect("a kid");
    let put = |setting: &str, value: Value| {
        let id = platform.setting("login", setting);
        platform.aws("secretsmanager.PutSecretValue", json!({ "SecretId": id, "SecretString": value.to_string() }))
    };
    // The same key pair under a second name stands for a new key: what matters is that both names verify.
    let mut both = common.clone();
    both["verification_keys"]["next"] = common["verification_keys"][kid].clone();
    put("COMMON_SECRET", both).await;
    put("SESSION_SIGNING_SECRET", json!({ "kid": "next", "private_key": signing["private_key"] })).await;
    platform.advance(10 * 60).await;

    let renewed = platform.sign_in("ada@viewers.test", support::PASSWORD).await;
    let header = unbase64(renewed.token().split('.').next().expect("a header"));
    assert!(String::from_utf8_lossy(&header).contains("\"next\""), "signed with the new key");
    assert_eq!(renewed.get("/api/auth/me").await.status(), 200);
    assert_eq!(viewer.get("/api/auth/me").await.status(), 200, "a token of the old key is still valid");

    let mut only_new = common.clone();
    only_new["verification_keys"] = json!({ "next": common["verification_keys"][kid] });
    put("COMMON_SECRET", only_new).await;
    platform.advance(10 * 60).await;
    assert_eq!(viewer.get("/api/auth/me").await.code(), "UNAUTHENTICATED", "the old key is gone");
    assert_eq!(renewed.get("/api/auth/me").await.status(), 200);
}
