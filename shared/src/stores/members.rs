//! Members as an operator sees them: users with their subscriptions and payments.

use crate::models::email::Email;
use crate::models::ids::{SessionId, UserId};
use crate::models::ledger::{Entry, Payment, payments};
use crate::models::plan::PlanType;
use crate::models::profile::ProfileView;
use crate::models::search::WordQuery;
use crate::models::session::Session;
use crate::models::subscription::{Status, Subscription};
use crate::models::subscription_view::SubscriptionView;
use crate::models::user::{User, UserView};
use crate::services::{ConfigError, Services};
use crate::stores::billing_events::BillingEvents;
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::mail::{MailView, Outbox};
use crate::stores::notes::Notes;
use crate::stores::sessions::Sessions;
use crate::stores::subscriptions::{Customer, Subscriptions};
use crate::stores::table::Table;
use crate::stores::users::{UserPosition, Users};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most reads per page, if most users are filtered out, and the users per read.
const READS_MAX: usize = 10;
const USERS_READ: usize = 100;
/// The most reads per search, and the users per read: a search examines at most 10,000 users per request.
const SEARCH_READS_MAX: usize = 10;
const SEARCH_USERS_READ: usize = 1000;

/// An entry in the list of members.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Member {
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
    /// The plan; `null` without one.
    pub plan_type: Option<PlanType>,
    /// Stripe's status, or `none`.
    pub status: Status,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// The complimentary plan, if an operator granted one.
    pub complimentary_plan: Option<PlanType>,
    /// When the complimentary plan ends; `null` if it has no end.
    pub complimentary_until: Option<Timestamp>,
}

/// A member with all details.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberDetail {
    /// The user.
    pub user: UserView,
    /// Their profiles, the first one first; none of them is current.
    pub profiles: Vec<ProfileView>,
    /// Their subscription, as they see it.
    pub subscription: SubscriptionView,
    /// The complimentary plan, if an operator granted one.
    pub complimentary_plan: Option<PlanType>,
    /// Stripe's customer.
    pub stripe_customer_id: Option<String>,
    /// Stripe's subscription.
    pub stripe_subscription_id: Option<String>,
    /// Their invoices, newest first.
    pub payments: Vec<Payment>,
    /// The emails to them, newest first, with their state.
    pub emails: Vec<MailView>,
    /// The devices that are signed in, newest first.
    pub devices: Vec<MemberDevice>,
    /// The operators' notes about them.
    pub notes: Option<String>,
}

/// A device on which a member is signed in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberDevice {
    /// The session.
    pub id: SessionId,
    /// The name that the member gave it, or its user agent.
    pub device_name: String,
    /// When it signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the hour.
    pub last_used_at: Timestamp,
}

impl Member {
    /// Whether a search matches them.
    pub fn is_found_by(&self, query: &WordQuery) -> bool {
        query.finds(&[self.user.email.as_ref(), self.user.name.as_deref().unwrap_or_default()])
    }

    fn new(user: &User, subscription: &Subscription) -> Self {
        Self {
            user: user.view(),
            plan_type: subscription.plan_type,
            status: subscription.status,
            current_period_end: subscription.current_period_end,
            complimentary_plan: subscription.complimentary_plan,
            complimentary_until: subscription.complimentary_until,
        }
    }
}

impl MemberDetail {
    /// A member at a given time.
    pub fn new(
        user: &User,
        subscription: &Subscription,
        entries: &[Entry],
        grace: SignedDuration,
        now: Timestamp,
    ) -> Self {
        Self {
            user: user.view(),
            profiles: user.profiles().iter().map(|profile| profile.view(None)).collect(),
            subscription: SubscriptionView::new(subscription, grace, now),
            complimentary_plan: subscription.complimentary_plan,
            stripe_customer_id: user.stripe_customer_id.clone(),
            stripe_subscription_id: subscription.stripe_subscription_id.clone(),
            payments: payments(entries),
            emails: Vec::new(),
            devices: Vec::new(),
            notes: None,
        }
    }

    /// Adds the operators' notes.
    #[must_use]
    pub fn with_notes(self, notes: Option<Notes>) -> Self {
        Self { notes: notes.map(|row| row.notes), ..self }
    }

    /// Adds the devices that are signed in.
    #[boxed]
    pub async fn with_devices(self, sessions: &Sessions, user: &User, now: Timestamp) -> Result<Self, StoreError> {
        let device = |session: Session| MemberDevice {
            id: session.id,
            device_name: session.device_name,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
        };
        let devices = sessions.live(user, now).await?.into_iter().map(device).collect();
        Ok(Self { devices, ..self })
    }

    /// Adds their emails, from the time of their registration on: somebody else may have had the address before.
    #[boxed]
    pub async fn with_emails(self, outbox: &Outbox) -> Result<Self, StoreError> {
        let Ok(email) = self.user.email.parse() else { return Ok(self) };
        let emails = outbox.to_account(&email, self.stripe_customer_id.as_deref(), self.user.created_at).await?;
        Ok(Self { emails, ..self })
    }
}

/// Where a search continues: after this user, or at the newest one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SearchPosition(Option<UserPosition>);

/// The tables of members.
#[derive(Clone, Debug)]
pub struct Members {
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
}

impl Members {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
        })
    }

    /// A page of members, newest first, and where the next page starts. With a rare status a page may be shorter than
    /// `limit` and still be followed by another.
    #[boxed]
    pub async fn page(
        &self,
        status: Option<Status>,
        limit: usize,
        after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        match status {
            None => self.newest(limit, after).await,
            // A user who never opened a checkout has no subscription row, so the index by status does not list them.
            Some(Status::None) => self.without_subscription(limit, after).await,
            Some(status) => self.of_status(status, limit, after).await,
        }
    }

    /// The member with an address, if there is one.
    #[boxed]
    pub async fn of_email(&self, email: &Email, status: Option<Status>) -> Result<Vec<Member>, StoreError> {
        let Some(credential) = self.users.credential(email).await? else { return Ok(Vec::new()) };
        let (members, _) = self.of_ids(&[credential.user_id]).await?;
        Ok(members.into_iter().filter(|member| status.is_none_or(|status| member.status == status)).collect())
    }

    /// A page of the members that a query matches, newest first, and where the next page starts. DynamoDB cannot search
    /// for parts of a text, so this reads the index of users and compares in memory. Each call examines a limited
    /// number of users, so a page may be shorter than `limit`, even empty, and still be followed by another. The member
    /// with exactly the given address comes first, however many members there are.
    #[boxed]
    pub async fn search(
        &self,
        query: &WordQuery,
        address: Option<&Email>,
        status: Option<Status>,
        limit: usize,
        place: Option<SearchPosition>,
    ) -> Result<(Vec<Member>, Option<SearchPosition>), StoreError> {
        let mut found = match address {
            Some(address) if place.is_none() => self.of_email(address, status).await?,
            _ => Vec::new(),
        };
        let mut after = place.and_then(|SearchPosition(after)| after);
        let is_sought = |user: &User| {
            let is_first = address.is_some_and(|address| address.key() == user.email.key());
            !is_first && query.finds(&[user.email.as_typed(), user.name.as_deref().unwrap_or_default()])
        };
        for _ in 0..SEARCH_READS_MAX {
            let (users, more) = self.users.newest(SEARCH_USERS_READ, after.as_ref()).await?;
            let hits: Vec<User> = users.iter().filter(|user| is_sought(user)).cloned().collect();
            for hits in hits.chunks(limit) {
                for (member, user) in self.with_subscriptions(hits).await?.into_iter().zip(hits) {
                    if found.len() >= limit {
                        return Ok((found, Some(SearchPosition(after))));
                    }
                    after = Some(UserPosition::new(user));
                    found.extend(Some(member).filter(|member| status.is_none_or(|status| member.status == status)));
                }
            }
            if !more {
                return Ok((found, None));
            }
            after = users.last().map(UserPosition::new);
        }
        Ok((found, Some(SearchPosition(after))))
    }

    async fn newest(
        &self,
        limit: usize,
        after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        let (users, more) = self.users.newest(limit, after.as_ref()).await?;
        let last = users.last().filter(|_| more).map(UserPosition::new);
        Ok((self.with_subscriptions(&users).await?, last))
    }

    async fn of_status(
        &self,
        status: Status,
        limit: usize,
        after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        let (ids, more) = self.subscriptions.of_status(status, limit, after.map(|after| after.id())).await?;
        let (mut members, last) = self.of_ids(&ids).await?;
        // The index may lag behind the rows.
        members.retain(|member| member.status == status);
        Ok((members, last.filter(|_| more)))
    }

    async fn without_subscription(
        &self,
        limit: usize,
        mut after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        let mut found = Vec::new();
        for _ in 0..READS_MAX {
            let (users, more) = self.users.newest(USERS_READ, after.as_ref()).await?;
            for (member, user) in self.with_subscriptions(&users).await?.into_iter().zip(&users) {
                if found.len() == limit {
                    return Ok((found, after));
                }
                after = Some(UserPosition::new(user));
                found.extend(Some(member).filter(|member| member.status == Status::None));
            }
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, after))
    }

    /// Members by id, in that order, and the position of the last one. Users who were deleted meanwhile are omitted.
    async fn of_ids(&self, ids: &[UserId]) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        let users: Vec<_> = ids.iter().map(|id| User::key(*id)).collect();
        let subscriptions: Vec<_> = ids.iter().map(|id| Subscription::key(*id)).collect();
        let (users, subscriptions) = tokio::try_join!(self.database.read(users), self.database.read(subscriptions))?;
        let mut members = Vec::new();
        let mut last = None;
        for (user, subscription) in users.into_iter().zip(subscriptions) {
            let Some(user) = user else { continue };
            members.push(Member::new(&user, &subscription.unwrap_or_default()));
            last = Some(UserPosition::new(&user));
        }
        Ok((members, last))
    }

    async fn with_subscriptions(&self, users: &[User]) -> Result<Vec<Member>, StoreError> {
        let rows = self.database.read(users.iter().map(|user| Subscription::key(user.id)).collect::<Vec<_>>()).await?;
        Ok(users.iter().zip(rows).map(|(user, row)| Member::new(user, &row.unwrap_or_default())).collect())
    }
}

/// The ledger of a user: the entries of their current customer and of earlier ones.
///
/// # Errors
/// Errors of the stores.
#[boxed]
pub async fn ledger_of(user: &User, database: &Database, events: &BillingEvents) -> Result<Vec<Entry>, StoreError> {
    let Some(customer) = &user.stripe_customer_id else { return Ok(Vec::new()) };
    let key = Customer::key(customer);
    let (mut entries, row) = tokio::try_join!(events.ledger(customer), database.get(&key))?;
    let others = row.map(|row| row.others).unwrap_or_default();
    for more in try_join_all(others.iter().map(|other| events.ledger(other))).await? {
        entries.extend(more);
    }
    Ok(entries)
}
