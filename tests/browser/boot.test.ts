// The page before the app runs.
import { shiftsOf, watchShifts } from './support/shift.ts';
import { expect, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

const COLOURS = { dark: 'rgb(12, 11, 15)', light: 'rgb(250, 247, 242)' };

/** Delays every script of the app until the returned function is called. */
async function holdScripts(page: Page): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

/** Waits for the first paint, which happens only after the styles have loaded. */
async function painted(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length)).toBe(1);
}

const colour = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const logo = (page: Page) => page.getByText('marquee', { exact: true }).first();

for (const scheme of ['dark', 'light'] as const) {
  test(`the logo and the colours appear before any script runs and do not move: ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ['/', '/plans']) {
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await watchShifts(page);
        const letGo = await holdScripts(page);
        await page.goto(path, { waitUntil: 'commit' });
        await expect(logo(page)).toBeVisible();
        await painted(page);
        expect(await colour(page)).toBe(COLOURS[scheme]);
        await expect(title(page), 'the app has not run').toHaveCount(0);
        const before = await logo(page).boundingBox();
        letGo();
        await expect(title(page)).toBeVisible();
        expect(await page.getByRole('banner').getByText('marquee', { exact: true }).boundingBox()).toEqual(before);
        await page.waitForLoadState('networkidle');
        const { sum, moved } = await shiftsOf(page);
        expect(sum, `${path} at ${width} px: ${moved.join('\n')}`).toBeLessThanOrEqual(0.02);
        await page.unroute(/\.js$/);
      }
    }
  });
}

test('a chosen theme applies from the first paint, whatever the system prefers', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.addInitScript(() => localStorage.setItem('marquee.theme', 'light'));
  await holdScripts(page);
  await page.goto('/', { waitUntil: 'commit' });
  await painted(page);
  await expect(logo(page)).toBeVisible();
  expect(await colour(page)).toBe(COLOURS.light);
});

test('text appears in a system font while our fonts load', async ({ page }) => {
  await page.route(/\.woff2$/, () => new Promise(() => {}));
  await page.goto('/plans', { waitUntil: 'commit' });
  await expect(title(page)).toHaveText('Choose your plan');
  const waiting = await page.evaluate(() =>
    [...document.fonts].filter(({ family }) => family.includes('Variable')).map(({ display, status }) => ({ display, status })),
  );
  expect(waiting.length).toBeGreaterThan(0);
  for (const { display, status } of waiting) {
    expect(display).toBe('swap');
    expect(status).not.toBe('loaded');
  }
});
