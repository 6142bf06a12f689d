import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import type { Metrics } from '@/lib/models';
import { planName } from '@/lib/nouns';

export type Day = Metrics['days'][number];

/** The metrics that are amounts of money. */
export const AMOUNTS = ['mrr', 'at_risk', 'recovered', 'refunded', 'disputed'] as const;

export type Amounts = Record<(typeof AMOUNTS)[number], number>;

/** The amounts in one currency, by day. */
export interface Revenue {
  /** ISO 4217; `null` if nothing was paid in any currency. */
  currency: string | null;
  /** Follows a metric's name: the currency, if there are several. */
  suffix: string;
  totals: Amounts;
  days: Day[];
}

/** The amounts by currency, because amounts in two currencies cannot be added. */
export function revenues({ currencies, days }: Metrics): Revenue[] {
  if (currencies.length === 0) return [{ currency: null, suffix: '', totals: amountsOf(undefined), days }];
  return currencies.map(({ currency, totals, days: sales }) => ({
    currency,
    suffix: currencies.length === 1 ? '' : ` (${currency.toUpperCase()})`,
    totals: amountsOf(totals),
    days: days.map((day, at) => ({ ...day, ...amountsOf(sales[at]) })),
  }));
}

function amountsOf(sales: Amounts | undefined): Amounts {
  return {
    mrr: sales?.mrr ?? 0,
    at_risk: sales?.at_risk ?? 0,
    recovered: sales?.recovered ?? 0,
    refunded: sales?.refunded ?? 0,
    disputed: sales?.disputed ?? 0,
  };
}

/** The plans that members have, sorted by key: `basic_month`. */
export function planKeys(figures: readonly { plans: Record<string, number> }[]): string[] {
  return [...new Set(figures.flatMap(({ plans }) => Object.keys(plans)))].sort();
}

/** `Basic, monthly` for `basic_month`. */
export function planTitle(key: string): string {
  const [plan_type = '', interval = ''] = key.split('_');
  const plan = planName(plan_type);
  return interval === 'year' ? t`${plan}, yearly` : t`${plan}, monthly`;
}

/** The relative change from the first day to the last; `null` if it cannot be computed. */
export function growth(days: readonly Day[], name: 'mrr' | 'active'): number | null {
  const first = days[0]?.[name];
  const last = days.at(-1)?.[name];
  return !first || last === undefined || last === null ? null : (last - first) / first;
}

const WEEK = 7;

/**
 * Weeks instead of days; the last week ends on the last day. Counts of events are added up, levels are those of the week's last
 * day, and rates are those of the whole week. Each week has the date of its first day.
 */
export function byWeek(days: readonly Day[]): Day[] {
  const weeks: Day[] = [];
  for (let end = days.length; end > 0; end -= WEEK) {
    const week = days.slice(Math.max(0, end - WEEK), end);
    const [first, last] = [week[0], week.at(-1)];
    if (!first || !last) break;
    const sum = (value: (day: Day) => number) => week.reduce((total, day) => total + value(day), 0);
    const amount = (value: (day: Day) => number | null | undefined) => (value(last) === null ? null : sum((day) => value(day) ?? 0));
    const [views, paid, failed] = [sum((day) => day.views), sum((day) => day.payments_paid), sum((day) => day.payments_failed)];
    weeks.unshift({
      ...last,
      date: first.date,
      new: sum((day) => day.new),
      churned_voluntary: sum((day) => day.churned_voluntary),
      churned_failed_payment: sum((day) => day.churned_failed_payment),
      payments_paid: paid,
      payments_failed: failed,
      payment_success: paid + failed > 0 ? paid / (paid + failed) : null,
      recovered: amount((day) => day.recovered),
      refunded: amount((day) => day.refunded),
      disputed: amount((day) => day.disputed),
      trials_started: sum((day) => day.trials_started),
      trials_converted: sum((day) => day.trials_converted),
      views,
      hours_watched: sum((day) => day.hours_watched),
      completion_rate: views > 0 ? sum((day) => (day.completion_rate ?? 0) * day.views) / views : null,
    });
  }
  return weeks;
}

/** `5 Nov`, for a day in UTC. */
export function shortDay(date: string): string {
  return i18n.date(new Date(date), { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `Thu, 5 November 2026`, for a day in UTC. */
export function longDay(date: string): string {
  return i18n.date(new Date(date), { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}
