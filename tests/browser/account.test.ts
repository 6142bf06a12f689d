import { Backstage } from './support/backstage.ts';
import { PASSWORD } from './support/platform.ts';
import { countRequests, expect, settled, test, title } from './support/test.ts';

test('deleting an account needs the password, and ends the subscription at Stripe as well', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const backstage = await Backstage.of(platform);
  const { subscription } = await backstage.billed(person);
  const page = await pageOf(person);
  const deleted = countRequests(page, 'DELETE', /\/api\/account$/);
  await page.goto('/account/profile');
  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await expect(dialog).toContainText('can’t be undone');
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  const password = dialog.getByLabel('Enter your password to confirm');
  await expect(password).toHaveAccessibleDescription(/Enter your password/);
  expect(deleted.count, 'no request is sent without a password').toBe(0);
  await password.fill('not the password');
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await expect(password).toHaveAccessibleDescription(/incorrect/);
  expect(await platform.api('GET', '/api/auth/me', person), 'a wrong password deletes nothing').toMatchObject({ email: person.email });
  await dialog.getByRole('button', { name: 'Keep account' }).click();
  await expect(dialog).toHaveCount(0);
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ status: 'active' });

  await page.getByRole('button', { name: 'Delete account' }).click();
  await password.fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete account' }).dblclick();
  await expect(page.getByText('Your account has been deleted.')).toBeVisible();
  await expect(page).toHaveURL('/');
  await expect(title(page)).toHaveText('Films worth an evening.');
  await expect(page.getByText('You were signed out.')).toHaveCount(0);
  expect(deleted.count, 'one request with the wrong password, one with the right one').toBe(2);
  await expect(platform.api('GET', '/api/auth/me', person)).rejects.toThrow('401');
  await expect(platform.signIn(person.email, PASSWORD)).rejects.toThrow('401');
  expect(await backstage.stripe('GET', `subscriptions/${subscription}`), 'nothing more is charged').toMatchObject({
    status: 'canceled',
  });
});

test('an account is not deleted while Stripe is down, and the page shows an error', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const page = await pageOf(person);
  await page.goto('/account/profile');
  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Enter your password to confirm').fill(PASSWORD);
  await platform.fault({ target: 'stripe', kind: 'error', count: 20 });
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await platform.clearFaults();
  expect(await platform.api('GET', '/api/auth/me', person)).toMatchObject({ email: person.email });
  expect(await platform.api('GET', '/api/subscription', person)).toMatchObject({ status: 'active' });
});

test('a subscriber can open the payment portal, return from it, and download an invoice', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('basic'));
  await page.goto('/account');
  await page
    .getByRole('button', { name: /card|payment/i })
    .first()
    .click();
  await page.waitForURL(new RegExp(`:${platform.port + 1}/`));
  await page
    .getByRole('link', { name: /back|return/i })
    .first()
    .click();
  await expect(page).toHaveURL(/\/account/);
  await page.goto('/account/invoices');
  const invoice = page.getByRole('link', { name: /^PDF of/ });
  await expect(invoice).toHaveCount(1);
  const href = await invoice.getAttribute('href');
  expect((await fetch(href ?? '')).status).toBe(200);
});

test.describe('the landing page', () => {
  test('mentions no trial when the plans have none', async ({ page, platform }) => {
    const plans = await platform.api<{ trial_days: number }[]>('GET', '/api/plans', null);
    expect(plans.map(({ trial_days }) => trial_days)).toEqual([0, 0]);
    await page.goto('/');
    await expect(page.getByRole('link', { name: 'Join Marquee' })).toBeVisible();
    await expect(page.getByText(/^From US\$7\.99 per month\. Cancel anytime\.$/)).toBeVisible();
    await expect(page.getByText(/free trial|Then from|free for/)).toHaveCount(0);
  });

  test('names the length of the trial', async ({ page }) => {
    await page.route('**/api/plans', async (route) => {
      const answer = await route.fetch();
      const { data, ...rest } = (await answer.json()) as { data: object[] };
      await route.fulfill({ response: answer, json: { ...rest, data: data.map((plan) => ({ ...plan, trial_days: 14 })) } });
    });
    await page.goto('/');
    await expect(page.getByRole('link', { name: 'Try free for 14 days' })).toBeVisible();
    await expect(page.getByText(/^Then from US\$7\.99 per month/)).toBeVisible();
    await expect(page.getByText('14-day free trial').first()).toBeVisible();
  });

  test('keeps the posters clear of the heading and the header on a phone', async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto('/');
    await settled(page);
    const posters = page.locator('section').first().locator('[aria-hidden=true] img');
    await expect(posters.first()).toBeAttached();
    const head = await page.getByRole('banner').boundingBox();
    const words = await title(page).boundingBox();
    const wall = await page.locator('section').first().locator('> [aria-hidden=true]').boundingBox();
    expect((wall?.y ?? 0) + (wall?.height ?? 0), 'the posters end where the heading begins').toBeLessThan((words?.y ?? 0) + 40);
    expect(wall?.height ?? 0, 'the posters are visible').toBeGreaterThan((head?.height ?? 0) + 150);
  });
});
