import type { Playback } from '@/lib/models';

/** A playback grant and when to renew it. */
export interface Grant extends Playback {
  /** When to request the next grant, by this device's clock, in milliseconds. */
  renew_at: number;
}

/** Prevents a loop of requests when a clock is wrong. */
const RENEW_IN_SECONDS_MIN = 10;

/**
 * How long until a grant has to be renewed, by the service's clock: `answered_at` is the `Date` of its response. The browser's
 * clock, which may be wrong by hours, is used only without one.
 */
export function renewIn(refresh_after: string, answered_at: string | null, now = Date.now()): number {
  const asked = answered_at === null ? NaN : Date.parse(answered_at);
  const seconds = (Date.parse(refresh_after) - (Number.isNaN(asked) ? now : asked)) / 1000;
  return Math.max(seconds, RENEW_IN_SECONDS_MIN);
}
