//! A stand-in on a free port, a receiver of its webhooks, and clips to upload.

use axum::extract::State;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mux_standin::{Config, MuxStandIn, SigningKey};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::Sha256;
use standin::calls::Calls;
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::Faults;
use standin::timeline::Timeline;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) const WEBHOOK_SECRET: &str = "whsec-of-the-test";
const PATIENCE: Duration = Duration::from_secs(60);

/// A webhook as it was received.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) object_id: String,
    pub(crate) body: Value,
}

pub(crate) struct Bench {
    pub(crate) mux: MuxStandIn,
    pub(crate) base_url: String,
    pub(crate) client: Client,
    pub(crate) timeline: Timeline,
    pub(crate) faults: Faults,
    pub(crate) calls: Calls,
    pub(crate) key: SigningKey,
    folder: Arc<TempDir>,
    events: Arc<Mutex<Vec<Event>>>,
    /// The servers' runtime; dropping it is like killing their process.
    runtime: Option<Runtime>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), Clock::default()).await
    }

    /// Ends everything at once, like a kill, and starts again on the same data.
    pub(crate) async fn restart(self) -> Self {
        let (folder, clock) = (self.folder.clone(), self.timeline.clock().clone());
        drop(self);
        tokio::time::sleep(Duration::from_millis(100)).await;
        Self::start_in(folder, clock).await
    }

    async fn start_in(folder: Arc<TempDir>, clock: Clock) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut bench = runtime.spawn(Self::serve(folder, clock)).await.unwrap();
        bench.runtime = Some(runtime);
        bench
    }

    async fn serve(folder: Arc<TempDir>, clock: Clock) -> Self {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let hooks = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook_url = format!("http://{}/hook", hooks.local_addr().unwrap());
        let receiver = axum::Router::new().fallback(receive).with_state(events.clone());
        tokio::spawn(async move { standin::server::serve(hooks, receiver, None).await.unwrap() });

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let timeline = Timeline::new(clock);
        let documents = Documents::open(Some(&folder.path().join("state.sqlite"))).unwrap();
        let mux = MuxStandIn::open(Config {
            base_url: base_url.clone(),
            token_id: "id".to_owned(),
            token_secret: "secret".to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
            webhook_url,
            media_dir: folder.path().join("media"),
            timeline: timeline.clone(),
            deliveries: Deliveries::open(&timeline, documents.clone()).unwrap(),
            documents,
        })
        .unwrap();
        let (calls, faults) = (Calls::default(), Faults::default());
        let (router, watch) = (mux.router(), mux.watch(calls.clone(), faults.clone()));
        tokio::spawn(async move { standin::server::serve(listener, router, Some(watch)).await.unwrap() });
        let running = timeline.clone();
        tokio::spawn(async move { running.run().await });
        let key = mux.add_signing_key();
        Self { mux, base_url, client, timeline, faults, calls, key, folder, events, runtime: None }
    }

    /// Makes an API call.
    pub(crate) fn api(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().unwrap();
        self.client.request(method, format!("{}{path}", self.base_url)).basic_auth("id", Some("secret"))
    }

    /// The `data` of an API call that must succeed.
    pub(crate) async fn data(&self, request: RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
        response.json::<Value>().await.unwrap()["data"].take()
    }

    pub(crate) async fn get(&self, path_or_url: &str) -> Response {
        let url =
            if path_or_url.starts_with("http") { path_or_url.to_owned() } else { self.base_url.clone() + path_or_url };
        self.client.get(url).send().await.unwrap()
    }

    pub(crate) async fn text(&self, path_or_url: &str) -> String {
        let response = self.get(path_or_url).await;
        assert_eq!(response.status(), 200, "{path_or_url}");
        response.text().await.unwrap()
    }

    pub(crate) async fn new_upload(&self) -> Value {
        let settings =
            json!({ "playback_policies": ["signed"], "passthrough": "video-1", "meta": { "title": "Clip" } });
        let body = json!({ "cors_origin": "http://127.0.0.1:3000", "timeout": 600, "new_asset_settings": settings });
        self.data(self.api("POST", "/video/v1/uploads").json(&body)).await
    }

    pub(crate) async fn put(&self, upload: &Value, body: Vec<u8>, headers: &[(&str, &str)]) -> Response {
        let mut request = self.client.put(upload["url"].as_str().unwrap()).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Uploads a file in one piece and returns the asset when it is no longer `preparing`.
    pub(crate) async fn asset_of(&self, file: &Path) -> Value {
        let upload = self.new_upload().await;
        assert_eq!(self.put(&upload, std::fs::read(file).unwrap(), &[]).await.status(), 200);
        self.settled(upload["id"].as_str().unwrap()).await
    }

    pub(crate) async fn settled(&self, upload_id: &str) -> Value {
        let upload = self.data(self.api("GET", &format!("/video/v1/uploads/{upload_id}"))).await;
        let path = format!("/video/v1/assets/{}", upload["asset_id"].as_str().expect("an asset was created"));
        let end = Instant::now() + PATIENCE;
        loop {
            let asset = self.data(self.api("GET", &path)).await;
            if asset["status"] != "preparing" {
                return asset;
            }
            assert!(Instant::now() < end, "still preparing");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// A ready asset and its playback id.
    pub(crate) async fn ready(&self) -> (Value, String) {
        let asset = self.asset_of(clip()).await;
        assert_eq!(asset["status"], "ready", "{asset}");
        let playback_id = asset["playback_ids"][0]["id"].as_str().unwrap().to_owned();
        (asset, playback_id)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.timeline.clock().now()
    }

    /// A token signed with the bench's key, valid for a minute.
    pub(crate) fn token(&self, playback_id: &str, audience: &str, more: &Value) -> String {
        let mut claims = json!({ "sub": playback_id, "aud": audience, "exp": self.now().as_second() + 60 });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        signed(&self.key, &claims)
    }

    /// The master playlist of a playback id.
    pub(crate) async fn master(&self, playback_id: &str, more: &Value) -> String {
        let token = self.token(playback_id, "v", more);
        self.text(&format!("/{playback_id}.m3u8?token={token}")).await
    }

    /// All webhooks so far, in the order of arrival.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    /// Waits for a webhook.
    pub(crate) async fn event(&self, kind: &str) -> Event {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(event) = self.events().into_iter().find(|event| event.kind == kind) {
                return event;
            }
            assert!(Instant::now() < end, "no {kind} among {:?}", self.events());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Accepts only webhooks with Mux's signature.
async fn receive(State(events): State<Arc<Mutex<Vec<Event>>>>, headers: HeaderMap, body: String) -> StatusCode {
    let signature = headers["mux-signature"].to_str().unwrap();
    let (time, signature) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    assert_eq!(signature, hex::encode(mac.finalize().into_bytes()));
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let event = Event { kind: text(&body["type"]), object_id: text(&body["object"]["id"]), body };
    events.lock().unwrap().push(event);
    StatusCode::OK
}

/// Signs claims with a key; the header contains its id.
pub(crate) fn signed(key: &SigningKey, claims: &Value) -> String {
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::RS256) };
    jsonwebtoken::encode(&header, claims, &private_key(key)).unwrap()
}

pub(crate) fn private_key(key: &SigningKey) -> EncodingKey {
    use base64::Engine;
    let pem = base64::engine::general_purpose::STANDARD.decode(&key.private_key_base64_pem).unwrap();
    EncodingKey::from_rsa_pem(&pem).unwrap()
}

/// The URIs of a playlist, in lines and attributes.
pub(crate) fn uris(playlist: &str) -> Vec<String> {
    let in_line = |line: &str| match line.split_once("URI=\"") {
        Some((_, rest)) => rest.split_once('"').map(|(uri, _)| uri.to_owned()),
        None => (!line.starts_with('#') && !line.is_empty()).then(|| line.to_owned()),
    };
    playlist.lines().filter_map(in_line).collect()
}

/// A five-second clip with audio, in 320x180.
pub(crate) fn clip() -> &'static Path {
    static CLIP: OnceLock<PathBuf> = OnceLock::new();
    CLIP.get_or_init(|| {
        made("clip.mp4", &["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=5", "-f", "lavfi", "-i", "sine=440:d=5"])
    })
}

/// Creates a clip with ffmpeg.
pub(crate) fn made(name: &str, source: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("clips-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-y", "-nostdin", "-loglevel", "error"])
        .args(source)
        .args(["-pix_fmt", "yuv420p", "-preset", "ultrafast"])
        .arg(&path);
    assert!(ffmpeg.status().unwrap().success());
    path
}

/// ffprobe's report about a file or a URL, as JSON.
pub(crate) async fn probed(input: &str) -> Value {
    let mut ffprobe = tokio::process::Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-print_format", "json", "-show_streams", "-show_format", input]);
    serde_json::from_slice(&ffprobe.output().await.unwrap().stdout).unwrap()
}

/// Decodes everything at a URL; returns the errors that ffmpeg reports.
pub(crate) async fn decoding_errors(input: &str) -> String {
    let mut ffmpeg = tokio::process::Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-nostdin", "-i", input, "-f", "null", "-"]);
    String::from_utf8(ffmpeg.output().await.unwrap().stderr).unwrap()
}
