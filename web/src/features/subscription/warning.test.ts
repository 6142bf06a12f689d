import { describe, expect, it } from 'vitest';
import type { Subscription } from '@/lib/models';
import { ACTIVE } from './active-subscription';
import { warningOf } from './warning';

const NOW = Date.parse('2026-12-01T10:00:00Z');
const shut = { allowed: false, code: 'PAYMENT_OVERDUE' } as const;

describe('warningOf', () => {
  it('is null for an active subscription', () => {
    for (const status of ['none', 'active', 'trialing', 'canceled', 'incomplete', 'incomplete_expired', 'unknown'] as const)
      expect(warningOf({ ...ACTIVE, status }, NOW)).toBeNull();
  });

  it('names a failed payment and the end of the grace period', () => {
    const failed: Subscription = { ...ACTIVE, status: 'past_due', grace_until: '2026-12-03T10:00:00.000Z' };
    expect(warningOf(failed, NOW)).toMatchObject({
      step: 'pay',
      text: 'Your last payment didn’t go through. You can watch until 3 December 2026.',
    });
  });

  it('omits a date that has passed or is missing', () => {
    for (const grace_until of ['2026-11-30T10:00:00.000Z', null]) {
      expect(warningOf({ ...ACTIVE, status: 'past_due', grace_until, access: shut }, NOW)?.text).toBe(
        'Your last payment didn’t go through. Pay now to watch again right away.',
      );
      // A complimentary plan still grants access.
      expect(warningOf({ ...ACTIVE, status: 'past_due', grace_until }, NOW)?.text).toBe('Your last payment didn’t go through.');
    }
  });

  it('names an unpaid or paused subscription', () => {
    expect(warningOf({ ...ACTIVE, status: 'unpaid', access: shut }, NOW)).toMatchObject({ step: 'pay', kind: 'danger' });
    expect(warningOf({ ...ACTIVE, status: 'paused', access: shut }, NOW)).toMatchObject({ step: 'plan', kind: 'danger' });
  });

  it('names a scheduled end when it is near', () => {
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-12-26T10:00:00.000Z' }, NOW)).toBeNull();
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-12-07T10:00:00.000Z' }, NOW)).toMatchObject({
      step: 'plan',
      text: 'Your Basic plan ends on 7 December 2026.',
    });
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-11-30T10:00:00.000Z' }, NOW)).toBeNull();
  });
});
