//! Signed playback: which tokens open a stream, and which do not.

use crate::support::{Bench, private_key, signed};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mux_standin::SigningKey;
use serde_json::{Value, json};

#[tokio::test]
async fn only_an_authentic_token_for_this_resource_opens_a_stream() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let now = bench.now().as_second();
    let claims = |sub: &str, aud: Value, exp: i64| json!({ "sub": sub, "aud": aud, "exp": exp });
    let good = claims(&id, json!("v"), now + 60);
    let unknown_key = SigningKey { id: "unknown".to_owned(), ..bench.key.clone() };
    let forger = SigningKey { id: bench.key.id.clone(), ..bench.mux.add_signing_key() };
    let tampered = {
        let token = signed(&bench.key, &good);
        let (head, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = head.split_once('.').unwrap();
        let other = signed(&bench.key, &claims(&id, json!("v"), now + 6000));
        format!("{header}.{}.{signature}", other.split('.').nth(1).unwrap())
    };
    let header = Header { kid: Some(bench.key.id.clone()), ..Header::new(Algorithm::HS256) };
    let hmac = jsonwebtoken::encode(&header, &good, &EncodingKey::from_secret(b"secret")).unwrap();
    let unsigned = {
        let parts = signed(&bench.key, &good);
        format!("{}.{}.", base64url(br#"{"alg":"none","typ":"JWT"}"#), parts.split('.').nth(1).unwrap())
    };
    let mut early = good.clone();
    early["nbf"] = json!(now + 30);
    let refused = [
        ("none", String::new()),
        ("no token at all", "abc".to_owned()),
        ("alg none", unsigned),
        ("alg HS256", hmac),
        ("an unknown key", signed(&unknown_key, &good)),
        ("another key", signed(&forger, &good)),
        ("changed claims", tampered),
        ("another playback id", signed(&bench.key, &claims("other", json!("v"), now + 60))),
        ("a thumbnail's", signed(&bench.key, &claims(&id, json!("t"), now + 60))),
        ("expired this second", signed(&bench.key, &claims(&id, json!("v"), now))),
        ("without an end", signed(&bench.key, &json!({ "sub": id, "aud": "v" }))),
        ("not valid yet", signed(&bench.key, &early)),
    ];
    for (name, token) in refused {
        let answer = bench.get(&format!("/{id}.m3u8?token={token}")).await;
        assert_eq!(answer.status(), 403, "{name}");
        let body: Value = answer.json().await.unwrap();
        assert!(body["error"]["messages"][0].is_string(), "{name}: {body}");
    }
    assert_eq!(bench.get(&format!("/{id}.m3u8")).await.status(), 403);

    let in_claim = {
        let mut claims = good.clone();
        claims["kid"] = json!(bench.key.id);
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &private_key(&bench.key)).unwrap()
    };
    let several = signed(&bench.key, &claims(&id, json!(["t", "v"]), now + 60));
    for token in [signed(&bench.key, &good), in_claim, several] {
        assert_eq!(bench.get(&format!("/{id}.m3u8?token={token}&redundant_streams=true")).await.status(), 200);
    }
    assert_eq!(bench.get("/unknown.m3u8?token=abc").await.status(), 404);
}

#[tokio::test]
async fn a_token_expires_by_the_platforms_clock() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let token = bench.token(&id, "v", &Value::Null);
    bench.timeline.advance(50).await;
    assert_eq!(bench.get(&format!("/{id}.m3u8?token={token}")).await.status(), 200);
    bench.timeline.advance(10).await;
    assert_eq!(bench.get(&format!("/{id}.m3u8?token={token}")).await.status(), 403);
}

#[tokio::test]
async fn deleting_a_signing_key_invalidates_its_tokens_and_a_reset_restores_only_provisioned_keys() {
    let bench = Bench::start().await;
    let (_, id) = bench.ready().await;
    let made = bench.data(bench.api("POST", "/system/v1/signing-keys")).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let other = SigningKey { id: text("id"), private_key_base64_pem: text("private_key") };
    let claims = json!({ "sub": id, "aud": "v", "exp": bench.now().as_second() + 60 });
    let status =
        async |key: &SigningKey| bench.get(&format!("/{id}.m3u8?token={}", signed(key, &claims))).await.status();
    assert_eq!(status(&other).await, 200);
    let shown = bench.data(bench.api("GET", &format!("/system/v1/signing-keys/{}", other.id))).await;
    assert!(shown.get("private_key").is_none(), "it is shown only once");

    for key in [&other, &bench.key] {
        let path = format!("/system/v1/signing-keys/{}", key.id);
        assert_eq!(bench.api("DELETE", &path).send().await.unwrap().status(), 204);
        assert_eq!(bench.api("GET", &path).send().await.unwrap().status(), 404);
        assert_eq!(status(key).await, 403);
    }
    bench.mux.reset();
    let (_, id) = bench.ready().await;
    let claims = json!({ "sub": id, "aud": "v", "exp": bench.now().as_second() + 60 });
    let status =
        async |key: &SigningKey| bench.get(&format!("/{id}.m3u8?token={}", signed(key, &claims))).await.status();
    assert_eq!(status(&bench.key).await, 200);
    assert_eq!(status(&other).await, 403);
}

#[tokio::test]
async fn a_public_playback_id_needs_no_token() {
    let bench = Bench::start().await;
    let (asset, signed_id) = bench.ready().await;
    let path = format!("/video/v1/assets/{}/playback-ids", asset["id"].as_str().unwrap());
    let public = bench.data(bench.api("POST", &path).json(&json!({ "policy": "public" }))).await;
    let public_id = public["id"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/{public_id}.m3u8")).await.status(), 200);
    assert_eq!(bench.get(&format!("/{public_id}/thumbnail.jpg?width=64")).await.status(), 200);
    assert_eq!(bench.get(&format!("/{signed_id}.m3u8")).await.status(), 403, "the signed one still does");
    let removed = bench.api("DELETE", &format!("{path}/{public_id}")).send().await.unwrap();
    assert_eq!(removed.status(), 204);
    assert_eq!(bench.get(&format!("/{public_id}.m3u8")).await.status(), 404);
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
