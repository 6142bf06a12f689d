import { Backstage } from './support/backstage.ts';
import { countRequests, expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

test.afterEach(async ({ platform }) => {
  await platform.webhooks('stripe', 'normal');
});

/** Compares all customers, and waits until it is done. */
async function compare(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Compare (now|again)$/ }).click();
  await expect(page.getByText(/^Done: \d/)).toBeVisible();
}

test('what Stripe says and nobody heard is shown as drift, repaired when asked to, and then nothing differs', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { customer, subscription } = await backstage.billed(person);
  const page = await pageOf(await platform.admin());
  const asked = countRequests(page, 'POST', /\/reconcile$/);
  await page.goto('/admin/billing/drift');
  await compare(page);
  await expect(page.getByText(customer), 'nothing is wrong yet').toHaveCount(0);

  await platform.webhooks('stripe', 'drop');
  await backstage.stripe('POST', `subscriptions/${subscription}`, { cancel_at_period_end: 'true' });
  expect(await platform.api('GET', '/api/subscription', person), 'nobody heard').toMatchObject({ cancel_at: null });
  await compare(page);
  const row = page.getByRole('row').filter({ hasText: customer });
  await expect(row).toContainText('cancel_at');
  await expect(row).toContainText('Differs');
  expect(await platform.api('GET', '/api/subscription', person), 'looking repairs nothing').toMatchObject({ cancel_at: null });

  const before = asked.count;
  await page.getByRole('button', { name: /^Repair \d+ customers?$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Leave it' }).click();
  await expect(dialog).toHaveCount(0);
  expect(asked.count, 'who thinks better of it repairs nothing').toBe(before);
  await page.getByRole('button', { name: /^Repair \d+ customers?$/ }).click();
  await dialog.getByRole('button', { name: 'Repair', exact: true }).click();
  await expect(row).toContainText('Repaired');
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: expect.any(String), access: { allowed: true } });

  await compare(page);
  await expect(page.getByText('Nothing differs')).toBeVisible();
  await expect(page.getByText(customer)).toHaveCount(0);
});

test('an event that cannot be taken in is set aside with its reason, fails again until it is mended, and is then replayed', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { customer, subscription } = await backstage.billed(person);
  await platform.webhooks('stripe', 'drop');
  await backstage.stripe('POST', `subscriptions/${subscription}`, { cancel_at_period_end: 'true' });
  await backstage.overwriteVersion(customer, { S: 'seven' });
  const id = `evt_poison_${Date.now()}`;
  expect(await backstage.event(id, 'customer.subscription.updated', customer), 'Stripe need not repeat it').toBe(200);

  const page = await pageOf(await platform.admin());
  const replays = countRequests(page, 'POST', /\/replay$/);
  await page.goto('/admin/billing');
  await page.getByRole('radio', { name: 'Set aside' }).click();
  const row = page.getByRole('row').filter({ hasText: customer });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('customer.subscription.updated');
  await expect(row.getByText('Set aside')).toBeVisible();
  const replay = row.getByRole('button', { name: /^Replay/ });
  await replay.dblclick();
  await expect(page.getByRole('region', { name: 'Notifications' }).getByText(/^It cannot be taken in yet/)).toBeVisible();
  await expect(row, 'it stays until it is mended').toHaveCount(1);
  expect(replays.count, 'pressed twice, replayed once').toBe(1);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: null });

  await backstage.overwriteVersion(customer, { N: '100' });
  await replay.click();
  await expect(page.getByText('Replayed: what Stripe says now is written')).toBeVisible();
  await expect(row).toHaveCount(0);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: expect.any(String) });
  await page.getByRole('radio', { name: 'Applied' }).click();
  await expect(row.filter({ hasText: 'customer.subscription.updated' }).first()).toContainText('Applied');
  await page.goto('/admin/audit');
  await expect(page.getByRole('row', { name: 'Replayed a billing event' }).getByRole('button', { name: `…${id.slice(-8)}` })).toHaveCount(1);
});

test('an event that was taken in may be replayed without harm', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const backstage = await Backstage.of(platform);
  const { customer } = await backstage.billed(person);
  const before = await platform.api('GET', '/api/subscription', person);
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/billing');
  const row = page.getByRole('row').filter({ hasText: customer }).first();
  await expect(row).toContainText('Applied');
  await row.getByRole('button', { name: /^Replay/ }).click();
  await expect(page.getByText('Replayed: what Stripe says now is written')).toBeVisible();
  await expect(row).toContainText('Applied');
  expect(await platform.api('GET', '/api/subscription', person)).toEqual(before);
  expect(await platform.api<object[]>('GET', '/api/subscription/invoices', person), 'nothing is charged for it').toHaveLength(1);
});
