//! The steps that both seeds use: adding a paying member, and adding a playable video.

use super::facts::facts;
use super::script::{Member, PROFILES, Plan};
use super::visitor::{Visitor, client};
use crate::machine::Machine;
use mux_standin::demo::{Title, series_description};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Stripe's test card whose charges succeed.
const CARD: &str = "4242424242424242";
/// The title whose free first minutes are the trailer of its series.
const TRAILER_OF_SERIES: &str = "harbour-nine-low-tide";
/// The films with a trailer, which consists of their own pictures.
const FILMS_WITH_TRAILER: [&str; 4] = ["the-last-lighthouse", "neon-district", "salt-and-starlight", "deep-quiet"];

/// Creates a member's account with its profiles, and buys their plan like a customer: checkout, the hosted page, and the
/// webhooks that follow.
pub(super) async fn join(machine: &Arc<Machine>, member: &Member) -> Result<Visitor, String> {
    let visitor = Visitor::register(machine, member.name).await?;
    visitor.confirm().await?;
    for (_, name, age_limit) in PROFILES.into_iter().filter(|(account, ..)| *account == member.name) {
        visitor.call("POST", "/api/profiles", json!({ "name": name, "age_limit": age_limit })).await?;
    }
    if let Some(plan) = member.plan {
        subscribe(&visitor, plan).await?;
    }
    Ok(visitor)
}

/// Buys a plan on the hosted page of a checkout.
pub(super) async fn subscribe(visitor: &Visitor, Plan(plan_type, interval): Plan) -> Result<(), String> {
    let order = json!({ "plan_type": plan_type, "interval": interval });
    let checkout = visitor.call("POST", "/api/subscription/checkout", order).await?;
    visitor.pay(checkout["checkout_url"].as_str().ok_or("the checkout has no URL")?, CARD).await
}

/// Creates a video, gives Mux its media, publishes it when Mux's webhook has made it ready, and returns its id.
pub(super) async fn add_video(
    machine: &Arc<Machine>,
    admin: &Visitor,
    title: &Title,
    folder: &Path,
    series: &mut BTreeMap<&'static str, String>,
) -> Result<String, String> {
    let mut video = facts(title.slug);
    let basics = json!({
        "title": title.title,
        "description": title.description,
        "category": title.category,
        "required_plan": title.required_plan,
    });
    if let (Some(video), Value::Object(basics)) = (video.as_object_mut(), basics) {
        video.extend(basics);
    }
    if let Some(episode) = title.series {
        let series_id = match series.get(episode.series) {
            Some(id) => id.clone(),
            None => add_series(admin, title, episode.series).await?,
        };
        series.insert(episode.series, series_id.clone());
        video["series_id"] = series_id.into();
        video["season"] = episode.season.into();
        video["episode"] = episode.episode.into();
    }
    let id = add_playable(machine, admin, video, folder).await.map_err(|error| format!("{}: {error}", title.slug))?;
    let trailer_of = match title.series {
        Some(episode) if title.slug == TRAILER_OF_SERIES => series.get(episode.series),
        None if FILMS_WITH_TRAILER.contains(&title.slug) => Some(&id),
        _ => None,
    };
    if let Some(trailer_of) = trailer_of {
        let trailer = json!({
            "title": "Trailer", "category": title.category, "required_plan": "free", "trailer_of": trailer_of,
        });
        add_playable(machine, admin, trailer, folder).await?;
    }
    Ok(id)
}

/// Creates a video, makes it ready with these media, publishes it, and returns its id.
async fn add_playable(machine: &Arc<Machine>, admin: &Visitor, video: Value, folder: &Path) -> Result<String, String> {
    let created = admin.call("POST", "/api/admin/videos", video).await?;
    let (id, upload) = (created["video"]["id"].as_str(), created["upload"]["id"].as_str());
    let (id, upload) = id.zip(upload).ok_or("the video has no id")?;
    let (asset_id, playback_id) =
        (uuid::Uuid::new_v4().simple().to_string(), uuid::Uuid::new_v4().simple().to_string());
    let adopted = machine.mux.adopt_asset(folder, &asset_id, &playback_id, id).await;
    adopted.map_err(|error| error.to_string())?;
    announce(machine, &asset_id).await?;
    // The media did not come from the upload, so it is cancelled; otherwise it would time out an hour later.
    mux(machine, "PUT", &format!("/video/v1/uploads/{upload}/cancel")).await?;
    admin.call("PATCH", &format!("/api/admin/videos/{id}"), json!({ "published": true })).await?;
    Ok(id.to_owned())
}

/// Creates the series of an episode, and returns its id.
async fn add_series(admin: &Visitor, episode: &Title, title: &str) -> Result<String, String> {
    let series = json!({ "title": title, "description": series_description(title), "category": episode.category });
    let created = admin.call("POST", "/api/admin/series", series).await?;
    created["id"].as_str().map(str::to_owned).ok_or_else(|| "the series has no id".to_owned())
}

/// Sends the webhook that Mux sends for an encoded asset, because adopting media sends none.
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

/// Calls Mux's API and returns the response's `data`.
async fn mux(machine: &Machine, method: &str, path: &str) -> Result<Value, String> {
    let text = |error: reqwest::Error| error.to_string();
    let secret = machine.aws.secrets().value("MuxSecret");
    let (user, password) = (secret["token_id"].as_str().unwrap_or_default(), secret["token_secret"].as_str());
    let method = method.parse::<http::Method>().map_err(|error| error.to_string())?;
    let call = client()?.request(method, format!("{}{path}", machine.urls.mux)).basic_auth(user, password);
    let answer = call.send().await.and_then(reqwest::Response::error_for_status).map_err(text)?;
    let mut answer: Value = answer.json().await.map_err(text)?;
    Ok(answer["data"].take())
}
