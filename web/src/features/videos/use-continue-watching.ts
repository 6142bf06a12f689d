import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

const SHOWN_MAX = 20;

export const continueWatchingQuery = queryOptions({
  queryKey: ['continue-watching'],
  queryFn: ({ signal }) => page(api.GET('/api/continue-watching', { params: { query: { limit: SHOWN_MAX } }, signal })),
  // It changes while the viewer watches. Data that the route has just requested is fresh enough for its page.
  staleTime: 2_000,
  // A row that appears later would shift everything below it.
  refetchOnWindowFocus: ({ state }) => (state.data?.items.length ?? 0) > 0,
});

/** The started and unfinished videos, newest first. */
export function useContinueWatching({ enabled = true } = {}) {
  return useQuery({ ...continueWatchingQuery, enabled });
}
