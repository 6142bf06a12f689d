// What operators say about a film, and what viewers read.
import { expectAccessible } from './support/accessible.ts';
import { expect, test, title } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

async function found(platform: Platform, name: string): Promise<Video> {
  const [video] = await platform.api<Video[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null);
  if (!video) throw new Error(`no ${name}`);
  return video;
}

test('the facts that an operator fills in are on the film’s public page', async ({ page, pageOf, platform }) => {
  const film = await found(platform, 'Infinite Coast');
  const operator = await pageOf(await platform.admin());
  await operator.goto(`/admin/videos/${film.id}`);
  const form = operator.locator('form').filter({ has: operator.getByRole('button', { name: 'Save', exact: true }) });
  await expect(form.getByText('Cast, country and tags')).toBeVisible();
  // Facts that are known already are open.
  await expect(form.getByLabel('Year')).toBeVisible();
  await form.getByLabel('Year').fill('soon');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByText('Enter a year from 1870 to 2100')).toBeVisible();

  await form.getByLabel('Year').fill('1987');
  await form.getByLabel('Age rating').fill('PG-12');
  await form.getByLabel('Country').fill('Icel');
  await operator.getByRole('option', { name: 'Iceland', exact: true }).click();
  await form.getByLabel('Directors').fill('Sigrun Vala, Tom Okafor');
  await form.getByLabel('Cast', { exact: true }).fill('Ines Brandt, Yusuf Adeyemi');
  await form.getByLabel('Tags').fill('tides, slow');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(operator.getByText('Saved')).toBeVisible();
  await operator.reload();
  await expect(form.getByLabel('Country'), 'shown by its name').toHaveValue('Iceland');
  await expect(form.getByLabel('Cast', { exact: true })).toHaveValue('Ines Brandt, Yusuf Adeyemi');

  await page.goto(`/videos/${film.id}`);
  await expect(title(page)).toHaveText(film.title);
  const shown = page.getByRole('region', { name: 'About the film' });
  for (const text of ['1987 · Iceland', 'PG-12', 'Sigrun Vala', 'Tom Okafor', 'Ines Brandt', 'Yusuf Adeyemi', 'tides', 'slow']) {
    await expect(shown, text).toContainText(text);
  }
  await expectAccessible(page);
  await shown.getByRole('link', { name: 'Ines Brandt' }).click();
  await expect(page.getByRole('main').getByRole('link', { name: film.title }).first(), 'the cast leads to a search').toBeVisible();
});

test('the page of a film names the languages that it can be heard and read in', async ({ page, platform }) => {
  const film = await found(platform, 'The Last Lighthouse');
  await page.goto(`/videos/${film.id}`);
  const facts = page.getByRole('region', { name: 'About the film' });
  for (const name of ['Audio', 'Captions']) {
    const fact = facts.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });
    await expect(fact).toContainText('English');
    await expect(fact).toContainText('German');
  }
});

test('the operator’s page of a film lists its trailers, and viewers can play one', async ({ page, pageOf, platform }) => {
  const film = await found(platform, 'The Last Lighthouse');
  const admin = await platform.admin();
  const operator = await pageOf(admin);
  await operator.goto(`/admin/videos/${film.id}`);
  const trailers = operator.getByRole('list', { name: 'Trailers' });
  await expect(trailers.getByRole('listitem')).toHaveCount(1);
  await platform.api('POST', '/api/admin/videos', admin, {
    title: 'Second trailer',
    category: film.category,
    required_plan: 'free',
    trailer_of: film.id,
  });
  await operator.reload();
  await expect(trailers.getByRole('listitem')).toHaveCount(2);
  await expect(trailers.getByRole('listitem').first()).toContainText('Draft');
  await expectAccessible(operator);
  await trailers.getByRole('link', { name: 'Second trailer' }).click();
  await expect(title(operator)).toHaveText('Second trailer');
  await expect(operator.getByRole('list', { name: 'Trailers' }), 'a trailer has none').toHaveCount(0);

  await page.goto(`/videos/${film.id}`);
  await page.getByRole('button', { name: 'Trailer', exact: true }).click();
  await expect(page.getByRole('dialog').locator('hls-video')).toBeVisible();
});
