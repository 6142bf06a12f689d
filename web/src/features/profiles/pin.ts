import { plural, t } from '@lingui/core/macro';
import { hasCode } from '@/lib/errors/api-error';
import { sentence } from '@/lib/errors/explain';

export const PIN_LENGTH = 4;

/** The digits of a PIN that have been typed so far, at most as many as a PIN has. */
export function pinOf(typed: string): string {
  return typed.replace(/\D/g, '').slice(0, PIN_LENGTH);
}

export function isWholePin(pin: string): boolean {
  return pin.length === PIN_LENGTH;
}

/** Why a profile could not be opened with a PIN. */
export function pinRefusal(error: unknown): string {
  if (hasCode(error, 'INVALID_CREDENTIALS')) return t`Wrong PIN. Try again.`;
  if (!hasCode(error, 'RATE_LIMITED')) return sentence(error);
  const seconds = error.retry_after_seconds;
  if (seconds === null) return t`Too many wrong PINs. Try again in a few minutes.`;
  return plural(Math.max(1, Math.ceil(seconds / 60)), {
    one: 'Too many wrong PINs. Try again in # minute.',
    other: 'Too many wrong PINs. Try again in # minutes.',
  });
}
