import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';
import { useIsSignedIn } from '../session';

export const subscriptionQuery = queryOptions({
  queryKey: ['subscription'],
  queryFn: ({ signal }) => data(api.GET('/api/subscription', { signal })),
});

/** The signed-in user's subscription. Sends no request if nobody is signed in. */
export function useSubscription() {
  const isSignedIn = useIsSignedIn();
  return useQuery({ ...subscriptionQuery, enabled: isSignedIn });
}
