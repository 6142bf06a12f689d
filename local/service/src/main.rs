//! `make run`: the whole service on this machine.

use local::containers::ContainerGateway;
use local::platform::{Options, Platform};
use local::start::Seed;
use service::FUNCTIONS;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const PORT_DEFAULT: u16 = 3000;
const DATA_DIR_DEFAULT: &str = ".data";

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&mut std::io::stderr(), &format!("Marquee did not start: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let platform = Platform::start(options(std::env::vars().collect())?).await?;
    let urls = platform.urls();
    let out = &mut std::io::stdout();
    say(
        out,
        &format!("Console at {}, Stripe at {}, Mux at {}, AWS at {}", urls.console, urls.stripe, urls.mux, urls.aws),
    );
    say(out, &format!("Marquee is ready at {}", urls.web));
    stopped().await?;
    platform.stop().await;
    Ok(())
}

/// The options, from the process environment.
fn options(environment: BTreeMap<String, String>) -> Result<Options, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let port = match environment.get("PORT") {
        None => PORT_DEFAULT,
        Some(text) => {
            text.parse().ok().filter(|port| *port > 0).ok_or(format!("PORT is {text:?}, which is not a port"))?
        }
    };
    let data_dir = match environment.get("DATA_DIR").map_or(DATA_DIR_DEFAULT, String::as_str) {
        ":memory:" => None,
        directory => Some(PathBuf::from(directory)),
    };
    let seed = match environment.get("SEED").map_or("full", String::as_str) {
        "full" => Seed::Full,
        "demo" => Seed::Demo,
        "none" => Seed::None,
        other => return Err(format!("SEED is {other:?}; it must be full, demo or none")),
    };
    let container_gateway = environment.get("CONTAINER_GATEWAY").map(|text| text.parse::<ContainerGateway>());
    let bootstraps = environment.get("BOOTSTRAPS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let permissions_used = environment.get("PERMISSIONS_USED").map(PathBuf::from);
    let target = environment.get("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(Options {
        functions: FUNCTIONS,
        data_dir,
        port: Some(port),
        template: root.join("template.yaml"),
        environment,
        seed,
        demo_media: target.join("demo-media"),
        web: root.join("web/dist"),
        is_log_printed: true,
        container_gateway: container_gateway.transpose()?,
        bootstraps,
        permissions_used,
    })
}

/// Waits for Ctrl-C or a supervisor's termination signal.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Prints a line. A closed standard output is not an error.
fn say(out: &mut impl Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
