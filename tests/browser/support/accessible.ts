import AxeBuilder from '@axe-core/playwright';
import { expect } from './test.ts';
import type { Page } from './test.ts';

/** Expects that axe finds no violations once all animations have ended. */
export async function expectAccessible(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(
          () =>
            document.getAnimations().filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
              .length,
        ),
      { message: 'all animations have ended' },
    )
    .toBe(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
  }));
  expect(found, 'violations that axe found').toEqual([]);
}
