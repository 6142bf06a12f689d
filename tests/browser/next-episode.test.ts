// How one episode leads to the next.
import { expectMoves, expectPlays, openPlayer, pause, playing, seek } from './support/player.ts';
import { expect, test, title } from './support/test.ts';
import type { Locator } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

/** The first two episodes of one of the seeded series. */
async function episodes(platform: Platform): Promise<[Episode, Episode]> {
  const videos = await platform.api<Episode[]>('GET', '/api/videos?limit=100', null);
  const series = videos.find(({ series_id }) => series_id)?.series_id;
  const [first, second] = videos
    .filter(({ series_id }) => series && series_id === series)
    .sort((one, other) => one.season - other.season || one.episode - other.episode);
  if (!first || !second) throw new Error('no series');
  return [first, second];
}

type Episode = Video & { series_id: string; season: number; episode: number };

test('the next episode is offered near the end, and plays from the start when accepted', async ({ pageOf, platform }) => {
  const [first, second] = await episodes(platform);
  const page = await openPlayer(pageOf, platform, first);
  const offer = page.getByRole('complementary', { name: 'Next episode' });
  await expect(offer, 'no offer in the middle of the episode').toHaveCount(0);
  // While the player is paused, the episode cannot end and start the next one.
  await pause(page);
  await seek(page, first.duration - 8);
  await expect(offer).toContainText(second.title);
  await page.mouse.move(600, 300);
  await offer.getByRole('button', { name: 'Play now' }).click();
  await expect(page).toHaveURL(`/watch/${second.id}`);
  await expect(title(page)).toHaveText(second.title);
  const at = await expectPlays(page, 0.5);
  expect(at, 'from the beginning').toBeLessThan(15);
});

test('full screen and the player’s settings survive the change to the next episode', async ({ pageOf, platform }) => {
  const [first, second] = await episodes(platform);
  const page = await openPlayer(pageOf, platform, first);
  const full = page.locator(':fullscreen');
  const isIn = (locator: Locator) => locator.evaluate((element) => document.fullscreenElement?.contains(element) ?? false);
  const settings = () =>
    page.locator('hls-video').evaluate((element) => {
      const { playbackRate, volume, textTracks } = element as HTMLVideoElement;
      return { playbackRate, volume, captions: [...textTracks].some(({ kind, mode }) => kind !== 'metadata' && mode === 'showing') };
    });
  const same = await page.locator('video').first().elementHandle();
  await page.getByRole('button', { name: 'Playback rate 1' }).click();
  await page.getByRole('menuitemradio', { name: '1.25x' }).click();
  await page.keyboard.press('c');
  await page.locator('media-volume-range input').fill('0.5');
  await page.getByRole('button', { name: 'enter fullscreen mode' }).click();
  await expect(full).toHaveCount(1);
  await pause(page);
  await expect.poll(async () => (await settings()).volume, { message: 'the video has the new volume' }).toBeLessThan(1);
  const before = await settings();
  expect(before).toMatchObject({ playbackRate: 1.25, captions: true });

  await seek(page, first.duration - 8);
  const offer = page.getByRole('complementary', { name: 'Next episode' });
  await expect(offer).toBeVisible();
  expect(await isIn(offer)).toBe(true);
  await offer.getByRole('button', { name: 'Play now' }).click();
  await expect(title(page)).toHaveText(second.title);
  await expectPlays(page, 0.5);
  await expect(full).toHaveCount(1);
  expect(await same?.evaluate((element) => element.isConnected), 'the same element plays').toBe(true);
  await expect.poll(settings).toEqual(before);

  // Another device stops the stream.
  const streams = page.waitForResponse((response) => response.request().method() === 'PUT' && response.status() === 409);
  await page.evaluate(async () => {
    const headers = { authorization: `Bearer ${localStorage.getItem('marquee.token')}` };
    const { data } = (await (await fetch('/api/playback', { headers })).json()) as { data: { playback_session_id: string }[] };
    for (const { playback_session_id } of data) await fetch(`/api/playback/${playback_session_id}`, { method: 'DELETE', headers });
  });
  await streams;
  const elsewhere = page.getByRole('alert').filter({ hasText: 'Playing on another device' });
  await expect(elsewhere).toBeVisible();
  expect(await isIn(elsewhere)).toBe(true);
  await page.getByRole('button', { name: 'Play here' }).click();
  await expectMoves(page, 0.5);
  await expect(full).toHaveCount(1);
});

test('the next episode is not offered while a menu is open', async ({ pageOf, platform }) => {
  const [first] = await episodes(platform);
  const page = await openPlayer(pageOf, platform, first);
  const offer = page.getByRole('complementary', { name: 'Next episode' });
  await pause(page);
  const menus = [
    { name: 'quality', menu: page.locator('quality-menu') },
    { name: 'closed captions', menu: page.locator('media-captions-menu') },
    { name: /^Playback rate/, menu: page.locator('media-playback-rate-menu') },
  ];
  for (const { name, menu } of menus) {
    await page.getByRole('button', { name }).click();
    await expect(menu).toBeVisible();
    await seek(page, first.duration - 8);
    await expect.poll(async () => Math.abs(((await playing(page))?.at ?? 0) - (first.duration - 8))).toBeLessThan(0.5);
    await expect(offer).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(menu).toBeHidden();
    await expect(offer).toBeVisible();
    await seek(page, 2);
    await expect(offer).toHaveCount(0);
  }
});

test('the next episode starts after the countdown, unless the viewer cancels it', async ({ pageOf, platform }) => {
  const [first, second] = await episodes(platform);
  const page = await openPlayer(pageOf, platform, first);
  await page.clock.install();
  const offer = page.getByRole('complementary', { name: 'Next episode' });
  const hasEnded = () =>
    page
      .locator('video')
      .first()
      .evaluate((video) => (video as HTMLVideoElement).ended);
  await pause(page);
  await seek(page, first.duration - 4);
  await offer.getByRole('button', { name: 'Cancel' }).click();
  await page.keyboard.press('k');
  await expect.poll(hasEnded).toBe(true);
  await expect(offer.getByText('Next episode', { exact: true }), 'the offer remains, without a countdown').toBeVisible();
  // Longer than the countdown. Each second is rendered before the next one begins.
  for (let second = 0; second < 10; second += 1) await page.clock.runFor(1000);
  await expect(page).toHaveURL(`/watch/${first.id}`);

  await page.goto(`/watch/${first.id}?from=start`);
  await page.mouse.click(600, 300);
  await expectPlays(page, 0.2);
  await seek(page, first.duration - 2);
  await expect(offer.getByText(/^Next episode in \d/)).toBeVisible();
  await page.clock.runFor(9_000);
  await expect(page).toHaveURL(`/watch/${second.id}`);
  await expectPlays(page, 0.5);
});

test.describe('on a phone in German', () => {
  test.use({ locale: 'de-DE' });

  test('the offer of the next episode is on the screen, and covers no button of the player', async ({ pageOf, platform }) => {
    const [first] = await episodes(platform);
    const page = await pageOf(await platform.subscriber('premium'));
    await page.goto(`/videos/${first.id}`);
    await page.getByRole('link', { name: /^Abspielen/ }).click();
    await expectPlays(page, 0.5);
    await pause(page);
    await seek(page, first.duration - 8);
    const offer = page.getByRole('complementary', { name: 'Nächste Folge' });
    await expect(offer).toBeVisible();
    for (const [width, height] of [
      [390, 844],
      [844, 390],
      [820, 1180],
    ] as const) {
      await page.setViewportSize({ width, height });
      const place = () =>
        offer.evaluate((card) => {
          const isIn = (inner: DOMRect, outer: DOMRect) =>
            inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
          const all = card.getBoundingClientRect();
          const outside = [...card.querySelectorAll('button')].filter((button) => !isIn(button.getBoundingClientRect(), all));
          const covered = [...document.querySelectorAll('a, button:not(aside *), media-play-button')].filter((control) => {
            const { left, right, top, bottom } = control.getBoundingClientRect();
            return control.checkVisibility() && left < all.right && right > all.left && top < all.bottom && bottom > all.top;
          });
          return {
            isOnScreen: isIn(all, new DOMRect(0, 0, innerWidth, innerHeight)),
            outside: outside.map(({ textContent }) => textContent),
            covered: covered.map(({ textContent }) => textContent),
          };
        });
      await expect.poll(place, { message: `at ${width} x ${height}` }).toEqual({ isOnScreen: true, outside: [], covered: [] });
    }
  });
});
