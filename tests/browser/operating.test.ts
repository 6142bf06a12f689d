import { countRequests, expect, test, title } from './support/test.ts';

interface Metrics {
  days: { date: string }[];
  totals: { active: number; new: number; payments_paid: number };
}

test('the dashboard shows the figures of the service, as tiles, charts and rows, over the time that is chosen', async ({ pageOf, platform }) => {
  await platform.subscriber('premium');
  const admin = await platform.admin();
  const page = await pageOf(admin);
  // Other tests move the platform's clock.
  const now = await platform.now();
  await page.clock.setFixedTime(now);
  await page.goto('/admin');
  const { days, totals } = await platform.api<Metrics>('GET', `/api/admin/metrics?from=${dayBefore(now, 29)}&to=${dayBefore(now, 0)}`, admin);
  const tile = (name: string) => page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) }).locator('dd').first();
  await expect(tile('Active subscriptions')).toHaveText(String(totals.active));
  expect(totals.active, 'there is something to see').toBeGreaterThan(0);
  await expect(page.locator('figure')).toHaveCount(6);
  await expect(page.locator('figure').first().locator('svg path').first()).toBeVisible();
  const rows = page.getByRole('region', { name: 'Day by day' }).getByRole('row');
  await page.getByRole('button', { name: /^Show all/ }).click();
  await expect(rows).toHaveCount(days.length + 1);

  await page.getByRole('radio', { name: '90 days' }).click();
  await expect(page).toHaveURL(/days=90/);
  await expect(rows).toHaveCount(91);
  await page.reload();
  await expect(page.getByRole('radio', { name: '90 days' })).toBeChecked();
});

function dayBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

test('a chart is walked by the arrow keys, and says each day’s figure', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin');
  const chart = page.locator('figure').filter({ hasText: 'Subscriptions' });
  await expect(chart.locator('svg path').first()).toBeVisible();
  await chart.locator('[tabindex="0"]').first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(chart.getByRole('term').filter({ hasText: 'Active' })).toBeVisible();
  const first = await chart.innerText();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => chart.innerText()).not.toBe(first);
});

test('a video is edited: what is empty is said at its field, what is saved is what viewers see, and the audit has both', async ({ pageOf, platform }) => {
  const video = await platform.video('basic');
  const page = await pageOf(await platform.admin());
  const patched = countRequests(page, 'PATCH', /\/api\/admin\/videos\//);
  await page.goto(`/admin/videos/${video.id}`);
  const name = `${video.title}, restored ${Date.now()}`;
  await page.getByLabel('Title').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription(/Give it a title/);
  expect(patched.count).toBe(0);
  await page.getByLabel('Title').fill(name);
  await page.getByRole('button', { name: 'Save' }).dblclick();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(title(page)).toHaveText(name);
  expect(patched.count, 'pressed twice, saved once').toBe(1);
  expect(await platform.api<{ title: string }[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null)).toMatchObject([{ title: name }]);

  await page.goto('/admin/audit');
  const row = page.getByRole('row', { name: 'Changed a video' }).filter({ hasText: name });
  await row.getByRole('button', { name: /^What it changed/ }).click();
  const changes = page.getByRole('table', { name: 'What it changed' });
  await expect(changes.getByRole('row', { name: 'title' })).toContainText(video.title);
  await platform.api('PATCH', `/api/admin/videos/${video.id}`, await platform.admin(), { title: video.title });
});

test('a film is taken that is dropped, but not two, and no letter', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/videos/new');
  const zone = page.getByRole('group', { name: 'File of the film' });
  const drop = async (names: string[], head: number[]) => {
    const files = await page.evaluateHandle(
      ([named, bytes]) => {
        const data = new DataTransfer();
        for (const name of named) data.items.add(new File([new Uint8Array(bytes)], name, { type: 'video/mp4' }));
        return data;
      },
      [names, head] as const,
    );
    await zone.dispatchEvent('dragenter', { dataTransfer: files });
    await zone.dispatchEvent('drop', { dataTransfer: files });
  };
  const mp4 = [0, 0, 0, 24, ...Buffer.from('ftypmp42'), ...Array.from({ length: 64 }, () => 0)];
  await drop(['one.mp4', 'two.mp4'], mp4);
  await expect(zone.locator('..')).toContainText('One film at a time, please.');
  await drop(['letter.mp4'], [...Buffer.from('Dear projectionist, ')]);
  await expect(zone.locator('..')).toContainText('is a text, not a video');
  await drop(['night_train.mp4'], mp4);
  await expect(zone).toContainText('night_train.mp4');
  await expect(page.getByLabel('Title')).toHaveValue('Night train');
});

test('members by their status, and money goes back only with a reason', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/members?status=active');
  await expect(page.getByRole('link', { name: person.email })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'No subscription' })).toHaveCount(0);
  await page.goto('/admin/members?status=canceled');
  await expect(page.getByRole('table').or(page.getByText('Nobody goes by that')).first()).toBeVisible();
  await expect(page.getByRole('link', { name: person.email })).toHaveCount(0);

  await page.goto(`/admin/members?email=${encodeURIComponent(person.email)}`);
  await page.getByRole('link', { name: person.email }).click();
  const sent = countRequests(page, 'POST', /\/refund$/);
  await page.getByRole('button', { name: /^Refund invoice/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Refund' });
  await dialog.getByRole('button', { name: /^Refund/ }).click();
  await expect(dialog.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
  expect(sent.count).toBe(0);
});
