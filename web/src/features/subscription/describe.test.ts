import { describe as suite, expect, it } from 'vitest';
import type { Subscription } from '@/lib/models';
import { describe, isLive, owes } from './describe';

const base: Subscription = {
  plan_type: 'basic',
  status: 'active',
  interval: 'month',
  current_period_end: '2026-12-26T10:00:00.000Z',
  access: { allowed: true, code: null },
};

suite('a subscription in words', () => {
  it('renews, unless it was cancelled or changes', () => {
    expect(describe(base).text).toBe('Renews on 26 December 2026.');
    expect(describe({ ...base, cancel_at: '2026-12-26T10:00:00.000Z' }).text).toMatch(/until 26 December 2026/);
    expect(describe({ ...base, pending_plan_type: 'premium', pending_interval: 'year' }).text).toBe('Changes to Premium, paid by the year, on 26 December 2026.');
  });

  it('tells a payment that failed from one that is overdue', () => {
    const failed: Subscription = { ...base, status: 'past_due', grace_until: '2026-12-03T10:00:00.000Z' };
    expect(describe(failed).text).toMatch(/until 3 December 2026/);
    expect(describe({ ...failed, access: { allowed: false, code: 'PAYMENT_OVERDUE' } }).label).toBe('Payment overdue');
    expect(owes(failed)).toBe(true);
  });

  it('knows a gift from nothing', () => {
    const none: Subscription = { ...base, plan_type: null, status: 'none' };
    expect(describe(none).label).toBe('None');
    expect(describe({ ...none, complimentary_until: '2027-01-01T00:00:00.000Z' }).label).toBe('A gift');
    expect(isLive(none)).toBe(false);
  });
});
