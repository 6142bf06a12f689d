import { describe, expect, it } from 'vitest';
import { ApiError } from '@/lib/errors/api-error';
import type { ErrorCode } from '@/lib/errors/api-error';
import { TRIES_MAX, costOf, playbackRetry, pauseAfter, pauseBefore } from './retry-policy';

const error = (code: ErrorCode, retry_after_seconds: number | null = null) => new ApiError(code, '', { retry_after_seconds });

describe('retry policy', () => {
  it('waits longer each time, and half a minute in total', () => {
    const pauses = Array.from({ length: TRIES_MAX }, (_, index) => pauseBefore(index + 1));
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('retries only transient errors', () => {
    for (const code of ['UNREACHABLE', 'UNAVAILABLE', 'INTERNAL', 'VIDEO_PROVIDER_UNAVAILABLE', 'UNEXPECTED_ANSWER'] as const)
      expect(costOf(error(code)), code).toBe(1);
    for (const code of ['PLAN_UPGRADE_REQUIRED', 'STREAM_LIMIT_REACHED', 'NOT_FOUND', 'SESSION_REVOKED', 'VIDEO_NOT_READY'] as const)
      expect(costOf(error(code)), code).toBeNull();
    expect(costOf(new TypeError('a bug'))).toBeNull();
  });

  it('waits as long as the service asks, unless that is too long for a viewer', () => {
    expect(pauseAfter(error('RATE_LIMITED', 12), 1)).toBe(12_000);
    expect(pauseAfter(error('UNAVAILABLE', 1), 4)).toBe(8000);
    expect(costOf(error('RATE_LIMITED', 12))).toBe(1);
    expect(costOf(error('RATE_LIMITED', 600))).toBeNull();
    expect(costOf(error('RATE_LIMITED'))).toBeNull();
  });

  it('retries a failed read six times and a hanging one twice', () => {
    const repeats = (code: ErrorCode) => [0, 1, 2, 3, 4, 5, 6, 7].filter((failures) => playbackRetry.retry(failures, error(code))).length;
    expect(repeats('UNAVAILABLE')).toBe(6);
    expect(repeats('TIMED_OUT')).toBe(2);
    expect(repeats('NOT_FOUND')).toBe(0);
  });
});
