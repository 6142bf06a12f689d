import { expect } from './test.ts';
import type { Page } from './test.ts';

/** What the player's own element says of itself; the picture is inside of it. */
export interface Playing {
  at: number;
  paused: boolean;
  width: number;
}

export async function playing(page: Page): Promise<Playing | null> {
  const video = page.locator('video').first();
  if ((await video.count()) === 0) return null;
  return video.evaluate((element) => {
    const { currentTime, paused, videoWidth } = element as HTMLVideoElement;
    return { at: currentTime, paused, width: videoWidth };
  });
}

/** Waits until pictures move beyond a moment; returns where they are. */
export async function expectPlays(page: Page, beyond = 0): Promise<number> {
  await expect.poll(async () => (await playing(page))?.at ?? -1, { message: `plays beyond ${beyond} s`, timeout: 60_000 }).toBeGreaterThan(beyond);
  const now = await playing(page);
  expect(now?.width, 'there are pictures').toBeGreaterThan(0);
  return now?.at ?? -1;
}

/** Waits until pictures move on from where they are now. */
export async function expectMoves(page: Page, by = 1.5): Promise<number> {
  return expectPlays(page, ((await playing(page))?.at ?? 0) + by);
}

export async function seek(page: Page, seconds: number): Promise<void> {
  await page.locator('video').first().evaluate((element, to) => {
    (element as HTMLVideoElement).currentTime = to;
  }, seconds);
}
