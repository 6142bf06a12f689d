import { expectPlays, playing } from './support/player.ts';
import { PASSWORD } from './support/platform.ts';
import { countRequests, expect, test, title } from './support/test.ts';

test('a visitor registers, subscribes, watches, and resumes in another browser', async ({ page, pageOf, platform }) => {
  const video = await platform.video('premium');
  const email = `journey-${Date.now()}@example.com`;
  const plays = countRequests(page, 'GET', /\/play$/);

  await test.step('a film’s page leads through registration and back', async () => {
    await page.goto(`/videos/${video.id}`);
    await expect(title(page), 'a shared link shows the film').toHaveText(video.title);
    await page.getByRole('link', { name: 'Sign in to watch' }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(page).toHaveURL(`/videos/${video.id}`);
    await expect(title(page)).toHaveText(video.title);
  });

  await test.step('the only next step is to subscribe', async () => {
    await expect(page.getByRole('link', { name: 'Play' })).toHaveCount(0);
    await page.getByRole('link', { name: 'Subscribe to watch' }).click();
    await expect(page).toHaveURL(/\/plans\?plan=premium/);
    await page.getByRole('button', { name: 'Choose Premium' }).click();
    await page.waitForURL(new RegExp(`:${platform.port + 1}/`));
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.getByRole('button', { name: 'Pay' }).click();
  });

  await test.step('the return page confirms the plan and leads to the film', async () => {
    await expect(page).toHaveURL(/\/subscription\/return\?session_id=/);
    await expect(title(page)).toHaveText('Welcome to Premium');
    await page.getByRole('link', { name: 'Watch now' }).click();
    await expect(title(page)).toHaveText(video.title);
  });

  let stoppedAt = 0;
  await test.step('the film plays', async () => {
    expect(plays.count, 'no stream is started before the viewer plays').toBe(0);
    await page.getByRole('link', { name: 'Play', exact: true }).click();
    stoppedAt = await expectPlays(page, 5);
    expect(plays.count, 'one call starts playback').toBe(1);
    await page.getByRole('link', { name: 'Back to video details' }).click();
    await expect(page.getByRole('link', { name: /^Resume at 0:\d\d/ })).toBeVisible();
  });

  await test.step('another browser offers the film on the home page and resumes it', async () => {
    const other = await pageOf(await platform.signIn(email));
    await other.goto('/');
    const shelf = other.getByRole('region', { name: 'Continue watching' });
    await expect(shelf.getByRole('link')).toHaveCount(1);
    await shelf.getByRole('link', { name: video.title }).click();
    // Playback from the beginning would reach this position too, so check the first one.
    await expect.poll(async () => (await playing(other))?.at ?? 0).toBeGreaterThan(0);
    expect((await playing(other))?.at).toBeGreaterThan(stoppedAt - 2);
    await expectPlays(other, stoppedAt + 1);
  });
});

test('the sign-in page redirects a signed-in viewer to the next page', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.goto('/sign-in?next=%2Fplans');
  await expect(page).toHaveURL('/plans');
});

test('a malicious next path leads to the home page', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  for (const next of ['/.//evil.test', '/%2F/evil.test', '/\\evil.test', '//evil.test', '/\t/evil.test']) {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await expect(page, next).toHaveURL('/');
    await expect(page.getByRole('button', { name: 'Your account' }), next).toBeVisible();
  }
});

test('signing in never redirects to another site', async ({ page, platform }) => {
  const { email } = await platform.register();
  await page.goto('/sign-in?next=https%3A%2F%2Fexample.org%2F');
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: 'Your account' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(platform.origin);
});

test('signing out removes the viewer’s data from the browser and ends the session', async ({ pageOf, platform }) => {
  const person = await platform.register('Grace');
  const page = await pageOf(person);
  await page.goto('/');
  await page.getByRole('button', { name: 'Your account' }).click();
  await expect(page.getByText(person.email)).toBeVisible();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('You were signed out.')).toHaveCount(0);
  await expect
    .poll(() =>
      platform.api('GET', '/api/auth/me', person).then(
        () => 'open',
        () => 'over',
      ),
    )
    .toBe('over');
  await page.reload();
  await expect(page.getByText(person.email)).toHaveCount(0);
  expect(await page.evaluate(() => localStorage.getItem('marquee.token'))).toBeNull();
});

test('signing out does not wait for the response, and shows no notice of a lost session', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(person);
  await page.goto('/account/devices');
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/auth/logout', async (route) => {
    const response = await route.fetch();
    await held;
    await route.fulfill({ response });
  });
  const current = page.getByRole('listitem').filter({ hasText: 'This device' });
  await current.getByRole('button', { name: /^Sign out/ }).click();
  await expect
    .poll(() =>
      platform.api('GET', '/api/auth/me', person).then(
        () => 'open',
        () => 'over',
      ),
    )
    .toBe('over');
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  answer();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Email address')).toHaveValue('');
  await expect(page.getByText('You were signed out.')).toHaveCount(0);
});

test('a forgotten password is reset with the mailed link, which works once', async ({ page, platform }) => {
  const person = await platform.register();
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(title(page)).toHaveText('Forgot your password?');
  await page.getByLabel('Email address').fill(person.email);
  await page.getByRole('button', { name: 'Send link' }).click();
  await expect(page.getByText('Check your email')).toBeVisible();

  let link = '';
  await expect
    .poll(async () => {
      const mails = await platform.mailTo(person.email);
      link = mails.map(({ text }) => /https?:\/\/\S*\/reset-password\S*/.exec(text)?.[0]).find(Boolean) ?? '';
      return link;
    })
    .toContain(platform.origin);
  await page.goto(link);
  await page.getByRole('textbox', { name: 'New password' }).fill('quite another phrase');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page).toHaveURL('/sign-in');

  await page.getByLabel('Email address').fill(person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Incorrect email or password')).toBeVisible();
  await page.getByRole('textbox', { name: 'Password' }).fill('quite another phrase');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: 'Your account' })).toBeVisible();

  await test.step('the link does not work again', async () => {
    await page.goto(link);
    await page.getByRole('textbox', { name: 'New password' }).fill('a third phrase of mine');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('This link has expired')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Get a new link' })).toBeVisible();
  });
});
