import { queryOptions, useQuery } from '@tanstack/react-query';
import { noteAgeLimit } from '../age-limit';
import { api, data } from '../api';
import { useIsSignedIn, viewerName } from '../session';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await data(api.GET('/api/auth/me', { signal }));
    if (me.profile) noteAgeLimit(viewerName(me.id, me.profile.id), me.profile.age_limit);
    return me;
  },
  staleTime: 5 * 60_000,
});

/** The signed-in user. Sends no request if nobody is signed in. */
export function useMe() {
  const isSignedIn = useIsSignedIn();
  return useQuery({ ...meQuery, enabled: isSignedIn });
}
