import { Outage } from './support/outage.ts';
import { expectMoves, expectPlays, playing, seek, watch } from './support/player.ts';
import { countRequests, expect, test, title } from './support/test.ts';
import type { Locator, Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

/** A player that plays, its controls in sight. */
async function player(pageOf: (person: Person) => Promise<Page>, platform: Platform, video?: Video): Promise<Page> {
  const page = await pageOf(await platform.subscriber('premium'));
  const { id } = video ?? (await platform.video('premium'));
  await page.goto(`/videos/${id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  return page;
}

/** Captions as the browser has them: their mode, and what is said at this moment. */
function captions(page: Page): Promise<{ mode: string; says: string[] } | null> {
  return page.locator('hls-video').evaluate((element) => {
    const track = [...(element as HTMLVideoElement).textTracks].find(({ kind }) => kind === 'captions' || kind === 'subtitles');
    return track ? { mode: track.mode, says: [...(track.activeCues ?? [])].map((cue) => (cue as VTTCue).text) } : null;
  });
}

test('captions are off, come on by the menu, stand above the controls, and go by a key', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  expect((await captions(page))?.mode, 'nobody asked for them').not.toBe('showing');
  const button = page.getByRole('button', { name: 'closed captions' });
  await button.click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect.poll(async () => (await captions(page))?.mode).toBe('showing');
  await expect.poll(async () => (await captions(page))?.says.join(' ') ?? '', { message: 'something is said' }).toMatch(/\w/);

  // Where it stands still the controls stay.
  await page.keyboard.press('k');
  const controls = await page.locator('media-time-range').boundingBox();
  const up = () =>
    page.locator('media-controller').evaluate((element) => {
      const raised = getComputedStyle(element).getPropertyValue('--media-webkit-text-track-transform');
      return 16 * Number(/translateY\(-([\d.]+)rem\)/.exec(raised)?.[1]);
    });
  await expect
    .poll(up, { message: 'as high as the controls are' })
    .toBeGreaterThanOrEqual((page.viewportSize()?.height ?? 0) - (controls?.y ?? 0));

  await page.keyboard.press('c');
  await expect.poll(async () => (await captions(page))?.mode).not.toBe('showing');
});

test('Escape closes a menu to which the focus never came', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  // The library's menus take the focus when they have faded in, which is never where that is cut short.
  await page.evaluate(() => window.addEventListener('transitionend', (event) => event.stopImmediatePropagation(), true));
  for (const name of ['closed captions', 'quality', /^Playback rate/]) {
    const button = page.getByRole('button', { name });
    await button.click();
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(button).toHaveAttribute('aria-expanded', 'false');
  }
});

test('a menu stays open although another one was closed the moment before', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const closed = page.locator('media-captions-menu');
  const open = page.locator('media-playback-rate-menu');
  // Slow enough that the first menu is closed half-way into view, and the second one opened while the first goes.
  for (const menu of [closed, open]) {
    await menu.evaluate((element: HTMLElement) => {
      element.style.setProperty('--media-menu-transition-in', 'opacity 600ms');
      element.style.setProperty('--media-menu-transition-out', 'opacity 600ms, visibility 900ms');
    });
  }
  await page.getByRole('button', { name: 'closed captions' }).click();
  await page.waitForTimeout(200);
  await page.keyboard.press('Escape');
  await expect(closed).toHaveAttribute('hidden');
  await page.getByRole('button', { name: /^Playback rate/ }).click();
  await expect(open).not.toHaveAttribute('hidden');
  await expect.poll(() => open.evaluate((menu) => menu.contains(document.activeElement)), { message: 'it takes the focus' }).toBe(true);
  // Longer than both take.
  await page.waitForTimeout(1500);
  await expect(open).not.toHaveAttribute('hidden');
  expect(await open.evaluate((menu) => menu.contains(document.activeElement)), 'and keeps it').toBe(true);
});

test('a quality that is chosen is what plays, and the film goes on', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.getByRole('button', { name: 'quality' }).click();
  const menu = page.locator('quality-menu');
  await expect(menu).toBeVisible();
  await expect(menu.getByRole('menuitemradio', { name: /^Auto/ })).toHaveAttribute('aria-checked', 'true');
  await expect.poll(() => menu.getByRole('menuitemradio').count(), { message: 'several qualities' }).toBeGreaterThan(2);
  // As when the stream takes another quality by itself: whatever has the focus is there still, or the menu would close.
  await expect.poll(() => menu.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  const keepsFocus = await menu.evaluate((element) => {
    const before = document.activeElement;
    element.setAttribute('mediaheight', '1');
    return document.activeElement === before;
  });
  expect(keepsFocus, 'it is not drawn anew under the hand').toBe(true);
  const offered = await menu.getByRole('menuitemradio').allInnerTexts();
  const least = offered
    .map((label) => /(\d+)p/.exec(label)?.[1])
    .filter(Boolean)
    .map(Number)
    .sort((one, other) => one - other)[0];
  await menu.getByRole('menuitemradio', { name: `${least}p`, exact: true }).click();
  await expect
    .poll(
      async () =>
        page
          .locator('video')
          .first()
          .evaluate((video) => (video as HTMLVideoElement).videoHeight),
      { timeout: 60_000 },
    )
    .toBe(least);
  await expectMoves(page);
});

test('faster is faster, by the menu, and stays so after a seek', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.getByRole('button', { name: 'Playback rate 1' }).click();
  await page.getByRole('menuitemradio', { name: '1.5x' }).click();
  const rate = () =>
    page
      .locator('video')
      .first()
      .evaluate((video) => (video as HTMLVideoElement).playbackRate);
  await expect.poll(rate).toBe(1.5);
  await seek(page, 12);
  await expectPlays(page, 12.5);
  expect(await rate()).toBe(1.5);
});

test('over the seek bar one sees where one would go, and goes there by a click', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  // While it stands still the controls stay, and so does the moment that one goes to.
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const bar = page.locator('media-time-range');
  const box = await bar.boundingBox();
  if (!box) throw new Error('no seek bar');
  const preview = page.locator('media-preview-thumbnail');
  // What is cut out of the storyboard at a point.
  const pictureAt = async (part: number) => {
    await page.mouse.move(box.x + box.width * part, box.y + box.height / 2, { steps: 3 });
    await expect(preview).toBeVisible();
    const image = preview.locator('img');
    await expect
      .poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth), { message: 'the storyboard came' })
      .toBeGreaterThan(0);
    return `${await image.getAttribute('src')} ${await preview.getAttribute('mediapreviewcoords')}`;
  };
  const early = await pictureAt(0.2);
  expect(early).toMatch(/storyboard.* \d+ \d+ \d+ \d+$/);
  await expect.poll(() => pictureAt(0.8), { message: 'another moment, another picture' }).not.toBe(early);
  const { duration } = await page
    .locator('video')
    .first()
    .evaluate((video) => ({ duration: (video as HTMLVideoElement).duration }));
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
  await expect.poll(async () => Math.abs(((await playing(page))?.at ?? 0) - duration / 2)).toBeLessThan(0.02 * duration);
  await page.keyboard.press('k');
  await expectMoves(page, 0.5);
});

test('the pictures over the seek bar are asked for again when they fail', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const outage = await Outage.of(page, 'storyboard');
  outage.begin('unavailable', 2);
  await watch(page, (await platform.video('free')).id);
  await expectPlays(page, 0.5);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  await expect.poll(() => outage.asked).toBe(3);
  const bar = await page.locator('media-time-range').boundingBox();
  if (!bar) throw new Error('no seek bar');
  const preview = page.locator('media-preview-thumbnail');
  let part = 0;
  await expect(async () => {
    part = (part + 0.3) % 1;
    await page.mouse.move(bar.x + bar.width * part, bar.y + bar.height / 2, { steps: 3 });
    await expect(preview).toHaveAttribute('mediapreviewcoords', /\d/, { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  expect(outage.failed).toHaveLength(2);
});

test('full screen by the button and back by a key, and a picture in the picture', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  const isFull = () => page.evaluate(() => document.fullscreenElement !== null);
  await page.getByRole('button', { name: 'enter fullscreen mode' }).click();
  await expect.poll(isFull).toBe(true);
  await expectMoves(page, 0.5);
  await page.keyboard.press('f');
  await expect.poll(isFull).toBe(false);

  await page.mouse.move(620, 320);
  await page.getByRole('button', { name: 'enter picture in picture mode' }).click();
  await expect.poll(() => page.evaluate(() => document.pictureInPictureElement !== null)).toBe(true);
  await expectMoves(page, 0.5);
  await page.getByRole('button', { name: 'exit picture in picture mode' }).click();
  await expect.poll(() => page.evaluate(() => document.pictureInPictureElement !== null)).toBe(false);
});

test('the keys: space and k, arrows, m; in a menu space chooses, and pauses nothing', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  const paused = async () => (await playing(page))?.paused;
  const isMuted = () =>
    page
      .locator('video')
      .first()
      .evaluate((video) => (video as HTMLVideoElement).muted);
  await page.keyboard.press('Space');
  await expect.poll(paused).toBe(true);
  const stood = (await playing(page))?.at ?? 0;
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await playing(page))?.at ?? 0).toBeGreaterThan(stood + 4);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => Math.abs(((await playing(page))?.at ?? 0) - stood)).toBeLessThan(1.5);
  await page.keyboard.press('m');
  await expect.poll(isMuted).toBe(true);
  // The next press toggles what the controls know, which the video's own event tells them.
  await expect(page.getByRole('button', { name: 'unmute' })).toBeVisible();
  await page.keyboard.press('m');
  await expect.poll(isMuted).toBe(false);
  await page.keyboard.press('k');
  await expect.poll(paused).toBe(false);

  const rate = () =>
    page
      .locator('video')
      .first()
      .evaluate((video) => (video as HTMLVideoElement).playbackRate);
  await page.mouse.move(600, 320);
  await page.getByRole('button', { name: 'Playback rate 1' }).click();
  await expect(page.getByRole('menuitemradio', { name: '0.5x' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemradio', { name: '0.75x' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect.poll(rate).toBe(0.75);
  expect(await paused()).toBe(false);
});

test.describe('a series', () => {
  /** The first two episodes of the seeded series. */
  async function episodes(platform: Platform): Promise<[Episode, Episode]> {
    const videos = await platform.api<Episode[]>('GET', '/api/videos?limit=100', null);
    const [first, second] = videos
      .filter(({ series_id }) => series_id)
      .sort((one, other) => one.season - other.season || one.episode - other.episode);
    if (!first || !second) throw new Error('no series');
    return [first, second];
  }

  type Episode = Video & { series_id: string; season: number; episode: number };

  test('near the end the next episode is offered; who takes it sees it from the start', async ({ pageOf, platform }) => {
    const [first, second] = await episodes(platform);
    const page = await player(pageOf, platform, first);
    const offer = page.getByRole('complementary', { name: 'Next episode' });
    await expect(offer, 'not in the middle').toHaveCount(0);
    // Where it stands still the end, which would go on by itself, does not come.
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
    await seek(page, first.duration - 8);
    await expect(offer).toContainText(second.title);
    await page.mouse.move(600, 300);
    await offer.getByRole('button', { name: 'Play now' }).click();
    await expect(page).toHaveURL(`/watch/${second.id}`);
    await expect(title(page)).toHaveText(second.title);
    const at = await expectPlays(page, 0.5);
    expect(at, 'from its beginning').toBeLessThan(15);
  });

  test('full screen outlives an episode, and shows the offer of the next one and what goes wrong; captions, speed and volume stay', async ({
    pageOf,
    platform,
  }) => {
    const [first, second] = await episodes(platform);
    const page = await player(pageOf, platform, first);
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
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
    const before = await settings();
    expect(before).toMatchObject({ playbackRate: 1.25, captions: true });
    expect(before.volume).toBeLessThan(1);

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

    // Elsewhere somebody stops it.
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

  test('the offer waits while a menu is open', async ({ pageOf, platform }) => {
    const [first] = await episodes(platform);
    const page = await player(pageOf, platform, first);
    const offer = page.getByRole('complementary', { name: 'Next episode' });
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
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

  test('who does nothing gets it after a count; who says no keeps the end', async ({ pageOf, platform }) => {
    const [first, second] = await episodes(platform);
    const page = await player(pageOf, platform, first);
    await page.clock.install();
    const offer = page.getByRole('complementary', { name: 'Next episode' });
    const hasEnded = () =>
      page
        .locator('video')
        .first()
        .evaluate((video) => (video as HTMLVideoElement).ended);
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
    await seek(page, first.duration - 4);
    await offer.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('k');
    await expect.poll(hasEnded).toBe(true);
    await expect(offer.getByText('Next episode', { exact: true }), 'offered still, without a count').toBeVisible();
    // Longer than the count, whose every second is drawn before the next one begins.
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
});

test('a grant is renewed before it ends: nothing is refused, and the film plays on', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const video = await platform.video('premium');
  await page.clock.install();
  const grants = countRequests(page, 'GET', /\/play$/);
  const refused: string[] = [];
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()));
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  const before = await expectPlays(page, 1);
  // A grant lives an hour, and wants to be renewed after 48 minutes.
  await platform.advance({ minutes: 46 });
  await page.clock.fastForward('46:00');
  await expectMoves(page, 1);
  expect(grants.count, 'not yet').toBe(1);
  await platform.advance({ minutes: 3 });
  await page.clock.fastForward('03:00');
  await expect.poll(() => grants.count, { message: 'in time' }).toBe(2);
  const after = await expectMoves(page, 2);
  expect(after, 'where it was').toBeLessThan(before + 25);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(refused).toEqual([]);
  expect(grants.count, 'once').toBe(2);
});
