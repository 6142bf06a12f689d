//! What a new directory of data begins with. Everything goes in through the door: accounts register, subscribers pay on
//! the hosted page, videos are created by an administrator and made ready by Mux's webhooks, and three months go by on the
//! time machine.

mod history;
mod script;
mod visitor;

use crate::machine::Machine;
use crate::platform::{Seed, StartError};
use mux_standin::demo::{self, Title};
use script::{DEMO, Member, Plan};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stripe_standin::{Interval, SeedPrice};
use visitor::Visitor;

const ADMIN: &str = "admin";
/// Stripe's test card whose charges succeed.
const CARD: &str = "4242424242424242";
/// Marks of how far the seed is: `begun`, and `done` as its last step, so that a kill half-way seeds anew.
const MARKS: &str = "platform.seed";

/// Seeds a new directory of data, and sees to it that the demo media are there in an old one.
pub(crate) async fn begin(machine: &Arc<Machine>) -> Result<(), StartError> {
    let _alone = machine.alone.lock().await;
    seeded(machine).await
}

/// Forgets everything and seeds again.
pub(crate) async fn reset(machine: &Arc<Machine>) -> Result<(), StartError> {
    let _alone = machine.alone.lock().await;
    machine.documents.clear(MARKS);
    machine.wipe().await?;
    seeded(machine).await
}

async fn seeded(machine: &Arc<Machine>) -> Result<(), StartError> {
    if machine.seed == Seed::None {
        prices(machine);
        return Ok(());
    }
    let media = media(machine).await?;
    let marks = machine.documents.all::<bool>(MARKS)?;
    let is_marked = |mark: &str| marks.iter().any(|(id, _)| id == mark);
    if is_marked("done") {
        prices(machine);
        return Ok(());
    }
    if is_marked("begun") {
        machine.wipe().await?;
    }
    machine.documents.put(MARKS, "begun", &true);
    let planted = match machine.seed {
        Seed::Full => with_history(machine, media).await,
        Seed::Demo | Seed::None => plant(machine, media).await,
    };
    planted.map_err(StartError::Seed)?;
    machine.documents.put(MARKS, "done", &true);
    Ok(())
}

/// Plays the history so that it ends where the clock stands: at the present, in a platform that starts.
async fn with_history(machine: &Arc<Machine>, media: Vec<(&'static Title, PathBuf)>) -> Result<(), String> {
    let offset_ms = machine.clock().offset_ms();
    machine.set_back(history::LENGTH).await.map_err(|error| error.to_string())?;
    machine.log.hush(true);
    let played = async {
        prices(machine);
        history::play(machine, admin(machine).await?, media).await
    };
    let played = played.await;
    machine.log.hush(false);
    machine.clock().catch_up(offset_ms);
    machine.jobs.settle();
    played
}

/// The prices that the service looks up by key.
fn prices(machine: &Machine) {
    let all = [
        ("basic_month", "Marquee Basic", 799, Interval::Month),
        ("basic_year", "Marquee Basic", 7_990, Interval::Year),
        ("premium_month", "Marquee Premium", 1_299, Interval::Month),
        ("premium_year", "Marquee Premium", 12_990, Interval::Year),
    ];
    for (lookup_key, product_name, amount, interval) in all {
        machine.stripe.seed_price(SeedPrice {
            lookup_key: lookup_key.to_owned(),
            product_name: product_name.to_owned(),
            amount,
            currency: "usd".to_owned(),
            interval,
        });
    }
}

async fn media(machine: &Machine) -> Result<Vec<(&'static Title, PathBuf)>, StartError> {
    let say = |title: &str| machine.log.line(&json!({ "level": "info", "demo_media": title }).to_string());
    demo::generate(&machine.demo_media, say).await.map_err(|error| StartError::Seed(error.to_string()))
}

/// The demo accounts and videos, with no past.
async fn plant(machine: &Arc<Machine>, media: Vec<(&'static Title, PathBuf)>) -> Result<(), String> {
    prices(machine);
    let admin = admin(machine).await?;
    for member in &DEMO {
        join(machine, member).await?;
    }
    let mut series = BTreeMap::new();
    for (title, folder) in media {
        add_video(machine, &admin, title, &folder, &mut series).await?;
    }
    Ok(())
}

async fn admin(machine: &Arc<Machine>) -> Result<Visitor, String> {
    let admin = Visitor::register(machine, ADMIN).await?;
    let granted = machine.jobs.run("grant-admin", json!({ "email": admin.email() })).await;
    granted.unwrap_or(Err("there is no job grant-admin".into()))?;
    Ok(admin)
}

/// Makes a member's account, and buys their plan as a person would: checkout, the hosted page, and the webhooks that follow.
async fn join(machine: &Arc<Machine>, member: &Member) -> Result<Visitor, String> {
    let visitor = Visitor::register(machine, member.name).await?;
    if let Some(Plan(plan_type, interval)) = member.plan {
        let order = json!({ "plan_type": plan_type, "interval": interval });
        let checkout = visitor.call("POST", "/api/subscription/checkout", order).await?;
        let url = checkout["checkout_url"].as_str().ok_or("a checkout without an address")?;
        visitor.pay(url, CARD).await?;
    }
    Ok(visitor)
}

/// Creates a video, gives Mux its media, publishes it when Mux's webhook has made it ready, and returns its id.
async fn add_video(
    machine: &Arc<Machine>,
    admin: &Visitor,
    title: &Title,
    folder: &Path,
    series: &mut BTreeMap<&'static str, String>,
) -> Result<String, String> {
    let mut video = json!({
        "title": title.title,
        "description": title.description,
        "category": title.category,
        "required_plan": title.required_plan,
    });
    if let Some(episode) = title.series {
        let series_id = series.entry(episode.series).or_insert_with(|| uuid::Uuid::now_v7().to_string());
        video["series_id"] = series_id.as_str().into();
        video["season"] = episode.season.into();
        video["episode"] = episode.episode.into();
    }
    let created = admin.call("POST", "/api/admin/videos", video).await?;
    let (id, upload) = (created["video"]["id"].as_str(), created["upload"]["id"].as_str());
    let (id, upload) = id.zip(upload).ok_or("a video without an id")?;
    let (asset_id, playback_id) =
        (uuid::Uuid::new_v4().simple().to_string(), uuid::Uuid::new_v4().simple().to_string());
    let adopted = machine.mux.adopt_asset(folder, &asset_id, &playback_id, id).await;
    adopted.map_err(|error| format!("{}: {error}", title.slug))?;
    announce(machine, &asset_id).await?;
    // The media came in beside the upload, which would time out an hour later.
    mux(machine, "PUT", &format!("/video/v1/uploads/{upload}/cancel")).await?;
    admin.call("PATCH", &format!("/api/admin/videos/{id}"), json!({ "published": true })).await?;
    Ok(id.to_owned())
}

/// Sends the webhook that Mux sends of an encoded asset: adopted media were encoded before.
async fn announce(machine: &Arc<Machine>, asset_id: &str) -> Result<(), String> {
    let asset = mux(machine, "GET", &format!("/video/v1/assets/{asset_id}")).await?;
    let event_id = uuid::Uuid::new_v4().to_string();
    let event = json!({
        "type": "video.asset.ready",
        "id": event_id,
        "created_at": machine.clock().now(),
        "object": { "type": "asset", "id": asset_id },
        "environment": { "name": "Local", "id": "local" },
        "data": asset,
        "attempts": [],
    });
    machine.deliveries.send("mux", &event_id, "video.asset.ready", event.to_string());
    machine.timeline.advance(0).await;
    Ok(())
}

/// Calls Mux's API and returns the answer's `data`.
async fn mux(machine: &Machine, method: &str, path: &str) -> Result<Value, String> {
    let text = |error: reqwest::Error| error.to_string();
    let secret = machine.aws.secrets().value("MuxSecret");
    let (user, password) = (secret["token_id"].as_str().unwrap_or_default(), secret["token_secret"].as_str());
    let method = method.parse::<http::Method>().map_err(|error| error.to_string())?;
    let call = visitor::client()?.request(method, format!("{}{path}", machine.urls.mux)).basic_auth(user, password);
    let answer = call.send().await.and_then(reqwest::Response::error_for_status).map_err(text)?;
    let mut answer: Value = answer.json().await.map_err(text)?;
    Ok(answer["data"].take())
}
