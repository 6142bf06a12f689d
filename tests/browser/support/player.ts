import { expect } from './test.ts';
import { answered } from './traffic.ts';
import type { Platform, Video } from './platform.ts';
import type { Page, Person } from './test.ts';

/** The state of the player's `video` element: the position in seconds and the width of the picture. */
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

/** Waits until playback has passed a position, in seconds, with a picture. Returns the current position. */
export async function expectPlays(page: Page, beyond = 0): Promise<number> {
  let at = -1;
  const seen = async () => {
    const now = await playing(page);
    // Just after a change of the film, the position can still be the last one's. Only the new one has a picture then.
    at = now && now.width > 0 ? now.at : -1;
    return at;
  };
  await expect.poll(seen, { message: `plays beyond ${beyond} s, with a picture`, timeout: 60_000 }).toBeGreaterThan(beyond);
  return at;
}

/** Waits until playback has advanced by some seconds. Returns the current position. */
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

/** Opens a video's page and plays it with a click, which browsers require before they play sound. */
export async function watch(page: Page, id: string): Promise<void> {
  await page.goto(`/videos/${id}`);
  await page.getByRole('link', { name: /^(Play|Resume|Watch again)/ }).click();
}

/** Opens a player that is playing, for a new subscriber, and shows its controls. */
export async function openPlayer(pageOf: (person: Person) => Promise<Page>, platform: Platform, video?: Video): Promise<Page> {
  const page = await pageOf(await platform.subscriber('premium'));
  await watch(page, (video ?? (await platform.video('premium'))).id);
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  return page;
}

/** Pauses the film with a key. The controls stay visible meanwhile. */
export async function pause(page: Page): Promise<void> {
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
}

/**
 * Advances the page's clock second by second, at most `seconds` or until `done`. After each second it waits until all requests are
 * answered and the picture has moved, if it can: media play by the machine's clock.
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

/** Plays the buffered part to its end while the page's clock is stopped. Returns the position there. */
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
      { message: 'the buffered part is played', timeout: 60_000 },
    )
    .toBe(true);
  await page.clock.resume();
  return stood;
}

/** Waits until some seconds are buffered ahead of the position. */
export async function expectLoaded(page: Page, seconds: number): Promise<void> {
  await expect.poll(async () => (await ahead(page)).loaded, { message: `${seconds} s are buffered ahead` }).toBeGreaterThanOrEqual(seconds);
}

/** The position, the seconds that are buffered ahead of it, and whether the picture should be moving. */
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

/** Stops the page's clock. From now on only the test advances it. */
async function stopClock(page: Page): Promise<void> {
  // `pauseAt` needs a time in the future, even when the call is slow.
  await expect(async () => page.clock.pauseAt((await page.evaluate(() => Date.now())) + 500)).toPass();
}

/** The longest wait for a picture to move, in milliseconds. */
const MOVES_WITHIN = 2000;

async function moved(page: Page, from: number | undefined): Promise<void> {
  const deadline = Date.now() + MOVES_WITHIN;
  while ((await page.locator('video').count()) > 0 && Date.now() < deadline) {
    const { at, isMoving } = await ahead(page);
    if (!isMoving || at !== from) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Limits the player's buffer to a few seconds. The test films are so short that they would be loaded completely. */
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

/** The positions that the page reports, from the next time it is loaded. */
export async function recordReports(page: Page): Promise<{ progress: number; completed?: boolean; client_time: string }[]> {
  const reports: { progress: number; client_time: string }[] = [];
  await page.exposeFunction('reportToTest', (body: string) => reports.push(JSON.parse(body) as (typeof reports)[number]));
  await page.addInitScript(() => {
    const send = window.fetch;
    // Playwright cannot read a streamed request body, so the page reports it.
    window.fetch = async (...[input, init]: Parameters<typeof fetch>) => {
      const request = new Request(input instanceof Request ? input.clone() : input, init);
      if (request.method === 'PUT' && request.url.endsWith('/progress')) {
        void request
          .clone()
          .text()
          .then((window as unknown as { reportToTest: (body: string) => void }).reportToTest);
      }
      return send(input, init);
    };
  });
  return reports;
}
