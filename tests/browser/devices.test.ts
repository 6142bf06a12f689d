// The player on phones and in browsers that play HLS natively.
import { Outage } from './support/outage.ts';
import { expectMoves, expectPlays, pass, playing, recordReports, watch } from './support/player.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

for (const width of [360, 390]) {
  test(`at ${width} px every control fits, and one menu sets captions, speed and quality`, async ({ pageOf, platform }) => {
    const page = await pageOf(await platform.register());
    await page.setViewportSize({ width, height: 740 });
    await watch(page, (await platform.video('free')).id);
    await expectPlays(page, 0.5);
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
    for (const name of ['play', 'seek back 10 seconds', 'seek forward 10 seconds', 'mute', 'settings', 'enter fullscreen mode']) {
      const box = await page.getByRole('button', { name, exact: true }).boundingBox();
      expect(box, name).not.toBeNull();
      expect(box?.x, `${name} begins on the screen`).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0), `${name} ends on the screen`).toBeLessThanOrEqual(width);
      expect(box?.width, `${name} is wide enough for a thumb`).toBeGreaterThanOrEqual(40);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);

    const menu = page.locator('media-settings-menu');
    const open = async () => {
      await page.getByRole('button', { name: 'settings' }).click();
      await expect(menu.getByRole('menuitem').first()).toBeFocused();
    };
    const close = () =>
      expect(async () => {
        if (await menu.isVisible()) await page.keyboard.press('Escape');
        await expect(menu).toBeHidden({ timeout: 1000 });
      }).toPass();
    const choose = async (what: string, choice: string | RegExp) => {
      await open();
      await menu.getByRole('menuitem', { name: new RegExp(`^${what}`) }).click();
      const item = menu.getByRole('menuitemradio', { name: choice }).last();
      await expect(item).toBeVisible();
      const ends = async () => {
        const box = await item.boundingBox();
        return (box?.x ?? 0) + (box?.width ?? Infinity);
      };
      await expect.poll(ends, { message: 'the submenu has slid in' }).toBeLessThanOrEqual(width);
      await item.click();
      await close();
    };
    await open();
    await expect(menu.getByRole('menuitem', { name: /^Audio/ }), 'there is no audio menu for a single audio track').toHaveCount(0);
    await close();
    await choose('Speed', '1.5x');
    await expect
      .poll(() =>
        page
          .locator('video')
          .first()
          .evaluate((video) => (video as HTMLVideoElement).playbackRate),
      )
      .toBe(1.5);
    await choose('Captions', 'English');
    const showing = () =>
      page
        .locator('hls-video')
        .evaluate((element) =>
          [...(element as HTMLVideoElement).textTracks].some(({ kind, mode }) => kind !== 'metadata' && mode === 'showing'),
        );
    await expect.poll(showing).toBe(true);
    await choose('Quality', /^\d+p$/);
    await page.keyboard.press('k');
    await expectMoves(page, 0.5);
  });
}

test.describe('a browser without MediaSource, which plays HLS natively', () => {
  /** Removes MediaSource, so that Chromium plays HLS natively. */
  async function withoutMediaSource(page: Page): Promise<void> {
    await page.addInitScript(() => {
      for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource'])
        delete (window as unknown as Record<string, unknown>)[name];
    });
  }

  test('a film resumes at its last position, and no earlier position is reported', async ({ pageOf, platform }) => {
    const person = await platform.register();
    const video = await platform.video('free');
    const progress = async () => (await platform.api<{ progress: number }>('GET', `/api/videos/${video.id}`, person)).progress;
    await platform.api('PUT', `/api/videos/${video.id}/progress`, person, { progress: 20 });
    const page = await pageOf(person);
    await withoutMediaSource(page);
    const reports = await recordReports(page);
    await watch(page, video.id);
    expect(await expectPlays(page, 20.2)).toBeLessThan(28);
    await page.keyboard.press('k');
    await expect.poll(() => reports.length).toBeGreaterThan(0);
    expect(Math.min(...reports.map((one) => one.progress))).toBeGreaterThanOrEqual(19);
    expect(await progress()).toBeGreaterThanOrEqual(19);
  });

  test('a failing stream is retried, and then an error with "Try again" is shown', async ({ pageOf, platform }) => {
    const page = await pageOf(await platform.register());
    const video = await platform.video('free');
    await withoutMediaSource(page);
    await page.clock.install();
    const outage = await Outage.of(page, 'master');
    outage.begin('unavailable', 2);
    await watch(page, video.id);
    await pass(page, 10, async () => ((await playing(page))?.at ?? 0) > 0.3);
    await expectPlays(page, 0.3);

    outage.begin('unavailable');
    await page.reload();
    await pass(page, 75, () => page.getByRole('alert').isVisible());
    await expect(page.getByRole('alert')).toBeVisible();
    await outage.end();
    await page.getByRole('button', { name: 'Try again' }).click();
    await pass(page, 5, async () => ((await playing(page))?.at ?? 0) > 0.3);
    await expectPlays(page, 0.3);
  });
});

test('a browser that cannot play HLS at all shows an error', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.addInitScript(() => {
    for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource'])
      delete (window as unknown as Record<string, unknown>)[name];
    HTMLMediaElement.prototype.canPlayType = () => '';
  });
  await watch(page, (await platform.video('free')).id);
  await expect(page.getByRole('alert')).toContainText('This browser can’t play the video');
});

test('captions, speed and volume follow the viewer to another device and work while the service is down', async ({ pageOf, platform }) => {
  const { email } = await platform.subscriber('premium');
  const video = await platform.video('free');
  const page = await pageOf(await platform.signIn(email, undefined, 'The kitchen'));
  const settings = (on: Page) =>
    on.locator('hls-video').evaluate((element) => {
      const { playbackRate, volume, textTracks } = element as HTMLVideoElement;
      return {
        playbackRate,
        volume: Math.round(volume * 100) / 100,
        captions: [...textTracks].some(({ kind, mode }) => kind !== 'metadata' && mode === 'showing'),
      };
    });
  await watch(page, video.id);
  await expectPlays(page, 0.3);
  const sent = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.url().endsWith('/api/preferences'));
  await page.mouse.move(600, 300);
  await page.getByRole('button', { name: /^Playback rate/ }).click();
  await page.getByRole('menuitemradio', { name: '0.75x' }).click();
  await page.keyboard.press('c');
  await page.locator('media-volume-range input').fill('0.5');
  expect((await sent).status()).toBe(200);
  const chosen = await settings(page);
  expect(chosen).toMatchObject({ playbackRate: 0.75, captions: true });
  expect(chosen.volume).toBeLessThan(1);

  const other = await pageOf(await platform.signIn(email, undefined, 'The attic'));
  await watch(other, video.id);
  await expectPlays(other, 0.3);
  await expect.poll(() => settings(other)).toEqual(chosen);

  // The service is down, so the device uses its own copy.
  await page.route('**/api/preferences', (route) =>
    route.fulfill({ status: 503, json: { success: false, error: { code: 'UNAVAILABLE', message: 'away' } } }),
  );
  await page.reload();
  await page.mouse.click(600, 300);
  await expectPlays(page, 0.3);
  await expect.poll(() => settings(page)).toEqual(chosen);
  await page.keyboard.press('c');
  await expect.poll(async () => (await settings(page)).captions).toBe(false);
  await page.unroute('**/api/preferences');
  await page.reload();
  await page.mouse.click(600, 300);
  await expectPlays(page, 0.3);
  await expect.poll(async () => (await settings(page)).captions, { message: 'a choice made during the outage is kept' }).toBe(false);
  await expect
    .poll(async () => (await platform.api<{ captions: boolean }>('GET', '/api/preferences', await platform.signIn(email))).captions)
    .toBe(false);
});
