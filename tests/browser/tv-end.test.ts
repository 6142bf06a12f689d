// What a television shows instead of the film when it is over or was stopped, by the remote control's keys alone.
import { expectFocus, focused, press } from './support/remote.ts';
import { expect, test } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

test.use({ viewport: { width: 1920, height: 1080 } });

/** The title that plays on the screen. */
const heading = (page: Page) => page.locator('.screen:not([hidden]) h1');

/** The first two episodes of a series, the second of which follows the first. */
async function episodes(platform: Platform, person: Person): Promise<[Video, Video]> {
  const videos = await platform.api<Video[]>('GET', '/api/videos?limit=100', null);
  for (const video of videos.filter(({ season, episode }) => season === 1 && episode === 1)) {
    const { next_video } = await platform.api<{ next_video?: { id: string } }>('GET', `/api/videos/${video.id}/play`, person);
    const next = videos.find(({ id }) => id === next_video?.id);
    if (next) return [video, next];
  }
  throw new Error('no episode with a next one');
}

/** Plays a title from its page: browsers play sound only after a key. */
async function play(page: Page, id: string): Promise<void> {
  await page.goto(`/tv/titles/${id}`);
  await expect(focused(page)).toHaveText('Play');
  await press(page, 'Enter');
}

/** Plays from just before the end until it is reached. */
async function playToEnd(page: Page, id: string): Promise<void> {
  await play(page, id);
  const video = page.locator('hls-video');
  await expect.poll(() => video.evaluate((element) => (element as HTMLVideoElement).currentTime)).toBeGreaterThan(0.5);
  await video.evaluate((element) => {
    const media = element as HTMLVideoElement;
    media.currentTime = media.duration - 1;
  });
  await expect(heading(page)).toHaveText('The end');
}

/** Whether the film plays: the position advances. */
async function expectMoves(page: Page): Promise<void> {
  const at = () => page.locator('hls-video').evaluate((element) => (element as HTMLVideoElement).currentTime);
  const before = await at();
  await expect.poll(at, { message: 'the film plays' }).toBeGreaterThan(before + 0.5);
}

test('at the end of an episode, "Next episode" has focus and plays it', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const [first, second] = await episodes(platform, person);
  const page = await pageOf(person);
  await playToEnd(page, first.id);
  await expectFocus(page);
  await expect(focused(page)).toHaveText('Next episode');
  await press(page, 'Enter');
  await expect(page).toHaveURL(`/tv/watch/${second.id}`);
  await expect(page.locator('.film')).toContainText(second.title);
  await expectFocus(page);
  await expectMoves(page);
});

test('at the end of an episode, "Watch again" is reached with the arrows and starts it over', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const [first] = await episodes(platform, person);
  const page = await pageOf(person);
  await playToEnd(page, first.id);
  await press(page, 'ArrowRight');
  await expect(focused(page)).toHaveText('Back');
  await press(page, 'ArrowRight');
  await expect(focused(page)).toHaveText('Watch again');
  await press(page, 'Enter');
  await expect(heading(page), 'the end is gone').toHaveCount(0);
  await expectFocus(page);
  await expectMoves(page);
  await expect(page, 'it is the same episode').toHaveURL(`/tv/watch/${first.id}`);
});

test('a stream that another device stopped is taken back with OK', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const { id } = await platform.video('free');
  const page = await pageOf(person);
  await play(page, id);
  await expectMoves(page);
  const playing = await platform.api<{ playback_session_id: string }[]>('GET', '/api/playback', person);
  for (const { playback_session_id } of playing) await platform.api('DELETE', `/api/playback/${playback_session_id}`, person);
  await expect(heading(page)).toHaveText('Playing on another device');
  await expectFocus(page);
  await expect(focused(page)).toHaveText('Play here');
  await press(page, 'ArrowRight');
  await expect(focused(page)).toHaveText('Back');
  await press(page, 'ArrowLeft');
  await press(page, 'Enter');
  await expect(heading(page), 'the message is gone').toHaveCount(0);
  await expectFocus(page);
  await expectMoves(page);
});
