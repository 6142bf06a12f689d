// Profiles of an account, by the API.
import { PASSWORD } from './platform.ts';
import type { Person, Platform } from './platform.ts';

export interface Profile {
  id: string;
  name: string;
  age_limit: number | null;
  has_pin: boolean;
  is_current: boolean;
}

export const profilesOf = (platform: Platform, person: Person) => platform.api<Profile[]>('GET', '/api/profiles', person);

/** Adds a profile to an account. */
export async function addProfile(
  platform: Platform,
  person: Person,
  { pin, ...body }: { name: string; avatar?: string; age_limit?: number; pin?: string },
): Promise<Profile> {
  const added = await platform.api<Profile>('POST', '/api/profiles', person, body);
  if (pin !== undefined) await platform.api('PATCH', `/api/profiles/${added.id}`, person, { pin, password: PASSWORD });
  return added;
}

/** The same session in another profile of the account. */
export async function as(platform: Platform, person: Person, { id }: Profile, pin?: string): Promise<Person> {
  const { token } = await platform.api<{ token: string }>('POST', `/api/profiles/${id}/select`, person, { pin });
  return { ...person, token };
}
