import { expectMoves, expectPlays, loadLittle, playing, seek, recordReports, watch } from './support/player.ts';
import { countRequests, expect, test, title } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform } from './support/platform.ts';

test('a grant that expires during playback is renewed, and the film continues', async ({ pageOf, platform }) => {
  const video = await platform.video('premium');
  const page = await pageOf(await platform.subscriber('premium'));
  const grants = countRequests(page, 'GET', /\/play$/);
  await loadLittle(page);
  await watch(page, video.id);
  const before = await expectPlays(page, 1);
  expect(grants.count).toBe(1);
  // Longer than any signed URL is valid.
  await platform.advance({ hours: 13 });
  await expect.poll(() => grants.count, { message: 'a new grant is requested' }).toBeGreaterThan(1);
  const after = await expectPlays(page, before + 10);
  expect(after, 'the position does not jump').toBeLessThan(before + 18);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(grants.count, 'the grant is not renewed too often').toBeLessThanOrEqual(4);
});

test('a playback grant is renewed before it expires, without interrupting the film', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const video = await platform.video('premium');
  await page.clock.install();
  const grants = countRequests(page, 'GET', /\/play$/);
  const refused: string[] = [];
  page.on('response', (response) => response.status() === 403 && refused.push(response.url()));
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Play', exact: true }).click();
  const before = await expectPlays(page, 1);
  // A grant is valid for an hour and is renewed after 48 minutes.
  await platform.advance({ minutes: 46 });
  await page.clock.fastForward('46:00');
  await expectMoves(page, 1);
  expect(grants.count, 'not renewed early').toBe(1);
  await platform.advance({ minutes: 3 });
  await page.clock.fastForward('03:00');
  await expect.poll(() => grants.count, { message: 'renewed in time' }).toBe(2);
  const after = await expectMoves(page, 2);
  expect(after, 'the position is kept').toBeLessThan(before + 25);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(refused).toEqual([]);
  expect(grants.count, 'renewed once').toBe(2);
});

test('the position is reported during playback, on a pause and on a seek', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const video = await platform.video('free');
  const page = await pageOf(person);
  const told = countRequests(page, 'PUT', /\/progress$/);
  const kept = async () => (await platform.api<{ progress: number }>('GET', `/api/videos/${video.id}`, person)).progress;
  await watch(page, video.id);
  await expectPlays(page, 1);
  await expect.poll(() => told.count, { message: 'a heartbeat during playback' }).toBeGreaterThan(0);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const at = (await playing(page))?.at ?? 0;
  await expect.poll(async () => Math.abs((await kept()) - at), { message: 'reported on the pause' }).toBeLessThanOrEqual(1);
  await seek(page, 15);
  await expect.poll(kept, { message: 'reported on the seek, although the player is paused' }).toBe(15);
});

test('the position is reported when the page is hidden, and closing the page frees its stream', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const video = await platform.video('free');
  const page = await pageOf(person);
  const kept = async () => (await platform.api<{ progress: number }>('GET', `/api/videos/${video.id}`, person)).progress;
  await watch(page, video.id);
  await expectPlays(page, 1);
  await seek(page, 12);
  await expectPlays(page, 12.2);
  // A paused player sends no heartbeats.
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const at = (await playing(page))?.at ?? 0;
  await expect.poll(async () => Math.abs((await kept()) - at)).toBeLessThanOrEqual(1);
  const told = countRequests(page, 'PUT', /\/progress$/);
  // As when the viewer switches to another tab.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await expect.poll(() => told.count).toBe(1);
  await page.keyboard.press('k');
  const later = await expectMoves(page, 1.5);

  const stops = await stopsOf(platform);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => stopsOf(platform), { message: 'the stream is stopped at once and does not wait to expire' }).toBe(stops + 1);
  expect(await platform.api<object[]>('GET', '/api/playback', person)).toEqual([]);
  await expect.poll(kept).toBeGreaterThanOrEqual(Math.floor(later) - 1);
});

test('a finished film leaves Continue watching and starts over', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const video = await platform.video('free');
  const page = await pageOf(person);
  await watch(page, video.id);
  await expectPlays(page, 1);
  await seek(page, video.duration - 2);
  await expect
    .poll(async () => (await platform.api<{ completed: boolean }>('GET', `/api/videos/${video.id}`, person)).completed, { timeout: 60_000 })
    .toBe(true);
  expect(await platform.api('GET', '/api/continue-watching', person)).toEqual([]);
  await page.goto(`/videos/${video.id}`);
  await expect(page.getByRole('link', { name: 'Watch again' })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Resume/ })).toHaveCount(0);

  // Watching it again starts at the beginning and keeps it completed.
  const reports = await recordReports(page);
  await page.reload();
  await page.getByRole('link', { name: 'Watch again' }).click();
  expect(await expectPlays(page, 0.5)).toBeLessThan(video.duration / 2);
  await expect.poll(() => reports.length, { message: 'the position is reported' }).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Back to video details' }).click();
  await expect(title(page)).toHaveText(video.title);
  expect(reports.filter(({ completed }) => completed === false)).toEqual([]);
  expect((await platform.api<{ completed: boolean }>('GET', `/api/videos/${video.id}`, person)).completed).toBe(true);
});

test('a film is resumed only after 5% of it was watched', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const video = await platform.video('free');
  const page = await pageOf(person);
  for (const [progress, step] of [
    [0.04 * video.duration, 'Play'],
    [0.06 * video.duration, /^Resume at 0:0[12]$/],
  ] as const) {
    await platform.api('PUT', `/api/videos/${video.id}/progress`, person, { progress });
    await page.goto(`/videos/${video.id}`);
    await expect(page.getByRole('link', { name: /^(Play|Resume)/ })).toHaveText([step]);
    await expect(page.getByRole('link', { name: 'Start over' })).toHaveCount(step === 'Play' ? 0 : 1);
  }
});

test('without Chromecast nothing is requested from a third party, and the policy admits none', async ({ pageOf, platform }) => {
  const video = await platform.video('free');
  const page = await pageOf(await platform.register());
  // As in Chrome, which could cast.
  await page.addInitScript(() => Object.assign(window, { chrome: (window as unknown as { chrome?: object }).chrome ?? {} }));
  const foreign: string[] = [];
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && !platform.origins.includes(origin)) foreign.push(request.url());
  });
  const asked = page.waitForResponse((response) => response.request().method() === 'HEAD' && response.url().endsWith('/index.html'));
  await watch(page, video.id);
  await expectPlays(page, 0.5);
  const policy = (await (await asked).allHeaders())['content-security-policy'] ?? '';
  const origins = policy.match(/https?:[^\s;]+/g) ?? [];
  expect(origins.length).toBeGreaterThan(0);
  expect(origins.filter((origin) => !platform.origins.includes(origin))).toEqual([]);
  await expectMoves(page, 1);
  expect(foreign).toEqual([]);
  await expect(page.getByRole('button', { name: 'Play on TV' })).toHaveCount(0);
});

/** The number of stopped streams, from the platform's log. */
async function stopsOf(platform: Platform): Promise<number> {
  const { requests } = (await platform.console('GET', '/requests')) as { requests: { function: string }[] };
  return requests.filter((one) => one.function === 'stop-playback').length;
}

test.describe('more devices than the plan has streams', () => {
  /** Plays on another device of the same account. */
  async function elsewhere(pageOf: (person: Person) => Promise<Page>, person: Person, id: string): Promise<Page> {
    const page = await pageOf(person);
    await watch(page, id);
    await expectPlays(page, 0.5);
    // Slow playback, so that the film does not end and free its stream during the test.
    await page
      .locator('video')
      .first()
      .evaluate((video) => ((video as HTMLVideoElement).playbackRate = 0.1));
    return page;
  }

  test('the viewer can stop another device and watch here', async ({ pageOf, platform }) => {
    const { email } = await platform.register();
    const video = await platform.video('free');
    const first = await elsewhere(pageOf, await platform.signIn(email, undefined, 'The kitchen'), video.id);
    const page = await pageOf(await platform.signIn(email, undefined, 'The attic'));
    await watch(page, video.id);
    await expect(title(page)).toHaveText('Too many devices are watching');
    await expect(page.getByText(video.title, { exact: false }).first()).toBeVisible();
    expect(await playing(page), 'nothing plays yet').toBeNull();

    await page.getByRole('button', { name: /^Stop .* and watch here$/ }).click();
    await expectMoves(page, 1);
    await expect(first.getByRole('alert').getByText('Playing on another device')).toBeVisible();
    expect((await playing(first))?.paused, 'the other device is paused').toBe(true);

    // The other device takes the stream back and resumes.
    const stood = (await playing(first))?.at ?? 0;
    await first.getByRole('button', { name: 'Play here' }).click();
    await expectMoves(first, 0.3);
    expect((await playing(first))?.at ?? 0).toBeGreaterThanOrEqual(stood);
    await expect(first.getByRole('alert')).toHaveCount(0);
    await expect(page.getByRole('alert').getByText('Playing on another device')).toBeVisible();
    expect((await playing(page))?.paused).toBe(true);
    expect(await platform.api<object[]>('GET', '/api/playback', await platform.signIn(email))).toHaveLength(1);
  });

  test('"Play here" asks which of several other devices to stop', async ({ pageOf, platform }) => {
    const { email } = await platform.subscriber('premium');
    const video = await platform.video('premium');
    const page = await pageOf(await platform.signIn(email, undefined, 'The kitchen'));
    await watch(page, video.id);
    await expectPlays(page, 0.5);
    const owner = await platform.signIn(email);
    const [own] = await platform.api<{ playback_session_id: string }[]>('GET', '/api/playback', owner);
    await platform.api('DELETE', `/api/playback/${own?.playback_session_id}`, owner);
    // Four other devices, with heartbeats.
    const others = await Promise.all([1, 2, 3, 4].map((number) => platform.signIn(email, undefined, `Room ${number}`)));
    const streams = await Promise.all(
      others.map((other) => platform.api<{ playback_session_id: string }>('GET', `/api/videos/${video.id}/play`, other)),
    );
    const beat = setInterval(() => {
      for (const [index, other] of others.entries()) {
        void platform
          .api('PUT', `/api/videos/${video.id}/progress`, other, { progress: 3, playback_session_id: streams[index]?.playback_session_id })
          .catch(() => undefined);
      }
    }, 1500);
    await expect(page.getByText('Playing on another device')).toBeVisible();
    await page.getByRole('button', { name: 'Play here' }).click();
    await expect(title(page)).toHaveText('Too many devices are watching');
    await page.getByRole('button', { name: 'Stop Room 2 and watch here' }).click();
    await expectMoves(page, 0.5);
    clearInterval(beat);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(title(page)).toHaveText(video.title);
  });

  test('premium plays on four devices at once', async ({ platform }) => {
    const { email } = await platform.subscriber('premium');
    const video = await platform.video('premium');
    const people = await Promise.all(Array.from({ length: 4 }, () => platform.signIn(email)));
    const granted = await Promise.all(
      people.map((person) => platform.api<{ playback_session_id: string }>('GET', `/api/videos/${video.id}/play`, person)),
    );
    expect(new Set(granted.map((one) => one.playback_session_id)).size).toBe(4);
  });

  test('the devices page shows what is playing and can stop it', async ({ pageOf, platform }) => {
    const { email } = await platform.register();
    const video = await platform.video('free');
    const first = await elsewhere(pageOf, await platform.signIn(email, undefined, 'The kitchen'), video.id);
    const page = await pageOf(await platform.signIn(email));
    await page.goto('/account/devices');
    await page.getByRole('button', { name: `Stop ${video.title}` }).click();
    await expect(page.getByText('Nothing is playing', { exact: true })).toBeVisible();
    await expect(first.getByRole('alert').getByText('Playing on another device')).toBeVisible();
  });
});

test.describe('a session that was ended from another device', () => {
  test('leads to the sign-in page with a notice, and back', async ({ pageOf, platform }) => {
    const { email } = await platform.register();
    const page = await pageOf(await platform.signIn(email, undefined, 'The kitchen'));
    await page.goto('/account/devices');
    await expect(page.getByText('This device')).toBeVisible();
    const other = await pageOf(await platform.signIn(email, undefined, 'The attic'));
    await other.goto('/account/devices');
    await other.getByRole('button', { name: 'Sign out The kitchen' }).click();
    await expect(other.getByText('The kitchen is signed out.')).toBeVisible();

    await page.getByRole('link', { name: 'Account details' }).click();
    await page.getByRole('link', { name: 'Subscription', exact: true }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await expect(page.getByText('You were signed out.')).toBeVisible();
    const left = new URL(page.url()).searchParams.get('next') ?? '';
    expect(left).toMatch(/^\/account/);
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill('a long enough phrase');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(left);
    await expect(page.getByText('You were signed out.')).toHaveCount(0);
  });

  test('stops the player within a heartbeat', async ({ pageOf, platform }) => {
    const { email } = await platform.register();
    const video = await platform.video('free');
    const page = await pageOf(await platform.signIn(email, undefined, 'The kitchen'));
    await watch(page, video.id);
    await expectPlays(page, 0.5);
    const other = await platform.signIn(email);
    const sessions = await platform.api<{ id: string; current: boolean; device_name: string }[]>('GET', '/api/auth/sessions', other);
    const kitchen = sessions.find((session) => session.device_name === 'The kitchen');
    await platform.api('DELETE', `/api/auth/sessions/${kitchen?.id}`, other);
    await expect(page).toHaveURL(new RegExp(`/sign-in\\?next=.*${video.id}`));
  });
});
