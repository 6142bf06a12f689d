// Each kind of request that the player makes fails once, for 20 seconds, and permanently.
import { Outage, encrypt } from './support/outage.ts';
import type { Fault, Kind } from './support/outage.ts';
import { expectLoaded, expectMoves, expectPlays, loadLittle, pass, playOut, playing, seek, watch } from './support/player.ts';
import { countRequests, expect, test, title } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

interface Scene {
  page: Page;
  video: Video;
  person: Person;
}

/** A viewer and a page whose clock the test controls. */
async function scene(pageOf: (person: Person) => Promise<Page>, platform: Platform): Promise<Scene> {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.clock.install();
  return { page, person, video: await platform.video('free') };
}

const alert = (page: Page) => page.getByRole('alert');
const isAlerted = (page: Page) => () => alert(page).isVisible();
const isPlaying =
  (page: Page, beyond = 0.3) =>
  async () =>
    ((await playing(page))?.at ?? 0) > beyond;

/** Starts the film from the beginning. */
async function startOver({ page, video }: Scene): Promise<void> {
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: /^(Start over|Play|Watch again)$/ }).click();
}

for (const kind of ['master', 'media playlist', 'segment', 'key', 'grant'] satisfies Kind[]) {
  test(`${kind}: a failed request is retried, and a permanent failure shows "Try again"`, async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page } = at;
    if (kind === 'key') await encrypt(page);
    const outage = await Outage.of(page, kind);

    await test.step('once', async () => {
      outage.begin('unavailable', 1);
      await startOver(at);
      await pass(page, 10, isPlaying(page));
      await expectPlays(page, 0.3);
      expect(outage.failed).toHaveLength(1);
      await expect(alert(page)).toHaveCount(0);
    });

    await test.step('for 20 s', async () => {
      outage.begin('unavailable');
      await startOver(at);
      await pass(page, 20);
      await expect(alert(page), 'no error yet').toHaveCount(0);
      expect(await playing(page).then((now) => now?.at ?? 0)).toBe(0);
      await outage.end();
      await pass(page, 12, isPlaying(page));
      await expectMoves(page, 0.5);
      await expect(alert(page)).toHaveCount(0);
    });

    await test.step('permanently', async () => {
      const before = outage.failed.length;
      outage.begin('unavailable');
      await startOver(at);
      await pass(page, 75, isAlerted(page));
      await expect(alert(page)).toBeVisible();
      const tried = outage.failed.length - before;
      expect(tried, 'the request was retried').toBeGreaterThan(3);
      expect(tried, 'the pauses grow').toBeLessThan(20);
      await pass(page, 40);
      expect(outage.failed.length - before, 'no further retries').toBe(tried);
      await outage.end();
      await page.getByRole('button', { name: 'Try again' }).click();
      await pass(page, 5, isPlaying(page));
      await expectMoves(page, 0.5);
      await expect(alert(page)).toHaveCount(0);
    });
  });
}

test('captions: a failed request is retried, a permanent failure shows "Try again", and the film plays on', async ({
  pageOf,
  platform,
}) => {
  const at = await scene(pageOf, platform);
  const { page } = at;
  const captions = () =>
    page.locator('hls-video').evaluate((element) => {
      const shown = [...(element as HTMLVideoElement).textTracks].filter(({ kind, mode }) => kind !== 'metadata' && mode === 'showing');
      const { preferences } = JSON.parse(localStorage.getItem('marquee.preferences') ?? '{}') as { preferences?: { captions: boolean } };
      return { areOn: shown.length > 0, areWanted: preferences?.captions ?? false, say: shown.some(({ cues }) => (cues?.length ?? 0) > 0) };
    });
  const say = async () => (await captions()).say;
  /** Presses the key and waits until the player has stored the choice, because the next film starts with it. */
  const turn = async (areOn: boolean) => {
    await expect.poll(captions).toMatchObject({ areOn: !areOn });
    await page.keyboard.press('c');
    await expect.poll(captions).toMatchObject({ areOn, areWanted: areOn });
  };
  const hasRate = (rate: number) =>
    page
      .locator('video')
      .first()
      .evaluate((video, slow) => ((video as HTMLVideoElement).playbackRate = slow), rate);

  for (const kind of ['caption', 'caption playlist'] as const) {
    const outage = await Outage.of(page, kind);
    await test.step(`${kind} once`, async () => {
      outage.begin('unavailable', 1);
      await startOver(at);
      await expectPlays(page, 0.2);
      await turn(true);
      await pass(page, 10, say);
      expect(await say()).toBe(true);
      expect(outage.failed).toHaveLength(1);
      await turn(false);
    });
    await test.step(`${kind} for 20 s`, async () => {
      outage.begin('unavailable');
      await startOver(at);
      await expectPlays(page, 0.2);
      await hasRate(0.25);
      await turn(true);
      await pass(page, 20);
      await outage.end();
      await pass(page, 12, say);
      expect(await say()).toBe(true);
      await expect(alert(page)).toHaveCount(0);
      await turn(false);
    });
    await test.step(`${kind} permanently`, async () => {
      outage.begin('cut');
      await startOver(at);
      await expectPlays(page, 0.2);
      await hasRate(0.25);
      await turn(true);
      const remark = page.getByText('Captions couldn’t be loaded.');
      await pass(page, 60, () => remark.isVisible());
      await expect(remark).toBeVisible();
      await expectMoves(page, 0.3);
      await expect(alert(page), 'the film goes on without captions').toHaveCount(0);
      const tried = outage.failed.length;
      await page.getByRole('button', { name: 'Try again' }).click();
      await expect.poll(() => outage.failed.length, { message: 'requested at once' }).toBeGreaterThan(tried);
      await outage.end();
      await pass(page, 12, say);
      expect(await say()).toBe(true);
      await expect(remark).toHaveCount(0);
      await turn(false);
    });
  }
});

test('heartbeat: a failed request is retried, and after a permanent failure "Try again" saves the position', async ({
  pageOf,
  platform,
}) => {
  const at = await scene(pageOf, platform);
  const { page, video, person } = at;
  const kept = async () => (await platform.api<{ progress: number }>('GET', `/api/videos/${video.id}`, person)).progress;
  const outage = await Outage.of(page, 'heartbeat');
  await startOver(at);
  await expectPlays(page, 0.5);
  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);

  await test.step('once, on a seek while paused', async () => {
    outage.begin('unavailable', 1);
    await seek(page, 10);
    await expect.poll(() => outage.failed.length).toBe(1);
    await pass(page, 3);
    await expect.poll(kept).toBe(10);
  });
  await test.step('for 20 s', async () => {
    outage.begin('unavailable');
    await seek(page, 14);
    await pass(page, 20);
    expect(outage.failed.length, 'the pauses grow').toBeLessThan(10);
    expect(await kept()).toBe(10);
    await outage.end();
    await pass(page, 10, async () => (await kept()) === 14);
    expect(await kept()).toBe(14);
    await expect(page.getByText('We can’t save your position right now.')).toHaveCount(0);
  });
  await test.step('permanently', async () => {
    outage.begin('cut');
    await seek(page, 18);
    const remark = page.getByText('We can’t save your position right now.');
    await pass(page, 60, () => remark.isVisible());
    await expect(remark).toBeVisible();
    await expect(alert(page), 'the film is not interrupted').toHaveCount(0);
    await outage.end();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(kept).toBe(18);
    await expect(remark).toHaveCount(0);
  });
});

test.describe('during a film', () => {
  /** Moves both clocks to the renewal: a grant is valid for an hour and is renewed after 48 minutes. */
  async function comesToRenewal({ page }: Scene, platform: Platform): Promise<void> {
    await platform.advance({ minutes: 49 });
    await page.clock.fastForward('49:00');
  }

  test('a renewal succeeds after its master playlist failed twice, and so does the next one', async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page, video } = at;
    const grants = countRequests(page, 'GET', /\/play$/);
    const outage = await Outage.of(page, 'master');
    await watch(page, video.id);
    for (const renewal of [1, 2]) {
      const before = await expectMoves(page, 1);
      outage.begin('unavailable', 2);
      await comesToRenewal(at, platform);
      await expect.poll(() => outage.failed.length).toBeGreaterThanOrEqual(2 * renewal - 1);
      await pass(page, 6, async () => outage.failed.length === 2 * renewal && (await isPlaying(page, before + 0.5)()));
      expect(await expectMoves(page, 0.5), 'the position is kept').toBeLessThan(before + 15);
      expect(grants.count).toBe(1 + renewal);
    }
    await expect(alert(page)).toHaveCount(0);
  });

  test('a renewal keeps the chosen quality and does not resume a paused film', async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page, video } = at;
    const grants = countRequests(page, 'GET', /\/play$/);
    await watch(page, video.id);
    await expectPlays(page, 0.5);
    await page.mouse.move(600, 300);
    await page.getByRole('button', { name: 'quality' }).click();
    const choice = page
      .locator('quality-menu')
      .getByRole('menuitemradio', { name: /^\d+p$/ })
      .last();
    const height = Number.parseInt(await choice.innerText(), 10);
    await choice.click();
    await page.keyboard.press('k');
    await expect.poll(async () => (await playing(page))?.paused).toBe(true);
    await seek(page, 15);
    await comesToRenewal(at, platform);
    await expect.poll(() => grants.count).toBe(2);
    const chosen = () =>
      page.locator('hls-video').evaluate((element) => {
        const renditions = [
          ...(element as unknown as { videoRenditions: Iterable<{ selected: boolean; height: number }> }).videoRenditions,
        ];
        return renditions.find(({ selected }) => selected)?.height;
      });
    await pass(page, 3);
    await expect.poll(chosen).toBe(height);
    expect(await playing(page)).toMatchObject({ paused: true });
    await expect.poll(async () => Math.abs(((await playing(page))?.at ?? 0) - 15)).toBeLessThan(1);
    await page.keyboard.press('k');
    await expectPlays(page, 15.5);
  });

  test('a failed renewal of the grant does not interrupt the film and is retried', async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page, video } = at;
    await watch(page, video.id);
    await expectPlays(page, 0.5);
    await page
      .locator('video')
      .first()
      .evaluate((element) => ((element as HTMLVideoElement).playbackRate = 0.25));
    const outage = await Outage.of(page, 'grant');
    outage.begin('unavailable');
    await comesToRenewal(at, platform);
    await expect.poll(() => outage.failed.length).toBeGreaterThanOrEqual(1);
    await pass(page, 22);
    expect(outage.failed.length, 'the pauses grow').toBeLessThan(4);
    await expect(alert(page)).toHaveCount(0);
    await expectMoves(page, 0.2);
    await outage.end();
    const asked = outage.asked;
    await pass(page, 70, () => Promise.resolve(outage.asked > asked));
    await expectMoves(page, 0.2);
    expect(outage.asked).toBe(asked + 1);
  });

  for (const fault of ['unavailable', 'cut', 'hangs'] satisfies Fault[]) {
    test(`segments (${fault}): the buffered part plays, and "Try again" resumes after it`, async ({ pageOf, platform }) => {
      const at = await scene(pageOf, platform);
      const { page, video } = at;
      await loadLittle(page);
      const outage = await Outage.of(page, 'segment');
      await watch(page, video.id);
      await expectPlays(page, 1);
      await expectLoaded(page, 2);
      outage.begin(fault);
      const before = (await playing(page))?.at ?? 0;
      const stood = await playOut(page);
      expect(stood, 'the buffered part was played').toBeGreaterThan(before + 1);
      await expect(alert(page), 'no error while the segment may still arrive').toHaveCount(0);
      await pass(page, 90, isAlerted(page));
      await expect(alert(page)).toBeVisible();
      expect(await playing(page)).toMatchObject({ paused: true });
      await outage.end();
      await page.getByRole('button', { name: 'Try again' }).click();
      await pass(page, 5, isPlaying(page, stood + 0.5));
      const now = await expectPlays(page, stood + 0.5);
      expect(now, 'the position is kept').toBeLessThan(stood + 12);
    });
  }

  test('segments that fail for 20 s: the film resumes at the same position', async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page, video } = at;
    await loadLittle(page);
    const outage = await Outage.of(page, 'segment');
    await watch(page, video.id);
    await expectPlays(page, 1);
    await expectLoaded(page, 2);
    outage.begin('unavailable');
    const stood = await playOut(page);
    await pass(page, 20);
    expect((await playing(page))?.paused, 'the player waits for the segment').toBe(false);
    await outage.end();
    await pass(page, 12, isPlaying(page, stood + 0.5));
    expect(await expectPlays(page, stood + 0.5), 'the position is kept').toBeLessThan(stood + 12);
    await expect(alert(page)).toHaveCount(0);
  });

  test('without a network the buffered part plays, and the film resumes when the network is back', async ({ pageOf, platform }) => {
    const at = await scene(pageOf, platform);
    const { page } = at;
    await loadLittle(page);
    for (const seconds of [15, 100]) {
      await test.step(`offline for ${seconds} s`, async () => {
        await startOver(at);
        await expectPlays(page, 1);
        await expectLoaded(page, 2);
        const before = (await playing(page))?.at ?? 0;
        await page.context().setOffline(true);
        await expect(page.getByText('You’re offline. Playback continues with what’s already loaded.')).toBeVisible();
        const stood = await playOut(page);
        expect(stood).toBeGreaterThan(before + 1);
        await pass(page, seconds);
        await expect(alert(page), 'an error only after a minute').toHaveCount(seconds > 60 ? 1 : 0);
        await page.context().setOffline(false);
        await pass(page, 12, isPlaying(page, stood + 0.5));
        expect(await expectPlays(page, stood + 0.5), 'the position is kept').toBeLessThan(stood + 12);
        await expect(alert(page)).toHaveCount(0);
      });
    }
  });

  test('a session that ends during a film leads to the sign-in page and back to the same position', async ({ pageOf, platform }) => {
    const { email } = await platform.subscriber('premium');
    const video = await platform.video('free');
    const page = await pageOf(await platform.signIn(email, undefined, 'The kitchen'));
    await page.goto(`/watch/${video.id}?from=start`);
    await page.mouse.click(600, 300);
    await expectPlays(page, 0.5);
    await seek(page, 12);
    await expectPlays(page, 12.2);
    const other = await platform.signIn(email);
    const sessions = await platform.api<{ id: string; device_name: string }[]>('GET', '/api/auth/sessions', other);
    await platform.api('DELETE', `/api/auth/sessions/${sessions.find((one) => one.device_name === 'The kitchen')?.id}`, other);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill('a long enough phrase');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(`/watch/${video.id}`);
    await expect(title(page)).toHaveText(video.title);
    await expectPlays(page, 11);
  });
});

test('a master playlist that hangs is retried, and then an error is shown', async ({ pageOf, platform }) => {
  const at = await scene(pageOf, platform);
  const { page } = at;
  const outage = await Outage.of(page, 'master');
  outage.begin('hangs', 1);
  await startOver(at);
  await expect.poll(() => outage.failed.length).toBe(1);
  await pass(page, 20, isPlaying(page));
  await expectPlays(page, 0.3);

  outage.begin('hangs');
  await startOver(at);
  await pass(page, 75, isAlerted(page));
  await expect(alert(page)).toBeVisible();
  await outage.end();
  await page.getByRole('button', { name: 'Try again' }).click();
  await pass(page, 5, isPlaying(page));
  await expectMoves(page, 0.5);
});

test('after too many requests the player waits if the pause is short, or else shows an error', async ({ pageOf, platform }) => {
  const at = await scene(pageOf, platform);
  const { page } = at;
  const outage = await Outage.of(page, 'grant');
  const busy =
    (seconds: number): Fault =>
    (route) =>
      route.fulfill({
        status: 429,
        headers: { 'retry-after': String(seconds) },
        json: { success: false, error: { code: 'RATE_LIMITED', message: 'too many' } },
      });
  outage.begin(busy(28), 1);
  await startOver(at);
  await expect.poll(() => outage.failed.length).toBe(1);
  await pass(page, 15);
  expect(outage.asked, 'no retry before the given time').toBe(1);
  await pass(page, 15, isPlaying(page));
  await expectMoves(page, 0.3);

  outage.begin(busy(600));
  await startOver(at);
  await expect(alert(page)).toContainText('Try again in 10 minutes.');
  await outage.end();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expectPlays(page, 0.3);
});

test('an unreachable service shows an error, and "Try again" starts the film', async ({ pageOf, platform }) => {
  const { page, video } = await scene(pageOf, platform);
  await page.goto(`/videos/${video.id}`);
  const play = page.getByRole('link', { name: /^Play/ });
  await play.waitFor();
  const outage = await Outage.of(page, 'grant');
  outage.begin('cut');
  await play.click();
  await pass(page, 60, isAlerted(page));
  await expect(alert(page)).toContainText('We can’t reach Marquee');
  await outage.end();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expectPlays(page, 0.3);
});
