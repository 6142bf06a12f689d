//! `GET /api/subscription/invoices`: the caller's invoices and refunds.

use billing::customers::Customers;
use billing::snapshot::{Charge, Invoice as Billed};
use billing::stripe::{Stripe, StripeError};
use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use shared::endpoint::{Call, Endpoint, Page, Reply, Tag, Viewer};
use shared::http::error::{ApiError, Code};
use shared::http::input::Query;
use shared::models::ledger::{self, Entry};
use shared::pages::{PageQuery, Pages};
use shared::services::{ConfigError, Services};

/// Lists the caller's invoices directly from Stripe, with Stripe's hosted pages and amounts.
pub struct ListInvoices {
    stripe: Stripe,
    customers: Customers,
    pages: Pages,
}

/// An invoice.
#[derive(Serialize, JsonSchema)]
pub struct Invoice {
    /// Stripe's id.
    id: String,
    /// Its number.
    number: Option<String>,
    /// Stripe's status: `open`, `paid`, `uncollectible` or `void`.
    status: String,
    /// The amount due, in minor units.
    amount_due: i64,
    /// The amount paid, in minor units.
    amount_paid: i64,
    /// The refunded amount, in minor units.
    amount_refunded: i64,
    /// ISO 4217, in lower case.
    currency: String,
    /// When it was created.
    created_at: Timestamp,
    /// When it was paid.
    paid_at: Option<Timestamp>,
    /// The end of the billed period.
    period_end: Option<Timestamp>,
    /// Stripe's page for it, where an open invoice can be paid.
    hosted_invoice_url: Option<String>,
    /// The invoice as PDF.
    invoice_pdf: Option<String>,
}

impl Endpoint for ListInvoices {
    type Caller = Viewer;
    type Input = Query<PageQuery>;
    type Reads = ();
    type Output = Page<Invoice>;
    const SUMMARY: &'static str = "Lists the invoices, newest first.";
    const TAG: Tag = Tag::Subscription;
    const CODES: &'static [Code] = &[Code::InvalidCursor, Code::PaymentProviderUnavailable];

    async fn connect(services: &Services) -> Result<Self, ConfigError> {
        let stripe = Stripe::connect(services)?;
        Ok(Self {
            customers: Customers::connect(services, stripe.clone())?,
            stripe,
            pages: Pages::connect(services, "list-invoices")?,
        })
    }

    async fn handle(&self, call: Call<Self>) -> Result<Reply<Page<Invoice>>, ApiError> {
        let user = &call.caller.user;
        let Query(PageQuery { limit, cursor }) = call.input;
        let page = self.pages.request(&user.id, limit, cursor).await?;
        let after: Option<InvoicePosition> = page.after()?;

        let (billed, charges) = self.billed(user.stripe_customer_id.as_deref()).await?;
        let mut rest =
            billed.iter().filter(|invoice| after.as_ref().is_none_or(|after| position(invoice) < *after)).peekable();
        let mut items: Vec<&Billed> = Vec::new();
        while let Some(invoice) = rest.next_if(|_| items.len() < page.limit()) {
            items.push(invoice);
        }
        let last = items.last().filter(|_| rest.peek().is_some()).map(|invoice| position(invoice));
        let items = items.into_iter().map(|invoice| Invoice::new(invoice, refunded(invoice, &charges))).collect();
        Ok(Reply::new(page.page(items, last)?))
    }
}

/// The position of an invoice in the list: creation time, its number among those of the same second, and its id.
type InvoicePosition = (Timestamp, Option<String>, String);

fn position(invoice: &Billed) -> InvoicePosition {
    (invoice.entry.created, invoice.entry.number.clone(), invoice.entry.id.clone())
}

/// The refunded amount of an invoice.
fn refunded(invoice: &Billed, charges: &[Charge]) -> i64 {
    let refunds = charges.iter().flat_map(|charge| &charge.refunds).map(|refund| Entry::Refund(refund.entry.clone()));
    let entries: Vec<Entry> = refunds.chain([Entry::Invoice(invoice.entry.clone())]).collect();
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
        )
        .map_err(StripeError::of_read)?;
        let mut invoices = invoices.concat();
        invoices.sort_by_key(|invoice| std::cmp::Reverse(position(invoice)));
        Ok((invoices, charges.concat()))
    }
}

impl Invoice {
    fn new(invoice: &Billed, amount_refunded: i64) -> Self {
        let periods = invoice.lines.iter().filter(|line| !line.proration).chain(&invoice.lines);
        Self {
            id: invoice.entry.id.clone(),
            number: invoice.entry.number.clone(),
            status: invoice.entry.status.clone(),
            amount_due: invoice.entry.amount_due,
            amount_paid: invoice.entry.amount_paid,
            amount_refunded,
            currency: invoice.entry.currency.clone(),
            created_at: invoice.entry.created,
            paid_at: invoice.entry.paid_at,
            period_end: periods.filter_map(|line| line.period_end).max(),
            hosted_invoice_url: invoice.page.clone(),
            invoice_pdf: invoice.pdf.clone(),
        }
    }
}
