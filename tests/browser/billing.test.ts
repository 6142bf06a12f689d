import { countRequests, expect, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

interface Subscription {
  plan_type: string | null;
  status: string;
  interval: string;
  current_period_end: string;
  cancel_at: string | null;
  access: { allowed: boolean; code: string | null };
}

const DECLINED = '4000 0000 0000 0002';
const GOOD = '4242 4242 4242 4242';
const ASKS_THE_BANK = '4000 0025 0000 3155';

async function pay(page: Page, card: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByRole('button', { name: 'Pay' }).click();
}

/** Formats a date as the pages do. */
function day(time: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(time));
}

test('a declined card grants nothing, and another card can be tried in the same checkout', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  const subscription = () => platform.api<Subscription>('GET', '/api/subscription', person);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await pay(page, DECLINED);
  await expect(page.getByRole('alert')).toContainText('declined');
  expect((await subscription()).status).toBe('none');
  await pay(page, GOOD);
  await expect(title(page)).toHaveText('Welcome to Basic');
  expect(await subscription()).toMatchObject({ plan_type: 'basic', status: 'active', access: { allowed: true } });
});

test('a card that needs authentication is charged only once the bank confirms', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  const subscription = () => platform.api<Subscription>('GET', '/api/subscription', person);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await pay(page, ASKS_THE_BANK);
  await expect(page.getByText('Confirm this payment with your bank')).toBeVisible();
  expect(await subscription()).toMatchObject({ status: 'none', access: { allowed: false } });

  await page.getByRole('button', { name: 'Fail' }).click();
  await expect(page.getByRole('alert')).toContainText('unable to authenticate');
  expect(await subscription()).toMatchObject({ status: 'none', access: { allowed: false } });

  await pay(page, ASKS_THE_BANK);
  await page.getByRole('button', { name: 'Complete' }).click();
  await expect(title(page)).toHaveText('Welcome to Premium');
  expect(await subscription()).toMatchObject({ plan_type: 'premium', status: 'active', access: { allowed: true } });
  expect(await platform.api<object[]>('GET', '/api/subscription/invoices', person), 'charged once').toHaveLength(1);
});

test('a double click on a plan opens one checkout', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const opened = countRequests(page, 'POST', /\/api\/subscription\/checkout$/);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Premium' }).dblclick();
  await expect(page.getByLabel('Card number')).toBeVisible();
  expect(opened.count).toBe(1);
});

test('an abandoned checkout charges nothing and can no longer be paid once another is open', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  const abandoned = page.url();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page).toHaveURL(/\/plans/);
  await expect(title(page)).toHaveText('Choose your plan');
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ status: 'none' });
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  const late = await fetch(abandoned, {
    method: 'POST',
    body: new URLSearchParams({ card: GOOD.replaceAll(' ', '') }),
    redirect: 'manual',
  });
  expect(late.status, 'the abandoned checkout cannot be paid').not.toBe(303);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ status: 'none' });
});

test('the back button leads from the checkout to the plans, and another plan can be chosen', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  await page.goBack();
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  await expect(page.getByText('Basic', { exact: false }).first()).toBeVisible();
});

test('going back after a payment does not charge twice', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  const checkout = page.url();
  await pay(page, GOOD);
  await expect(title(page)).toHaveText('Welcome to Basic');
  await page.goBack();
  await expect(page).toHaveURL(checkout);
  // The browser may still have the form and submit it again.
  await fetch(checkout, { method: 'POST', body: new URLSearchParams({ card: GOOD }), redirect: 'manual' });
  await page.reload();
  await expect(page.getByText('This checkout is complete')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pay' })).toHaveCount(0);
  await page.goto('/plans');
  await expect(page.getByText('You already have Basic.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Choose/ })).toHaveCount(0);
  const invoices = await platform.api<object[]>('GET', '/api/subscription/invoices', person);
  expect(invoices).toHaveLength(1);
});

test('the return page waits for a pending payment and then welcomes the subscriber', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await expect(page.getByLabel('Card number')).toBeVisible();
  const paying = page.url();
  const session = /cs_test_\w+/.exec(paying)?.[0];
  await page.goto(`/subscription/return?session_id=${session}`);
  await expect(title(page)).toHaveText('Confirming your payment');
  await fetch(paying, { method: 'POST', body: new URLSearchParams({ card: GOOD }), redirect: 'manual' });
  await expect(title(page)).toHaveText('Welcome to Basic');
});

test('an upgrade shows its price before it charges, and then returns to the film', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const video = await platform.video('premium');
  const page = await pageOf(person);
  const changes = countRequests(page, 'POST', /\/api\/subscription\/change$/);
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Upgrade to Premium' }).click();
  await page.getByRole('button', { name: 'Upgrade to Premium' }).click();

  const dialog = page.getByRole('dialog', { name: 'Upgrade to Premium' });
  const preview = await platform.api<{ amount_due: number; currency: string; lines: object[] }>(
    'POST',
    '/api/subscription/change/preview',
    person,
    { plan_type: 'premium' },
  );
  expect(preview.amount_due).toBeGreaterThan(0);
  await expect(dialog.getByText('Due today')).toBeVisible();
  await expect(dialog.getByRole('term')).toHaveCount(preview.lines.length + 1);
  const act = dialog.getByRole('button', { name: /^Pay .+ and upgrade$/ });
  await expect(act).toBeVisible();
  expect(changes.count, 'the preview changes nothing').toBe(0);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ plan_type: 'basic' });

  await act.dblclick();
  await expect(page).toHaveURL(`/videos/${video.id}`);
  await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
  expect(changes.count).toBe(1);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ plan_type: 'premium', status: 'active' });
});

test('an upgrade with a declined card shows the decline and changes nothing', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(person);
  await platform.cards(person, 'decline');
  await page.goto('/account/plan?to=premium');
  await page.getByRole('button', { name: 'Upgrade to Premium' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Pay .+ and upgrade$/ }).click();
  await expect(dialog.getByText('Your card was declined')).toBeVisible();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ plan_type: 'basic', status: 'active' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
});

test('a downgrade takes effect at the end of the period and can be undone before', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  const page = await pageOf(person);
  const { current_period_end } = await platform.api<Subscription>('GET', '/api/subscription', person);
  await page.goto('/account/plan?to=basic');
  await page.getByRole('button', { name: 'Switch to Basic at the end of the period' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`The change takes effect on ${day(current_period_end)}`);
  await dialog.getByRole('button', { name: `Switch on ${day(current_period_end)}` }).click();
  await expect(page.getByText(`Changes to Basic on ${day(current_period_end)}`)).toBeVisible();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ plan_type: 'premium', pending_plan_type: 'basic' });
  await page.getByRole('button', { name: 'Keep Premium' }).click();
  await expect(page.getByText(`Renews on ${day(current_period_end)}`)).toBeVisible();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ plan_type: 'premium', pending_plan_type: null });
});

test('cancelling shows the last day of access and can be undone with one click', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(person);
  const { current_period_end } = await platform.api<Subscription>('GET', '/api/subscription', person);
  const end = day(current_period_end);
  await page.goto('/account');
  await expect(page.getByText(`Renews on ${end}`)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(`You can keep watching until ${end}`);

  await dialog.getByRole('button', { name: 'Keep Basic' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: null });

  await page.getByRole('button', { name: 'Cancel subscription' }).click();
  await dialog.getByRole('button', { name: 'Cancel subscription' }).click();
  await expect(page.getByText(`You can watch until ${end}, and you won’t be charged again`)).toBeVisible();
  const cancelled = await platform.api<Subscription>('GET', '/api/subscription', person);
  expect(cancelled.access.allowed, 'the paid period remains accessible').toBe(true);
  expect(cancelled.cancel_at).not.toBeNull();

  await expect(dialog).toHaveCount(0);
  await page.getByRole('button', { name: 'Keep Basic' }).click();
  await expect(page.getByText(`Renews on ${end}`)).toBeVisible();
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ cancel_at: null, status: 'active' });
});

test('after a declined renewal access lasts through the grace period and returns with the payment', async ({ pageOf, platform }) => {
  const { email } = await platform.subscriber('basic');
  const video = await platform.video('basic');
  await platform.cards({ email, token: '' }, 'decline');
  await platform.advance({ days: 33 });
  // The session has expired after a month.
  const person = await platform.signIn(email);
  const page = await pageOf(person);

  await test.step('during the grace period the viewer can watch and sees when it ends', async () => {
    await page.goto('/account');
    await expect(page.getByText('Payment failed')).toBeVisible();
    await expect(page.getByText(/You can watch until \d+ \w+ \d{4}\. Pay by then/)).toBeVisible();
    await page.goto(`/videos/${video.id}`);
    await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
  });

  await test.step('after the grace period the only next step is to pay', async () => {
    await platform.advance({ days: 6 });
    await page.goto(`/videos/${video.id}`);
    await expect(page.getByRole('link', { name: 'Update payment' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Play', exact: true })).toHaveCount(0);
    await page.getByRole('link', { name: 'Update payment' }).click();
    await expect(title(page)).toHaveText('Subscription');
  });

  await test.step('a valid card restores access', async () => {
    await platform.cards(person, 'succeed');
    await page.getByRole('button', { name: 'Update card' }).click();
    await page.getByLabel('Card number').fill(GOOD);
    await page.getByRole('button', { name: 'Use this card' }).click();
    await page.getByRole('row', { name: /open/ }).getByRole('link').click();
    await page.getByRole('button', { name: 'Pay' }).click();
    await expect(page.getByText(/paid/i).first()).toBeVisible();
    await page.goto('/account');
    await expect(page.getByText(/^Renews on/)).toBeVisible();
    await page.goto(`/videos/${video.id}`);
    await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
  });
});
