//! DynamoDB: the embedded engine with the template's tables.

use super::protocol::{Service, TARGET, error};
use crate::template::Table;
use bytes::Bytes;
use dynoxide::Database;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::storage_backend::Clock as EngineClock;
use http::{StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use standin::clock::Clock;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The engine's own threads, because it blocks while it works. It handles one call at a time, so two are enough.
const THREADS: usize = 2;

/// The tables, and the engine that holds them.
pub struct DynamoDb {
    database: Database,
    tables: Vec<Table>,
    /// The engine's own listener, with the wire protocol that the SDKs use.
    url: String,
    client: reqwest::Client,
    server: Mutex<Option<Server>>,
}

/// The thread of the engine's listener, and the signal that stops it.
struct Server {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// An extension of requests whose response always arrives. Nobody retries such a call, so the engine need not store its
/// token. Otherwise the engine would search all tokens of the last ten minutes at every transaction.
#[derive(Clone, Copy)]
pub struct NeverRetried;

/// Makes the engine use the platform's clock.
struct OneClock(Clock);

impl DynamoDb {
    /// Opens the file, or an empty in-memory database, and creates missing tables.
    ///
    /// With a file, the engine's TTL sweeps use the machine's time. While the platform's clock is ahead, rows may
    /// outlive their TTL, as they may for days on AWS.
    ///
    /// # Errors
    /// If the file cannot be opened, or contains a table whose keys or indexes differ from the template's.
    pub fn open(file: Option<&Path>, clock: &Clock, tables: &[Table]) -> io::Result<Self> {
        let database = match file {
            Some(path) => Database::new(&path.display().to_string()),
            None => Database::memory_with_clock(Arc::new(OneClock(clock.clone()))),
        };
        let database = database.map_err(|error| io::Error::other(format!("the tables cannot be opened: {error}")))?;
        for table in tables {
            create(&database, table).map_err(|error| io::Error::other(format!("table {}: {error}", table.name)))?;
        }
        let (address, server) = serve(database.clone())?;
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().map_err(io::Error::other)?;
        let server = Mutex::new(Some(server));
        Ok(Self { database, tables: tables.to_vec(), url: format!("http://{address}/"), client, server })
    }

    /// Responds to a call of the wire protocol.
    ///
    /// Calls that succeed are handled in this process, without the network. Errors and rare operations go to the
    /// engine's listener, which returns DynamoDB's own messages.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        match self.direct(&request).await {
            Some(answer) => answer,
            None => self.over_the_wire(request).await,
        }
    }

    async fn direct(&self, request: &http::Request<Bytes>) -> Option<http::Response<Bytes>> {
        let (_, operation) = request.headers().get(TARGET)?.to_str().ok()?.split_once('.')?;
        // As over a network, a client can send several calls before the first one is answered.
        tokio::task::yield_now().await;
        // Runs on this thread, because switching threads would take a tenth of the call's time.
        let is_once = request.extensions().get::<NeverRetried>().is_some();
        let mut answer = http::Response::new(Bytes::from(execute(&self.database, operation, request.body(), is_once)?));
        answer.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("application/x-amz-json-1.0"));
        Some(answer)
    }

    async fn over_the_wire(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (parts, body) = request.into_parts();
        let mut call = self.client.post(&self.url).body(body);
        for name in [TARGET, "content-type", "authorization", "x-amz-date"] {
            if let Some(value) = parts.headers.get(name) {
                call = call.header(name, value);
            }
        }
        let failed = |problem: reqwest::Error| {
            error(Service::DynamoDb, StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", &problem.to_string())
        };
        let response = match call.send().await {
            Ok(response) => response,
            Err(problem) => return failed(problem),
        };
        let mut answer = http::Response::builder().status(response.status());
        for name in [header::CONTENT_TYPE.as_str(), "x-amz-crc32", "x-amzn-requestid"] {
            if let Some(value) = response.headers().get(name) {
                answer = answer.header(name, value);
            }
        }
        match response.bytes().await {
            Ok(body) => answer.body(body).expect("headers that came from an answer"),
            Err(problem) => failed(problem),
        }
    }

    /// Removes expired rows. Blocks.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sweep(&self) -> io::Result<()> {
        self.database.sweep_ttl().map(drop).map_err(|error| io::Error::other(error.to_string()))
    }

    /// Empties every table. Blocks.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn wipe(&self) -> io::Result<()> {
        for table in &self.tables {
            let deleted = serde_json::from_value(json!({ "TableName": table.name })).map_err(io::Error::other);
            self.database.delete_table(deleted?).map_err(|error| io::Error::other(error.to_string()))?;
            create(&self.database, table).map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Stops the engine's listener and waits for its last call to finish. Blocks.
    pub fn close(&self) {
        let server = self.server.lock().expect("no panic while held").take();
        if let Some(server) = server {
            // The receiver of the signal may already be gone, and a thread that panicked has stopped too.
            let _ = server.stop.send(());
            let _ = server.thread.join();
        }
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        if let Ok(mut server) = self.server.lock()
            && let Some(server) = server.take()
        {
            let _ = server.stop.send(());
        }
    }
}

impl EngineClock for OneClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

/// Handles a call that reads or writes rows. `None` if it is another operation or fails; then nothing has changed.
fn execute(database: &Database, operation: &str, body: &[u8], is_once: bool) -> Option<Vec<u8>> {
    match operation {
        "BatchGetItem" => done(body, |call| database.batch_get_item(call)),
        "BatchWriteItem" => done(body, |call| database.batch_write_item(call)),
        "DeleteItem" => done(body, |call| database.delete_item(call)),
        "GetItem" => done(body, |call| database.get_item(call)),
        "PutItem" => done(body, |call| database.put_item(call)),
        "Query" => done(body, |call| database.query(call)),
        "Scan" => done(body, |call| database.scan(call)),
        "TransactGetItems" => done(body, |call| database.transact_get_items(call)),
        "TransactWriteItems" => done(body, |mut call: TransactWriteItemsRequest| {
            call.client_request_token = call.client_request_token.filter(|_| !is_once);
            database.transact_write_items(call)
        }),
        "UpdateItem" => done(body, |call| database.update_item(call)),
        _ => None,
    }
}

fn done<Call: DeserializeOwned, Answer: Serialize>(
    body: &[u8],
    work: impl FnOnce(Call) -> dynoxide::Result<Answer>,
) -> Option<Vec<u8>> {
    let answer = work(serde_json::from_slice(body).ok()?).ok()?;
    Some(serde_json::to_vec(&answer).expect("an answer is JSON"))
}

/// Starts the engine's listener on its own threads.
fn serve(database: Database) -> io::Result<(SocketAddr, Server)> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("dynamodb")
        .enable_all()
        .build()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("dynamodb".into()).spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            // The pool's open connections would delay a graceful stop until they are closed.
            tokio::select! {
                _ = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()) => {}
                _ = stopped => {}
            }
        });
    })?;
    Ok((address, Server { stop, thread }))
}

/// Creates a table, or checks that the existing one matches the template.
fn create(database: &Database, table: &Table) -> Result<(), String> {
    let text = |error: dynoxide::DynoxideError| error.to_string();
    let named = json!({ "TableName": table.name });
    if database.get_table_metadata(&table.name).map_err(text)?.is_none() {
        database.create_table(from(&table.definition)?).map_err(text)?;
        if let Some(attribute) = &table.ttl {
            let ttl = json!({ "TableName": table.name,
                "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true } });
            database.update_time_to_live(from(&ttl)?).map_err(text)?;
        }
        return Ok(());
    }
    let described = database.describe_table(from(&named)?).map_err(text)?;
    let described = serde_json::to_value(described).map_err(|error| error.to_string())?;
    if shape(&described["Table"]) == shape(&table.definition) {
        return Ok(());
    }
    Err("its keys or indexes differ from the template's; remove the data directory or choose another DATA_DIR".into())
}

fn from<T: DeserializeOwned>(body: &Value) -> Result<T, String> {
    serde_json::from_value(body.clone()).map_err(|error| error.to_string())
}

/// The keys of a table and of each of its indexes.
fn shape(table: &Value) -> (Value, Vec<(String, Value)>) {
    let indexes = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    let mut indexes: Vec<(String, Value)> = indexes
        .map(|index| (index["IndexName"].as_str().unwrap_or_default().to_owned(), index["KeySchema"].clone()))
        .collect();
    indexes.sort_by(|one, other| one.0.cmp(&other.0));
    (table["KeySchema"].clone(), indexes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(key: &str) -> Table {
        let definition = json!({
            "TableName": "users",
            "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        Table { name: "users".into(), definition, ttl: Some("ttl".into()) }
    }

    async fn call(dynamodb: &DynamoDb, operation: &str, body: Value) -> Value {
        let request = http::Request::post("/")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=0",
            );
        let answer = dynamodb.answer(request.body(Bytes::from(body.to_string())).unwrap()).await;
        serde_json::from_slice(answer.body()).unwrap()
    }

    #[tokio::test]
    async fn rows_expire_by_the_platforms_clock_and_a_wipe_leaves_none() {
        let clock = Clock::ahead_by(365 * 86_400_000);
        let dynamodb = DynamoDb::open(None, &clock, &[table("pk")]).unwrap();
        let row = |pk: &str, ttl: i64| json!({ "pk": { "S": pk }, "ttl": { "N": (clock.now().as_second() + ttl).to_string() } });
        call(&dynamodb, "PutItem", json!({ "TableName": "users", "Item": row("past", -3_600) })).await;
        call(&dynamodb, "PutItem", json!({ "TableName": "users", "Item": row("future", 3_600) })).await;

        dynamodb.sweep().unwrap();
        let left = call(&dynamodb, "Scan", json!({ "TableName": "users" })).await;
        assert_eq!(left["Items"][0]["pk"]["S"], "future", "{left}");
        assert_eq!(left["Count"], 1);

        dynamodb.wipe().unwrap();
        assert_eq!(call(&dynamodb, "Scan", json!({ "TableName": "users" })).await["Count"], 0);
        dynamodb.close();
    }

    #[test]
    fn a_table_that_differs_from_the_template_is_refused() {
        let file = std::env::temp_dir().join(format!("marquee-tables-{}.sqlite", uuid::Uuid::new_v4()));
        drop(DynamoDb::open(Some(&file), &Clock::default(), &[table("pk")]).unwrap());
        assert!(DynamoDb::open(Some(&file), &Clock::default(), &[table("pk")]).is_ok());
        let changed = DynamoDb::open(Some(&file), &Clock::default(), &[table("id")]);
        assert!(changed.err().expect("refused").to_string().contains("users"));
        std::fs::remove_file(file).unwrap();
    }
}
