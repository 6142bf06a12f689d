// Drives a Stripe stand-in with Stripe's own Node library, and checks the signature of a webhook with it.
//
//   npm install stripe@23.0.1        (the release whose API version is 2026-09-30.endive)
//   STRIPE_BASE=http://127.0.0.1:3001 STRIPE_KEY=sk_test_… WEBHOOK_SECRET=whsec_… WEBHOOK_PORT=4242 node stripe-sdk.mjs
//
// The stand-in must post its webhooks to http://127.0.0.1:WEBHOOK_PORT/webhook. If another program listens there, omit
// WEBHOOK_PORT: then this creates its own endpoint through the API. Prints one line per claim, and exits with 1 at the
// first that fails.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import Stripe from "stripe";

const base = new URL(process.env.STRIPE_BASE ?? "http://127.0.0.1:3001");
const stripe = new Stripe(process.env.STRIPE_KEY ?? "sk_test_standin", {
  protocol: "http",
  host: base.hostname,
  port: base.port,
  maxNetworkRetries: 0,
});
const run = randomUUID().slice(0, 8);

function claim(what, holds) {
  console.log((holds ? "ok   " : "FAIL ") + what);
  if (!holds) process.exit(1);
}

const received = [];
const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    received.push({ body: Buffer.concat(chunks), signature: request.headers["stripe-signature"] });
    response.end();
  });
});
await new Promise((listening) => server.listen(Number(process.env.WEBHOOK_PORT ?? 0), "127.0.0.1", listening));

let secret = process.env.WEBHOOK_SECRET ?? "whsec_standin";
if (!process.env.WEBHOOK_PORT) {
  const endpoint = await stripe.webhookEndpoints.create({
    url: `http://127.0.0.1:${server.address().port}/webhook`,
    enabled_events: ["*"],
  });
  secret = endpoint.secret;
}

const product = await stripe.products.create({ name: `Plan ${run}` });
const price = await stripe.prices.create({
  product: product.id,
  currency: "usd",
  unit_amount: 999,
  recurring: { interval: "month" },
  lookup_key: `plan_${run}`,
});
const customer = await stripe.customers.create({ email: `node-${run}@example.com`, metadata: { user_id: "u1" } });
const session = await stripe.checkout.sessions.create({
  mode: "subscription",
  customer: customer.id,
  line_items: [{ price: price.id, quantity: 1 }],
  success_url: "http://127.0.0.1:9/return?session_id={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:9/plans",
  subscription_data: { metadata: { user_id: "u1" } },
});
claim("a session is open and has a page", session.status === "open" && session.url?.startsWith(base.origin));
const paid = await fetch(session.url, {
  method: "POST",
  redirect: "manual",
  body: new URLSearchParams({ card: "4242424242424242" }),
});
claim("paying leads to the merchant's page", paid.status === 303 && paid.headers.get("location").endsWith(session.id));

const complete = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription"] });
claim("the subscription is active", complete.subscription.status === "active");
const listed = [];
for await (const invoice of stripe.invoices.list({ customer: customer.id, limit: 1 })) listed.push(invoice.id);
claim("its invoice is listed", listed.length === 1 && listed[0] === complete.invoice);

const events = received.map(({ body, signature }) => stripe.webhooks.constructEvent(body, signature, secret));
claim("every webhook has a valid signature", events.length > 0);
const completed = events.find((event) => event.type === "checkout.session.completed");
claim("the redirect waited for checkout.session.completed", completed?.data.object.id === session.id);
claim("events are of the library's API version", events.every((event) => event.api_version === Stripe.API_VERSION));
const [first] = received;
try {
  stripe.webhooks.constructEvent(Buffer.concat([first.body, Buffer.from(" ")]), first.signature, secret);
  claim("an altered webhook is refused", false);
} catch (error) {
  claim("an altered webhook is refused", error instanceof Stripe.errors.StripeSignatureVerificationError);
}
try {
  const decoy = first.signature.replace(/v1=[0-9a-f]+/, "v1=" + first.signature.match(/v0=([0-9a-f]+)/)[1]);
  stripe.webhooks.constructEvent(first.body, decoy, secret);
  claim("the decoy is not a valid signature", false);
} catch (error) {
  claim("the decoy is not a valid signature", error instanceof Stripe.errors.StripeSignatureVerificationError);
}
const ended = await stripe.subscriptions.cancel(complete.subscription.id);
claim("a subscription is canceled at once", ended.status === "canceled");
server.closeAllConnections();
server.close();
