//! `POST /api/auth/register`: creates an account and its first session.

use billing::customers::Customers;
use billing::stripe::Stripe;
use futures::future::join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use shared::auth::hash;
use shared::auth::sign_in::{SignIn, Tokens, device_name, listed_device_name};
use shared::endpoint::{Anyone, Call, Endpoint, Reply, Tag};
use shared::http::error::{ApiError, Code, FieldIssue};
use shared::http::input::{Body, WithRules};
use shared::http::rules::{Fields, Rules};
use shared::models::device::Device;
use shared::models::email::NewEmail;
use shared::models::language::Language;
use shared::models::password::NewPassword;
use shared::models::session::Session;
use shared::models::text::AccountName;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::database::Database;
use shared::stores::devices::Devices;
use shared::stores::error::StoreError;
use shared::stores::mail::Outbox;
use shared::stores::rate_limits::{Budget, CountedRequest, RateLimits};
use shared::stores::row::Key;
use shared::stores::sessions::Sessions;
use shared::stores::subscriptions::{Customer, Subscriptions};
use shared::stores::table::Table;
use shared::stores::users::{Credential, Users};
use shared::stores::verification;
use std::time::Duration;

/// The longest wait for Stripe. After that, registration continues without a customer, and checkout creates it.
const CUSTOMER: Duration = Duration::from_secs(2);

/// Registers: checks the guard, hashes the password while creating the customer at Stripe, then writes one transaction.
pub struct Register {
    database: Database,
    customers: Customers,
    subscriptions: Subscriptions,
    users: Users,
    sessions: Sessions,
    devices: Devices,
    tokens: Tokens,
    outbox: Outbox,
    limiter: RateLimits,
}

/// The new account.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    email: NewEmail,
    password: NewPassword,
    /// A name for greetings.
    name: Option<AccountName>,
}

impl Rules for Registration {
    fn issues(fields: &Fields<'_>, _: Timestamp) -> Vec<FieldIssue> {
        let (email, password) = (fields.valid::<NewEmail>("email"), fields.valid::<NewPassword>("password"));
        let issue = email.zip(password).and_then(|(email, password)| password.for_account(&email).err());
        issue.map(|issue| FieldIssue::new("password", issue.to_string())).into_iter().collect()
    }
}

impl Endpoint for Register {
    type Caller = Anyone;
    type Input = WithRules<Body<Registration>>;
    type Reads = Key<Credential>;
    type Output = SignIn;
    const SUMMARY: &'static str = "Creates an account and signs it in.";
    const TAG: Tag = Tag::Authentication;
    const CODES: &'static [Code] = &[Code::EmailTaken];
    const STATUS: u16 = 201;

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions, Table::Sessions, Table::Mail])?,
            customers: Customers::connect(services, Stripe::connect(services)?)?,
            subscriptions: Subscriptions::connect(services)?,
            users: Users::connect(services)?,
            sessions: Sessions::connect(services)?,
            devices: Devices::connect(services)?,
            tokens: Tokens::connect(services).await?,
            outbox: Outbox::connect(services)?,
            limiter: RateLimits::connect(services)?,
        })
    }

    fn reads(&self, input: &Self::Input, (): &()) -> Key<Credential> {
        Credential::key(&input.unchecked().0.email)
    }

    /// The email with the link that confirms the address.
    fn budgets(&self, input: &Self::Input, _: &str) -> Vec<Budget> {
        vec![Budget::of_mail(&input.unchecked().0.email)]
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SignIn>, ApiError> {
        let Body(given) = call.input.clone().checked(Vec::new())?;
        let password =
            given.password.for_account(&given.email).map_err(|issue| ApiError::field("password", issue.to_string()))?;
        if call.rows.is_some() {
            self.send_nothing(call.counted).await;
            return Err(taken());
        }
        let name = given.name.as_ref().and_then(AccountName::given).map(str::to_owned);
        let mut user = User::new(given.email.clone().into(), name, call.now);
        user.language = call.header("accept-language").and_then(Language::of_header);
        let (hash, customer) = tokio::join!(
            hash::hash(password),
            tokio::time::timeout(CUSTOMER, self.customers.create(user.id, &user.email)),
        );
        let hash = hash.map_err(ApiError::internal)?;
        user.stripe_customer_id = customer.ok().and_then(Result::ok);
        let credential =
            Credential { user_id: user.id, password_hash: Some(hash), version: 0, email: Some(user.email.clone()) };
        let agent = call.header("user-agent");
        let device = listed_device_name(device_name(None, agent).as_deref());
        let session = Session::start(user.id, 0, device, call.now);
        let device = Device::seen(None, agent, &call.address);
        let token = self.tokens.issue(&session).await?;
        let mut statements = self.users.add(&user, &credential)?;
        statements.push(self.sessions.add(&session)?);
        statements.push(self.devices.add(user.id, &device, call.now)?);
        if call.counted.iter().all(|counted| counted.decision.admitted) {
            let mail = verification::of_own(&user, &call.request_id, call.now);
            statements.push(self.outbox.add(&mail)?);
        } else {
            self.send_nothing(call.counted).await;
        }
        if let Some(customer) = &user.stripe_customer_id {
            statements.push(self.subscriptions.add_customer(customer, &Customer::new(user.id))?);
        }
        match self.database.transact(statements).await {
            Err(StoreError::Condition(failed)) if failed.at(0) => {
                // Another registration of the address was faster, so this customer will never be used.
                if let Some(customer) = &user.stripe_customer_id {
                    let _ = tokio::time::timeout(CUSTOMER, self.customers.discard(customer)).await;
                }
                Err(taken())
            }
            result => {
                result?;
                Ok(Reply::with_token(SignIn { token, user: user.view() }))
            }
        }
    }
}

impl Register {
    /// Takes an email that is not sent off the count of its address.
    async fn send_nothing(&self, counted: Vec<CountedRequest>) {
        join_all(counted.into_iter().map(|one| self.limiter.give_back(one))).await;
    }
}

fn taken() -> ApiError {
    ApiError::new(Code::EmailTaken, "An account with this email address already exists. Please sign in.")
}
