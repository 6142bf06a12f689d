//! The state of the stand-in, in memory. [`Documents`] contain the same, written with every commit.

mod table;

pub(crate) use table::{Object, Table};

use crate::config::Outcome;
use crate::model::*;
use serde::{Deserialize, Serialize};
use standin::documents::Documents;

/// Calls `$action!` with the name and type of each table.
macro_rules! tables {
    ($action:ident) => {
        $action! {
            customers: Customer, products: Product, prices: Price, coupons: Coupon, promotion_codes: PromotionCode,
            discounts: Discount, payment_methods: PaymentMethod, payment_intents: PaymentIntent, charges: Charge,
            refunds: Refund, disputes: Dispute, checkout_sessions: CheckoutSession, payment_links: PaymentLink, portal_sessions: PortalSession,
            subscriptions: Subscription, schedules: Schedule, invoices: Invoice, invoice_items: InvoiceItem, events: Event,
            webhook_endpoints: WebhookEndpoint, replays: Replay, outcomes: CardOutcome
        }
    };
}

/// Types that have a table.
pub(crate) trait Stored: Object {
    fn table(state: &State) -> &Table<Self>;
    fn table_mut(state: &mut State) -> &mut Table<Self>;
}

macro_rules! state {
    ($($name:ident: $object:ty),*) => {
        /// All tables. Changes are provisional until [`State::commit`].
        #[derive(Default)]
        pub(crate) struct State {
            $(pub $name: Table<$object>,)*
        }

        impl State {
            /// Loads the state that earlier runs committed.
            pub(crate) fn load(documents: &Documents) -> rusqlite::Result<Self> {
                Ok(Self { $($name: Table::load(documents)?,)* })
            }

            /// Commits the changes since the last commit, and writes them.
            pub(crate) fn commit(&mut self, documents: &Documents) {
                let mut changes = documents.batch();
                $(self.$name.commit(&mut changes);)*
                changes.write();
            }

            /// Rolls back the changes since the last commit.
            pub(crate) fn rollback(&mut self) {
                $(self.$name.rollback();)*
            }
        }

        $(impl Stored for $object {
            fn table(state: &State) -> &Table<Self> {
                &state.$name
            }

            fn table_mut(state: &mut State) -> &mut Table<Self> {
                &mut state.$name
            }
        })*
    };
}

tables!(state);

/// The response to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Replay {
    pub key: String,
    pub created: UnixSeconds,
    /// Method, path and parameters, which a repeated request must match.
    pub fingerprint: String,
    pub status: u16,
    pub body: String,
    pub request_id: String,
}

impl Object for Replay {
    const KIND: &'static str = "replay";

    fn id(&self) -> &str {
        &self.key
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }
}

/// The prescribed outcome of a customer's charges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CardOutcome {
    /// In lower case.
    pub email: String,
    pub outcome: Outcome,
}

impl Object for CardOutcome {
    const KIND: &'static str = "outcome";

    fn id(&self) -> &str {
        &self.email
    }

    fn created(&self) -> UnixSeconds {
        0
    }
}

/// Work that is due at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    Subscription(String),
    Invoice(String),
    CheckoutSession(String),
    Dispute(String),
    Schedule(String),
}

impl State {
    /// The timer that is due first.
    pub(crate) fn next_timer(&self) -> Option<(UnixSeconds, Timer)> {
        // If several timers are due at the same time, invoices go first, because invoices are charged before their
        // subscription ends. Schedules go second, because a renewal belongs to the phase that starts with it.
        let timers = [
            self.invoices.next_due().map(|(due, invoice)| (due, Timer::Invoice(invoice.id.clone()))),
            self.schedules.next_due().map(|(due, schedule)| (due, Timer::Schedule(schedule.id.clone()))),
            self.subscriptions
                .next_due()
                .map(|(due, subscription)| (due, Timer::Subscription(subscription.id.clone()))),
            self.checkout_sessions.next_due().map(|(due, session)| (due, Timer::CheckoutSession(session.id.clone()))),
            self.disputes.next_due().map(|(due, dispute)| (due, Timer::Dispute(dispute.id.clone()))),
        ];
        timers.into_iter().flatten().min_by_key(|(due, _)| *due)
    }
}
