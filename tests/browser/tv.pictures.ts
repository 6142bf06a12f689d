// Draws the README's pictures of the television's app, in docs/pictures: `make pictures`.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const BYTES_MAX = 200_000;
/** The transitions of focus and rows, in milliseconds. */
const SETTLED_AFTER = 1000;

test.use({ viewport: { width: 1920, height: 1080 } });

/** Stores the screen as a JPEG, in the best quality that is small enough. */
async function draw(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForLoadState('networkidle');
  for (let quality = 85; ; quality -= 5) {
    const picture = await page.screenshot({ type: 'jpeg', quality });
    if (picture.length > BYTES_MAX && quality > 40) continue;
    expect(picture.length, name).toBeLessThanOrEqual(BYTES_MAX);
    await writeFile(`${FOLDER}${name}.jpg`, picture);
    return;
  }
}

/** A subscriber who has begun to watch and has a list. */
async function viewer(platform: Platform): Promise<Person> {
  const person = await platform.subscriber('premium');
  const videos = await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null);
  const films = videos.filter(({ series_id }) => !series_id);
  for (const [index, { id, duration }] of films.slice(0, 6).entries()) {
    await platform.api('PUT', `/api/videos/${id}/progress`, person, { progress: Math.floor((duration * (index + 2)) / 9) });
  }
  for (const { id } of films.slice(6, 10)) await platform.api('PUT', `/api/watchlist/${id}`, person);
  return person;
}

test('pairing', async ({ page }) => {
  await page.goto('/tv');
  await expect(page.locator('.code')).toHaveText(/-/);
  await draw(page, 'tv-pairing');
});

test('home', async ({ pageOf, platform }) => {
  const page = await pageOf(await viewer(platform));
  await page.goto('/tv');
  await expect(page.locator(':focus')).toHaveText('Play');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  // The row moves up, and its focus has a ring, after a moment.
  await expect(page.locator(':focus .picture')).toBeInViewport({ ratio: 1 });
  await page.waitForTimeout(SETTLED_AFTER);
  await draw(page, 'tv-home');
});

test('title', async ({ pageOf, platform }) => {
  const page = await pageOf(await viewer(platform));
  await page.goto(`/tv/titles/${(await platform.video('premium')).id}`);
  await expect(page.locator('.screen:not([hidden]) h1')).toBeVisible();
  await draw(page, 'tv-title');
});

test('player', async ({ pageOf, platform }) => {
  const person = await viewer(platform);
  const [, , item] = await platform.api<{ video: Video }[]>('GET', '/api/continue-watching', person);
  const page = await pageOf(person);
  // As if the last film had shown that the connection is fast.
  await page.addInitScript(() => localStorage.setItem('marquee.rate', '50000000'));
  await page.goto(`/tv/watch/${item?.video.id}`);
  const played = () => page.locator('video').evaluate((video) => (video as HTMLVideoElement).played.length);
  await expect.poll(played, { message: 'the film plays' }).toBeGreaterThan(0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.waitForTimeout(SETTLED_AFTER);
  await draw(page, 'tv-player');
});
