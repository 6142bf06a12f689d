//! Members as an operator sees them: users beside their subscriptions and payments.

use crate::models::email::Email;
use crate::models::ids::UserId;
use crate::models::ledger::{Entry, Payment, payments};
use crate::models::plan::PlanType;
use crate::models::subscription::{Status, Subscription, SubscriptionView};
use crate::services::{ConfigError, Services};
use crate::stores::billing_events::BillingEvents;
use crate::stores::database::{Database, StoreError, Table};
use crate::stores::row::Wanted;
use crate::stores::subscriptions::{Customer, Subscriptions};
use crate::stores::users::{After, Profile, User, Users};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

/// Reads for one page, and users of each, where most are left out.
const READS_MAX: usize = 10;
const USERS_READ: usize = 100;

/// A line of the list of members.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub user: Profile,
    /// The plan; `null` where there is none.
    pub plan_type: Option<PlanType>,
    /// Stripe's status, or `none`.
    pub status: Status,
    /// When the paid period ends.
    pub current_period_end: Option<Timestamp>,
    /// A plan given by an operator.
    pub complimentary_plan: Option<PlanType>,
    /// When that ends; `null` for never, where there is one.
    pub complimentary_until: Option<Timestamp>,
}

/// All of a member.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberDetail {
    /// Who.
    pub user: Profile,
    /// Their subscription, as they see it.
    pub subscription: SubscriptionView,
    /// A plan given by an operator.
    pub complimentary_plan: Option<PlanType>,
    /// Stripe's customer.
    pub stripe_customer_id: Option<String>,
    /// Stripe's subscription.
    pub stripe_subscription_id: Option<String>,
    /// Their invoices, newest first.
    pub payments: Vec<Payment>,
}

impl Member {
    fn of(user: &User, subscription: &Subscription) -> Self {
        Self {
            user: user.profile(),
            plan_type: subscription.plan_type,
            status: subscription.status,
            current_period_end: subscription.current_period_end,
            complimentary_plan: subscription.complimentary_plan,
            complimentary_until: subscription.complimentary_until,
        }
    }
}

impl MemberDetail {
    /// A member at a moment.
    pub fn of(
        user: &User,
        subscription: &Subscription,
        entries: &[Entry],
        grace: SignedDuration,
        now: Timestamp,
    ) -> Self {
        Self {
            user: user.profile(),
            subscription: SubscriptionView::of(subscription, grace, now),
            complimentary_plan: subscription.complimentary_plan,
            stripe_customer_id: user.stripe_customer_id.clone(),
            stripe_subscription_id: subscription.stripe_subscription_id.clone(),
            payments: payments(entries),
        }
    }
}

/// The tables of members.
#[derive(Clone, Debug)]
pub struct Members {
    database: Database,
    users: Users,
    subscriptions: Subscriptions,
}

impl Members {
    /// The tables as this function was given them.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Users, Table::Subscriptions])?,
            users: Users::connect(services)?,
            subscriptions: Subscriptions::connect(services)?,
        })
    }

    /// A page of members, newest first, and where the next one goes on. With a status that most have not, a page may be
    /// shorter than `limit` and have more behind it.
    pub async fn page(
        &self,
        status: Option<Status>,
        limit: usize,
        after: Option<After>,
    ) -> Result<(Vec<Member>, Option<After>), StoreError> {
        match status {
            None => self.newest(limit, after).await,
            // Whoever never came near a checkout has no row of a subscription to be found by.
            Some(Status::None) => self.without_subscription(limit, after).await,
            Some(status) => self.of_status(status, limit, after).await,
        }
    }

    /// The member of an address; none or one.
    pub async fn of_email(&self, email: &Email, status: Option<Status>) -> Result<Vec<Member>, StoreError> {
        let Some(credential) = self.users.credential(email).await? else { return Ok(Vec::new()) };
        let (members, _) = self.of_ids(&[credential.user_id]).await?;
        Ok(members.into_iter().filter(|one| status.is_none_or(|status| one.status == status)).collect())
    }

    async fn newest(&self, limit: usize, after: Option<After>) -> Result<(Vec<Member>, Option<After>), StoreError> {
        let (users, more) = self.users.newest(limit, after.as_ref()).await?;
        let last = users.last().filter(|_| more).map(After::of);
        Ok((self.beside(&users).await?, last))
    }

    async fn of_status(
        &self,
        status: Status,
        limit: usize,
        after: Option<After>,
    ) -> Result<(Vec<Member>, Option<After>), StoreError> {
        let (ids, more) = self.subscriptions.of_status(status, limit, after.map(|after| after.id())).await?;
        let (mut members, last) = self.of_ids(&ids).await?;
        // The index may lag behind the rows.
        members.retain(|one| one.status == status);
        Ok((members, last.filter(|_| more)))
    }

    async fn without_subscription(
        &self,
        limit: usize,
        mut after: Option<After>,
    ) -> Result<(Vec<Member>, Option<After>), StoreError> {
        let mut found = Vec::new();
        for _ in 0..READS_MAX {
            let (users, more) = self.users.newest(USERS_READ, after.as_ref()).await?;
            for (member, user) in self.beside(&users).await?.into_iter().zip(&users) {
                if found.len() == limit {
                    return Ok((found, after));
                }
                after = Some(After::of(user));
                found.extend(Some(member).filter(|one| one.status == Status::None));
            }
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, after))
    }

    /// Members by id, in that order, and the place of the last; whoever is gone meanwhile is left out.
    async fn of_ids(&self, ids: &[UserId]) -> Result<(Vec<Member>, Option<After>), StoreError> {
        let users = ids.iter().fold(Wanted::default(), |wanted, id| wanted.and(&User::key(*id)));
        let subscriptions = ids.iter().fold(Wanted::default(), |wanted, id| wanted.and(&Subscription::key(*id)));
        let (users, subscriptions) = tokio::try_join!(self.database.read(&users), self.database.read(&subscriptions))?;
        let mut members = Vec::new();
        let mut last = None;
        for id in ids {
            let Some(user) = users.get(&User::key(*id))? else { continue };
            let subscription = subscriptions.get(&Subscription::key(*id))?.unwrap_or_default();
            members.push(Member::of(&user, &subscription));
            last = Some(After::of(&user));
        }
        Ok((members, last))
    }

    async fn beside(&self, users: &[User]) -> Result<Vec<Member>, StoreError> {
        let wanted = users.iter().fold(Wanted::default(), |wanted, user| wanted.and(&Subscription::key(user.id)));
        let rows = self.database.read(&wanted).await?;
        let member = |user: &User| {
            let subscription = rows.get(&Subscription::key(user.id))?.unwrap_or_default();
            Ok(Member::of(user, &subscription))
        };
        users.iter().map(member).collect()
    }
}

/// The ledger of a user: that of their customer, and of those they had before.
///
/// # Errors
/// Those of the stores.
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
