import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';
import { useIsSignedIn } from '../session';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => data(api.GET('/api/auth/me', { signal })),
  staleTime: 5 * 60_000,
});

/** The signed-in user. Sends no request if nobody is signed in. */
export function useMe() {
  const isSignedIn = useIsSignedIn();
  return useQuery({ ...meQuery, enabled: isSignedIn });
}
