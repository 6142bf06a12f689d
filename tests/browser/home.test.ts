// The viewer's home page: one request for its content, and what leads to which row.
import { expectAccessible } from './support/accessible.ts';
import type { Person, Platform, Video } from './support/platform.ts';
import { countRequests, expect, settled, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

interface Series {
  id: string;
  title: string;
}

interface Home {
  hero: { video: Video & { series?: Series } } | null;
}

async function seeded(platform: Platform): Promise<{ series: Series; first: Video; second: Video }> {
  const [series] = await platform.api<Series[]>('GET', '/api/series', null);
  const [first, second] = series ? await platform.api<Video[]>('GET', `/api/series/${series.id}/episodes?limit=100`, null) : [];
  if (!series || !first || !second) throw new Error('no series with two episodes');
  return { series, first, second };
}

async function filmsOtherThan(platform: Platform, person: Person, number: number): Promise<Video[]> {
  const { hero } = await platform.api<Home>('GET', '/api/home', person);
  const all = await platform.api<Video[]>('GET', '/api/videos?sort=newest&limit=100', null);
  const films = all.filter(({ id, series_id }) => !series_id && id !== hero?.video.id).slice(0, number);
  expect(films).toHaveLength(number);
  return films;
}

const row = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const goHome = (page: Page) => page.getByRole('link', { name: 'Marquee home' }).click();

test('the home page makes one request for its content', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const home = countRequests(page, 'GET', /^\/api\/home$/);
  const lists = countRequests(page, 'GET', /^\/api\/(videos|categories|continue-watching|series.*|history)$/);
  const film = countRequests(page, 'GET', /^\/api\/videos\/[^/]+$/);
  await page.goto('/');
  await settled(page);
  await expect(row(page, 'New on Marquee').getByRole('listitem').first()).toBeVisible();
  expect(home.count).toBe(1);
  expect(lists.count).toBe(0);
  expect(film.count, 'whether the hero may be played').toBe(1);
});

test('after a finished episode the following one is up next and plays', async ({ pageOf, platform }) => {
  const { series, first, second } = await seeded(platform);
  const page = await pageOf(await platform.subscriber('premium'));
  await page.goto('/');
  await settled(page);
  await expect(row(page, 'Continue watching')).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: series.title }).first().click();
  await page.getByRole('button', { name: `Mark ${first.title} as watched` }).click();
  await expect(page.getByRole('link', { name: 'Continue S1 E2' })).toBeVisible();
  await goHome(page);
  const cards = row(page, 'Continue watching').getByRole('listitem');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText(second.title);
  await expect(cards).toContainText('Up next');
  await expect(page.getByRole('main').getByText(first.title, { exact: true })).toHaveCount(0);
  await settled(page);
  await expectAccessible(page);
  await cards.getByRole('link').click();
  await expect(page).toHaveURL(`/watch/${second.id}`);
});

test('an episode that was left in the middle is continued and not up next', async ({ pageOf, platform }) => {
  const { first } = await seeded(platform);
  const viewer = await platform.subscriber('premium');
  await platform.api('PUT', `/api/videos/${first.id}/progress`, viewer, { progress: first.duration / 2 });
  const page = await pageOf(viewer);
  await page.goto('/');
  const cards = row(page, 'Continue watching').getByRole('listitem');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText(first.title);
  await expect(cards).toContainText('left');
  await expect(cards).not.toContainText('Up next');
});

test('no title is twice above the fold', async ({ pageOf, platform }) => {
  const { first } = await seeded(platform);
  const viewer = await platform.subscriber('premium');
  const [begun, listed] = await filmsOtherThan(platform, viewer, 2);
  for (const { id, duration } of [begun!, first])
    await platform.api('PUT', `/api/videos/${id}/progress`, viewer, { progress: duration / 2 });
  for (const { id } of [begun!, listed!]) await platform.api('PUT', `/api/watchlist/${id}`, viewer);
  const page = await pageOf(viewer);
  await page.goto('/');
  await settled(page);
  const sections = page.getByRole('main').locator('section');
  const names = await sections.evaluateAll((all) => all.slice(0, 4).map((one) => one.querySelector('h1, h2')?.textContent));
  expect(names.slice(1)).toEqual(['Continue watching', 'My list', 'New on Marquee']);
  await expect(row(page, 'Continue watching').getByRole('link')).toHaveCount(2);
  await expect(row(page, 'My list').getByRole('listitem')).toHaveCount(1);
  const shown = await sections.evaluateAll((all) =>
    all.slice(1, 4).flatMap((one) => [...one.querySelectorAll('li a')].map((link) => (link as HTMLAnchorElement).pathname)),
  );
  const { hero } = await platform.api<Home>('GET', '/api/home', viewer);
  const top = hero?.video.series ? `/series/${hero.video.series.id}` : `/videos/${hero?.video.id}`;
  await expect(sections.first().getByRole('link', { name: 'More info' })).toHaveAttribute('href', top);
  const titles = [top, ...shown].map((path) => path.replace(/^\/watch\//, '/videos/'));
  expect(titles).toContain(`/videos/${begun?.id}`);
  expect(titles).toContain(`/videos/${listed?.id}`);
  expect(new Set(titles).size, titles.join('\n')).toBe(titles.length);
  expect(titles, 'the series that is continued').not.toContain(`/series/${first.series_id}`);
});

test('a title that is added to the list appears in the row of the list, and leaves it', async ({ pageOf, platform }) => {
  const viewer = await platform.register();
  const [film] = await filmsOtherThan(platform, viewer, 1);
  const page = await pageOf(viewer);
  await page.goto('/');
  await settled(page);
  await expect(row(page, 'My list')).toHaveCount(0);
  await row(page, 'New on Marquee')
    .getByRole('button', { name: `My list: ${film?.title}` })
    .click();
  await expect(row(page, 'My list').getByRole('listitem')).toHaveCount(1);
  await expect(row(page, 'My list')).toContainText(film?.title ?? '?');
  await expect(row(page, 'New on Marquee').getByRole('link', { name: film?.title })).toHaveCount(0);
  await row(page, 'My list')
    .getByRole('button', { name: `My list: ${film?.title}` })
    .click();
  await expect(row(page, 'My list')).toHaveCount(0);

  await page.goto(`/videos/${film?.id}`);
  await page.getByRole('button', { name: 'My list', exact: true }).click();
  await expect(page.getByRole('button', { name: 'My list', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await goHome(page);
  await expect(row(page, 'My list')).toContainText(film?.title ?? '?');
});

test('the next step of the hero is to play, or to choose the plan that it needs', async ({ pageOf, platform }) => {
  for (const [viewer, step] of [
    [await platform.subscriber('premium'), 'Play'],
    [await platform.register(), /^(Play|Subscribe to watch)$/],
  ] as const) {
    const { hero } = await platform.api<Home>('GET', '/api/home', viewer);
    const page = await pageOf(viewer);
    await page.goto('/');
    const isFree = hero?.video.required_plan === 'free';
    const link = page.getByRole('main').locator('section').first().getByRole('link', { name: step });
    const needs = step === 'Play' || isFree ? `/watch/${hero?.video.id}` : `/plans?plan=${hero?.video.required_plan}`;
    await expect(link).toHaveAttribute('href', needs);
    await expect(title(page)).toHaveText(hero?.video.title ?? '?');
  }
});

test('a hero that was watched meanwhile is not offered again', async ({ pageOf, platform }) => {
  const viewer = await platform.subscriber('premium');
  const { hero } = await platform.api<Home>('GET', '/api/home', viewer);
  const page = await pageOf(viewer);
  await page.route(/\/api\/videos\/[^/]+$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { data: object };
    await route.fulfill({ response, json: { ...body, data: { ...body.data, completed: true, progress: 20 } } });
  });
  await page.goto('/');
  await expect(title(page)).toHaveText(hero?.video.title ?? '?');
  const words = page.getByRole('main').locator('section').first();
  await expect(words.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
  await expect(words.getByRole('link', { name: /Watch again|Resume/ })).toHaveCount(0);
});

test('a home page that fails shows one error, and "Try again" loads it; a refetch that fails leaves what was shown', async ({
  pageOf,
  platform,
}) => {
  const page = await pageOf(await platform.register());
  const broken = { status: 500, json: { success: false, error: { code: 'INTERNAL', message: 'broken' } } };
  const fail = () => page.route(/\/api\/home$/, (route) => route.fulfill(broken));
  await fail();
  await page.goto('/');
  await expect(page.getByRole('alert')).toHaveCount(1);
  await page.unroute(/\/api\/home$/);
  await page.getByRole('button', { name: /try again/i }).click();
  await expect(row(page, 'New on Marquee').getByRole('link').first()).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);

  await fail();
  const asked = countRequests(page, 'GET', /^\/api\/home$/);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }).click();
  await expect(title(page)).toHaveText('Choose your plan');
  // Until the cached data is stale.
  await page.waitForTimeout(2500);
  await goHome(page);
  await expect.poll(() => asked.count).toBeGreaterThan(0);
  await expect(row(page, 'New on Marquee').getByRole('link').first()).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
});
