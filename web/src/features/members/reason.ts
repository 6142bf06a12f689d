import { t } from '@lingui/core/macro';
import { lengthIssue } from '@/lib/fields';

/** The API's limit, in characters. */
export const REASON_LENGTH_MAX = 500;

export function reasonIssue(reason: string): string | undefined {
  if (reason.trim() === '') return t`Enter a reason`;
  return lengthIssue(reason.trim(), REASON_LENGTH_MAX);
}
