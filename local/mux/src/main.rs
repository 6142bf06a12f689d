//! The stand-in as a separate program for any client, without the rest of the platform.
//!
//! Settings: `PORT` (3002), `TOKEN_ID`, `TOKEN_SECRET`, `WEBHOOK_SECRET`, `WEBHOOK_URL`, and `MEDIA_DIR` (`.mux`),
//! which also contains its state. `mux-standin demo <folder>` generates the demo media in a folder and exits.

use mux_standin::{Config, MuxStandIn, demo};
use standin::calls::Calls;
use standin::clock::Clock;
use standin::deliveries::Deliveries;
use standin::documents::Documents;
use standin::faults::Faults;
use standin::timeline::Timeline;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, folder] = arguments.as_slice()
        && command == "demo"
    {
        return demo(folder.as_ref()).await;
    }
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let listener = TcpListener::bind(("127.0.0.1", setting("PORT", "3002").parse()?)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let media_dir = PathBuf::from(setting("MEDIA_DIR", ".mux"));
    std::fs::create_dir_all(&media_dir)?;
    let timeline = Timeline::new(Clock::default());
    let documents = Documents::open(Some(&media_dir.join("state.sqlite")))?;
    let mux = MuxStandIn::open(Config {
        base_url: base_url.clone(),
        token_id: setting("TOKEN_ID", "local"),
        token_secret: setting("TOKEN_SECRET", "local"),
        webhook_secret: setting("WEBHOOK_SECRET", "local"),
        webhook_url: setting("WEBHOOK_URL", "http://127.0.0.1:3000/api/webhooks/mux"),
        media_dir,
        timeline: timeline.clone(),
        deliveries: Deliveries::open(&timeline, documents.clone())?,
        documents,
    })?;
    writeln!(std::io::stdout(), "The Mux stand-in is ready at {base_url}")?;
    let watch = mux.watch(Calls::default(), Faults::default());
    tokio::select! {
        served = standin::server::serve(listener, mux.router(), Some(watch)) => Ok(served?),
        () = timeline.run() => Ok(()),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

async fn demo(folder: &Path) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let say = |text: &str| {
        let _ = writeln!(std::io::stdout(), "{:5.1} s  {text}", started.elapsed().as_secs_f64());
    };
    for (title, folder) in demo::generate(folder, say).await? {
        say(&format!("{}: {}", title.slug, folder.display()));
    }
    Ok(())
}
