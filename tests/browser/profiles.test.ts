// Who is watching: the profiles of an account.
import { expectAccessible } from './support/accessible.ts';
import { PASSWORD } from './support/platform.ts';
import type { Platform, Video } from './support/platform.ts';
import { addProfile, as, profilesOf } from './support/profiles.ts';
import { expect, settled, test, title } from './support/test.ts';
import type { Page, Person } from './support/test.ts';

const menu = (page: Page) => page.getByRole('button', { name: 'Your account' });
const main = (page: Page) => page.getByRole('main');
const dialog = (page: Page) => page.getByRole('dialog');
const tokenOf = (page: Page) => page.evaluate(() => localStorage.getItem('marquee.token'));
/** The card of a profile on the page that asks who is watching. */
const card = (page: Page, name: string) => main(page).getByRole('button', { name: new RegExp(`^${name}\\b`) });

async function signIn(page: Page, { email }: Person, path = '/sign-in'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await main(page).getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function expectToWatchAs(page: Page, name: string): Promise<void> {
  await menu(page).click();
  await expect(page.getByRole('menu').getByText(name, { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
}

/** An account with a second profile, Kim, whose list has a film. The account's first profile has another film on its list. */
async function withLists(platform: Platform): Promise<{ person: Person; kim: Person; own: Video; hers: Video }> {
  const person = await platform.register('Ada');
  const kim = await as(platform, person, await addProfile(platform, person, { name: 'Kim' }));
  const [own, hers] = (await platform.api<Video[]>('GET', '/api/videos?sort=title&limit=100', null)).filter(({ series_id }) => !series_id);
  if (!own || !hers) throw new Error('too few films');
  await platform.api('PUT', `/api/watchlist/${own.id}`, person);
  await platform.api('PUT', `/api/watchlist/${hers.id}`, kim);
  return { person, kim, own, hers };
}

test('signing in asks who is watching, and then leads to where the viewer wanted to go', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim' });
  await signIn(page, person, '/sign-in?next=/history');
  await expect(title(page)).toHaveText('Who’s watching?');
  await expect(card(page, 'Ada')).toBeVisible();
  await expect(menu(page), 'there is no way round').toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Main' })).toHaveCount(0);
  await expectAccessible(page);
  await card(page, 'Kim').click();
  await expect(page).toHaveURL('/history');
  await expectToWatchAs(page, 'Kim');
});

test('nothing else is shown before a profile is chosen, even after a reload', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim' });
  await signIn(page, person);
  await expect(title(page)).toHaveText('Who’s watching?');
  await page.goto('/my-list');
  await expect(page).toHaveURL('/profiles?next=%2Fmy-list');
  await page.reload();
  await card(page, 'Ada').click();
  await expect(page).toHaveURL('/my-list');
  await page.goto('/history');
  await expect(page).toHaveURL('/history');
});

test('an account with one profile is not asked', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  const visited: string[] = [];
  page.on('framenavigated', (frame) => visited.push(new URL(frame.url()).pathname));
  await signIn(page, person, '/sign-in?next=/history');
  await expect(page).toHaveURL('/history');
  expect(visited).not.toContain('/profiles');
  await expectToWatchAs(page, 'Ada');
});

test('a viewer who cannot choose a profile can sign out', async ({ page, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim', pin: '2468' });
  await signIn(page, person);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  expect(await tokenOf(page)).toBeNull();
});

test('a PIN is entered by keyboard, wrong ones are reported, and too many are refused', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim', pin: '2468' });
  const page = await pageOf(person);
  await page.goto('/profiles?next=/my-list');
  const before = await tokenOf(page);
  await card(page, 'Kim').focus();
  await page.keyboard.press('Enter');
  const pin = dialog(page).getByLabel('PIN', { exact: true });
  await expect(pin).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type('12x3');
  await expect(pin, 'only digits').toHaveValue('123');
  await page.keyboard.press('Enter');
  await expect(pin).toHaveAccessibleDescription(/Enter the four digits/);
  await pin.fill('1111');
  await page.keyboard.press('Enter');
  await expect(pin).toHaveAccessibleDescription(/Wrong PIN/);
  await expect(pin, 'it is typed anew').toHaveValue('');
  await expect(pin).toBeFocused();
  for (let wrong = 1; wrong < 5; wrong += 1) {
    const answer = page.waitForResponse(/\/select$/);
    await pin.fill('1111');
    await page.keyboard.press('Enter');
    expect((await answer).status()).toBe(401);
    await expect(pin).toHaveValue('');
  }
  await pin.fill('2468');
  await page.keyboard.press('Enter');
  await expect(pin).toHaveAccessibleDescription(/Too many wrong PINs\. Try again in \d+ minutes?\./);
  expect(await tokenOf(page), 'the profile stays the same').toBe(before);
  await expect(page).toHaveURL('/profiles?next=/my-list');

  await platform.advance({ minutes: 16 });
  await pin.fill('2468');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/my-list');
  await expectToWatchAs(page, 'Kim');
});

test('profiles can be added, changed and, after a confirmation, deleted', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  const page = await pageOf(person);
  await page.goto('/');
  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Manage profiles' }).click();
  await page.getByRole('button', { name: 'Add profile' }).click();
  await dialog(page).getByRole('button', { name: 'Add profile' }).click();
  const name = dialog(page).getByLabel('Name');
  await expect(name).toHaveAccessibleDescription(/Enter a name/);
  await name.fill('ada');
  await page.keyboard.press('Enter');
  await expect(name).toHaveAccessibleDescription(/Another profile has this name/);
  await name.fill('Kim');
  await dialog(page).getByRole('radio', { name: 'Kite' }).check();
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Kim' })).toBeVisible();
  expect(await profilesOf(platform, person)).toMatchObject([{ name: 'Ada' }, { name: 'Kim', avatar: 'kite', age_limit: null }]);

  await page.getByRole('button', { name: 'Edit Kim' }).click();
  await name.fill('Kimberly');
  await dialog(page).getByRole('combobox').click();
  await page.getByRole('option', { name: 'Kids, up to 6' }).click();
  await expect(dialog(page).getByLabel('Your password'), 'less needs no password').toHaveCount(0);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(main(page).getByText('Kids, up to 6')).toBeVisible();

  await page.getByRole('button', { name: 'Edit Kimberly' }).click();
  await dialog(page).getByRole('combobox').click();
  await page.getByRole('option', { name: 'Kids, up to 12' }).click();
  const password = dialog(page).getByLabel('Your password');
  await password.fill('not the password');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(password).toHaveAccessibleDescription(/incorrect/);
  expect((await profilesOf(platform, person))[1]).toMatchObject({ name: 'Kimberly', age_limit: 6 });
  await password.fill(PASSWORD);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(main(page).getByText('Kids, up to 12')).toBeVisible();

  await page.getByRole('button', { name: 'Edit Kimberly' }).click();
  await dialog(page).getByRole('combobox').click();
  await page.getByRole('option', { name: 'Kids, up to 9' }).click();
  await expect(password, 'a lower limit needs no password').toHaveCount(0);
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(main(page).getByText('Kids, up to 9')).toBeVisible();

  await expect(page.getByRole('button', { name: 'Delete Ada' }), 'the first profile stays').toHaveCount(0);
  await page.getByRole('button', { name: 'Delete Kimberly' }).click();
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  expect(await profilesOf(platform, person)).toHaveLength(2);
  await page.getByRole('button', { name: 'Delete Kimberly' }).click();
  await dialog(page).getByRole('button', { name: 'Delete profile' }).click();
  await expect(page.getByRole('heading', { name: 'Kimberly' })).toHaveCount(0);
  expect(await profilesOf(platform, person)).toHaveLength(1);
});

test('an account with five profiles can have no more', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  for (const name of ['One', 'Two', 'Three', 'Four']) await addProfile(platform, person, { name });
  const page = await pageOf(person);
  await page.goto('/profiles/manage');
  await expect(page.getByText('An account can have 5 profiles.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Add profile' })).toHaveCount(0);
});

test('a PIN is set, changed and removed with the password of the account', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  const kim = await addProfile(platform, person, { name: 'Kim' });
  const page = await pageOf(person);
  await page.goto('/profiles/manage');
  await page.getByRole('button', { name: 'Set PIN: Kim' }).click();
  await dialog(page).getByLabel('New PIN').fill('2468');
  const password = dialog(page).getByLabel('Your password');
  await password.fill('not the password');
  await page.keyboard.press('Enter');
  await expect(password).toHaveAccessibleDescription(/incorrect/);
  await password.fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText('PIN saved')).toBeVisible();
  await expect(page.getByText('With PIN')).toBeVisible();
  await expect(as(platform, person, kim)).rejects.toThrow('401');

  await page.getByRole('button', { name: 'Change PIN: Kim' }).click();
  await dialog(page).getByRole('radio', { name: 'Remove PIN' }).check();
  await expect(dialog(page).getByLabel('New PIN')).toHaveCount(0);
  await password.fill(PASSWORD);
  await dialog(page).getByRole('button', { name: 'Remove PIN' }).click();
  await expect(page.getByText('PIN removed')).toBeVisible();
  await as(platform, person, kim);
});

test('a kids profile shows only titles for its age, and neither payments nor the account', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  await addProfile(platform, person, { name: 'Kim', age_limit: 6 });
  const page = await pageOf(person);
  const asked: URL[] = [];
  await page.goto('/profiles?next=/browse');
  page.on('request', (request) => asked.push(new URL(request.url())));
  await card(page, 'Kim').click();
  await expect(page).toHaveURL('/browse');
  await settled(page);
  const lists = asked.filter(({ pathname }) => /^\/api\/(videos|series|categories)$/.test(pathname));
  expect(lists.length).toBeGreaterThan(0);
  for (const list of lists) expect(list.searchParams.get('max_age'), list.href).toBe('6');
  const all = await platform.api<Video[]>('GET', '/api/videos?limit=100', null);
  const allowed = new Set((await platform.api<Video[]>('GET', '/api/videos?limit=100&max_age=6', null)).map(({ id }) => id));
  const refused = all.filter(({ id, series_id }) => !allowed.has(id) && !series_id);
  expect(refused.length, 'not everything is for children').toBeGreaterThan(0);
  for (const film of refused) await expect(main(page).getByRole('link', { name: film.title, exact: true })).toHaveCount(0);

  await expect(page.getByRole('link', { name: /^Plans/ })).toHaveCount(0);
  await menu(page).click();
  await expect(page.getByRole('menuitem', { name: 'Switch profile' })).toBeVisible();
  for (const name of ['Account', 'Devices', 'Account details', 'Manage profiles']) {
    await expect(page.getByRole('menuitem', { name, exact: true }), name).toHaveCount(0);
  }
  for (const path of ['/account', '/account/profile', '/plans', '/profiles/manage', '/link']) {
    await page.goto(path);
    await expect(title(page), path).toHaveText('Not available in this profile');
  }
  await page.goto('/account/invoices');
  await main(page).getByRole('link', { name: 'Switch profile' }).click();
  await expect(title(page)).toHaveText('Who’s watching?');
  await expect(page.getByRole('link', { name: 'Manage profiles' })).toHaveCount(0);
  await card(page, 'Ada').click();
  await expect(page).toHaveURL('/account/invoices');
  await expect(title(page)).toHaveText('Invoices');
});

test('a film above a kids profile’s age limit says so, and offers to switch profiles instead of a plan', async ({ pageOf, platform }) => {
  const person = await platform.register('Ada');
  const kim = await as(platform, person, await addProfile(platform, person, { name: 'Kim', age_limit: 0 }));
  const allowed = new Set((await platform.api<Video[]>('GET', '/api/videos?limit=100&max_age=0', null)).map(({ id }) => id));
  const film = (await platform.api<Video[]>('GET', '/api/videos?required_plan=free&limit=100', null)).find(({ id }) => !allowed.has(id));
  if (!film) throw new Error('every film is for children');
  const page = await pageOf(kim);
  await page.goto(`/videos/${film.id}`);
  await expect(page.getByText('Not available in this profile')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Switch profile' })).toBeVisible();
  await expect(page.getByRole('link', { name: /Play|Subscribe|Upgrade/ })).toHaveCount(0);
  await page.goto(`/watch/${film.id}`);
  await expect(title(page)).toHaveText('Not available in this profile');
  await expect(page.getByRole('link', { name: 'Go to home page' })).toBeVisible();
  await page.goto('/browse');
  await expect(page.getByRole('group', { name: 'Category' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Plan' }), 'plans are not for kids to choose').toHaveCount(0);
});

test('after switching, nothing of the other profile is shown, in this tab or another one', async ({ pageOf, platform }) => {
  const { person, own, hers } = await withLists(platform);
  const page = await pageOf(person);
  await page.goto('/my-list');
  await expect(main(page).getByText(own.title)).toBeVisible();
  const tab = await page.context().newPage();
  await tab.goto('/my-list');
  await expect(main(tab).getByText(own.title)).toBeVisible();

  await menu(page).click();
  await page.getByRole('menuitem', { name: 'Switch profile' }).click();
  await expect(card(page, 'Ada')).toHaveAttribute('aria-current', 'true');
  // Until Kim's list arrives, Ada's must not be shown in its place.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route(/\/api\/watchlist/, async (route) => {
    await held;
    await route.fallback();
  });
  await card(page, 'Kim').click();
  await expect(page).toHaveURL('/my-list');
  for (const each of [page, tab]) {
    await expect(title(each)).toHaveText('My list');
    await expect(main(each).getByText(own.title)).toHaveCount(0);
  }
  const kept = () => page.evaluate(() => localStorage.getItem('marquee.lists') ?? '');
  await expect.poll(kept, { message: 'the lists for offline use are not Ada’s' }).not.toContain(own.id);
  release();
  for (const each of [page, tab]) {
    await expect(main(each).getByText(hers.title)).toBeVisible();
    await expect(main(each).getByText(own.title)).toHaveCount(0);
  }
  await expect.poll(kept, { message: 'the lists for offline use are Kim’s' }).toContain(hers.id);
  expect(await kept()).not.toContain(own.id);
});

test('when the profile is deleted on another device, the app asks who is watching', async ({ pageOf, platform }) => {
  const { person, kim, own, hers } = await withLists(platform);
  const page = await pageOf(kim);
  await page.goto('/my-list');
  await expect(main(page).getByText(hers.title)).toBeVisible();
  const [, profile] = await profilesOf(platform, person);
  await platform.api('DELETE', `/api/profiles/${profile?.id ?? ''}`, person);
  await page.goto('/my-list');
  await expect(title(page)).toHaveText('Who’s watching?');
  await expect(card(page, 'Kim')).toHaveCount(0);
  await card(page, 'Ada').click();
  await expect(page).toHaveURL('/my-list');
  await expect(main(page).getByText(own.title)).toBeVisible();
  await expect(main(page).getByText(hers.title)).toHaveCount(0);
});
