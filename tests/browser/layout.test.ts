// Layout shifts while a page loads, and the contrast of text on pictures.
import { LARGE_TEXT_MIN, TEXT_MIN, expectReadable } from './support/contrast.ts';
import type { Person, Platform } from './support/platform.ts';
import { shiftsOf, watchShifts } from './support/shift.ts';
import { expect, settled, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

const SHIFT_MAX = 0.02;
const WIDTHS = [360, 390, 820, 1024, 1280, 1920];
const SIZES = [
  { width: 360, height: 740 },
  { width: 820, height: 1180 },
  { width: 1280, height: 800 },
];

/** A viewer who has started a film. */
async function beginner(platform: Platform): Promise<Person> {
  const person = await platform.subscriber('premium');
  const video = await platform.video('premium');
  await platform.api('PUT', `/api/videos/${video.id}/progress`, person, { progress: 0.4 * video.duration });
  return person;
}

/** Delays the responses of some requests. */
async function slowly(page: Page, delays: [path: RegExp, milliseconds: number][]): Promise<void> {
  for (const [path, milliseconds] of delays) {
    await page.route(path, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await route.continue();
    });
  }
}

const LATE: Record<string, [RegExp, number][]> = {
  'no delays': [],
  'the rows come last': [[/\/api\/home$/, 1200]],
  'the featured film comes last': [[/\/api\/videos\/[0-9a-f-]+$/, 1200]],
  'the subscription comes last': [[/\/api\/subscription$/, 1200]],
  'the marks of the list come last': [[/\/api\/watchlist/, 1200]],
};

test('every font is preloaded by the page itself', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  const fonts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .flatMap((entry) => (entry.name.endsWith('.woff2') ? [(entry as PerformanceResourceTiming).initiatorType] : [])),
  );
  expect(fonts).toEqual(['link', 'link']);
});

for (const [name, delays] of Object.entries(LATE)) {
  for (const [who, as] of [
    ['a viewer who has started a film', beginner],
    ['a viewer who has started none', (platform: Platform) => platform.register()],
  ] as const) {
    test(`the home page of ${who} shifts by at most ${SHIFT_MAX}: ${name}`, async ({ pageOf, platform }) => {
      const person = await as(platform);
      for (const size of SIZES) {
        const page = await pageOf(person);
        await page.setViewportSize(size);
        await watchShifts(page);
        await slowly(page, delays);
        await page.goto('/');
        await expect(title(page)).toHaveCount(1);
        await page.waitForLoadState('networkidle');
        await expect(page.getByRole('region', { name: 'Continue watching' })).toHaveCount(as === beginner ? 1 : 0);
        const { sum, moved } = await shiftsOf(page);
        expect(sum, `${size.width} px: ${moved.join('\n')}`).toBeLessThanOrEqual(SHIFT_MAX);
        await page.close();
      }
    });
  }
}

test('the Continue watching shelf shifts nothing when it appears after the first film', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const video = await platform.video('premium');
  const page = await pageOf(person);
  await watchShifts(page);
  await page.goto('/');
  await settled(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }).click();
  await expect(title(page)).toHaveText('Choose your plan');
  await platform.api('PUT', `/api/videos/${video.id}/progress`, person, { progress: 0.4 * video.duration });
  // Until the cached data is stale.
  await page.waitForTimeout(2500);
  await page.route(/\/api\/home$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await route.continue();
  });
  const before = (await shiftsOf(page)).sum;
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' }).click();
  await expect(page.getByRole('region', { name: 'Continue watching' })).toBeVisible();
  const { sum, moved } = await shiftsOf(page);
  expect(sum - before, moved.join('\n')).toBeLessThanOrEqual(SHIFT_MAX);
});

const STILL: [
  name: string,
  path: string | ((platform: Platform) => Promise<string>),
  as: ((platform: Platform) => Promise<Person>) | null,
][] = [
  ['landing', '/', null],
  ['browse', '/browse', null],
  ['plans', '/plans', null],
  ['video', async (platform) => `/videos/${(await platform.video('premium')).id}`, (platform) => platform.subscriber('premium')],
  ['account', '/account', (platform) => platform.subscriber('premium')],
  ['invoices', '/account/invoices', (platform) => platform.subscriber('premium')],
];

for (const [name, path, as] of STILL) {
  test(`the ${name} page shifts by at most ${SHIFT_MAX} while it loads`, async ({ pageOf, browser, platform, contextOptions }) => {
    const person = as && (await as(platform));
    for (const size of SIZES) {
      const page = person
        ? await pageOf(person)
        : await (await browser.newContext({ ...contextOptions, baseURL: platform.origin })).newPage();
      await page.setViewportSize(size);
      await watchShifts(page);
      await slowly(page, [[/\/api\//, 300]]);
      await page.goto(typeof path === 'string' ? path : await path(platform));
      await expect(title(page)).toHaveCount(1);
      await page.waitForLoadState('networkidle');
      const { sum, moved } = await shiftsOf(page);
      expect(sum, `${size.width} px: ${moved.join('\n')}`).toBeLessThanOrEqual(SHIFT_MAX);
      await page.close();
    }
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text on the landing page is readable on the posters at every width, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('/');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      await expect(page.locator('section').first().locator('[aria-hidden=true] img').first()).toBeAttached();
      const hero = page.locator('section').first();
      await expectReadable(page, title(page), LARGE_TEXT_MIN, `the title at ${width} px`);
      for (const words of await hero.locator('p:not(:has(*))').all())
        await expectReadable(page, words, TEXT_MIN, `“${(await words.textContent()) ?? ''}” at ${width} px`);
    }
  });

  test(`text on the home page and a video page is readable on the poster at every width, ${colorScheme}`, async ({ pageOf, platform }) => {
    const page = await pageOf(await platform.subscriber('premium'));
    await page.emulateMedia({ colorScheme });
    for (const path of ['/', `/videos/${(await platform.video('premium')).id}`]) {
      await page.goto(path);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        const hero = page.getByRole('region').first();
        await expectReadable(page, title(page), LARGE_TEXT_MIN, `the title of ${path} at ${width} px`);
        for (const words of await hero.locator('p:not(:has(*))').all())
          await expectReadable(page, words, TEXT_MIN, `“${(await words.textContent()) ?? ''}” at ${width} px`);
      }
    }
  });
}
