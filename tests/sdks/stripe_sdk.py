"""Drives a Stripe stand-in with Stripe's own Python library, from a customer to a canceled subscription.

    STRIPE_BASE=http://127.0.0.1:3001 STRIPE_KEY=sk_test_… python3 stripe_sdk.py      (pip install stripe==16.1.*)

Prints one line per claim, and exits with 1 at the first that does not hold.
"""

import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import stripe

BASE = os.environ.get("STRIPE_BASE", "http://127.0.0.1:3001")
KEY = os.environ.get("STRIPE_KEY", "sk_test_standin")

stripe.max_network_retries = 0
client = stripe.StripeClient(KEY, base_addresses={"api": BASE})
run = uuid.uuid4().hex[:8]


def claim(what, holds):
    print(("ok   " if holds else "FAIL ") + what)
    if not holds:
        sys.exit(1)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def post_page(url, **fields):
    """Posts a form like a browser; returns the status, the redirect's URL, and the page."""
    data = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.build_opener(NoRedirect).open(url, data, timeout=15) as answer:
            return answer.status, None, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get("location"), ""


def price_of(amount):
    product = client.v1.products.create({"name": f"Plan {amount} {run}"})
    return client.v1.prices.create({
        "product": product.id, "currency": "usd", "unit_amount": amount,
        "recurring": {"interval": "month"}, "lookup_key": f"plan_{amount}_{run}",
    })


def main():
    basic, premium = price_of(999), price_of(1999)
    found = client.v1.prices.list({"lookup_keys": [basic.lookup_key], "expand": ["data.product"]})
    claim("a price is found by its lookup key, with its product", found.data[0].product.name == f"Plan 999 {run}")

    email = f"sdk-{run}@example.com"
    params = {"email": email, "metadata": {"user_id": "u-1"}}
    customer = client.v1.customers.create(params, {"idempotency_key": f"customer-{run}"})
    again = client.v1.customers.create(params, {"idempotency_key": f"customer-{run}"})
    claim("the same idempotency key makes one customer", again.id == customer.id)
    claim("the response is marked as replayed", again.last_response.headers.get("Idempotent-Replayed") == "true")
    try:
        client.v1.customers.create({"email": "other@example.com"}, {"idempotency_key": f"customer-{run}"})
        claim("the same key with other parameters is refused", False)
    except stripe.IdempotencyError as error:
        claim("the same key with other parameters is refused", error.http_status == 400)

    session = client.v1.checkout.sessions.create({
        "mode": "subscription", "customer": customer.id,
        "line_items": [{"price": basic.id, "quantity": 1}],
        "success_url": "http://127.0.0.1:9/return?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/plans",
        "subscription_data": {"metadata": {"user_id": "u-1"}},
    })
    claim("a session is open and has a page", session.status == "open" and session.url.startswith(BASE))
    status, _, page = post_page(session.url, card="4000000000000002")
    claim("a declined card leaves the session open", status == 200 and "declined" in page)
    claim("a declined card creates no subscription", not client.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data)
    status, location, _ = post_page(session.url, card="4242424242424242")
    claim("paying leads to the merchant's page",
          status == 303 and location == f"http://127.0.0.1:9/return?session_id={session.id}")

    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "line_items"]})
    subscription = session.subscription
    claim("the session is complete and paid", (session.status, session.payment_status) == ("complete", "paid"))
    claim("the subscription is active", subscription.status == "active")
    claim("its metadata is that of subscription_data", subscription.metadata["user_id"] == "u-1")
    claim("its period is on its item", subscription["items"].data[0].current_period_end > subscription.start_date)
    invoice = client.v1.invoices.retrieve(subscription.latest_invoice, {"expand": ["payments"]})
    claim("its invoice is paid", invoice.status == "paid" and invoice.amount_paid == 999)
    claim("the invoice names the subscription", invoice.parent.subscription_details.subscription == subscription.id)

    item = subscription["items"].data[0].id
    change = {"items": [{"id": item, "price": premium.id}], "proration_behavior": "always_invoice"}
    preview = client.v1.invoices.create_preview({
        "customer": customer.id, "subscription": subscription.id, "subscription_details": change,
    })
    claim("the preview of an upgrade is the difference of the prices", preview.amount_due == 1000)
    upgraded = client.v1.subscriptions.update(subscription.id, {**change, "payment_behavior": "pending_if_incomplete"})
    claim("and made", upgraded["items"].data[0].price.id == premium.id and upgraded.pending_update is None)
    invoices = client.v1.invoices.list({"customer": customer.id}).data
    claim("invoices are listed newest first", [one.amount_paid for one in invoices] == [1000, 999])

    ending = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    claim("a cancellation at period end keeps it active", ending.status == "active" and ending.cancel_at_period_end)
    resumed = client.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    claim("a cancellation can be undone", resumed.cancel_at is None and not resumed.cancel_at_period_end)

    intent = invoice.payments.data[0].payment.payment_intent
    refund = client.v1.refunds.create({"payment_intent": intent, "amount": 400})
    charge = client.v1.charges.retrieve(refund.charge, {"expand": ["refunds"]})
    claim("a charge is refunded in part", charge.amount_refunded == 400 and not charge.refunded and len(charge.refunds.data) == 1)

    portal = client.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "http://127.0.0.1:9/"})
    status, _, _ = post_page(portal.url, action="cancel", subscription=subscription.id)
    ending = client.v1.subscriptions.retrieve(subscription.id)
    claim("the portal cancels by cancel_at", status == 303 and ending.cancel_at and not ending.cancel_at_period_end)

    ended = client.v1.subscriptions.cancel(subscription.id)
    claim("a subscription is canceled at once", ended.status == "canceled" and ended.ended_at)
    events = client.v1.events.list({"limit": 100}).data
    kinds = [event.type for event in events if getattr(event.data.object, "customer", None) == customer.id]
    for kind in ["checkout.session.completed", "invoice.paid", "customer.subscription.deleted", "charge.refunded"]:
        claim(f"there is an event {kind}", kind in kinds)
    try:
        client.v1.customers.retrieve("cus_nobody")
        claim("an unknown customer is 404 resource_missing", False)
    except stripe.InvalidRequestError as error:
        claim("an unknown customer is 404 resource_missing", (error.http_status, error.code) == (404, "resource_missing"))


main()
