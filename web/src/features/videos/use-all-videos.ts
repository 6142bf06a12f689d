import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { VideoStatus } from '@/lib/models';

/** How often to refetch while a video is processing, in milliseconds. */
const REFETCH_EVERY = 3000;

/** Which videos the list contains. */
interface VideoFilter {
  q: string | undefined;
  status: VideoStatus | undefined;
}

export const allVideosQuery = (filter: VideoFilter) =>
  infiniteQueryOptions({
    queryKey: ['all-videos', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      page(api.GET('/api/admin/videos', { params: { query: { ...filter, limit: 50, cursor: pageParam ?? undefined } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 5_000,
  });

/** All videos, published or not, newest first; refetched while one of them is processing. */
export function useAllVideos(filter: VideoFilter) {
  return useInfiniteQuery({
    ...allVideosQuery(filter),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((video) => video.status === 'processing')) ? REFETCH_EVERY : false,
  });
}
