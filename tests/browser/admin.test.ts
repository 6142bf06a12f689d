import { test } from './support/film.ts';
import { expectPlays } from './support/player.ts';
import { countRequests, expect, title } from './support/test.ts';
import type { Locator, Page, Request } from './support/test.ts';

/** Fills in the form of a new video; its file is the test's own matter. */
async function describeVideo(page: Page, name: string): Promise<void> {
  await page.getByLabel('Title').fill(name);
  await page.getByLabel('Description').fill('What the camera saw.');
  await page.getByRole('radio', { name: 'Free' }).check();
  await page.getByLabel('Category').fill('Home movies');
  // Away from what it suggests.
  await page.keyboard.press('Tab');
}

/** The dialog in which the first payment of a member goes back, with a reason in it. */
async function askForRefund(page: Page, email: string): Promise<Locator> {
  await page.goto(`/admin/members?email=${encodeURIComponent(email)}`);
  await page.getByRole('link', { name: email }).click();
  await page.getByRole('button', { name: /^Refund invoice/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Refund' });
  await dialog.getByLabel('Reason').fill('The projector broke');
  return dialog;
}

/** Whether a request sends a part of a film. */
function sendsPart(request: Request): boolean {
  return request.method() === 'PUT' && /^bytes \d/.test(request.headers()['content-range'] ?? '');
}

/** Whether it sends a part that is not the first. */
function sendsLaterPart(request: Request): boolean {
  return sendsPart(request) && !sendsFirstPart(request);
}

function sendsFirstPart(request: Request): boolean {
  return (request.headers()['content-range'] ?? '').startsWith('bytes 0-');
}

/** What is sent of a film, from now on. */
function partsSent(page: Page): Request[] {
  const sent: Request[] = [];
  page.on('request', (request) => sendsPart(request) && sent.push(request));
  return sent;
}

test.afterEach(async ({ platform }) => {
  await platform.webhooks('mux', 'normal');
});

const fileOf = (page: Page) => page.locator('input[type=file]');
const aTitle = (words: string) => `${words} ${Date.now()}`;

test('a film is uploaded, encoded and published, and a viewer plays it; nobody sees it before', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  const name = aTitle('A long day');
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await platform.webhooks('mux', 'hold');
  await page.goto('/admin/videos');
  await page.getByRole('link', { name: 'Add a video' }).first().click();
  await fileOf(page).setInputFiles(film.path);
  await expect(page.getByLabel('Title'), 'a title to begin with').toHaveValue('A long day');
  await describeVideo(page, name);
  await page.getByRole('button', { name: 'Upload' }).dblclick();
  await expect(title(page)).toHaveText(name);
  expect(created.count, 'pressed twice, created once').toBe(1);
  const publish = page.getByRole('button', { name: 'Publish now' });
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  await expect(publish).toBeDisabled();

  // The encoder tells by a webhook, and the page follows.
  await platform.webhooks('mux', 'normal');
  await expect(publish).toBeEnabled({ timeout: 150_000 });
  const listed = () => platform.api<{ id: string }[]>('GET', `/api/videos?q=${encodeURIComponent(name)}`, null);
  expect(await listed()).toEqual([]);
  const viewer = await pageOf(await platform.register());
  const id = page.url().split('/').at(-1) ?? '';
  await viewer.goto(`/videos/${id}`);
  await expect(title(viewer)).toHaveText('Not on our programme');

  await publish.click();
  await expect(page.getByRole('link', { name: 'See it as viewers do' })).toBeVisible();
  await expect.poll(listed).toHaveLength(1);
  await viewer.goto(`/videos/${id}`);
  await viewer.getByRole('link', { name: 'Play', exact: true }).click();
  await expectPlays(viewer, 2);

  await page.getByRole('button', { name: 'Unpublish' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Leave it' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await listed(), 'a question that is declined changes nothing').toHaveLength(1);
  await page.getByRole('button', { name: 'Unpublish' }).click();
  await dialog.getByRole('button', { name: 'Unpublish' }).click();
  await expect.poll(listed).toEqual([]);

  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page).toHaveURL('/admin/videos');
  await expect(page.getByRole('link', { name })).toHaveCount(0);
});

test('an upload that is cut in the middle goes on where it was, and sends nothing twice', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  await platform.webhooks('mux', 'hold');
  const begun = partsSent(page);
  // What comes after the first chunk never arrives.
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => (sendsLaterPart(route.request()) ? route.abort('connectionreset') : route.fallback()));
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Cut'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText(/could not be reached|You are offline/).first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('progressbar', { name: 'Upload', exact: true })).toBeVisible();

  await page.unrouteAll();
  begun.length = 0;
  await page.getByRole('button', { name: /Try again|Go on/ }).click();
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.filter(sendsFirstPart), 'the first chunk is not sent again').toEqual([]);
});

test('an upload whose network goes away says so, and goes on by itself when it is back', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  await platform.webhooks('mux', 'hold');
  const begun = partsSent(page);
  let isCut = true;
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, async (route) => {
    if (!isCut || !sendsLaterPart(route.request())) return route.fallback();
    // In the middle of the second chunk.
    await page.context().setOffline(true);
    return route.abort('internetdisconnected');
  });
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Offline'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('It goes on by itself when the network is back.')).toBeVisible({ timeout: 60_000 });
  const bar = page.getByRole('progressbar', { name: 'Upload', exact: true });
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow')), { message: 'what was sent is kept' }).toBeGreaterThan(0);

  isCut = false;
  begun.length = 0;
  await page.context().setOffline(false);
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
  expect(begun.length).toBeGreaterThan(0);
  expect(begun.filter(sendsFirstPart), 'the first chunk is not sent again').toEqual([]);
});

test('a video that is scheduled is nobody’s before its hour, comes by itself, and can be taken off before', async ({ pageOf, platform }) => {
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
  const from = dialog.getByLabel('From');
  await from.fill('');
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(from).toHaveAccessibleDescription(/Give a day and a time/);
  await from.fill('2020-01-01T20:00');
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(from).toHaveAccessibleDescription(/This is past/);
  expect(patched.count).toBe(0);

  const hour = new Date((await platform.now()).getTime() + 3 * 3600 * 1000);
  await from.fill(hour.toISOString().slice(0, 16));
  await dialog.getByRole('button', { name: 'Schedule' }).dblclick();
  await expect(page.getByText(/^Viewers see it from /)).toBeVisible();
  expect(patched.count, 'pressed twice, scheduled once').toBe(1);
  expect(await listed()).toBe(false);

  await page.getByRole('button', { name: 'Do not publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Do not publish' }).click();
  await expect(page.getByText('It is ready, and nobody sees it yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Schedule' }).click();
  await from.fill(hour.toISOString().slice(0, 16));
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(page.getByText(/^Viewers see it from /)).toBeVisible();
  await platform.advance({ hours: 4 });
  await expect.poll(listed).toBe(true);
  const viewer = await pageOf(await platform.register());
  await viewer.goto(`/videos/${id}`);
  await expect(title(viewer)).toHaveText(name);
  await expect(viewer.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
});

test('an upload whose page was closed goes on when the same file is chosen again, and with no other', async ({ pageOf, platform, film }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  page.on('dialog', (dialog) => void dialog.accept());
  await platform.webhooks('mux', 'hold');
  // Neither answered nor refused.
  await page.route(`http://127.0.0.1:${platform.port + 2}/**`, (route) => (sendsLaterPart(route.request()) ? undefined : route.fallback()));
  const second = page.waitForRequest(sendsLaterPart);
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await describeVideo(page, aTitle('Closed'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await second;
  await page.reload();
  await page.unrouteAll();
  await expect(page.getByText('was cut off when the page was closed').first()).toBeVisible();

  await fileOf(page).setInputFiles({ name: 'another.mp4', mimeType: 'video/mp4', buffer: Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypmp42')]) });
  await expect(page.getByText('That is another file.')).toBeVisible();
  await fileOf(page).setInputFiles(film.path);
  await expect(page.getByText('is being encoded')).toBeVisible({ timeout: 60_000 });
});

test('a file that is no video is refused before anything is sent, and what only calls itself one is told by the encoder', async ({ pageOf, platform }) => {
  test.slow();
  const page = await pageOf(await platform.admin());
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await page.goto('/admin/videos/new');
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('Choose the file of the film first.')).toBeVisible();
  await fileOf(page).setInputFiles({ name: 'letter.mp4', mimeType: 'video/mp4', buffer: Buffer.from('Dear projectionist, ') });
  await expect(page.getByText('“letter.mp4” is a text, not a video.')).toBeVisible();
  await fileOf(page).setInputFiles({ name: 'empty.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(0) });
  await expect(page.getByText('“empty.mp4” is empty.')).toBeVisible();
  await describeVideo(page, aTitle('No film'));
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page).toHaveURL('/admin/videos/new');
  expect(created.count).toBe(0);

  await fileOf(page).setInputFiles({ name: 'noise.mp4', mimeType: 'video/mp4', buffer: Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 167 + 3) % 256)) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('It could not be encoded')).toBeVisible({ timeout: 90_000 });
  await expect(page.getByRole('button', { name: 'Publish now' })).toBeDisabled();
});

test('a new video: what is empty or too long is said at its field', async ({ pageOf, platform, film }) => {
  const page = await pageOf(await platform.admin());
  const created = countRequests(page, 'POST', /\/api\/admin\/videos$/);
  await page.goto('/admin/videos/new');
  await fileOf(page).setInputFiles(film.path);
  await page.getByLabel('Title').fill('');
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription(/Give it a title/);
  await expect(page.getByLabel('Title')).toBeFocused();
  await page.getByLabel('Title').fill('x'.repeat(300));
  await expect(page.getByLabel('Title')).toHaveValue('x'.repeat(200));
  expect(created.count).toBe(0);
});

test('a plan is given with a reason, opens the films at once, and is in the audit', async ({ pageOf, platform }) => {
  const person = await platform.register('Comped');
  const page = await pageOf(await platform.admin());
  const sent = countRequests(page, 'POST', /\/comp$/);
  await page.goto('/admin/members');
  await page.getByLabel('Email address').fill(person.email);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: person.email }).click();
  await expect(title(page)).toHaveText('Comped');
  await page.getByRole('button', { name: 'Give a plan' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Give Premium' }).click();
  await expect(dialog.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
  expect(sent.count, 'no plan without a reason').toBe(0);
  const reason = aTitle('Won the raffle');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Give Premium' }).dblclick();
  await expect(page.getByText('May watch.')).toBeVisible();
  expect(sent.count).toBe(1);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ access: { allowed: true } });
  await page.goto('/admin/audit');
  await expect(page.getByText(reason)).toHaveCount(1);
});

test('money goes back once, though the answer is lost and the operator asks again', async ({ pageOf, platform }) => {
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

test('money goes back with a reason, never more than was paid', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(await platform.admin());
  const dialog = await askForRefund(page, person.email);
  await dialog.getByLabel(/^Amount/).fill('99999');
  await dialog.getByRole('button', { name: 'Refund', exact: true }).click();
  await expect(dialog.getByLabel(/^Amount/)).toHaveAccessibleDescription(/can go back/);
  await dialog.getByLabel(/^Amount/).fill('1.00');
  await dialog.getByRole('button', { name: /^Refund .*1\.00/ }).click();
  await expect(page.getByText('Partly refunded')).toBeVisible();
  expect(await platform.api('GET', '/api/subscription/invoices', person)).toMatchObject([{ amount_refunded: 100 }]);
  expect(await platform.api('GET', '/api/subscription', person), 'the subscription goes on').toMatchObject({ status: 'active' });
});

test('an address that is nobody’s, and half of one, are told as such', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/members?email=nobody-at-all%40example.com');
  await expect(page.getByText('Nobody goes by that')).toBeVisible();
  await page.getByLabel('Email address').fill('half');
  await page.getByRole('button', { name: 'Find' }).click();
  await expect(page.getByLabel('Email address')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('table')).toHaveCount(0);
});
