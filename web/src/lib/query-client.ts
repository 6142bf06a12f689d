import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './errors/api-error';
import type { ErrorCode } from './errors/api-error';

/** The retries of a failed read. */
export const TRIES_AGAIN_MAX = 3;
const WAIT_SECONDS_MAX = 20;

/** Errors that may be gone a moment later. */
const TRANSIENT: ErrorCode[] = [
  'UNREACHABLE',
  'TIMED_OUT',
  'INTERNAL',
  'UNAVAILABLE',
  'PAYMENT_PROVIDER_UNAVAILABLE',
  'VIDEO_PROVIDER_UNAVAILABLE',
];

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: shouldRetry,
      retryDelay,
    },
    // Changes, above all payments, are never retried automatically, nor sent later because the network was down when the button
    // was pressed.
    mutations: { retry: false, networkMode: 'always' },
  },
});

export function shouldRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiError) || failures >= TRIES_AGAIN_MAX) return false;
  if (error.code === 'RATE_LIMITED') return error.retry_after_seconds !== null && error.retry_after_seconds <= WAIT_SECONDS_MAX;
  return isTransient(error);
}

/** Whether the same request may succeed in a moment. */
export function isTransient(error: ApiError): boolean {
  return TRANSIENT.includes(error.code);
}

/** In milliseconds: the service's `Retry-After`, or an exponential backoff with jitter. */
export function retryDelay(failures: number, error: unknown, chance = Math.random()): number {
  if (error instanceof ApiError && error.retry_after_seconds !== null) {
    return Math.min(error.retry_after_seconds, WAIT_SECONDS_MAX) * 1000;
  }
  return Math.min(500 * 2 ** failures, 8000) * (0.75 + chance / 2);
}
