import { describe, expect, it } from 'vitest';
import { growth, shortDay } from './figures';
import type { Day } from './figures';

const days = (...mrr: number[]) => mrr.map((mrr) => ({ mrr }) as Day);

describe('growth', () => {
  it('compares the last day with the first', () => {
    expect(growth(days(1000, 900, 1100), 'mrr')).toBeCloseTo(0.1);
  });

  it('says nothing of a beginning at nothing, or of no days', () => {
    expect(growth(days(0, 900), 'mrr')).toBeNull();
    expect(growth([], 'mrr')).toBeNull();
  });
});

describe('shortDay', () => {
  it('is the day in UTC', () => {
    expect(shortDay('2026-11-05')).toBe('5 Nov');
  });
});
