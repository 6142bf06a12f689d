// Playing on a Chromecast, which the operator has turned on. A fake of Google's SDK stands in for it and for the television.
import { expectMoves, expectPlays, playing, seek, watch } from './support/player.ts';
import { countRequests, expect, test } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform } from './support/platform.ts';

const SDK = 'https://www.gstatic.com/cv/js/sender/v1/cast_sender.js?loadCastFramework=1';

test.use({ settings: { HeartbeatSeconds: '2', Chromecast: 'on' }, thirdParty: 'https://www.gstatic.com' });

/** The requests that the page sent to the television, and the television's state. */
interface Television {
  state: string;
  loaded: { url: string; type: string; title: string; at: number; tracks: { language: string; url: string }[]; shown: number[] }[];
  player: { isConnected: boolean; isMediaLoaded: boolean; isPaused: boolean; currentTime: number; duration: number };
  change: () => void;
  finish: (reason: string) => void;
  disconnect: () => void;
}

declare global {
  interface Window {
    television: Television;
  }
}

/** Runs in the page: the SDK's interface, with one device. */
function fakeSdk(): void {
  const listeners: (() => void)[] = [];
  const change = () => listeners.forEach((listener) => listener());
  const player = { isConnected: false, isMediaLoaded: false, isPaused: false, currentTime: 0, duration: 0 };
  let updates: ((isAlive: boolean) => void)[] = [];
  let media: { playerState: string; idleReason: string | null; addUpdateListener: (to: (typeof updates)[number]) => void } | null = null;
  const connect = (state: string) => {
    window.television.state = state;
    player.isConnected = state === 'CONNECTED';
    player.isMediaLoaded = false;
    media = null;
    change();
  };
  window.television = {
    state: 'NOT_CONNECTED',
    loaded: [],
    player,
    change,
    finish(reason) {
      if (!media) throw new Error('nothing plays');
      media.playerState = 'IDLE';
      media.idleReason = reason;
      Object.assign(player, { isMediaLoaded: false, currentTime: 0 });
      change();
      updates.forEach((update) => update(true));
    },
    disconnect: () => connect('NOT_CONNECTED'),
  };
  const session = {
    getCastDevice: () => ({ friendlyName: 'Kitchen TV' }),
    getMediaSession: () => media,
    loadMedia(request: Record<string, never>) {
      const {
        media: info,
        currentTime,
        activeTrackIds,
      } = request as never as {
        media: { contentId: string; contentType: string; metadata: { title: string }; tracks: Record<string, string>[] };
        currentTime: number;
        activeTrackIds: number[];
      };
      window.television.loaded.push({
        url: info.contentId,
        type: info.contentType,
        title: info.metadata.title,
        at: currentTime,
        tracks: info.tracks.map(({ language = '', trackContentId: url = '' }) => ({ language, url })),
        shown: activeTrackIds,
      });
      updates = [];
      media = { playerState: 'PLAYING', idleReason: null, addUpdateListener: (to) => updates.push(to) };
      Object.assign(player, { isMediaLoaded: true, isPaused: false, currentTime, duration: 60 });
      change();
      return Promise.resolve();
    },
  };
  const context = {
    setOptions: () => undefined,
    getCastState: () => window.television.state,
    getCurrentSession: () => (player.isConnected ? session : null),
    requestSession: () => Promise.resolve(connect('CONNECTED')),
    endCurrentSession: () => connect('NOT_CONNECTED'),
    addEventListener: (_: string, listener: () => void) => listeners.push(listener),
  };
  class Plain {
    constructor(first?: string, second?: string) {
      Object.assign(this, { contentId: first, contentType: second });
    }
  }
  const RemotePlayerController = class {
    addEventListener = context.addEventListener;
    playOrPause = () => {
      player.isPaused = !player.isPaused;
      change();
    };
    seek = change;
  };
  const CastContext = { getInstance: () => context };
  const RemotePlayer = class {
    constructor() {
      return player;
    }
  };
  const LoadRequest = class {
    constructor(readonly media: Plain) {}
  };
  const framework = { CastContext, RemotePlayer, RemotePlayerController };
  Object.assign(window, { cast: { framework } });
  Object.assign((window as unknown as { chrome: object }).chrome, {
    cast: { Image: Plain, media: { MediaInfo: Plain, GenericMediaMetadata: Plain, Track: Plain, LoadRequest } },
  });
  (window as unknown as { __onGCastApiAvailable: (isAvailable: boolean) => void }).__onGCastApiAvailable(true);
}

/** Answers the request for the SDK with the fake. */
async function withTelevision(page: Page): Promise<{ requests: string[] }> {
  const requests: string[] = [];
  await page.addInitScript(() => Object.assign(window, { chrome: (window as unknown as { chrome?: object }).chrome ?? {} }));
  await page.route('https://www.gstatic.com/**', (route) => {
    requests.push(route.request().url());
    return route.fulfill({ contentType: 'text/javascript', body: `(${fakeSdk.toString()})();` });
  });
  return { requests };
}

const cast = (page: Page) => page.getByRole('button', { name: 'Play on TV' });
const overlay = (page: Page) => page.getByRole('group', { name: 'Playing on Kitchen TV' });
const loaded = (page: Page) => page.evaluate(() => window.television.loaded);

/** The television's position, as if it had played to there. */
async function televisionAt(page: Page, seconds: number): Promise<void> {
  await page.evaluate((at) => {
    window.television.player.currentTime = at;
    window.television.change();
  }, seconds);
}

/** Shows the controls and chooses the television. */
async function choose(page: Page): Promise<void> {
  await page.mouse.move(300, 300);
  await page.mouse.move(320, 320);
  await cast(page).click();
  await expect(overlay(page)).toBeVisible();
}

/** Starts a free film of a new viewer on the page, with a television in the house. */
async function startFilm(pageOf: (person: Person) => Promise<Page>, platform: Platform, preferences?: object) {
  const person = await platform.register();
  const video = await platform.video('free');
  if (preferences) await platform.api('PATCH', '/api/preferences', person, preferences);
  const page = await pageOf(person);
  const { requests } = await withTelevision(page);
  await watch(page, video.id);
  await expectPlays(page, 0.5);
  return { person, video, page, requests };
}

test('the SDK is loaded with the player and not before', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const { requests } = await withTelevision(page);
  const video = await platform.video('free');
  await page.goto('/');
  await page.goto(`/videos/${video.id}`);
  await page.waitForLoadState('networkidle');
  expect(requests).toEqual([]);
  await watch(page, video.id);
  await expectPlays(page, 0.5);
  await expect.poll(() => requests).toEqual([SDK]);
});

test('a film continues on the television at its position, with its captions, and pauses in the page', async ({ pageOf, platform }) => {
  const { video, page } = await startFilm(pageOf, platform, { captions: true, caption_language: 'en' });
  await seek(page, 12);
  await expectPlays(page, 12.2);
  await choose(page);

  expect((await playing(page))?.paused).toBe(true);
  const films = await loaded(page);
  expect(films).toHaveLength(1);
  const [film] = films;
  expect(film).toMatchObject({ title: video.title, type: 'application/x-mpegURL' });
  expect(film?.at).toBeGreaterThan(12);
  expect(film?.at).toBeLessThan(30);
  const master = await page.request.get(film?.url ?? '');
  expect(await master.text(), 'the address carries its token').toContain('#EXTM3U');
  const tracks = film?.tracks ?? [];
  expect(film?.shown).toEqual([tracks.findIndex(({ language }) => language === 'en') + 1]);
  expect(film?.shown).not.toEqual([0]);
  for (const track of tracks) expect(await (await page.request.get(track.url)).text()).toContain('WEBVTT');
});

test('the television’s position is reported while it plays, and the stream is kept', async ({ pageOf, platform }) => {
  const { person, video, page } = await startFilm(pageOf, platform);
  const kept = async () => (await platform.api<{ progress: number }>('GET', `/api/videos/${video.id}`, person)).progress;
  await choose(page);
  const told = countRequests(page, 'PUT', /\/progress$/);
  await televisionAt(page, 17);
  await expect.poll(kept, { message: 'the next heartbeat has the position' }).toBe(17);
  await expect.poll(() => told.count, { message: 'heartbeats continue' }).toBeGreaterThan(2);
  expect(await platform.api<object[]>('GET', '/api/playback', person)).toHaveLength(1);

  await televisionAt(page, 19);
  await overlay(page).getByRole('button', { name: 'Pause' }).click();
  await expect.poll(kept, { message: 'reported on the pause' }).toBe(19);
  await expect(overlay(page).getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  expect(await page.evaluate(() => window.television.player.isPaused)).toBe(true);
  await overlay(page).getByRole('button', { name: 'Forward 10 seconds' }).click();
  expect(await page.evaluate(() => window.television.player.currentTime)).toBe(29);
});

test('the film returns to the page at the television’s position', async ({ pageOf, platform }) => {
  const { page } = await startFilm(pageOf, platform);
  await choose(page);
  await televisionAt(page, 15);
  await overlay(page).getByRole('button', { name: 'Play here' }).click();
  await expect(overlay(page)).toHaveCount(0);
  await expectPlays(page, 15.2);
  await expectMoves(page, 1);
  expect(await page.evaluate(() => window.television.state)).toBe('NOT_CONNECTED');
});

test('a film that ends on the television is completed', async ({ pageOf, platform }) => {
  const { person, video, page } = await startFilm(pageOf, platform);
  await choose(page);
  await televisionAt(page, 3);
  await page.evaluate(() => window.television.finish('FINISHED'));
  await expect
    .poll(async () => (await platform.api<{ completed: boolean }>('GET', `/api/videos/${video.id}`, person)).completed)
    .toBe(true);
  await expect(page.getByText('The end')).toBeVisible();
});

test('if the television cannot play the film, it returns to the page', async ({ pageOf, platform }) => {
  const { page } = await startFilm(pageOf, platform);
  await choose(page);
  await page.evaluate(() => window.television.finish('ERROR'));
  await expect(page.getByText('The television couldn’t play the video.').first()).toBeVisible();
  await expectMoves(page, 1);
});

test('when another device takes over the stream, playback stops on the television too', async ({ pageOf, platform }) => {
  const { person, page } = await startFilm(pageOf, platform);
  await choose(page);
  const [stream] = await platform.api<{ playback_session_id: string }[]>('GET', '/api/playback', person);
  await platform.api('DELETE', `/api/playback/${stream?.playback_session_id}`, person);
  await expect(page.getByRole('alert').getByText('Playing on another device')).toBeVisible();
  expect(await page.evaluate(() => window.television.state)).toBe('NOT_CONNECTED');
  expect((await playing(page))?.paused).toBe(true);
});

test('leaving the player ends playback on the television and frees the stream', async ({ pageOf, platform }) => {
  const { person, page } = await startFilm(pageOf, platform);
  await choose(page);
  await page.getByRole('link', { name: 'Back to video details' }).click();
  await expect.poll(() => page.evaluate(() => window.television.state)).toBe('NOT_CONNECTED');
  await expect.poll(() => platform.api<object[]>('GET', '/api/playback', person)).toEqual([]);
});

test('the button is hidden if there is no television', async ({ pageOf, platform }) => {
  const { page, requests } = await startFilm(pageOf, platform);
  await expect.poll(() => requests.length).toBe(1);
  await expect(cast(page)).toHaveCount(1);
  await page.evaluate(() => {
    window.television.state = 'NO_DEVICES_AVAILABLE';
    window.television.change();
  });
  await expect(cast(page)).toHaveCount(0);
});
