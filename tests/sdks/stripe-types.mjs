// Checks the JSON of a Stripe stand-in against the types of Stripe's Node library, with `tsc --strict`: a missing,
// misspelled, mistyped or unknown attribute is an error.
//
//   npm install stripe@23.0.1 typescript@5 @types/node@20
//   STRIPE_BASE=http://127.0.0.1:3001 STRIPE_KEY=sk_test_… node stripe-types.mjs
//
// Creates one object of each type, fetches it, and writes the results as typed literals to a file, which is then compiled.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const base = process.env.STRIPE_BASE ?? "http://127.0.0.1:3001";
const key = process.env.STRIPE_KEY ?? "sk_test_standin";
const run = randomUUID().slice(0, 8);

async function call(method, path, fields = {}) {
  const form = new URLSearchParams(fields);
  const answer = await fetch(base + path + (method === "GET" ? `?${form}` : ""), {
    method,
    headers: { authorization: `Bearer ${key}` },
    body: method === "GET" ? undefined : form,
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}
const post = (path, fields) => call("POST", path, fields);
const get = (path, fields) => call("GET", path, fields);

async function subscribe(email, price, card, more = {}) {
  const customer = await post("/v1/customers", { email, "metadata[user_id]": "u1" });
  const session = await post("/v1/checkout/sessions", {
    mode: "subscription",
    customer: customer.id,
    "line_items[0][price]": price,
    "line_items[0][quantity]": "1",
    success_url: "http://127.0.0.1:9/?session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "http://127.0.0.1:9/plans",
    ...more,
  });
  const paid = await fetch(session.url, { method: "POST", redirect: "manual", body: new URLSearchParams({ card }) });
  if (paid.status !== 303) throw new Error(`the checkout page returned ${paid.status}`);
  const complete = await get(`/v1/checkout/sessions/${session.id}`, { "expand[]": "line_items" });
  return { customer: customer.id, open: session, complete, id: complete.subscription };
}

const product = await post("/v1/products", { name: `Plan ${run}` });
const month = { product: product.id, currency: "usd", "recurring[interval]": "month" };
const basic = await post("/v1/prices", { ...month, unit_amount: "999", lookup_key: `basic_${run}` });
const premium = await post("/v1/prices", { ...month, unit_amount: "1999" });
const coupon = await post("/v1/coupons", { percent_off: "25.5", duration: "forever" });
const code = await post("/v1/promotion_codes", { "promotion[type]": "coupon", "promotion[coupon]": coupon.id });
const paid = await subscribe(`types-${run}@example.com`, basic.id, "4242424242424242", {
  "discounts[0][promotion_code]": code.id,
});
await subscribe(`disputed-${run}@example.com`, basic.id, "4000000000000259");
const disputes = await get("/v1/disputes");
const won = await post(`/v1/disputes/${disputes.data[0].id}`, { "evidence[uncategorized_text]": "winning_evidence" });
await subscribe(`inquired-${run}@example.com`, basic.id, "4000000000001976");
const inquiry = (await get("/v1/disputes")).data[0];
const link = await post("/v1/payment_links", { "line_items[0][price]": basic.id, "line_items[0][quantity]": "1" });
const visit = await fetch(`${link.url}?client_reference_id=u1`, {
  method: "POST",
  redirect: "manual",
  body: new URLSearchParams({ card: "4242424242424242", email: `link-${run}@example.com` }),
});
if (visit.status !== 200) throw new Error(`the payment link returned ${visit.status}`);
const sold = (await get("/v1/checkout/sessions", { payment_link: link.id })).data[0];
const trial = await subscribe(`trial-${run}@example.com`, basic.id, "4000000000000341", {
  "subscription_data[trial_period_days]": "7",
});
const subscription = await get(`/v1/subscriptions/${paid.id}`);
const change = { "items[0][id]": subscription.items.data[0].id, "items[0][price]": premium.id };
const preview = await post("/v1/invoices/create_preview", {
  subscription: paid.id,
  ...Object.fromEntries(Object.entries(change).map(([name, value]) => [`subscription_details[${name.replace("[", "][")}`, value])),
});
await post(`/v1/subscriptions/${paid.id}`, { ...change, proration_behavior: "always_invoice" });
const invoices = await get("/v1/invoices", { customer: paid.customer, "expand[]": "data.payments" });
const intent = invoices.data[0].payments.data[0].payment.payment_intent;
const refund = await post("/v1/refunds", { payment_intent: intent, amount: "100" });
const portal = await post("/v1/billing_portal/sessions", { customer: paid.customer });

const paused = await post(`/v1/subscriptions/${sold.subscription}`, { "pause_collection[behavior]": "void" });
await fetch(`${base}/v1/coupons/${coupon.id}`, { method: "DELETE", headers: { authorization: `Bearer ${key}` } });
const schedule = await post("/v1/subscription_schedules", { from_subscription: trial.id });

const objects = [
  ["Customer", await get(`/v1/customers/${paid.customer}`)],
  ["Product", product],
  ["Price", basic],
  ["Coupon", coupon],
  ["PromotionCode", code],
  ["Checkout.Session", paid.open],
  ["Checkout.Session", paid.complete],
  ["Subscription", await get(`/v1/subscriptions/${paid.id}`, { "expand[]": "discounts" })],
  ["Subscription", await get(`/v1/subscriptions/${trial.id}`, { "expand[]": "latest_invoice" })],
  ["Invoice", preview],
  ...invoices.data.map((invoice) => ["Invoice", invoice]),
  ["PaymentIntent", await get(`/v1/payment_intents/${intent}`, { "expand[]": "latest_charge" })],
  ["Charge", await get(`/v1/charges/${refund.charge}`, { "expand[]": "refunds" })],
  ["PaymentMethod", (await get(`/v1/customers/${paid.customer}/payment_methods`)).data[0]],
  ["Refund", refund],
  ["SubscriptionSchedule", schedule],
  ["Dispute", disputes.data[0]],
  ["Dispute", won],
  ["Dispute", inquiry],
  ["PaymentLink", link],
  ["Checkout.Session", sold],
  ["Subscription", paused],
  ["Subscription", await get(`/v1/subscriptions/${paid.id}`, { "expand[]": "discounts.source.coupon" })],
  ["BillingPortal.Session", portal],
  ["WebhookEndpoint", (await get("/v1/webhook_endpoints")).data[0]],
  ["InvoicePayment", (await get("/v1/invoice_payments", { invoice: invoices.data[0].id })).data[0]],
];
const events = (await get("/v1/events", { limit: "100" })).data;
// `previous_attributes` contains only the changed part of an object, but the library's type requires the whole object.
for (const event of events) delete event.data.previous_attributes;
const kinds = [...new Map(events.map((event) => [event.type, event])).values()];

const lines = [
  'import Stripe from "stripe";',
  // The API sends text where the library creates a Decimal.
  "type Wire<T> = T extends Stripe.Decimal ? string : T extends (infer U)[] ? Wire<U>[]",
  "  : T extends void | string | number | boolean | null ? T : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;",
  ...objects.map(([type, json], at) => `export const o${at}: Wire<Stripe.${type}> = ${JSON.stringify(json)};`),
  ...kinds.map((event, at) => `export const e${at}: Wire<Extract<Stripe.Event, { type: "${event.type}" }>> = ${JSON.stringify(event)};`),
];
const folder = mkdtempSync(join(process.cwd(), "types-"));
const file = join(folder, "standin.ts");
writeFileSync(file, lines.join("\n"));
const tsc = createRequire(join(process.cwd(), "x.js")).resolve("typescript/bin/tsc");
try {
  const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "nodenext", "--target", "es2022", file];
  execFileSync(process.execPath, [tsc, ...options], { stdio: "inherit" });
  console.log(`ok   ${objects.length} objects and ${kinds.length} kinds of events have the library's types`);
} catch {
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
