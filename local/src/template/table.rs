//! A table of the template: the request that creates it, and its TTL attribute.

use super::intrinsics::Resolver;
use super::value::{TemplateError, known_keys, object};
use serde_json::{Map, Value};

/// Properties about protecting, monitoring or paying for a table, which have no counterpart here.
const WITHOUT_COUNTERPART: [&str; 7] = [
    "ContributorInsightsSpecification",
    "DeletionProtectionEnabled",
    "OnDemandThroughput",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "TableClass",
    "Tags",
];

/// A DynamoDB table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The table's name.
    pub name: String,
    /// The body of the `CreateTable` request.
    pub definition: Value,
    /// The TTL attribute.
    pub ttl: Option<String>,
}

impl Table {
    pub(super) fn read(resolver: &Resolver<'_>, id: &str, resource: &Value) -> Result<Self, TemplateError> {
        let properties = resolver.properties(id, resource)?;
        let shape = ["TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"];
        let known = [shape.as_slice(), &["BillingMode", "TimeToLiveSpecification"], &WITHOUT_COUNTERPART].concat();
        known_keys(&properties, &known, id)?;
        let name = resolver.physical_name(id)?;
        let mut definition = Map::new();
        definition.insert("TableName".into(), name.clone().into());
        for key in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"] {
            if let Some(value) = properties.get(key) {
                definition.insert(key.into(), value.clone());
            }
        }
        let ttl = object(&properties, "TimeToLiveSpecification");
        let ttl = ttl.filter(|ttl| ttl.get("Enabled") == Some(&Value::Bool(true)));
        let ttl = ttl.and_then(|ttl| ttl.get("AttributeName")?.as_str()).map(str::to_owned);
        Ok(Self { name, definition: Value::Object(definition), ttl })
    }
}
