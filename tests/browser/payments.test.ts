// Payments that the payer completes in another tab while the app waits, and the notices about them.
import { Backstage } from './support/backstage.ts';
import { expectAccessible } from './support/accessible.ts';
import type { Person, Platform } from './support/platform.ts';
import { expect, settled, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

interface Subscription {
  plan_type: string | null;
  status: string;
  grace_until: string | null;
  cancel_at: string | null;
}

/** Formats a date as the pages do. */
function day(time: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(time));
}

const subscriptionOf = (platform: Platform, person: Person) => platform.api<Subscription>('GET', '/api/subscription', person);

/** A subscriber whose renewal was declined, during the grace period. */
async function overdue(platform: Platform): Promise<Person> {
  const { email } = await platform.subscriber('basic');
  await platform.cards({ email, token: '' }, 'decline');
  await platform.advance({ days: 33 });
  return platform.signIn(email);
}

async function askForUpgrade(page: Page): Promise<void> {
  await page.goto('/account/plan?to=premium');
  await page.getByRole('button', { name: 'Upgrade to Premium' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Pay .+ and upgrade$/ })
    .click();
}

test('an upgrade that the bank must confirm waits for the bank’s page and then leads to the film', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const video = await platform.video('premium');
  const page = await pageOf(person);
  await platform.cards(person, 'require_3ds');
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('link', { name: 'Upgrade to Premium' }).click();
  await page.getByRole('button', { name: 'Upgrade to Premium' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Pay .+ and upgrade$/ })
    .click();
  await expect(page.getByRole('dialog').getByText('Confirm with your bank')).toBeVisible();

  const popup = page.waitForEvent('popup');
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  const bank = await popup;
  await expect(page.getByRole('dialog', { name: 'Waiting for your payment' })).toBeVisible();
  await expectAccessible(page);
  await bank.waitForURL(new RegExp(`:${platform.port + 1}/`));
  expect(await bank.evaluate(() => window.opener as unknown), 'the bank’s page has no opener').toBeNull();
  expect(await subscriptionOf(platform, person)).toMatchObject({ plan_type: 'basic', status: 'active' });
  await expect(page.getByRole('dialog', { name: 'Waiting for your payment' }), 'the page waits for the payment').toBeVisible();

  await bank.getByRole('button', { name: 'Complete' }).click();
  await expect(page).toHaveURL(`/videos/${video.id}`);
  await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await subscriptionOf(platform, person)).toMatchObject({ plan_type: 'premium', status: 'active' });
});

test('a link opens the payment page if the browser blocks the tab, and the viewer can stop waiting', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(person);
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await platform.cards(person, 'require_3ds');
  await askForUpgrade(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm payment' }).click();
  const dialog = page.getByRole('dialog', { name: 'Waiting for your payment' });
  await expect(dialog).toContainText('blocked the payment page');
  const popup = page.waitForEvent('popup');
  await dialog.getByRole('link', { name: 'Open payment page' }).click();
  const bank = await popup;
  await bank.waitForURL(new RegExp(`:${platform.port + 1}/`));
  await dialog.getByRole('button', { name: 'Stop waiting' }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole('dialog', { name: 'Upgrade to Premium' }).getByRole('button', { name: 'Cancel' }).click();
  await expect(title(page), 'the page to change plan is still open').toHaveText('Change plan');
  expect(await subscriptionOf(platform, person)).toMatchObject({ plan_type: 'basic' });
});

test('a declined upgrade can be paid with another card', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(person);
  await platform.cards(person, 'decline');
  await askForUpgrade(page);
  await expect(page.getByRole('dialog').getByText('Your card was declined')).toBeVisible();
  const popup = page.waitForEvent('popup');
  await page.getByRole('dialog').getByRole('button', { name: 'Pay with another card' }).click();
  const invoice = await popup;
  await platform.cards(person, 'succeed');
  await invoice.getByRole('button', { name: 'Pay' }).click();
  await expect(page).toHaveURL('/account');
  await expect(page.getByText('You now have Premium.')).toBeVisible();
  expect(await subscriptionOf(platform, person)).toMatchObject({ plan_type: 'premium', status: 'active' });
});

test('after a failed payment every page shows the end of the grace period, until the invoice is paid', async ({ pageOf, platform }) => {
  const person = await overdue(platform);
  const page = await pageOf(person);
  const { grace_until } = await subscriptionOf(platform, person);
  const said = `Your last payment didn’t go through. You can watch until ${day(grace_until ?? '')}.`;
  const note = page.getByRole('region', { name: 'About your subscription' });
  const video = await platform.video('basic');
  for (const path of ['/', '/browse', '/plans', `/videos/${video.id}`]) {
    await page.goto(path);
    await expect(note, path).toContainText(said);
    await expect(note.getByRole('button', { name: 'Pay now' }), path).toBeVisible();
  }
  for (const [width, colorScheme] of [
    [360, 'dark'],
    [820, 'light'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await expect(note.getByRole('button', { name: 'Pay now' })).toBeInViewport();
    await expectAccessible(page);
    const { content, window } = await page.evaluate(() => ({
      content: document.documentElement.scrollWidth,
      window: document.documentElement.clientWidth,
    }));
    expect(content).toBeLessThanOrEqual(window);
  }
  await page.goto('/account');
  await expect(note, 'the subscription page has no banner, because it shows the same itself').toHaveCount(0);
  await expect(page.getByText(`You can watch until ${day(grace_until ?? '')}. Pay by then`)).toBeVisible();

  await page.goto(`/videos/${video.id}`);
  await platform.cards(person, 'succeed');
  const popup = page.waitForEvent('popup');
  await note.getByRole('button', { name: 'Pay now' }).click();
  const invoice = await popup;
  await expect(page.getByRole('dialog', { name: 'Waiting for your payment' })).toBeVisible();
  await invoice.waitForURL(new RegExp(`:${platform.port + 1}/`));
  await invoice.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByText('Thank you. We received your payment.')).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'Waiting for your payment' })).toHaveCount(0);
  await expect(note).toHaveCount(0);
  expect(await subscriptionOf(platform, person)).toMatchObject({ status: 'active' });
});

test('after the grace period every page asks for the payment, which leads back to the film', async ({ pageOf, platform }) => {
  const { email } = await overdue(platform);
  await platform.advance({ days: 6 });
  const person = await platform.signIn(email);
  const page = await pageOf(person);
  await page.goto('/');
  const note = page.getByRole('region', { name: 'About your subscription' });
  await expect(note).toContainText('to watch again right away');
  await expect(note).not.toContainText('until');

  const video = await platform.video('basic');
  await page.goto(`/videos/${video.id}`);
  await page.getByRole('main').getByRole('link', { name: 'Update payment' }).click();
  await expect(title(page)).toHaveText('Subscription');
  await platform.cards(person, 'succeed');
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Pay now' }).click();
  await (await popup).getByRole('button', { name: 'Pay' }).click();
  await expect(page).toHaveURL(`/videos/${video.id}`);
  await expect(page.getByRole('link', { name: 'Play', exact: true })).toBeVisible();
});

test('an open invoice can be paid from the list, which shows its number and no internal id', async ({ pageOf, platform }) => {
  const person = await overdue(platform);
  const page = await pageOf(person);
  await page.goto('/account/invoices');
  const rows = page.getByRole('main').getByRole('listitem');
  await expect(rows).toHaveCount(2);
  for (const row of await rows.all()) {
    await expect(row.getByText('US$7.99')).toBeVisible();
    await expect(row.getByRole('link', { name: /^PDF of [A-Z0-9]+-\d+/ })).toHaveAttribute('href', /^http/);
    await expect(row).not.toContainText(/in_|usd/i);
  }
  await platform.cards(person, 'succeed');
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: /^Pay invoice [A-Z0-9]+-\d+/ }).click();
  const invoice = await popup;
  await invoice.getByRole('button', { name: 'Pay' }).click();
  await expect(page.getByText('Thank you. We received your payment.')).toBeVisible();
  await expect(rows.getByText('Unpaid', { exact: true })).toHaveCount(0);
  await expect(rows.getByText('Paid', { exact: true })).toHaveCount(2);
});

test('a cancelled subscription shows its end when it is near, and the notice can be dismissed', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('premium');
  await platform.api('POST', '/api/subscription/cancel', person);
  const page = await pageOf(person);
  const note = page.getByRole('region', { name: 'About your subscription' });
  await page.goto('/');
  await settled(page);
  await expect(note, 'no notice while the end is far away').toHaveCount(0);

  await platform.advance({ days: 25 });
  const later = await pageOf(await platform.signIn(person.email));
  const { cancel_at } = await subscriptionOf(platform, await platform.signIn(person.email));
  const nearNote = later.getByRole('region', { name: 'About your subscription' });
  await later.goto('/');
  await expect(nearNote).toContainText(`Your Premium plan ends on ${day(cancel_at ?? '')}.`);
  await expect(nearNote.getByRole('link', { name: 'Manage subscription' })).toBeVisible();
  await nearNote.getByRole('button', { name: 'Dismiss' }).click();
  await expect(nearNote).toHaveCount(0);
  await later.reload();
  await settled(later);
  await expect(nearNote).toHaveCount(0);
});

for (const status of ['unpaid', 'paused'] as const) {
  test(`every page shows that a subscription is ${status}`, async ({ pageOf, platform }) => {
    const person = await platform.register();
    const page = await pageOf(person);
    await page.route(/\/api\/subscription$/, async (route) => {
      const answer = await route.fetch();
      const { data, ...rest } = (await answer.json()) as { data: object };
      await route.fulfill({
        response: answer,
        json: {
          ...rest,
          data: { ...data, plan_type: 'basic', interval: 'month', status, access: { allowed: false, code: 'PAYMENT_OVERDUE' } },
        },
      });
    });
    await page.goto('/');
    const note = page.getByRole('region', { name: 'About your subscription' });
    await expect(note).toContainText(status === 'unpaid' ? 'A payment is overdue.' : 'Your subscription is paused');
    await page.goto('/account');
    await expect(page.getByRole('main')).toContainText(status === 'unpaid' ? 'Payment overdue' : 'Paused');

    await page.route(/\/api\/videos\/[0-9a-f-]+$/, async (route) => {
      const answer = await route.fetch();
      const { data, ...rest } = (await answer.json()) as { data: object };
      await route.fulfill({ response: answer, json: { ...rest, data: { ...data, access: { allowed: false, code: 'PAYMENT_OVERDUE' } } } });
    });
    await page.goto(`/videos/${(await platform.video('basic')).id}`);
    const main = page.getByRole('main');
    await expect(main.getByRole('link', { name: status === 'unpaid' ? 'Update payment' : 'Manage subscription' })).toBeVisible();
    await expect(main.getByRole('link', { name: status === 'unpaid' ? 'Manage subscription' : 'Update payment' })).toHaveCount(0);
  });
}

test('an active subscription shows no notice', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('basic'));
  await page.goto('/');
  await settled(page);
  await expect(page.getByRole('region', { name: 'About your subscription' })).toHaveCount(0);
});

test('every change of plan is named after what it does', async ({ pageOf, platform }) => {
  const NAMES: Record<string, Record<string, string>> = {
    'basic month': {
      'basic year': 'Switch to yearly billing',
      'premium month': 'Upgrade to Premium',
      'premium year': 'Upgrade to Premium, billed yearly',
    },
    'basic year': {
      'basic month': 'Switch to monthly billing at the end of the period',
      'premium month': 'Upgrade to Premium, billed monthly',
      'premium year': 'Upgrade to Premium',
    },
    'premium month': {
      'basic month': 'Switch to Basic at the end of the period',
      'basic year': 'Switch to Basic, billed yearly, at the end of the period',
      'premium year': 'Switch to yearly billing',
    },
    'premium year': {
      'basic month': 'Switch to Basic, billed monthly, at the end of the period',
      'basic year': 'Switch to Basic at the end of the period',
      'premium month': 'Switch to monthly billing at the end of the period',
    },
  };
  for (const [held, others] of Object.entries(NAMES)) {
    const [plan, every] = held.split(' ') as ['basic' | 'premium', 'month' | 'year'];
    const person = await platform.subscriber(plan, every);
    const page = await pageOf(person);
    for (const [target, name] of Object.entries(others)) {
      const [to, interval] = target.split(' ') as [string, 'month' | 'year'];
      const { when } = await platform.api<{ when: string }>('POST', '/api/subscription/change/preview', person, {
        plan_type: to,
        interval,
      });
      expect(name.endsWith('at the end of the period'), `${held} to ${target} takes effect: ${when}`).toBe(when === 'period_end');
      await page.goto(`/plans?plan=${to}&interval=${interval}`);
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('button', { name, exact: true }).click();
      const dialog = page.getByRole('dialog');
      await expect(dialog.getByRole('heading')).toHaveText(name.replace(/,? at the end of the period$/, ''));
      await expect(
        dialog.getByRole('button', {
          name: when === 'now' ? /^(Pay .+ and (upgrade|switch)|Switch now|Upgrade now)$/ : /^Switch on \d+ \w+ \d{4}$/,
        }),
      ).toBeVisible();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    }
    await page.close();
  }
});

test('a late webhook ends the wait for a payment', async ({ pageOf, platform }) => {
  const person = await overdue(platform);
  const backstage = await Backstage.of(platform);
  const page = await pageOf(person);
  await page.goto('/account');
  const popup = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Pay now' }).click();
  await (await popup).close();
  const dialog = page.getByRole('dialog', { name: 'Waiting for your payment' });
  await expect(dialog).toBeVisible();
  await platform.cards(person, 'succeed');
  const { customer } = await backstage.billed(person);
  const { data } = await backstage.stripe<{ data: { id: string }[] }>('GET', `invoices?customer=${customer}&status=open`);
  await platform.webhooks('stripe', 'hold');
  await backstage.stripe('POST', `invoices/${data[0]?.id ?? ''}/pay`);
  await expect(dialog).toBeVisible();
  await platform.webhooks('stripe', 'normal');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText(/^Renews on/)).toBeVisible();
});
