import type { Metrics } from '@/lib/models';

export type Day = Metrics['days'][number];

/** By how much a figure that stands is other than on the first day; `null` where that says nothing. */
export function growth(days: readonly Day[], name: 'mrr' | 'active'): number | null {
  const first = days[0]?.[name];
  const last = days.at(-1)?.[name];
  return !first || last === undefined ? null : (last - first) / first;
}

/** `5 Nov`, of a day in UTC. */
export function shortDay(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

/** `Thu, 5 November 2026`, of a day in UTC. */
export function longDay(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}
