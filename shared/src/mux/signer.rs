//! Signed playback: URLs of streams, images and captions, each with a token (JWT, RS256) that gives access for a
//! limited time.

use crate::models::encoding::SignedPoster;
use crate::models::poster::Poster;
use crate::models::poster::{Image, Images};
use crate::models::video::Video;
use crate::mux::{MuxError, MuxSecret};
use crate::secrets::Secret;
use crate::services::{ConfigError, Services};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::EncodingKey;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// The lifetime of a poster: two renewals may fail before one expires.
pub const POSTER_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The widths of a poster, in pixels.
const POSTER_WIDTHS: [u32; 3] = [320, 640, 1280];
/// The width for clients that do not choose one.
const POSTER_WIDTH: u32 = 640;
/// The sizes of the shapes of [`Images`], in pixels. Each size costs a signature whenever images are renewed.
const POSTER_SIZES: [(u32, u32); 2] = [(320, 480), (640, 960)];
const LANDSCAPE_SIZES: [(u32, u32); 1] = [(1280, 720)];
const BACKDROP_SIZES: [(u32, u32); 1] = [(1920, 800)];
/// The width of the picture in a player before the first frame.
const THUMBNAIL_WIDTH: u32 = 1280;
/// Image tokens expire at full hours, so URLs stay the same, and cached, between two signings.
const IMAGE_EXPIRY_GRAIN_SECONDS: i64 = 3_600;

/// Signs what a player loads: stream, thumbnail, storyboard, captions.
#[derive(Clone)]
pub struct Signer {
    keys: Keys,
    stream_url: String,
    image_url: String,
}

impl Signer {
    /// A signer with this function's secret. Reads and parses the key, so that no request waits for that. If this fails,
    /// the first request retries.
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let keys = Keys::connect(services).await?;
        Ok(Self { keys, stream_url: services.mux_stream_url()?, image_url: services.mux_image_url()? })
    }

    /// The URL of the master playlist with a token of [`Signer::stream_token`].
    pub fn stream_url(&self, playback_id: &str, token: &str) -> String {
        format!("{}/{playback_id}.m3u8?token={token}", self.stream_url)
    }

    /// The token of the master playlist alone, for players that build the URL themselves.
    #[boxed]
    pub async fn stream_token(&self, playback_id: &str, expires_at: Timestamp) -> Result<String, MuxError> {
        Ok(self.keys.current().await?.token(playback_id, Audience::Video, expires_at, &[]))
    }

    /// A still to show before the first frame.
    #[boxed]
    pub async fn thumbnail_url(&self, playback_id: &str, expires_at: Timestamp) -> Result<String, MuxError> {
        let width = [("width", json!(THUMBNAIL_WIDTH))];
        let token = self.keys.current().await?.token(playback_id, Audience::Thumbnail, full_hour(expires_at), &width);
        Ok(format!("{}/{playback_id}/thumbnail.jpg?token={token}", self.image_url))
    }

    /// The previews for the seek bar, as WebVTT.
    #[boxed]
    pub async fn storyboard_url(&self, playback_id: &str, expires_at: Timestamp) -> Result<String, MuxError> {
        let token = self.keys.current().await?.token(playback_id, Audience::Storyboard, expires_at, &[]);
        Ok(format!("{}/{playback_id}/storyboard.vtt?token={token}", self.image_url))
    }

    /// A text track, as WebVTT.
    #[boxed]
    pub async fn caption_url(
        &self,
        playback_id: &str,
        track_id: &str,
        expires_at: Timestamp,
    ) -> Result<String, MuxError> {
        let token = self.stream_token(playback_id, expires_at).await?;
        Ok(format!("{}/{playback_id}/text/{track_id}.vtt?token={token}", self.stream_url))
    }
}

/// Signs the posters in lists with image tokens, which cannot play anything; and the streams of trailers, which everybody
/// may play.
#[derive(Clone)]
pub struct Posters {
    keys: Keys,
    stream_url: String,
    image_url: String,
    web_origin: String,
}

impl Posters {
    /// A signer with this function's secret, whose key is read as by [`Signer::connect`].
    #[boxed]
    pub async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let (stream_url, image_url) = (services.mux_stream_url()?, services.mux_image_url()?);
        Ok(Self { keys: Keys::connect(services).await?, stream_url, image_url, web_origin: services.web_origin()? })
    }

    /// Whether a video's poster uses the origin of the current settings.
    pub fn uses_current_origin(&self, video: &Video) -> bool {
        let origin = if video.poster_source.picture().is_some() { &self.web_origin } else { &self.image_url };
        let url = video.poster.as_ref().and_then(|poster| poster.url.strip_prefix(origin));
        url.is_some_and(|rest| rest.starts_with('/'))
    }

    /// The poster of a playback id, at a time in seconds or of the frame that Mux chooses, and the URL that plays it if
    /// it is a trailer, valid for [`POSTER_LIFE`].
    #[boxed]
    pub async fn poster(&self, playback_id: &str, time: Option<f64>, now: Timestamp) -> Result<SignedPoster, MuxError> {
        let key = self.keys.current().await?;
        let expires_at = full_hour(now + POSTER_LIFE);
        let stream = key.token(playback_id, Audience::Video, expires_at, &[]);
        let url = |parameters: &[(&str, Value)]| {
            let frame = time.map(|time| ("time", json!(time)));
            let parameters: Vec<(&str, Value)> = parameters.iter().cloned().chain(frame).collect();
            let token = key.token(playback_id, Audience::Thumbnail, expires_at, &parameters);
            format!("{}/{playback_id}/thumbnail.jpg?token={token}", self.image_url)
        };
        let cropped = |&(width, height): &(u32, u32)| {
            let fit = [("width", json!(width)), ("height", json!(height)), ("fit_mode", json!("smartcrop"))];
            Image { url: url(&fit), width, height }
        };
        let images = Images {
            poster: POSTER_SIZES.iter().map(cropped).collect(),
            landscape: LANDSCAPE_SIZES.iter().map(cropped).collect(),
            backdrop: BACKDROP_SIZES.iter().map(cropped).collect(),
        };
        let urls = POSTER_WIDTHS.map(|width| (width, url(&[("width", json!(width))])));
        let srcset: Vec<String> = urls.iter().map(|(width, url)| format!("{url} {width}w")).collect();
        let middle = urls.into_iter().find(|(width, _)| *width == POSTER_WIDTH);
        let poster = Poster {
            url: middle.map(|(_, url)| url).unwrap_or_default(),
            srcset: srcset.join(", "),
            placeholder: placeholder(playback_id),
        };
        let trailer_url = format!("{}/{playback_id}.m3u8?token={stream}", self.stream_url);
        Ok(SignedPoster { poster, images, trailer_url, origin: self.web_origin.clone(), at: now })
    }
}

/// The secret's signing key, parsed once and cached until the secret changes.
#[derive(Clone)]
struct Keys {
    secret: Secret<MuxSecret>,
    parsed: Arc<Mutex<Option<Arc<Key>>>>,
}

impl Keys {
    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let keys = Self { secret: services.mux_secret()?, parsed: Arc::default() };
        let _ = keys.current().await;
        Ok(keys)
    }

    async fn current(&self) -> Result<Arc<Key>, MuxError> {
        let secret = self.secret.get().await?;
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        match parsed.as_ref() {
            Some(key) if key.id == secret.signing_key_id && key.text == secret.signing_private_key => Ok(key.clone()),
            _ => Ok(parsed.insert(Arc::new(Key::parse(&secret)?)).clone()),
        }
    }
}

/// What a token gives access to, in its `aud` claim.
#[derive(Clone, Copy)]
enum Audience {
    Video,
    Thumbnail,
    Storyboard,
}

impl Audience {
    const fn claim(self) -> &'static str {
        match self {
            Self::Video => "v",
            Self::Thumbnail => "t",
            Self::Storyboard => "s",
        }
    }
}

/// A parsed signing key: `jsonwebtoken` would parse and check it again for every signature.
struct Key {
    id: String,
    text: String,
    pair: KeyPair,
}

impl Key {
    fn parse(secret: &MuxSecret) -> Result<Self, MuxError> {
        let text = secret.signing_private_key.trim();
        let pem = if text.starts_with("-----BEGIN") {
            text.as_bytes().to_vec()
        } else {
            STANDARD.decode(text).map_err(|_| MuxError::Key("it is neither PEM nor base64 of it"))?
        };
        let key = EncodingKey::from_rsa_pem(&pem).map_err(|_| MuxError::Key("it is not an RSA key in PEM"))?;
        let pair = KeyPair::from_der(key.as_bytes()).map_err(|_| MuxError::Key("it is not a private RSA key"))?;
        Ok(Self { id: secret.signing_key_id.clone(), text: secret.signing_private_key.clone(), pair })
    }

    /// A token for one playback id. Mux's SDKs differ on where `kid` goes, so it is in both the header and the claims.
    /// Image parameters only take effect inside the claims.
    fn token(
        &self,
        playback_id: &str,
        audience: Audience,
        expires_at: Timestamp,
        parameters: &[(&str, Value)],
    ) -> String {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.id });
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), playback_id.into());
        claims.insert("aud".to_owned(), audience.claim().into());
        claims.insert("exp".to_owned(), expires_at.as_second().into());
        claims.insert("kid".to_owned(), self.id.as_str().into());
        claims.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&Value::Object(claims)));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
        signed.expect("a parsed RSA key signs SHA-256");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The next full hour.
fn full_hour(moment: Timestamp) -> Timestamp {
    let seconds = moment.as_second();
    let missing = (-seconds).rem_euclid(IMAGE_EXPIRY_GRAIN_SECONDS);
    Timestamp::from_second(seconds + missing).unwrap_or(moment)
}

/// A dark color that stays the same for a video through every renewal.
fn placeholder(playback_id: &str) -> String {
    let sum = playback_id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let channel = |shift: u32| 0x18 + (sum >> shift & 0x1f);
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(8), channel(16))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::KeyPair as _;
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};

    fn pem(label: &str, der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    fn secret(private_key: String) -> MuxSecret {
        MuxSecret {
            token_id: String::new(),
            token_secret: String::new(),
            webhook_secrets: Vec::new(),
            signing_key_id: "key-1".to_owned(),
            signing_private_key: private_key,
        }
    }

    #[test]
    fn tokens_verify_for_every_accepted_form_of_the_key() {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("randomness");
        let pkcs8 = pem("PRIVATE KEY", pair.as_der().expect("serializes").as_ref());
        let pkcs1 = EncodingKey::from_rsa_pem(pkcs8.as_bytes()).expect("a key");
        let pkcs1 = pem("RSA PRIVATE KEY", pkcs1.as_bytes());
        let expires_at = Timestamp::from_second(1_900_000_000).expect("in range");
        for text in [STANDARD.encode(&pkcs1), STANDARD.encode(&pkcs8), pkcs1, pkcs8] {
            let key = Key::parse(&secret(text)).expect("a key");
            let token = key.token("playback", Audience::Thumbnail, expires_at, &[("width", json!(320))]);
            let mut rules = Validation::new(Algorithm::RS256);
            rules.set_audience(&["t"]);
            let public = DecodingKey::from_rsa_der(pair.public_key().as_ref());
            let read = jsonwebtoken::decode::<Value>(&token, &public, &rules).expect("verifies");
            assert_eq!(read.header.kid.as_deref(), Some("key-1"));
            let claims = json!(
                { "sub": "playback", "aud": "t", "exp": 1_900_000_000, "kid": "key-1", "width": 320 }
            );
            assert_eq!(read.claims, claims);
        }
        for junk in ["", "junk", "-----BEGIN PRIVATE KEY-----"] {
            assert!(matches!(Key::parse(&secret(junk.to_owned())), Err(MuxError::Key(_))), "{junk}");
        }
    }

    #[test]
    fn image_tokens_expire_at_full_hours_and_never_early() {
        let at = |second| Timestamp::from_second(second).expect("in range");
        assert_eq!(full_hour(at(7_200)), at(7_200));
        assert_eq!(full_hour(at(7_201)), at(10_800));
        assert_eq!(full_hour(at(10_799)), at(10_800));
    }
}
