// The one place that turns an error into sentences and an action.
import { i18n } from '@lingui/core';
import { plural, t } from '@lingui/core/macro';
import { isKids } from '../age-limit';
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
  const code = error.code === 'FORBIDDEN' && isKids() ? 'NOT_FOR_KIDS' : error.code;
  const said = (SENTENCES[code] ?? added[code])?.() ?? { ...broken(), text: error.message };
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

const broken = (): Explanation => ({
  title: t`Something went wrong`,
  text: t`This is a problem on our side. Please try again.`,
  action: retry(),
});

/** The errors that the first page may have, available even offline. The others are in `explanations.ts`. */
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
};
