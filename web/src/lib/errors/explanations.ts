// What each error code means to a viewer or an operator. The first page cannot cause these errors, so it does not load the texts.
import { t } from '@lingui/core/macro';
import { planName } from '../nouns';
import { addExplanations } from './explain';
import type { Action } from './explanation';

const retry = (): Action => ({ kind: 'retry', label: t`Try again` });
const signIn = (): Action => link(t`Sign in`, '/sign-in');
const link = (label: string, to: string): Action => ({ kind: 'link', label, to });

addExplanations({
  NOT_FOUND: () => ({
    title: t`Page not found`,
    text: t`This page may have been removed, or the link may contain a mistake.`,
    action: link(t`Browse`, '/browse'),
  }),
  FORBIDDEN: () => ({
    title: t`Access denied`,
    text: t`You don’t have permission to see this.`,
    action: link(t`Go to home page`, '/'),
  }),
  UNAUTHENTICATED: () => ({ title: t`Please sign in`, text: t`You need to be signed in to do this.`, action: signIn() }),
  TOKEN_EXPIRED: () => ({
    title: t`Please sign in again`,
    text: t`For your security, you were signed out after a period of inactivity.`,
    action: signIn(),
  }),
  SESSION_REVOKED: () => ({ title: t`Please sign in again`, text: t`This device was signed out.`, action: signIn() }),
  PAYMENT_PROVIDER_UNAVAILABLE: () => ({
    title: t`Payments are unavailable right now`,
    text: t`Our payment provider isn’t responding. You were not charged. Please try again in a moment.`,
    action: retry(),
  }),
  VIDEO_PROVIDER_UNAVAILABLE: () => ({
    title: t`Videos are unavailable right now`,
    text: t`Our video provider isn’t responding. Please try again in a moment.`,
    action: retry(),
  }),
  REAUTHENTICATION_REQUIRED: () => ({
    title: t`Confirm your password`,
    text: t`This action involves money or permissions, so we need your password first. Nothing was changed.`,
    action: retry(),
  }),
  INVALID_CREDENTIALS: () => ({
    title: t`Incorrect email or password`,
    text: t`Check both and try again.`,
    action: link(t`Reset password`, '/forgot-password'),
  }),
  EMAIL_TAKEN: () => ({
    title: t`You already have an account`,
    text: t`An account with this email address already exists. If it’s yours, sign in.`,
    action: link(t`Sign in instead`, '/sign-in'),
  }),
  CODE_EXPIRED: () => ({
    title: t`This link has expired`,
    text: t`Password reset links work once and expire after 30 minutes. Request a new one.`,
    action: link(t`Get a new link`, '/forgot-password'),
  }),
  VALIDATION_ERROR: () => ({ title: t`Please check the form`, text: t`Some fields need your attention.`, action: null }),
  SUBSCRIPTION_REQUIRED: () => ({
    title: t`Subscribe to watch this`,
    text: t`Choose a plan to watch this title and everything else it includes.`,
    action: link(t`See plans`, '/plans'),
  }),
  SUBSCRIPTION_EXPIRED: () => ({
    title: t`Your subscription has ended`,
    text: t`Subscribe again anytime. We’ve kept your place in everything you watched.`,
    action: link(t`Subscribe again`, '/plans'),
  }),
  PAYMENT_OVERDUE: () => ({
    title: t`Your subscription is on hold`,
    text: t`A payment is overdue, or billing is paused. See your account for details.`,
    action: link(t`Manage subscription`, '/account'),
  }),
  PLAN_UPGRADE_REQUIRED: () => {
    const premium = planName('premium');
    return {
      title: t`Included with ${premium}`,
      text: t`Upgrade to watch this title. You only pay the difference for the rest of your billing period.`,
      action: link(t`Upgrade`, '/account/plan'),
    };
  },
  CARD_DECLINED: () => ({
    title: t`Your card was declined`,
    text: t`You were not charged, and nothing was changed. Try another card.`,
    action: link(t`Update card`, '/account'),
  }),
  PAYMENT_ACTION_REQUIRED: () => ({
    title: t`Confirm with your bank`,
    text: t`Your bank asks you to confirm this payment. Once you have, we’ll continue automatically.`,
    action: retry(),
  }),
  ALREADY_SUBSCRIBED: () => ({
    title: t`You’re already subscribed`,
    text: t`You can change your plan in your account.`,
    action: link(t`Manage subscription`, '/account'),
  }),
  VIDEO_NOT_READY: () => ({
    title: t`Coming soon`,
    text: t`This video is still being prepared. Please try again later.`,
    action: retry(),
  }),
  STREAM_STOPPED: () => ({
    title: t`Playback stopped`,
    text: t`Playback was stopped from another device, or another device took its place. We saved your position.`,
    action: retry(),
  }),
  STREAM_LIMIT_REACHED: () => ({
    title: t`Too many devices`,
    text: t`Your account is already playing on as many devices as your plan allows.`,
    action: retry(),
  }),
  NOT_FOR_KIDS: () => ({
    title: t`Not available in this profile`,
    text: t`This is a kids profile. Switch to another profile to continue.`,
    action: link(t`Switch profile`, '/profiles'),
  }),
  CONFLICT: () => ({
    title: t`This has changed in the meantime`,
    text: t`Someone else, or you in another tab, made a change first. Reload and try again.`,
    action: retry(),
  }),
});
