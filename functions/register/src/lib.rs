//! `POST /api/auth/register`: a new account, and its first session.

use billing::customers::Customers;
use billing::stripe::Stripe;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash;
use shared::auth::sign_in::{SignIn, Tokens, device_name};
use shared::endpoint::{Anyone, Call, Endpoint, Identity, Reply};
use shared::http::error::{ApiError, Code};
use shared::http::input::Body;
use shared::models::email::Email;
use shared::models::password::NewPassword;
use shared::services::{ConfigError, Services};
use shared::stores::database::{Database, StoreError, Table};
use shared::stores::row::Wanted;
use shared::stores::sessions::{Session, Sessions};
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::users::{Credential, User, Users};
use std::time::Duration;

/// Longest wait for Stripe. Registration goes on without it, and checkout makes the customer.
const CUSTOMER: Duration = Duration::from_secs(2);

/// Registers: the guard, the hash beside the customer at Stripe, one transaction.
pub struct Register {
    database: Database,
    customers: Customers,
    subscriptions: Subscriptions,
    users: Users,
    sessions: Sessions,
    tokens: Tokens,
}

/// What registers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    email: Email,
    password: NewPassword,
    /// A name to greet by.
    #[schemars(length(max = 100))]
    name: Option<String>,
}

impl Endpoint for Register {
    type Caller = Anyone;
    type Input = Body<Registration>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Registers an account and signs it in.";
    const CODES: &'static [Code] = &[Code::EmailTaken];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions, Table::Sessions])?,
            customers: Customers::connect(services, Stripe::connect(services)?)?,
            subscriptions: Subscriptions::connect(services)?,
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            tokens: Tokens::connect(services).await?,
        })
    }

    fn reads(&self, input: &Self::Input, _: Option<&Identity>) -> Wanted {
        Wanted::default().and(&Credential::key(&input.0.email))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let given = &call.input.0;
        let password =
            given.password.for_account(&given.email).map_err(|issue| ApiError::field("password", issue.to_string()))?;
        if call.rows.get(&Credential::key(&given.email))?.is_some() {
            return Err(taken());
        }
        let name = given.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let mut user = User::new(given.email.clone(), name, call.now);
        let (hash, customer) = tokio::join!(
            hash::hash(password),
            tokio::time::timeout(CUSTOMER, self.customers.create(user.id, &user.email)),
        );
        let hash = hash.map_err(ApiError::internal)?;
        user.stripe_customer_id = customer.ok().and_then(Result::ok);
        let credential = Credential { user_id: user.id, password_hash: Some(hash), version: 0 };
        let session = Session::start(user.id, 0, device_name(None, call.header("user-agent")), call.now);
        let token = self.tokens.issue(&session, call.now).await?;
        let mut statements = self.users.add(&user, &credential)?;
        statements.push(self.sessions.add(&session)?);
        if let Some(customer) = &user.stripe_customer_id {
            statements.push(self.subscriptions.add_customer(customer, &Customer::of(user.id))?);
        }
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if failed.at(0) => Err(taken()),
            result => {
                result?;
                Ok(Reply::with_token(SignIn { token, user: user.profile() }))
            }
        }
    }
}

fn taken() -> ApiError {
    ApiError::new(Code::EmailTaken, "There is an account with this email address; please sign in.")
}
