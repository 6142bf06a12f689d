import { noteAgeLimit } from './age-limit';
import { api, asSession, data } from './api';
import { setChoosing } from './choosing';
import type { Profile } from './models';
import { queryClient } from './query-client';
import { profilesQuery } from './queries/use-profiles';
import { startSession, token, viewerId } from './session';

/** Switches this device's session to a profile. From then on, nothing that another profile loaded is shown. */
export async function selectProfile({ id }: Pick<Profile, 'id'>, pin?: string): Promise<void> {
  const params = { path: { profile_id: id } };
  const selected = await data(api.POST('/api/profiles/{profile_id}/select', { params, body: { pin } }));
  // Signed out in the meantime.
  if (token() === null) return;
  const profiles = queryClient.getQueryData(profilesQuery.queryKey);
  startSession(selected.token);
  noteAgeLimit(viewerId(), selected.profile.age_limit);
  setChoosing(false);
  // These belong to the account, so the new profile may see them.
  queryClient.setQueryData(
    profilesQuery.queryKey,
    profiles?.map((profile) => ({ ...profile, is_current: profile.id === id })),
  );
}

/** Begins a session, in which a profile has to be chosen if the account has several. */
export async function startSessionOf(account: string): Promise<void> {
  // Without an answer, the page that asks who is watching finds out.
  const profiles = await data(api.GET('/api/profiles', { headers: asSession(account) })).catch(() => undefined);
  setChoosing(profiles?.length !== 1);
  startSession(account);
  queryClient.setQueryData(profilesQuery.queryKey, profiles);
}
