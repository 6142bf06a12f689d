// A television's remote control with only the arrows, OK and Back.
import { expect } from './test.ts';
import type { Page } from './test.ts';

/** The control that has focus. */
export const focused = (page: Page) => page.locator(':focus');

/** Presses a key, and expects a control on the screen to have visible focus afterwards. */
export async function press(
  page: Page,
  key: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' | 'Enter' | 'Backspace' | 'Escape',
): Promise<void> {
  await page.keyboard.press(key);
  await expectFocus(page);
}

export async function expectFocus(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(() => {
          const { activeElement: control } = document;
          if (!control || control === document.body) return 'nothing has focus';
          if (!control.matches('button, [role=slider]')) return 'focus is not on a control';
          const { left, right, top, bottom } = control.getBoundingClientRect();
          const isInside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
          if (!isInside) return `it is at ${left}, ${top} to ${right}, ${bottom}`;
          const parts = [control, ...control.querySelectorAll('.picture, .profile-picture')];
          const hasRing = parts.some((part) => getComputedStyle(part).boxShadow !== 'none');
          return hasRing ? 'a control on the screen' : 'focus is not visible';
        }),
      { message: 'focus is never lost, and visible' },
    )
    .toBe('a control on the screen');
}

/** The text of the control that has focus. */
export const words = async (page: Page) => (await focused(page).textContent()) ?? '';

export async function openHome(page: Page, path = '/tv'): Promise<void> {
  await page.goto(path);
  await expect(focused(page)).toHaveText('Play');
}
