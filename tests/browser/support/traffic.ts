// The open requests of each page. Tests wait for them instead of a fixed time, so slow machines pass too.
import type { BrowserContext, Page, Request } from '@playwright/test';

/** The longest wait for a response, in milliseconds. The browser reports no end for requests that a page sends while it unloads. */
const ANSWERED_WITHIN = 10_000;
/** The same for requests of the browser's native player, which keeps them open for any time. */
const MEDIA_ANSWERED_WITHIN = 500;
const LOOK_EVERY = 10;

/** The start time of each open request. */
const open = new WeakMap<Page, Map<Request, number>>();
const hanging = new WeakSet<Request>();

/** Records the requests of every page in a browser context, from now on. */
export function followRequests(context: BrowserContext): void {
  context.on('page', (page) => {
    const requests = new Map<Request, number>();
    open.set(page, requests);
    page.on('request', (request) => requests.set(request, Date.now()));
    page.on('requestfinished', (request) => requests.delete(request));
    page.on('requestfailed', (request) => requests.delete(request));
  });
}

/** Excludes a request that will not be answered. */
export function leaveHanging(request: Request): void {
  hanging.add(request);
}

/** Waits until all requests of a page are answered and the page has handled the responses. */
export async function answered(page: Page): Promise<void> {
  // Handling a response can send further requests.
  for (let quiet = 0; quiet < 2;) {
    await turn(page);
    quiet = isWaiting(page) ? 0 : quiet + 1;
    if (quiet === 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

function isWaiting(page: Page): boolean {
  const patience = (request: Request) => (request.resourceType() === 'media' ? MEDIA_ANSWERED_WITHIN : ANSWERED_WITHIN);
  return [...(open.get(page) ?? [])].some(([request, began]) => !hanging.has(request) && Date.now() - began < patience(request));
}

/** Lets the page run its pending tasks. Uses messages because the test may control the page's timers. */
async function turn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let task = 0; task < 3; task += 1) {
      await new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
    }
  });
}
