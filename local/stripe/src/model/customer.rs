use super::{Metadata, UnixSeconds};
use crate::state::Object;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub id: String,
    pub created: UnixSeconds,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub description: Option<String>,
    pub metadata: Metadata,
    /// In minor units; negative is credit, which the next invoices use up.
    pub balance: i64,
    /// The currency of the latest subscription's invoices. It can change once nothing is left in the old currency.
    pub currency: Option<String>,
    /// Balances in currencies in which the customer was billed before.
    #[serde(default)]
    pub other_balances: BTreeMap<String, i64>,
    pub default_payment_method: Option<String>,
    /// The prefix of the customer's invoice numbers.
    pub invoice_prefix: String,
    pub next_invoice_sequence: u64,
    /// Whether it was deleted. A deleted customer can be retrieved as a stub, but lists omit it.
    pub deleted: bool,
}

impl Customer {
    /// The balance that applies to invoices in a currency: credit in one currency does not pay in another.
    pub(crate) fn balance_in(&self, currency: &str) -> i64 {
        match &self.currency {
            Some(own) if own != currency => self.other_balances.get(currency).copied().unwrap_or(0),
            _ => self.balance,
        }
    }

    /// Makes a currency the customer's own, and sets the balance in the old one aside.
    pub(crate) fn bill_in(&mut self, currency: &str) {
        if let Some(old) = self.currency.replace(currency.to_owned())
            && old != currency
        {
            let balance = self.other_balances.remove(currency).unwrap_or(0);
            self.other_balances.insert(old, std::mem::replace(&mut self.balance, balance));
        }
    }
}

impl Object for Customer {
    const KIND: &'static str = "customer";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> UnixSeconds {
        self.created
    }
}
