import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { Video } from '@/lib/models';

const PAGE_SIZE = 100;
const PAGES_MAX = 10;

/** All episodes of the series that a video belongs to, in their order; none until they are known, and of a film. */
export function useEpisodes(video: Video): Video[] {
  const id = video.series_id ?? undefined;
  const episodes = useQuery({
    queryKey: ['episodes', id],
    queryFn: async ({ signal }) => {
      const found: Video[] = [];
      let cursor: string | undefined;
      for (let number = 0; number < PAGES_MAX; number += 1) {
        const params = { path: { id: id ?? '' }, query: { limit: PAGE_SIZE, cursor } };
        const { items, next_cursor } = await page(api.GET('/api/series/{id}/episodes', { params, signal }));
        found.push(...items);
        if (next_cursor === null) break;
        cursor = next_cursor;
      }
      return found;
    },
    enabled: id !== undefined,
    staleTime: 5 * 60_000,
  });
  return episodes.data ?? NONE;
}

const NONE: Video[] = [];
