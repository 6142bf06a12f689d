import { ageLimit } from '../age-limit';
import { queryClient } from '../query-client';
import { meQuery } from './use-me';

/** For how old viewers the public lists are requested: the age limit of a kids profile, or else `undefined`, which is all of them. */
export async function maxAge(): Promise<number | undefined> {
  const known = ageLimit();
  if (known !== undefined) return known ?? undefined;
  // Without an answer there is no list either: a child must not see all of it.
  const { profile } = await queryClient.query(meQuery);
  // One that was deleted may have been a child's.
  return profile ? (profile.age_limit ?? undefined) : 0;
}
