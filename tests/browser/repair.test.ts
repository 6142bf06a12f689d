import { Backstage } from './support/backstage.ts';
import { countRequests, expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

test.afterEach(async ({ platform }) => {
  await platform.webhooks('stripe', 'normal');
});

/** Compares all customers and waits for the result. */
async function compare(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Compare (now|again)$/ }).click();
  await expect(page.getByText(/^Done: \d/)).toBeVisible();
}

test('a change that was missed is shown as drift and repaired on request', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { customer, subscription } = await backstage.billed(person);
  const page = await pageOf(await platform.admin());
  const asked = countRequests(page, 'POST', /\/reconcile$/);
  await page.goto('/admin/billing/drift');
  await compare(page);
  await expect(page.getByText(customer), 'no drift yet').toHaveCount(0);

  await platform.webhooks('stripe', 'drop');
  await backstage.stripe('POST', `subscriptions/${subscription}`, { cancel_at_period_end: 'true' });
  expect(await platform.api('GET', '/api/subscription', person), 'the change was missed').toMatchObject({ cancel_at: null });
  await compare(page);
  const drift = page.getByRole('region').filter({ hasText: customer });
  await expect(drift.getByRole('heading', { name: person.email })).toBeVisible();
  await expect(drift).toContainText('Differs');
  const cancelled = drift.getByRole('table').getByRole('row', { name: 'Subscription: cancel at' });
  await expect(cancelled.getByRole('cell').first()).toHaveText('—');
  await expect(cancelled.getByRole('cell').nth(1)).toHaveText(/^\d+ \w+ \d{4}, \d{2}:\d{2} UTC$/);
  await expect(drift, 'no JSON is shown').not.toContainText(/[{}"]/);
  expect(await platform.api('GET', '/api/subscription', person), 'comparing repairs nothing').toMatchObject({ cancel_at: null });

  const before = asked.count;
  await page.getByRole('button', { name: /^Repair \d+ customers?$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  expect(asked.count, 'cancelling the dialog repairs nothing').toBe(before);
  await page.getByRole('button', { name: /^Repair \d+ customers?$/ }).click();
  await dialog.getByRole('button', { name: 'Repair', exact: true }).click();
  await expect(drift).toContainText('Repaired');
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({
    cancel_at: expect.any(String),
    access: { allowed: true },
  });

  await compare(page);
  await expect(page.getByText('No differences')).toBeVisible();
  await expect(page.getByText(customer)).toHaveCount(0);
});

test('the differences of an invoice are shown by field, with amounts in its currency', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { customer } = await backstage.billed(person);
  await platform.webhooks('stripe', 'drop');
  const { data: charges } = await backstage.stripe<{ data: { id: string }[] }>('GET', `charges?customer=${customer}`);
  await backstage.stripe('POST', 'refunds', { charge: charges[0]?.id ?? '', amount: '150' });
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/billing/drift');
  await compare(page);
  const drift = page.getByRole('region').filter({ hasText: customer });
  const table = drift.getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText(['Field', 'In Marquee', 'In Stripe']);
  await expect(table.getByRole('row', { name: /: amount —/ }).getByRole('cell')).toHaveText(['—', 'US$1.50']);
  await expect(drift).not.toContainText(/[{}"]/);
  await platform.webhooks('stripe', 'normal');
});

test('an event that cannot be processed is set aside, and can be replayed once the cause is fixed', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { customer, subscription } = await backstage.billed(person);
  await platform.webhooks('stripe', 'drop');
  await backstage.stripe('POST', `subscriptions/${subscription}`, { cancel_at_period_end: 'true' });
  await backstage.overwriteVersion(customer, { S: 'seven' });
  const id = `evt_poison_${Date.now()}`;
  expect(await backstage.event(id, 'customer.subscription.updated', customer), 'Stripe does not have to deliver it again').toBe(200);

  const page = await pageOf(await platform.admin());
  const replays = countRequests(page, 'POST', /\/replay$/);
  await page.goto('/admin/billing');
  await page.getByRole('radio', { name: 'Failed' }).click();
  const row = page.getByRole('row').filter({ hasText: customer });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('customer.subscription.updated');
  await expect(row.getByText('Failed', { exact: true })).toBeVisible();
  const retry = row.getByRole('button', { name: /^Retry/ });
  await retry.dblclick();
  await expect(page.getByRole('region', { name: 'Notifications' }).getByText(/^It still cannot be processed/)).toBeVisible();
  await expect(row, 'the event remains in the list').toHaveCount(1);
  expect(replays.count, 'a double click replays once').toBe(1);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: null });

  await backstage.overwriteVersion(customer, { N: '100' });
  await retry.click();
  await expect(page.getByText('Event processed: billing data matches Stripe')).toBeVisible();
  await expect(row).toHaveCount(0);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: expect.any(String) });
  await page.getByRole('radio', { name: 'Processed' }).click();
  await expect(row.filter({ hasText: 'customer.subscription.updated' }).first()).toContainText('Processed');
  await page.goto('/admin/audit');
  await expect(page.getByRole('row', { name: 'Replayed a billing event' }).getByRole('button', { name: `…${id.slice(-8)}` })).toHaveCount(
    1,
  );
});

test('replaying a processed event changes nothing', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const backstage = await Backstage.of(platform);
  const { customer } = await backstage.billed(person);
  const before = await platform.api('GET', '/api/subscription', person);
  const page = await pageOf(await platform.admin());
  await page.goto('/admin/billing');
  const row = page.getByRole('row').filter({ hasText: customer }).first();
  await expect(row).toContainText('Processed');
  await row.getByRole('button', { name: /^Replay/ }).click();
  await expect(page.getByText('Event processed: billing data matches Stripe')).toBeVisible();
  await expect(row).toContainText('Processed');
  expect(await platform.api('GET', '/api/subscription', person)).toEqual(before);
  expect(await platform.api<object[]>('GET', '/api/subscription/invoices', person), 'nothing is charged').toHaveLength(1);
});
