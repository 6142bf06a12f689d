// Warnings about the subscription that every page shows.
import { t } from '@lingui/core/macro';
import { day } from '@/lib/format';
import type { Subscription } from '@/lib/models';
import { planName } from '@/lib/nouns';

const DAY_MILLISECONDS = 86_400_000;
/** How many days before the end of a cancelled subscription the warning appears. */
const NEAR_DAYS = 7;

export interface Warning {
  kind: 'warning' | 'danger';
  text: string;
  /** What helps: paying an open invoice, or managing the plan. */
  step: 'pay' | 'plan';
  /** A key under which it can be dismissed permanently. */
  dismiss_as?: string;
}

export function warningOf(subscription: Subscription, now: number): Warning | null {
  const { status, plan_type, access, grace_until, cancel_at } = subscription;
  const isAhead = (time: string | null | undefined): time is string => Boolean(time) && Date.parse(time ?? '') > now;
  switch (status) {
    case 'past_due':
      if (access.allowed && isAhead(grace_until)) {
        const date = day(grace_until);
        return { kind: 'danger', text: t`Your last payment didn’t go through. You can watch until ${date}.`, step: 'pay' };
      }
      return {
        kind: 'danger',
        text: access.allowed
          ? t`Your last payment didn’t go through.`
          : t`Your last payment didn’t go through. Pay now to watch again right away.`,
        step: 'pay',
      };
    case 'unpaid':
      return { kind: 'danger', text: t`A payment is overdue. Pay now to watch again right away.`, step: 'pay' };
    case 'paused':
      return {
        kind: 'danger',
        text: access.allowed
          ? t`Your subscription is paused.`
          : t`Your subscription is paused. Titles in your plan can’t be played until it resumes.`,
        step: 'plan',
      };
    case 'trialing':
    case 'active':
      if (isAhead(cancel_at) && Date.parse(cancel_at) - now <= NEAR_DAYS * DAY_MILLISECONDS) {
        const [plan, date] = [planName(plan_type ?? ''), day(cancel_at)];
        return {
          kind: 'warning',
          text: plan_type ? t`Your ${plan} plan ends on ${date}.` : t`Your plan ends on ${date}.`,
          step: 'plan',
          dismiss_as: cancel_at,
        };
      }
      return null;
    default:
      return null;
  }
}
