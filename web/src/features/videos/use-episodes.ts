import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import { maxAge } from '@/lib/queries/max-age';

const episodesQuery = (id: string, season: number) =>
  infiniteQueryOptions({
    queryKey: ['series', 'episodes', id, season],
    queryFn: async ({ signal, pageParam }) => {
      const query = { season, limit: 50, max_age: await maxAge(), cursor: pageParam ?? undefined };
      return page(api.GET('/api/series/{id}/episodes', { params: { path: { id }, query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 60_000,
  });

/** The episodes of a season, in order. */
export const useEpisodes = (id: string, season: number) => useInfiniteQuery(episodesQuery(id, season));
