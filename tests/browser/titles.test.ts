// The facts of films, their trailers, and their pages for visitors without an account.
import { expectAccessible } from './support/accessible.ts';
import type { Platform, Video } from './support/platform.ts';
import { expect, refusals, settled, test, title } from './support/test.ts';

type Film = Video & { actors: string[]; directors: string[]; tags: string[]; year: number };

/** A premium film with a cast. */
async function premiumFilm(platform: Platform): Promise<Film> {
  const films = await platform.api<Film[]>('GET', '/api/videos?required_plan=premium&limit=100', null);
  const film = films.find(({ actors, series_id }) => actors.length > 0 && !series_id);
  if (!film) throw new Error('no premium film with a cast');
  return film;
}

test('a shared link shows a visitor the film, its facts and how to watch it', async ({ page, platform }) => {
  const film = await premiumFilm(platform);
  const refused = refusals(page);
  await page.goto(`/videos/${film.id}`);
  await settled(page);
  await expect(title(page)).toHaveText(film.title);
  const facts = page.getByRole('region', { name: 'About the film' });
  for (const name of [...film.actors, ...film.directors, ...film.tags, String(film.year)]) await expect(facts).toContainText(name);
  await expectAccessible(page);
  expect(refused, 'nothing that needs an account is requested').toEqual([]);
  await expect(page.getByRole('link', { name: 'Play' })).toHaveCount(0);
  await page.getByRole('main').getByRole('link', { name: 'Sign in to watch' }).click();
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(`/videos/${film.id}`)}`);
});

test('the page of a film has a preview for messengers, and is the app in a browser', async ({ page, platform }) => {
  const film = await premiumFilm(platform);
  const response = await page.goto(`/videos/${film.id}`);
  const html = (await response?.text()) ?? '';
  expect(html).toContain(`<link rel="canonical" href="${platform.origin}/videos/${film.id}" />`);
  const tag = (name: string) => page.locator(`meta[property="${name}"]`).getAttribute('content');
  expect(await tag('og:title')).toBe(film.title);
  const picture = await page.request.get((await tag('og:image')) ?? '');
  expect([picture.status(), picture.headers()['content-type']]).toEqual([200, 'image/jpeg']);
  const data = JSON.parse((await page.locator('script[type="application/ld+json"]').textContent()) ?? '{}') as Record<string, unknown>;
  expect([data['@type'], data.name]).toEqual(['Movie', film.title]);
  await expect(page).toHaveTitle(`${film.title} · Marquee`);
  await settled(page);
  await expect(title(page)).toHaveText(film.title);
  // The app goes on from here without loading another page.
  await page.getByRole('banner').getByRole('link', { name: 'Marquee' }).click();
  await expect(page).toHaveURL('/');
  await expect(page).toHaveTitle('Marquee');
});

test('the page of a series tells visitors how to join', async ({ page, platform }) => {
  const [series] = await platform.api<{ id: string; title: string }[]>('GET', '/api/series', null);
  await page.goto(`/series/${series?.id}`);
  await settled(page);
  await expect(title(page)).toHaveText(series?.title ?? '?');
  const main = page.getByRole('main');
  await expect(main.getByRole('link', { name: /Subscribe to watch|Create a free account/ })).toBeVisible();
  await expect(main.getByRole('link', { name: 'Start with episode 1' })).toHaveCount(0);
  await main.getByRole('link', { name: 'Sign in to watch' }).click();
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(`/series/${series?.id}`)}`);
});

test('a visitor learns nothing of a video that is not published', async ({ page, platform }) => {
  const admin = await platform.admin();
  const { video } = await platform.api<{ video: Video }>('POST', '/api/admin/videos', admin, {
    title: 'Not announced yet',
    category: 'Drama',
    required_plan: 'free',
  });
  const response = await page.goto(`/videos/${video.id}`);
  expect(response?.status()).toBe(404);
  await expect(page.locator('meta[name="robots"]')).toHaveAttribute('content', 'noindex');
  await expect(title(page)).toHaveText('Page not found');
  await expect(page.getByText('Not announced yet')).toHaveCount(0);
});

test('a name leads to everything that its bearer made', async ({ page, platform }) => {
  const film = await premiumFilm(platform);
  const [name = ''] = film.actors;
  await page.goto(`/videos/${film.id}`);
  await page.getByRole('region', { name: 'About the film' }).getByRole('link', { name, exact: true }).click();
  await expect(page).toHaveURL(`/browse?q=${encodeURIComponent(name)}`);
  await expect(page.getByRole('main').getByRole('link', { name: film.title })).toBeVisible();
});

test('the page of a film lists what is most like it, and not the film itself', async ({ pageOf, platform }) => {
  const film = await premiumFilm(platform);
  const related = await platform.api<Video[]>('GET', `/api/titles/${film.id}/related`, null);
  const first = related.find(({ series_id }) => !series_id);
  if (!first) throw new Error('nothing is related');
  const page = await pageOf(await platform.register());
  await page.goto(`/videos/${film.id}`);
  await settled(page);
  const shelf = page.getByRole('region', { name: 'More like this' });
  await expect(shelf.getByRole('link', { name: first.title })).toHaveAttribute('href', `/videos/${first.id}`);
  await expect(shelf.getByRole('link', { name: film.title })).toHaveCount(0);
});

test('a trailer plays without an account', async ({ page, platform }) => {
  const [series] = await platform.api<{ id: string }[]>('GET', '/api/series', null);
  await page.goto(`/series/${series?.id}`);
  await page.getByRole('button', { name: 'Trailer' }).click();
  const video = page.locator('hls-video');
  await expect
    .poll(() => video.evaluate((element) => (element as unknown as HTMLVideoElement).currentTime), { timeout: 20_000 })
    .toBeGreaterThan(0.2);
  await page.keyboard.press('Escape');
  await expect(video).toHaveCount(0);
});
