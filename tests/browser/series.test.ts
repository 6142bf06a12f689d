import { expectAccessible } from './support/accessible.ts';
import { expect, settled, test, title } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

interface Series {
  id: string;
  title: string;
  first_video_id: string;
}

async function seeded(platform: Platform): Promise<{ series: Series; episodes: Video[] }> {
  const [series] = await platform.api<Series[]>('GET', '/api/series', null);
  if (!series) throw new Error('no series');
  return { series, episodes: await platform.api<Video[]>('GET', `/api/series/${series.id}/episodes?limit=100`, null) };
}

test('a series is one card, which leads new viewers to its first episode', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const page = await pageOf(await platform.register());
  for (const path of ['/', '/browse?sort=newest']) {
    await page.goto(path);
    await settled(page);
    const main = page.getByRole('main');
    await expect(main.getByRole('link', { name: series.title }).first()).toBeVisible();
    for (const { title: episode } of episodes) await expect(main.locator('ul').getByText(episode, { exact: true }), path).toHaveCount(0);
  }
  await page.getByRole('main').getByRole('link', { name: series.title }).click();
  await expect(page).toHaveURL(`/series/${series.id}`);
  await expect(title(page)).toHaveText(series.title);
  const rows = page.getByRole('region', { name: 'Episodes' }).getByRole('listitem');
  await expect(rows).toHaveCount(episodes.filter(({ season }) => season === 1).length);
  await expect(rows.first()).toContainText(episodes[0]?.title ?? '?');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Start with episode 1' }).click();
  await expect(page).toHaveURL(`/videos/${episodes[0]?.id}`);
});

test('the season picker shows the episodes of one season, at first of the one that the viewer is watching', async ({
  pageOf,
  platform,
}) => {
  const all = await platform.api<(Series & { seasons: { season: number }[] })[]>('GET', '/api/series', null);
  expect(all.map(({ seasons }) => seasons.length)).toEqual([2, 2]);
  const { series, episodes } = await seeded(platform);
  const titles = (wanted: number) => episodes.filter(({ season }) => season === wanted).map((episode) => episode.title);
  const viewer = await platform.subscriber('premium');
  const page = await pageOf(viewer);
  const rows = page.getByRole('region', { name: 'Episodes' }).getByRole('listitem');
  const shown = async (season: number) => {
    await expect(rows).toHaveCount(titles(season).length);
    for (const [index, episode] of titles(season).entries()) await expect(rows.nth(index)).toContainText(episode);
  };

  await page.goto(`/series/${series.id}`);
  await shown(1);
  const picker = page.getByRole('combobox', { name: 'Season' });
  const pick = async (season: string) => {
    await picker.click();
    await page.getByRole('option', { name: season, exact: true }).click();
  };
  await pick('Season 2');
  await shown(2);
  await expectAccessible(page);
  await pick('Season 1');
  await shown(1);

  const second = episodes.find(({ season }) => season === 2);
  await platform.api('PUT', `/api/videos/${second?.id}/progress`, viewer, { progress: (second?.duration ?? 0) / 2 });
  await page.reload();
  await expect(picker).toHaveText('Season 2');
  await shown(2);
});

test('a visitor can open the page of a series, and an unknown series is not found', async ({ page, platform }) => {
  const { series } = await seeded(platform);
  await page.goto(`/series/${series.id}`);
  await expect(title(page)).toHaveText(series.title);
  await page.goto('/series/01987c10-4a00-7000-8000-000000000001');
  await expect(page.getByRole('main')).toContainText(/not|no/i);
  await expect(page.getByRole('link', { name: 'Sign in to watch' })).toHaveCount(0);
});

test('a viewer continues a series where they left it', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const second = episodes[1];
  if (!second) throw new Error('the series has only one episode');
  const viewer = await platform.subscriber('premium');
  await platform.api('PUT', `/api/videos/${second.id}/progress`, viewer, { progress: second.duration / 2 });
  const page = await pageOf(viewer);
  await page.goto(`/series/${series.id}`);
  await expect(page.getByRole('link', { name: `Continue S${second.season} E${second.episode}` })).toHaveAttribute(
    'href',
    `/watch/${second.id}`,
  );
  await expect(page.getByRole('listitem').filter({ hasText: second.title })).toContainText('Started');
});

test('a new series name creates a series, and a taken episode number is refused', async ({ pageOf, platform }) => {
  const admin = await platform.admin();
  const created = await platform.api<{ video: Video }>('POST', '/api/admin/videos', admin, {
    title: 'Pilot',
    category: 'Drama',
    required_plan: 'free',
  });
  const second = await platform.api<{ video: Video }>('POST', '/api/admin/videos', admin, {
    title: 'The other',
    category: 'Drama',
    required_plan: 'free',
  });
  const name = `The Long Shift ${Date.now()}`;
  const page = await pageOf(admin);
  const place = async (id: string, typed: string) => {
    await page.goto(`/admin/videos/${id}`);
    await page.getByText('Series and credits').click();
    await page.getByLabel('Series', { exact: true }).fill(typed);
    await page.getByLabel('Season').fill('1');
    await page.getByLabel('Episode').fill('1');
    await page.getByRole('button', { name: 'Save' }).click();
  };
  await place(created.video.id, name);
  await expect(page.getByText('Saved')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Series', { exact: true }), 'the name and not the id').toHaveValue(name);

  await place(second.video.id, name.toUpperCase());
  await expect(page.getByRole('alert').or(page.getByText('Another episode of this series has this place')).first()).toBeVisible();
  const all = await platform.api<Series[]>('GET', '/api/admin/series?limit=100', admin);
  expect(
    all.filter((one) => one.title.toLowerCase() === name.toLowerCase()),
    'the name is not case-sensitive',
  ).toHaveLength(1);

  await page.goto('/admin/series');
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('button', { name: 'Delete series' }).click();
  await expect(page.getByText('This series has episodes.')).toBeVisible();
});

test('the player shows the series and the episode, lists the others, and continues with the next', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const [first, second, third] = episodes;
  if (!first || !second || !third) throw new Error('too few episodes');
  const page = await pageOf(await platform.subscriber('premium'));
  await page.goto(`/watch/${first.id}`);
  await expect(page.getByText(`${series.title} · S1 E1`, { exact: true })).toBeVisible();
  await expect(title(page)).toHaveText(first.title);

  await page.getByRole('button', { name: 'Next episode' }).click();
  await expect(page).toHaveURL(`/watch/${second.id}`);
  await expect(page.getByText(`${series.title} · S1 E2`, { exact: true })).toBeVisible();

  const panel = page.getByRole('complementary', { name: 'Episodes' });
  const opener = page.getByRole('button', { name: 'Episodes', exact: true });
  await opener.click();
  await expect(panel.getByRole('link')).toHaveCount(episodes.length);
  await expect(panel.getByRole('link', { name: second.title }), 'the one that plays has the focus').toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(opener, 'the focus is where it was').toBeFocused();
  await opener.click();
  await panel.getByRole('link', { name: third.title }).click();
  await expect(page).toHaveURL(`/watch/${third.id}`);
  await expect(panel).toHaveCount(0);
  await expect(title(page)).toHaveText(third.title);
});

test('an episode that a link opens continues with the next, even while the list of episodes does not load', async ({
  pageOf,
  platform,
}) => {
  const { episodes } = await seeded(platform);
  const [first, second] = episodes;
  if (!first || !second) throw new Error('too few episodes');
  const page = await pageOf(await platform.subscriber('premium'));
  await page.route('**/api/series/*/episodes*', (route) => route.abort());
  await page.goto(`/watch/${first.id}`);
  await page.getByRole('button', { name: 'Next episode' }).click();
  await expect(page).toHaveURL(`/watch/${second.id}`);
  await expect(title(page)).toHaveText(second.title);
});

test('the last episode offers no next one, and a film no episodes', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const last = episodes.at(-1);
  const film = (await platform.api<Video[]>('GET', '/api/videos?limit=100', null)).find(({ series_id }) => !series_id);
  if (!last || !film) throw new Error('no episode or no film');
  const page = await pageOf(await platform.subscriber('premium'));
  await page.goto(`/watch/${last.id}`);
  await expect(page.getByText(new RegExp(`^${series.title} · S`))).toBeVisible();
  await expect(page.getByRole('button', { name: 'Episodes', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next episode' })).toHaveCount(0);
  await page.goto(`/watch/${film.id}`);
  await expect(title(page)).toHaveText(film.title);
  await expect(page.getByRole('button', { name: 'Episodes', exact: true })).toHaveCount(0);
});

test('the page of an episode links to its series', async ({ pageOf, platform }) => {
  const { series, episodes } = await seeded(platform);
  const page = await pageOf(await platform.register());
  await page.goto(`/videos/${episodes[1]?.id}`);
  // The first is the button, the second the heading of the shelf.
  await page.getByRole('link', { name: 'All episodes', exact: true }).first().click();
  await expect(page).toHaveURL(`/series/${series.id}`);
  await expect(title(page)).toHaveText(series.title);
});

test('the page of all series belongs to the videos in the navigation', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/series');
  await expect(title(page)).toHaveText('Series');
  const current = page.getByRole('navigation', { name: 'Admin pages' }).locator('[aria-current=page]');
  await expect(current).toHaveText(['Videos']);
});
