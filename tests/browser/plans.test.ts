// The information about plans before paying.
import { expectAccessible } from './support/accessible.ts';
import type { Platform } from './support/platform.ts';
import { expect, settled, test, title } from './support/test.ts';

interface Plan {
  plan_type: 'basic' | 'premium';
  prices: { interval: 'month' | 'year'; amount: number; currency: string }[];
  stream_limit: number;
}

interface Category {
  count: number;
  by_plan: { free: number; basic: number; premium: number };
}

/** The plans from the API, as the page should show them. */
async function facts(platform: Platform, locale: string) {
  const plans = await platform.api<Plan[]>('GET', '/api/plans', null);
  const categories = await platform.api<Category[]>('GET', '/api/categories', null);
  const all = categories.reduce((sum, { count }) => sum + count, 0);
  const premium = categories.reduce((sum, { by_plan }) => sum + by_plan.premium, 0);
  expect(premium, 'the plans do not have the same titles').toBeGreaterThan(0);
  return plans.map(({ plan_type, prices, stream_limit }) => {
    const year = prices.find(({ interval }) => interval === 'year');
    if (!year) throw new Error(`${plan_type} has no price by the year`);
    const money = new Intl.NumberFormat(locale, { style: 'currency', currency: year.currency });
    return { plan_type, stream_limit, titles: plan_type === 'premium' ? all : all - premium, each: money.format(year.amount / 1200) };
  });
}

test('each plan shows its number of titles, screens and quality, and the monthly equivalent of a yearly price', async ({
  page,
  platform,
}) => {
  await page.goto('/plans?interval=year');
  await settled(page);
  for (const { plan_type, stream_limit, titles, each } of await facts(platform, 'en-GB')) {
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: plan_type }) });
    await expect(card).toContainText(`${titles} films and episodes`);
    await expect(card).toContainText(`Watch on ${stream_limit} screen`);
    await expect(card).toContainText('1080p');
    await expect(card).toContainText(`= ${each} a month, taxes included`);
  }
  await page.getByRole('radio', { name: 'Monthly' }).check();
  await expect(page.getByText('Taxes included', { exact: true })).toHaveCount(2);
  await expect(page.getByText(/= .* a month/), 'what is paid by the month has no share').toHaveCount(0);
});

test('questions expand in place, also by keyboard, and the page has no accessibility violations', async ({ page }) => {
  await page.goto('/plans');
  await settled(page);
  const questions = page.getByRole('region', { name: 'Questions and answers' });
  const answer = questions.getByText(/keep watching until the end of the period/);
  await expect(answer).toBeHidden();
  await questions.getByText('Can I cancel anytime?').focus();
  await page.keyboard.press('Enter');
  await expect(answer).toBeVisible();
  for (const question of ['Is there a free trial?', 'Can I change my plan later?', 'How can I pay?', 'Are taxes included?'])
    await questions.getByText(question).click();
  await expect(questions.getByText(/by card/i)).toBeVisible();
  await expectAccessible(page);
});

test('the plans are shown without the number of titles if that is unavailable', async ({ page }) => {
  await page.route('**/api/categories', (route) => route.fulfill({ status: 400, json: { success: false } }));
  await page.goto('/plans');
  await expect(title(page)).toHaveText('Choose your plan');
  await expect(page.getByText('The whole catalog', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose Premium' })).toBeEnabled();
});

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('amounts and texts of the plans are German', async ({ page, platform }) => {
    await page.goto('/plans?interval=year');
    await settled(page);
    for (const { each } of await facts(platform, 'de-DE'))
      await expect(page.getByText(`= ${each} im Monat, inklusive Steuern`)).toBeVisible();
    await page.getByText('Wie kann ich zahlen?').click();
    await expect(page.getByText(/^Mit Karte/)).toBeVisible();
  });
});
