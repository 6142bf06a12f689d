import { countRequests, expect, refusals, settled, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

/** Makes the API unreachable, as when the network or the service is down. Returns a function that ends it. */
async function cut(page: Page, path = '**/api/**'): Promise<() => Promise<void>> {
  await page.route(path, (route) => route.abort('connectionrefused'));
  return () => page.unroute(path);
}

test('skeletons reserve the space while the API is slow, and nothing shifts afterwards', async ({ page }) => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route(/\/api\/(videos\?|categories)/, async (route) => {
    await answered;
    await route.continue();
  });
  await page.goto('/browse');
  await expect(page.getByRole('status').getByText('Loading')).toBeAttached();
  await page.evaluate(() => document.fonts.ready);
  const waiting = await page.locator('main ul').first().boundingBox();
  await page.evaluate(() => {
    (window as { shift?: number }).shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as { shift?: number }).shift! += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift' });
  });
  answer();
  await settled(page);
  const there = await page.locator('main ul').first().boundingBox();
  expect(there?.y).toBe(waiting?.y);
  expect(await page.evaluate(() => (window as { shift?: number }).shift)).toBeLessThan(0.1);
});

test('a read that fails briefly is retried without an error', async ({ page, platform }) => {
  const video = await platform.video('free');
  let failures = 2;
  await page.route('**/api/videos?**', (route) =>
    failures-- > 0
      ? route.fulfill({ status: 503, json: { success: false, error: { code: 'UNAVAILABLE', message: 'busy' } } })
      : route.continue(),
  );
  await page.goto('/browse?sort=title');
  await expect(page.getByRole('link', { name: video.title })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('an unreachable API shows an error, and "Try again" works once it is back', async ({ page, platform }) => {
  const video = await platform.video('free');
  const restore = await cut(page);
  await page.goto('/browse');
  await expect(page.getByRole('alert').getByText('We can’t reach Marquee')).toBeVisible();
  await expect(title(page)).toHaveText('Browse');
  await restore();
  await page
    .getByRole('button', { name: /try again/i })
    .first()
    .click();
  await expect(page.getByRole('link', { name: video.title })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a poster that fails is replaced by its title', async ({ page, platform }) => {
  const video = await platform.video('free');
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => route.abort());
  await page.goto('/browse');
  const card = page.getByRole('link', { name: video.title });
  await expect(card).toBeVisible();
  await card.scrollIntoViewIfNeeded();
  await expect(card.locator('img')).toHaveCount(0);
  await expect(card.getByText(video.title).first()).toBeVisible();
});

test('while offline a notice is shown, and reads wait for the network', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const video = await platform.video('free');
  await page.goto('/browse');
  await settled(page);
  await page.context().setOffline(true);
  await expect(page.getByText('You’re offline.')).toBeVisible();
  await page.getByRole('link', { name: video.title }).click();
  await expect(page).toHaveURL(`/videos/${video.id}`);
  await page.context().setOffline(false);
  await expect(page.getByText('You’re offline.')).toHaveCount(0);
  await expect(title(page)).toHaveText(video.title);
  await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
});

test('a failed checkout request is not retried automatically', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await settled(page);
  const sent = countRequests(page, 'POST', /\/api\/subscription\/checkout$/);
  const restore = await cut(page, '**/api/subscription/checkout');
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await expect(page.getByText('We can’t reach Marquee')).toBeVisible();
  await restore();
  // Reads are retried within this time. A retried checkout would be counted too.
  await settled(page);
  expect(sent.count).toBe(1);
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  expect(sent.count).toBe(2);
});

test('an outage of the payment provider shows its own message, and nothing is charged', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await platform.fault({ target: 'stripe', kind: 'error', count: 20 });
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await expect(page.getByText('Payments are unavailable right now')).toBeVisible();
  await platform.clearFaults();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ status: 'none' });
});

test('a response that is not from the service is shown as an error', async ({ page }) => {
  await page.route('**/api/videos?**', (route) =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>A captive portal</h1>' }),
  );
  await page.goto('/browse');
  await expect(page.getByRole('alert').getByText('We can’t reach Marquee')).toBeVisible();
  await expect(page.getByText('A captive portal')).toHaveCount(0);
});

test('a page whose code cannot be loaded shows an error and can be retried', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  await page.route('**/assets/plans-page*.js', (route) => route.abort());
  // The app first reloads the page once to look for the code. An error that is shown before belongs to the old page.
  const fresh = page.waitForEvent('domcontentloaded');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }).click();
  await fresh;
  await expect(page.getByRole('alert')).toBeVisible();
  await page.unroute('**/assets/plans-page*.js');
  await page.getByRole('button', { name: /try again/i }).click();
  await expect(title(page)).toHaveText('Choose your plan');
});

test.describe('pages without access', () => {
  const cases = [
    { who: 'a visitor', path: '/account' },
    { who: 'a visitor', path: '/account/invoices' },
    { who: 'a visitor', path: '/watch/01990000-0000-7000-8000-000000000000' },
    { who: 'a visitor', path: '/admin/members?status=active' },
  ];
  for (const { who, path } of cases) {
    test(`${who} at ${path} is redirected to the sign-in page before any request is refused`, async ({ page }) => {
      const refused = refusals(page);
      await page.goto(path);
      await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(path)}`);
      await settled(page);
      expect(refused).toEqual([]);
    });
  }

  test('a viewer sees none of the admin pages', async ({ pageOf, platform }) => {
    const page = await pageOf(await platform.register());
    const asked = countRequests(page, 'GET', /^\/api\/admin\//);
    for (const path of ['/admin', '/admin/videos', '/admin/members', '/admin/audit']) {
      await page.goto(path);
      await settled(page);
      await expect(title(page)).toHaveText(/Access denied|Page not found/);
      await expect(page.getByRole('navigation', { name: 'Admin pages' })).toHaveCount(0);
    }
    expect(asked.count).toBe(0);
  });

  test('a deep link to the player of a premium film offers the upgrade and plays nothing', async ({ pageOf, platform }) => {
    const video = await platform.video('premium');
    const page = await pageOf(await platform.subscriber('basic'));
    await page.goto(`/watch/${video.id}`);
    await expect(title(page)).toHaveText('Included with Premium');
    await page.getByRole('link', { name: 'Upgrade' }).click();
    await expect(page).toHaveURL(/\/account\/plan/);
    expect(await page.locator('video').count()).toBe(0);
  });
});
