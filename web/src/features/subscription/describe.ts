// Describes a subscription in words.
import { t } from '@lingui/core/macro';
import { day } from '@/lib/format';
import type { Subscription } from '@/lib/models';
import { planName } from '@/lib/nouns';
import { serviceNow } from '@/lib/service-clock';

export interface Description {
  /** The state in a word or two. */
  label: string;
  tone: 'positive' | 'warning' | 'danger' | 'neutral';
  /** What happens next, and when. */
  text: string;
}

export function describe(subscription: Subscription, now = serviceNow()): Description {
  const {
    status,
    cancel_at,
    current_period_end,
    trial_end,
    grace_until,
    resumes_at,
    pending_plan_type,
    pending_interval,
    complimentary_until,
  } = subscription;
  const end = current_period_end ? day(current_period_end) : null;
  switch (status) {
    case 'trialing':
    case 'active': {
      if (cancel_at) {
        const date = day(cancel_at);
        return { label: t`Ends soon`, tone: 'warning', text: t`Cancelled. You can watch until ${date}, and you won’t be charged again.` };
      }
      if (pending_plan_type) return { label: t`Active`, tone: 'positive', text: pendingText(pending_plan_type, pending_interval, end) };
      if (status === 'trialing') {
        const date = trial_end ? day(trial_end) : end;
        const text = date ? t`Free until ${date}. You’ll be charged for the first time then.` : t`Your free trial is active.`;
        return { label: t`Free trial`, tone: 'positive', text };
      }
      return { label: t`Active`, tone: 'positive', text: end ? t`Renews on ${end}.` : t`Renews at the end of your billing period.` };
    }
    case 'past_due':
      if (grace_until && subscription.access.allowed && Date.parse(grace_until) > now) {
        const date = day(grace_until);
        return {
          label: t`Payment failed`,
          tone: 'danger',
          text: t`Your last payment didn’t go through. You can watch until ${date}. Pay by then to keep your subscription.`,
        };
      }
      return {
        label: t`Payment overdue`,
        tone: 'danger',
        // A complimentary plan keeps playing.
        text: subscription.access.allowed
          ? t`Your last payment didn’t go through. Please pay the open invoice.`
          : t`Your last payment didn’t go through. Pay the open invoice to watch again right away.`,
      };
    case 'paused':
      return { label: t`Paused`, tone: 'warning', text: pausedText(resumes_at) };
    case 'unpaid':
      return {
        label: t`Payment overdue`,
        tone: 'danger',
        text: t`Your last payment didn’t go through. Pay the open invoice to watch again right away.`,
      };
    case 'canceled':
      return { label: t`Ended`, tone: 'neutral', text: t`Your subscription has ended. We’ve kept your place in everything you watched.` };
    default:
      return withoutSubscription(complimentary_until);
  }
}

function pendingText(plan_type: string, interval: Subscription['interval'], end: string | null): string {
  const plan = planName(plan_type);
  if (!end) return t`Changes to ${plan} at the end of your billing period.`;
  return interval === 'year' ? t`Changes to ${plan} (yearly) on ${end}.` : t`Changes to ${plan} on ${end}.`;
}

function pausedText(resumes_at: string | null | undefined): string {
  if (!resumes_at)
    return t`Billing is paused. You won’t be charged, and titles in your plan can’t be played until it resumes. Check your card below, or contact us.`;
  const date = day(resumes_at);
  return t`Billing is paused until ${date}. You won’t be charged until then, and titles in your plan can’t be played.`;
}

function withoutSubscription(complimentary_until: string | null | undefined): Description {
  if (!complimentary_until)
    return {
      label: t({ message: 'None', context: 'subscription' }),
      tone: 'neutral',
      text: t`You don’t have a subscription. You can still watch free titles.`,
    };
  const date = day(complimentary_until);
  return { label: t`Complimentary`, tone: 'positive', text: t`A complimentary plan from us, until ${date}.` };
}

/** Whether there is a subscription that can be changed, cancelled or paid. */
export function isLive({ status }: Subscription): boolean {
  return ['trialing', 'active', 'past_due', 'unpaid', 'paused'].includes(status);
}

/** Whether a payment is needed. */
export function hasOpenPayment({ status }: Subscription): boolean {
  return ['past_due', 'unpaid'].includes(status);
}
