import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => data(api.GET('/api/home', { signal })),
  // It changes while the viewer watches. Data that the route has just requested is fresh enough for its page.
  staleTime: 2_000,
  // A row that appears later would shift everything below it.
  refetchOnWindowFocus: ({ state }) => (state.data?.continue_watching.length ?? 0) > 0,
});

/**
 * The viewer's home page. It is waiting until its rows are known: cached rows are shown at once, unless one may be missing since the
 * viewer watched or listed something. Those that were shown stay if the request for new ones fails.
 */
export function useHome() {
  const client = useQueryClient();
  const home = useQuery(homeQuery);
  const { isFetching, isFetchedAfterMount, failureCount } = home;
  const isOld = home.data?.continue_watching.length === 0 || client.getQueryState(homeQuery.queryKey)?.isInvalidated;
  const isWaiting = failureCount === 0 && isFetching && !isFetchedAfterMount && (!home.data || isOld);
  return { ...home, isWaiting };
}
