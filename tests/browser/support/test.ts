// `test` with the fixtures of this folder: a platform per worker, pages that are checked for faults, and people with accounts.
import { test as base, expect } from '@playwright/test';
import type { BrowserContext, Locator, Page, Request } from '@playwright/test';
import { Platform } from './platform.ts';
import type { Person } from './platform.ts';
import { followRequests } from './traffic.ts';

export { expect };
export type { Locator, Page, Person, Request };

export interface PlatformOptions {
  /** Parameters of the template, except the limits. */
  settings: Record<string, string>;
}

interface Fixtures {
  /** The origin of a third party that pages may contact; none by default. */
  thirdParty: string;
  /** Opens a page on which a person is signed in, in a browser context of its own. */
  pageOf: (person: Person) => Promise<Page>;
}

interface WorkerFixtures extends PlatformOptions {
  platform: Platform;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  // Leases of streams expire within seconds, so tests need not wait long.
  settings: [{ HeartbeatSeconds: '2' }, { option: true, scope: 'worker' }],

  platform: [
    async ({ settings }, use) => {
      const platform = await Platform.start(settings);
      await use(platform);
      await platform.stop();
    },
    { scope: 'worker', timeout: 150_000 },
  ],

  baseURL: async ({ platform }, use) => use(platform.origin),

  thirdParty: ['', { option: true }],

  context: async ({ context, platform, thirdParty }, use) => {
    const faults = watch(context, [...platform.origins, thirdParty]);
    await use(context);
    expect(faults, 'faults that no page may have').toEqual([]);
  },

  pageOf: async ({ browser, contextOptions, platform, thirdParty }, use) => {
    const opened: { context: BrowserContext; faults: string[] }[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: platform.origin, storageState: stateOf(platform, person) });
      opened.push({ context, faults: watch(context, [...platform.origins, thirdParty]) });
      return context.newPage();
    });
    const faults = opened.flatMap((one) => one.faults);
    await Promise.all(opened.map(({ context }) => context.close()));
    expect(faults, 'faults that no page may have').toEqual([]);
  },
});

/** The browser storage of a signed-in person. */
function stateOf(platform: Platform, person: Person) {
  return { cookies: [], origins: [{ origin: platform.origin, localStorage: [{ name: 'marquee.token', value: person.token }] }] };
}

/**
 * Collects the faults that no page may have: uncaught errors, errors in the console (which include violations of the content
 * security policy), and requests to third parties. Refusals by the API and network failures do not count; see `refusals`.
 */
function watch(context: BrowserContext, allowed: string[]): string[] {
  followRequests(context);
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(`uncaught: ${error.error().stack ?? String(error.error())}`));
  context.on('console', (message) => {
    if (message.type() === 'error' && !isRefusal(message.text())) faults.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    if (isForeign(request, allowed)) faults.push(`third party: ${request.url()}`);
  });
  return faults;
}

function isForeign(request: Request, allowed: string[]): boolean {
  const { protocol, origin } = new URL(request.url());
  return protocol.startsWith('http') && !allowed.includes(origin);
}

function isRefusal(text: string): boolean {
  return text.startsWith('Failed to load resource');
}

/** Collects every response with status 400 or higher and every console error, from now on. */
export function refusals(page: Page): string[] {
  const found: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) found.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(message.text());
  });
  return found;
}

/** Counts the requests with a method and a path, from now on. */
export function countRequests(page: Page, method: string, path: RegExp): { count: number } {
  const asked = { count: 0 };
  page.on('request', (request) => {
    if (request.method() === method && path.test(new URL(request.url()).pathname)) asked.count += 1;
  });
  return asked;
}

/** The page's `h1`. */
export function title(page: Page): Locator {
  return page.getByRole('heading', { level: 1 });
}

/** Waits until a page is completely loaded, including what is loaded on scrolling. */
export async function settled(page: Page): Promise<void> {
  await expect(title(page)).toHaveCount(1);
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    // Scrolling loads more, which makes the page longer. The waits below cover that.
    for (let y = 0; y < document.documentElement.scrollHeight; y += window.innerHeight) {
      window.scrollTo({ top: y, behavior: 'instant' });
      await new Promise(requestAnimationFrame);
    }
    window.scrollTo({ top: 0, behavior: 'instant' });
  });
  await expect(page.getByRole('status').filter({ hasText: /^Loading/ })).toHaveCount(0);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready);
}
