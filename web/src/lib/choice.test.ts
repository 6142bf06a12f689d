import { describe, expect, it } from 'vitest';
import { choiceOf, plansPath } from './choice';

const read = (path: string) => choiceOf(new URL(path, 'http://app.test').searchParams);

describe('a chosen plan', () => {
  it('survives formatting and parsing in the URL', () => {
    for (const choice of [
      {},
      { plan: 'basic' },
      { plan: 'premium', interval: 'year' },
      { interval: 'year' },
      { promotion_code: 'A&B=1 ü' },
      { plan: 'premium', interval: 'month', promotion_code: 'SPRING' },
    ] as const) {
      expect(read(plansPath(choice))).toEqual(choice);
    }
  });

  it('omits invalid plans, intervals and codes', () => {
    expect(read('/plans?plan=gold&interval=decade&promotion_code=%20')).toEqual({});
    expect(read(`/plans?promotion_code=${'x'.repeat(500)}`).promotion_code).toHaveLength(100);
  });
});
