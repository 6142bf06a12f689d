import { Outage } from './support/outage.ts';
import { expectMoves, expectPlays, playing, seek, watch } from './support/player.ts';
import { countRequests, expect, test, title } from './support/test.ts';
import type { Locator, Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

/** Opens a player that is playing and shows its controls. */
async function player(pageOf: (person: Person) => Promise<Page>, platform: Platform, video?: Video): Promise<Page> {
  const page = await pageOf(await platform.subscriber('premium'));
  const { id } = video ?? (await platform.video('premium'));
  await page.goto(`/videos/${id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  return page;
}

/** The mode of the captions track and the text of its current cues. */
function captions(page: Page): Promise<{ mode: string; says: string[] } | null> {
  return page.locator('hls-video').evaluate((element) => {
    const track = [...(element as HTMLVideoElement).textTracks].find(({ kind }) => kind === 'captions' || kind === 'subtitles');
    return track ? { mode: track.mode, says: [...(track.activeCues ?? [])].map((cue) => (cue as VTTCue).text) } : null;
  });
}

test('captions are turned on in the menu, appear above the controls, and are turned off with a key', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  expect((await captions(page))?.mode, 'captions are off by default').not.toBe('showing');
  const button = page.getByRole('button', { name: 'closed captions' });
  await button.click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect.poll(async () => (await captions(page))?.mode).toBe('showing');
  await expect.poll(async () => (await captions(page))?.says.join(' ') ?? '', { message: 'a cue has text' }).toMatch(/\w/);

  // The controls stay visible while the player is paused.
  await page.keyboard.press('k');
  const controls = await page.locator('media-time-range').boundingBox();
  const up = () =>
    page.locator('media-controller').evaluate((element) => {
      const raised = getComputedStyle(element).getPropertyValue('--media-webkit-text-track-transform');
      return 16 * Number(/translateY\(-([\d.]+)rem\)/.exec(raised)?.[1]);
    });
  await expect
    .poll(up, { message: 'the captions are above the controls' })
    .toBeGreaterThanOrEqual((page.viewportSize()?.height ?? 0) - (controls?.y ?? 0));

  await page.keyboard.press('c');
  await expect.poll(async () => (await captions(page))?.mode).not.toBe('showing');
});

test('Escape closes a menu that never received focus', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  // The library's menus take focus when their fade-in ends. Without that event they never do.
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

test('a menu stays open when another one was closed just before', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const closed = page.locator('media-captions-menu');
  const open = page.locator('media-playback-rate-menu');
  // Slow enough to close the first menu while it fades in, and to open the second while the first fades out.
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
  await expect.poll(() => open.evaluate((menu) => menu.contains(document.activeElement)), { message: 'the menu takes focus' }).toBe(true);
  // Longer than both transitions.
  await page.waitForTimeout(1500);
  await expect(open).not.toHaveAttribute('hidden');
  expect(await open.evaluate((menu) => menu.contains(document.activeElement)), 'the menu keeps focus').toBe(true);
});

test('the chosen quality is played', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.getByRole('button', { name: 'quality' }).click();
  const menu = page.locator('quality-menu');
  await expect(menu).toBeVisible();
  await expect(menu.getByRole('menuitemradio', { name: /^Auto/ })).toHaveAttribute('aria-checked', 'true');
  await expect.poll(() => menu.getByRole('menuitemradio').count(), { message: 'several qualities' }).toBeGreaterThan(2);
  // Change the attribute as the stream does when it switches quality. If the focused item were replaced, the menu would close.
  await expect.poll(() => menu.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  const keepsFocus = await menu.evaluate((element) => {
    const before = document.activeElement;
    element.setAttribute('mediaheight', '1');
    return document.activeElement === before;
  });
  expect(keepsFocus, 'the open menu is not rendered again').toBe(true);
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

test('the speed that is chosen in the menu survives a seek', async ({ pageOf, platform }) => {
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

test('the seek bar previews the picture at the pointer, and a click seeks there', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  // While the player is paused, the controls stay visible and the position does not move.
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const bar = page.locator('media-time-range');
  const box = await bar.boundingBox();
  if (!box) throw new Error('no seek bar');
  const preview = page.locator('media-preview-thumbnail');
  // The part of the storyboard that is shown at a point of the bar.
  const pictureAt = async (part: number) => {
    await page.mouse.move(box.x + box.width * part, box.y + box.height / 2, { steps: 3 });
    await expect(preview).toBeVisible();
    const image = preview.locator('img');
    await expect
      .poll(() => image.evaluate((one) => (one as HTMLImageElement).naturalWidth), { message: 'the storyboard has loaded' })
      .toBeGreaterThan(0);
    return `${await image.getAttribute('src')} ${await preview.getAttribute('mediapreviewcoords')}`;
  };
  const early = await pictureAt(0.2);
  expect(early).toMatch(/storyboard.* \d+ \d+ \d+ \d+$/);
  await expect.poll(() => pictureAt(0.8), { message: 'another position shows another picture' }).not.toBe(early);
  const { duration } = await page
    .locator('video')
    .first()
    .evaluate((video) => ({ duration: (video as HTMLVideoElement).duration }));
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
  await expect.poll(async () => Math.abs(((await playing(page))?.at ?? 0) - duration / 2)).toBeLessThan(0.02 * duration);
  await page.keyboard.press('k');
  await expectMoves(page, 0.5);
});

test('the storyboard is requested again when it fails', async ({ pageOf, platform }) => {
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

test('full screen and picture-in-picture can be entered and left', async ({ pageOf, platform }) => {
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

test('the keyboard shortcuts control playback, except in a menu', async ({ pageOf, platform }) => {
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

test('digits seek to tenths of the film, and arrows move the volume by 5 %', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  const state = () =>
    page
      .locator('video')
      .first()
      .evaluate((video) => {
        const { currentTime, duration, volume } = video as HTMLVideoElement;
        return { at: currentTime / duration, volume: Math.round(volume * 1000) / 1000 };
      });
  await page.keyboard.press('k');
  for (const [key, at] of [
    ['5', 0.5],
    ['9', 0.9],
    ['0', 0],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(async () => (await state()).at, { message: key }).toBeCloseTo(at, 2);
  }
  await page.keyboard.press('Control+5');
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await state()).volume).toBe(0.95);
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await state()).volume).toBe(0.9);
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => (await state()).volume).toBe(0.95);
  expect((await state()).at, 'only a digit alone seeks').toBeCloseTo(0, 2);

  const slider = page.locator('media-volume-range input');
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await state()).volume).toBe(0.9);
});

test('a double tap on a side of the picture jumps 10 seconds, and taps elsewhere do not', async ({ pageOf, platform }) => {
  const page = await player(pageOf, platform);
  await page.keyboard.press('k');
  await seek(page, 12);
  const at = async () => Math.round((await playing(page))?.at ?? -1);
  await expect.poll(at).toBe(12);
  const client = await page.context().newCDPSession(page);
  const tap = async (x: number) => {
    await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: 400 }] });
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await tap(1100);
  await tap(1100);
  await expect.poll(at).toBe(22);
  await page.waitForTimeout(500);
  await tap(150);
  await tap(150);
  await tap(150);
  await expect.poll(at, { message: 'each further tap jumps again' }).toBe(2);
  await page.waitForTimeout(500);
  await tap(640);
  await tap(640);
  await tap(150);
  await tap(1100);
  await page.waitForTimeout(500);
  expect(await at()).toBe(2);
});

test('the system’s media keys show the film and control it', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  await page.addInitScript(() => {
    const handlers: Record<string, ((details: object) => void) | null> = {};
    Object.assign(window, { handlers });
    navigator.mediaSession.setActionHandler = (action, handler) => void (handlers[action] = handler as never);
  });
  const act = (action: string, details: object = {}) =>
    page.evaluate(
      ([action, details]) => {
        const { handlers } = window as unknown as { handlers: Record<string, ((details: object) => void) | null> };
        if (!handlers[action]) throw new Error(`no handler for ${action}`);
        handlers[action](details);
      },
      [action, details] as const,
    );
  const video = await platform.video('premium');
  await watch(page, video.id);
  await expectPlays(page, 0.5);
  expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toBe(video.title);
  expect(await page.evaluate(() => navigator.mediaSession.metadata?.artwork.length)).toBe(1);
  expect(await page.evaluate(() => navigator.mediaSession.playbackState)).toBe('playing');
  const state = async () => (await playing(page)) ?? { at: -1, paused: false };
  await act('pause');
  await expect.poll(async () => (await state()).paused).toBe(true);
  await act('seekto', { seekTime: 15 });
  await expect.poll(async () => Math.round((await state()).at)).toBe(15);
  await act('seekbackward');
  await expect.poll(async () => Math.round((await state()).at)).toBe(5);
  await act('seekforward', { seekOffset: 3 });
  await expect.poll(async () => Math.round((await state()).at)).toBe(8);
  await act('play');
  await expect.poll(async () => (await state()).paused).toBe(false);
});

test('the player offers to play on another device only where the browser finds one', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  await page.addInitScript(() => {
    const found: ((isAvailable: boolean) => void)[] = [];
    const remote = Object.assign(new EventTarget(), {
      state: 'disconnected',
      watchAvailability: (listener: (isAvailable: boolean) => void) => Promise.resolve(found.push(listener)),
      cancelWatchAvailability: () => Promise.resolve(),
      prompt: () => Promise.resolve(),
    });
    Object.defineProperty(HTMLMediaElement.prototype, 'remote', { get: () => remote });
    Object.assign(window, { found });
  });
  await watch(page, (await platform.video('premium')).id);
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  await expect(page.getByRole('button', { name: 'enter fullscreen mode' })).toBeVisible();
  const cast = page.locator('media-cast-button');
  await expect(cast).toBeHidden();
  await expect(page.locator('media-airplay-button'), 'only Safari has it').toBeHidden();
  await page.evaluate(() => {
    for (const tell of (window as unknown as { found: ((isAvailable: boolean) => void)[] }).found) tell(true);
  });
  await expect(cast).toBeVisible();
});

test.describe('a series', () => {
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
    const page = await player(pageOf, platform, first);
    const offer = page.getByRole('complementary', { name: 'Next episode' });
    await expect(offer, 'no offer in the middle of the episode').toHaveCount(0);
    // While the player is paused, the episode cannot end and start the next one.
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
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

  test('the next episode starts after the countdown, unless the viewer cancels it', async ({ pageOf, platform }) => {
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
});

test('a playback grant is renewed before it expires, without interrupting the film', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const video = await platform.video('premium');
  await page.clock.install();
  const grants = countRequests(page, 'GET', /\/play$/);
  const refused: string[] = [];
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()));
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  const before = await expectPlays(page, 1);
  // A grant is valid for an hour and is renewed after 48 minutes.
  await platform.advance({ minutes: 46 });
  await page.clock.fastForward('46:00');
  await expectMoves(page, 1);
  expect(grants.count, 'not renewed early').toBe(1);
  await platform.advance({ minutes: 3 });
  await page.clock.fastForward('03:00');
  await expect.poll(() => grants.count, { message: 'renewed in time' }).toBe(2);
  const after = await expectMoves(page, 2);
  expect(after, 'the position is kept').toBeLessThan(before + 25);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(refused).toEqual([]);
  expect(grants.count, 'renewed once').toBe(2);
});
