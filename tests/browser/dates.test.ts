import { expectAccessible } from './support/accessible.ts';
import { countRequests, expect, test } from './support/test.ts';
import type { Locator, Page } from './support/test.ts';

const DAY_MILLISECONDS = 86_400_000;

/** Formats a date as the fields do. */
function written(date: Date): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(date);
}

const iso = (date: Date) => date.toISOString().slice(0, 10);
const opener = (place: Page | Locator) => place.getByRole('button', { name: /^Open calendar/ });
const calendarOf = (page: Page) => page.getByRole('dialog', { name: 'Calendar' });

/** The calendar's button for a day. */
function dayIn(page: Page, date: Date): Locator {
  const shape = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
  const name = new Intl.DateTimeFormat('en-GB', shape).format(date).replace(/^(\w+),? /, '$1,? ');
  return calendarOf(page).getByRole('button', { name: new RegExp(name) });
}

async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

test('a day can be typed in the usual formats, is validated, and is kept in the URL', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  const today = await platform.now();
  await page.clock.setFixedTime(today);
  const asked: string[] = [];
  page.on(
    'request',
    (request) => request.url().includes('/api/admin/audit') && asked.push(new URL(request.url()).searchParams.get('day') ?? ''),
  );
  await page.goto('/admin/audit');
  const field = page.getByLabel('Date (UTC)');
  await expect.poll(() => asked).toEqual(['']);
  for (const [typed, issue] of [
    ['11/12/2026', /Enter a date such as/],
    ['31 Feb 2026', /Enter a date such as/],
    [written(new Date(today.getTime() + DAY_MILLISECONDS)), /in the future/],
  ] as const) {
    await field.fill(typed);
    await expect(field).not.toHaveAttribute('aria-invalid', 'true');
    await field.press('Enter');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(issue);
  }
  expect(asked, 'no request is sent for an invalid day').toEqual(['']);

  await field.fill(iso(today));
  await field.press('Enter');
  await expect(page).toHaveURL(`/admin/audit?day=${iso(today)}`);
  await expect(field).toHaveValue(written(today));
  await field.fill('');
  await field.press('Tab');
  await expect(page, 'clearing the field removes the filter').toHaveURL('/admin/audit');
  await page.goBack();
  await expect(field, 'the back button brings the day back').toHaveValue(written(today));
  expect(asked.slice(0, 2)).toEqual(['', iso(today)]);
});

test('the calendar can be used with the keyboard and returns focus to its button', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.admin());
  // A month that begins and ends in the middle of a week.
  const today = new Date('2026-10-14T12:00:00Z');
  await page.clock.setFixedTime(today);
  await page.goto('/admin/billing');
  await page.getByLabel('Date (UTC)').focus();
  await page.keyboard.press('Tab');
  await expect(opener(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dayIn(page, today), 'today has focus when no day is selected').toBeFocused();
  await expectAccessibleInBothThemes(page);
  await expect(dayIn(page, new Date('2026-10-15T12:00:00Z')), 'tomorrow is disabled').toBeDisabled();
  await page.keyboard.press('Escape');
  await expect(calendarOf(page)).toHaveCount(0);
  await expect(opener(page)).toBeFocused();
  await expect(page).toHaveURL('/admin/billing');

  await page.keyboard.press('Enter');
  await expect(dayIn(page, today)).toBeFocused();
  await page.keyboard.press('PageUp');
  const before = new Date('2026-09-14T12:00:00Z');
  await expect(dayIn(page, before), 'the same day of the previous month').toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowUp');
  const chosen = new Date('2026-09-06T12:00:00Z');
  await expect(dayIn(page, chosen)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/admin/billing?day=${iso(chosen)}`);
  await expect(page.getByLabel('Date (UTC)')).toHaveValue('6 Sept 2026');
  await expect(calendarOf(page)).toHaveCount(0);
  await expect(opener(page)).toBeFocused();
  await expect(opener(page)).toHaveAccessibleName(/6 Sept 2026 selected/);
});

test('a day is chosen with the mouse, keeps its time, and cannot be in the past', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(await platform.admin());
  const today = new Date('2030-05-15T12:00:00Z');
  await page.clock.setFixedTime(today);
  await page.goto(`/admin/members?q=${encodeURIComponent(person.email)}`);
  await page.getByRole('link', { name: person.email }).click();
  await page.getByRole('button', { name: 'Give comp access' }).click();
  const dialog = page.getByRole('dialog', { name: 'Give comp access' });
  const until = dialog.getByLabel('Until');
  await opener(dialog).click();
  await expect(dayIn(page, new Date('2030-05-14T12:00:00Z'))).toBeDisabled();
  await expect(calendarOf(page).getByRole('button', { name: 'Previous month' })).toBeDisabled();
  await expectAccessibleInBothThemes(page);
  await calendarOf(page).getByRole('button', { name: 'Next month' }).click();
  await dayIn(page, new Date('2030-06-20T12:00:00Z')).click();
  await expect(calendarOf(page)).toHaveCount(0);
  await expect(until, 'the end of the day by default').toHaveValue('20 Jun 2030, 23:59');

  await until.fill('20 june 2030 9:15');
  await opener(dialog).click();
  await dayIn(page, new Date('2030-06-21T12:00:00Z')).click();
  await expect(until).toHaveValue('21 Jun 2030, 9:15');
  await opener(dialog).click();
  await page.keyboard.press('Escape');
  await expect(calendarOf(page)).toHaveCount(0);
  await expect(dialog, 'Escape closes the calendar but not the dialog below it').toBeVisible();

  await dialog.getByLabel('Reason').fill('Won the raffle');
  await dialog.getByRole('button', { name: 'Give Premium' }).click();
  await expect(page.getByText('Free access to Premium, until 21 Jun 2030, 09:15 UTC.')).toBeVisible();
  const { complimentary_until } = await platform.api<{ complimentary_until: string }>('GET', '/api/subscription', person);
  expect(new Date(complimentary_until)).toEqual(new Date('2030-06-21T09:15:00Z'));
});

test('an invalid or past time, and an error from the service, are shown at the field', async ({ pageOf, platform }) => {
  const person = await platform.register();
  const page = await pageOf(await platform.admin());
  const sent = countRequests(page, 'POST', /\/comp$/);
  await page.clock.setFixedTime(await platform.now());
  await page.goto(`/admin/members?q=${encodeURIComponent(person.email)}`);
  await page.getByRole('link', { name: person.email }).click();
  await page.getByRole('button', { name: 'Give comp access' }).click();
  const dialog = page.getByRole('dialog', { name: 'Give comp access' });
  const until = dialog.getByLabel('Until');
  await dialog.getByLabel('Reason').fill('Won the raffle');
  for (const [typed, issue] of [
    ['next week', /Enter a date and a time, such as/],
    ['20 Jun 2099', /Enter a date and a time, such as/],
    ['20 Jun 2020, 20:00', /is in the past/],
  ] as const) {
    await until.fill(typed);
    await dialog.getByRole('button', { name: 'Give Premium' }).click();
    await expect(until).toHaveAccessibleDescription(issue);
    await expect(until).toBeFocused();
  }
  expect(sent.count).toBe(0);

  await page.route(/\/comp$/, (route) =>
    route.fulfill({
      status: 400,
      json: {
        success: false,
        error: {
          code: 'VALIDATION_ERROR',
          message: 'The request is not valid.',
          details: [{ field: '$.until', issue: 'is too far away' }],
        },
      },
    }),
  );
  await until.fill('20 Jun 2099, 20:00');
  await dialog.getByRole('button', { name: 'Give Premium' }).click();
  await expect(until).toHaveAccessibleDescription(/^Is too far away\./);
  await expect(until).toBeFocused();
});
