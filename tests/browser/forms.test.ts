import { PASSWORD } from './support/platform.ts';
import { countRequests, expect, test } from './support/test.ts';
import type { Locator, Page } from './support/test.ts';

/** Expects a field to show an issue, and to expose it to screen readers. */
async function expectIssue(field: Locator, issue: string | RegExp): Promise<void> {
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(issue);
}

async function expectNoIssue(field: Locator): Promise<void> {
  await expect(field).not.toHaveAttribute('aria-invalid', 'true');
}

const nameOf = (page: Page) => page.getByLabel('Name');
const emailOf = (page: Page) => page.getByLabel('Email address');
const passwordOf = (page: Page, label = 'Password') => page.getByRole('textbox', { name: label, exact: true });

test.describe('register', () => {
  test('empty, too long and malformed input is reported at the field and not sent', async ({ page }) => {
    const sent = countRequests(page, 'POST', /^\/api\//);
    const open = page.getByRole('button', { name: 'Create account' });
    await page.goto('/register');
    await open.click();
    await expectIssue(emailOf(page), /Enter your email address/);
    await expectIssue(passwordOf(page), /Enter a password/);
    await expectNoIssue(nameOf(page));
    await expect(emailOf(page), 'the first invalid field has focus').toBeFocused();

    await emailOf(page).fill('nobody');
    await expectNoIssue(emailOf(page));
    await passwordOf(page).fill('short');
    await nameOf(page).fill('x'.repeat(101));
    await open.click();
    await expectIssue(nameOf(page), /at most 100/);
    await expectIssue(emailOf(page), /Enter a valid email address/);
    await expectIssue(passwordOf(page), /at least 8/);

    await nameOf(page).fill('');
    await emailOf(page).fill(`${'x'.repeat(320)}@example.com`);
    await passwordOf(page).fill('x'.repeat(129));
    await open.click();
    await expectIssue(emailOf(page), /too long/);
    await expectIssue(passwordOf(page), /at most 128/);
    expect(sent.count).toBe(0);
  });

  test('an error from the service about a field is shown at that field', async ({ page }) => {
    await page.goto('/register');
    await emailOf(page).fill(`forms-${Date.now()}@example.com`);
    // Long enough, but on the list of common passwords.
    await passwordOf(page).fill('password123');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expectIssue(passwordOf(page), /common/i);
    await expect(passwordOf(page)).toBeFocused();
    await expectNoIssue(emailOf(page));
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page).toHaveURL('/register');
  });

  test('a registered address leads to the sign-in page', async ({ page, platform }) => {
    const { email } = await platform.register();
    await page.goto('/register');
    await emailOf(page).fill(email);
    await passwordOf(page).fill('another long phrase');
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page.getByText('You already have an account')).toBeVisible();
    await page.getByRole('link', { name: 'Sign in instead' }).click();
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test('a double click sends one request', async ({ page }) => {
    const sent = countRequests(page, 'POST', /\/api\/auth\/register$/);
    await page.goto('/register');
    await emailOf(page).fill(`twice-${Date.now()}@example.com`);
    await passwordOf(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).dblclick();
    await expect(page.getByRole('button', { name: 'Your account' })).toBeVisible();
    expect(sent.count).toBe(1);
  });
});

test.describe('sign-in', () => {
  test('empty fields are reported and not sent', async ({ page }) => {
    const sent = countRequests(page, 'POST', /^\/api\//);
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectIssue(emailOf(page), /Enter your email address/);
    await expectIssue(passwordOf(page), /Enter your password/);
    expect(sent.count).toBe(0);
  });

  test('a wrong password and an unknown address give the same message', async ({ page, platform }) => {
    const { email } = await platform.register();
    await page.goto('/sign-in');
    const said: string[] = [];
    for (const typed of [email, 'nobody-at-all@example.com']) {
      await emailOf(page).fill(typed);
      await passwordOf(page).fill('not the phrase');
      const answered = page.waitForResponse(/\/api\/auth\/login$/);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await answered;
      await expect(page.getByText('Incorrect email or password')).toBeVisible();
      said.push(await page.getByRole('alert').innerText());
      await expect(emailOf(page)).toHaveValue(typed);
    }
    expect(said[0]).toBe(said[1]);
    expect(await page.evaluate(() => localStorage.getItem('marquee.token'))).toBeNull();
  });

  test('Enter submits the form, and the password can be shown', async ({ page, platform }) => {
    const { email } = await platform.register();
    await page.goto('/sign-in');
    await emailOf(page).fill(email);
    await passwordOf(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Show password' }).click();
    await expect(passwordOf(page)).toHaveAttribute('type', 'text');
    await passwordOf(page).press('Enter');
    await expect(page.getByRole('button', { name: 'Your account' })).toBeVisible();
  });
});

test('the forgotten password page does not reveal whether an address is registered', async ({ page }) => {
  await page.goto('/forgot-password');
  await page.getByRole('button', { name: 'Send link' }).click();
  await expectIssue(emailOf(page), /Enter your email address/);
  await emailOf(page).fill('nobody-at-all@example.com');
  await page.getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByText('Check your email')).toBeVisible();
});

test('an invalid reset link is refused and leads to a new one', async ({ page }) => {
  await page.goto('/reset-password?token=made-up');
  await passwordOf(page, 'New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expectIssue(passwordOf(page, 'New password'), /at least 8/);
  await passwordOf(page, 'New password').fill('long enough by now');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('link', { name: 'Get a new link' }).click();
  await expect(page).toHaveURL('/forgot-password');
});

test('changing the password requires the current one and ends only the other sessions', async ({ pageOf, platform }) => {
  const { email } = await platform.register();
  const other = await platform.signIn(email);
  const person = await platform.signIn(email, undefined, 'This one');
  const page = await pageOf(person);
  await page.goto('/account/profile');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expectIssue(passwordOf(page, 'Current password'), /Enter your current password/);
  await expectIssue(passwordOf(page, 'New password'), /Enter a password/);
  await passwordOf(page, 'Current password').fill('not the phrase');
  await passwordOf(page, 'New password').fill('quite another phrase');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expectIssue(passwordOf(page, 'Current password'), /This password is incorrect/);
  await expect(page, 'a wrong password does not end the session').toHaveURL('/account/profile');

  await passwordOf(page, 'Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Password changed.')).toBeVisible();
  await expect(passwordOf(page, 'New password')).toHaveValue('');
  await expect(platform.api('GET', '/api/auth/me', other)).rejects.toThrow('401');
  await page.reload();
  await expect(page.getByRole('definition').filter({ hasText: email })).toBeVisible();
});

test('the search updates while the viewer types, is kept in the URL, and can be cleared', async ({ page, platform }) => {
  const video = await platform.video('premium');
  await page.goto('/browse');
  const field = page.getByRole('searchbox', { name: 'Search' });
  await field.pressSequentially(video.title.slice(0, 6));
  await expect(page).toHaveURL(/q=/);
  await expect(page.getByRole('link', { name: video.title })).toBeVisible();
  await field.fill('no such film anywhere');
  await expect(page.getByText('No results for “no such film anywhere”')).toBeVisible();
  await page.getByRole('button', { name: 'Show all titles' }).click();
  await expect(field).toHaveValue('');
  await expect(page.getByRole('link', { name: video.title })).toBeVisible();
  await field.fill(`<img src=x onerror="document.title='gone'">`);
  await expect(page.getByText(/No results for/)).toBeVisible();
  expect(await page.title()).not.toBe('gone');
});

test('search forgives a typo, lists the best match first, and suggests the nearest titles when nothing is found', async ({ page }) => {
  await page.goto('/browse?search');
  const field = page.getByRole('searchbox', { name: 'Search' });
  const cards = page.getByRole('main').locator('ul > li').getByRole('link');
  await expect(field).toBeFocused();
  await field.pressSequentially('lighthuose');
  await expect(cards.first()).toContainText('The Last Lighthouse');
  await expect(page.getByRole('combobox', { name: 'Sort by' })).toContainText('Best match');

  await field.fill('lighthouse on the moon');
  await expect(page.getByText('No results for “lighthouse on the moon”')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Did you mean one of these?' })).toBeVisible();
  await expect(cards.first()).toContainText('The Last Lighthouse');

  await field.fill('🎬');
  await expect(page.getByText('No results for “🎬”')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Popular titles' })).toBeVisible();
  await expect(cards).not.toHaveCount(0);

  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(page.getByRole('combobox', { name: 'Sort by' })).toContainText('Newest');
  await expect(page.getByRole('heading', { name: 'Popular titles' })).toHaveCount(0);
});

test('filters are kept in the URL and survive a reload', async ({ page, platform }) => {
  await page.goto('/browse');
  await page.getByRole('group', { name: 'Plan' }).getByRole('button', { name: 'Free' }).click();
  await expect(page).toHaveURL(/plan=free/);
  const free = await platform.api<{ title: string }[]>('GET', '/api/videos?required_plan=free&limit=24', null);
  const cards = page.getByRole('main').locator('ul > li').getByRole('link');
  await expect(cards).toHaveCount(free.length);
  await page.reload();
  await expect(cards).toHaveCount(free.length);
  await expect(page.getByRole('group', { name: 'Plan' }).getByRole('button', { name: 'Free' })).toHaveAttribute('aria-pressed', 'true');
  await page.goBack();
  await expect(page.getByRole('group', { name: 'Plan' }).getByRole('button', { name: 'All plans' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});
