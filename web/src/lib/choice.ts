// The chosen plan that is not paid for yet. It is in the URL of the plans page, so that it survives sign-up and sign-in, and in
// this tab, so that it survives an abandoned checkout.
import type { Interval, PlanType } from './models';

const KEY = 'marquee.choice';
const CODE_LENGTH_MAX = 100;

export interface Choice {
  plan?: PlanType;
  interval?: Interval;
  promotion_code?: string;
}

/** The choice in a URL. */
export function choiceOf(params: URLSearchParams): Choice {
  const choice: Choice = {};
  const plan = params.get('plan');
  const interval = params.get('interval');
  const code = params.get('promotion_code')?.trim().slice(0, CODE_LENGTH_MAX);
  if (plan === 'basic' || plan === 'premium') choice.plan = plan;
  if (interval === 'month' || interval === 'year') choice.interval = interval;
  if (code) choice.promotion_code = code;
  return choice;
}

/** The URL of the plans page with a choice. */
export function plansPath(choice: Choice): string {
  const query = new URLSearchParams();
  for (const name of ['plan', 'interval', 'promotion_code'] as const) {
    const value = choice[name];
    if (value) query.set(name, value);
  }
  return query.size > 0 ? `/plans?${query.toString()}` : '/plans';
}

/** The choice in the URL, completed with what was chosen in this tab before. */
export function currentChoice(params: URLSearchParams): Choice {
  return { ...remembered(), ...choiceOf(params) };
}

export function rememberChoice(choice: Choice): void {
  try {
    sessionStorage.setItem(KEY, plansPath(choice));
  } catch {
    // Without storage they choose again.
  }
}

export function forgetChoice(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Without storage there is nothing to remove.
  }
}

function remembered(): Choice {
  try {
    return choiceOf(new URLSearchParams(sessionStorage.getItem(KEY)?.split('?')[1]));
  } catch {
    return {};
  }
}
