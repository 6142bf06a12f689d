// The viewer's list, history and watched marks.
import { expectAccessible } from './support/accessible.ts';
import type { Person, Platform, Video } from './support/platform.ts';
import { expect, settled, test } from './support/test.ts';
import type { Page } from './support/test.ts';

interface Series {
  id: string;
  title: string;
  first_video_id: string;
}

async function films(platform: Platform): Promise<[Video, Video]> {
  const [first, second] = (await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null)).filter(
    ({ series_id }) => !series_id,
  );
  if (!first || !second) throw new Error('too few films');
  return [first, second];
}

async function seeded(platform: Platform): Promise<{ series: Series; episodes: Video[] }> {
  const [series] = await platform.api<Series[]>('GET', '/api/series', null);
  if (!series) throw new Error('no series');
  return { series, episodes: await platform.api<Video[]>('GET', `/api/series/${series.id}/episodes?limit=100`, null) };
}

const listOf = async (platform: Platform, person: Person) =>
  (await platform.api<{ video: Video }[]>('GET', '/api/watchlist', person)).map(({ video }) => video.id);

const openMenu = (page: Page) => page.getByRole('button', { name: 'Your account' }).click();

test('a film is added on its page and removed on the list, to which the menu links', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const [film] = await films(platform);
  const page = await pageOf(person);
  await page.goto(`/videos/${film.id}`);
  const button = page.getByRole('button', { name: 'My list', exact: true });
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => listOf(platform, person)).toEqual([film.id]);

  await openMenu(page);
  await page.getByRole('menuitem', { name: 'My list' }).click();
  await expect(page).toHaveURL('/my-list');
  await settled(page);
  await expect(page.getByRole('main').getByRole('link', { name: film.title })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: `My list: ${film.title}` }).click();
  await expect(page.getByText('Your list is empty')).toBeVisible();
  await expect.poll(() => listOf(platform, person)).toEqual([]);
});

test('a card adds a film to the list, and a series as a series', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const [film] = await films(platform);
  const { series } = await seeded(platform);
  const page = await pageOf(person);
  await page.goto('/browse');
  await settled(page);
  for (const name of [film.title, series.title]) {
    const mark = page.getByRole('button', { name: `My list: ${name}` });
    await mark.click();
    await expect(mark).toHaveAttribute('aria-pressed', 'true');
  }
  await expect.poll(() => listOf(platform, person)).toEqual([series.first_video_id, film.id]);
  await page.goto('/my-list');
  await expect(page.getByRole('main').getByRole('link', { name: series.title })).toHaveAttribute('href', `/series/${series.id}`);
  await page.getByRole('main').getByRole('link', { name: series.title }).click();
  await expect(page.getByRole('button', { name: 'My list', exact: true })).toHaveAttribute('aria-pressed', 'true');
});

test('a refused addition to the list shows at once and is undone with an explanation', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const [film] = await films(platform);
  const page = await pageOf(person);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/api/watchlist/*', async (route) => {
    await held;
    await route.fulfill({ status: 503, json: { success: false, error: { code: 'UNAVAILABLE', message: 'Down.' } } });
  });
  await page.goto(`/videos/${film.id}`);
  const button = page.getByRole('button', { name: 'My list', exact: true });
  await button.click();
  await expect(button, 'before there is an answer').toHaveAttribute('aria-pressed', 'true');
  letGo();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await expect(
    page
      .getByRole('status')
      .or(page.getByRole('alert'))
      .filter({ hasText: /try again|unavailable/i })
      .first(),
  ).toBeVisible();
  expect(await listOf(platform, person)).toEqual([]);
});

test('the history is newest first; one entry is deleted at once, all after confirmation', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const [older, newer] = await films(platform);
  for (const { id, duration } of [older, newer])
    await platform.api('PUT', `/api/videos/${id}/progress`, person, { progress: duration / 2 });
  const page = await pageOf(person);
  await page.goto('/');
  await openMenu(page);
  await page.getByRole('menuitem', { name: 'History' }).click();
  await expect(page).toHaveURL('/history');
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(newer.title);
  await expectAccessible(page);

  await page.getByRole('button', { name: `Remove ${newer.title} from your history` }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toContainText(older.title);
  const history = () => platform.api<{ video: Video }[]>('GET', '/api/history', person);
  await expect.poll(async () => (await history()).map(({ video }) => video.id)).toEqual([older.id]);

  await page.getByRole('button', { name: 'Clear history' }).click();
  const question = page.getByRole('dialog', { name: 'Clear your history?' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toHaveCount(0);
  await expect(rows, 'nothing happens without a yes').toHaveCount(1);
  await page.getByRole('button', { name: 'Clear history' }).click();
  await question.getByRole('button', { name: 'Clear history' }).click();
  await expect(page.getByText('Nothing here yet')).toBeVisible();
  expect(await history()).toEqual([]);
});

test('a viewer marks a film as watched, and undoes it', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const [film] = await films(platform);
  const page = await pageOf(person);
  const completed = async () => (await platform.api<{ completed: boolean }>('GET', `/api/videos/${film.id}`, person)).completed;
  await page.goto(`/videos/${film.id}`);
  await page.getByRole('button', { name: 'Mark as watched' }).click();
  await expect(page.getByRole('button', { name: 'Mark as unwatched' })).toBeVisible();
  await expect.poll(completed).toBe(true);
  await page.getByRole('button', { name: 'Mark as unwatched' }).click();
  await expect(page.getByRole('button', { name: 'Mark as watched' })).toBeVisible();
  await expect.poll(completed).toBe(false);
});

test('an episode marked as watched shows the mark, and the series continues at the next one', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const [first, second] = episodes;
  if (!first || !second) throw new Error('too few episodes');
  const page = await pageOf(await platform.subscriber('premium'));
  await page.goto(`/series/${series.id}`);
  await expect(page.getByRole('link', { name: 'Start with episode 1' })).toBeVisible();
  await page.getByRole('button', { name: `Mark ${first.title} as watched` }).click();
  const row = page.getByRole('listitem').filter({ hasText: first.title });
  await expect(row).toContainText('Watched');
  await expect(page.getByRole('link', { name: 'Continue S1 E2' })).toHaveAttribute('href', `/watch/${second.id}`);
  await page.reload();
  await expect(row).toContainText('Watched');
  await expect(page.getByRole('link', { name: 'Continue S1 E2' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: `Mark ${first.title} as unwatched` }).click();
  await expect(row).not.toContainText('Watched');
  await expect(page.getByRole('link', { name: 'Start with episode 1' })).toBeVisible();
});
