// Checks of input before the request. The service decides.
import { t } from '@lingui/core/macro';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const EMAIL_LENGTH_MAX = 320;
export const NAME_LENGTH_MAX = 100;
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;

export function emailIssue(email: string): string | undefined {
  const typed = email.trim();
  if (typed === '') return t`Enter your email address`;
  if (typed.length > EMAIL_LENGTH_MAX) return t`This email address is too long`;
  return EMAIL.test(typed) ? undefined : t`Enter a valid email address, such as name@example.com`;
}

export function newPasswordIssue(password: string): string | undefined {
  // The service counts code points, not UTF-16 units.
  const length = Array.from(password).length;
  if (length === 0) return t`Enter a password`;
  if (length < PASSWORD_LENGTH_MIN) return t`Use at least ${PASSWORD_LENGTH_MIN} characters`;
  return length > PASSWORD_LENGTH_MAX ? t`Use at most ${PASSWORD_LENGTH_MAX} characters` : undefined;
}

/** Help for choosing a password. */
export function passwordHint(): string {
  return t`At least ${PASSWORD_LENGTH_MIN} characters. A phrase of several words works well.`;
}

export function nameIssue(name: string): string | undefined {
  return Array.from(name).length > NAME_LENGTH_MAX ? t`Use at most ${NAME_LENGTH_MAX} characters` : undefined;
}
