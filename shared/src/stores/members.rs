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

/// The most reads per page, if most users are filtered out.
const READS_MAX: usize = 10;
/// The users per read of a filtered list, and the subscriptions that are read together.
const USERS_READ: usize = 100;
/// The users per read of a search, which examines at most 10,000 users per request.
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

/// Which members a list contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemberFilter {
    /// Only members whose subscription has this status.
    pub status: Option<Status>,
    /// Only members who have confirmed their address, or only those who have not.
    pub verified: Option<bool>,
}

impl MemberFilter {
    fn admits(self, member: &Member) -> bool {
        self.status.is_none_or(|status| member.status == status) && self.admits_address(member.user.email_verified)
    }

    fn admits_address(self, email_verified: bool) -> bool {
        self.verified.is_none_or(|verified| email_verified == verified)
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

    /// A page of members, newest first, and where the next page starts. If few members pass the filter, a page may be
    /// shorter than `limit` and still be followed by another.
    #[boxed]
    pub async fn page(
        &self,
        filter: MemberFilter,
        limit: usize,
        after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        match filter {
            MemberFilter { status: None, verified: None } => self.newest(limit, after).await,
            // A user who never opened a checkout has no subscription row, so the index by status does not list them.
            MemberFilter { status: None | Some(Status::None), .. } => {
                let (found, next) = self.examine(USERS_READ, |_| true, filter, limit, Vec::new(), after).await?;
                // No member is known from the start, so whatever ends a page has a position.
                Ok((found, next.and_then(|SearchPosition(after)| after)))
            }
            MemberFilter { status: Some(status), .. } => self.of_status(status, filter, limit, after).await,
        }
    }

    /// The member with an address, if there is one.
    #[boxed]
    pub async fn of_email(&self, email: &Email, filter: MemberFilter) -> Result<Vec<Member>, StoreError> {
        let Some(credential) = self.users.credential(email).await? else { return Ok(Vec::new()) };
        let members = self.of_ids(&[credential.user_id]).await?;
        Ok(members.into_iter().map(|(member, _)| member).filter(|member| filter.admits(member)).collect())
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
        filter: MemberFilter,
        limit: usize,
        place: Option<SearchPosition>,
    ) -> Result<(Vec<Member>, Option<SearchPosition>), StoreError> {
        let first = match address {
            Some(address) if place.is_none() => self.of_email(address, filter).await?,
            _ => Vec::new(),
        };
        let is_sought = |user: &User| {
            let is_first = address.is_some_and(|address| address.key() == user.email.key());
            !is_first && query.finds(&[user.email.as_typed(), user.name.as_deref().unwrap_or_default()])
        };
        let after = place.and_then(|SearchPosition(after)| after);
        self.examine(SEARCH_USERS_READ, is_sought, filter, limit, first, after).await
    }

    /// Adds to the members `found` those among the users after a position who are sought and pass the filter, until
    /// there are `limit`. Returns where the next page starts. Each call examines a limited number of users.
    async fn examine(
        &self,
        users_read: usize,
        is_sought: impl Fn(&User) -> bool + Send + Sync,
        filter: MemberFilter,
        limit: usize,
        mut found: Vec<Member>,
        mut after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<SearchPosition>), StoreError> {
        let is_hit = |user: &User| filter.admits_address(user.email_verified) && is_sought(user);
        for _ in 0..READS_MAX {
            let (users, more) = self.users.newest(users_read, after.as_ref()).await?;
            let hits: Vec<User> = users.iter().filter(|user| is_hit(user)).cloned().collect();
            for hits in hits.chunks(USERS_READ) {
                for (member, user) in self.with_subscriptions(hits).await?.into_iter().zip(hits) {
                    if found.len() >= limit {
                        return Ok((found, Some(SearchPosition(after))));
                    }
                    after = Some(UserPosition::new(user));
                    found.extend(Some(member).filter(|member| filter.admits(member)));
                }
            }
            if !more {
                return Ok((found, None));
            }
            after = users.last().map(UserPosition::new);
            if found.len() >= limit {
                break;
            }
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
        filter: MemberFilter,
        limit: usize,
        mut after: Option<UserPosition>,
    ) -> Result<(Vec<Member>, Option<UserPosition>), StoreError> {
        let mut found = Vec::new();
        for _ in 0..READS_MAX {
            let (ids, more) = self.subscriptions.of_status(status, limit, after.as_ref().map(UserPosition::id)).await?;
            let users = self.of_ids(&ids).await?;
            let is_empty = users.is_empty();
            for (member, position) in users {
                if found.len() == limit {
                    return Ok((found, after));
                }
                after = Some(position);
                // The index may lag behind the rows.
                found.extend(Some(member).filter(|member| filter.admits(member)));
            }
            if !more || is_empty {
                return Ok((found, None));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok((found, after))
    }

    /// Members by id, in that order, each with its position. Users who were deleted meanwhile are omitted.
    async fn of_ids(&self, ids: &[UserId]) -> Result<Vec<(Member, UserPosition)>, StoreError> {
        let users: Vec<_> = ids.iter().map(|id| User::key(*id)).collect();
        let subscriptions: Vec<_> = ids.iter().map(|id| Subscription::key(*id)).collect();
        let (users, subscriptions) = tokio::try_join!(self.database.read(users), self.database.read(subscriptions))?;
        let both = users.into_iter().zip(subscriptions);
        let listed = both.filter_map(|(user, subscription)| {
            let (user, subscription) = (user?, subscription.unwrap_or_default());
            Some((Member::new(&user, &subscription), UserPosition::new(&user)))
        });
        Ok(listed.collect())
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
