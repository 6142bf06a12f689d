// The player's menus and its seek bar.
import { Outage } from './support/outage.ts';
import { expectMoves, expectPlays, openPlayer, pause, playing, seek, watch } from './support/player.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

/** The mode of the captions track and the text of its current cues. */
function captions(page: Page): Promise<{ mode: string; says: string[] } | null> {
  return page.locator('hls-video').evaluate((element) => {
    const track = [...(element as HTMLVideoElement).textTracks].find(({ kind }) => kind === 'captions' || kind === 'subtitles');
    return track ? { mode: track.mode, says: [...(track.activeCues ?? [])].map((cue) => (cue as VTTCue).text) } : null;
  });
}

test('captions are turned on in the menu, appear above the controls, and are turned off with a key', async ({ pageOf, platform }) => {
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
  await pause(page);
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
  const page = await openPlayer(pageOf, platform);
  await pause(page);
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
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
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
  const page = await openPlayer(pageOf, platform);
  // While the player is paused, the controls stay visible and the position does not move.
  await pause(page);
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
  await pause(page);
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
