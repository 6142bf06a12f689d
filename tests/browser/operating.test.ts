import { readFileSync } from 'node:fs';
import { addProfile } from './support/profiles.ts';
import { countRequests, expect, test, title } from './support/test.ts';
import type { Page, Person } from './support/test.ts';
import type { Platform, Video } from './support/platform.ts';

interface Metrics {
  days: { date: string }[];
  totals: { active: number; new: number; payments_paid: number; plans: Record<string, number> };
}

test('the dashboard shows the metrics of the chosen period as tiles, charts, rows and CSV', async ({
  pageOf,
  platform,
}) => {
  await platform.subscriber('premium');
  const admin = await platform.admin();
  const page = await pageOf(admin);
  // The service's clock decides what today is, not the browser's.
  const now = await platform.now();
  await page.clock.setFixedTime(new Date(now.getTime() - 3 * 86_400_000));
  await page.goto('/admin');
  const { days, totals } = await platform.api<Metrics>(
    'GET',
    `/api/admin/metrics?from=${dayBefore(now, 29)}&to=${dayBefore(now, 0)}`,
    admin,
  );
  const today = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(now);
  await expect(page.getByRole('region', { name: 'Daily metrics' }).getByRole('row').nth(1)).toContainText(today);
  const tile = (name: string) =>
    page
      .locator('dl > div')
      .filter({ has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .first();
  await expect(tile('Active subscriptions')).toHaveText(String(totals.active));
  expect(totals.active, 'there are active subscriptions').toBeGreaterThan(0);
  await expect(tile('Premium, monthly')).toHaveText(String(totals.plans.premium_month));
  for (const name of ['At risk', 'Recovered', 'Refunded', 'Disputed']) await expect(tile(name)).toHaveText(/^US\$/);
  await expect(page.locator('figure')).toHaveCount(6);
  await expect(page.locator('figure').first().locator('svg path').first()).toBeVisible();
  const rows = page.getByRole('region', { name: 'Daily metrics' }).getByRole('row');
  await page.getByRole('button', { name: /^Show all/ }).click();
  await expect(rows).toHaveCount(days.length + 1);

  await page.getByRole('radio', { name: '90 days' }).click();
  await expect(page).toHaveURL(/days=90/);
  await expect(rows).toHaveCount(91);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
  const lines = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines[0]).toMatch(/^date,mrr_usd,active_usd,.*,at_risk_usd,recovered_usd,refunded_usd,disputed_usd,active_/);
  expect(lines.length, 'a row for each day').toBe(91);
  await page.reload();
  await expect(page.getByRole('radio', { name: '90 days' })).toBeChecked();
});

function dayBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

test('the arrow keys move through the days of a chart', async ({ pageOf, platform }) => {
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

test('an edit of a video is validated, shown to viewers, and audited with the old and the new value', async ({
  pageOf,
  platform,
}) => {
  const video = await platform.video('basic');
  const page = await pageOf(await platform.admin());
  const patched = countRequests(page, 'PATCH', /\/api\/admin\/videos\//);
  await page.goto(`/admin/videos/${video.id}`);
  const name = `${video.title}, restored ${Date.now()}`;
  await page.getByLabel('Title').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription(/Enter a title/);
  expect(patched.count).toBe(0);
  await page.getByLabel('Title').fill(name);
  await page.getByRole('button', { name: 'Save' }).dblclick();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expect(title(page)).toHaveText(name);
  expect(patched.count, 'a double click saves once').toBe(1);
  expect(await platform.api<{ title: string }[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null)).toMatchObject([
    { title: name },
  ]);

  await page.goto('/admin/audit');
  const row = page.getByRole('row', { name: 'Edited a video' }).filter({ hasText: name });
  await row.getByRole('button', { name: /^Show changes/ }).click();
  const changes = page.getByRole('table', { name: 'Changes' });
  await expect(changes.getByRole('row', { name: 'Title' })).toContainText(video.title);
  await platform.api('PATCH', `/api/admin/videos/${video.id}`, await platform.admin(), { title: video.title });
});

test('one dropped video is accepted, but not two files and not a text file', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/videos/new');
  const zone = page.getByRole('group', { name: 'Video file' });
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
  await expect(zone.locator('..')).toContainText('Choose one file at a time.');
  await drop(['letter.mp4'], [...Buffer.from('Dear projectionist, ')]);
  await expect(zone.locator('..')).toContainText('is a text file, not a video');
  await drop(['night_train.mp4'], mp4);
  await expect(zone).toContainText('night_train.mp4');
  await expect(page.getByLabel('Title')).toHaveValue('Night train');
});

test('members can be filtered by status, and a refund requires a reason', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/members?status=active');
  await expect(page.getByRole('link', { name: person.email })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'No subscription' })).toHaveCount(0);
  await page.goto('/admin/members?status=canceled');
  await expect(page.getByRole('table').or(page.getByText('No members found')).first()).toBeVisible();
  await expect(page.getByRole('link', { name: person.email })).toHaveCount(0);

  await page.goto(`/admin/members?q=${encodeURIComponent(person.email)}`);
  await page.getByRole('link', { name: person.email }).click();
  const sent = countRequests(page, 'POST', /\/refund$/);
  await page.getByRole('button', { name: /^Refund invoice/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Refund' });
  await dialog.getByRole('button', { name: /^Refund/ }).click();
  await expect(dialog.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
  expect(sent.count).toBe(0);
});

test('members can be filtered by whether their address is confirmed', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/members');
  const row = page.getByRole('row').filter({ hasText: person.email });
  await expect(row.getByText('Email not confirmed')).toBeVisible();
  const filter = page.getByRole('combobox', { name: 'Email address' });
  await filter.click();
  await page.getByRole('option', { name: 'Confirmed', exact: true }).click();
  await expect(page).toHaveURL('/admin/members?verified=true');
  await expect(page.getByRole('link', { name: 'premium@marquee.test' })).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.reload();
  await expect(filter).toHaveText('Confirmed');
  await filter.click();
  await page.getByRole('option', { name: 'Not confirmed' }).click();
  await expect(row).toBeVisible();
  await expect(page.getByRole('link', { name: 'premium@marquee.test' })).toHaveCount(0);
});

test('the profiles of an account are shown with its member', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim', age_limit: 6, pin: '2468' });
  const { id } = await platform.api<{ id: string }>('GET', '/api/auth/me', person);
  const page = await pageOf(await platform.admin());
  await page.goto(`/admin/members/${id}`);
  const profiles = page.getByRole('region', { name: 'Profiles' }).getByRole('listitem');
  await expect(profiles).toHaveText([/^Ada/, /^Kim/]);
  await expect(profiles.nth(0)).toContainText('No PIN');
  await expect(profiles.nth(0)).not.toContainText('Kids');
  await expect(profiles.nth(1)).toContainText('Kids, up to 6');
  await expect(profiles.nth(1)).toContainText('With PIN');
});

/** Imports a video from an address that has no file, and waits until that has failed. Returns its id. */
async function failedImport(platform: Platform, operator: Person, details: object): Promise<string> {
  const video = { category: 'Drama', required_plan: 'free', ...details, url: 'https://films.invalid/lost.mp4' };
  const { id } = await platform.api<{ id: string }>('POST', '/api/admin/videos/import', operator, video);
  await expect.poll(async () => (await operatorsVideo(platform, operator, id))?.status, { timeout: 60_000 }).toBe('error');
  return id;
}

interface OperatorsVideo extends Video {
  status: string;
  error_reason: string | null;
}

function operatorsVideos(platform: Platform, operator: Person): Promise<OperatorsVideo[]> {
  return platform.api<OperatorsVideo[]>('GET', '/api/admin/videos?limit=100', operator);
}

async function operatorsVideo(platform: Platform, operator: Person, id: string): Promise<OperatorsVideo | undefined> {
  return (await operatorsVideos(platform, operator)).find((video) => video.id === id);
}

const importButton = (page: Page) => page.getByRole('button', { name: 'Import again' });

test('an import that could not be fetched says so, and another URL takes its place', async ({ pageOf, platform }) => {
  const operator = await platform.admin();
  const details = { title: `Lost at sea ${Date.now()}`, description: 'A film by the sea.' };
  const id = await failedImport(platform, operator, details);
  const reason = (await operatorsVideo(platform, operator, id))?.error_reason ?? 'none';
  const page = await pageOf(operator);
  await page.goto(`/admin/videos/${id}`);
  await expect(page.getByText('The file could not be fetched from its URL')).toBeVisible();
  await expect(page.getByText(reason), 'the reason that Mux gave').toBeVisible();
  await expect(page.getByText('The file could not be encoded')).toHaveCount(0);
  const url = page.getByLabel('URL of the file');
  await importButton(page).click();
  await expect(url).toHaveAccessibleDescription(/Enter the URL of the file/);
  await url.fill('https://films.invalid/found.mp4');
  await importButton(page).click();
  await expect(page).not.toHaveURL(`/admin/videos/${id}`);
  await expect(title(page)).toHaveText(details.title);
  await expect(page.getByLabel('Description')).toHaveValue(details.description);
  const left = (await operatorsVideos(platform, operator)).filter((video) => video.title === details.title);
  expect(left.map((video) => video.id)).toEqual([new URL(page.url()).pathname.split('/').at(-1)]);
});

test('an episode that is imported again keeps its place in the series', async ({ pageOf, platform }) => {
  const operator = await platform.admin();
  const name = `The Long Ebb ${Date.now()}`;
  const series = await platform.api<{ id: string }>('POST', '/api/admin/series', operator, { title: name, category: 'Drama' });
  const place = { series_id: series.id, season: 2, episode: 3 };
  const id = await failedImport(platform, operator, { title: `Neap of ${name}`, ...place });
  const page = await pageOf(operator);
  await page.goto(`/admin/videos/${id}`);
  await page.getByLabel('URL of the file').fill('https://films.invalid/found.mp4');
  await importButton(page).click();
  await expect(page).not.toHaveURL(`/admin/videos/${id}`);
  await expect(page.getByRole('alert')).toHaveCount(0);
  const episodes = (await operatorsVideos(platform, operator)).filter((video) => video.title === `Neap of ${name}`);
  expect(episodes).toHaveLength(1);
  expect(episodes[0]).toMatchObject(place);
  expect(episodes[0]?.id, 'the failed one is gone').not.toBe(id);
});

test('a film with trailers is not imported again', async ({ pageOf, platform }) => {
  const operator = await platform.admin();
  const film = { title: `Seen before ${Date.now()}` };
  const id = await failedImport(platform, operator, film);
  const page = await pageOf(operator);
  const imports = countRequests(page, 'POST', /\/import$/);
  await page.goto(`/admin/videos/${id}`);
  await page.getByLabel('URL of the file').fill('https://films.invalid/found.mp4');
  const trailer = { title: 'A glimpse', category: 'Trailer', required_plan: 'free', trailer_of: id };
  await platform.api('POST', '/api/admin/videos', operator, trailer);
  await importButton(page).click();
  await expect(page.getByText('not possible while it has trailers')).toBeVisible();
  await expect(page).toHaveURL(`/admin/videos/${id}`);
  expect(imports.count).toBe(1);
  const left = (await operatorsVideos(platform, operator)).filter((video) => video.title === film.title);
  expect(left.map((video) => video.id), 'no second one remains').toEqual([id]);

  await page.reload();
  await expect(page.getByText('not possible while it has trailers')).toBeVisible();
  await expect(importButton(page), 'it is not offered any more').toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Upload a file' }), 'uploading keeps the video').toBeVisible();
});

test('after 15 minutes a refund asks for the operator’s password and keeps what was filled in', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const admin = await platform.admin();
  const page = await pageOf(admin);
  const [member] = await platform.api<{ id: string }[]>('GET', `/api/admin/members?email=${encodeURIComponent(person.email)}`, admin);
  await page.goto(`/admin/members/${member?.id}`);
  await page.getByRole('button', { name: /^Refund invoice/ }).click();
  await platform.advance({ minutes: 16 });
  const refund = page.getByRole('dialog', { name: 'Refund' });
  await refund.getByLabel(/^Amount/).fill('1.50');
  await refund.getByLabel('Reason').fill('an evening without a stream');
  const asked = countRequests(page, 'POST', /\/refund$/);
  await refund.getByRole('button', { name: /^Refund/ }).click();

  const question = page.getByRole('dialog', { name: 'Confirm your password' });
  await question.getByRole('button', { name: 'Continue' }).click();
  await expect(question.getByLabel('Your password')).toHaveAccessibleDescription(/Enter your password/);
  await question.getByLabel('Your password').fill('not the password');
  await question.getByRole('button', { name: 'Continue' }).click();
  await expect(question.getByLabel('Your password')).toHaveAccessibleDescription(/incorrect/);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toHaveCount(0);
  await expect(refund.getByRole('alert')).toContainText('we need your password');
  await expect(refund.getByLabel('Reason'), 'the reason is kept').toHaveValue('an evening without a stream');

  await refund.getByRole('button', { name: /^Refund/ }).click();
  await question.getByLabel('Your password').fill('marquee-demo');
  await page.keyboard.press('Enter');
  await expect(page.getByText('US$1.50 refunded')).toBeVisible();
  await expect(refund).toHaveCount(0);
  expect(asked.count, 'two refusals and one refund').toBe(3);
  await expect(platform.api('GET', '/api/auth/me', admin), 'the previous session has ended').rejects.toThrow('401');
  await page.reload();
  await expect(page.getByRole('row', { name: /Partly refunded/ }), 'the page uses the new session').toBeVisible();

  await page.getByRole('button', { name: 'Give comp access' }).click();
  const gift = page.getByRole('dialog', { name: 'Give comp access' });
  await gift.getByLabel('Reason').fill('a prize');
  await gift.getByRole('button', { name: /^Give/ }).click();
  await expect(gift, 'no password is needed shortly after').toHaveCount(0);
});

test('an email that could not be delivered is shown with its member', async ({ pageOf, platform }) => {
  const person = await platform.register();
  await platform.fault({ target: 'mail', kind: 'reject', count: 1 });
  await platform.api('POST', '/api/auth/forgot-password', null, { email: person.email });
  await platform.clearFaults();
  const admin = await platform.admin();
  const [member] = await platform.api<{ id: string }[]>('GET', `/api/admin/members?email=${encodeURIComponent(person.email)}`, admin);
  const page = await pageOf(admin);
  await page.goto(`/admin/members/${member?.id}`);
  const row = page.getByRole('row', { name: /Reset your Marquee password/ });
  await expect(row).toContainText('Not delivered');
  await expect(row).toContainText('MessageRejected');
});
