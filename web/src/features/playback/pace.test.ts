import { describe, expect, it } from 'vitest';
import { Pace } from './pace';

describe('Pace', () => {
  it('allows so many in a time, and again when it has passed', () => {
    const pace = new Pace(2, 1000);
    expect([pace.allows(0), pace.allows(10), pace.allows(20)]).toEqual([true, true, false]);
    expect(pace.allows(1005)).toBe(true);
    expect(pace.allows(1006)).toBe(false);
  });
});
