import { expectAccessible } from './support/accessible.ts';
import { expect, test } from './support/test.ts';

interface Document {
  paths: Record<string, Record<string, { summary: string }>>;
}

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test('the API page lists every operation with its parameters and responses', async ({ page, request }) => {
      const { paths } = (await (await request.get('/api/openapi.json')).json()) as Document;
      const operations = Object.values(paths).flatMap((path) => Object.values(path));
      await page.goto('/docs');
      await expect(page.getByRole('heading', { level: 1, name: 'API' })).toBeVisible();
      const main = page.getByRole('main');
      await expect(main.locator('.opblock')).toHaveCount(operations.length);

      const login = main.getByRole('button', { name: /login Signs in/i });
      await login.click();
      await expect(login).toHaveAttribute('aria-expanded', 'true');
      const opened = main.locator('.opblock.is-open');
      await expect(opened.getByText('INVALID_CREDENTIALS').first()).toBeVisible();
      await expect(opened.getByText('device_name').first()).toBeVisible();
      await expectAccessible(page);
      await page.screenshot({ path: `output/pages/docs ${colorScheme}.png` });
    });
  });
}

test('the API page fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('/docs');
  await page
    .getByRole('main')
    .getByRole('button', { name: /login Signs in/i })
    .click();
  await expect(page.locator('.opblock.is-open').getByText('INVALID_CREDENTIALS').first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'nothing is cut off').toBe(0);
  await page.screenshot({ path: 'output/pages/docs on a phone.png' });
});

test('no other page loads the code of the API page', async ({ page }) => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.js')) scripts.push(new URL(request.url()).pathname);
  });
  await page.goto('/');
  await page.waitForLoadState('networkidle');
  expect(scripts.filter((path) => path.includes('docs-page'))).toEqual([]);
  await page.goto('/docs');
  await expect(page.locator('.opblock').first()).toBeVisible();
  expect(scripts.filter((path) => path.includes('docs-page')).length, 'the code is in a chunk of its own').toBe(1);
});
