import { countRequests, expect, settled, test, title } from './support/test.ts';
import type { Video } from './support/platform.ts';

const FEW = 5;

/** Where the cards of a list lead: a series is one card, where its first episode of the list would stand. */
function cardsOf(videos: Video[]): string[] {
  return [...new Set(videos.map(({ id, series_id }) => (series_id ? `/series/${series_id}` : `/videos/${id}`)))];
}

test('the list goes on by itself as one comes near its end, page after page, each title once, and then ends', async ({
  page,
  platform,
}) => {
  const all = await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null);
  expect(all.length, 'enough for several pages').toBeGreaterThan(2 * FEW);
  const asked = countRequests(page, 'GET', /^\/api\/videos$/);
  await page.route('**/api/videos?**', (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', String(FEW));
    return route.continue({ url: url.href });
  });
  // So low that the end of the first page is far away.
  await page.setViewportSize({ width: 390, height: 300 });
  await page.goto('/browse?sort=title');
  const cards = page.getByRole('main').locator('ul > li').getByRole('link');
  await expect(cards).toHaveCount(FEW);
  await page.waitForLoadState('networkidle');
  expect(asked.count, 'nothing more while nobody comes near').toBe(1);
  await expect(async () => {
    await page.evaluate(() => window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
    expect(await cards.count()).toBe(cardsOf(all).length);
  }).toPass();
  const shown = await cards.evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  expect(shown).toEqual(cardsOf(all));
  await expect(page.getByRole('button', { name: 'Show more' })).toHaveCount(0);
  expect(asked.count).toBe(Math.ceil(all.length / FEW));
});

test('category and plan go together, what is shown is both, and the category is the page’s title', async ({ page, platform }) => {
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

test('the home of a viewer: a hero, shelves by category, each leading to all of it', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const categories = await platform.api<{ category: string; count: number }[]>('GET', '/api/categories', null);
  await page.goto('/');
  await settled(page);
  await expect(title(page), 'the hero').not.toBeEmpty();
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

test('pictures keep their place, come when they are near, and in the size that is needed', async ({ page }) => {
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

test('before a big picture is there a small one stands in for it, blurred', async ({ pageOf, platform }) => {
  const video = await platform.video('free');
  const viewer = await pageOf(await platform.register());
  const wide: string[] = [];
  await viewer.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => {
    // The widths are in the tokens.
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
  await expect.poll(() => wide.length, { message: 'the big one is on its way' }).toBeGreaterThan(0);
});

test('nothing secret is in what everybody loads', async ({ page, platform }) => {
  const loading: Promise<string>[] = [];
  page.on('response', (response) => /\.(js|css|html)$|\/$/.test(new URL(response.url()).pathname) && loading.push(response.text()));
  const texts: string[] = [];
  for (const path of ['/', '/browse', '/plans', '/sign-in']) {
    await page.goto(path);
    await settled(page);
    // A browser forgets what an answer said once the next page is there.
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
