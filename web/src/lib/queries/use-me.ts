import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';
import { useIsSignedIn } from '../session';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => data(api.GET('/api/auth/me', { signal })),
  staleTime: 5 * 60_000,
});

/** Who is signed in; asks nothing for a stranger. */
export function useMe() {
  const isSignedIn = useIsSignedIn();
  return useQuery({ ...meQuery, enabled: isSignedIn });
}
