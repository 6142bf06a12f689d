import { describe, expect, it } from 'vitest';
import type { Subscription } from '@/lib/models';
import { ACTIVE } from './active-subscription';
import { warningOf } from './warning';

const NOW = Date.parse('2026-12-01T10:00:00Z');
const shut = { allowed: false, code: 'PAYMENT_OVERDUE' } as const;

describe('what a viewer is warned of', () => {
  it('is nothing where all is well', () => {
    for (const status of ['none', 'active', 'trialing', 'canceled', 'incomplete', 'incomplete_expired', 'unknown'] as const)
      expect(warningOf({ ...ACTIVE, status }, NOW)).toBeNull();
  });

  it('is a failed payment, with the day until which one can watch', () => {
    const failed: Subscription = { ...ACTIVE, status: 'past_due', grace_until: '2026-12-03T10:00:00.000Z' };
    expect(warningOf(failed, NOW)).toMatchObject({
      step: 'pay',
      text: 'Your last payment didn’t go through. You can watch until 3 December 2026.',
    });
  });

  it('names no day that is over or was never given', () => {
    for (const grace_until of ['2026-11-30T10:00:00.000Z', null]) {
      expect(warningOf({ ...ACTIVE, status: 'past_due', grace_until, access: shut }, NOW)?.text).toBe(
        'Your last payment didn’t go through. Pay now to watch again right away.',
      );
      // With a plan on the house one goes on watching.
      expect(warningOf({ ...ACTIVE, status: 'past_due', grace_until }, NOW)?.text).toBe('Your last payment didn’t go through.');
    }
  });

  it('is what is unpaid or paused', () => {
    expect(warningOf({ ...ACTIVE, status: 'unpaid', access: shut }, NOW)).toMatchObject({ step: 'pay', kind: 'danger' });
    expect(warningOf({ ...ACTIVE, status: 'paused', access: shut }, NOW)).toMatchObject({ step: 'plan', kind: 'danger' });
  });

  it('is an end that was asked for, when it is near', () => {
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-12-26T10:00:00.000Z' }, NOW)).toBeNull();
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-12-07T10:00:00.000Z' }, NOW)).toMatchObject({
      step: 'plan',
      text: 'Your Basic plan ends on 7 December 2026.',
    });
    expect(warningOf({ ...ACTIVE, cancel_at: '2026-11-30T10:00:00.000Z' }, NOW)).toBeNull();
  });
});
