// A visitor's choices and input survive registration, sign-in, a forgotten password, the checkout, and going back.
import { PASSWORD } from './support/platform.ts';
import type { Person, Platform } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';

const newEmail = () => `keeping-${process.pid}-${Date.now()}-${Math.floor(Math.random() * 1e6)}@example.com`;

/** Chooses a plan with yearly billing. */
async function chooseYearly(page: Page, plan: 'Basic' | 'Premium'): Promise<void> {
  await page.getByRole('radio', { name: /^Yearly/ }).check({ force: true });
  await page.getByRole('button', { name: `Choose ${plan}` }).click();
}

async function fillIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
}

/** Expects the plans page to have kept the choice, pays, and expects that plan. */
async function expectYearlyIsPaid(page: Page, platform: Platform, plan: 'basic' | 'premium'): Promise<void> {
  await expect(page).toHaveURL(new RegExp(`/plans\\?plan=${plan}&interval=year`));
  await expect(page.getByRole('radio', { name: /^Yearly/ })).toBeChecked();
  await page.getByRole('button', { name: `Choose ${plan === 'basic' ? 'Basic' : 'Premium'}` }).click();
  await page.getByLabel('Card number').fill('4242 4242 4242 4242');
  await page.getByRole('button', { name: 'Pay' }).click();
  await expect(title(page)).toHaveText(plan === 'basic' ? 'Welcome to Basic' : 'Welcome to Premium');
  const token = await page.evaluate(() => localStorage.getItem('marquee.token'));
  expect(await platform.api('GET', '/api/subscription', { email: '', token: token ?? '' })).toMatchObject({
    plan_type: plan,
    interval: 'year',
  });
}

test('a choice of yearly billing survives registration', async ({ page, platform }) => {
  await page.goto('/plans');
  await chooseYearly(page, 'Basic');
  await expect(title(page)).toHaveText('Create your account');
  await fillIn(page, newEmail());
  await page.getByRole('button', { name: 'Create account' }).click();
  await expectYearlyIsPaid(page, platform, 'basic');
});

test('a choice of yearly billing survives signing in instead of registering', async ({ page, platform }) => {
  const { email } = await platform.register();
  await page.goto('/');
  await page.getByRole('radio', { name: /^Yearly/ }).check({ force: true });
  await page.getByRole('link', { name: 'Choose Premium' }).click();
  await expect(page.getByRole('radio', { name: /^Yearly/ })).toBeChecked();
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await fillIn(page, email);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'Sign in instead' }).click();
  await expect(title(page)).toHaveText('Sign in');
  await expect(page.getByLabel('Email address'), 'the address is filled in').toHaveValue(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expectYearlyIsPaid(page, platform, 'premium');
});

for (const [name, ways] of [
  ['the links in the forms', ['Sign in', 'Create an account', 'Sign in', 'Forgot your password?', 'Back to sign-in']],
  ['the links in the header', ['head: Sign in', 'head: Sign up', 'head: Sign in']],
] as const) {
  test(`the plan, the email address and the next page survive ${name}`, async ({ page, platform }) => {
    const { email } = await platform.register();
    await page.goto('/plans');
    await chooseYearly(page, 'Premium');
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email address').fill(email);
    for (const way of ways) {
      const place = way.startsWith('head: ') ? page.getByRole('banner') : page.getByRole('main');
      await place.getByRole('link', { name: way.replace('head: ', ''), exact: true }).click();
      await expect(page.getByLabel('Email address'), way).toHaveValue(email);
      expect(new URL(page.url()).searchParams.get('next'), way).toBe('/plans?plan=premium&interval=year');
    }
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await expectYearlyIsPaid(page, platform, 'premium');
  });
}

test('the plan and the email address survive a password reset in another tab', async ({ page, context, platform }) => {
  const { email } = await platform.register();
  await page.goto('/plans');
  await chooseYearly(page, 'Basic');
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(page.getByLabel('Email address')).toHaveValue(email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByText('Check your email')).toBeVisible();
  let link = '';
  await expect
    .poll(async () => {
      const mails = await platform.mailTo(email);
      link = mails.map(({ text }) => /https?:\/\/\S*\/reset-password\S*/.exec(text)?.[0]).find(Boolean) ?? '';
      return link;
    })
    .toContain(platform.origin);

  const other = await context.newPage();
  await other.goto(link);
  await other.getByRole('textbox', { name: 'New password' }).fill('quite another phrase');
  await other.getByRole('button', { name: 'Change password' }).click();
  await expect(title(other)).toHaveText('Sign in');
  await expect(other.getByLabel('Email address')).toHaveValue(email);
  await other.getByRole('textbox', { name: 'Password' }).fill('quite another phrase');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expectYearlyIsPaid(other, platform, 'basic');
});

test('the chosen plan survives going back from the checkout and a reload', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.goto('/plans?plan=premium');
  await chooseYearly(page, 'Basic');
  await expect(page.getByLabel('Card number')).toBeVisible();
  const expectChosen = async () => {
    await expect(page.getByRole('radio', { name: /^Yearly/ })).toBeChecked();
    await expect(page.getByRole('button', { name: 'Choose Basic' })).toHaveClass(/primary/);
    await expect(page.getByRole('button', { name: 'Choose Premium' })).not.toHaveClass(/primary/);
  };
  await page.goBack();
  await expectChosen();
  await page.getByRole('button', { name: 'Choose Basic' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page).toHaveURL(/\/plans/);
  await expectChosen();
  await page.reload();
  await expectChosen();
});

test('a promotion code in the URL survives registration, and an invalid one can be removed', async ({ page, platform }) => {
  await page.goto('/plans?promotion_code=NO-SUCH-CODE');
  await expect(page.getByText('Promotion code NO-SUCH-CODE')).toBeVisible();
  await chooseYearly(page, 'Premium');
  await fillIn(page, newEmail());
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('Promotion code NO-SUCH-CODE')).toBeVisible();
  await page.getByRole('button', { name: 'Choose Premium' }).click();
  await expect(page.getByRole('alert')).toContainText('Promotion code NO-SUCH-CODE can’t be used');
  await page.getByRole('button', { name: 'Remove code' }).click();
  await expect(page.getByText('Promotion code NO-SUCH-CODE can’t')).toHaveCount(0);
  await expectYearlyIsPaid(page, platform, 'premium');
});

test('a subscriber who chooses a plan is led to the same change of plan', async ({ page, platform }) => {
  const { email } = await platform.subscriber('basic');
  await page.goto('/plans');
  await chooseYearly(page, 'Premium');
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await fillIn(page, email);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Upgrade to Premium, billed yearly' }).click();
  await expect(page.getByRole('radio', { name: /^Yearly/ })).toBeChecked();
  await page.getByRole('button', { name: 'Upgrade to Premium, billed yearly' }).click();
  await expect(page.getByRole('dialog', { name: 'Upgrade to Premium, billed yearly' })).toBeVisible();
});

test('signing out clears the plan and the email address for the next person', async ({ pageOf, platform }) => {
  const person: Person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/plans');
  await page.getByRole('radio', { name: /^Yearly/ }).check({ force: true });
  await expect(page).toHaveURL(/interval=year/);
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await page.goto('/plans');
  await expect(page.getByRole('radio', { name: /^Monthly/ })).toBeChecked();
  await page.goto('/sign-in');
  await expect(page.getByLabel('Email address')).toHaveValue('');
});
