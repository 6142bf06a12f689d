//! A story of the service from its first film to a deleted account, in which every function responds at least once.

use super::recorder::Recorder;
use crate::forgot_password::token_of;
use crate::put_caption;
use crate::verify_email::newest_link;
use reqwest::Method;
use serde_json::{Value, json};
use support::billing::{CARD, platform_without_trial, post_event, signed_in_again, stripe_customer};
use support::videos::asset;
use support::{Answer, PASSWORD, Platform, Viewer};

const NONE: Value = Value::Null;

/// Plays the whole story and returns the recorded responses.
pub(super) async fn record() -> Recorder {
    let mut recorder = Recorder::new(platform_without_trial().await);
    let admin = recorder.platform.admin().await;
    let videos = catalogue(&mut recorder, &admin).await;
    start_screen(&mut recorder, &admin, &videos).await;
    let ada = account(&mut recorder).await;
    public(&mut recorder, &videos).await;
    profiles(&mut recorder, &ada).await;
    subscription(&mut recorder, &ada, &videos).await;
    playback(&mut recorder, &ada, &videos).await;
    members(&mut recorder, &admin, &ada).await;
    upgrades(&mut recorder).await;
    refusals(&mut recorder, &admin, &videos).await;
    faults(&mut recorder, &ada).await;
    record_deletions(&mut recorder, &admin, &ada, &videos).await;
    files(&mut recorder).await;
    recorder
}

/// Uploads captions and removes them, generates others, chooses a poster, and imports a film. Only the demo's films have a
/// file at Mux.
async fn files(recorder: &mut Recorder) {
    let story = std::mem::replace(&mut recorder.platform, Platform::start().await);
    let (admin, film) = put_caption::film(&recorder.platform).await;
    let uploaded = put_caption::put(&admin, &film, "de", "text/vtt", put_caption::VTT).await;
    recorder.note("put-caption", &NONE, uploaded);
    recorder.ask(&admin, "delete-caption", &format!("DELETE /api/admin/videos/{film}/captions/de"), NONE).await;
    let generate = format!("POST /api/admin/videos/{film}/generate-captions");
    recorder.ask(&admin, "generate-captions", &generate, json!({ "language": "fr" })).await;
    recorder.ask(&admin, "put-poster", &format!("PUT /api/admin/videos/{film}/poster"), json!({ "time": 12.5 })).await;
    let import = json!({
        "url": "https://films.example.com/the-last-sail.mp4",
        "title": "The Last Sail",
        "category": "Documentary",
        "required_plan": "basic",
        "generated_captions": "en",
    });
    let imported = recorder.ask(&admin, "import-video", "POST /api/admin/videos/import", import).await;
    assert_eq!(imported.status(), 201, "{imported}");
    recorder.platform = story;
}

/// The ids of the story's objects.
struct Videos {
    series: String,
    episode: String,
    film: String,
    unfinished: String,
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("an id: {value}")).to_owned()
}

async fn catalogue(recorder: &mut Recorder, admin: &Viewer) -> Videos {
    let series =
        json!({ "title": "Harbour Nine", "description": "The night shift of a harbour.", "category": "Drama" });
    let series = id_of(recorder.ask(admin, "create-series", "POST /api/admin/series", series).await.data());
    let empty = json!({ "title": "An abandoned plan", "category": "Drama" });
    let empty = id_of(admin.post("/api/admin/series", empty).await.data());
    let edits = json!({ "description": "The night shift of a harbour, and what the sea brings." });
    recorder.ask(admin, "update-series", &format!("PATCH /api/admin/series/{series}"), edits).await;
    let mut ids = Vec::new();
    for (title, plan, place) in
        [("The pilot", "basic", Some(1)), ("The Lighthouse", "premium", None), ("Low Tide", "free", None)]
    {
        let mut new =
            json!({ "title": title, "description": "A film by the sea.", "category": "Drama", "required_plan": plan });
        if let Some(episode) = place {
            new["series_id"] = json!(series);
            new["season"] = json!(1);
            new["episode"] = json!(episode);
        }
        let created = recorder.ask(admin, "create-video", "POST /api/admin/videos", new).await;
        assert_eq!(created.status(), 201, "{created}");
        ids.push(id_of(&created.data()["video"]));
    }
    for id in &ids[..2] {
        let told = recorder.platform.mux_event("video.asset.ready", asset(id)).await;
        recorder.note("mux-webhook", &NONE, told);
        let publish = json!({ "published": true });
        let published = recorder.ask(admin, "update-video", &format!("PATCH /api/admin/videos/{id}"), publish).await;
        assert_eq!(published.status(), 200, "{published}");
    }
    recorder.ask(admin, "delete-series", &format!("DELETE /api/admin/series/{series}"), NONE).await;
    recorder.ask(admin, "delete-series", &format!("DELETE /api/admin/series/{empty}"), NONE).await;
    recorder.ask(admin, "list-all-videos", "GET /api/admin/videos?limit=2", NONE).await;
    recorder.ask(admin, "list-all-series", "GET /api/admin/series?limit=2", NONE).await;
    let [episode, film, unfinished] = ids.try_into().expect("three videos");
    Videos { series, episode, film, unfinished }
}

/// A television signs in, and another one is refused.
async fn device_login(recorder: &mut Recorder, viewer: &Viewer) {
    let (start, poll, approve) = ("start-device-login", "poll-device-login", "approve-device-login");
    let (to_start, to_poll, to_approve) =
        ("POST /api/auth/device/code", "POST /api/auth/device/token", "POST /api/auth/device/approve");
    let anyone = recorder.platform.anyone();
    for allowed in [true, false] {
        let codes = recorder.ask(&anyone, start, to_start, json!({ "device_name": "Bedroom television" })).await;
        let code = |approve: Value| json!({ "user_code": codes.data()["user_code"], "approve": approve });
        let secret = json!({ "device_code": codes.data()["device_code"] });
        recorder.ask(&anyone, poll, to_poll, secret.clone()).await;
        recorder.ask(&anyone, poll, to_poll, secret.clone()).await;
        let decided = recorder.ask(viewer, approve, to_approve, code(json!(allowed))).await;
        assert_eq!(decided.status(), 200, "{decided}");
        let signed_in = recorder.ask(&anyone, poll, to_poll, secret.clone()).await;
        assert_eq!(signed_in.status(), if allowed { 200 } else { 400 }, "{signed_in}");
        recorder.ask(viewer, approve, to_approve, code(json!(true))).await;
        // What was redeemed counts as expired.
        recorder.ask(&anyone, poll, to_poll, secret).await;
    }
}

async fn account(recorder: &mut Recorder) -> Viewer {
    let anyone = recorder.platform.anyone();
    let email = "ada@viewers.test";
    let new = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    recorder.ask(&anyone, "register", "POST /api/auth/register", new.clone()).await;
    recorder.ask(&anyone, "register", "POST /api/auth/register", new).await;
    let credentials = json!({ "email": email, "password": PASSWORD, "device_name": "Living room" });
    let answer = recorder.ask(&anyone, "login", "POST /api/auth/login", credentials).await;
    let television = anyone.with_token(email, answer.data()["token"].as_str().expect("a token").to_owned());
    let wrong = json!({ "email": email, "password": "not this one" });
    recorder.ask(&anyone, "login", "POST /api/auth/login", wrong).await;
    recorder.ask(&television, "get-me", "GET /api/auth/me", NONE).await;
    recorder.ask(&television, "resend-verification", "POST /api/auth/resend-verification", NONE).await;
    let confirm = json!({ "token": newest_link(&recorder.platform, email) });
    for _ in 0..2 {
        recorder.ask(&anyone, "verify-email", "POST /api/auth/verify-email", confirm.clone()).await;
    }
    recorder.ask(&television, "update-me", "PATCH /api/auth/me", json!({ "name": "Ada" })).await;
    recorder.ask(&television, "refresh-token", "POST /api/auth/refresh", NONE).await;
    let other = recorder.platform.sign_in(email, PASSWORD).await;
    device_login(recorder, &other).await;
    let devices = recorder.ask(&other, "list-sessions", "GET /api/auth/sessions", NONE).await;
    let devices = devices.data().as_array().expect("a list").clone();
    let old = devices.iter().find(|one| one["device_name"] == "Living room").expect("the television");
    recorder.ask(&other, "revoke-session", &format!("DELETE /api/auth/sessions/{}", id_of(old)), NONE).await;
    recorder.ask(&television, "get-me", "GET /api/auth/me", NONE).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    recorder.ask(&other, "change-password", "POST /api/auth/change-password", change).await;
    forgotten(recorder).await;
    let change = json!({ "current_password": "another long phrase", "new_password": PASSWORD });
    recorder.ask(&other, "change-password", "POST /api/auth/change-password", change).await;
    let ada = recorder.platform.sign_in(email, PASSWORD).await;
    recorder.ask(&ada, "get-preferences", "GET /api/preferences", NONE).await;
    let edits = json!({ "captions": true, "caption_language": "de", "speed": 1.25 });
    recorder.ask(&ada, "set-preferences", "PATCH /api/preferences", edits).await;
    ada
}

/// Others watch with the same account. The last one is deleted.
async fn profiles(recorder: &mut Recorder, ada: &Viewer) {
    let add = "POST /api/profiles";
    let kids = json!({ "name": "Kids", "avatar": "kite", "age_limit": 6 });
    recorder.ask(ada, "create-profile", add, kids.clone()).await;
    recorder.ask(ada, "create-profile", add, kids).await;
    let robin = id_of(recorder.ask(ada, "create-profile", add, json!({ "name": "Robin" })).await.data());
    let (one, select) = (format!("/api/profiles/{robin}"), format!("POST /api/profiles/{robin}/select"));
    let edits = json!({ "name": "Robin", "avatar": "comet", "age_limit": null, "pin": "4711", "password": PASSWORD });
    let changed = recorder.ask(ada, "update-profile", &format!("PATCH {one}"), edits).await;
    assert_eq!(changed.status(), 200, "{changed}");
    recorder.ask(ada, "list-profiles", "GET /api/profiles", NONE).await;
    // On a device of its own: the token that is exchanged ends a minute later.
    let tablet = recorder.platform.sign_in(ada.email(), PASSWORD).await;
    recorder.ask(&tablet, "select-profile", &select, json!({ "pin": "0000" })).await;
    let selected = recorder.ask(&tablet, "select-profile", &select, json!({ "pin": "4711" })).await;
    let selected = ada.with_token(ada.email(), selected.data()["token"].as_str().expect("a token").to_owned());
    recorder.ask(ada, "delete-profile", &format!("DELETE {one}"), NONE).await;
    recorder.ask(&selected, "get-preferences", "GET /api/preferences", NONE).await;
}

/// A separate account, because an address gets only a few emails in an hour.
async fn forgotten(recorder: &mut Recorder) {
    let anyone = recorder.platform.anyone();
    let viewer = recorder.platform.register("forgetful@viewers.test").await;
    let request = json!({ "email": viewer.email() });
    recorder.ask(&anyone, "forgot-password", "POST /api/auth/forgot-password", request).await;
    let token = token_of(&recorder.platform, recorder.platform.mail(viewer.email()).first().expect("a mail"));
    let reset = json!({ "token": token, "password": "another long phrase" });
    for _ in 0..2 {
        recorder.ask(&anyone, "reset-password", "POST /api/auth/reset-password", reset.clone()).await;
    }
}

async fn public(recorder: &mut Recorder, videos: &Videos) {
    let anyone = recorder.platform.anyone();
    for (function, path) in [
        ("health", "/api/health"),
        ("openapi", "/api/openapi.json"),
        ("list-videos", "/api/videos?limit=1"),
        ("list-categories", "/api/categories"),
        ("list-plans", "/api/plans"),
        ("list-series", "/api/series"),
        ("get-series", &format!("/api/series/{}", videos.series)),
        ("list-episodes", &format!("/api/series/{}/episodes", videos.series)),
        ("get-title", &format!("/api/titles/{}", videos.film)),
        ("list-related", &format!("/api/titles/{}/related", videos.film)),
        ("list-videos", "/api/videos?cursor=AAAA"),
        ("get-video", &format!("/api/videos/{}", videos.film)),
        ("no-route", "/api/nowhere"),
    ] {
        recorder.ask(&anyone, function, &format!("GET {path}"), NONE).await;
    }
    recorder.ask(&anyone, "no-route", "DELETE /api/videos", NONE).await;
}

async fn subscription(recorder: &mut Recorder, ada: &Viewer, videos: &Videos) {
    recorder.ask(ada, "play-video", &format!("GET /api/videos/{}/play", videos.film), NONE).await;
    recorder.ask(ada, "create-portal", "POST /api/subscription/portal", NONE).await;
    let plan = json!({ "plan_type": "basic", "interval": "month" });
    let checkout = recorder.ask(ada, "create-checkout", "POST /api/subscription/checkout", plan.clone()).await;
    recorder.platform.pay(checkout.data()["checkout_url"].as_str().expect("a page"), CARD).await;
    recorder.ask(ada, "create-checkout", "POST /api/subscription/checkout", plan).await;
    recorder.ask(ada, "get-subscription", "GET /api/subscription", NONE).await;
    recorder.ask(ada, "play-video", &format!("GET /api/videos/{}/play", videos.film), NONE).await;
    let upgrade = json!({ "plan_type": "premium" });
    recorder.ask(ada, "preview-change", "POST /api/subscription/change/preview", upgrade.clone()).await;
    recorder.ask(ada, "change-plan", "POST /api/subscription/change", upgrade).await;
    recorder.ask(ada, "cancel-subscription", "POST /api/subscription/cancel", NONE).await;
    recorder.ask(ada, "resume-subscription", "POST /api/subscription/resume", NONE).await;
    recorder.ask(ada, "create-portal", "POST /api/subscription/portal", NONE).await;
    recorder.ask(ada, "list-invoices", "GET /api/subscription/invoices?limit=2", NONE).await;
}

/// The operator's choices for every home screen.
async fn start_screen(recorder: &mut Recorder, admin: &Viewer, videos: &Videos) {
    let layout = json!({ "featured_id": videos.film, "shelves": [{ "kind": "new" }, { "kind": "category", "category": "Drama" }] });
    recorder.ask(admin, "update-home", "PUT /api/admin/home", layout).await;
    recorder.ask(admin, "get-home-layout", "GET /api/admin/home", NONE).await;
}

/// What the viewer has watched, and means to watch.
async fn library(recorder: &mut Recorder, ada: &Viewer, videos: &Videos) {
    recorder.ask(ada, "list-history", "GET /api/history", NONE).await;
    let on = format!("PUT /api/watchlist/{}", videos.episode);
    recorder.ask(ada, "add-watchlist", &on, NONE).await;
    recorder.ask(ada, "list-watchlist", "GET /api/watchlist", NONE).await;
    recorder.ask(ada, "get-home", "GET /api/home", NONE).await;
    let off = format!("DELETE /api/watchlist/{}", videos.episode);
    recorder.ask(ada, "remove-watchlist", &off, NONE).await;
    let watched = format!("/api/videos/{}/watched", videos.episode);
    recorder.ask(ada, "set-watched", &format!("PUT {watched}"), NONE).await;
    recorder.ask(ada, "clear-watched", &format!("DELETE {watched}"), NONE).await;
    recorder.ask(ada, "delete-history", &format!("DELETE /api/history?video_id={}", videos.episode), NONE).await;
}

async fn playback(recorder: &mut Recorder, ada: &Viewer, videos: &Videos) {
    let play = format!("GET /api/videos/{}/play", videos.film);
    let playback = recorder.ask(ada, "play-video", &play, NONE).await;
    let id = playback.data()["playback_session_id"].clone();
    let beat = json!({ "progress": 31.5, "playback_session_id": id, "client_time": recorder.platform.running().now() });
    let progress = format!("PUT /api/videos/{}/progress", videos.film);
    recorder.ask(ada, "update-progress", &progress, beat.clone()).await;
    recorder.ask(ada, "get-video", &format!("GET /api/videos/{}", videos.film), NONE).await;
    recorder.ask(ada, "continue-watching", "GET /api/continue-watching", NONE).await;
    recorder.ask(ada, "list-playback", "GET /api/playback", NONE).await;
    library(recorder, ada, videos).await;
    for device in ["Kitchen", "Bedroom", "Garden", "Attic", "Cellar"] {
        let credentials = json!({ "email": ada.email(), "password": PASSWORD, "device_name": device });
        let token = recorder.platform.anyone().post("/api/auth/login", credentials).await.data()["token"].clone();
        let other = ada.with_token(ada.email(), token.as_str().expect("a token").to_owned());
        if recorder.ask(&other, "play-video", &play, NONE).await.code() == "STREAM_LIMIT_REACHED" {
            break;
        }
    }
    recorder.ask(ada, "stop-playback", &format!("DELETE /api/playback/{}", id.as_str().expect("an id")), NONE).await;
    recorder.ask(ada, "update-progress", &progress, beat).await;
}

async fn members(recorder: &mut Recorder, admin: &Viewer, ada: &Viewer) {
    let id = id_of(ada.get("/api/auth/me").await.data());
    recorder.ask(admin, "list-members", "GET /api/admin/members?limit=2&status=active", NONE).await;
    let member = recorder.ask(admin, "get-member", &format!("GET /api/admin/members/{id}"), NONE).await;
    let payment = id_of(&member.data()["payments"][0]);
    let refund = json!({ "amount": 100, "reason": "An evening without a stream" });
    recorder.ask(admin, "refund-payment", &format!("POST /api/admin/payments/{payment}/refund"), refund).await;
    let more = json!({ "amount": 100_000, "reason": "Everything and more" });
    recorder.ask(admin, "refund-payment", &format!("POST /api/admin/payments/{payment}/refund"), more).await;
    let gift = json!({ "plan_type": "premium", "until": "2199-12-31T00:00:00Z", "reason": "A jury member" });
    recorder.ask(admin, "comp-member", &format!("POST /api/admin/members/{id}/comp"), gift).await;
    let edit = json!({ "notes": "Prefers to be called.", "reason": "A call" });
    recorder.ask(admin, "update-member", &format!("PATCH /api/admin/members/{id}"), edit).await;
    recorder.ask(ada, "export-account", "GET /api/account/export", NONE).await;
    let other = recorder.platform.subscriber("basic").await;
    let other = format!("POST /api/admin/members/{}", id_of(other.get("/api/auth/me").await.data()));
    let end = json!({ "when": "period_end", "reason": "They asked us to by letter" });
    recorder.ask(admin, "end-subscription", &format!("{other}/end-subscription"), end).await;
    let phone = json!({ "reason": "A stolen phone" });
    recorder.ask(admin, "end-sessions", &format!("{other}/end-sessions"), phone).await;
    let customer = stripe_customer(&recorder.platform, ada).await;
    let told = post_event(&recorder.platform, "evt_1RoExample", "customer.updated", &customer).await;
    recorder.note("stripe-webhook", &NONE, told);
    let listed = recorder.ask(admin, "list-billing-events", "GET /api/admin/billing/events?limit=2", NONE).await;
    let events = listed.data().as_array().expect("a list");
    let at_stripe = events.iter().find(|one| one["id"] != "evt_1RoExample").expect("an event that Stripe has");
    let replay = format!("POST /api/admin/billing/events/{}/replay", id_of(at_stripe));
    recorder.ask(admin, "replay-billing-event", &replay, NONE).await;
    let compare = json!({ "apply": false });
    recorder.ask(admin, "reconcile-billing", "POST /api/admin/billing/reconcile", compare).await;
    recorder.ask(admin, "get-metrics", "GET /api/admin/metrics?days=2", NONE).await;
    recorder.ask(admin, "list-audit", "GET /api/admin/audit?limit=2", NONE).await;
    recorder.ask(ada, "list-audit", "GET /api/admin/audit", NONE).await;
}

/// Upgrades that are not paid at once.
async fn upgrades(recorder: &mut Recorder) {
    let upgrade = json!({ "plan_type": "premium" });
    for is_declined in [true, false] {
        let viewer = recorder.platform.subscriber("basic").await;
        let cards = recorder.platform.cards(&viewer);
        if is_declined {
            cards.decline().await;
        } else {
            cards.require_3ds().await;
        }
        let answer = recorder.ask(&viewer, "change-plan", "POST /api/subscription/change", upgrade.clone()).await;
        assert_eq!(answer.status(), 402, "{answer}");
    }
}

async fn refusals(recorder: &mut Recorder, admin: &Viewer, videos: &Videos) {
    let anyone = recorder.platform.anyone();
    let publish = format!("PATCH /api/admin/videos/{}", videos.unfinished);
    recorder.ask(admin, "update-video", &publish, json!({ "published": true })).await;
    let raw = async |body: String, kind: &str| -> Answer {
        let request = anyone.request(Method::POST, "/api/auth/login").header("content-type", kind).body(body);
        anyone.send(request).await
    };
    for (body, kind) in [
        ("{\"email\": \"ada@viewers.test\",".to_owned(), "application/json"),
        ("{}".to_owned(), "application/json"),
        ("{}".to_owned(), "text/plain"),
        ("x".repeat(40_000), "application/json"),
    ] {
        let answer = raw(body, kind).await;
        recorder.note("login", &NONE, answer);
    }
    let unsigned = recorder.platform.mux_delivery(b"{}".to_vec(), "t=1,v1=00").await;
    recorder.note("mux-webhook", &NONE, unsigned);
    let key = |request: reqwest::RequestBuilder| request.header("idempotency-key", "one key");
    let buyer = recorder.platform.register("buyer@viewers.test").await;
    for plan in ["basic", "premium"] {
        let request = buyer.request(Method::POST, "/api/subscription/checkout").json(&json!({ "plan_type": plan }));
        let answer = buyer.send(key(request)).await;
        recorder.note("create-checkout", &NONE, answer);
    }
}

/// Errors while the providers are down.
async fn faults(recorder: &mut Recorder, ada: &Viewer) {
    for (target, kind) in [("stripe", "error"), ("dynamodb", "error")] {
        recorder.platform.fault(json!({ "target": target, "kind": kind, "count": 20 }));
        recorder.ask(ada, "list-invoices", "GET /api/subscription/invoices", NONE).await;
        recorder.platform.console().delete("/faults").await;
    }
    let somebody = recorder.platform.anyone();
    for _ in 0..12 {
        let wrong = json!({ "email": "nobody@viewers.test", "password": "not this one" });
        recorder.ask(&somebody, "login", "POST /api/auth/login", wrong).await;
    }
}

async fn record_deletions(recorder: &mut Recorder, admin: &Viewer, ada: &Viewer, videos: &Videos) {
    let upload = format!("POST /api/admin/videos/{}/upload", videos.unfinished);
    recorder.ask(admin, "replace-upload", &upload, json!({ "video_quality": "plus" })).await;
    recorder.ask(admin, "delete-video", &format!("DELETE /api/admin/videos/{}", videos.episode), NONE).await;
    recorder.platform.advance(20 * 60).await;
    let id = id_of(ada.get("/api/auth/me").await.data());
    let gift = json!({ "plan_type": null, "reason": "The festival is over" });
    recorder.ask(admin, "comp-member", &format!("POST /api/admin/members/{id}/comp"), gift).await;
    let phone = signed_in_again(&recorder.platform, ada).await;
    recorder.ask(&phone, "logout", "POST /api/auth/logout", NONE).await;
    recorder.ask(ada, "delete-account", "DELETE /api/account", json!({ "password": PASSWORD })).await;
    let viewer = recorder.platform.register("grace@viewers.test").await;
    recorder.platform.advance(8 * 86_400).await;
    recorder.ask(&viewer, "get-me", "GET /api/auth/me", NONE).await;
}
