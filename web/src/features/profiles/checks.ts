// Checks of profiles before a request. The service has the final say.
import { t } from '@lingui/core/macro';
import type { Profile } from '@/lib/models';

export const PROFILES_MAX = 5;
export const NAME_LENGTH_MAX = 40;
/** The age limits to choose from. Films are rated for these ages in most countries. */
const AGES = [0, 6, 9, 12, 14, 16];

type Named = Pick<Profile, 'id' | 'name'>;

/** What is wrong with a profile's name. `id` is the profile's own, if it exists already. */
export function nameIssue(name: string, profiles: readonly Named[], id?: string): string | undefined {
  const typed = name.trim();
  if (typed === '') return t`Enter a name`;
  // The service counts code points, not UTF-16 units.
  if (Array.from(typed).length > NAME_LENGTH_MAX) return t`Use at most ${NAME_LENGTH_MAX} characters`;
  const isTaken = profiles.some((other) => other.id !== id && other.name.toLowerCase() === typed.toLowerCase());
  return isTaken ? t`Another profile has this name` : undefined;
}

/** Whether a change of the age limit shows more titles than before, for which the account's password is needed. */
export function showsMore(before: number | null, after: number | null): boolean {
  return before !== null && (after === null || after > before);
}

/** The age limits to choose from, with the profile's own. */
export function ages(own: number | null): number[] {
  return [...new Set([...AGES, ...(own === null ? [] : [own])])].sort((one, other) => one - other);
}
