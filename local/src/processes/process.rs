//! One process of a function. It gets only the function's environment, and its events from its own runtime API.

use super::runtime_api::{Answer, Invocation, RuntimeApi};
use serde_json::{Value, json};
use standin::server::serve;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// How long Lambda waits for a process to ask for its first event.
const INIT_MAX: Duration = Duration::from_secs(10);

/// A function's executable, and the environment of its processes.
#[derive(Clone)]
pub struct Program {
    /// The function's name, such as `play-video`.
    pub name: String,
    /// The executable, and its arguments.
    pub command: (PathBuf, Vec<String>),
    /// The function's ARN.
    pub arn: String,
    /// All variables except the address of the runtime API. A process inherits none.
    pub environment: BTreeMap<String, String>,
    /// Receives the lines that a process writes, each as a JSON object.
    pub log: Arc<dyn Fn(&str) + Send + Sync>,
}

/// The reason why a process did not answer an event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The process cannot be started.
    #[error("{}: {source}", .file.display())]
    Start {
        /// The executable.
        file: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The process ended. The text is the error that it reported before.
    #[error("the process ended with {0}{1}")]
    Ended(ExitStatus, String),
    /// The process did not answer within this time, and was killed.
    #[error("no answer after {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The function reported an error. The text is the JSON that it posted.
    #[error("{0}")]
    Reported(String),
}

impl Failure {
    /// Whether only the event failed, so that the process can handle others. Otherwise the process is gone.
    pub(super) fn is_of_event(&self) -> bool {
        matches!(self, Self::Reported(_))
    }

    /// The message of the function's error, or else the failure's own text.
    pub fn message(&self) -> String {
        let reported = match self {
            Self::Reported(body) => serde_json::from_str::<Value>(body).ok(),
            _ => None,
        };
        let message = reported.as_ref().and_then(|error| error["errorMessage"].as_str()).map(str::to_owned);
        message.unwrap_or_else(|| self.to_string())
    }
}

/// A running process, which handles one event at a time. Dropping it kills it.
pub struct Process {
    child: Child,
    events: mpsc::UnboundedSender<Invocation>,
    api: RuntimeApi,
    /// The API's server and the readers of the process's output. They are dropped with the process.
    _tasks: JoinSet<()>,
}

impl Process {
    /// Starts a process, and waits until it asks for an event.
    ///
    /// # Errors
    /// If the process cannot be started, ends, or does not ask within ten seconds.
    pub async fn start(program: &Program) -> Result<Self, Failure> {
        let failed = |source| Failure::Start { file: program.command.0.clone(), source };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?.to_string();
        let (events, received) = mpsc::unbounded_channel();
        let api = RuntimeApi::new(program.arn.clone(), received);
        let mut child = Command::new(&program.command.0)
            .args(&program.command.1)
            .env_clear()
            .envs(&program.environment)
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let mut tasks = JoinSet::new();
        let router = api.router();
        tasks.spawn(async move { _ = serve(listener, router, None).await });
        if let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) {
            tasks.spawn(log_lines(out, program.clone()));
            tasks.spawn(log_lines(err, program.clone()));
        }
        let mut process = Self { child, events, api, _tasks: tasks };
        let started = async {
            tokio::select! {
                () = process.api.event_requested() => Ok(()),
                ended = process.child.wait() => Err(process.ended(ended)),
            }
        };
        tokio::time::timeout(INIT_MAX, started).await.unwrap_or(Err(Failure::TimedOut(INIT_MAX)))?;
        Ok(process)
    }

    /// The process's id; 0 after it has ended.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// Whether the process is still running.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Lets the process handle an event, and tells it the `deadline`. The caller must enforce the deadline.
    ///
    /// # Errors
    /// If the function reports an error or the process ends.
    pub async fn invoke(&mut self, event: String, deadline: SystemTime) -> Result<Vec<u8>, Failure> {
        let id = uuid::Uuid::new_v4().to_string();
        let (answer, answered) = oneshot::channel();
        // The receiver lives as long as the process.
        let _ = self.events.send(Invocation { id, event, deadline, answer });
        tokio::select! {
            // If a process answers and then ends, its answer counts.
            biased;
            Ok(answer) = answered => match answer {
                Answer::Response(body) => Ok(body.to_vec()),
                Answer::Error(body) => Err(Failure::Reported(String::from_utf8_lossy(&body).into_owned())),
            },
            ended = self.child.wait() => Err(self.ended(ended)),
        }
    }

    /// Kills the process, and waits until it is gone.
    pub async fn stop(mut self) {
        // This fails only for a process that has already ended.
        let _ = self.child.kill().await;
    }

    fn ended(&self, ended: io::Result<ExitStatus>) -> Failure {
        let refusal = self.api.refusal().map(|error| format!(": {error}")).unwrap_or_default();
        Failure::Ended(ended.unwrap_or_default(), refusal)
    }
}

/// Passes on a process's output. A line that is not a JSON object is wrapped in one.
async fn log_lines(output: impl AsyncRead + Unpin, program: Program) {
    let mut lines = BufReader::new(output).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if serde_json::from_str::<serde_json::Map<String, Value>>(&line).is_ok() {
            (program.log)(&line);
        } else {
            let line = json!({ "level": "error", "function": program.name, "text": line });
            (program.log)(&line.to_string());
        }
    }
}
