//! The initial content of a new data directory. Everything is created through the API: accounts register, subscribers
//! pay on the hosted page, an administrator creates videos, Mux's webhooks make them ready, and three months pass on
//! the timeline.

pub(crate) mod events;
mod facts;
mod history;
mod script;
mod steps;
mod visitor;

use crate::machine::Machine;
use crate::start::{Seed, StartError};
use mux_standin::demo::{self, Title};
use script::DEMO;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use steps::{add_video, join};
use stripe_standin::{Interval, SeedPrice};
use visitor::Visitor;

const ADMIN: &str = "admin";
/// Markers of progress: `begun`, and `done` as the last step, so seeding starts over after a kill.
const MARKS: &str = "platform.seed";

/// Seeds a new data directory. In an existing one, only makes sure that the demo media exist.
pub(crate) async fn begin(machine: &Arc<Machine>) -> Result<(), StartError> {
    let _alone = machine.alone.lock().await;
    seeded(machine).await
}

/// Deletes everything and seeds again. The platform is not ready meanwhile, or after a failed reset.
pub(crate) async fn reset(machine: &Arc<Machine>) -> Result<(), StartError> {
    let _alone = machine.alone.lock().await;
    machine.gateway.set_ready(false);
    machine.documents.clear(MARKS);
    machine.wipe().await?;
    seeded(machine).await?;
    machine.open();
    Ok(())
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

/// Plays the history so that it ends at the clock's current time, which is real time when a platform starts.
async fn with_history(machine: &Arc<Machine>, media: Vec<(&'static Title, PathBuf)>) -> Result<(), String> {
    let offset_ms = machine.clock().offset_ms();
    machine.set_back(history::LENGTH).await.map_err(|error| error.to_string())?;
    machine.log.mute(true);
    let played = async {
        prices(machine);
        history::play(machine, admin(machine).await?, media).await
    };
    let played = played.await;
    machine.log.mute(false);
    machine.clock().catch_up(offset_ms);
    machine.jobs.end_idle_pauses();
    played
}

/// The prices, with the lookup keys that the service uses.
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

/// The demo accounts and videos, without history.
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
    admin.confirm().await?;
    machine.jobs.run("grant-admin", json!({ "email": admin.email() })).await?;
    Ok(admin)
}
