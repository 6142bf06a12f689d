import { watch, expectPlays } from './support/player.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';
import type { Video } from './support/platform.ts';

const SRT = '1\n00:00:00,000 --> 00:00:20,000\n<i>Ciao</i> & benvenuti\n';

/** Plays a video and opens the menu of its captions. */
async function captionsMenu(page: Page, id: string): Promise<void> {
  await watch(page, id);
  await expectPlays(page, 0.5);
  await page.mouse.move(600, 300);
  await page.getByRole('button', { name: 'closed captions' }).click();
  await expect(page.getByRole('menuitemradio', { name: 'English' })).toBeVisible();
}

test('captions that an operator uploads are in the player’s menu until the operator removes them', async ({ pageOf, platform }) => {
  const [film] = await platform.api<Video[]>('GET', '/api/videos?q=Deep%20Quiet', null);
  const id = film?.id ?? '';
  const operator = await pageOf(await platform.admin());
  await operator.goto(`/admin/videos/${id}`);
  const panel = operator.locator('section').filter({ has: operator.getByRole('heading', { name: 'Captions' }) });
  const upload = panel.getByRole('button', { name: 'Upload captions' });
  await upload.click();
  await expect(panel.getByText('Choose a file with captions first.')).toBeVisible();

  await panel.getByRole('combobox', { name: 'Language', exact: true }).click();
  await operator.getByRole('option', { name: 'Italian' }).click();
  const file = panel.getByLabel('File');
  await file.setInputFiles({ name: 'notes.srt', mimeType: 'application/x-subrip', buffer: Buffer.from('not captions') });
  await upload.click();
  await expect(panel.getByText(/neither WebVTT .* nor SubRip/)).toBeVisible();

  await file.setInputFiles({ name: 'it.srt', mimeType: 'application/x-subrip', buffer: Buffer.from(SRT) });
  await upload.click();
  const row = panel.getByRole('listitem').filter({ hasText: 'Italiano' });
  await expect(row).toBeVisible();
  await expect(row.getByText('Mux is reading the file')).toBeHidden({ timeout: 30_000 });

  const viewer = await pageOf(await platform.subscriber('premium'));
  await captionsMenu(viewer, id);
  await viewer.getByRole('menuitemradio', { name: 'Italiano' }).click();
  const cues = () =>
    viewer.locator('hls-video').evaluate((element) => {
      const shown = [...(element as HTMLVideoElement).textTracks].find(({ kind, mode }) => kind !== 'metadata' && mode === 'showing');
      return [...(shown?.activeCues ?? [])].map((cue) => (cue as VTTCue).text).join(' ');
    });
  await expect.poll(cues).toBe('<i>Ciao</i> &amp; benvenuti');

  await row.getByRole('button', { name: 'Remove captions “Italiano”' }).click();
  await operator.getByRole('button', { name: 'Remove captions', exact: true }).click();
  await expect(row).toBeHidden();
  await captionsMenu(viewer, id);
  await expect(viewer.getByRole('menuitemradio', { name: 'Italiano' })).toBeHidden();
});

test('a chosen file keeps the focus and is announced', async ({ pageOf, platform }) => {
  const [film] = await platform.api<Video[]>('GET', '/api/videos?q=Deep%20Quiet', null);
  const page = await pageOf(await platform.admin());
  await page.goto(`/admin/videos/${film?.id}`);
  const file = page.getByRole('button', { name: 'File', exact: true });
  const files = () => file.evaluate((input) => [...((input as HTMLInputElement).files ?? [])].map(({ name }) => name));
  await file.focus();
  await file.setInputFiles({ name: 'notes.srt', mimeType: 'application/x-subrip', buffer: Buffer.from('not captions') });
  await expect(file).toHaveAccessibleDescription(/^notes\.srt/);
  await expect(file).toBeFocused();
  expect(await files()).toEqual(['notes.srt']);
  await expect(page.getByText('No file chosen').first(), 'the other file field').toBeVisible();

  await file.setInputFiles({ name: 'nl.srt', mimeType: 'application/x-subrip', buffer: Buffer.from(SRT) });
  await expect(file).toHaveAccessibleDescription(/^nl\.srt/);
  await page.getByRole('button', { name: 'Upload captions' }).click();
  await expect(page.getByText('Captions uploaded')).toBeVisible();
  await expect(file, 'the uploaded file is no longer chosen').not.toHaveAccessibleDescription(/nl\.srt/);
  expect(await files()).toEqual([]);
});
