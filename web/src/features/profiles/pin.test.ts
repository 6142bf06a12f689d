import { expect, it } from 'vitest';
import { ApiError } from '@/lib/errors/api-error';
import { isWholePin, pinOf, pinRefusal } from './pin';

it('keeps only the first four digits of the input', () => {
  expect(pinOf('')).toBe('');
  expect(pinOf('1a 2-3')).toBe('123');
  expect(pinOf('123456')).toBe('1234');
  expect(pinOf('٣٤')).toBe('');
  expect(isWholePin('123')).toBe(false);
  expect(isWholePin('0000')).toBe(true);
});

it('tells a wrong PIN from too many wrong ones, with the minutes to wait', () => {
  expect(pinRefusal(new ApiError('INVALID_CREDENTIALS', ''))).toBe('Wrong PIN. Try again.');
  const limited = (seconds: number | null) => pinRefusal(new ApiError('RATE_LIMITED', '', { retry_after_seconds: seconds }));
  expect(limited(61)).toBe('Too many wrong PINs. Try again in 2 minutes.');
  expect(limited(60)).toBe('Too many wrong PINs. Try again in 1 minute.');
  expect(limited(null)).toBe('Too many wrong PINs. Try again in a few minutes.');
  expect(pinRefusal(new ApiError('UNREACHABLE', ''))).not.toMatch(/PIN/);
});
