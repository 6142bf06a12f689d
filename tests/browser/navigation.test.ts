import { expect, settled, test, title } from './support/test.ts';
import type { Locator, Page } from './support/test.ts';

const LOW = { width: 390, height: 500 };

const scrolled = (page: Page) => () => page.evaluate(() => Math.round(window.scrollY));

async function scrollTo(page: Page, top: number): Promise<void> {
  await page.evaluate((y) => window.scrollTo({ top: y, behavior: 'instant' }), top);
  expect(await scrolled(page)()).toBe(top);
}

const mainLink = (page: Page, name: string) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });

/** Clicks without scrolling. */
const clickInPlace = (target: Locator) => target.evaluate((element) => (element as HTMLElement).click());

/** Holds the code of a page back. Returns a function that lets it through. */
async function hold(page: Page, code: string): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(code, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test('a new page starts at its top, and Back and Forward return to where a page was left', async ({ page, platform }) => {
  const film = await platform.video('free');
  await page.setViewportSize(LOW);
  await page.goto('/browse?sort=title');
  await settled(page);
  const card = page.getByRole('main').getByRole('link', { name: film.title });
  await card.scrollIntoViewIfNeeded();
  const left = await scrolled(page)();
  expect(left).toBeGreaterThan(100);
  await card.click();
  await expect(title(page)).toHaveText(film.title);
  expect(await scrolled(page)()).toBe(0);
  await page.waitForLoadState('networkidle');
  await scrollTo(page, 60);
  await page.goBack();
  await expect(title(page)).toHaveText('Browse');
  await expect.poll(scrolled(page)).toBe(left);
  await page.goForward();
  await expect(title(page)).toHaveText(film.title);
  await expect.poll(scrolled(page)).toBe(60);
});

test('of two pages that are wanted in a row only the last is shown, and Back leads to where the viewer was', async ({ page }) => {
  await page.setViewportSize(LOW);
  await page.goto('/browse');
  await settled(page);
  await scrollTo(page, 300);
  const release = await hold(page, '**/assets/sign-in-page*.js');
  await clickInPlace(page.getByRole('banner').getByRole('link', { name: 'Sign in' }));
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(title(page), 'the old page stays until the new one has loaded').toHaveText('Browse');
  await clickInPlace(page.getByRole('contentinfo').getByRole('link', { name: 'Plans and pricing' }));
  await expect(title(page)).toHaveText('Choose your plan');
  release();
  await page.waitForLoadState('networkidle');
  await expect(title(page)).toHaveText('Choose your plan');
  await expect(page).toHaveURL('/plans');
  await page.goBack();
  await expect(page).toHaveURL('/browse');
  await expect(title(page)).toHaveText('Browse');
  await expect.poll(scrolled(page)).toBe(300);
});

test('Back, while a page is loading, stays at the page that is shown', async ({ page }) => {
  await page.setViewportSize(LOW);
  await page.goto('/browse');
  await settled(page);
  await scrollTo(page, 300);
  const release = await hold(page, '**/assets/plans-page*.js');
  await clickInPlace(page.getByRole('contentinfo').getByRole('link', { name: 'Plans and pricing' }));
  await expect(page).toHaveURL('/plans');
  await page.goBack();
  release();
  await page.waitForLoadState('networkidle');
  await expect(page).toHaveURL('/browse');
  await expect(title(page)).toHaveText('Browse');
  expect(await scrolled(page)()).toBe(300);
});

test('a choice that changes the query keeps the page and its position, and Back takes the choice back', async ({ page }) => {
  await page.setViewportSize(LOW);
  await page.goto('/browse');
  await settled(page);
  await scrollTo(page, 40);
  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.evaluate((input) => (input.dataset.same = 'yes'));
  const free = page.getByRole('group', { name: 'Plan' }).getByRole('button', { name: 'Free', exact: true });
  await clickInPlace(free);
  await expect(page).toHaveURL('/browse?plan=free');
  await expect(free).toHaveAttribute('aria-pressed', 'true');
  expect(await scrolled(page)()).toBe(40);
  await page.goBack();
  await expect(page).toHaveURL('/browse');
  await expect(free).toHaveAttribute('aria-pressed', 'false');
  await expect(search).toHaveAttribute('data-same', 'yes');
});

test('another language keeps the position', async ({ page }) => {
  await page.setViewportSize(LOW);
  await page.goto('/browse');
  await settled(page);
  await page.getByRole('link', { name: 'Plans and pricing' }).click();
  await expect(title(page)).toHaveText('Choose your plan');
  await settled(page);
  const menu = page.getByRole('combobox', { name: 'Language' });
  await menu.scrollIntoViewIfNeeded();
  expect(await scrolled(page)()).toBeGreaterThan(400);
  await menu.selectOption('de');
  await expect(page.getByRole('combobox', { name: 'Sprache' })).toBeInViewport();
  expect(await scrolled(page)()).toBeGreaterThan(400);
});

test('a fragment that is not well-formed, or has no target, is ignored', async ({ page }) => {
  for (const fragment of ['#%', '#nowhere']) {
    await page.goto(`/plans${fragment}`);
    await expect(title(page)).toHaveText('Choose your plan');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await page.goto('about:blank');
  }
});

test('a click for a new tab opens one and leaves the page', async ({ page, context }) => {
  await page.goto('/');
  await settled(page);
  for (const how of [{ modifiers: ['ControlOrMeta' as const] }, { button: 'middle' as const }]) {
    const [tab] = await Promise.all([context.waitForEvent('page'), mainLink(page, 'Browse').click(how)]);
    await expect(tab).toHaveURL('/browse');
    await expect(title(tab)).toHaveText('Browse');
    await tab.close();
    await expect(page).toHaveURL('/');
  }
});

test('a new page has its own title in the tab, and focus moves to it', async ({ page }) => {
  await page.goto('/');
  await settled(page);
  await mainLink(page, 'Browse').click();
  await expect(page).toHaveTitle(/^Browse · /);
  await expect(page.locator('#content')).toBeFocused();
  await page.route('**/assets/sign-in-page*.js', (route) => route.abort());
  const fresh = page.waitForEvent('domcontentloaded');
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await fresh;
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page, 'an error is not called as the page before it').toHaveTitle(/^We can’t reach Marquee · /);
});
