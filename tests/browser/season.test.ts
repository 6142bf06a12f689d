import { expectPlays, playing, seek } from './support/player.ts';
import { PASSWORD } from './support/platform.ts';
import type { Video } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

test('a visitor signs up, pays, and watches a whole series in full screen with captions', async ({ page, platform }) => {
  const episodes = episodesOf(await platform.api<Video[]>('GET', '/api/videos?limit=100', null));
  const [first, ...others] = episodes;
  if (!first) throw new Error('no series');

  await test.step('the visitor signs up and pays', async () => {
    await page.goto('/plans');
    await page.getByRole('button', { name: 'Choose Premium' }).click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email address').fill(`season-${Date.now()}@example.com`);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('button', { name: 'Choose Premium' }).click();
    await page.waitForURL(new RegExp(`:${platform.port + 1}/`));
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Pay' }).click();
    await expect(title(page)).toHaveText('Welcome to Premium');
  });

  await test.step('the first episode plays in full screen with captions', async () => {
    await page.goto(`/videos/${first.id}`);
    await page.getByRole('link', { name: 'Play', exact: true }).click();
    await expectPlays(page, 0.5);
    await expect(page.getByRole('button', { name: 'enter fullscreen mode' })).toBeAttached();
    await page.keyboard.press('c');
    await page.keyboard.press('f');
    await expectCaptionsInFullScreen(page);
  });

  for (const next of others) {
    await test.step(`${next.title} follows by itself`, async () => {
      // The viewer watches the last seconds. The countdown then starts the next episode.
      await seek(page, (await duration(page)) - 2);
      await expect(page).toHaveURL(`/watch/${next.id}`);
      await expect(title(page)).toHaveText(next.title);
      expect(await expectPlays(page, 0.5), 'from the beginning').toBeLessThan(15);
      await expectCaptionsInFullScreen(page);
    });
  }

  await test.step('the end offers three other films in full screen', async () => {
    await seek(page, (await duration(page)) - 1);
    const related = page.getByRole('navigation', { name: 'More like this' });
    await expect(related.getByRole('link')).toHaveCount(3);
    expect(await related.evaluate((element) => document.fullscreenElement?.contains(element) ?? false)).toBe(true);
    const offered = await related.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    expect(offered.filter((href) => episodes.some(({ id }) => href?.endsWith(id)))).toEqual([]);
    await related.getByRole('link').first().click();
    await expect(page).toHaveURL(offered[0] ?? '');
  });
});

test('the end of a film offers three other films on a phone', async ({ pageOf, platform }) => {
  const free = await platform.api<Video[]>('GET', '/api/videos?required_plan=free&limit=100', null);
  // Not the only film of its category.
  const video = free.find(({ series_id, category }) => !series_id && category !== 'Slow TV');
  if (!video) throw new Error('no free film');
  const page = await pageOf(await platform.register());
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(page, 0.5);
  await seek(page, (await duration(page)) - 1);
  const posters = page.getByRole('navigation', { name: 'More like this' }).getByRole('link');
  await expect(posters).toHaveCount(3);
  for (const poster of await posters.all()) {
    const box = await poster.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
    expect(box?.width, 'large enough to recognize and to touch').toBeGreaterThan(90);
  }
});

/** The episodes of one of the seeded series, in their order. */
function episodesOf(videos: Video[]): Video[] {
  const series = videos.find(({ series_id }) => series_id)?.series_id;
  return videos
    .filter(({ series_id }) => series && series_id === series)
    .sort((one, other) => (one.season ?? 0) - (other.season ?? 0) || (one.episode ?? 0) - (other.episode ?? 0));
}

async function duration(page: Page): Promise<number> {
  expect(await playing(page)).not.toBeNull();
  return page
    .locator('video')
    .first()
    .evaluate((element) => (element as HTMLVideoElement).duration);
}

async function expectCaptionsInFullScreen(page: Page): Promise<void> {
  await expect(page.locator(':fullscreen')).toHaveCount(1);
  await expect
    .poll(
      () =>
        page
          .locator('hls-video')
          .evaluate((element) =>
            [...(element as HTMLVideoElement).textTracks].some(({ kind, mode }) => kind !== 'metadata' && mode === 'showing'),
          ),
      { message: 'captions are shown' },
    )
    .toBe(true);
}
