import { ApiError } from '@/lib/errors/api-error';
import { isTransient } from '@/lib/query-client';

/** The number of retries before the viewer sees an error. With the pauses below they take half a minute. */
export const TRIES_MAX = 6;
/** The attempts that a timeout counts for, because it has already taken long. */
export const TIMEOUT_COSTS = 3;
/** The longest `Retry-After` that the player waits for without an error, in seconds. */
const RETRY_AFTER_MAX = 30;

/** The pause before the next attempt, in milliseconds: 1, 2, 4, then 8 seconds. */
export function pauseBefore(tries: number): number {
  return Math.min(1000 * 2 ** Math.max(tries - 1, 0), 8000);
}

/** How many attempts a failed API call counts for; `null` if a retry would fail as well. */
export function costOf(error: unknown): number | null {
  if (!(error instanceof ApiError)) return null;
  if (error.code === 'RATE_LIMITED') {
    return error.retry_after_seconds !== null && error.retry_after_seconds <= RETRY_AFTER_MAX ? 1 : null;
  }
  if (error.code === 'TIMED_OUT') return TIMEOUT_COSTS;
  return isTransient(error) || error.code === 'UNEXPECTED_ANSWER' ? 1 : null;
}

/** The pause before a failed API call is repeated, in milliseconds: longer if the service asks for it. */
export function pauseAfter(error: unknown, tries: number): number {
  const retryAfter = error instanceof ApiError ? (error.retry_after_seconds ?? 0) : 0;
  return Math.max(pauseBefore(tries), Math.min(retryAfter, RETRY_AFTER_MAX) * 1000);
}

/** The same for reads that TanStack Query repeats. */
export const playbackRetry = {
  retry: (failures: number, error: unknown) => {
    const cost = costOf(error);
    return cost !== null && (failures + 1) * cost <= TRIES_MAX;
  },
  retryDelay: (failures: number, error: unknown) => pauseAfter(error, failures + 1),
};
