import type { Subscription } from '@/lib/models';

/** A monthly Basic subscription without anything special, for the tests. */
export const ACTIVE: Subscription = {
  plan_type: 'basic',
  status: 'active',
  interval: 'month',
  has_discount: false,
  current_period_end: '2026-12-26T10:00:00.000Z',
  amount: null,
  currency: null,
  cancel_at: null,
  trial_end: null,
  grace_until: null,
  access_until: null,
  pending_plan_type: null,
  pending_interval: null,
  pending_amount: null,
  complimentary_until: null,
  access: { allowed: true, code: null },
};
