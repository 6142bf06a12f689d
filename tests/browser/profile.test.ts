import type { Platform } from './support/platform.ts';
import { PASSWORD } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';

/** The path of the newest emailed link that confirms an address. */
async function linkTo(platform: Platform, email: string): Promise<string> {
  const paths = (await platform.mailTo(email)).map(({ text }) => /\/verify-email\?token=[\w-]+/.exec(text)?.[0]);
  const newest = paths.find(Boolean);
  if (!newest) throw new Error(`no link to ${email}`);
  return newest;
}

test('a name is saved, and an address applies once its link is confirmed', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  const address = `new-${person.email}`;
  await page.goto('/account/profile');
  await expect(page.getByText(`Please confirm your email address with the link that we sent to ${person.email}.`)).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Name saved')).toBeVisible();

  await page.getByLabel('New email address').fill(address);
  await page.getByLabel('Your password').fill('not the password');
  await page.getByRole('button', { name: 'Change email address' }).click();
  await expect(page.getByLabel('Your password')).toHaveAccessibleDescription(/incorrect/);
  await page.getByLabel('Your password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change email address' }).click();
  await expect(page.getByText(`Your account uses that address once you confirm it.`)).toBeVisible();
  expect(await platform.api('GET', '/api/auth/me', person)).toMatchObject({ email: person.email, name: 'Ada Lovelace' });

  const link = await linkTo(platform, address);
  await page.goto(link);
  await page.getByRole('button', { name: 'Confirm email address' }).click();
  await expect(title(page)).toHaveText('Email address confirmed');
  expect(await platform.api('GET', '/api/auth/me', person)).toMatchObject({ email: address, email_verified: true });
  await page.goto('/account/profile');
  await expect(page.getByText('Verified')).toBeVisible();
  await page.goto(link);
  await page.getByRole('button', { name: 'Confirm email address' }).click();
  await expect(page.getByRole('alert')).toContainText('This link has expired or was already used.');
});

test('everything that is stored about an account can be downloaded', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/account/profile');
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download my data' }).click();
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('my-data.json');
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ user: { email: person.email } });
});

test('an operator edits a member, signs them out and ends their subscription', async ({ pageOf, platform }) => {
  const person = await platform.subscriber('basic');
  const { id } = await platform.api<{ id: string }>('GET', '/api/auth/me', person);
  const page = await pageOf(await platform.signIn('admin@marquee.test', 'marquee-demo'));
  await page.goto(`/admin/members/${id}`);
  await expect(page.getByText('Email not confirmed')).toBeVisible();
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Notes').fill('Prefers to be called.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByLabel('Reason')).toHaveAccessibleDescription(/Enter a reason/);
  await dialog.getByLabel('Reason').fill('A call');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Prefers to be called.')).toBeVisible();

  await page.getByRole('button', { name: 'Sign out all devices' }).click();
  await dialog.getByLabel('Reason').fill('A stolen phone');
  await dialog.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('Not signed in on any device.')).toBeVisible();
  await expect(platform.api('GET', '/api/auth/me', person)).rejects.toThrow('401');

  await page.getByRole('button', { name: 'End subscription' }).click();
  await dialog.getByRole('radio', { name: 'Now', exact: true }).check();
  await dialog.getByLabel('Reason').fill('They asked us to');
  await dialog.getByRole('button', { name: 'End subscription' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('Cannot watch.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'End subscription' })).toHaveCount(0);
});
