// The one place that turns what went wrong into sentences, and into what can be done about it.
import { ApiError, confirmUrl } from './api-error';
import type { ErrorCode } from './api-error';

export interface Explanation {
  title: string;
  text: string;
  action: Action | null;
}

export type Action =
  | { kind: 'link'; label: string; to: string }
  /** A page that is not ours. */
  | { kind: 'visit'; label: string; href: string }
  | { kind: 'retry'; label: string };

const RETRY: Action = { kind: 'retry', label: 'Try again' };

const link = (label: string, to: string): Action => ({ kind: 'link', label, to });

/** What to tell a person, and the one thing that they can do. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiError)) {
    return { title: 'Something broke', text: 'This is our fault, not yours. Trying again may help.', action: RETRY };
  }
  const said = SENTENCES[error.code] ?? { title: 'That did not work', text: error.message, action: RETRY };
  switch (error.code) {
    case 'RATE_LIMITED':
      return { ...said, text: `You have asked for a lot in a short time. Try again ${inTime(error.retry_after_seconds)}.` };
    // The service knows what stands in the way.
    case 'CONFLICT':
      return { ...said, text: error.message || said.text };
    case 'PAYMENT_ACTION_REQUIRED': {
      const href = confirmUrl(error);
      return { ...said, action: href ? { kind: 'visit', label: 'Confirm the payment', href } : said.action };
    }
    case 'CARD_DECLINED': {
      const href = confirmUrl(error);
      return { ...said, action: href ? { kind: 'visit', label: 'Pay with another card', href } : said.action };
    }
    default:
      return said;
  }
}

/** One sentence, where there is room for no more. */
export function sentence(error: unknown): string {
  const { title, text } = explain(error);
  return text || title;
}

function inTime(seconds: number | null): string {
  if (seconds === null) return 'in a few minutes';
  if (seconds < 90) return `in ${Math.max(1, seconds)} seconds`;
  return `in ${Math.ceil(seconds / 60)} minutes`;
}

const SENTENCES: Partial<Record<ErrorCode, Explanation>> = {
  UNREACHABLE: {
    title: 'We cannot reach Marquee',
    text: 'Check your connection. We keep trying, and go on as soon as it is back.',
    action: RETRY,
  },
  TIMED_OUT: { title: 'This takes too long', text: 'No answer came in time. Trying again usually helps.', action: RETRY },
  UNEXPECTED_ANSWER: { title: 'Something broke', text: 'We got an answer that we do not understand.', action: RETRY },
  INTERNAL: { title: 'Something broke on our side', text: 'It has been noted. Trying again may help.', action: RETRY },
  UNAVAILABLE: { title: 'Marquee is catching its breath', text: 'The service is busy. It should be back in a moment.', action: RETRY },
  RATE_LIMITED: { title: 'One moment, please', text: '', action: RETRY },
  PAYMENT_PROVIDER_UNAVAILABLE: {
    title: 'Payments are unavailable',
    text: 'Our payment provider does not answer. Nothing was charged; try again in a moment.',
    action: RETRY,
  },
  VIDEO_PROVIDER_UNAVAILABLE: {
    title: 'The projector is stuck',
    text: 'Our video provider does not answer. Try again in a moment.',
    action: RETRY,
  },
  NOT_FOUND: {
    title: 'Not on our programme',
    text: 'It may have been taken down, or the address has a slip in it.',
    action: link('Browse everything', '/browse'),
  },
  FORBIDDEN: { title: 'Not for you to see', text: 'Your account has no right to this.', action: link('To the start', '/') },
  UNAUTHENTICATED: { title: 'Please sign in', text: 'You need to be signed in for this.', action: link('Sign in', '/sign-in') },
  TOKEN_EXPIRED: { title: 'Please sign in again', text: 'You have been away for a while.', action: link('Sign in', '/sign-in') },
  SESSION_REVOKED: {
    title: 'Please sign in again',
    text: 'This device was signed out.',
    action: link('Sign in', '/sign-in'),
  },
  INVALID_CREDENTIALS: {
    title: 'That does not match',
    text: 'Email address and password do not belong together.',
    action: link('Forgot the password?', '/forgot-password'),
  },
  EMAIL_TAKEN: {
    title: 'You have an account already',
    text: 'Somebody registered with this address before. Is it you? Then sign in.',
    action: link('Sign in instead', '/sign-in'),
  },
  CODE_EXPIRED: {
    title: 'This link is used up',
    text: 'Such links work once and for half an hour. Ask for a new one.',
    action: link('Get a new link', '/forgot-password'),
  },
  VALIDATION_ERROR: { title: 'Please look over what you entered', text: 'Something in the form is not right yet.', action: null },
  SUBSCRIPTION_REQUIRED: {
    title: 'This one needs a subscription',
    text: 'Pick a plan and it is yours to watch, this and everything else in it.',
    action: link('See the plans', '/plans'),
  },
  SUBSCRIPTION_EXPIRED: {
    title: 'Your subscription has ended',
    text: 'Come back whenever you like: your list and your place in every film are kept.',
    action: link('Subscribe again', '/plans'),
  },
  PAYMENT_OVERDUE: {
    title: 'Your last payment did not go through',
    text: 'Give us a card that works and you can go on watching at once.',
    action: link('Fix the payment', '/account'),
  },
  PLAN_UPGRADE_REQUIRED: {
    title: 'This one is in Premium',
    text: 'Upgrade to watch it. You pay only the difference for the rest of your period.',
    action: link('Upgrade', '/account/plan'),
  },
  CARD_DECLINED: {
    title: 'The card was declined',
    text: 'Nothing was changed and nothing charged. Another card may work.',
    action: link('Change the card', '/account'),
  },
  PAYMENT_ACTION_REQUIRED: {
    title: 'Your bank wants to be asked',
    text: 'Confirm the payment with your bank; then everything goes on by itself.',
    action: RETRY,
  },
  ALREADY_SUBSCRIBED: {
    title: 'You are subscribed already',
    text: 'You can change the plan in your account.',
    action: link('To your plan', '/account'),
  },
  VIDEO_NOT_READY: { title: 'Not ready yet', text: 'This video is still being prepared. Look in again soon.', action: RETRY },
  STREAM_LIMIT_REACHED: {
    title: 'Too many screens at once',
    text: 'Your plan is playing on as many devices as it allows.',
    action: RETRY,
  },
  CONFLICT: { title: 'This has changed meanwhile', text: 'Somebody, perhaps you in another tab, was faster.', action: RETRY },
};
