use super::{Metadata, Moment};
use crate::state::Object;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub id: String,
    pub created: Moment,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub description: Option<String>,
    pub metadata: Metadata,
    /// Minor units; negative is credit, used up by the next invoices.
    pub balance: i64,
    /// Set by the first invoice, and never changed: a customer is billed in one currency.
    pub currency: Option<String>,
    pub default_payment_method: Option<String>,
    /// Of the numbers on the customer's invoices.
    pub invoice_prefix: String,
    pub next_invoice_sequence: u64,
    /// A deleted customer can be retrieved, as a stub, but is in no list.
    pub deleted: bool,
}

impl Object for Customer {
    const KIND: &'static str = "customer";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> Moment {
        self.created
    }
}
