import type { Playback } from '@/lib/models';

/** What was granted, and for how long it will do. */
export interface Grant extends Playback {
  /** When to ask for the next one, by this device's clock, in milliseconds. */
  renew_at: number;
}

/** So that no clock, however wrong, makes a player ask without end. */
const RENEW_IN_SECONDS_MIN = 10;

/**
 * How long until a grant wants to be renewed, by the clock of the service that gave it: `answered_at` is the `Date` of its
 * answer. The browser's clock, which may be wrong by hours, counts only where there is none.
 */
export function renewIn(refresh_after: string, answered_at: string | null, now = Date.now()): number {
  const asked = answered_at === null ? NaN : Date.parse(answered_at);
  const seconds = (Date.parse(refresh_after) - (Number.isNaN(asked) ? now : asked)) / 1000;
  return Math.max(seconds, RENEW_IN_SECONDS_MIN);
}
