//! `GET /api/subscription/invoices`: what was billed, and what came back of it.

use billing::customers::Customers;
use billing::snapshot::{Charge, Invoice as Billed};
use billing::stripe::Stripe;
use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::endpoint::{Call, Endpoint, Page, Reply, Viewer};
use shared::http::cursor::Cursors;
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ledger::{self, Entry};
use shared::secrets::Secret;
use shared::services::{Common, ConfigError, Services};

const LIMIT_DEFAULT: u32 = 20;

/// Lists the invoices of the caller, as Stripe has them: their pages and amounts are its own.
pub struct ListInvoices {
    stripe: Stripe,
    customers: Customers,
    common: Secret<Common>,
}

/// Which page.
#[derive(Deserialize, JsonSchema)]
pub struct PageQuery {
    /// How many at most.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Where the last page ended.
    cursor: Option<String>,
}

/// An invoice.
#[derive(Serialize, JsonSchema)]
pub struct Invoice {
    /// Stripe's id.
    id: String,
    /// The number that it bears.
    number: Option<String>,
    /// Stripe's word: `open`, `paid`, `uncollectible` or `void`.
    status: String,
    /// What was to be paid, in minor units.
    amount_due: i64,
    /// What was paid, in minor units.
    amount_paid: i64,
    /// What of it came back, in minor units.
    amount_refunded: i64,
    /// ISO 4217, in lower case.
    currency: String,
    /// When it was made.
    created_at: Timestamp,
    /// When it was paid.
    paid_at: Option<Timestamp>,
    /// The end of the period that it bills.
    period_end: Option<Timestamp>,
    /// Stripe's page of it, where an open one can be paid.
    hosted_invoice_url: Option<String>,
    /// The same to print.
    invoice_pdf: Option<String>,
}

impl Endpoint for ListInvoices {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Output = Page<Invoice>;
    const SUMMARY: &'static str = "The invoices, newest first.";
    const CODES: &'static [Code] = &[Code::InvalidCursor, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self { customers: Customers::connect(services, stripe.clone())?, stripe, common: services.common()? })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Invoice>>, ApiError> {
        let user = &call.caller.user;
        let Query(query) = &call.input;
        let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
        let common = self.common.get().await.map_err(ApiError::unavailable)?;
        let (cursors, name) = (Cursors::new(&common.cursor_key), format!("list-invoices#{}", user.id));
        let after: Option<Place> = query.cursor.as_deref().map(|cursor| cursors.open(&name, cursor)).transpose()?;

        let (billed, charges) = self.billed(user.stripe_customer_id.as_deref()).await?;
        let mut rest = billed.iter().filter(|one| after.as_ref().is_none_or(|after| place(one) < *after)).peekable();
        let mut items: Vec<&Billed> = Vec::new();
        while let Some(one) = rest.next_if(|_| items.len() < limit as usize) {
            items.push(one);
        }
        let last = items.last().filter(|_| rest.peek().is_some());
        let next_cursor = last.map(|one| cursors.seal(&name, &place(one))).transpose()?;
        let items = items.into_iter().map(|one| Invoice::of(one, refunded(one, &charges))).collect();
        Ok(Reply::of(Page { items, limit, next_cursor }))
    }
}

/// Where an invoice stands in the list: when it was made, its number for those of one second, and its id.
type Place = (Timestamp, Option<String>, String);

fn place(one: &Billed) -> Place {
    (one.entry.created, one.entry.number.clone(), one.entry.id.clone())
}

/// What of an invoice came back.
fn refunded(one: &Billed, charges: &[Charge]) -> i64 {
    let refunds = charges.iter().flat_map(|charge| &charge.refunds).map(|refund| Entry::Refund(refund.entry.clone()));
    let entries: Vec<Entry> = refunds.chain([Entry::Invoice(one.entry.clone())]).collect();
    ledger::payments(&entries).iter().map(|payment| payment.amount_refunded).sum()
}

impl ListInvoices {
    /// All invoices, newest first, and all charges.
    async fn billed(&self, customer: Option<&str>) -> Result<(Vec<Billed>, Vec<Charge>), ApiError> {
        let Some(customer) = customer else { return Ok((Vec::new(), Vec::new())) };
        let all = self.customers.all(customer).await?;
        let (invoices, charges) = tokio::try_join!(
            try_join_all(all.iter().map(|customer| self.stripe.invoices(customer))),
            try_join_all(all.iter().map(|customer| self.stripe.charges(customer))),
        )?;
        let mut invoices = invoices.concat();
        invoices.sort_by_key(|one| std::cmp::Reverse(place(one)));
        Ok((invoices, charges.concat()))
    }
}

impl Invoice {
    fn of(one: &Billed, amount_refunded: i64) -> Self {
        let periods = one.lines.iter().filter(|line| !line.proration).chain(&one.lines);
        Self {
            id: one.entry.id.clone(),
            number: one.entry.number.clone(),
            status: one.entry.status.clone(),
            amount_due: one.entry.amount_due,
            amount_paid: one.entry.amount_paid,
            amount_refunded,
            currency: one.entry.currency.clone(),
            created_at: one.entry.created,
            paid_at: one.entry.paid_at,
            period_end: periods.filter_map(|line| line.period_end).max(),
            hosted_invoice_url: one.page.clone(),
            invoice_pdf: one.pdf.clone(),
        }
    }
}
