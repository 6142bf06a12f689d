//! Changes of a user's name, address and notes, as statements for transactions.

use crate::models::email::Email;
use crate::models::ids::UserId;
use crate::models::patch::Field;
use crate::models::user::User;
use crate::stores::database::Statement;
use crate::stores::error::StoreError;
use crate::stores::notes::Notes;
use crate::stores::row::write;
use crate::stores::table::Table;
use crate::stores::users::{Credential, Users};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, Update};
use boxed::boxed;
use jiff::Timestamp;
use std::collections::HashMap;

/// A change of a user's row.
#[derive(Clone, Debug, Default)]
pub struct UserEdit {
    /// The new name, or none.
    pub name: Field<Option<String>>,
    /// The new address, and whether it is confirmed. An address that still waits for confirmation is dropped.
    pub email: Option<(Email, bool)>,
    /// The address that replaces the present one once it is confirmed, or none.
    pub pending_email: Field<Option<Email>>,
    /// The version from which passwords are valid, if all sessions end.
    pub credential_version: Option<u64>,
}

impl UserEdit {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.name.given().is_none()
            && self.email.is_none()
            && self.pending_email.given().is_none()
            && self.credential_version.is_none()
    }
}

/// An update of a user's row that is being put together.
#[derive(Default)]
struct RowUpdate {
    set: Vec<String>,
    removed: Vec<&'static str>,
    values: HashMap<String, AttributeValue>,
}

impl RowUpdate {
    fn set(&mut self, name: &'static str, value: AttributeValue) {
        self.set.push(format!("#{name} = :{name}"));
        self.values.insert(format!(":{name}"), value);
    }

    fn set_or_remove(&mut self, name: &'static str, value: Option<String>) {
        match value {
            Some(value) => self.set(name, AttributeValue::S(value)),
            None => self.removed.push(name),
        }
    }

    /// The update, the names that it uses, and its values.
    fn expression(&self) -> (String, HashMap<String, String>) {
        let names = self.set.iter().filter_map(|part| Some(part.split_once(' ')?.0.trim_start_matches('#')));
        let names = names.chain(self.removed.iter().copied());
        let names = names.map(|name| (format!("#{name}"), name.to_owned())).collect();
        let mut expression = String::new();
        if !self.set.is_empty() {
            expression = format!("SET {}", self.set.join(", "));
        }
        if !self.removed.is_empty() {
            let removed: Vec<String> = self.removed.iter().map(|name| format!("#{name}")).collect();
            expression = format!("{expression} REMOVE {}", removed.join(", "));
        }
        (expression, names)
    }
}

impl Users {
    /// A statement that changes a user's row; its condition fails if the address is no longer the one in `user`, or the
    /// user does not exist. If Stripe's customer must follow, the row says so ([`User::customer_behind`]).
    pub fn edit(&self, user: &User, edit: &UserEdit) -> Result<Statement, StoreError> {
        let mut parts = RowUpdate::default();
        if let Field::Given(name) = &edit.name {
            parts.set_or_remove("name", name.clone());
        }
        if let Some((email, is_verified)) = &edit.email {
            parts.set("email", AttributeValue::S(email.as_typed().to_owned()));
            parts.set("email_verified", AttributeValue::Bool(*is_verified));
        }
        match &edit.pending_email {
            _ if edit.email.is_some() => parts.removed.push("pending_email"),
            Field::Given(pending) => {
                parts.set_or_remove("pending_email", pending.as_ref().map(|email| email.as_typed().to_owned()));
            }
            Field::Absent => {}
        }
        if let Some(version) = edit.credential_version {
            parts.set("credential_version", AttributeValue::N(version.to_string()));
            parts.removed.push("session_kept");
        }
        let is_known_at_stripe = edit.name.given().is_some() || edit.email.is_some();
        if is_known_at_stripe && user.stripe_customer_id.is_some() {
            parts.set("customer_behind", AttributeValue::Bool(true));
        }
        let (expression, mut names) = parts.expression();
        names.insert("#before".to_owned(), "email".to_owned());
        parts.values.insert(":before".to_owned(), AttributeValue::S(user.email.as_typed().to_owned()));
        let update = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(user.id).item()))
            .update_expression(expression)
            .condition_expression("#before = :before")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(parts.values));
        Ok(update.build().map_err(refused)?.into())
    }

    /// A statement that marks the address in `user` as confirmed; its condition fails if they have another one now.
    pub fn confirm_email(&self, user: &User) -> Result<Statement, StoreError> {
        let update = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(user.id).item()))
            .update_expression("SET email_verified = :true")
            .condition_expression("email = :email")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .expression_attribute_values(":email", AttributeValue::S(user.email.as_typed().to_owned()));
        Ok(update.build().map_err(refused)?.into())
    }

    /// Statements that change a user's row with an edit that has another address, and move the guard. The first one's condition fails if
    /// somebody has the address; the others' if the password or the present address has changed since they were read.
    /// `version` is the password's version from then on: a higher one ends all sessions.
    pub fn move_email(
        &self,
        user: &User,
        credential: &Credential,
        edit: &UserEdit,
        version: u64,
    ) -> Result<Vec<Statement>, StoreError> {
        let table = self.database.name(Table::Users)?;
        let Some((new, _)) = &edit.email else { return Err(StoreError::Refused("no address".into())) };
        let ends_sessions = (version != credential.version).then_some(version);
        let row = self.edit(user, &UserEdit { credential_version: ends_sessions, ..edit.clone() })?;
        let guard = Credential { email: Some(new.clone()), version, ..credential.clone() };
        let put = Put::builder().table_name(table).set_item(Some(write(&Credential::key(new), &guard)?));
        let of_user = AttributeValue::S(user.id.to_string());
        let of_version = AttributeValue::N(credential.version.to_string());
        let is_present = "user_id = :user AND #version = :version";
        if new.key() == user.email.key() {
            // Another spelling of the same address.
            let put = put
                .condition_expression(is_present)
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":user", of_user)
                .expression_attribute_values(":version", of_version);
            return Ok(vec![put.build().map_err(refused)?.into(), row]);
        }
        let put = put.condition_expression("attribute_not_exists(pk)").build().map_err(refused)?;
        let old = Delete::builder()
            .table_name(table)
            .set_key(Some(Credential::key(&user.email).item()))
            .condition_expression(is_present)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":user", of_user)
            .expression_attribute_values(":version", of_version);
        Ok(vec![put.into(), old.build().map_err(refused)?.into(), row])
    }

    /// A statement that checks that a user's password is still the one with this version.
    pub fn password_is(&self, user: &User, version: u64) -> Result<Statement, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(Credential::key(&user.email).item()))
            .condition_expression("user_id = :user AND #version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":user", AttributeValue::S(user.id.to_string()))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        Ok(check.build().map_err(refused)?.into())
    }

    /// Statements that end all sessions of a user: those of the password's present version, which stays valid for new
    /// ones. The first one's condition fails if the password was changed meanwhile, which ends them as well.
    pub fn end_sessions(&self, user: &User, version: u64) -> Result<Vec<Statement>, StoreError> {
        let guard = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(Credential::key(&user.email).item()))
            .update_expression("SET #version = :next")
            .condition_expression("user_id = :user AND #version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":user", AttributeValue::S(user.id.to_string()))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .expression_attribute_values(":next", AttributeValue::N((version + 1).to_string()));
        let edit = UserEdit { credential_version: Some(version + 1), ..UserEdit::default() };
        Ok(vec![guard.build().map_err(refused)?.into(), self.edit(user, &edit)?])
    }

    /// A statement that replaces the notes about a member; empty notes are deleted.
    pub fn set_notes(&self, id: UserId, notes: &str, now: Timestamp) -> Result<Statement, StoreError> {
        let table = self.database.name(Table::Users)?;
        if notes.is_empty() {
            let delete = Delete::builder().table_name(table).set_key(Some(Notes::key(id).item())).build();
            return Ok(delete.map_err(refused)?.into());
        }
        let item = write(&Notes::key(id), &Notes { notes: notes.to_owned(), updated_at: now })?;
        Ok(Put::builder().table_name(table).set_item(Some(item)).build().map_err(refused)?.into())
    }

    /// Records that Stripe's customer has the name and the address in `user`, unless they have changed since.
    #[boxed]
    pub async fn customer_followed(&self, user: &User) -> Result<(), StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::Users)?);
        let update = update
            .set_key(Some(User::key(user.id).item()))
            .update_expression("REMOVE customer_behind")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":email", AttributeValue::S(user.email.as_typed().to_owned()));
        let update = match &user.name {
            Some(name) => update
                .condition_expression("email = :email AND #name = :name")
                .expression_attribute_values(":name", AttributeValue::S(name.clone())),
            None => update.condition_expression("email = :email AND attribute_not_exists(#name)"),
        };
        match update.send().await.map_err(crate::stores::error::failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn refused(error: BuildError) -> StoreError {
    StoreError::Refused(Box::new(error))
}
