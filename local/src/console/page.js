"use strict";

const byId = (id) => document.getElementById(id);

async function call(method, path, body) {
  const options = { method };
  if (method === "POST") {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

/** Runs a slow action, with its button disabled, and shows the outcome. */
async function act(button, what, work) {
  button.disabled = true;
  byId("status").textContent = `${what} …`;
  try {
    await work();
    byId("status").textContent = `${what}: done`;
  } catch (error) {
    byId("status").textContent = `${what}: ${error.message}`;
  } finally {
    button.disabled = false;
    await refresh();
  }
}

/** Creates an element from text, which is never parsed as HTML. */
function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function details(label, text) {
  return element("details", "", element("summary", "", label), element("pre", "", text));
}

/** Shows items, and keeps open ones open. */
function show(id, items, render) {
  const list = byId(id);
  const open = new Set([...list.querySelectorAll("details[open]")].map((node) => node.closest(".item").dataset.key));
  list.replaceChildren(...items.map((item) => {
    const node = render(item);
    if (open.has(node.dataset.key)) node.querySelector("details")?.setAttribute("open", "");
    return node;
  }));
}

function item(key, title, side, ...rest) {
  const node = element("div", "item", element("div", "", title), element("div", "dim", side), ...rest);
  node.dataset.key = key;
  return node;
}

const time = (text) => text.replace("T", " ").slice(0, 19);

function mailItem(mail) {
  return item(mail.id, mail.subject, time(mail.sent_at), details(mail.to.join(", "), mail.text ?? mail.html ?? ""));
}

function webhookItem(delivery) {
  const again = element("button", "", "Redeliver");
  again.onclick = () => act(again, "Redeliver", () => call("POST", `/webhooks/${delivery.id}/redeliver`));
  const colour = { delivered: "good", failed: "bad", dropped: "bad" }[delivery.status] ?? "dim";
  const status = element("span", colour, `${delivery.status} · ${delivery.attempts.length}×`);
  const text = JSON.stringify({ attempts: delivery.attempts, event: JSON.parse(delivery.body) }, null, 2);
  return item(delivery.id, `${delivery.provider} ${delivery.type}`, status, again, details(time(delivery.created_at), text));
}

function requestItem(request) {
  const id = request.request_id ?? "";
  const status = element("span", request.status >= 400 ? "bad" : "good", `${request.status ?? request.level ?? ""}`);
  const calls = element("button", "", "Calls");
  calls.onclick = () => showCalls(id);
  return item(id, `${request.function ?? ""} ${request.route ?? ""}`, status, calls, details(id, JSON.stringify(request, null, 2)));
}

async function showCalls(id) {
  const answer = await call("GET", `/calls?request_id=${encodeURIComponent(id)}`);
  byId("calls").hidden = false;
  byId("calls").textContent = JSON.stringify(answer, null, 2);
}

async function refresh() {
  const to = byId("mail-to").value.trim();
  const [clock, mail, webhooks, requests, faults] = await Promise.all([
    call("GET", "/clock"),
    call("GET", to ? `/mail?to=${encodeURIComponent(to)}` : "/mail"),
    call("GET", "/webhooks"),
    call("GET", "/requests"),
    call("GET", "/faults"),
  ]);
  byId("now").textContent = `${time(clock.now)} UTC`;
  byId("offset").textContent = clock.offset_seconds ? ` · ${(clock.offset_seconds / 86400).toFixed(1)} days ahead` : "";
  byId("modes").textContent = Object.entries(webhooks.modes).map(([provider, mode]) => `${provider}: ${mode}`).join(", ");
  show("mail", mail.messages.slice(0, 100), mailItem);
  show("webhooks", webhooks.deliveries.slice(0, 100), webhookItem);
  show("requests", requests.requests.slice(0, 100), requestItem);
  show("faults", faults.faults, (fault) => item(JSON.stringify(fault), `${fault.target} ${fault.kind}`,
    `${fault.operation ?? "any"} · ${fault.table ?? "any"} · skip ${fault.skip}, count ${fault.count}`));
}

/** The non-empty fields of the form, with numbers as numbers. */
function fields(form) {
  const entries = [...new FormData(form)].filter(([, value]) => value !== "");
  return Object.fromEntries(entries.map(([name, value]) => [name, ["skip", "count"].includes(name) ? Number(value) : value]));
}

function onSubmit(id, what, work) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.submitter, what, () => work(fields(event.target)));
  });
}

for (const button of byId("advance").children) {
  const seconds = Number(button.dataset.seconds);
  button.onclick = () => act(button, `Clock ${button.textContent}`, () => call("POST", "/clock", { advance_seconds: seconds }));
}
onSubmit("mode", "Webhook mode", (asked) => call("POST", "/webhooks/mode", asked));
onSubmit("cards", "Card", (asked) => call("POST", "/stripe/cards", asked));
onSubmit("fault", "Fault", (asked) => call("POST", "/faults", asked));
onSubmit("calls-form", "Calls", (asked) => showCalls(asked.request_id ?? ""));
byId("release").onclick = (event) => act(event.target, "Release", () => call("POST", "/webhooks/release"));
byId("clear-faults").onclick = (event) => act(event.target, "Clear faults", () => call("DELETE", "/faults"));
byId("reset").onclick = (event) => {
  if (confirm("Forget all accounts, subscriptions and videos that are not of the seed?")) {
    act(event.target, "Reset", () => call("POST", "/reset"));
  }
};
byId("mail-to").oninput = () => refresh();

const keepFresh = () => refresh().catch((error) => { byId("status").textContent = error.message; });
keepFresh();
setInterval(() => { if (!document.hidden) keepFresh(); }, 3000);
