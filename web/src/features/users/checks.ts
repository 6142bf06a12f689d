// What can be told of an entry before the service is asked. It has the last word.

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const EMAIL_LENGTH_MAX = 320;
export const NAME_LENGTH_MAX = 100;
export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 128;

export function emailIssue(email: string): string | undefined {
  const typed = email.trim();
  if (typed === '') return 'Enter your email address';
  if (typed.length > EMAIL_LENGTH_MAX) return 'This is too long for an email address';
  return EMAIL.test(typed) ? undefined : 'This is no email address: it should look like name@example.com';
}

export function newPasswordIssue(password: string): string | undefined {
  // As the service counts: characters, not their parts.
  const length = Array.from(password).length;
  if (length === 0) return 'Choose a password';
  if (length < PASSWORD_LENGTH_MIN) return `Use at least ${PASSWORD_LENGTH_MIN} characters`;
  return length > PASSWORD_LENGTH_MAX ? `Use at most ${PASSWORD_LENGTH_MAX} characters` : undefined;
}

export function nameIssue(name: string): string | undefined {
  return Array.from(name).length > NAME_LENGTH_MAX ? `Use at most ${NAME_LENGTH_MAX} characters` : undefined;
}
