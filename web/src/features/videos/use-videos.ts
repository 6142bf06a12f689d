import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { RequiredPlan, Sort } from '@/lib/models';
import { maxAge } from '@/lib/queries/max-age';

export interface VideoFilter {
  q?: string;
  category?: string;
  required_plan?: RequiredPlan;
  series_id?: string;
  sort?: Sort;
  limit?: number;
}

export const videosQuery = (filter: VideoFilter) =>
  infiniteQueryOptions({
    queryKey: ['videos', filter],
    queryFn: async ({ signal, pageParam }) => {
      const query = { ...filter, max_age: await maxAge(), cursor: pageParam ?? undefined };
      return page(api.GET('/api/videos', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 60_000,
  });

interface Options {
  enabled?: boolean;
  /** Whether the old list stays visible until the new one has loaded. */
  keepsOld?: boolean;
}

/** The published videos that match a filter, page by page. */
export function useVideos(filter: VideoFilter, { enabled = true, keepsOld = false }: Options = {}) {
  return useInfiniteQuery({ ...videosQuery(filter), enabled, placeholderData: keepsOld ? keepPreviousData : undefined });
}
