// What a subscription is, in words.
import { capital, day } from '@/lib/format';
import type { Subscription } from '@/lib/models';

export interface Description {
  /** In a word or two. */
  label: string;
  tone: 'positive' | 'warning' | 'danger' | 'neutral';
  /** What happens next and when. */
  text: string;
}

export function describe(subscription: Subscription): Description {
  const { status, cancel_at, current_period_end, trial_end, grace_until, pending_plan_type, pending_interval, complimentary_until } = subscription;
  const end = current_period_end ? day(current_period_end) : 'the end of the period';
  switch (status) {
    case 'trialing':
    case 'active': {
      if (cancel_at) return { label: 'Ends soon', tone: 'warning', text: `Cancelled. You can watch until ${day(cancel_at)}, and nothing more is charged.` };
      if (pending_plan_type) {
        const every = pending_interval === 'year' ? ', paid by the year,' : '';
        return { label: 'Active', tone: 'positive', text: `Changes to ${capital(pending_plan_type)}${every} on ${end}.` };
      }
      if (status === 'trialing') return { label: 'Free trial', tone: 'positive', text: `Free until ${trial_end ? day(trial_end) : end}. The first payment is made then.` };
      return { label: 'Active', tone: 'positive', text: `Renews on ${end}.` };
    }
    case 'past_due':
      return grace_until && subscription.access.allowed
        ? { label: 'Payment failed', tone: 'danger', text: `Your last payment did not go through. You can watch until ${day(grace_until)}; pay by then to go on.` }
        : { label: 'Payment overdue', tone: 'danger', text: 'Your last payment did not go through. Pay the open invoice, and you can watch again at once.' };
    case 'unpaid':
    case 'paused':
      return { label: 'Payment overdue', tone: 'danger', text: 'Your last payment did not go through. Pay the open invoice, and you can watch again at once.' };
    case 'canceled':
      return { label: 'Ended', tone: 'neutral', text: 'Your subscription has ended. Your place in every film is kept.' };
    default:
      return complimentary_until
        ? { label: 'A gift', tone: 'positive', text: `With our compliments, until ${day(complimentary_until)}.` }
        : { label: 'None', tone: 'neutral', text: 'You have no subscription. Free films are yours all the same.' };
  }
}

/** Whether there is a subscription that can be changed, cancelled or paid. */
export function isLive({ status }: Subscription): boolean {
  return ['trialing', 'active', 'past_due', 'unpaid', 'paused'].includes(status);
}

/** Whether a payment is what it lacks. */
export function owes({ status }: Subscription): boolean {
  return ['past_due', 'unpaid', 'paused'].includes(status);
}
