import { expectPlays } from './support/player.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

const PLAYER = /\/assets\/player-.*\.js/;
const CONTROLS = /\/assets\/controls-.*\.js/;

/** The scripts that a page requests from now on. */
function scriptsOf(page: Page): string[] {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url());
  });
  return scripts;
}

test('the player’s code is loaded while the viewer reads, and pressing Play loads no script before the film', async ({
  pageOf,
  platform,
}) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const { id } = await platform.video('premium');
  const loaded = page.waitForResponse(PLAYER);
  await page.goto(`/videos/${id}`);
  await loaded;
  await page.waitForLoadState('networkidle');
  const scripts = scriptsOf(page);
  const segment = page.waitForRequest(/\.m4s/);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await segment;
  expect(scripts).toEqual([]);
  await expectPlays(page, 0.5);
});

test('the film starts before its controls are loaded', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const { id } = await platform.video('premium');
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(CONTROLS, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`/videos/${id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(page, 1);
  await expect(page.locator('media-play-button')).toHaveCount(0);
  const stage = await page.locator('hls-video').boundingBox();
  expect(stage, 'the picture fills the window').toMatchObject({ x: 0, y: 0, width: 1280, height: 800 });
  await expect(page.getByRole('link', { name: 'Back to video details' })).toBeVisible();
  release();
  await expect(page.getByRole('button', { name: 'pause' })).toBeAttached();
  expect(await page.locator('hls-video').boundingBox(), 'the controls do not move the picture').toEqual(stage);
  await page.keyboard.press('k');
  await expect
    .poll(() =>
      page
        .locator('video')
        .first()
        .evaluate((element) => (element as HTMLVideoElement).paused),
    )
    .toBe(true);
});

test('the first picture needs so little that it comes within three seconds at 4 Mbit/s', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const { id } = await platform.video('premium');
  const client = await page.context().newCDPSession(page);
  let bytes = 0;
  client.on('Network.dataReceived', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await client.send('Network.enable');
  await page.goto(`/videos/${id}`);
  await page.waitForLoadState('networkidle');
  // Slow enough that nothing but what the first picture needs is loaded before it.
  await client.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 500_000,
    uploadThroughput: 500_000,
  });
  await page.evaluate(() => {
    const isFilm = ({ target }: Event) => target instanceof Element && target.localName === 'hls-video';
    const shown = new Promise((resolve) => document.addEventListener('loadeddata', (event) => isFilm(event) && resolve(null), true));
    Object.assign(window, { shown });
  });
  bytes = 0;
  const clicked = Date.now();
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  await page.evaluate(() => (window as unknown as { shown: Promise<null> }).shown);
  const [loaded, took] = [bytes, Date.now() - clicked];
  // The rest of the three seconds is for round trips and decoding.
  expect(loaded, `${took} ms`).toBeLessThan(1_000_000);
});

test('a viewer who saves data gets the smallest pictures, and the player’s code only when they play', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
  const { id } = await platform.video('premium');
  const scripts = scriptsOf(page);
  await page.goto(`/videos/${id}`);
  const play = page.getByRole('link', { name: 'Play', exact: true });
  await expect(play).toBeVisible();
  await page.waitForLoadState('networkidle');
  const widths = await page
    .locator('main img[srcset]')
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).currentSrc));
  const shown = new Set(widths.filter(Boolean));
  const smallest = await page.locator('main img[srcset]').evaluateAll((images) =>
    images.map(
      (image) =>
        (image as HTMLImageElement).srcset
          .split(', ')
          .map((entry) => entry.split(' '))
          .sort(([, one = ''], [, other = '']) => parseInt(one, 10) - parseInt(other, 10))[0]?.[0] ?? '',
    ),
  );
  expect([...shown].filter((source) => !smallest.includes(source))).toEqual([]);
  // Longer than the page waits for an idle moment.
  await page.waitForTimeout(5000);
  expect(scripts.filter((script) => PLAYER.test(script))).toEqual([]);
  await play.click();
  await expectPlays(page, 0.5);
});
