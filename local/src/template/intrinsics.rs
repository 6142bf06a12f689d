//! CloudFormation's functions (`!Ref`, `!Sub`, …), parameters and conditions: resolves the document to plain values.

use super::value::{ACCOUNT, REGION, TemplateError, scalar, strings};
use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;
use std::collections::BTreeMap;

/// Parses the YAML and expands `!Name` to the long form, as CloudFormation does: `{"Fn::Name": …}`.
pub(super) fn document(text: &str) -> Result<Map<String, Value>, TemplateError> {
    let yaml: Yaml =
        serde_yaml_ng::from_str(text).map_err(|error| TemplateError::new("its YAML", error.to_string()))?;
    match plain(yaml)? {
        Value::Object(document) => Ok(document),
        _ => Err(TemplateError::new("the top", "not a mapping")),
    }
}

fn plain(yaml: Yaml) -> Result<Value, TemplateError> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => Value::Bool(truth),
        Yaml::Number(number) => serde_json::to_value(number).unwrap_or(Value::Null),
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(many) => Value::Array(many.into_iter().map(plain).collect::<Result<_, _>>()?),
        Yaml::Mapping(mapping) => {
            let entry = |(key, value)| match key {
                Yaml::String(key) => Ok((key, plain(value)?)),
                other => Err(TemplateError::new("its YAML", format!("the key {other:?} is not a string"))),
            };
            Value::Object(mapping.into_iter().map(entry).collect::<Result<_, _>>()?)
        }
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            let key = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
            Value::Object(Map::from_iter([(key, plain(tagged.value)?)]))
        }
    })
}

/// Resolves values of one document.
pub(super) struct Resolver<'a> {
    document: &'a Map<String, Value>,
    parameters: BTreeMap<String, String>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        document: &'a Map<String, Value>,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Self, TemplateError> {
        let mut parameters = BTreeMap::new();
        for (name, definition) in entries(document, "Parameters") {
            let value = match overrides.get(name) {
                Some(value) => value.clone(),
                None => definition.get("Default").and_then(scalar).ok_or_else(|| {
                    TemplateError::new(
                        format!("Parameters.{name}"),
                        format!("it has no default, and the environment variable `{name}` is not set"),
                    )
                })?,
            };
            accepted(name, definition, &value)?;
            parameters.insert(name.clone(), value);
        }
        Ok(Self { document, parameters })
    }

    pub(super) fn parameters(&self) -> &BTreeMap<String, String> {
        &self.parameters
    }

    /// A top-level section, resolved; empty if it is missing.
    pub(super) fn section(&self, name: &str) -> Result<Map<String, Value>, TemplateError> {
        match self.document.get(name) {
            Some(value) => self.mapping(value, name),
            None => Ok(Map::new()),
        }
    }

    /// The resources whose condition is true: logical id, type and definition.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
        entries(self.document, "Resources").filter_map(|(id, resource)| {
            let kind = resource.get("Type").and_then(Value::as_str).unwrap_or("(none)");
            let condition = resource.get("Condition").and_then(Value::as_str);
            // An unknown condition keeps the resource: reading its properties then reports the problem.
            let wanted = condition.is_none_or(|name| self.condition(name, id).unwrap_or(true));
            wanted.then_some((id.as_str(), kind, resource))
        })
    }

    /// The resolved `Properties` of a resource.
    pub(super) fn properties(&self, id: &str, resource: &Value) -> Result<Map<String, Value>, TemplateError> {
        match resource.get("Properties") {
            Some(properties) => self.mapping(properties, id),
            None => Ok(Map::new()),
        }
    }

    fn mapping(&self, value: &Value, place: &str) -> Result<Map<String, Value>, TemplateError> {
        match self.value(value, place)? {
            Some(Value::Object(mapping)) => Ok(mapping),
            _ => Err(TemplateError::new(place, "not a mapping")),
        }
    }

    /// The value with all functions applied; `None` for `AWS::NoValue`.
    pub(super) fn value(&self, value: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Array(many) => {
                let resolved = many.iter().enumerate().map(|(at, one)| self.value(one, &format!("{place}[{at}]")));
                Ok(Some(Value::Array(resolved.filter_map(Result::transpose).collect::<Result<_, _>>()?)))
            }
            Value::Object(mapping) => match function_call(mapping) {
                Some((name, argument)) => self.call(name, argument, place),
                None => {
                    let mut resolved = Map::new();
                    for (key, value) in mapping {
                        if let Some(value) = self.value(value, &format!("{place}.{key}"))? {
                            resolved.insert(key.clone(), value);
                        }
                    }
                    Ok(Some(Value::Object(resolved)))
                }
            },
            other => Ok(Some(other.clone())),
        }
    }

    fn call(&self, name: &str, argument: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        let wrong = || TemplateError::new(place, format!("`{name}` has an argument that is not supported"));
        match (name, argument) {
            ("Ref", Value::String(target)) if target == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(target)) if self.is_list(target) => {
                let whole = self.reference(target, place)?;
                Ok(Some(whole.split(',').map(|one| Value::from(one.trim())).collect()))
            }
            ("Ref", Value::String(target)) => self.reference(target, place).map(|text| Some(text.into())),
            ("Fn::GetAtt", Value::String(path)) => {
                let (id, attribute) = path.split_once('.').ok_or_else(wrong)?;
                self.attribute(id, attribute, place).map(|text| Some(text.into()))
            }
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(id), Value::String(attribute)] => {
                    self.attribute(id, attribute, place).map(|text| Some(text.into()))
                }
                _ => Err(wrong()),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(text, &Map::new(), place).map(|text| Some(text.into())),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(text), Value::Object(names)] => {
                    self.substitute(text, names, place).map(|text| Some(text.into()))
                }
                _ => Err(wrong()),
            },
            ("Fn::Join", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), many] => {
                    let many = self.value(many, place)?.unwrap_or(Value::Null);
                    Ok(Some(strings(&many, place)?.join(separator).into()))
                }
                _ => Err(wrong()),
            },
            ("Fn::Split", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), whole] => {
                    let whole = self.value(whole, place)?.as_ref().and_then(scalar).ok_or_else(wrong)?;
                    Ok(Some(Value::Array(whole.split(separator.as_str()).map(Value::from).collect())))
                }
                _ => Err(wrong()),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), yes, no] => {
                    self.value(if self.condition(condition, place)? { yes } else { no }, place)
                }
                _ => Err(wrong()),
            },
            _ => Err(TemplateError::new(place, format!("the function `{name}` is not supported"))),
        }
    }

    fn substitute(&self, text: &str, names: &Map<String, Value>, place: &str) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let unclosed = || TemplateError::new(place, format!("`{text}` has no closing brace"));
            let (name, after) = after.split_once('}').ok_or_else(unclosed)?;
            result.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str(&format!("${{{literal}}}"));
            } else if let Some(value) = names.get(name) {
                let value = self.value(value, place)?.as_ref().and_then(scalar);
                result.push_str(&value.ok_or_else(|| TemplateError::new(place, format!("`{name}` is not a string")))?);
            } else if let Some((id, attribute)) = name.split_once('.') {
                result.push_str(&self.attribute(id, attribute, place)?);
            } else {
                result.push_str(&self.reference(name, place)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn reference(&self, target: &str, place: &str) -> Result<String, TemplateError> {
        if let Some(value) = self.parameters.get(target) {
            return Ok(value.clone());
        }
        match target {
            "AWS::AccountId" => return Ok(ACCOUNT.into()),
            "AWS::Region" => return Ok(REGION.into()),
            "AWS::Partition" => return Ok("aws".into()),
            "AWS::URLSuffix" => return Ok("amazonaws.com".into()),
            "AWS::StackName" => return Ok("marquee".into()),
            _ => {}
        }
        match self.kind(target) {
            // For these, `Ref` returns the ARN; for all others the name.
            Some("AWS::IAM::ManagedPolicy" | "AWS::SecretsManager::Secret" | "AWS::SNS::Topic") => self.arn(target),
            Some(_) => self.physical_name(target),
            None => Err(TemplateError::new(place, format!("`{target}` is neither a parameter nor a resource"))),
        }
    }

    fn is_list(&self, parameter: &str) -> bool {
        let kind = self.document.get("Parameters").and_then(|all| all.get(parameter)?.get("Type")?.as_str());
        kind.is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"))
    }

    fn attribute(&self, id: &str, attribute: &str, place: &str) -> Result<String, TemplateError> {
        match (self.kind(id), attribute) {
            (Some("AWS::IAM::ManagedPolicy"), "PolicyArn") => self.arn(id),
            (Some(_), "Arn") => self.arn(id),
            (Some("AWS::SecretsManager::Secret"), "Id") => self.arn(id),
            (Some(kind), _) => {
                Err(TemplateError::new(place, format!("the attribute `{attribute}` of a `{kind}` is not supported")))
            }
            (None, _) => Err(TemplateError::new(place, format!("there is no resource `{id}`"))),
        }
    }

    fn kind(&self, id: &str) -> Option<&str> {
        self.document.get("Resources")?.get(id)?.get("Type")?.as_str()
    }

    /// A resource's name: the one that it sets, or one derived from its logical id, as in CloudFormation. The table
    /// `WatchHistoryTable` is named `watch_history` here.
    pub(super) fn physical_name(&self, id: &str) -> Result<String, TemplateError> {
        let property = match self.kind(id) {
            Some("AWS::DynamoDB::Table") => "TableName",
            Some("AWS::Serverless::Function") => "FunctionName",
            Some("AWS::SES::EmailIdentity") => "EmailIdentity",
            Some("AWS::SNS::Topic") => "TopicName",
            _ => "Name",
        };
        let wanted = self.document.get("Resources").and_then(|all| all.get(id)?.get("Properties")?.get(property));
        match wanted {
            Some(wanted) => {
                let place = format!("{id}.{property}");
                let name = self.value(wanted, &place)?.as_ref().and_then(scalar);
                name.ok_or_else(|| TemplateError::new(place, "not a string"))
            }
            None if property == "TableName" => Ok(snake_case(id.strip_suffix("Table").unwrap_or(id))),
            None => Ok(id.to_owned()),
        }
    }

    /// The ARN of a resource.
    pub(super) fn arn(&self, id: &str) -> Result<String, TemplateError> {
        let name = self.physical_name(id)?;
        let (service, resource) = match self.kind(id) {
            // IAM has no regions.
            Some("AWS::IAM::ManagedPolicy") => return Ok(format!("arn:aws:iam::{ACCOUNT}:policy/{name}")),
            Some("AWS::DynamoDB::Table") => ("dynamodb", format!("table/{name}")),
            // Secrets Manager adds six characters to each secret's name.
            Some("AWS::SecretsManager::Secret") => ("secretsmanager", format!("secret:{name}-000000")),
            Some("AWS::SES::EmailIdentity") => ("ses", format!("identity/{name}")),
            Some("AWS::SES::ConfigurationSet") => ("ses", format!("configuration-set/{name}")),
            Some("AWS::Serverless::Function") => ("lambda", format!("function:{name}")),
            Some("AWS::SNS::Topic") => ("sns", name),
            Some("AWS::Logs::LogGroup") => ("logs", format!("log-group:{name}")),
            Some("AWS::KMS::Key") => ("kms", format!("key/{name}")),
            other => {
                let kind = other.unwrap_or("(none)");
                return Err(TemplateError::new(id, format!("the ARN of a `{kind}` is not supported")));
            }
        };
        Ok(format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"))
    }

    fn condition(&self, name: &str, place: &str) -> Result<bool, TemplateError> {
        let definition = self.document.get("Conditions").and_then(|all| all.get(name));
        let definition =
            definition.ok_or_else(|| TemplateError::new(place, format!("there is no condition `{name}`")))?;
        self.holds(definition, &format!("Conditions.{name}"))
    }

    fn holds(&self, definition: &Value, place: &str) -> Result<bool, TemplateError> {
        let wrong = || TemplateError::new(place, "this condition is not supported");
        let (name, argument) = definition.as_object().and_then(function_call).ok_or_else(wrong)?;
        match (name, argument) {
            ("Condition", Value::String(other)) => self.condition(other, place),
            ("Fn::Equals", Value::Array(sides)) if sides.len() == 2 => {
                let side = |value| self.value(value, place).map(|value| value.as_ref().and_then(scalar));
                Ok(side(&sides[0])? == side(&sides[1])?)
            }
            ("Fn::Not", Value::Array(one)) if one.len() == 1 => Ok(!self.holds(&one[0], place)?),
            ("Fn::And", Value::Array(many)) => Ok(many
                .iter()
                .map(|one| self.holds(one, place))
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .all(|it| it)),
            ("Fn::Or", Value::Array(many)) => Ok(many
                .iter()
                .map(|one| self.holds(one, place))
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .any(|it| it)),
            _ => Err(wrong()),
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut result = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !result.is_empty() {
            result.push('_');
        }
        result.push(letter.to_ascii_lowercase());
    }
    result
}

fn entries<'a>(document: &'a Map<String, Value>, section: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    document.get(section).and_then(Value::as_object).into_iter().flatten()
}

/// The only entry of a mapping that calls a function.
fn function_call(mapping: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = mapping.iter();
    let (name, argument) = entries.next()?;
    let is_call = entries.next().is_none() && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"));
    is_call.then_some((name.as_str(), argument))
}

/// Whether a parameter's definition allows the value, with the checks that CloudFormation makes.
fn accepted(name: &str, definition: &Value, value: &str) -> Result<(), TemplateError> {
    let refused = |why: String| Err(TemplateError::new(format!("Parameters.{name}"), format!("`{value}` {why}")));
    if definition.get("Type").and_then(Value::as_str) == Some("Number") {
        let Ok(number) = value.parse::<f64>() else { return refused("is not a number".into()) };
        let bound = |key| definition.get(key).and_then(scalar).and_then(|bound| bound.parse::<f64>().ok());
        if bound("MinValue").is_some_and(|least| number < least) || bound("MaxValue").is_some_and(|most| number > most)
        {
            return refused("is out of range".into());
        }
    }
    match definition.get("AllowedValues").and_then(Value::as_array) {
        Some(allowed) if !allowed.iter().filter_map(scalar).any(|one| one == value) => {
            refused(format!("is not one of {}", Value::Array(allowed.clone())))
        }
        _ => Ok(()),
    }
}
