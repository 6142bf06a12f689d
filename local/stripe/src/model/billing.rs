use super::{DAY, EndBehavior, HOUR, Interval, Metadata, Recurring, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};

/// How long before a trial's end `customer.subscription.trial_will_end` is sent.
const TRIAL_NOTICE: UnixSeconds = 3 * DAY;
/// How long before a renewal `invoice.upcoming` is sent.
const UPCOMING_NOTICE: UnixSeconds = 7 * DAY;
/// How long a first payment, or the payment for a pending change, may take.
pub(crate) const PAYMENT_WINDOW: UnixSeconds = 23 * HOUR;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: String,
    pub status: SubscriptionStatus,
    pub currency: String,
    pub items: Vec<Item>,
    /// All items renew at the same time.
    pub recurring: Recurring,
    pub start_date: UnixSeconds,
    pub billing_cycle_anchor: UnixSeconds,
    pub period_start: UnixSeconds,
    pub period_end: UnixSeconds,
    pub trial_start: Option<UnixSeconds>,
    pub trial_end: Option<UnixSeconds>,
    pub missing_payment_method: EndBehavior,
    pub cancel_at: Option<UnixSeconds>,
    pub cancel_at_period_end: bool,
    pub canceled_at: Option<UnixSeconds>,
    pub ended_at: Option<UnixSeconds>,
    pub cancellation: Cancellation,
    pub default_payment_method: Option<String>,
    pub discounts: Vec<String>,
    pub latest_invoice: Option<String>,
    pub pending_update: Option<PendingUpdate>,
    /// The schedule that changes it.
    pub schedule: Option<String>,
    /// While this is set nobody is charged; the status stays the same.
    #[serde(default)]
    pub pause: Option<Pause>,
    /// The billing mode: `flexible` unless it was created as `classic`.
    pub flexible: bool,
    pub description: Option<String>,
    pub metadata: Metadata,
    /// Whether the notices of this period and of the trial have been sent.
    pub upcoming_sent: bool,
    pub trial_notice_sent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubscriptionStatus {
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    PastDue,
    Canceled,
    Unpaid,
    Paused,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub id: String,
    pub created: UnixSeconds,
    pub price: String,
    pub quantity: u64,
    pub metadata: Metadata,
}

/// `pause_collection`: invoices are still created, but nobody is charged for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub behavior: PauseBehavior,
    /// When collection resumes automatically.
    pub resumes_at: Option<UnixSeconds>,
}

/// What happens to the invoices during a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PauseBehavior {
    KeepAsDraft,
    MarkUncollectible,
    Void,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cancellation {
    /// `cancellation_requested`, `payment_failed`, …
    pub reason: Option<String>,
    pub comment: Option<String>,
    pub feedback: Option<String>,
}

/// A change that takes effect when its invoice is paid, and is dropped if that takes too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PendingUpdate {
    pub expires_at: UnixSeconds,
    pub items: Vec<Item>,
    pub invoice: String,
    pub recurring: Recurring,
    /// The new period, if the change starts a new billing cycle.
    pub cycle: Option<(UnixSeconds, UnixSeconds)>,
    /// Whether an event has announced the change as pending. A change that is paid at once is never announced.
    pub announced: bool,
}

impl SubscriptionStatus {
    /// Whether it has ended.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

impl Subscription {
    /// When it will be canceled, if that is scheduled.
    pub(crate) fn ends_at(&self) -> Option<UnixSeconds> {
        if self.cancel_at_period_end { Some(self.period_end) } else { self.cancel_at }
    }

    /// When `invoice.upcoming` is due for this period. Not sent for periods shorter than the notice or while collection
    /// is paused.
    fn upcoming_due(&self) -> Option<UnixSeconds> {
        let announced = matches!(self.status, SubscriptionStatus::Active | SubscriptionStatus::Trialing);
        let long = matches!(self.recurring.interval, Interval::Month | Interval::Year);
        let renews = self.ends_at().is_none_or(|end| end > self.period_end);
        (announced && long && renews && !self.upcoming_sent && self.pause.is_none())
            .then(|| (self.period_end - UPCOMING_NOTICE).max(self.period_start))
    }

    fn trial_notice_due(&self) -> Option<UnixSeconds> {
        let end = self.trial_end.filter(|_| self.status == SubscriptionStatus::Trialing && !self.trial_notice_sent)?;
        Some((end - TRIAL_NOTICE).max(self.created))
    }
}

impl Object for Subscription {
    const KIND: &'static str = "subscription";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        Some(&self.customer)
    }

    fn due(&self) -> Option<UnixSeconds> {
        use SubscriptionStatus as Status;
        let state = match self.status {
            Status::Canceled | Status::IncompleteExpired => return None,
            Status::Incomplete => return Some(self.created + PAYMENT_WINDOW),
            Status::Trialing | Status::Active | Status::PastDue | Status::Unpaid => Some(self.period_end),
            Status::Paused => None,
        };
        let update = self.pending_update.as_ref().map(|update| update.expires_at);
        let resumption = self.pause.and_then(|pause| pause.resumes_at);
        let dues = [state, self.ends_at(), update, resumption, self.upcoming_due(), self.trial_notice_due()];
        dues.into_iter().flatten().min()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Invoice {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: String,
    pub subscription: Option<String>,
    pub status: InvoiceStatus,
    pub reason: BillingReason,
    pub currency: String,
    pub number: Option<String>,
    pub description: Option<String>,
    pub lines: Vec<Line>,
    pub discounts: Vec<String>,
    /// The amount of each discount.
    pub discounted: Vec<(String, i64)>,
    pub subtotal: i64,
    pub total: i64,
    pub starting_balance: i64,
    pub ending_balance: Option<i64>,
    pub amount_due: i64,
    pub amount_paid: i64,
    pub attempt_count: u32,
    /// Finalized and charged by timers.
    pub auto_advance: bool,
    pub finalizes_at: Option<UnixSeconds>,
    pub next_payment_attempt: Option<UnixSeconds>,
    pub period_start: UnixSeconds,
    pub period_end: UnixSeconds,
    pub payment_intent: Option<String>,
    /// The id of the invoice payment that connects the two.
    pub payment: String,
    pub finalized_at: Option<UnixSeconds>,
    pub paid_at: Option<UnixSeconds>,
    pub voided_at: Option<UnixSeconds>,
    pub uncollectible_at: Option<UnixSeconds>,
    pub metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Uncollectible,
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillingReason {
    SubscriptionCreate,
    SubscriptionCycle,
    SubscriptionUpdate,
    Upcoming,
    Manual,
}

/// An invoice line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    pub id: String,
    /// Before discounts; negative for credited unused time.
    pub amount: i64,
    pub description: String,
    pub price: Option<LinePrice>,
    pub quantity: u64,
    pub period_start: UnixSeconds,
    pub period_end: UnixSeconds,
    pub subscription_item: Option<String>,
    /// The amount of a proration is already net of discounts.
    pub proration: bool,
    pub invoice_item: Option<String>,
    pub discounted: Vec<(String, i64)>,
}

/// The price of a line at the time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LinePrice {
    pub id: String,
    pub product: String,
    pub unit_amount: i64,
}

/// A proration for the next invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InvoiceItem {
    pub id: String,
    pub created: UnixSeconds,
    pub customer: String,
    pub subscription: Option<String>,
    pub currency: String,
    pub line: Line,
}

impl Object for Invoice {
    const KIND: &'static str = "invoice";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        Some(&self.customer)
    }

    fn due(&self) -> Option<UnixSeconds> {
        match self.status {
            InvoiceStatus::Draft => self.finalizes_at.filter(|_| self.auto_advance),
            InvoiceStatus::Open => self.next_payment_attempt,
            _ => None,
        }
    }
}

impl Object for InvoiceItem {
    const KIND: &'static str = "invoice_item";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }

    fn customer(&self) -> Option<&str> {
        Some(&self.customer)
    }
}
