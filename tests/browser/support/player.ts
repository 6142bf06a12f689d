import { expect } from './test.ts';
import { answered } from './traffic.ts';
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
  await expect
    .poll(async () => (await playing(page))?.at ?? -1, { message: `plays beyond ${beyond} s`, timeout: 60_000 })
    .toBeGreaterThan(beyond);
  const now = await playing(page);
  expect(now?.width, 'there are pictures').toBeGreaterThan(0);
  return now?.at ?? -1;
}

/** Waits until pictures move on from where they are now. */
export async function expectMoves(page: Page, by = 1.5): Promise<number> {
  return expectPlays(page, ((await playing(page))?.at ?? 0) + by);
}

export async function seek(page: Page, seconds: number): Promise<void> {
  await page
    .locator('video')
    .first()
    .evaluate((element, to) => {
      (element as HTMLVideoElement).currentTime = to;
    }, seconds);
}

/** Opens a video's page and plays it, by the press that a browser wants before it makes a sound. */
export async function watch(page: Page, id: string): Promise<void> {
  await page.goto(`/videos/${id}`);
  await page.getByRole('link', { name: /^(Play|Resume|Watch again)/ }).click();
}

/**
 * Lets so many seconds pass on the page's own clock, and no more than those however long that takes; fewer when it is `done`. Each
 * one is over when what it brought is answered, and a picture that can move has moved: media play by the machine's clock.
 */
export async function pass(page: Page, seconds: number, done?: () => Promise<boolean>): Promise<void> {
  await stopClock(page);
  for (let second = 0; second < seconds && !(await done?.()); second += 1) {
    const before = await playing(page);
    await page.clock.runFor(1000);
    await answered(page);
    await moved(page, before?.at);
  }
  await page.clock.resume();
}

/** Plays what is loaded to its end while the page's own clock stands still; returns where the picture stands then. */
export async function playOut(page: Page): Promise<number> {
  await stopClock(page);
  let stood = -1;
  await expect
    .poll(
      async () => {
        const before = stood;
        const { at, loaded } = await ahead(page);
        stood = at;
        return at === before && loaded < 0.5;
      },
      { message: 'what is loaded is played', timeout: 60_000 },
    )
    .toBe(true);
  await page.clock.resume();
  return stood;
}

/** Waits until so many seconds of the film are loaded ahead. */
export async function expectLoaded(page: Page, seconds: number): Promise<void> {
  await expect.poll(async () => (await ahead(page)).loaded, { message: `${seconds} s are loaded ahead` }).toBeGreaterThanOrEqual(seconds);
}

/** Where the picture is, how much is loaded beyond it, and whether it should move. */
function ahead(page: Page): Promise<{ at: number; loaded: number; isMoving: boolean }> {
  return page
    .locator('video')
    .first()
    .evaluate((element) => {
      const { buffered, currentTime, ended, paused, readyState } = element as HTMLVideoElement;
      const ends = Array.from({ length: buffered.length }, (_, range) =>
        buffered.start(range) <= currentTime + 0.1 ? buffered.end(range) : 0,
      );
      return {
        at: currentTime,
        loaded: Math.max(0, ...ends) - currentTime,
        isMoving: !paused && !ended && readyState >= HTMLMediaElement.HAVE_FUTURE_DATA,
      };
    });
}

/** From now on time passes on the page's own clock only where the test lets it. */
async function stopClock(page: Page): Promise<void> {
  // A clock is stopped at a moment that is still to come, even when the message takes its time.
  await expect(async () => page.clock.pauseAt((await page.evaluate(() => Date.now())) + 500)).toPass();
}

/** Milliseconds that a picture may take to move, where it can. */
const MOVES_WITHIN = 2000;

async function moved(page: Page, from: number | undefined): Promise<void> {
  const deadline = Date.now() + MOVES_WITHIN;
  while ((await page.locator('video').count()) > 0 && Date.now() < deadline) {
    const { at, isMoving } = await ahead(page);
    if (!isMoving || at !== from) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Keeps the player from loading more than a few seconds ahead: the films here are so short that all of one would be loaded at once. */
export async function loadLittle(page: Page, seconds = 4): Promise<void> {
  await page.addInitScript((ahead) => {
    const define = customElements.define.bind(customElements);
    customElements.define = (name, element, options) => {
      if (name === 'hls-video') {
        const { get, set } = Object.getOwnPropertyDescriptor(element.prototype, 'config') ?? {};
        if (!set) throw new Error('hls-video takes no config');
        Object.defineProperty(element.prototype, 'config', {
          get,
          set(config: object) {
            set.call(this, { ...config, maxBufferLength: ahead, maxMaxBufferLength: ahead, maxBufferSize: 0 });
          },
        });
      }
      define(name, element, options);
    };
  }, seconds);
}

/** What the page says of the film's place, from its next loading on. */
export async function tellings(page: Page): Promise<{ progress: number; completed?: boolean; client_time: string }[]> {
  const told: { progress: number; client_time: string }[] = [];
  await page.exposeFunction('toldToTest', (body: string) => told.push(JSON.parse(body) as (typeof told)[number]));
  await page.addInitScript(() => {
    const send = window.fetch;
    // A body that is a stream is not to be read from outside of the page.
    window.fetch = async (...[input, init]: Parameters<typeof fetch>) => {
      const request = new Request(input instanceof Request ? input.clone() : input, init);
      if (request.method === 'PUT' && request.url.endsWith('/progress')) {
        void request
          .clone()
          .text()
          .then((window as unknown as { toldToTest: (body: string) => void }).toldToTest);
      }
      return send(input, init);
    };
  });
  return told;
}
