import { expectMoves, expectPlays, playing } from './support/player.ts';
import { PASSWORD } from './support/platform.ts';
import { expect, test, title } from './support/test.ts';
import type { Locator, Page } from './support/test.ts';

const STEPS_MAX = 60;

/** Presses Tab until an element has focus, and expects a visible focus indicator. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      const seen = await wanted.evaluate((element) => {
        const { outlineStyle, boxShadow } = getComputedStyle(element);
        return outlineStyle !== 'none' || boxShadow !== 'none';
      });
      expect(seen, 'the focus is visible').toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`not focused after ${STEPS_MAX} presses of Tab: ${wanted}`);
}

async function press(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press('Enter');
}

test('the first Tab offers to skip to the content', async ({ page }) => {
  await page.goto('/browse');
  await expect(title(page)).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#content')).toBeFocused();
});

test('a visitor can register, subscribe and watch with the keyboard alone', async ({ page, platform }) => {
  const video = await platform.video('basic');
  await page.goto(`/videos/${video.id}`);
  await press(page, page.getByRole('link', { name: 'Sign in to watch' }));
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
  await expect.poll(async () => (await playing(page))?.at ?? 0, { message: 'the right arrow seeks forward' }).toBeGreaterThan(stood + 4);
  await page.keyboard.press('k');
  await expectMoves(page, 1);
  await press(page, page.getByRole('link', { name: 'Back to video details' }));
  await expect(title(page)).toHaveText(video.title);
});

test('a dialog traps focus, closes with Escape, and returns focus', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.subscriber('basic'));
  await page.goto('/account');
  const cancel = page.getByRole('button', { name: 'Cancel subscription' });
  await press(page, cancel);
  const dialog = page.getByRole('dialog');
  await expect
    .poll(() => dialog.evaluate((element) => element.contains(document.activeElement)), { message: 'the dialog takes focus' })
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

test('the account menu can be used with the keyboard', async ({ pageOf, platform }) => {
  const page = await pageOf(await platform.register());
  await page.goto('/browse');
  await press(page, page.getByRole('button', { name: 'Your account' }));
  await expect(page.getByRole('menuitem', { name: 'Switch profile' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Your account' })).toBeFocused();
});

test('a new page takes focus and has its own title', async ({ page }) => {
  await page.goto('/browse');
  await expect(title(page)).toHaveText('Browse');
  const before = await page.title();
  await press(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Plans' }));
  await expect(title(page)).toHaveText('Choose your plan');
  await expect(page.locator('#content')).toBeFocused();
  await expect(page).not.toHaveTitle(before);
});

test('nothing moves when the system asks for reduced motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const path of ['/', '/browse', '/plans', '/sign-in']) {
    await page.goto(path);
    await expect(title(page)).toBeVisible();
    const moving = await page.evaluate(
      () =>
        document.getAnimations().filter((one) => one.playState === 'running' && Number(one.effect?.getComputedTiming().duration ?? 0) > 50)
          .length,
    );
    expect(moving, `running animations on ${path}`).toBe(0);
  }
});
