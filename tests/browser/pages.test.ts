import { expectAccessible } from './support/accessible.ts';
import { expect, refusals, settled, test, title } from './support/test.ts';
import type { Page } from './support/test.ts';
import type { Person, Platform } from './support/platform.ts';

const WIDTHS = [
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

interface Shown {
  name: string;
  path: string | ((platform: Platform) => Promise<string>);
  /** The title, if it does not depend on the catalogue. */
  heading?: string | RegExp;
  /** The viewer; a visitor who is not signed in by default. */
  as?: (platform: Platform) => Promise<Person>;
  /** An error response that the page expects. */
  answers?: RegExp;
}

const viewer = (platform: Platform) => platform.register();
const admin = (platform: Platform) => platform.admin();
const premium = (platform: Platform) => platform.signIn('premium@marquee.test', 'marquee-demo');

const PAGES: Shown[] = [
  { name: 'landing', path: '/', heading: 'Films worth an evening.' },
  { name: 'browse', path: '/browse', heading: 'Browse' },
  { name: 'browse, nothing found', path: '/browse?q=zzzzzz', heading: 'Browse' },
  { name: 'series', path: async (platform) => `/series/${(await platform.api<{ id: string }[]>('GET', '/api/series', null))[0]?.id}` },
  { name: 'plans', path: '/plans', heading: 'Choose your plan' },
  { name: 'sign-in', path: '/sign-in', heading: 'Sign in' },
  { name: 'register', path: '/register', heading: 'Create your account' },
  { name: 'forgotten password', path: '/forgot-password', heading: 'Forgot your password?' },
  { name: 'reset password', path: '/reset-password?token=abc', heading: 'Choose a new password' },
  { name: 'reset password without a token', path: '/reset-password', heading: 'Choose a new password' },
  { name: 'unknown page', path: '/no/such/page', heading: 'Page not found' },
  { name: 'home', path: '/', as: premium },
  { name: 'home of a new viewer', path: '/', as: viewer },
  { name: 'video that may be watched', path: async (platform) => `/videos/${(await platform.video('premium')).id}`, as: premium },
  { name: 'video that needs a plan', path: async (platform) => `/videos/${(await platform.video('premium')).id}`, as: viewer },
  {
    name: 'series of a viewer',
    path: async (platform) => `/series/${(await platform.api<{ id: string }[]>('GET', '/api/series', null))[0]?.id}`,
    as: premium,
  },
  { name: 'my list, empty', path: '/my-list', heading: 'My list', as: viewer },
  { name: 'history', path: '/history', heading: 'History', as: premium },
  {
    name: 'player',
    path: async (platform) => `/watch/${(await platform.video('premium')).id}`,
    as: (platform) => platform.subscriber('premium'),
  },
  {
    name: 'player without a plan',
    path: async (platform) => `/watch/${(await platform.video('premium')).id}`,
    heading: 'Subscribe to watch this',
    as: viewer,
    answers: /^403 .*\/play/,
  },
  { name: 'return page', path: '/subscription/return', heading: 'Welcome to Premium', as: (platform) => platform.subscriber('premium') },
  { name: 'return page, waiting', path: '/subscription/return', heading: 'Confirming your payment', as: viewer },
  { name: 'account', path: '/account', heading: 'Subscription', as: premium },
  { name: 'account without a plan', path: '/account', heading: 'Subscription', as: viewer },
  { name: 'change of plan', path: '/account/plan', heading: 'Change plan', as: premium },
  { name: 'invoices', path: '/account/invoices', heading: 'Invoices', as: (platform) => platform.subscriber('basic') },
  { name: 'devices', path: '/account/devices', heading: 'Devices', as: viewer },
  { name: 'profile', path: '/account/profile', heading: 'Account details', as: viewer },
  { name: 'who is watching', path: '/profiles', heading: 'Who’s watching?', as: premium },
  { name: 'profiles', path: '/profiles/manage', heading: 'Manage profiles', as: premium },
  { name: 'operators: not for viewers', path: '/admin', heading: 'Access denied', as: viewer },
  { name: 'operators: dashboard', path: '/admin', heading: 'Dashboard', as: admin },
  { name: 'operators: videos', path: '/admin/videos', heading: 'Videos', as: admin },
  { name: 'operators: series', path: '/admin/series', heading: 'Series', as: admin },
  { name: 'operators: new video', path: '/admin/videos/new', heading: 'Add a video', as: admin },
  { name: 'operators: video', path: async (platform) => `/admin/videos/${(await platform.video('premium')).id}`, as: admin },
  { name: 'operators: members', path: '/admin/members', heading: 'Members', as: admin },
  {
    name: 'operators: member',
    path: async (platform) => `/admin/members/${(await platform.api<{ id: string }>('GET', '/api/auth/me', await premium(platform))).id}`,
    as: admin,
  },
  { name: 'operators: billing', path: '/admin/billing', heading: 'Billing', as: admin },
  { name: 'operators: audit', path: '/admin/audit', heading: 'Audit log', as: admin },
  { name: 'operators: drift', path: '/admin/billing/drift', heading: 'Billing', as: admin },
  { name: 'operators: unknown page', path: '/admin/no-such-room', heading: 'Page not found', as: admin },
  {
    name: 'operators: member that does not exist',
    path: '/admin/members/01990000-0000-7000-8000-000000000000',
    heading: 'Member not found',
    as: admin,
    answers: /^404 .*\/api\/admin\/members\//,
  },
  {
    name: 'operators: video that does not exist',
    path: '/admin/videos/01990000-0000-7000-8000-000000000000',
    heading: 'Video not found',
    as: admin,
  },
  {
    name: 'video that does not exist',
    path: '/videos/01990000-0000-7000-8000-000000000000',
    heading: 'Page not found',
    as: viewer,
    // The page itself, and the video.
    answers: /^404 .*\/videos\//,
  },
];

for (const { name, path, heading, as, answers } of PAGES) {
  test(`${name}: the page fits, is accessible and causes no errors, from 360 to 1920 px`, async ({ page, pageOf, platform }) => {
    const seen = as ? await pageOf(await as(platform)) : page;
    const refused = refusals(seen);
    const address = typeof path === 'string' ? path : await path(platform);
    const [narrowest] = WIDTHS;
    await seen.setViewportSize(narrowest);
    // The page is opened once and then resized, as when a phone is rotated.
    await seen.goto(address);
    for (const size of WIDTHS) {
      await test.step(`${size.width} px`, async () => {
        await seen.setViewportSize(size);
        await settled(seen);
        if (heading) await expect(title(seen)).toHaveText(heading);
        await picture(seen, name, `${size.width}`);
        await expectInPlace(seen);
        // The dark theme is checked at the narrowest width, the light theme below at the widest. No width in between has other elements.
        if (size === narrowest) await expectAccessible(seen);
      });
    }
    await test.step('light theme', async () => {
      await seen.emulateMedia({ colorScheme: 'light' });
      await picture(seen, name, '1920-light');
      await expectAccessible(seen);
      await seen.setViewportSize({ width: 820, height: 1180 });
      await settled(seen);
      await picture(seen, name, '820-light');
      await expectAccessible(seen);
    });
    expect(refused.filter((one) => !(answers?.test(one) || (answers && one.startsWith('Failed to load resource'))))).toEqual([]);
  });
}

async function picture(page: Page, name: string, variant: string): Promise<void> {
  await page.screenshot({ path: `output/pages/${name.replace(/\W+/g, '-')}-${variant}.png`, fullPage: true, animations: 'disabled' });
}

/** Expects that the page is no wider than the window. */
async function expectInPlace(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content, 'the width of the content').toBeLessThanOrEqual(window);
}
