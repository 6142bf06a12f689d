import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

export const profilesQuery = queryOptions({
  queryKey: ['profiles'],
  queryFn: ({ signal }) => data(api.GET('/api/profiles', { signal })),
  // They change on other devices.
  staleTime: 2_000,
});

/** The account's profiles, the first one first. */
export function useProfiles() {
  return useQuery(profilesQuery);
}
