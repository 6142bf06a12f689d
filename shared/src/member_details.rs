//! A member with all details, as operators see one.

use crate::mail::subject_for_operators;
use crate::models::email_message::Brand;
use crate::models::subscription::Subscription;
use crate::models::user::User;
use crate::services::{ConfigError, Services};
use crate::stores::billing_events::BillingEvents;
use crate::stores::database::Database;
use crate::stores::error::StoreError;
use crate::stores::mail::Outbox;
use crate::stores::members::{MemberDetail, ledger_of};
use crate::stores::notes::Notes;
use crate::stores::sessions::Sessions;
use crate::stores::table::Table;
use boxed::boxed;
use jiff::{SignedDuration, Timestamp};

/// The tables and settings that the details come from.
pub struct MemberDetails {
    database: Database,
    events: BillingEvents,
    outbox: Outbox,
    sessions: Sessions,
    brand: Brand,
    grace: SignedDuration,
}

impl MemberDetails {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            database: services.database(&[Table::Subscriptions])?,
            events: BillingEvents::connect(services)?,
            outbox: Outbox::connect(services)?,
            sessions: Sessions::connect(services)?,
            brand: Brand::of_sender(&services.mail_from()?),
            grace: services.grace()?,
        })
    }

    /// A member at a given time: the rows that were read, and their payments, devices and emails.
    #[boxed]
    pub async fn get(
        &self,
        user: &User,
        subscription: &Subscription,
        notes: Option<Notes>,
        now: Timestamp,
    ) -> Result<MemberDetail, StoreError> {
        let entries = ledger_of(user, &self.database, &self.events).await?;
        let detail = MemberDetail::new(user, subscription, &entries, self.grace, now);
        let detail = detail.with_notes(notes).with_devices(&self.sessions, user, now).await?;
        let mut detail = detail.with_emails(&self.outbox).await?;
        for email in &mut detail.emails {
            email.subject = subject_for_operators(&email.subject, &self.brand);
        }
        Ok(detail)
    }
}
