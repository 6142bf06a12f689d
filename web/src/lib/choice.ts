// The plan that somebody has chosen and has not paid for yet. It stands in the address of the plans page, so that it survives
// sign-up and sign-in, and in this tab, so that it survives a checkout that is left.
import type { Interval, PlanType } from './models';

const KEY = 'marquee.choice';
const CODE_LENGTH_MAX = 100;

export interface Choice {
  plan?: PlanType;
  interval?: Interval;
  promotion_code?: string;
}

/** What an address says of a choice. */
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

/** The plans page with a choice made. */
export function plansPath(choice: Choice): string {
  const query = new URLSearchParams();
  for (const name of ['plan', 'interval', 'promotion_code'] as const) {
    const value = choice[name];
    if (value) query.set(name, value);
  }
  return query.size > 0 ? `/plans?${query.toString()}` : '/plans';
}

/** What the address says, and for what it leaves open what was chosen in this tab before. */
export function currentChoice(params: URLSearchParams): Choice {
  return { ...remembered(), ...choiceOf(params) };
}

export function rememberChoice(choice: Choice): void {
  try {
    sessionStorage.setItem(KEY, plansPath(choice));
  } catch {
    // They choose again.
  }
}

export function forgetChoice(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function remembered(): Choice {
  try {
    return choiceOf(new URLSearchParams(sessionStorage.getItem(KEY)?.split('?')[1]));
  } catch {
    return {};
  }
}
