import { describe as suite, expect, it } from 'vitest';
import type { Subscription } from '@/lib/models';
import { ACTIVE } from './active-subscription';
import { describe, isLive, hasOpenPayment } from './describe';

suite('a subscription in words', () => {
  it('renews, unless it was cancelled or changes', () => {
    expect(describe(ACTIVE).text).toBe('Renews on 26 December 2026.');
    expect(describe({ ...ACTIVE, cancel_at: '2026-12-26T10:00:00.000Z' }).text).toMatch(/until 26 December 2026/);
    expect(describe({ ...ACTIVE, pending_plan_type: 'premium', pending_interval: 'year' }).text).toBe(
      'Changes to Premium (yearly) on 26 December 2026.',
    );
  });

  it('distinguishes a failed payment from an overdue one', () => {
    const failed: Subscription = { ...ACTIVE, status: 'past_due', grace_until: '2026-12-03T10:00:00.000Z' };
    const now = Date.parse('2026-12-01T10:00:00Z');
    expect(describe(failed, now).text).toMatch(/until 3 December 2026/);
    expect(describe(failed, Date.parse('2026-12-04T10:00:00Z')).text, 'no day that is over').not.toMatch(/until/);
    expect(describe({ ...failed, access: { allowed: false, code: 'PAYMENT_OVERDUE' } }).label).toBe('Payment overdue');
    expect(hasOpenPayment(failed)).toBe(true);
  });

  it('says that billing is paused, and until when', () => {
    const paused: Subscription = { ...ACTIVE, status: 'paused', access: { allowed: false, code: 'PAYMENT_OVERDUE' } };
    expect(describe(paused).label).toBe('Paused');
    expect(describe(paused).text).not.toMatch(/did not go through/);
    expect(describe({ ...paused, resumes_at: '2026-12-03T10:00:00.000Z' }).text).toMatch(/paused until 3 December 2026/);
    expect(hasOpenPayment(paused)).toBe(false);
    expect(isLive(paused)).toBe(true);
  });

  it('distinguishes a complimentary plan from no plan', () => {
    const none: Subscription = { ...ACTIVE, plan_type: null, status: 'none' };
    expect(describe(none).label).toBe('None');
    expect(describe({ ...none, complimentary_until: '2027-01-01T00:00:00.000Z' }).label).toBe('Complimentary');
    expect(isLive(none)).toBe(false);
  });
});
