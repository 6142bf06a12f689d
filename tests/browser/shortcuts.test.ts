// Ways to control the player besides its buttons and menus: keys, taps, the system and other devices.
import { expectMoves, expectPlays, openPlayer, playing, seek, watch } from './support/player.ts';
import { expect, test } from './support/test.ts';

test('full screen and picture-in-picture can be entered and left', async ({ pageOf, platform }) => {
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
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
