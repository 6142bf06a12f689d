import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { Video } from '@/lib/models';
import { nextEpisode } from './next-episode';

/** The next episode, if the video is part of a series and has one. */
export function useNextEpisode(video: Video | undefined): Video | null {
  const series_id = video?.series_id ?? undefined;
  const episodes = useQuery({
    queryKey: ['episodes', series_id],
    queryFn: ({ signal }) => page(api.GET('/api/videos', { params: { query: { series_id, limit: 100 } }, signal })),
    enabled: series_id !== undefined,
    staleTime: 5 * 60_000,
  });
  return video && episodes.data ? nextEpisode(video, episodes.data.items) : null;
}
