//! `POST /api/admin/members/{id}/end-subscription`: ends a member's subscription, at once or with its period.

use billing::converge::Billing;
use billing::rules::{self, Cancelling};
use billing::stripe::StripeError;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::auth::token::Identity;
use shared::endpoint::{Call, Endpoint, RecentAdmin, Reply, Tag};
use shared::http::error::{ApiError, Code};
use shared::http::input::{Body, Path};
use shared::models::ids::UserId;
use shared::models::subscription::Subscription;
use shared::models::subscription_view::SubscriptionView;
use shared::models::user::User;
use shared::services::{ConfigError, Services};
use shared::stores::audit::{Audit, AuditEntry, Reason};
use shared::stores::database::Database;
use shared::stores::row::Key;
use shared::stores::table::Table;

/// Ends a subscription at Stripe, then updates the tables. The audit entry is written before anything is ended, and
/// completed with the result, so there is an entry even if this is interrupted.
///
/// Open invoices are voided after the end, because Stripe would make a subscription active whose open invoice is void.
/// If Stripe fails in between, the audit entry says that the request failed, and the invoice must be voided there.
pub struct EndSubscription {
    billing: Billing,
    database: Database,
    audit: Audit,
    grace: SignedDuration,
}

/// When it ends, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSubscriptionRequest {
    /// When it ends; at once by default.
    #[serde(default)]
    when: End,
    reason: Reason,
}

/// When a subscription ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SubscriptionEnd")]
pub enum End {
    /// At once. Nothing is refunded, and open invoices are voided.
    #[default]
    Now,
    /// With the paid period.
    PeriodEnd,
}

impl Endpoint for EndSubscription {
    type Caller = RecentAdmin;
    type Input = (Path<UserId>, Body<EndSubscriptionRequest>);
    type Reads = (Key<User>, Key<Subscription>);
    type Output = SubscriptionView;
    const SUMMARY: &'static str = "Ends the subscription of a member, at once or at the end of its period.";
    const TAG: Tag = Tag::AdminMembers;
    const CODES: &'static [Code] = &[Code::NotFound, Code::Conflict, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self {
            billing: Billing::connect(services)?,
            database: services.database(&[Table::Audit])?,
            audit: Audit::connect(services)?,
            grace: services.grace()?,
        })
    }

    fn reads(&self, (Path(id), _): &Self::Input, _: &Identity) -> Self::Reads {
        (User::key(*id), Subscription::key(*id))
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<SubscriptionView>, ApiError> {
        let (Path(id), Body(wanted)) = &call.input;
        let (user, kept) = call.rows;
        let (user, kept) = (user.ok_or_else(|| ApiError::not_found("member"))?, kept.unwrap_or_default());
        let customer = kept.stripe_customer_id.as_ref().or(user.stripe_customer_id.as_ref());
        let customer = customer.ok_or_else(nothing)?;
        let mut entry = AuditEntry {
            at: call.now,
            cause: format!("end-subscription#{}", call.request_id),
            actor: call.caller.user.id.to_string(),
            action: "member.end_subscription".to_owned(),
            subject: id.to_string(),
            reason: wanted.reason.to_string(),
            before: state(&kept),
            after: json!({ "requested": wanted.when }),
        };
        let ended = self.end(customer, &kept, wanted, &entry).await;
        if let Err(error) = ended {
            if let Failure::Begun(_) = &error {
                entry.after = json!({ "requested": wanted.when, "failed": true });
                self.database.transact(vec![self.audit.note(&entry)?]).await?;
            }
            return Err(error.into());
        }
        let fresh = self.billing.refresh(customer, &kept, call.now).await?;
        entry.after = state(&fresh);
        self.database.transact(vec![self.audit.note(&entry)?]).await?;
        Ok(Reply::new(SubscriptionView::new(&fresh, self.grace, call.now)))
    }
}

/// Why nothing was ended.
enum Failure {
    /// Before anything was tried.
    Early(ApiError),
    /// After the audit entry was written.
    Begun(ApiError),
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Early(error) | Failure::Begun(error) => error,
        }
    }
}

impl EndSubscription {
    async fn end(
        &self,
        customer: &str,
        kept: &Subscription,
        wanted: &EndSubscriptionRequest,
        entry: &AuditEntry,
    ) -> Result<(), Failure> {
        let stripe = self.billing.stripe();
        let early = |error: StripeError| Failure::Early(error.of_read());
        let subscriptions = self.billing.subscriptions(customer, kept).await.map_err(early)?;
        let live: Vec<_> = subscriptions.iter().filter(|one| rules::is_live_of_ours(one)).collect();
        let cancelling = rules::cancelling(&subscriptions);
        match (wanted.when, &cancelling) {
            (_, Cancelling::Nothing) => return Err(Failure::Early(nothing())),
            (End::PeriodEnd, Cancelling::Ending) => {
                return Err(Failure::Early(conflict("The subscription already ends with the current period.")));
            }
            _ => {}
        }
        let noted = async { self.database.transact(vec![self.audit.note(entry)?]).await };
        noted.await.map_err(|error| Failure::Early(error.into()))?;
        let begun = |error: StripeError| Failure::Begun(ended_since(error));
        match (wanted.when, cancelling) {
            (End::PeriodEnd, Cancelling::Live(subscription, how)) => {
                // A pending change would keep the subscription alive, or charge for one that ends.
                stripe.drop_changes(subscription).await.map_err(begun)?;
                stripe.cancel(&subscription.id, how).await.map_err(begun)?;
            }
            _ => {
                let ids: Vec<&str> = live.iter().map(|one| one.id.as_str()).collect();
                for one in live {
                    stripe.drop_changes(one).await.map_err(begun)?;
                    let comment = format!("Ended by an operator: {}", entry.reason);
                    stripe.end_now(&one.id, comment).await.map_err(begun)?;
                }
                stripe.void_open(customer, Some(&ids)).await.map_err(begun)?;
            }
        }
        Ok(())
    }
}

fn state(subscription: &Subscription) -> Value {
    json!({
        "status": subscription.status,
        "plan_type": subscription.plan_type,
        "current_period_end": subscription.current_period_end,
        "cancel_at": subscription.cancel_at,
    })
}

/// The error when Stripe refuses because the subscription has just ended.
fn ended_since(error: StripeError) -> ApiError {
    match error {
        error if error.is_refusal() => {
            conflict("The subscription has just changed or ended. Please reload the page.").because(error)
        }
        error => error.of_read(),
    }
}

fn nothing() -> ApiError {
    conflict("There is no subscription to end.")
}

fn conflict(message: &'static str) -> ApiError {
    ApiError::new(Code::Conflict, message)
}
