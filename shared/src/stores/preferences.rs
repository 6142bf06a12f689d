//! Preferences: one row per profile.

use crate::models::preferences::Preferences;
use crate::models::viewer::ViewerKey;
use crate::services::{ConfigError, Services};
use crate::stores::database::Database;
use crate::stores::error::{StoreError, failed};
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::ReturnValue;
use boxed::boxed;

impl Preferences {
    /// The key of a viewer's preferences.
    pub fn key(viewer: ViewerKey) -> Key<Self> {
        Key::simple(Table::Preferences, "user_id", viewer.to_string())
    }
}

/// The table `preferences`.
#[derive(Clone, Debug)]
pub struct PreferenceRows {
    database: Database,
}

impl PreferenceRows {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Preferences]).map(|database| Self { database })
    }

    /// Writes only the fields that differ, because another device may change the others concurrently. Returns the
    /// resulting row.
    #[boxed]
    pub async fn change(
        &self,
        viewer: ViewerKey,
        before: &Preferences,
        after: &Preferences,
    ) -> Result<Preferences, StoreError> {
        let key = Preferences::key(viewer);
        let (before, mut after) = (write(&key, before)?, write(&key, after)?);
        let changed: Vec<&String> = before.keys().chain(after.keys()).collect();
        let mut changed: Vec<String> =
            changed.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
        changed.sort();
        changed.dedup();
        if changed.is_empty() {
            return read(after);
        }
        let mut call = self.database.client().update_item().table_name(self.database.name(Table::Preferences)?);
        let (mut set, mut remove) = (Vec::new(), Vec::new());
        for (index, name) in changed.iter().enumerate() {
            call = call.expression_attribute_names(format!("#{index}"), name);
            match after.remove(name) {
                Some(value) => {
                    call = call.expression_attribute_values(format!(":{index}"), value);
                    set.push(format!("#{index} = :{index}"));
                }
                None => remove.push(format!("#{index}")),
            }
        }
        let clause = |word: &str, parts: &[String]| match parts {
            [] => String::new(),
            parts => format!("{word} {} ", parts.join(", ")),
        };
        let expression = clause("SET", &set) + &clause("REMOVE", &remove);
        let call = call.set_key(Some(key.item())).update_expression(expression.trim_end());
        let answer = call.return_values(ReturnValue::AllNew).send().await.map_err(failed)?;
        let row: Item = answer.attributes.unwrap_or_default();
        read(row)
    }
}
