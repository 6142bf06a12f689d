//! The Stripe stand-in as a separate program, for any client: `PORT` (3001), `API_KEY`, `WEBHOOK_SECRET`,
//! `WEBHOOK_URL`, `DATA` (a file; without it nothing is stored), `DUNNING` (`cancel`, `unpaid`, `past_due`),
//! `CLOCK_PORT` (see below).
//!
//! With `CLOCK_PORT`, `POST /advance?seconds=n` on that port moves the clock and runs all work that becomes due in
//! between.

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::post;
use serde::Deserialize;
use standin::calls::Calls;
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::Faults;
use standin::timeline::Timeline;
use std::env;
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use stripe_standin::{Config, Dunning, Interval, SeedPrice, StripeStandIn};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = setting("PORT", "3001").parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let timeline = Timeline::new(Clock::default());
    let documents = Documents::open(env::var_os("DATA").map(PathBuf::from).as_deref())?;
    let deliveries = Deliveries::open(&timeline, documents.clone())?;
    let stand_in = StripeStandIn::open(Config {
        base_url: base_url.clone(),
        api_key: setting("API_KEY", "sk_test_standin"),
        webhook_secret: setting("WEBHOOK_SECRET", "whsec_standin"),
        webhook_url: setting("WEBHOOK_URL", "http://127.0.0.1:4242/webhook"),
        timeline: timeline.clone(),
        deliveries,
        documents,
    })?;
    stand_in.set_dunning(match setting("DUNNING", "cancel").as_str() {
        "cancel" => Dunning::Cancel,
        "unpaid" => Dunning::Unpaid,
        "past_due" => Dunning::PastDue,
        other => return Err(format!("DUNNING is cancel, unpaid or past_due, not {other}").into()),
    });
    for (lookup_key, product_name, amount, interval) in [
        ("basic_month", "Basic", 999, Interval::Month),
        ("basic_year", "Basic", 9_990, Interval::Year),
        ("premium_month", "Premium", 1_999, Interval::Month),
        ("premium_year", "Premium", 19_990, Interval::Year),
    ] {
        let currency = "usd".to_owned();
        stand_in.seed_price(SeedPrice {
            lookup_key: lookup_key.to_owned(),
            product_name: product_name.to_owned(),
            amount,
            currency,
            interval,
        });
    }
    if let Ok(clock_port) = env::var("CLOCK_PORT") {
        let clock = Router::new().route("/advance", post(advance)).with_state(timeline.clone());
        tokio::spawn(standin::server::serve(TcpListener::bind(("127.0.0.1", clock_port.parse()?)).await?, clock, None));
    }
    writeln!(std::io::stdout(), "The Stripe stand-in is ready at {base_url}")?;
    let watch = StripeStandIn::watch(Calls::default(), Faults::default());
    tokio::select! {
        () = timeline.run() => Ok(()),
        served = standin::server::serve(listener, stand_in.router(), Some(watch)) => Ok(served?),
        signal = tokio::signal::ctrl_c() => Ok(signal?),
    }
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(timeline): State<Timeline>, Query(advance): Query<Advance>) -> String {
    timeline.advance(advance.seconds).await.to_string()
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}
