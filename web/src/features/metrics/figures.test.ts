import { describe, expect, it } from 'vitest';
import type { Metrics } from '@/lib/models';
import { byWeek, growth, planKeys, planTitle, revenues, shortDay } from './figures';
import type { Day } from './figures';

const days = (...mrr: number[]) => mrr.map((mrr) => ({ mrr }) as Day);

describe('growth', () => {
  it('compares the last day with the first', () => {
    expect(growth(days(1000, 900, 1100), 'mrr')).toBeCloseTo(0.1);
  });

  it('is null if the first day is zero, or there are no days', () => {
    expect(growth(days(0, 900), 'mrr')).toBeNull();
    expect(growth([], 'mrr')).toBeNull();
  });
});

describe('revenues', () => {
  const metrics = (all: Record<string, number[]>) => {
    const money = (mrr = 0) => ({ mrr, at_risk: 2 * mrr, recovered: 3 * mrr, refunded: 4 * mrr, disputed: 5 * mrr });
    const currencies = Object.entries(all).map(([currency, mrr]) => ({ currency, totals: money(mrr.at(-1)), days: mrr.map(money) }));
    return {
      currencies,
      days: [
        { date: '2026-11-01', mrr: null, views: 3 },
        { date: '2026-11-02', mrr: null, views: 4 },
      ],
    } as unknown as Metrics;
  };

  it('separates the currencies', () => {
    const [eur, usd, ...more] = revenues(metrics({ eur: [0, 699], usd: [799, 799] }));
    expect(more).toEqual([]);
    const money = { mrr: 699, at_risk: 1398, recovered: 2097, refunded: 2796, disputed: 3495 };
    expect(eur).toMatchObject({
      currency: 'eur',
      suffix: ' (EUR)',
      totals: money,
      days: [
        { mrr: 0, views: 3 },
        { ...money, views: 4 },
      ],
    });
    expect(usd).toMatchObject({ suffix: ' (USD)', totals: { mrr: 799 } });
  });

  it('leaves out the name of the only currency, and any name when nothing was paid', () => {
    expect(revenues(metrics({ jpy: [1, 2] }))).toMatchObject([{ currency: 'jpy', suffix: '', totals: { mrr: 2 } }]);
    expect(revenues(metrics({}))).toMatchObject([{ currency: null, totals: { mrr: 0, disputed: 0 } }]);
  });
});

describe('plans', () => {
  it('are those that members have, each once, sorted', () => {
    expect(planKeys([{ plans: { premium_year: 1 } }, { plans: {} }, { plans: { basic_month: 2, premium_year: 3 } }])).toEqual([
      'basic_month',
      'premium_year',
    ]);
    expect(planTitle('premium_year')).toBe('Premium, yearly');
    expect(planTitle('basic_month')).toBe('Basic, monthly');
  });
});

describe('byWeek', () => {
  const day = (date: string, more: Partial<Day>) => ({
    date,
    mrr: 0,
    active: 0,
    trialing: 0,
    new: 0,
    churned_voluntary: 0,
    churned_failed_payment: 0,
    payments_paid: 0,
    payments_failed: 0,
    payment_success: null,
    at_risk: 0,
    recovered: 0,
    refunded: 0,
    disputed: 0,
    trials_started: 0,
    trials_converted: 0,
    plans: {},
    views: 0,
    hours_watched: 0,
    completion_rate: null,
    ...more,
  });

  it('adds counts, keeps levels, and weights rates', () => {
    const days = [
      day('2026-11-01', { mrr: 1, new: 9 }),
      ...['02', '03', '04', '05', '06'].map((two) => day(`2026-11-${two}`, { mrr: 5, active: 1 })),
      day('2026-11-07', {
        mrr: 7,
        active: 2,
        new: 1,
        payments_paid: 3,
        payments_failed: 1,
        payment_success: 0.75,
        views: 1,
        completion_rate: 1,
        hours_watched: 0.5,
        refunded: 4,
        disputed: 2,
        recovered: 1,
        trials_started: 3,
        trials_converted: 1,
      }),
      day('2026-11-08', {
        mrr: 8,
        active: 3,
        new: 2,
        views: 3,
        completion_rate: 0,
        hours_watched: 0.25,
        refunded: 5,
        disputed: 6,
        recovered: 7,
        trials_started: 1,
        trials_converted: 2,
        at_risk: 9,
      }),
    ];
    const [before, week, ...more] = byWeek(days);
    expect(more).toEqual([]);
    expect(before).toMatchObject({ date: '2026-11-01', mrr: 1, new: 9, payment_success: null, completion_rate: null });
    expect(week).toMatchObject({
      date: '2026-11-02',
      mrr: 8,
      active: 3,
      new: 3,
      payments_paid: 3,
      payment_success: 0.75,
      views: 4,
      completion_rate: 0.25,
      hours_watched: 0.75,
    });
    expect(week).toMatchObject({ refunded: 9, disputed: 8, recovered: 8, trials_started: 4, trials_converted: 3, at_risk: 9 });
    expect(byWeek(days.map((one) => ({ ...one, mrr: null, refunded: null })))[1]).toMatchObject({ mrr: null, refunded: null });
  });

  it('returns no weeks for no days', () => {
    expect(byWeek([])).toEqual([]);
  });
});

describe('shortDay', () => {
  it('formats the day in UTC', () => {
    expect(shortDay('2026-11-05')).toBe('5 Nov');
  });
});
