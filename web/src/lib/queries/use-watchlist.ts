import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, page } from '../api';

/** The number of newest entries that cards know. For older entries, only the video's own page shows that it is listed. */
const NEWEST_MAX = 100;
const PAGE_SIZE = 24;

const list = (limit: number, cursor: string | undefined, signal: AbortSignal) =>
  page(api.GET('/api/watchlist', { params: { query: { limit, cursor } }, signal }));

export const watchlistQuery = infiniteQueryOptions({
  queryKey: ['watchlist', 'list'],
  queryFn: ({ signal, pageParam }) => list(PAGE_SIZE, pageParam ?? undefined, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
});

/** The viewer's list, most recently added first. */
export const useWatchlist = () => useInfiniteQuery(watchlistQuery);

export const newestListedQuery = queryOptions({
  queryKey: ['watchlist', 'newest'],
  queryFn: async ({ signal }) => (await list(NEWEST_MAX, undefined, signal)).items.map(({ video }) => video.id),
  staleTime: 60_000,
});

/** Whether a video is on the viewer's list, for cards; `undefined` until the list has loaded. */
export function useIsListed(id: string): boolean | undefined {
  return useQuery({ ...newestListedQuery, select: (ids) => ids.includes(id) }).data;
}
