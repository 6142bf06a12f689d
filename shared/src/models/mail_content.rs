//! The content of an email, as data: the email's row holds its cause and this data, and the text is rendered in the
//! reader's language when it is sent.

use crate::models::erased::Erased;
use crate::models::money::Amount;
use crate::models::plan::{Interval, PlanType};
use crate::models::subscription::{Status, Subscription};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The data of an email. Each variant has a message of the same name in every catalogue (`shared/src/mail/*.ftl`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "message", rename_all = "snake_case")]
pub enum MailContent {
    /// A link to choose a new password, for somebody who forgot theirs.
    ResetPassword,
    /// A signed-in user changed the password.
    PasswordChanged {
        /// When.
        at: Timestamp,
    },
    /// The password was reset with an emailed link.
    PasswordReset {
        /// When.
        at: Timestamp,
    },
    /// Somebody signed in from a new device.
    NewDevice {
        /// The device, if it said what it is.
        device: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// A link that confirms the address, for somebody who has registered with it.
    VerifyEmail,
    /// A link that confirms the address to which an account is to be moved.
    ConfirmNewEmail,
    /// For the present address: a signed-in user entered another one, which must still be confirmed.
    EmailChangeRequested {
        /// When.
        at: Timestamp,
    },
    /// For the earlier address: the account has another one now.
    EmailChanged {
        /// When.
        at: Timestamp,
    },
    /// The account was deleted.
    AccountDeleted {
        /// When.
        at: Timestamp,
        /// What was deleted with it; absent in emails that were written before they listed that.
        #[serde(default)]
        erased: Option<Erased>,
    },
    /// A trial ends in a few days.
    TrialEnding {
        /// Its plan.
        plan: PlanType,
        /// How often it is billed after the trial.
        interval: Interval,
        /// The price after the trial.
        price: Amount,
        /// Whether a discount lowers that price.
        is_discounted: bool,
        /// When the trial ends.
        end: Timestamp,
    },
    /// The viewer cancelled the subscription.
    SubscriptionCancelled {
        /// When it ends.
        end: Timestamp,
        /// Until when they can watch.
        #[serde(default)]
        watching: Watching,
        /// What is still due on open invoices.
        #[serde(default)]
        due: Option<Amount>,
        /// Whether it renews before it ends.
        #[serde(default)]
        is_renewing: bool,
    },
    /// The bank wants a renewal confirmed.
    PaymentToConfirm {
        /// The amount.
        amount: Amount,
        /// Until when they can watch without paying; absent if they cannot.
        watch_until: Option<Timestamp>,
    },
    /// A change to another plan is scheduled.
    PlanScheduled {
        /// The next plan.
        plan: PlanType,
        /// How often that is billed.
        interval: Interval,
        /// When it starts.
        start: Timestamp,
    },
    /// The plan was changed.
    PlanChanged {
        /// The new plan.
        plan: PlanType,
        /// How often it is billed.
        interval: Interval,
    },
    /// Money was refunded.
    Refunded {
        /// How much.
        amount: Amount,
    },
    /// An invoice was paid.
    Receipt {
        /// The amount.
        amount: Amount,
        /// The plan that it paid for, if known.
        plan: Option<PlanType>,
        /// When the next payment is due, if known.
        next_payment: Option<NextPayment>,
        /// The number of the invoice.
        invoice_number: Option<String>,
        /// The address of the invoice as PDF.
        invoice_pdf: Option<String>,
    },
    /// The card was declined at a renewal.
    PaymentDeclined {
        /// The amount.
        amount: Amount,
        /// Until when they can watch without paying; absent if they cannot.
        watch_until: Option<Timestamp>,
        /// What happens next.
        #[serde(default)]
        then: AfterDecline,
    },
    /// Collection was paused at Stripe.
    BillingPaused {
        /// When it resumes, if a time is set.
        until: Option<Timestamp>,
    },
    /// Collection has resumed, and the viewer can watch again.
    BillingResumed,
    /// The newer of two subscriptions was cancelled and refunded.
    DuplicateCancelled,
    /// The subscription has ended.
    SubscriptionEnded,
}

/// How long the viewer of a cancelled subscription can watch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watching {
    /// Until the subscription ends.
    #[default]
    UntilEnd,
    /// Until this earlier time, because a payment is overdue.
    Until(Timestamp),
    /// They cannot, because a payment is overdue or billing is paused.
    Paused,
}

/// What happens after a declined payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterDecline {
    /// It is tried again.
    #[default]
    Retried,
    /// It is not tried again, so it is up to the payer.
    NotRetried,
    /// The subscription has ended.
    Ended,
    /// The invoice has been paid since, or is no longer owed.
    Settled,
}

/// What happens after a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextPayment {
    /// The next payment is due at this time.
    Due(Timestamp),
    /// No further payment is due. The paid period ends at this time.
    NoneAfter(Timestamp),
}

impl MailContent {
    /// This content when it is sent. Since a receipt was written, the subscription may have been cancelled, resumed or
    /// paused, or may have ended.
    #[must_use]
    pub fn when_sent(&self, subscription: &Subscription) -> Self {
        let mut content = self.clone();
        if let Self::Receipt { next_payment, .. } = &mut content
            && let Some(NextPayment::Due(at) | NextPayment::NoneAfter(at)) = *next_payment
        {
            *next_payment = match subscription.cancel_at {
                _ if !subscription.status.is_live() || subscription.status == Status::Paused => None,
                Some(end) if end <= at => Some(NextPayment::NoneAfter(end)),
                _ => Some(NextPayment::Due(at)),
            };
        }
        content
    }

    /// The id of its message, as in rows and catalogues.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordReset { .. } => "password_reset",
            Self::NewDevice { .. } => "new_device",
            Self::VerifyEmail => "verify_email",
            Self::ConfirmNewEmail => "confirm_new_email",
            Self::EmailChangeRequested { .. } => "email_change_requested",
            Self::EmailChanged { .. } => "email_changed",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::TrialEnding { .. } => "trial_ending",
            Self::SubscriptionCancelled { .. } => "subscription_cancelled",
            Self::PaymentToConfirm { .. } => "payment_to_confirm",
            Self::PlanScheduled { .. } => "plan_scheduled",
            Self::PlanChanged { .. } => "plan_changed",
            Self::Refunded { .. } => "refunded",
            Self::Receipt { .. } => "receipt",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::BillingPaused { .. } => "billing_paused",
            Self::BillingResumed => "billing_resumed",
            Self::DuplicateCancelled => "duplicate_cancelled",
            Self::SubscriptionEnded => "subscription_ended",
        }
    }

    /// The target of its action: a path in the web app or a URL elsewhere.
    pub fn link(&self) -> Option<&str> {
        match self {
            Self::ResetPassword => Some("/reset-password"),
            Self::VerifyEmail | Self::ConfirmNewEmail => Some("/verify-email"),
            Self::EmailChangeRequested { .. }
            | Self::PasswordChanged { .. }
            | Self::PasswordReset { .. }
            | Self::NewDevice { .. } => Some("/forgot-password"),
            Self::Receipt { invoice_pdf, .. } => Some(invoice_pdf.as_deref().unwrap_or("/account")),
            Self::TrialEnding { .. }
            | Self::SubscriptionCancelled { .. }
            | Self::PaymentToConfirm { .. }
            | Self::PlanScheduled { .. }
            | Self::PlanChanged { .. }
            | Self::Refunded { .. }
            | Self::BillingPaused { .. }
            | Self::BillingResumed
            | Self::PaymentDeclined { .. } => Some("/account"),
            Self::SubscriptionEnded => Some("/plans"),
            Self::EmailChanged { .. } | Self::AccountDeleted { .. } | Self::DuplicateCancelled => None,
        }
    }
}
