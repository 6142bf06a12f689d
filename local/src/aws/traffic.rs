//! Tracks which table partitions the functions read and write, to decide whether anything that an idle job has read
//! has changed since.

use crate::template::Table;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

/// The most partitions of one table that are tracked separately; beyond this the whole table counts as read.
const PARTITIONS_MAX: usize = 16;

/// The traffic of all functions. Clones share one record.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// The partition key of each table.
    keys: HashMap<String, String>,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    /// The number of calls so far that may have written.
    writes: u64,
    /// The number of the last such call for each partition and each table.
    last: HashMap<TablePartition, u64>,
    by_function: HashMap<String, FunctionTraffic>,
}

/// A partition of a table, or the whole table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TablePartition {
    table: String,
    /// The partition key's value as JSON; `None` for the whole table.
    partition: Option<String>,
}

/// What one function has done since [`Traffic::begin`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionTraffic {
    /// The places that it read.
    pub reads: BTreeSet<TablePartition>,
    /// The number of its calls that may have written.
    pub writes: u64,
}

impl Traffic {
    /// An empty record for tables with these keys.
    pub fn new(tables: &[Table]) -> Self {
        let key = |table: &Table| {
            let schema = table.definition["KeySchema"].as_array()?;
            let hash = schema.iter().find(|key| key["KeyType"] == "HASH")?;
            Some((table.name.clone(), hash["AttributeName"].as_str()?.to_owned()))
        };
        let keys = tables.iter().filter_map(key).collect();
        Self(Arc::new(Inner { keys, record: Mutex::default() }))
    }

    /// Records a read of a function.
    pub fn read(&self, function: &str, operation: &str, body: &Value) {
        let places = self.places(operation, body);
        let mut record = self.record();
        let reads = &mut record.by_function.entry(function.to_owned()).or_default().reads;
        for place in places {
            let of_table = reads.iter().filter(|one| one.table == place.table);
            let whole = of_table.count() >= PARTITIONS_MAX;
            reads.insert(if whole { TablePartition { partition: None, ..place } } else { place });
        }
    }

    /// Records a call of a function that may write.
    pub fn write(&self, function: &str, operation: &str, body: &Value) {
        let places = self.places(operation, body);
        let mut record = self.record();
        record.writes += 1;
        record.by_function.entry(function.to_owned()).or_default().writes += 1;
        let count = record.writes;
        for place in places {
            record.last.insert(TablePartition { partition: None, ..place.clone() }, count);
            record.last.insert(place, count);
        }
    }

    /// Resets the record of a function, and returns the total number of writes so far.
    pub fn begin(&self, function: &str) -> u64 {
        let mut record = self.record();
        record.by_function.remove(function);
        record.writes
    }

    /// What a function has done since [`Traffic::begin`].
    pub fn of_function(&self, function: &str) -> FunctionTraffic {
        self.record().by_function.get(function).cloned().unwrap_or_default()
    }

    /// Whether nothing was written to the given places after the write with number `since`.
    pub fn is_still(&self, places: &BTreeSet<TablePartition>, since: u64) -> bool {
        let record = self.record();
        places.iter().all(|place| record.last.get(place).is_none_or(|last| *last <= since))
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.record.lock().expect("no panic while held")
    }

    /// The places that a call reads or writes.
    fn places(&self, operation: &str, body: &Value) -> Vec<TablePartition> {
        match operation {
            "BatchGetItem" | "BatchWriteItem" => {
                let tables = body["RequestItems"].as_object().into_iter().flatten();
                let asked = |(table, asked): (&String, &Value)| {
                    let keys = list(&asked["Keys"]);
                    let writes = list(asked).map(|one| match &one["PutRequest"]["Item"] {
                        Value::Null => &one["DeleteRequest"]["Key"],
                        item => item,
                    });
                    keys.chain(writes).map(|item| self.place(table, item.as_object())).collect::<Vec<_>>()
                };
                tables.flat_map(asked).collect()
            }
            "TransactGetItems" | "TransactWriteItems" => {
                let members = list(&body["TransactItems"]);
                let one = members.filter_map(|member| member.as_object()?.values().next());
                one.map(|one| self.of_item(one)).collect()
            }
            "Query" => vec![self.of_query(body)],
            _ => vec![self.of_item(body)],
        }
    }

    fn of_item(&self, call: &Value) -> TablePartition {
        let item = call["Item"].as_object().or(call["Key"].as_object());
        self.place(call["TableName"].as_str().unwrap_or_default(), item)
    }

    /// A query of a table by `key = :value` reads one partition; a query of an index may read any.
    fn of_query(&self, call: &Value) -> TablePartition {
        let table = call["TableName"].as_str().unwrap_or_default();
        let words: Vec<&str> =
            call["KeyConditionExpression"].as_str().unwrap_or_default().split_whitespace().take(3).collect();
        let value = match words.as_slice() {
            [_, "=", value] if call["IndexName"].is_null() => &call["ExpressionAttributeValues"][*value],
            _ => &Value::Null,
        };
        let name = words.first().map(|name| call["ExpressionAttributeNames"][*name].as_str().unwrap_or(name));
        let is_key = name == self.0.keys.get(table).map(String::as_str) && !value.is_null();
        TablePartition { table: table.to_owned(), partition: is_key.then(|| value.to_string()) }
    }

    fn place(&self, table: &str, item: Option<&Map<String, Value>>) -> TablePartition {
        let key = self.0.keys.get(table);
        let partition = key.and_then(|key| Some(item?.get(key)?.to_string()));
        TablePartition { table: table.to_owned(), partition }
    }
}

/// The elements of a list; nothing if the value is not a list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn traffic() -> Traffic {
        let table = |name: &str, key: &str| Table {
            name: name.into(),
            definition: json!({ "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }] }),
            ttl: None,
        };
        Traffic::new(&[table("sessions", "pk"), table("mail", "cause")])
    }

    fn put(table: &str, item: &Value) -> Value {
        json!({ "TableName": table, "Item": item })
    }

    #[test]
    fn a_place_counts_as_unchanged_until_it_is_written_to() {
        let traffic = traffic();
        let since = traffic.begin("job");
        let query = json!({ "TableName": "sessions", "KeyConditionExpression": "#k = :k AND sk < :s",
            "ExpressionAttributeNames": { "#k": "pk" }, "ExpressionAttributeValues": { ":k": { "S": "GONE" } } });
        traffic.read("job", "Query", &query);
        let own = traffic.of_function("job");
        assert_eq!((own.reads.len(), own.writes), (1, 0));

        traffic.write("other", "PutItem", &put("sessions", &json!({ "pk": { "S": "USER" } })));
        traffic.write("other", "PutItem", &put("mail", &json!({ "cause": { "S": "GONE" } })));
        assert!(traffic.is_still(&own.reads, since), "another partition, and another table");
        let transaction = json!({ "TransactItems": [
            { "Delete": { "TableName": "mail", "Key": { "cause": { "S": "a" } } } },
            { "Update": { "TableName": "sessions", "Key": { "pk": { "S": "GONE" }, "sk": { "S": "1" } } } },
        ] });
        traffic.write("other", "TransactWriteItems", &transaction);
        assert!(!traffic.is_still(&own.reads, since));
        assert!(traffic.is_still(&own.reads, traffic.begin("job")), "which it has seen by then");
    }

    #[test]
    fn reading_an_index_or_many_partitions_counts_as_reading_the_whole_table() {
        let traffic = traffic();
        let query = json!({ "TableName": "mail", "IndexName": "due", "KeyConditionExpression": "cause = :c",
            "ExpressionAttributeValues": { ":c": { "S": "a" } } });
        traffic.read("sender", "Query", &query);
        let keys: Vec<Value> = (0..40).map(|n| json!({ "pk": { "S": n.to_string() } })).collect();
        traffic.read("ranker", "BatchGetItem", &json!({ "RequestItems": { "sessions": { "Keys": keys } } }));
        let since = traffic.begin("another");

        let batch = json!({ "RequestItems": { "mail": [{ "DeleteRequest": { "Key": { "cause": { "S": "b" } } } }] } });
        traffic.write("other", "BatchWriteItem", &batch);
        traffic.write("other", "UpdateItem", &json!({ "TableName": "sessions", "Key": { "pk": { "S": "99" } } }));

        assert!(!traffic.is_still(&traffic.of_function("sender").reads, since));
        assert!(!traffic.is_still(&traffic.of_function("ranker").reads, since));
        assert!(traffic.of_function("ranker").reads.len() <= PARTITIONS_MAX + 1);
    }
}
