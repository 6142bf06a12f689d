//! Checks whether a function may make a call by matching the statements of its policies as IAM does.
//!
//! There are only `Allow` statements, in a function's own policies and in the managed policies that it names. So a call
//! is allowed if one statement meets each of its demands.

mod usage;

pub use usage::{Usage, unused};

use crate::template::{ACCOUNT, REGION, Statement};
use serde_json::Value;

/// An action on a resource that must be allowed for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredPermission {
    /// `dynamodb:GetItem`
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
}

/// One action on one resource that a policy allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// Where the statement is: `LoginFunction`, or a managed policy's `ViewerPolicy`.
    pub policy: String,
    /// `dynamodb:GetItem`
    pub action: String,
    /// The ARN in the statement, including any `*`.
    pub resource: String,
}

/// The permission that allows each demand.
///
/// # Errors
/// The first demand that no statement allows.
pub fn check<'a>(
    statements: &[Statement],
    permissions: &'a [RequiredPermission],
) -> Result<Vec<Grant>, &'a RequiredPermission> {
    permissions
        .iter()
        .map(|permission| statements.iter().find_map(|one| allowed_by(one, permission)).ok_or(permission))
        .collect()
}

fn allowed_by(statement: &Statement, permission: &RequiredPermission) -> Option<Grant> {
    let resource = statement.resources.iter().find(|pattern| matches(pattern, &permission.resource))?;
    statement.actions.contains(&permission.action).then(|| Grant {
        policy: statement.policy.clone(),
        action: permission.action.clone(),
        resource: resource.clone(),
    })
}

/// All permissions of the statements, one by one.
pub fn grants(statements: &[Statement]) -> impl Iterator<Item = Grant> {
    let of_one = |statement: &Statement| {
        let pairs = statement.actions.iter().flat_map(|action| statement.resources.iter().map(move |it| (action, it)));
        let grant = |(action, resource): (&String, &String)| Grant {
            policy: statement.policy.clone(),
            action: action.clone(),
            resource: resource.clone(),
        };
        pairs.map(grant).collect::<Vec<_>>()
    };
    statements.iter().flat_map(of_one)
}

/// The demands of a DynamoDB call: one action per table, and in a transaction one per table and kind of write.
pub fn dynamodb(operation: &str, body: &Value) -> Vec<RequiredPermission> {
    let table = |name: &str| format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
    let permission =
        |action: &str, resource: String| RequiredPermission { action: format!("dynamodb:{action}"), resource };
    let named = |member: &Value| member["TableName"].as_str().unwrap_or_default().to_owned();
    match operation {
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            tables.map(|(name, _)| permission(operation, table(name))).collect()
        }
        "TransactGetItems" => {
            let members = body["TransactItems"].as_array().into_iter().flatten();
            members.map(|member| permission("GetItem", table(&named(&member["Get"])))).collect()
        }
        "TransactWriteItems" => {
            let members = body["TransactItems"].as_array().into_iter().flatten();
            let kinds = members.filter_map(|member| member.as_object()?.iter().next());
            kinds
                .map(|(kind, member)| {
                    let action = if kind == "ConditionCheck" { "ConditionCheckItem" } else { &format!("{kind}Item") };
                    permission(action, table(&named(member)))
                })
                .collect()
        }
        _ => {
            let resource = match body["IndexName"].as_str() {
                Some(index) => format!("{}/index/{index}", table(&named(body))),
                None => table(&named(body)),
            };
            vec![permission(operation, resource)]
        }
    }
}

/// The tables that a DynamoDB call names, without duplicates.
pub fn tables(body: &Value) -> Vec<String> {
    let members = body["TransactItems"].as_array().into_iter().flatten();
    let members = members.filter_map(|member| member.as_object()?.values().next());
    let mut tables: Vec<String> =
        members.chain([body]).filter_map(|one| one["TableName"].as_str()).map(str::to_owned).collect();
    tables.extend(body["RequestItems"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// Whether an ARN matches `pattern`, in which `*` matches any characters.
fn matches(pattern: &str, arn: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| arn.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const USERS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/users";

    fn may(actions: &[&str], resource: &str) -> Vec<Statement> {
        vec![Statement {
            policy: "SomeFunction".into(),
            actions: actions.iter().map(|one| (*one).to_owned()).collect(),
            resources: vec![resource.into()],
        }]
    }

    fn denied<'a>(statements: &[Statement], permissions: &'a [RequiredPermission]) -> Option<&'a RequiredPermission> {
        check(statements, permissions).err()
    }

    #[test]
    fn an_unnamed_action_or_table_is_denied() {
        let get = dynamodb("GetItem", &json!({ "TableName": "users" }));
        assert_eq!(denied(&may(&["dynamodb:GetItem"], USERS), &get), None);
        assert_eq!(denied(&may(&["dynamodb:PutItem"], USERS), &get), Some(&get[0]));
        assert_eq!(denied(&may(&["dynamodb:GetItem"], &format!("{USERS}2")), &get), Some(&get[0]));
        assert_eq!(denied(&[], &get), Some(&get[0]));
    }

    #[test]
    fn a_table_does_not_include_its_indexes() {
        let query = dynamodb("Query", &json!({ "TableName": "users", "IndexName": "by_age" }));
        assert!(denied(&may(&["dynamodb:Query"], USERS), &query).is_some());
        assert!(denied(&may(&["dynamodb:Query"], &format!("{USERS}/index/by_name")), &query).is_some());
        assert_eq!(denied(&may(&["dynamodb:Query"], &format!("{USERS}/index/by_age")), &query), None);
        assert_eq!(denied(&may(&["dynamodb:Query"], &format!("{USERS}/index/*")), &query), None);
        let table = dynamodb("Query", &json!({ "TableName": "users" }));
        assert!(denied(&may(&["dynamodb:Query"], &format!("{USERS}/index/*")), &table).is_some());
    }

    #[test]
    fn a_transaction_needs_the_action_of_each_member() {
        let body = json!({ "TransactItems": [
            { "Put": { "TableName": "users" } },
            { "ConditionCheck": { "TableName": "users" } },
        ] });
        let permissions = dynamodb("TransactWriteItems", &body);
        assert_eq!(
            permissions.iter().map(|one| one.action.as_str()).collect::<Vec<_>>(),
            ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
        );
        assert_eq!(denied(&may(&["dynamodb:PutItem"], USERS), &permissions), Some(&permissions[1]));
        assert!(denied(&may(&["dynamodb:TransactWriteItems"], USERS), &permissions).is_some());
        assert_eq!(tables(&body), ["users"]);
    }

    #[test]
    fn a_batch_needs_permission_for_every_table() {
        let body = json!({ "RequestItems": { "users": {}, "videos": {} } });
        let permissions = dynamodb("BatchGetItem", &body);
        assert_eq!(denied(&may(&["dynamodb:BatchGetItem"], USERS), &permissions), Some(&permissions[1]));
        assert!(denied(&may(&["dynamodb:GetItem"], USERS), &permissions).is_some());
        assert_eq!(tables(&body), ["users", "videos"]);
    }

    #[test]
    fn whatever_allows_a_call_is_named() {
        let statements =
            [may(&["dynamodb:GetItem"], USERS), may(&["dynamodb:Query"], &format!("{USERS}/index/*"))].concat();
        let query = dynamodb("Query", &json!({ "TableName": "users", "IndexName": "by_age" }));
        let used = check(&statements, &query).expect("allowed");
        assert_eq!(used, grants(&statements[1..]).collect::<Vec<_>>(), "and nothing of the other statement");
    }

    #[test]
    fn a_star_matches_any_characters() {
        assert!(matches("arn:*:secret:a-*", "arn:aws:secret:a-123"));
        assert!(matches("a*b*c", "axxbyyc"));
        assert!(!matches("a*b*c", "axxc"));
        assert!(!matches("arn:a", "arn:ab"));
    }
}
