// Choosing a profile on a television, using only the arrows, OK, Back and digits.
import { expectAccessible } from './support/accessible.ts';
import { addProfile, as } from './support/profiles.ts';
import { expectFocus, focused, openHome, press, words } from './support/remote.ts';
import { expect, test } from './support/test.ts';
import type { Page } from './support/test.ts';

test.use({ viewport: { width: 1920, height: 1080 } });

const question = (page: Page) => page.getByRole('heading', { name: 'Who’s watching?' });
const profileOf = (page: Page) =>
  page.evaluate(() => (JSON.parse(atob(localStorage.getItem('marquee.token')?.split('.')[1] ?? '')) as { profile?: string }).profile);

/** Moves along a row to the control with a text. */
async function moveTo(page: Page, key: 'ArrowLeft' | 'ArrowRight', text: string): Promise<void> {
  for (let step = 0; step < 6 && !(await words(page)).includes(text); step += 1) await press(page, key);
  await expect(focused(page)).toContainText(text);
}

test('after pairing a television asks who is watching, and asks again after a restart', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  const kim = await addProfile(platform, person, { name: 'Kim' });
  await page.goto('/tv');
  const code = (await page.locator('.code').textContent()) ?? '';
  await platform.api('POST', '/api/auth/device/approve', person, { user_code: code, approve: true });
  await expect(question(page)).toBeVisible();
  await expect(focused(page)).toContainText('Ada');
  await expectFocus(page);
  await expectAccessible(page);

  await page.goto('/tv/search');
  await expect(question(page)).toBeVisible();
  await moveTo(page, 'ArrowRight', 'Kim');
  await press(page, 'Enter');
  await expect(focused(page)).toHaveText('Play');
  expect(await profileOf(page)).toBe(kim.id);
  await openHome(page);
});

test('an account with one profile is not asked after pairing', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  await page.goto('/tv');
  const code = (await page.locator('.code').textContent()) ?? '';
  await platform.api('POST', '/api/auth/device/approve', person, { user_code: code, approve: true });
  await expect(focused(page)).toHaveText('Play');
  await expect(question(page)).toHaveCount(0);
});

test('the menu leads to the profiles, where a PIN is typed with digits or on the screen', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  const kim = await addProfile(platform, person, { name: 'Kim', pin: '2580' });
  const page = await pageOf(person);
  await openHome(page);
  await press(page, 'ArrowUp');
  await moveTo(page, 'ArrowRight', 'Switch profile');
  await press(page, 'Enter');
  await expect(focused(page)).toContainText('Ada');
  await moveTo(page, 'ArrowRight', 'Kim');
  await press(page, 'Enter');
  await expect(page.getByRole('heading', { name: 'PIN for Kim' })).toBeVisible();
  await expect(focused(page)).toHaveText('5');
  await expectAccessible(page);
  await press(page, 'Backspace');
  await expect(focused(page), 'Back returns to the profile').toContainText('Kim');
  await press(page, 'Enter');
  await expect(focused(page)).toHaveText('5');

  for (const digit of '1234') await page.keyboard.press(digit);
  await expect(page.getByText('Wrong PIN. Try again.')).toBeVisible();
  await expect(page.getByRole('status')).toHaveAccessibleName('0 of 4 digits');
  expect(await profileOf(page)).toBeUndefined();

  for (const key of ['ArrowUp', 'Enter', 'ArrowDown', 'Enter', 'ArrowDown', 'Enter'] as const) await press(page, key);
  await expect(page.getByRole('status')).toHaveAccessibleName('3 of 4 digits');
  await press(page, 'ArrowDown');
  await expect(focused(page)).toHaveText('0');
  await press(page, 'Enter');
  await expect(focused(page)).toHaveText('Play');
  expect(await profileOf(page)).toBe(kim.id);
});

test('after switching on a television, nothing of the other profile is shown', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim' });
  const film = await platform.video('free');
  await platform.api('PUT', `/api/watchlist/${film.id}`, person);
  const page = await pageOf(person);
  await openHome(page);
  const list = page.getByRole('group', { name: 'My list' });
  await expect(list).toHaveCount(1);
  await press(page, 'ArrowUp');
  await moveTo(page, 'ArrowRight', 'Switch profile');
  await press(page, 'Enter');
  await moveTo(page, 'ArrowRight', 'Kim');
  // Until Kim's home arrives, Ada's must not be shown in its place.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/api\/home/, async (route) => {
    await held;
    await route.fallback();
  });
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status')).toHaveText('Loading');
  await expect(list).toHaveCount(0);
  release();
  await expect(focused(page)).toHaveText('Play');
  await expect(list).toHaveCount(0);
});

test('a television whose profile was deleted asks who is watching', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  const profile = await addProfile(platform, person, { name: 'Kim' });
  const page = await pageOf(await as(platform, person, profile));
  await openHome(page);
  await platform.api('DELETE', `/api/profiles/${profile.id}`, person);
  await press(page, 'ArrowUp');
  await press(page, 'ArrowRight');
  await press(page, 'Enter');
  await expect(question(page)).toBeVisible();
  await expect(focused(page)).toContainText('Ada');
  await press(page, 'Enter');
  await expect(focused(page)).toHaveText('Play');
  expect(await profileOf(page)).toBeUndefined();
});
