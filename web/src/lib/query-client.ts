import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './errors/api-error';
import type { ErrorCode } from './errors/api-error';

/** How often a request that failed is sent again, where that does no harm. */
export const TRIES_AGAIN_MAX = 3;
const WAIT_SECONDS_MAX = 20;

/** What may be different a moment later. */
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
    // Whatever changes something, payments above all, is done once or not at all: never again by itself, and not later
    // because the network was away when the button was pressed.
    mutations: { retry: false, networkMode: 'always' },
  },
});

export function shouldRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiError) || failures >= TRIES_AGAIN_MAX) return false;
  if (error.code === 'RATE_LIMITED') return error.retry_after_seconds !== null && error.retry_after_seconds <= WAIT_SECONDS_MAX;
  return isTransient(error);
}

/** Whether the same request may well succeed in a moment. */
export function isTransient(error: ApiError): boolean {
  return TRANSIENT.includes(error.code);
}

/** Milliseconds: what the service asks for, or twice as long each time, with some chance so that not all come at once. */
export function retryDelay(failures: number, error: unknown, chance = Math.random()): number {
  if (error instanceof ApiError && error.retry_after_seconds !== null) {
    return Math.min(error.retry_after_seconds, WAIT_SECONDS_MAX) * 1000;
  }
  return Math.min(500 * 2 ** failures, 8000) * (0.75 + chance / 2);
}
