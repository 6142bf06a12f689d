import { expectMoves, expectPlays, playing } from './support/player.ts';
import { PASSWORD } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';
import type { Locator, Page } from './support/test.ts';

const STEPS_MAX = 60;

/** Goes on by Tab until something has the focus, which can be seen; as somebody does who has no mouse. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      const seen = await wanted.evaluate((element) => {
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        return outlineStyle !== 'none' || boxShadow !== 'none';
      });
      expect(seen, 'the focus can be seen').toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`not reached by ${STEPS_MAX} times Tab: ${wanted}`);
}

async function press(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

test('the first Tab leads past the head of the page to its content', async ({ page }) => {
  await page.goto('/browse');
  await expect(title(page)).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
});

test('without a mouse: register, subscribe, play, pause, go on, and back', async ({ page, platform }) => {
  const video = await platform.video('basic');
  await page.goto(`/videos/${video.id}`);
  await press(page, page.getByRole('link', { name: 'Create an account' }));
  await expect(title(page)).toHaveText('Create your account');
  await tabTo(page, page.getByLabel('Email address'));
  await page.keyboard.type(`keys-${Date.now()}@example.com`);
  await tabTo(page, page.getByRole('textbox', { name: 'Password' }));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(title(page)).toHaveText(video.title);
  await press(page, page.getByRole('link', { name: 'Subscribe to watch' }));
  await press(page, page.getByRole('button', { name: 'Choose Basic' }));
  await tabTo(page, page.getByLabel('Card number'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type('4242424242424242');
  await page.keyboard.press('Enter');
  await expect(title(page)).toHaveText('Welcome to Basic');
  await press(page, page.getByRole('link', { name: 'Watch now' }));
  await press(page, page.getByRole('link', { name: 'Play', exact: true }));
  await expectPlays(page, 1);

  await page.keyboard.press('k');
  await expect.poll(async () => (await playing(page))?.paused).toBe(true);
  const stood = (await playing(page))?.at ?? 0;
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await playing(page))?.at ?? 0, { message: 'an arrow goes on' }).toBeGreaterThan(stood + 4);
  await page.keyboard.press('k');
  await expectMoves(page, 1);
  await press(page, page.getByRole('link', { name: 'Back to video details' }));
  await expect(title(page)).toHaveText(video.title);
});

test('a dialog keeps the focus, closes by Escape, and gives the focus back', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('basic'));
  await page.goto('/account');
  const cancel = page.getByRole('button', { name: 'Cancel subscription' });
  await press(page, cancel);
  const dialog = page.getByRole('dialog');
  await expect
    .poll(() => dialog.evaluate((element) => element.contains(document.activeElement)), { message: 'it takes the focus' })
    .toBe(true);
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab');
    expect(
      await dialog.evaluate(
        (element) =>
          element.contains(document.activeElement) ||
          document.activeElement === document.body ||
          document.activeElement?.hasAttribute('data-base-ui-focus-guard'),
      ),
    ).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(cancel).toBeFocused();
});

test('the account menu works by arrows and letters of the keyboard', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.goto('/browse');
  await press(page, page.getByRole('button', { name: 'Your account' }));
  await expect(page.getByRole('menuitem', { name: 'Account' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Your account' })).toBeFocused();
});

test('a new page is read from its beginning: it has the focus, and its own name', async ({ page }) => {
  await page.goto('/browse');
  await expect(title(page)).toHaveText('Browse');
  const before = await page.title();
  await press(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }));
  await expect(title(page)).toHaveText('Choose your plan');
  await expect(page.locator('#content')).toBeFocused();
  await expect(page).not.toHaveTitle(before);
});

test('who wants no motion gets none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const path of ['/', '/browse', '/plans', '/sign-in']) {
    await page.goto(path);
    await expect(title(page)).toBeVisible();
    const moving = await page.evaluate(
      () =>
        document.getAnimations().filter((one) => one.playState === 'running' && Number(one.effect?.getComputedTiming().duration ?? 0) > 50)
          .length,
    );
    expect(moving, `what moves on ${path}`).toBe(0);
  }
});
