import { describe, expect, it } from 'vitest';
import { expectedRate } from './rate';

describe('expectedRate', () => {
  it('is half of what the last film measured', () => {
    expect(expectedRate(4_000_000, null)).toBe(2_000_000);
  });

  it('is not more than half of the browser’s estimate, because the viewer may be on another network now', () => {
    expect(expectedRate(20_000_000, 400_000)).toBe(200_000);
    expect(expectedRate(4_000_000, 10_000_000)).toBe(2_000_000);
  });

  it('is half of the browser’s estimate for the first film', () => {
    expect(expectedRate(null, 3_000_000)).toBe(1_500_000);
  });

  it('is one megabit per second if nothing is known', () => {
    expect(expectedRate(null, null)).toBe(1_000_000);
  });
});
