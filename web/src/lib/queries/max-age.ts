import { ageLimit } from '../age-limit';
import { queryClient } from '../query-client';
import { meQuery } from './use-me';

/** The age limit with which the public lists are requested: that of a kids profile, or `undefined` for all titles. */
export async function maxAge(): Promise<number | undefined> {
  const known = ageLimit();
  if (known !== undefined) return known ?? undefined;
  // If the limit is not known, no list is requested: a child must not see all titles.
  const { profile } = await queryClient.query(meQuery);
  // A deleted profile may have been a kids profile.
  return profile ? (profile.age_limit ?? undefined) : 0;
}
