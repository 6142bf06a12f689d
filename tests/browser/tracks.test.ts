import { expectPlays, watch } from './support/player.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';
import type { Video } from './support/platform.ts';

interface Hls {
  audioTrack: number;
  audioTracks: { id: number; lang: string }[];
}

interface AudioTrack {
  language: string;
  enabled: boolean;
}

/** The languages that the player shows as chosen and that are played; empty until the tracks are known. */
function heard(page: Page): Promise<string[]> {
  return page.locator('hls-video').evaluate((element) => {
    const { audioTracks, api } = element as unknown as { audioTracks?: Iterable<AudioTrack>; api: Hls | null };
    const chosen = [...(audioTracks ?? [])].filter(({ enabled }) => enabled).map(({ language }) => language);
    const played = api?.audioTracks.filter(({ id }) => id === api.audioTrack).map(({ lang }) => lang) ?? [];
    return [...new Set([...chosen, ...played])];
  });
}

/** The language of the captions that are shown. */
function captions(page: Page): Promise<string | undefined> {
  return page.locator('hls-video').evaluate((element) => {
    const shown = [...(element as HTMLVideoElement).textTracks].find(({ kind, mode }) => kind !== 'metadata' && mode === 'showing');
    return shown?.language;
  });
}

test('a film in two languages is heard and captioned in the chosen one, and so is the next film', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const film = async (name: string) => {
    const [video] = await platform.api<Video[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null);
    await watch(page, video?.id ?? '');
    await expectPlays(page, 0.5);
    await page.mouse.move(600, 300);
  };
  await film('The Last Lighthouse');
  await expect.poll(() => heard(page), { message: 'the original language is the default' }).toEqual(['en']);
  await page.getByRole('button', { name: /^audio/i }).click();
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await expect.poll(() => heard(page)).toEqual(['de']);
  await expectPlays(page, 0.5);
  await page.mouse.move(620, 320);
  await page.getByRole('button', { name: 'closed captions' }).click();
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await expect.poll(() => captions(page)).toBe('de');

  await film('Slow Train to Vell');
  await expect.poll(() => heard(page), { message: 'the choice is kept' }).toEqual(['de']);
  await expect.poll(() => captions(page)).toBe('de');
});

test('a film offers every size up to 1080p', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('premium'));
  const [video] = await platform.api<Video[]>('GET', '/api/videos?q=The%20Last%20Lighthouse', null);
  await watch(page, video?.id ?? '');
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  await page.getByRole('button', { name: 'quality' }).click();
  for (const size of ['1080p', '720p', '480p', '270p']) {
    await expect(page.getByRole('menuitemradio', { name: size, exact: true })).toBeVisible();
  }
});
