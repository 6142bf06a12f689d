import { describe, expect, it } from 'vitest';
import { byWeek, growth, shortDay } from './figures';
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

describe('byWeek', () => {
  const day = (date: string, more: Partial<Day>) => ({ date, mrr: 0, active: 0, trialing: 0, new: 0, churned_voluntary: 0, churned_failed_payment: 0, payments_paid: 0, payments_failed: 0, payment_success: null, views: 0, hours_watched: 0, completion_rate: null, ...more }) as Day;

  it('adds up what happened, keeps what stands, and weighs rates', () => {
    const days = [
      day('2026-11-01', { mrr: 1, new: 9 }),
      ...['02', '03', '04', '05', '06'].map((two) => day(`2026-11-${two}`, { mrr: 5, active: 1 })),
      day('2026-11-07', { mrr: 7, active: 2, new: 1, payments_paid: 3, payments_failed: 1, payment_success: 0.75, views: 1, completion_rate: 1, hours_watched: 0.5 }),
      day('2026-11-08', { mrr: 8, active: 3, new: 2, views: 3, completion_rate: 0, hours_watched: 0.25 }),
    ];
    const [before, week, ...more] = byWeek(days);
    expect(more).toEqual([]);
    expect(before).toMatchObject({ date: '2026-11-01', mrr: 1, new: 9, payment_success: null, completion_rate: null });
    expect(week).toMatchObject({ date: '2026-11-02', mrr: 8, active: 3, new: 3, payments_paid: 3, payment_success: 0.75, views: 4, completion_rate: 0.25, hours_watched: 0.75 });
  });

  it('of no days is no weeks', () => {
    expect(byWeek([])).toEqual([]);
  });
});

describe('shortDay', () => {
  it('is the day in UTC', () => {
    expect(shortDay('2026-11-05')).toBe('5 Nov');
  });
});
