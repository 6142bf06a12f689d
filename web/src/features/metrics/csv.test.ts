import { describe, expect, it } from 'vitest';
import type { Metrics } from '@/lib/models';
import { csvOf } from './csv';

const sales = (mrr: number, active: number, plans: Record<string, number>) => ({
  mrr,
  active,
  trialing: 0,
  new: 1,
  churned_voluntary: 0,
  churned_failed_payment: 0,
  payments_paid: 2,
  payments_failed: 0,
  at_risk: 4 * mrr,
  recovered: 3 * mrr,
  refunded: 2 * mrr,
  disputed: mrr,
  trials_started: 6,
  trials_converted: 5,
  plans,
});
const day = { date: '2026-11-01', views: 3, hours_watched: 1.25, completion_rate: null };

describe('csvOf', () => {
  it('writes separate columns for each currency, in its own units', () => {
    const metrics = {
      days: [day],
      currencies: [
        { currency: 'huf', days: [sales(299_000, 1, { basic_month: 1 })] },
        { currency: 'usd', days: [sales(799, 4, { premium_year: 4 })] },
      ],
    };
    const [head, row, ...more] = csvOf(metrics as unknown as Metrics).split('\r\n');
    expect(more).toEqual(['']);
    expect(head).toBe(
      [
        'date',
        ...['huf', 'usd'].flatMap((currency) =>
          [
            ...['mrr', 'active', 'trialing', 'new', 'churned_voluntary', 'churned_failed_payment', 'payments_paid', 'payments_failed'],
            ...['trials_started', 'trials_converted', 'at_risk', 'recovered', 'refunded', 'disputed'],
            ...['active_basic_month', 'active_premium_year'],
          ].map((name) => `${name}_${currency}`),
        ),
        'views,hours_watched,completion_rate',
      ].join(','),
    );
    expect(row).toBe(
      '2026-11-01,2990,1,0,1,0,0,2,0,6,5,11960,8970,5980,2990,1,0,7.99,4,0,1,0,0,2,0,6,5,31.96,23.97,15.98,7.99,0,4,3,1.25,',
    );
  });

  it('writes only the playback metrics when nothing was paid for', () => {
    expect(csvOf({ days: [day], currencies: [] } as unknown as Metrics)).toBe(
      'date,views,hours_watched,completion_rate\r\n2026-11-01,3,1.25,\r\n',
    );
  });
});
