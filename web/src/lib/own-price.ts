import type { Interval, PlanType, Subscription } from '@/lib/models';

export interface OwnPrice {
  amount: number;
  currency: string;
  interval: Interval;
  /** Whether a coupon lowers the price. */
  hasDiscount: boolean;
}

/**
 * What a member pays for their current plan or the one that they will change to. It may differ from the current price. `null` for
 * other plans.
 */
export function ownPrice(subscription: Subscription | null | undefined, plan: PlanType, interval: Interval): OwnPrice | null {
  if (!subscription?.currency) return null;
  const { currency, has_discount: hasDiscount } = subscription;
  const isHeld = plan === subscription.plan_type && interval === subscription.interval;
  const isPending = plan === subscription.pending_plan_type && interval === subscription.pending_interval;
  const amount = isHeld ? subscription.amount : isPending ? subscription.pending_amount : null;
  return amount === null ? null : { amount, currency, interval, hasDiscount };
}
