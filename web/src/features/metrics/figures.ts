import type { Metrics } from '@/lib/models';

export type Day = Metrics['days'][number];

/** By how much a figure that stands is other than on the first day; `null` where that says nothing. */
export function growth(days: readonly Day[], name: 'mrr' | 'active'): number | null {
  const first = days[0]?.[name];
  const last = days.at(-1)?.[name];
  return !first || last === undefined ? null : (last - first) / first;
}

const WEEK = 7;

/**
 * Weeks in place of days, the last one up to the last day: what happened adds up, what stands is its last day's, and rates are
 * those of the whole week. Each bears the date of its first day.
 */
export function byWeek(days: readonly Day[]): Day[] {
  const weeks: Day[] = [];
  for (let end = days.length; end > 0; end -= WEEK) {
    const week = days.slice(Math.max(0, end - WEEK), end);
    const [first, last] = [week[0], week.at(-1)];
    if (!first || !last) break;
    const sum = (value: (day: Day) => number) => week.reduce((total, day) => total + value(day), 0);
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
      views,
      hours_watched: sum((day) => day.hours_watched),
      completion_rate: views > 0 ? sum((day) => (day.completion_rate ?? 0) * day.views) / views : null,
    });
  }
  return weeks;
}

/** `5 Nov`, of a day in UTC. */
export function shortDay(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

/** `Thu, 5 November 2026`, of a day in UTC. */
export function longDay(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}
