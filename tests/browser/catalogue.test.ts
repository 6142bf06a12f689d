import { countRequests, expect, settled, test, title } from './support/test.ts';
import type { Video } from './support/platform.ts';

const FEW = 5;

/** The links of a list's cards, in order. A series has one card, at the place of its first episode in the list. */
function cardsOf(videos: Video[]): string[] {
  return [...new Set(videos.map(({ id, series_id }) => (series_id ? `/series/${series_id}` : `/videos/${id}`)))];
}

test('the list loads further pages as the viewer scrolls, and shows each title once', async ({ page, platform }) => {
  const all = await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null);
  expect(all.length, 'enough for several pages').toBeGreaterThan(2 * FEW);
  const asked = countRequests(page, 'GET', /^\/api\/videos$/);
  await page.route('**/api/videos?**', (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', String(FEW));
    return route.continue({ url: url.href });
  });
  // The window is so low that the end of the first page is far below it.
  await page.setViewportSize({ width: 390, height: 300 });
  await page.goto('/browse?sort=title');
  const cards = page.getByRole('main').locator('ul > li').getByRole('link');
  await expect(cards).toHaveCount(FEW);
  await page.waitForLoadState('networkidle');
  expect(asked.count, 'the second page is not loaded before the viewer scrolls').toBe(1);
  await expect(async () => {
    await page.evaluate(() => window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
    expect(await cards.count()).toBe(cardsOf(all).length);
  }).toPass();
  const shown = await cards.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(shown).toEqual(cardsOf(all));
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
  expect(asked.count).toBe(Math.ceil(all.length / FEW));
});

test('the category and plan filters combine, and the category becomes the page’s title', async ({ page, platform }) => {
  const all = await platform.api<Video[]>('GET', '/api/videos?limit=100', null);
  const wanted = all.find(({ category }) => all.filter((other) => other.category === category).length > 1) ?? all[0];
  if (!wanted) throw new Error('no videos');
  const both = all.filter(({ category, required_plan }) => category === wanted.category && required_plan === wanted.required_plan);
  await page.goto('/browse');
  await page.getByRole('group', { name: 'Category' }).getByRole('button', { name: wanted.category, exact: true }).click();
  await expect(title(page)).toHaveText(wanted.category);
  const plan = wanted.required_plan.charAt(0).toUpperCase() + wanted.required_plan.slice(1);
  await page.getByRole('group', { name: 'Plan' }).getByRole('button', { name: plan, exact: true }).click();
  const cards = page.getByRole('main').locator('ul > li').getByRole('link');
  await expect(cards).toHaveCount(cardsOf(both).length);
  for (const { title: name } of both.filter(({ series_id }) => !series_id)) await expect(cards.filter({ hasText: name })).toHaveCount(1);
  await expect(page).toHaveURL(/category=.*plan=|plan=.*category=/);
});

test('the home page shows a hero and a shelf for each category that links to the whole category', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const categories = await platform.api<{ category: string; count: number }[]>('GET', '/api/categories', null);
  await page.goto('/');
  await settled(page);
  await expect(title(page), 'the hero has a title').not.toBeEmpty();
  await expect(
    page
      .getByRole('main')
      .getByRole('link', { name: /^(Play|Subscribe to watch)$/ })
      .first(),
  ).toBeVisible();
  for (const { category } of categories.filter(({ count }) => count > 1)) {
    const shelf = page.getByRole('region', { name: category, exact: true });
    await expect(shelf.getByRole('listitem').first()).toBeVisible();
  }
  const [first] = categories.filter(({ count }) => count > 1);
  await page.getByRole('region', { name: first?.category, exact: true }).getByRole('heading').getByRole('link').click();
  await expect(title(page)).toHaveText(first?.category ?? '');
});

test('posters load lazily, in several sizes, and with reserved space', async ({ page }) => {
  await page.goto('/browse');
  await settled(page);
  const pictures = await page
    .getByRole('main')
    .locator('li img')
    .evaluateAll((images) =>
      images.map((image) => {
        const { loading, srcset, sizes, width, height, currentSrc } = image as HTMLImageElement;
        return { loading, srcset, sizes, width, height, currentSrc };
      }),
    );
  expect(pictures.length).toBeGreaterThan(10);
  for (const { loading, srcset, sizes, width, height } of pictures) {
    expect(loading).toBe('lazy');
    expect(srcset).toMatch(/ 320w, .* 640w, .* 1280w/);
    expect(sizes).not.toBe('');
    expect(width / height).toBeCloseTo(16 / 9, 1);
  }
});

test('a small blurred picture is shown until the large one has loaded', async ({ pageOf, platform }) => {
  const video = await platform.video('free');
  const viewer = await pageOf(await platform.register());
  const wide: string[] = [];
  await viewer.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => {
    // The token contains the width.
    const [, claims = ''] = (new URL(route.request().url()).searchParams.get('token') ?? '').split('.');
    const { width } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { width: number };
    if (width < 600) return route.continue();
    wide.push(route.request().url());
    return undefined;
  });
  await viewer.goto(`/videos/${video.id}`);
  const hero = viewer.getByRole('region', { name: video.title }).first();
  const small = hero.locator('img').filter({ visible: true }).and(hero.locator(':not([srcset])'));
  await expect.poll(() => small.first().evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(320);
  expect(await small.first().evaluate((image) => getComputedStyle(image).filter)).toContain('blur');
  await expect.poll(() => wide.length, { message: 'the large one has been requested' }).toBeGreaterThan(0);
});

test('public pages contain no secrets', async ({ page, platform }) => {
  const loading: Promise<string>[] = [];
  page.on('response', (response) => /\.(js|css|html)$|\/$/.test(new URL(response.url()).pathname) && loading.push(response.text()));
  const texts: string[] = [];
  for (const path of ['/', '/browse', '/plans', '/sign-in']) {
    await page.goto(path);
    await settled(page);
    // The browser discards response bodies when it navigates.
    texts.push(...(await Promise.all(loading.splice(0))));
  }
  const config = (await platform.console('GET', '/config')) as Record<string, Record<string, string>>;
  const secrets = [
    config.stripe?.api_key,
    config.stripe?.webhook_secret,
    config.mux?.token_secret,
    config.mux?.webhook_secret,
    config.aws?.secret_access_key,
  ];
  expect(texts.length).toBeGreaterThan(5);
  for (const text of texts) {
    for (const secret of secrets) expect(secret && text.includes(secret), 'a secret of the platform').toBeFalsy();
    expect(text).not.toMatch(/sk_(test|live)_|whsec_|PRIVATE KEY/);
  }
});
