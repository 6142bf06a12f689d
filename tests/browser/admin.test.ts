import { test } from './support/film.ts';
import { expectPlays } from './support/player.ts';
import { countRequests, expect, title } from './support/test.ts';
import type { Locator, Page, Request } from './support/test.ts';

/** Fills in the form of a new video. The test chooses the file itself. */
async function describeVideo(page: Page, name: string): Promise<void> {
  await page.getByLabel('Title').fill(name);
  await page.getByLabel('Description').fill('What the camera saw.');
  await page.getByRole('radio', { name: 'Free' }).check();
  await page.getByLabel('Category').fill('Home movies');
  // Close the list of suggestions.
  await page.keyboard.press('Tab');
}

/** Opens the refund dialog for a member's first payment and fills in a reason. */
async function askForRefund(page: Page, email: string): Promise<Locator> {
  await page.goto(`/admin/members?q=${encodeURIComponent(email)}`);
  await page.getByRole('link', { name: email }).click();
  await page.getByRole('button', { name: /^Refund invoice/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Refund' });
  await dialog.getByLabel('Reason').fill('The projector broke');
  return dialog;
}

/** Whether a request uploads a chunk of a film. */
function sendsPart(request: Request): boolean {
  return request.method() === 'PUT' && /^bytes \d/.test(request.headers()['content-range'] ?? '');
}

/** Whether a request uploads any chunk but the first. */
function sendsLaterPart(request: Request): boolean {
  return sendsPart(request) && !sendsFirstPart(request);
}

function sendsFirstPart(request: Request): boolean {
  return (request.headers()['content-range'] ?? '').startsWith('bytes 0-');
}

/** Collects the requests that upload chunks, from now on. */
function partsSent(page: Page): Request[] {
  const sent: Request[] = [];
  page.on('request', (request) => sendsPart(request) && sent.push(request));
  return sent;
}

test.afterEach(async ({ platform }) => {
  await platform.webhooks('mux', 'normal');
});

const fileOf = (page: Page) => page.locator('input[type=file][accept^="video"]');
const aTitle = (words: string) => `${words} ${Date.now()}`;

test('a film is uploaded, encoded and published, and viewers see it only then', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  const name = aTitle('A long day');
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await platform.webhooks('mux', 'hold');
  await page.goto('/admin/videos');
  await page.getByRole('link', { name: 'Add a video' }).first().click();
  await fileOf(page).setInputFiles(film.path);
  await expect(page.getByLabel('Title'), 'the title is suggested from the file name').toHaveValue('A long day');
  await describeVideo(page, name);
  await page.getByRole('button', { name: 'Upload' }).dblclick();
  await expect(title(page)).toHaveText(name);
  expect(created.count, 'a double click creates one video').toBe(1);
  const publish = page.getByRole('button', { name: 'Publish now' });
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  await expect(publish).toBeDisabled();

  // A webhook reports that the encoding is done, and the page updates.
  await platform.webhooks('mux', 'normal');
  await expect(publish).toBeEnabled({ timeout: 150_000 });
  const listed = () => platform.api<{ id: string }[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null);
  expect(await listed()).toEqual([]);
  const viewer = await pageOf(await platform.register());
  const id = page.url().split('/').at(-1) ?? '';
  await viewer.goto(`/videos/${id}`);
  await expect(title(viewer)).toHaveText('Page not found');

  await publish.click();
  await expect(page.getByRole('link', { name: 'View as viewer' })).toBeVisible();
  await expect.poll(listed).toHaveLength(1);
  await viewer.goto(`/videos/${id}`);
  await viewer.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(viewer, 2);

  await page.getByRole('button', { name: 'Unpublish' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await listed(), 'cancelling the dialog changes nothing').toHaveLength(1);
  await page.getByRole('button', { name: 'Unpublish' }).click();
  await dialog.getByRole('button', { name: 'Unpublish' }).click();
  await expect.poll(listed).toEqual([]);

  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete video' }).click();
  await expect(page).toHaveURL('/admin/videos');
  await expect(page.getByRole('link', { name })).toHaveCount(0);
});

test('an interrupted upload resumes after its last complete chunk', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  await platform.webhooks('mux', 'hold');
  const begun = partsSent(page);
  // Every chunk after the first fails.
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) =>
    sendsLaterPart(route.request()) ? route.abort('connectionreset') : route.fallback(),
  );
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Cut'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText(/could not be reached|You are offline/).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('progressbar', { name: 'Upload', exact: true })).toBeVisible();

  await page.unrouteAll();
  begun.length = 0;
  await page.getByRole('button', { name: /Retry|Resume/ }).click();
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.filter(sendsFirstPart), 'the first chunk is not sent again').toEqual([]);
});

test('an upload pauses while the browser is offline and resumes when it is back online', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  await platform.webhooks('mux', 'hold');
  const begun = partsSent(page);
  let isCut = true;
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, async (route) => {
    if (!isCut || !sendsLaterPart(route.request())) return route.fallback();
    // The network fails during the second chunk.
    await page.context().setOffline(true);
    return route.abort('internetdisconnected');
  });
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Offline'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('The upload continues when you are back online.')).toBeVisible({ timeout: 60_000 });
  const bar = page.getByRole('progressbar', { name: 'Upload', exact: true });
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow')), { message: 'the progress is kept' }).toBeGreaterThan(0);

  isCut = false;
  begun.length = 0;
  await page.context().setOffline(false);
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.filter(sendsFirstPart), 'the first chunk is not sent again').toEqual([]);
});

test('a scheduled video is published at its time, and can be unscheduled before then', async ({ pageOf, platform }) => {
  const admin = await platform.admin();
  const { id, title: name } = await platform.video('free');
  await platform.api('PATCH', `/api/admin/videos/${id}`, admin, { published: false, publish_at: null });
  const listed = async () => (await platform.api<{ id: string }[]>('GET', '/api/videos?limit=100', null)).some((one) => one.id === id);
  const page = await pageOf(admin);
  const patched = countRequests(page, 'PATCH', /\/api\/admin\/videos\//);
  await page.clock.setSystemTime(await platform.now());
  await page.goto(`/admin/videos/${id}`);
  await page.getByRole('button', { name: 'Schedule' }).click();
  const dialog = page.getByRole('dialog', { name: 'Schedule' });
  const from = dialog.getByLabel('Publish on');
  await from.fill('');
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(from).toHaveAccessibleDescription(/Enter a date and a time/);
  await from.fill('2020-01-01T20:00');
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(from).toHaveAccessibleDescription(/is in the past/);
  expect(patched.count).toBe(0);

  const hour = new Date((await platform.now()).getTime() + 3 * 3600 * 1000);
  await from.fill(hour.toISOString().slice(0, 16));
  await dialog.getByRole('button', { name: 'Schedule' }).dblclick();
  await expect(page.getByText(/^Visible to viewers from /)).toBeVisible();
  expect(patched.count, 'a double click schedules once').toBe(1);
  expect(await listed()).toBe(false);

  await page.getByRole('button', { name: 'Unschedule' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unschedule' }).click();
  await expect(page.getByText('Ready to publish. Viewers cannot see this video yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Schedule' }).click();
  await from.fill(hour.toISOString().slice(0, 16));
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(page.getByText(/^Visible to viewers from /)).toBeVisible();
  await platform.advance({ hours: 4 });
  await expect.poll(listed).toBe(true);
  const viewer = await pageOf(await platform.register());
  await viewer.goto(`/videos/${id}`);
  await expect(title(viewer)).toHaveText(name);
  await expect(viewer.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
});

test('an upload resumes after its page was closed, once the same file is chosen again', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  page.on('dialog', (dialog) => void dialog.accept());
  await platform.webhooks('mux', 'hold');
  // Later chunks hang: they get no response.
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => (sendsLaterPart(route.request()) ? undefined : route.fallback()));
  const second = page.waitForRequest(sendsLaterPart);
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Closed'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await second;
  await page.reload();
  await page.unrouteAll();
  await expect(page.getByText('stopped when the page was closed').first()).toBeVisible();

  await fileOf(page).setInputFiles({
    name: 'another.mp4',
    mimeType: 'video/mp4',
    buffer: Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypmp42')]),
  });
  await expect(page.getByText('This is a different file.')).toBeVisible();
  await fileOf(page).setInputFiles(film.path);
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
});

test('a file that is not a video is refused, by the page or by the encoder', async ({ pageOf, platform }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await page.goto('/admin/videos/new');
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('Choose a video file first.')).toBeVisible();
  await fileOf(page).setInputFiles({ name: 'letter.mp4', mimeType: 'video/mp4', buffer: Buffer.from('Dear projectionist, ') });
  await expect(page.getByText('“letter.mp4” is a text file, not a video.')).toBeVisible();
  await fileOf(page).setInputFiles({ name: 'empty.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(0) });
  await expect(page.getByText('“empty.mp4” is empty.')).toBeVisible();
  await describeVideo(page, aTitle('No film'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page).toHaveURL('/admin/videos/new');
  expect(created.count).toBe(0);

  await fileOf(page).setInputFiles({
    name: 'noise.mp4',
    mimeType: 'video/mp4',
    buffer: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167 + 3) % 256)),
  });
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('The file could not be encoded')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('button', { name: 'Publish now' })).toBeDisabled();
});

test('a failed upload can be repeated, and a failed replacement leaves the published file in place', async ({ pageOf, platform, film }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles({
    name: 'noise.mp4',
    mimeType: 'video/mp4',
    buffer: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167 + 3) % 256)),
  });
  await describeVideo(page, aTitle('Second try'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('The file could not be encoded')).toBeVisible({ timeout: 90_000 });

  await page.getByRole('button', { name: 'Upload again' }).click();
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(page.getByText('Choose a video file first.')).toBeVisible();
  await fileOf(page).setInputFiles(film.path);
  await page.getByLabel('Plus').check({ force: true });
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Publish now' })).toBeEnabled({ timeout: 90_000 });
  await expect(page.getByText('The file could not be encoded')).toBeHidden();
  await expect(page.getByText('Plus', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Publish now' }).click();
  await expect(page.getByText('Visible to viewers since')).toBeVisible();

  await page.getByRole('button', { name: 'Replace file' }).click();
  await fileOf(page).setInputFiles({
    name: 'noise.mp4',
    mimeType: 'video/mp4',
    buffer: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 211 + 5) % 256)),
  });
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await expect(page.getByText('The new file could not be used')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText('Viewers keep watching the current file.')).toBeVisible();
  await expect(page.getByText('Visible to viewers since')).toBeVisible();
});

test('the form of a new video requires a title and limits its length', async ({ pageOf, platform, film }) => {
  const page = await pageOf(await platform.admin());
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await page.getByLabel('Title').fill('');
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription(/Enter a title/);
  await expect(page.getByLabel('Title')).toBeFocused();
  await page.getByLabel('Title').fill('x'.repeat(300));
  await expect(page.getByLabel('Title')).toHaveValue('x'.repeat(200));
  expect(created.count).toBe(0);
});

test('a complimentary plan requires a reason, gives access at once, and is in the audit log', async ({ pageOf, platform }) => {
  const person = await platform.register('Comped');
  const page = await pageOf(await platform.admin());
  const sent = countRequests(page, 'POST', /\/comp$/);
  await page.goto('/admin/members');
  await page.getByLabel('Name or email address').fill(person.email);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('link', { name: person.email }).click();
  await expect(title(page)).toHaveText('Comped');
  await page.getByRole('button', { name: 'Give comp access' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Give Premium' }).click();
  await expect(dialog.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
  expect(sent.count, 'no plan without a reason').toBe(0);
  const reason = aTitle('Won the raffle');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Give Premium' }).dblclick();
  await expect(page.getByText('Can watch.')).toBeVisible();
  expect(sent.count).toBe(1);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ access: { allowed: true } });
  await page.goto('/admin/audit');
  await expect(page.getByText(reason)).toHaveCount(1);
});

test('a refund that is retried after its response was lost is paid once', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(await platform.admin());
  const dialog = await askForRefund(page, person.email);
  await dialog.getByLabel(/^Amount/).fill('1.00');
  let lost = 0;
  await page.route(/\/refund$/, async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort();
  });
  await dialog.getByRole('button', { name: /^Refund .*1\.00/ }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByRole('button', { name: /^Refund .*1\.00/ }).click();
  await expect(dialog).toHaveCount(0);
  expect(lost).toBe(1);
  expect(await platform.api('GET', '/api/subscription/invoices', person)).toMatchObject([{ amount_refunded: 100 }]);
});

for (const { currency, paid, typed, sent, shown, refused } of [
  { currency: 'huf', paid: 299_000, typed: '1000', sent: 100_000, shown: /1,000/, refused: '3000' },
  { currency: 'kwd', paid: 7990, typed: '1.99', sent: 1990, shown: /1\.990/, refused: '1.995' },
  { currency: 'isk', paid: 299_000, typed: '500', sent: 50_000, shown: /500/, refused: '500.50' },
]) {
  test(`a refund in ${currency.toUpperCase()} is sent in the currency’s minor units`, async ({ pageOf, platform }) => {
    const person = await platform.subscriber('basic');
    const page = await pageOf(await platform.admin());
    // The seed's prices are in dollars, so the test changes the currency in the service's answers.
    await page.route(/\/api\/admin\/members\/[\w-]+$/, async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replaceAll('"usd"', `"${currency}"`).replace(/"(amount_due|amount_paid)":799/g, `"$1":${paid}`);
      await route.fulfill({ response: answer, body: text });
    });
    const amounts: unknown[] = [];
    await page.route(/\/refund$/, async (route) => {
      amounts.push((route.request().postDataJSON() as { amount: number }).amount);
      await route.abort();
    });
    const dialog = await askForRefund(page, person.email);
    await dialog.getByLabel(/^Amount/).fill(refused);
    await dialog.getByRole('button', { name: /^Refund/ }).click();
    await expect(dialog.getByLabel(/^Amount/)).toHaveAttribute('aria-invalid', 'true');
    expect(amounts, 'nothing is sent').toEqual([]);
    await dialog.getByLabel(/^Amount/).fill(typed);
    await dialog.getByRole('button', { name: shown }).click();
    await expect.poll(() => amounts).toEqual([sent]);
    // The page reloads the member, and nothing waits for that request.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
}

test('a refund can be partial, but never more than was paid', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(await platform.admin());
  const dialog = await askForRefund(page, person.email);
  await dialog.getByLabel(/^Amount/).fill('99999');
  await dialog.getByRole('button', { name: 'Refund', exact: true }).click();
  await expect(dialog.getByLabel(/^Amount/)).toHaveAccessibleDescription(/You can refund at most/);
  await dialog.getByLabel(/^Amount/).fill('1.00');
  await dialog.getByRole('button', { name: /^Refund .*1\.00/ }).click();
  await expect(page.getByText('Partly refunded')).toBeVisible();
  expect(await platform.api('GET', '/api/subscription/invoices', person)).toMatchObject([{ amount_refunded: 100 }]);
  expect(await platform.api('GET', '/api/subscription', person), 'the subscription goes on').toMatchObject({ status: 'active' });
});

test('members are found by any part of their address or name', async ({ pageOf, platform }) => {
  const name = `Zoë Brontë ${Date.now()}`;
  const person = await platform.register(name);
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/members');
  const find = async (typed: string) => {
    await page.getByLabel('Name or email address').fill(typed);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
  };
  const part = person.email.split('@')[0]?.slice(3) ?? '';
  for (const typed of [part, part.toUpperCase(), name.replace('Zoë Brontë', 'bronte'), person.email]) {
    await find(typed);
    await expect(page.getByRole('row').filter({ hasText: person.email }), typed).toHaveCount(1);
    await expect(page.getByRole('row'), typed).toHaveCount(2);
  }
  await find('nobody-at-all-goes-by-this');
  await expect(page.getByText('No members found')).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all members' }).click();
  await expect(page.getByRole('row').nth(2)).toBeVisible();
});

test('operators see and enter times in UTC, whatever the browser’s time zone', async ({ browser, contextOptions, platform }) => {
  const person = await platform.subscriber('basic');
  const admin = await platform.admin();
  await platform.api('POST', `/api/admin/members/${(await platform.api<{ id: string }>('GET', '/api/auth/me', person)).id}/comp`, admin, {
    plan_type: 'premium',
    until: '2099-06-21T23:30:00Z',
    reason: 'Won the raffle',
  });
  const context = await browser.newContext({ ...contextOptions, baseURL: platform.origin, timezoneId: 'Pacific/Auckland' });
  await context.addInitScript((token) => localStorage.setItem('marquee.token', token), admin.token);
  const page = await context.newPage();
  await page.goto(`/admin/members?q=${encodeURIComponent(person.email)}`);
  await page.getByRole('link', { name: person.email }).click();
  await expect(page.getByText('Free access to Premium, until 21 Jun 2099, 23:30 UTC.')).toBeVisible();
  await expect(page.getByText(/verified/i)).toHaveCount(0);
  const { current_period_end } = await platform.api<{ current_period_end: string }>('GET', '/api/subscription', person);
  const written = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone: 'UTC',
  }).format(new Date(current_period_end));
  await expect(page.getByText(`${written} UTC`).first()).toBeVisible();

  await page.getByRole('button', { name: 'Change', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Until')).toHaveValue('21 Jun 2099, 23:30');
  await dialog.getByLabel('Until').fill('22 Jun 2099, 00:15');
  await dialog.getByLabel('Reason').fill('A day more');
  await dialog.getByRole('button', { name: 'Give Premium' }).click();
  await expect(page.getByText('Free access to Premium, until 22 Jun 2099, 00:15 UTC.')).toBeVisible();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({
    complimentary_until: expect.stringMatching(/^2099-06-22T00:15:00/),
  });

  const now = await platform.now();
  await page.goto(`/admin/audit?day=${now.toISOString().slice(0, 10)}`);
  const row = page.getByRole('row').filter({ hasText: 'A day more' });
  await expect(row).toHaveCount(1);
  await expect(row.locator('time'), 'the entry is from the requested day').toHaveAttribute(
    'title',
    new RegExp(`^${now.getUTCDate()} .* UTC$`),
  );
  await page.goto('/admin/billing');
  await expect(page.getByRole('row').nth(1)).toContainText(/\d{2}:\d{2} UTC/);
  await context.close();
});
