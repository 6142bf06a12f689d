import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

const SHOWN_MAX = 20;

export const continueWatchingQuery = queryOptions({
  queryKey: ['continue-watching'],
  queryFn: ({ signal }) => page(api.GET('/api/continue-watching', { params: { query: { limit: SHOWN_MAX } }, signal })),
  // It changes while one watches. What the route asked for a moment ago is what its page shows.
  staleTime: 2_000,
  // A row that comes while somebody looks would push all that is below it.
  refetchOnWindowFocus: ({ state }) => (state.data?.items.length ?? 0) > 0,
});

/** What was begun and not finished, newest first. */
export function useContinueWatching({ enabled = true } = {}) {
  return useQuery({ ...continueWatchingQuery, enabled });
}
