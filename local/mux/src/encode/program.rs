//! The programs that encode and probe, and why they fail.

use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// Why a source could not be encoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The source is not a video or is damaged; the message is for its owner.
    #[error("{0}")]
    Invalid(String),
    /// ffmpeg failed, or took too long.
    #[error("the encoder failed: {0}")]
    Encoder(String),
    /// A disk error.
    #[error("the encoder's files: {0}")]
    Io(#[from] std::io::Error),
}

/// Runs a program to its end and returns its output. The program is killed when the future is dropped.
pub(super) async fn run(mut command: Command, limit: Duration) -> Result<Vec<u8>, EncodeError> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
    match tokio::time::timeout(limit, output).await {
        Err(_) => Err(EncodeError::Encoder("timed out".to_owned())),
        Ok(Err(error)) => Err(EncodeError::Io(error)),
        Ok(Ok(output)) if output.status.success() => Ok(output.stdout),
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(EncodeError::Encoder(said.lines().last().unwrap_or("no reason given").to_owned()))
        }
    }
}
