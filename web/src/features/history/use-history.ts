import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

export const historyQuery = infiniteQueryOptions({
  queryKey: ['history', 'list'],
  queryFn: ({ signal, pageParam }) =>
    page(api.GET('/api/history', { params: { query: { limit: 30, cursor: pageParam ?? undefined } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
  // It changes while the viewer watches.
  staleTime: 2_000,
});

/** The viewer's history, newest first. */
export const useHistory = () => useInfiniteQuery(historyQuery);
