// Signing in a television with the code that it shows.
import { expectAccessible } from './support/accessible.ts';
import { PASSWORD } from './support/platform.ts';
import type { Platform } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';

interface Codes {
  device_code: string;
  user_code: string;
}

const start = (platform: Platform, device_name = 'Living room television') =>
  platform.api<Codes>('POST', '/api/auth/device/code', null, { device_name });

/** Asks as the television does: its token, or the code of the refusal. */
async function poll(platform: Platform, { device_code }: Codes): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${platform.origin}/api/auth/device/token`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ device_code }),
  });
  const { data, error } = (await answer.json()) as { data?: { token: string }; error?: { code: string } };
  return data?.token ?? error?.code ?? '';
}

test('a code typed in lower case with a dash shows the device, and approving it signs it in', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  const codes = await start(platform);
  await page.goto('/link');
  await expect(title(page)).toHaveText('Sign in a device');
  const { user_code } = codes;
  await page.getByLabel('Code').fill(`${user_code.slice(0, 4)}-${user_code.slice(4)}`.toLowerCase());
  await page.getByRole('button', { name: 'Continue' }).click();

  await expect(title(page)).toHaveText('Sign in this device?');
  await expect(page.getByText('Living room television')).toBeVisible();
  await expect(page.getByText(`${user_code.slice(0, 4)}-${user_code.slice(4)}`)).toBeVisible();
  await expect(page.getByText('Your network (127.0.0.1)')).toBeVisible();
  await expectAccessible(page);
  expect(await poll(platform, codes), 'nothing is approved yet').toBe('AUTHORIZATION_PENDING');
  await page.getByRole('button', { name: 'Approve' }).click();

  await expect(title(page)).toHaveText('You’re all set');
  const token = await poll(platform, codes);
  expect(await platform.api('GET', '/api/auth/me', { email: person.email, token })).toMatchObject({ email: person.email });
  await page.getByRole('link', { name: 'See your devices' }).click();
  await expect(page.getByText('Living room television')).toBeVisible();
});

test('a refused device is not signed in', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const codes = await start(platform);
  await page.goto(`/link?code=${codes.user_code}`);
  await page.getByRole('button', { name: 'Don’t sign in' }).click();

  await expect(title(page)).toHaveText('Not signed in');
  expect(await poll(platform, codes)).toBe('ACCESS_DENIED');
});

test('the address of the QR code survives signing in', async ({ page, platform }) => {
  const person = await platform.register();
  const codes = await start(platform);
  await page.goto(`/link?code=${codes.user_code}`);
  await expect(title(page)).toHaveText('Sign in');
  await page.getByLabel('Email address').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.keyboard.press('Enter');

  await expect(title(page)).toHaveText('Sign in this device?');
  await expect(page.getByText('Living room television')).toBeVisible();
});

test('a wrong code can be corrected, and what cannot be a code is not sent', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const codes = await start(platform);
  let asked = 0;
  page.on('request', (request) => (asked += request.url().endsWith('/api/auth/device/approve') ? 1 : 0));
  await page.goto('/link?code=AEIOU');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('Enter the eight letters that the device shows')).toBeVisible();
  await expect(page.getByLabel('Code')).toBeFocused();
  expect(asked).toBe(0);

  await page.getByLabel('Code').fill('ABCD-EFGH');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This code is not valid. Compare it with the one on the device.')).toBeVisible();
  expect(asked).toBe(0);

  await page.getByLabel('Code').fill('BCDFGHJK');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^No device is waiting with this code/)).toBeVisible();
  await expectAccessible(page);
  expect(asked, 'a wrong code is not retried: it counts as a guess').toBe(1);

  await page.getByLabel('Code').fill(codes.user_code);
  await page.keyboard.press('Enter');
  await expect(title(page)).toHaveText('Sign in this device?');
});

test('a code that expires on the page is not approved', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  const codes = await start(platform);
  await page.goto(`/link?code=${codes.user_code}`);
  await expect(title(page)).toHaveText('Sign in this device?');
  await platform.advance({ minutes: 11 });
  await page.getByRole('button', { name: 'Approve' }).click();

  await expect(page.getByRole('alert')).toHaveText('This code has expired. Get a new one on the device.');
  expect(await poll(platform, codes)).toBe('EXPIRED_TOKEN');
});
