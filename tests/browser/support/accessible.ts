import AxeBuilder from '@axe-core/playwright';
import { expect } from './test.ts';
import type { Page } from './test.ts';

/** That axe finds nothing, once whatever changes its colour or place has done so. */
export async function expectAccessible(page: Page): Promise<void> {
  await expect
    .poll(
      () =>
        page.evaluate(
          () =>
            document.getAnimations().filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity)
              .length,
        ),
      { message: 'nothing moves any more' },
    )
    .toBe(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    at: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
  }));
  expect(found, 'what axe finds').toEqual([]);
}
