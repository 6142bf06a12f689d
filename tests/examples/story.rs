//! A story of the service from its first film to a deleted account, in which every function responds at least once.

use super::book::Book;
use crate::forgot_password::token_of;
use crate::verify_email::newest_link;
use reqwest::Method;
use serde_json::{Value, json};
use support::billing::{CARD, platform_without_trial, post_event, signed_in_again, stripe_customer};
use support::videos::asset;
use support::{Answer, PASSWORD, Viewer};

const NONE: Value = Value::Null;

/// Plays the whole story and returns the recorded responses.
pub(super) async fn told() -> Book {
    let mut book = Book::of(platform_without_trial().await);
    let admin = book.platform.admin().await;
    let videos = catalogue(&mut book, &admin).await;
    start_screen(&mut book, &admin, &videos).await;
    let ada = account(&mut book).await;
    public(&mut book, &videos).await;
    subscription(&mut book, &ada, &videos).await;
    playback(&mut book, &ada, &videos).await;
    members(&mut book, &admin, &ada).await;
    upgrades(&mut book).await;
    refusals(&mut book, &admin, &videos).await;
    faults(&mut book, &ada).await;
    farewell(&mut book, &admin, &ada, &videos).await;
    book
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

async fn catalogue(book: &mut Book, admin: &Viewer) -> Videos {
    let series =
        json!({ "title": "Harbour Nine", "description": "The night shift of a harbour.", "category": "Drama" });
    let series = id_of(book.ask(admin, "create-series", "POST /api/admin/series", series).await.data());
    let empty = json!({ "title": "An abandoned plan", "category": "Drama" });
    let empty = id_of(admin.post("/api/admin/series", empty).await.data());
    let edits = json!({ "description": "The night shift of a harbour, and what the sea brings." });
    book.ask(admin, "update-series", &format!("PATCH /api/admin/series/{series}"), edits).await;
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
        let created = book.ask(admin, "create-video", "POST /api/admin/videos", new).await;
        assert_eq!(created.status(), 201, "{created}");
        ids.push(id_of(&created.data()["video"]));
    }
    for id in &ids[..2] {
        let told = book.platform.mux_event("video.asset.ready", asset(id)).await;
        book.note("mux-webhook", &NONE, told);
        let publish = json!({ "published": true });
        let published = book.ask(admin, "update-video", &format!("PATCH /api/admin/videos/{id}"), publish).await;
        assert_eq!(published.status(), 200, "{published}");
    }
    book.ask(admin, "delete-series", &format!("DELETE /api/admin/series/{series}"), NONE).await;
    book.ask(admin, "delete-series", &format!("DELETE /api/admin/series/{empty}"), NONE).await;
    book.ask(admin, "list-all-videos", "GET /api/admin/videos?limit=2", NONE).await;
    book.ask(admin, "list-all-series", "GET /api/admin/series?limit=2", NONE).await;
    let [episode, film, unfinished] = ids.try_into().expect("three videos");
    Videos { series, episode, film, unfinished }
}

async fn account(book: &mut Book) -> Viewer {
    let anyone = book.platform.anyone();
    let email = "ada@viewers.test";
    let new = json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    book.ask(&anyone, "register", "POST /api/auth/register", new.clone()).await;
    book.ask(&anyone, "register", "POST /api/auth/register", new).await;
    let credentials = json!({ "email": email, "password": PASSWORD, "device_name": "Living room" });
    let answer = book.ask(&anyone, "login", "POST /api/auth/login", credentials).await;
    let television = anyone.with_token(email, answer.data()["token"].as_str().expect("a token").to_owned());
    let wrong = json!({ "email": email, "password": "not this one" });
    book.ask(&anyone, "login", "POST /api/auth/login", wrong).await;
    book.ask(&television, "get-me", "GET /api/auth/me", NONE).await;
    book.ask(&television, "resend-verification", "POST /api/auth/resend-verification", NONE).await;
    let confirm = json!({ "token": newest_link(&book.platform, email) });
    for _ in 0..2 {
        book.ask(&anyone, "verify-email", "POST /api/auth/verify-email", confirm.clone()).await;
    }
    book.ask(&television, "update-me", "PATCH /api/auth/me", json!({ "name": "Ada" })).await;
    book.ask(&television, "refresh-token", "POST /api/auth/refresh", NONE).await;
    let other = book.platform.sign_in(email, PASSWORD).await;
    let devices = book.ask(&other, "list-sessions", "GET /api/auth/sessions", NONE).await;
    let devices = devices.data().as_array().expect("a list").clone();
    let old = devices.iter().find(|one| one["device_name"] == "Living room").expect("the television");
    book.ask(&other, "revoke-session", &format!("DELETE /api/auth/sessions/{}", id_of(old)), NONE).await;
    book.ask(&television, "get-me", "GET /api/auth/me", NONE).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "another long phrase" });
    book.ask(&other, "change-password", "POST /api/auth/change-password", change).await;
    forgotten(book).await;
    let change = json!({ "current_password": "another long phrase", "new_password": PASSWORD });
    book.ask(&other, "change-password", "POST /api/auth/change-password", change).await;
    let ada = book.platform.sign_in(email, PASSWORD).await;
    book.ask(&ada, "get-preferences", "GET /api/preferences", NONE).await;
    let edits = json!({ "captions": true, "caption_language": "de", "speed": 1.25 });
    book.ask(&ada, "set-preferences", "PATCH /api/preferences", edits).await;
    ada
}

/// A separate account, because an address gets only a few emails in an hour.
async fn forgotten(book: &mut Book) {
    let anyone = book.platform.anyone();
    let viewer = book.platform.register("forgetful@viewers.test").await;
    let request = json!({ "email": viewer.email() });
    book.ask(&anyone, "forgot-password", "POST /api/auth/forgot-password", request).await;
    let token = token_of(&book.platform, book.platform.mail(viewer.email()).first().expect("a mail"));
    let reset = json!({ "token": token, "password": "another long phrase" });
    for _ in 0..2 {
        book.ask(&anyone, "reset-password", "POST /api/auth/reset-password", reset.clone()).await;
    }
}

async fn public(book: &mut Book, videos: &Videos) {
    let anyone = book.platform.anyone();
    for (function, path) in [
        ("health", "/api/health"),
        ("openapi", "/api/openapi.json"),
        ("list-videos", "/api/videos?limit=1"),
        ("list-categories", "/api/categories"),
        ("list-plans", "/api/plans"),
        ("list-series", "/api/series"),
        ("get-series", &format!("/api/series/{}", videos.series)),
        ("list-episodes", &format!("/api/series/{}/episodes", videos.series)),
        ("list-videos", "/api/videos?cursor=AAAA"),
        ("get-video", &format!("/api/videos/{}", videos.film)),
        ("no-route", "/api/nowhere"),
    ] {
        book.ask(&anyone, function, &format!("GET {path}"), NONE).await;
    }
    book.ask(&anyone, "no-route", "DELETE /api/videos", NONE).await;
}

async fn subscription(book: &mut Book, ada: &Viewer, videos: &Videos) {
    book.ask(ada, "play-video", &format!("GET /api/videos/{}/play", videos.film), NONE).await;
    book.ask(ada, "create-portal", "POST /api/subscription/portal", NONE).await;
    let plan = json!({ "plan_type": "basic", "interval": "month" });
    let checkout = book.ask(ada, "create-checkout", "POST /api/subscription/checkout", plan.clone()).await;
    book.platform.pay(checkout.data()["checkout_url"].as_str().expect("a page"), CARD).await;
    book.ask(ada, "create-checkout", "POST /api/subscription/checkout", plan).await;
    book.ask(ada, "get-subscription", "GET /api/subscription", NONE).await;
    book.ask(ada, "play-video", &format!("GET /api/videos/{}/play", videos.film), NONE).await;
    let upgrade = json!({ "plan_type": "premium" });
    book.ask(ada, "preview-change", "POST /api/subscription/change/preview", upgrade.clone()).await;
    book.ask(ada, "change-plan", "POST /api/subscription/change", upgrade).await;
    book.ask(ada, "cancel-subscription", "POST /api/subscription/cancel", NONE).await;
    book.ask(ada, "resume-subscription", "POST /api/subscription/resume", NONE).await;
    book.ask(ada, "create-portal", "POST /api/subscription/portal", NONE).await;
    book.ask(ada, "list-invoices", "GET /api/subscription/invoices?limit=2", NONE).await;
}

/// The operator's choices for every home screen.
async fn start_screen(book: &mut Book, admin: &Viewer, videos: &Videos) {
    let layout = json!({ "featured_id": videos.film, "shelves": [{ "kind": "new" }, { "kind": "category", "category": "Drama" }] });
    book.ask(admin, "update-home", "PUT /api/admin/home", layout).await;
    book.ask(admin, "get-home-layout", "GET /api/admin/home", NONE).await;
}

/// What the viewer has watched, and means to watch.
async fn library(book: &mut Book, ada: &Viewer, videos: &Videos) {
    book.ask(ada, "list-history", "GET /api/history", NONE).await;
    let on = format!("PUT /api/watchlist/{}", videos.episode);
    book.ask(ada, "add-watchlist", &on, NONE).await;
    book.ask(ada, "list-watchlist", "GET /api/watchlist", NONE).await;
    book.ask(ada, "get-home", "GET /api/home", NONE).await;
    let off = format!("DELETE /api/watchlist/{}", videos.episode);
    book.ask(ada, "remove-watchlist", &off, NONE).await;
    let watched = format!("/api/videos/{}/watched", videos.episode);
    book.ask(ada, "set-watched", &format!("PUT {watched}"), NONE).await;
    book.ask(ada, "clear-watched", &format!("DELETE {watched}"), NONE).await;
    book.ask(ada, "delete-history", &format!("DELETE /api/history?video_id={}", videos.episode), NONE).await;
}

async fn playback(book: &mut Book, ada: &Viewer, videos: &Videos) {
    let play = format!("GET /api/videos/{}/play", videos.film);
    let playback = book.ask(ada, "play-video", &play, NONE).await;
    let id = playback.data()["playback_session_id"].clone();
    let beat = json!({ "progress": 31.5, "playback_session_id": id, "client_time": book.platform.running().now() });
    let progress = format!("PUT /api/videos/{}/progress", videos.film);
    book.ask(ada, "update-progress", &progress, beat.clone()).await;
    book.ask(ada, "get-video", &format!("GET /api/videos/{}", videos.film), NONE).await;
    book.ask(ada, "continue-watching", "GET /api/continue-watching", NONE).await;
    book.ask(ada, "list-playback", "GET /api/playback", NONE).await;
    library(book, ada, videos).await;
    for device in ["Kitchen", "Bedroom", "Garden", "Attic", "Cellar"] {
        let credentials = json!({ "email": ada.email(), "password": PASSWORD, "device_name": device });
        let token = book.platform.anyone().post("/api/auth/login", credentials).await.data()["token"].clone();
        let other = ada.with_token(ada.email(), token.as_str().expect("a token").to_owned());
        if book.ask(&other, "play-video", &play, NONE).await.code() == "STREAM_LIMIT_REACHED" {
            break;
        }
    }
    book.ask(ada, "stop-playback", &format!("DELETE /api/playback/{}", id.as_str().expect("an id")), NONE).await;
    book.ask(ada, "update-progress", &progress, beat).await;
}

async fn members(book: &mut Book, admin: &Viewer, ada: &Viewer) {
    let id = id_of(ada.get("/api/auth/me").await.data());
    book.ask(admin, "list-members", "GET /api/admin/members?limit=2&status=active", NONE).await;
    let member = book.ask(admin, "get-member", &format!("GET /api/admin/members/{id}"), NONE).await;
    let payment = id_of(&member.data()["payments"][0]);
    let refund = json!({ "amount": 100, "reason": "An evening without a stream" });
    book.ask(admin, "refund-payment", &format!("POST /api/admin/payments/{payment}/refund"), refund).await;
    let more = json!({ "amount": 100_000, "reason": "Everything and more" });
    book.ask(admin, "refund-payment", &format!("POST /api/admin/payments/{payment}/refund"), more).await;
    let gift = json!({ "plan_type": "premium", "until": "2199-12-31T00:00:00Z", "reason": "A jury member" });
    book.ask(admin, "comp-member", &format!("POST /api/admin/members/{id}/comp"), gift).await;
    let edit = json!({ "notes": "Prefers to be called.", "reason": "A call" });
    book.ask(admin, "update-member", &format!("PATCH /api/admin/members/{id}"), edit).await;
    book.ask(ada, "export-account", "GET /api/account/export", NONE).await;
    let other = book.platform.subscriber("basic").await;
    let other = format!("POST /api/admin/members/{}", id_of(other.get("/api/auth/me").await.data()));
    let end = json!({ "when": "period_end", "reason": "They asked us to by letter" });
    book.ask(admin, "end-subscription", &format!("{other}/end-subscription"), end).await;
    let phone = json!({ "reason": "A stolen phone" });
    book.ask(admin, "end-sessions", &format!("{other}/end-sessions"), phone).await;
    let customer = stripe_customer(&book.platform, ada).await;
    let told = post_event(&book.platform, "evt_1RoExample", "customer.updated", &customer).await;
    book.note("stripe-webhook", &NONE, told);
    let listed = book.ask(admin, "list-billing-events", "GET /api/admin/billing/events?limit=2", NONE).await;
    let events = listed.data().as_array().expect("a list");
    let at_stripe = events.iter().find(|one| one["id"] != "evt_1RoExample").expect("an event that Stripe has");
    let replay = format!("POST /api/admin/billing/events/{}/replay", id_of(at_stripe));
    book.ask(admin, "replay-billing-event", &replay, NONE).await;
    let compare = json!({ "apply": false });
    book.ask(admin, "reconcile-billing", "POST /api/admin/billing/reconcile", compare).await;
    book.ask(admin, "get-metrics", "GET /api/admin/metrics?days=2", NONE).await;
    book.ask(admin, "list-audit", "GET /api/admin/audit?limit=2", NONE).await;
    book.ask(ada, "list-audit", "GET /api/admin/audit", NONE).await;
}

/// Upgrades that are not paid at once.
async fn upgrades(book: &mut Book) {
    let upgrade = json!({ "plan_type": "premium" });
    for is_declined in [true, false] {
        let viewer = book.platform.subscriber("basic").await;
        let cards = book.platform.cards(&viewer);
        if is_declined {
            cards.decline().await;
        } else {
            cards.require_3ds().await;
        }
        let answer = book.ask(&viewer, "change-plan", "POST /api/subscription/change", upgrade.clone()).await;
        assert_eq!(answer.status(), 402, "{answer}");
    }
}

async fn refusals(book: &mut Book, admin: &Viewer, videos: &Videos) {
    let anyone = book.platform.anyone();
    let publish = format!("PATCH /api/admin/videos/{}", videos.unfinished);
    book.ask(admin, "update-video", &publish, json!({ "published": true })).await;
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
        book.note("login", &NONE, answer);
    }
    let unsigned = book.platform.mux_delivery(b"{}".to_vec(), "t=1,v1=00").await;
    book.note("mux-webhook", &NONE, unsigned);
    let key = |request: reqwest::RequestBuilder| request.header("idempotency-key", "one key");
    let buyer = book.platform.register("buyer@viewers.test").await;
    for plan in ["basic", "premium"] {
        let request = buyer.request(Method::POST, "/api/subscription/checkout").json(&json!({ "plan_type": plan }));
        let answer = buyer.send(key(request)).await;
        book.note("create-checkout", &NONE, answer);
    }
}

/// Errors while the providers are down.
async fn faults(book: &mut Book, ada: &Viewer) {
    for (target, kind) in [("stripe", "error"), ("dynamodb", "error")] {
        book.platform.fault(json!({ "target": target, "kind": kind, "count": 20 }));
        book.ask(ada, "list-invoices", "GET /api/subscription/invoices", NONE).await;
        book.platform.console().delete("/faults").await;
    }
    let somebody = book.platform.anyone();
    for _ in 0..12 {
        let wrong = json!({ "email": "nobody@viewers.test", "password": "not this one" });
        book.ask(&somebody, "login", "POST /api/auth/login", wrong).await;
    }
}

async fn farewell(book: &mut Book, admin: &Viewer, ada: &Viewer, videos: &Videos) {
    let upload = format!("POST /api/admin/videos/{}/upload", videos.unfinished);
    book.ask(admin, "replace-upload", &upload, json!({ "video_quality": "plus" })).await;
    book.ask(admin, "delete-video", &format!("DELETE /api/admin/videos/{}", videos.episode), NONE).await;
    book.platform.advance(20 * 60).await;
    let id = id_of(ada.get("/api/auth/me").await.data());
    let gift = json!({ "plan_type": null, "reason": "The festival is over" });
    book.ask(admin, "comp-member", &format!("POST /api/admin/members/{id}/comp"), gift).await;
    let phone = signed_in_again(&book.platform, ada).await;
    book.ask(&phone, "logout", "POST /api/auth/logout", NONE).await;
    book.ask(ada, "delete-account", "DELETE /api/account", json!({ "password": PASSWORD })).await;
    let viewer = book.platform.register("grace@viewers.test").await;
    book.platform.advance(8 * 86_400).await;
    book.ask(&viewer, "get-me", "GET /api/auth/me", NONE).await;
}
