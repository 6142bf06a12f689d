// The one place that turns an error into sentences and an action.
import { i18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';
import { BRAND } from '../brand';
import { ApiError, confirmUrl } from './api-error';
import type { Action, Explanation, Explanations } from './explanation';

let added: Explanations = {};

/** Adds explanations for errors that first pages cannot have. */
export function addExplanations(more: Explanations): void {
  added = more;
}

/** What to tell a person, and the one action that helps. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiError)) return broken();
  const said = (SENTENCES[error.code] ?? added[error.code])?.() ?? { ...broken(), text: error.message };
  switch (error.code) {
    case 'RATE_LIMITED':
      return { ...said, text: waitText(error.retry_after_seconds) };
    // The service's message names the conflict, but only in English.
    case 'CONFLICT':
      return { ...said, text: (i18n.locale === 'en' && error.message) || said.text };
    case 'PAYMENT_ACTION_REQUIRED': {
      const href = confirmUrl(error);
      return { ...said, action: href ? { kind: 'visit', label: t`Confirm payment`, href } : said.action };
    }
    case 'CARD_DECLINED': {
      const href = confirmUrl(error);
      return { ...said, action: href ? { kind: 'visit', label: t`Pay with another card`, href } : said.action };
    }
    default:
      return said;
  }
}

/** A single sentence, for places without room for more. */
export function sentence(error: unknown): string {
  const { title, text } = explain(error);
  return text || title;
}

function waitText(seconds: number | null): string {
  if (seconds === null) return t`You’ve made a lot of requests in a short time. Try again in a few minutes.`;
  if (seconds >= 90) {
    return plural(Math.ceil(seconds / 60), {
      one: 'You’ve made a lot of requests in a short time. Try again in # minute.',
      other: 'You’ve made a lot of requests in a short time. Try again in # minutes.',
    });
  }
  return plural(Math.max(1, seconds), {
    one: 'You’ve made a lot of requests in a short time. Try again in # second.',
    other: 'You’ve made a lot of requests in a short time. Try again in # seconds.',
  });
}

const retry = (): Action => ({ kind: 'retry', label: t`Try again` });
const signIn = (): Action => ({ kind: 'link', label: t`Sign in`, to: '/sign-in' });

const broken = (): Explanation => ({
  title: t`Something went wrong`,
  text: t`This is a problem on our side. Please try again.`,
  action: retry(),
});

/** The errors of every page, available even offline. The others are in `explanations.ts`. */
const SENTENCES: Explanations = {
  UNREACHABLE: () => ({ title: t`We can’t reach ${BRAND}`, text: t`Check your internet connection, then try again.`, action: retry() }),
  TIMED_OUT: () => ({ title: t`This is taking too long`, text: t`We didn’t get a response in time. Please try again.`, action: retry() }),
  UNEXPECTED_ANSWER: broken,
  INTERNAL: broken,
  UNAVAILABLE: () => ({
    title: t`${BRAND} is busy right now`,
    text: t`The service should be back in a moment. Please try again.`,
    action: retry(),
  }),
  RATE_LIMITED: () => ({ title: t`Please wait a moment`, text: '', action: retry() }),
  NOT_FOUND: () => ({
    title: t`Page not found`,
    text: t`This page may have been removed, or the link may contain a mistake.`,
    action: { kind: 'link', label: t`Browse`, to: '/browse' },
  }),
  FORBIDDEN: () => ({
    title: t`Access denied`,
    text: t`You don’t have permission to see this.`,
    action: { kind: 'link', label: t`Go to home page`, to: '/' },
  }),
  UNAUTHENTICATED: () => ({ title: t`Please sign in`, text: t`You need to be signed in to do this.`, action: signIn() }),
  TOKEN_EXPIRED: () => ({
    title: t`Please sign in again`,
    text: t`For your security, you were signed out after a period of inactivity.`,
    action: signIn(),
  }),
  SESSION_REVOKED: () => ({ title: t`Please sign in again`, text: t`This device was signed out.`, action: signIn() }),
};
