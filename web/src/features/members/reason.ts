/** What the service keeps. */
export const REASON_LENGTH_MAX = 500;

export function reasonIssue(reason: string): string | undefined {
  if (reason.trim() === '') return 'Say why';
  return Array.from(reason.trim()).length > REASON_LENGTH_MAX ? `Use at most ${REASON_LENGTH_MAX} characters` : undefined;
}
