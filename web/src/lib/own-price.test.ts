import { describe, expect, it } from 'vitest';
import type { Subscription } from '@/lib/models';
import { ownPrice } from './own-price';

const subscription = {
  plan_type: 'premium',
  interval: 'month',
  amount: 1299,
  currency: 'usd',
  has_discount: true,
  pending_plan_type: 'basic',
  pending_interval: 'year',
  pending_amount: 7990,
} as Subscription;

describe('what a member pays', () => {
  it('is the price of their current plan and of the next one', () => {
    expect(ownPrice(subscription, 'premium', 'month')).toEqual({ amount: 1299, currency: 'usd', interval: 'month', hasDiscount: true });
    expect(ownPrice(subscription, 'basic', 'year')).toEqual({ amount: 7990, currency: 'usd', interval: 'year', hasDiscount: true });
  });

  it('is null for other plans and without a subscription', () => {
    expect(ownPrice(subscription, 'premium', 'year')).toBeNull();
    expect(ownPrice(subscription, 'basic', 'month')).toBeNull();
    expect(ownPrice({ ...subscription, amount: null, currency: null }, 'premium', 'month')).toBeNull();
    expect(ownPrice(null, 'premium', 'month')).toBeNull();
  });
});
