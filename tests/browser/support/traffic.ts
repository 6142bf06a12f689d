// What a page still waits for: by it the tests know that a moment is over, however slow the machine is.
import type { BrowserContext, Page, Request } from '@playwright/test';

/** Milliseconds for which an answer is waited for. The browser tells of no end of what a page sends while it is being left. */
const ANSWERED_WITHIN = 10_000;
/** The same for what the browser's own player reads, which it leaves open for as long as it likes. */
const MEDIA_ANSWERED_WITHIN = 500;
const LOOK_EVERY = 10;

/** When each request began that has not ended. */
const open = new WeakMap<Page, Map<Request, number>>();
const hanging = new WeakSet<Request>();

/** Follows what every page of a browser asks for, from now on. */
export function followRequests(context: BrowserContext): void {
  context.on('page', (page) => {
    const requests = new Map<Request, number>();
    open.set(page, requests);
    page.on('request', (request) => requests.set(request, Date.now()));
    page.on('requestfinished', (request) => requests.delete(request));
    page.on('requestfailed', (request) => requests.delete(request));
  });
}

/** This one is not going to be answered: nobody waits for it. */
export function leaveHanging(request: Request): void {
  hanging.add(request);
}

/** Waits until everything that a page has asked for is answered, and the page has done what it does about it. */
export async function answered(page: Page): Promise<void> {
  // What one answer brings is asked for in turn.
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

/** Lets the page's own tasks come first. Its timers may belong to the test, a message does not. */
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
