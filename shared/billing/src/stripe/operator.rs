//! The calls to Stripe for operators' actions.

use super::calls::PAGE;
use super::{Stripe, StripeError};
use crate::snapshot::{Customer, Refund};
use crate::webhook::{EVENTS, Event};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use shared::models::ids::UserId;
use std::collections::HashMap;
use stripe_billing::invoice::RetrieveInvoice;
use stripe_core::customer::ListCustomer;
use stripe_core::refund::{CreateRefund, CreateRefundReason};

/// The most event types per call of `GET /v1/events`, according to Stripe's reference.
const EVENT_TYPES_MAX: usize = 20;

/// A refund to be made.
pub struct NewRefund<'a> {
    /// The refunded payment.
    pub payment_intent: &'a str,
    /// The invoice that the payment paid.
    pub invoice: &'a str,
    /// The amount, in minor units.
    pub amount: i64,
    /// The amount of it that was already refunded, in minor units.
    pub refunded: i64,
    /// The operator who refunds it.
    pub actor: UserId,
    /// The operator's reason.
    pub reason: &'a str,
    /// The idempotency key of the request, if it has one.
    pub request: Option<&'a str>,
}

impl Stripe {
    /// The customer of an invoice; `None` if there is no such invoice, or it has no customer.
    #[boxed]
    pub async fn customer_of_invoice(&self, id: &str) -> Result<Option<String>, StripeError> {
        match RetrieveInvoice::new(id).send(self).await {
            Ok(invoice) => Ok(invoice.customer.map(|customer| customer.into_id().to_string())),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a refund. The audit entry is written from its metadata, so no crash leaves one without the other. If two operators
    /// request the same refund at once, it is made once: its key contains the amount that was already refunded.
    #[boxed]
    pub async fn give_back(&self, wanted: &NewRefund<'_>) -> Result<Refund, StripeError> {
        let note = [
            ("actor", wanted.actor.to_string()),
            ("reason", wanted.reason.to_owned()),
            ("payment", wanted.invoice.to_owned()),
            ("refunded_before", wanted.refunded.to_string()),
        ];
        let request = wanted.request.map(|request| ("request", request.to_owned()));
        let note = note.into_iter().chain(request);
        let request = CreateRefund::new()
            .payment_intent(wanted.payment_intent)
            .amount(wanted.amount)
            .reason(CreateRefundReason::RequestedByCustomer)
            .metadata(note.map(|(name, value)| (name.to_owned(), value)).collect::<HashMap<_, _>>());
        let key = format!("refund-{}-{}-{}", wanted.invoice, wanted.refunded, wanted.amount);
        self.send_once(request, &key).await.map(Refund::from)
    }

    /// A page of all customers, newest first, and where the next page starts.
    #[boxed]
    pub async fn customers(
        &self,
        limit: usize,
        after: Option<&str>,
    ) -> Result<(Vec<Customer>, Option<String>), StripeError> {
        let request = ListCustomer::new().limit(i64::try_from(limit).unwrap_or(PAGE).min(PAGE));
        let request = match after {
            Some(after) => request.starting_after(after),
            None => request,
        };
        let page = request.send(self).await?;
        let customers: Vec<Customer> = page.data.into_iter().map(Customer::from).collect();
        let next = customers.last().filter(|_| page.has_more).map(|last| last.id.clone());
        Ok((customers, next))
    }

    /// The events since a given time that affect money or access, newest first within each type.
    #[boxed]
    pub async fn events_since(&self, since: Timestamp) -> Result<Vec<Event>, StripeError> {
        let kinds = EVENTS.chunks(EVENT_TYPES_MAX).map(|kinds| self.events_of(kinds, since));
        Ok(try_join_all(kinds).await?.into_iter().flatten().collect())
    }

    async fn events_of(&self, kinds: &[&str], since: Timestamp) -> Result<Vec<Event>, StripeError> {
        #[derive(Deserialize)]
        struct Page {
            data: Vec<Event>,
            has_more: bool,
        }
        let kinds: String = kinds.iter().map(|kind| format!("&types%5B%5D={kind}")).collect();
        let since = since.as_second();
        let mut events: Vec<Event> = Vec::new();
        loop {
            let after = events.last().map(|last| format!("&starting_after={}", last.id)).unwrap_or_default();
            let path = format!("/events?limit={PAGE}&created%5Bgte%5D={since}{kinds}{after}");
            let page: Page =
                serde_json::from_slice(&self.read_raw(&path).await?).map_err(|_| StripeError::Unreadable)?;
            let is_last = !page.has_more || page.data.is_empty();
            events.extend(page.data);
            if is_last {
                return Ok(events);
            }
        }
    }

    /// An event as it was sent; `None` if it does not exist or Stripe no longer keeps it.
    #[boxed]
    pub async fn event(&self, id: &str) -> Result<Option<Event>, StripeError> {
        match self.read_raw(&format!("/events/{id}")).await {
            Ok(body) => Event::parse(&body).map(Some).map_err(|_| StripeError::Unreadable),
            Err(StripeError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
