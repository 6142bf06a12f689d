//! The scheduled functions of the template. The timeline runs them when the clock reaches their times.

use crate::aws::traffic::{TablePartition, Traffic};
use crate::processes::Executable;
use crate::template::{ACCOUNT, Expression, REGION, Schedule, Template};
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::lambda::MountedJob;
use standin::clock::Clock;
use standin::timeline::WorkSource;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, RwLock};

/// The longest pause of an idle job while the clock is moved.
const IDLE_PAUSE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The scheduled functions, and those that only an operator invokes. Clones share one state.
///
/// When the clock is moved by a month, a job that runs every five minutes would run 9,000 times without finding
/// anything to do. So after a run that wrote nothing, the job pauses for as long as it has been idle, at most a day, or
/// until something writes to a place that the run has read. In real time every job runs on its schedule.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Inner>);

struct Inner {
    clock: Clock,
    traffic: Traffic,
    deployment: RwLock<HashMap<String, Job>>,
    scheduled: Mutex<Vec<Scheduled>>,
}

/// The code that runs a job.
#[derive(Clone)]
pub(crate) enum Job {
    /// The function's code, linked into this process.
    Linked(MountedJob),
    /// The function's executable.
    Executable(Executable),
}

impl Job {
    /// Runs the job with an event.
    ///
    /// # Errors
    /// The reason why it failed.
    pub(crate) async fn call(&self, event: Value) -> Result<Value, String> {
        match self {
            Self::Linked(job) => job.call(event).await,
            Self::Executable(job) => {
                let answer = job.invoke(event.to_string()).await.map_err(|failure| failure.message())?;
                serde_json::from_slice(&answer).map_err(|error| error.to_string())
            }
        }
    }
}

#[derive(Clone)]
struct Scheduled {
    function: String,
    schedule: Schedule,
    /// When it runs next according to its schedule.
    next: Option<Timestamp>,
    idle_pause: Option<IdlePause>,
    /// How far the clock was ahead of real time at its last run.
    offset_ms: i64,
}

/// The pause of a job that found nothing to do.
#[derive(Clone)]
struct IdlePause {
    /// When it became idle.
    since: Timestamp,
    until: Timestamp,
    /// The places that it read, and the number of writes at that time: a later write to one of them ends the pause.
    reads: BTreeSet<TablePartition>,
    writes: u64,
}

impl Jobs {
    /// The scheduled functions of a template, without code yet.
    pub(crate) fn new(template: &Template, clock: Clock, traffic: Traffic) -> Self {
        let now = clock.now();
        let all = template.functions.values().flat_map(|function| {
            function.schedules.iter().map(|schedule| Scheduled {
                function: function.name.clone(),
                schedule: schedule.clone(),
                next: schedule.expression.after(now),
                idle_pause: None,
                offset_ms: clock.offset_ms(),
            })
        });
        let scheduled = Mutex::new(all.collect());
        Self(Arc::new(Inner { clock, traffic, deployment: RwLock::default(), scheduled }))
    }

    /// Replaces the functions behind the schedules.
    pub(crate) fn deploy(&self, deployment: HashMap<String, Job>) {
        *self.0.deployment.write().expect("no panic while held") = deployment;
    }

    /// The job of a function; `None` if the function is no job.
    pub(crate) fn get(&self, function: &str) -> Option<Job> {
        self.0.deployment.read().expect("no panic while held").get(function).cloned()
    }

    /// Runs a job now with the given event.
    ///
    /// # Errors
    /// Why it failed, or that there is no such job.
    pub(crate) async fn run(&self, function: &str, event: Value) -> Result<Value, String> {
        let job = self.get(function).ok_or_else(|| format!("the job {function} does not exist"))?;
        job.call(event).await
    }

    /// Ends all pauses. Call it when the clock runs in real time again.
    pub(crate) fn end_idle_pauses(&self) {
        let offset_ms = self.0.clock.offset_ms();
        for one in self.scheduled().iter_mut() {
            one.idle_pause = None;
            one.offset_ms = offset_ms;
        }
    }

    /// Restarts all schedules from the current time. Call it after the clock was set back.
    pub(crate) fn restart(&self) {
        let (now, offset_ms) = (self.0.clock.now(), self.0.clock.offset_ms());
        for one in self.scheduled().iter_mut() {
            one.next = one.schedule.expression.after(now);
            one.idle_pause = None;
            one.offset_ms = offset_ms;
        }
    }

    fn scheduled(&self) -> std::sync::MutexGuard<'_, Vec<Scheduled>> {
        self.0.scheduled.lock().expect("no panic while held")
    }

    /// The index of the job that runs next.
    fn earliest(&self) -> Option<(usize, Timestamp)> {
        let due = |(at, one): (usize, &Scheduled)| Some((at, one.due(&self.0.traffic)?));
        self.scheduled().iter().enumerate().filter_map(due).min_by_key(|(_, due)| *due)
    }

    async fn run_scheduled(&self, at: usize, now: Timestamp) {
        let job = self.scheduled()[at].clone();
        let event = job.schedule.input.clone().unwrap_or_else(|| event(&job.schedule.name, now));
        let writes = self.0.traffic.begin(&job.function);
        // A failed run has logged its error, and the schedule retries it.
        let _ = self.run(&job.function, event).await;
        let own = self.0.traffic.of_function(&job.function);
        let offset_ms = self.0.clock.offset_ms();
        let one = &mut self.scheduled()[at];
        one.next = one.schedule.expression.after(now);
        let is_moved = offset_ms != job.offset_ms;
        let idle_pause = IdlePause { since: now, until: now, reads: own.reads, writes };
        one.idle_pause = (is_moved && own.writes == 0)
            .then(|| idle_pause.after(job.idle_pause, &one.schedule.expression, &self.0.traffic));
        one.offset_ms = offset_ms;
    }
}

impl Scheduled {
    fn due(&self, traffic: &Traffic) -> Option<Timestamp> {
        match &self.idle_pause {
            Some(idle_pause) if idle_pause.is_running(traffic) => self.next.map(|next| next.max(idle_pause.until)),
            _ => self.next,
        }
    }
}

impl IdlePause {
    fn is_running(&self, traffic: &Traffic) -> bool {
        traffic.is_still(&self.reads, self.writes)
    }

    /// The pause after this run, which may extend an earlier one.
    fn after(self, before: Option<Self>, expression: &Expression, traffic: &Traffic) -> Self {
        let since = before
            .filter(|idle_pause| idle_pause.is_running(traffic))
            .map_or(self.since, |idle_pause| idle_pause.since);
        let idle = self.since.duration_since(since).min(IDLE_PAUSE_MAX);
        // A cron job runs at its fixed times; only the interval of a `rate` may be extended.
        let until = match expression {
            Expression::Rate(_) => self.until + idle,
            Expression::Cron(_) => self.until,
        };
        Self { since, until, ..self }
    }
}

impl WorkSource for Jobs {
    fn next_due(&self) -> Option<Timestamp> {
        self.earliest().map(|(_, due)| due)
    }

    fn run_next(&self, now: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Some((at, due)) = self.earliest()
                && due <= now
            {
                self.run_scheduled(at, now).await;
            }
        })
    }
}

/// EventBridge's standard event for a schedule.
fn event(rule: &str, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": uuid::Uuid::new_v4(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}")],
        "detail": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_types::SdkConfig;
    use shared::endpoint::Job;
    use shared::http::error::ApiError;
    use shared::lambda::mount_job;
    use shared::runtime::Runtime;
    use shared::services::{ConfigError, Services};
    use standin::timeline::Timeline;
    use std::collections::BTreeMap;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static RUNS: AtomicU64 = AtomicU64::new(0);

    /// Simulates what the SDK's client records about a job that reads one table.
    static TRAFFIC: LazyLock<Traffic> = LazyLock::new(Traffic::default);

    struct Counting;

    impl Job for Counting {
        type Input = Value;
        type Output = u64;

        async fn connect(_: &Services) -> Result<Self, ConfigError> {
            Ok(Self)
        }

        async fn run(&self, _: Value, _: Timestamp) -> Result<u64, ApiError> {
            TRAFFIC.read("counting", "Scan", &json!({ "TableName": "mail" }));
            Ok(RUNS.fetch_add(1, Ordering::SeqCst) + 1)
        }
    }

    const TEMPLATE: &str = r#"
Resources:
  Counting:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: counting } }
    Properties:
      Events: { Timer: { Type: Schedule, Properties: { Schedule: rate(5 minutes) } } }
"#;

    #[tokio::test]
    async fn an_idle_job_pauses_while_the_clock_is_moved_and_a_write_to_what_it_reads_wakes_it() {
        let clock = Clock::default();
        let timeline = Timeline::new(clock.clone());
        let template = Template::parse(TEMPLATE, &BTreeMap::new()).unwrap();
        let jobs = Jobs::new(&template, clock.clone(), TRAFFIC.clone());
        timeline.add(Arc::new(jobs.clone()));
        let now = clock.clone();
        let aws = SdkConfig::builder().build();
        let runtime = Runtime { aws, clock: Arc::new(move || now.now()), log: Arc::new(|_| {}) };
        let job = mount_job::<Counting>(&Services::new("counting", BTreeMap::new(), runtime)).await.unwrap();
        jobs.deploy(HashMap::from([("counting".to_owned(), super::Job::Linked(job))]));

        timeline.advance(301).await;
        assert_eq!(RUNS.load(Ordering::SeqCst), 1, "its first moment");
        timeline.advance(30 * 86_400).await;
        let idle = RUNS.load(Ordering::SeqCst);
        assert!((35..60).contains(&idle), "{idle} runs in a month: about one a day");

        TRAFFIC.write("another", "PutItem", &json!({ "TableName": "users" }));
        timeline.advance(0).await;
        assert_eq!(RUNS.load(Ordering::SeqCst), idle, "it has never looked there");
        TRAFFIC.write("another", "PutItem", &json!({ "TableName": "mail" }));
        timeline.advance(0).await;
        assert_eq!(RUNS.load(Ordering::SeqCst), idle + 1, "it may have something to do");
        jobs.end_idle_pauses();
        assert!(jobs.next_due().unwrap() <= clock.now() + SignedDuration::from_secs(300));
        assert!(jobs.get("another").is_none());
    }
}
