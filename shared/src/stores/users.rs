//! Users, and the guards that keep their email addresses unique; a guard also contains the credential.

use crate::models::email::Email;
use crate::models::ids::{SessionId, UserId};
use crate::models::profile::Profile;
use crate::models::time::sortable;
use crate::models::user::{LISTING, Role, User};
use crate::services::{ConfigError, Services};
use crate::stores::database::{Database, Statement};
use crate::stores::error::{StoreError, failed};
use crate::stores::notes::Notes;
use crate::stores::row::{Key, read, write};
use crate::stores::table::{Item, Table};
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, Update};
use boxed::boxed;
use serde::{Deserialize, Serialize};

/// The index of all users by registration time.
const BY_CREATED: &str = "by_created";

impl User {
    /// The key of a user's row.
    pub fn key(id: UserId) -> Key<Self> {
        Key::simple(Table::Users, "pk", format!("USER#{id}"))
    }
}

/// The guard of an address: its user, and the hash of their password.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credential {
    /// The user.
    pub user_id: UserId,
    /// An argon2id hash as a PHC string; absent if nobody can sign in with a password.
    pub password_hash: Option<String>,
    /// Incremented with every new password.
    #[serde(default)]
    pub version: u64,
    /// The address as typed at registration, for sending.
    #[serde(default)]
    pub email: Option<Email>,
}

impl Credential {
    /// The key of an address's guard.
    pub fn key(email: &Email) -> Key<Self> {
        Key::simple(Table::Users, "pk", format!("EMAIL#{}", email.key()))
    }
}

/// Where a page of all users continues: after this user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPosition {
    id: UserId,
    created_at: String,
}

impl UserPosition {
    /// The position after a user.
    pub fn new(user: &User) -> Self {
        Self { id: user.id, created_at: sortable(user.created_at) }
    }

    /// The user's id.
    pub fn id(&self) -> UserId {
        self.id
    }

    fn item(&self) -> Item {
        let mut item = User::key(self.id).item();
        item.insert("listing".to_owned(), AttributeValue::S(LISTING.to_owned()));
        item.insert("created_at".to_owned(), AttributeValue::S(self.created_at.clone()));
        item
    }
}

/// The table `users`.
#[derive(Clone, Debug)]
pub struct Users {
    pub(super) database: Database,
}

impl Users {
    /// The table, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        services.database(&[Table::Users]).map(|database| Self { database })
    }

    /// Statements that add a user and claim their email; the first one's condition fails if the address is taken.
    pub fn add(&self, user: &User, credential: &Credential) -> Result<Vec<Statement>, StoreError> {
        let table = self.database.name(Table::Users)?;
        let put = |item| {
            Put::builder().table_name(table).set_item(Some(item)).condition_expression("attribute_not_exists(pk)")
        };
        let guard = put(write(&Credential::key(&user.email), credential)?).build();
        let row = put(write(&User::key(user.id), user)?).build();
        let refused = |error| StoreError::Refused(Box::new(error));
        Ok(vec![guard.map_err(refused)?.into(), row.map_err(refused)?.into()])
    }

    /// A user's row, read consistently.
    #[boxed]
    pub async fn get(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.database.get(&User::key(id)).await
    }

    /// A page of all users, newest first, after one of them, and whether there are more.
    #[boxed]
    pub async fn newest(&self, limit: usize, after: Option<&UserPosition>) -> Result<(Vec<User>, bool), StoreError> {
        let mut users = Vec::new();
        let mut start = after.map(UserPosition::item);
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Users)?);
            let query = query
                .index_name(BY_CREATED)
                .key_condition_expression("listing = :listing")
                .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()))
                .scan_index_forward(false)
                // One more than the page size shows whether this is the last page.
                .limit(i32::try_from(limit + 1 - users.len()).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                users.push(read(item)?);
            }
            start = answer.last_evaluated_key;
            if users.len() > limit || start.is_none() {
                let more = users.len() > limit;
                users.truncate(limit);
                return Ok((users, more));
            }
        }
    }

    /// The users whose customer at Stripe lacks their present name or address ([`User::customer_behind`]). This reads
    /// the index of all users, of which DynamoDB returns only these.
    #[boxed]
    pub async fn with_customer_behind(&self) -> Result<Vec<UserId>, StoreError> {
        let (mut users, mut start) = (Vec::new(), None);
        loop {
            let query = self.database.client().query().table_name(self.database.name(Table::Users)?);
            let query = query
                .index_name(BY_CREATED)
                .key_condition_expression("listing = :listing")
                .filter_expression("customer_behind = :true")
                .expression_attribute_values(":listing", AttributeValue::S(LISTING.to_owned()))
                .expression_attribute_values(":true", AttributeValue::Bool(true))
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                users.push(read::<User>(item)?.id);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(users);
            }
        }
    }

    /// An address's guard, read consistently.
    #[boxed]
    pub async fn credential(&self, email: &Email) -> Result<Option<Credential>, StoreError> {
        self.database.get(&Credential::key(email)).await
    }

    /// Statements that replace the password with the given version, end all sessions except `kept`, and drop an address
    /// that waits for confirmation: somebody else may have entered it. Without a session to keep, the password is set
    /// with an emailed link, which confirms the address. The first one's condition fails if another change of the
    /// password came first.
    pub fn set_password(
        &self,
        user: &User,
        version: u64,
        hash: &str,
        remaining: Option<SessionId>,
    ) -> Result<Vec<Statement>, StoreError> {
        let table = self.database.name(Table::Users)?;
        let refused = |error| StoreError::Refused(Box::new(error));
        let number = |number: u64| AttributeValue::N(number.to_string());
        let guard = Update::builder()
            .table_name(table)
            .set_key(Some(Credential::key(&user.email).item()))
            .update_expression("SET password_hash = :hash, #version = :next")
            .condition_expression("user_id = :user AND #version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":hash", AttributeValue::S(hash.to_owned()))
            .expression_attribute_values(":user", AttributeValue::S(user.id.to_string()))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":next", number(version + 1));
        let row = Update::builder()
            .table_name(table)
            .set_key(Some(User::key(user.id).item()))
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":next", number(version + 1));
        let row = match remaining {
            Some(remaining) => row
                .update_expression("SET credential_version = :next, session_kept = :kept REMOVE pending_email")
                .expression_attribute_values(":kept", AttributeValue::S(remaining.to_string())),
            None => row
                .update_expression(
                    "SET credential_version = :next, email_verified = :true REMOVE session_kept, pending_email",
                )
                .expression_attribute_values(":true", AttributeValue::Bool(true)),
        };
        Ok(vec![guard.build().map_err(refused)?.into(), row.build().map_err(refused)?.into()])
    }

    /// Replaces a hash with a stronger one of the same password, unless the password was changed meanwhile.
    #[boxed]
    pub async fn rehash(&self, email: &Email, old: &str, new: &str) -> Result<(), StoreError> {
        let update = self.database.client().update_item().table_name(self.database.name(Table::Users)?);
        let update = update
            .set_key(Some(Credential::key(email).item()))
            .update_expression("SET password_hash = :new")
            .condition_expression("password_hash = :old")
            .expression_attribute_values(":new", AttributeValue::S(new.to_owned()))
            .expression_attribute_values(":old", AttributeValue::S(old.to_owned()));
        match update.send().await.map_err(failed) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Statements that delete a user and the notes about them, and release their address. Their conditions fail if the user does not exist, or
    /// has a different address, Stripe customer or profiles than in this row.
    pub fn remove(&self, user: &User) -> Result<Vec<Statement>, StoreError> {
        let table = self.database.name(Table::Users)?;
        let refused = |error| StoreError::Refused(Box::new(error));
        let guard = Delete::builder()
            .table_name(table)
            .set_key(Some(Credential::key(&user.email).item()))
            .condition_expression("user_id = :user")
            .expression_attribute_values(":user", AttributeValue::S(user.id.to_string()));
        let row = Delete::builder().table_name(table).set_key(Some(User::key(user.id).item()));
        let row = match &user.stripe_customer_id {
            Some(customer) => row
                .condition_expression(format!("stripe_customer_id = :customer AND {}", has_profiles(user)))
                .expression_attribute_values(":customer", AttributeValue::S(customer.clone())),
            None => row.condition_expression(format!(
                "attribute_exists(pk) AND attribute_not_exists(stripe_customer_id) AND {}",
                has_profiles(user)
            )),
        };
        let row = match user.profiles_version {
            0 => row,
            version => row.expression_attribute_values(":profiles", AttributeValue::N(version.to_string())),
        };
        let notes = Delete::builder().table_name(table).set_key(Some(Notes::key(user.id).item()));
        let notes = notes.build().map_err(refused)?.into();
        Ok(vec![guard.build().map_err(refused)?.into(), row.build().map_err(refused)?.into(), notes])
    }

    /// A statement that replaces a user's profiles; its condition fails if they were changed since `user` was read, or the
    /// user does not exist.
    pub fn set_profiles(&self, user: &User, profiles: Vec<Profile>) -> Result<Statement, StoreError> {
        let profiles = serde_dynamo::to_attribute_value(user.to_store(profiles))
            .map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        let update = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(user.id).item()))
            .update_expression("SET profiles = :after, profiles_version = :next")
            .condition_expression(format!("attribute_exists(pk) AND {}", has_profiles(user)))
            .expression_attribute_values(":after", profiles)
            .expression_attribute_values(":next", AttributeValue::N((user.profiles_version + 1).to_string()));
        let update = match user.profiles_version {
            0 => update,
            version => update.expression_attribute_values(":profiles", AttributeValue::N(version.to_string())),
        };
        update.build().map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A statement that checks that a user exists.
    pub fn exists(&self, id: UserId) -> Result<Statement, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(id).item()))
            .condition_expression("attribute_exists(pk)")
            .build();
        check.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A statement that sets a user's Stripe customer, replacing `old`; its condition fails if they have another one,
    /// or do not exist.
    pub fn set_customer(&self, id: UserId, new: &str, old: Option<&str>) -> Result<Statement, StoreError> {
        let update = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(id).item()))
            .update_expression("SET stripe_customer_id = :new")
            .expression_attribute_values(":new", AttributeValue::S(new.to_owned()));
        let update = match old {
            Some(old) => update
                .condition_expression("stripe_customer_id = :old")
                .expression_attribute_values(":old", AttributeValue::S(old.to_owned())),
            None => update.condition_expression("attribute_exists(pk) AND attribute_not_exists(stripe_customer_id)"),
        };
        update.build().map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }

    /// A statement that sets a user's role; its condition fails if the user does not exist.
    pub fn set_role(&self, id: UserId, role: Role) -> Result<Statement, StoreError> {
        let role = serde_dynamo::to_attribute_value(role).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        let update = Update::builder()
            .table_name(self.database.name(Table::Users)?)
            .set_key(Some(User::key(id).item()))
            .update_expression("SET #role = :role")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#role", "role")
            .expression_attribute_values(":role", role)
            .build();
        update.map(Statement::from).map_err(|error| StoreError::Refused(Box::new(error)))
    }
}

/// The condition that a user's profiles are still those that were read; `:profiles` is their version, unless it is 0.
fn has_profiles(user: &User) -> &'static str {
    match user.profiles_version {
        0 => "attribute_not_exists(profiles_version)",
        _ => "profiles_version = :profiles",
    }
}
