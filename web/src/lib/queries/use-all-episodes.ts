import { useQuery } from '@tanstack/react-query';
import { api, page } from '../api';
import type { Video } from '../models';
import { maxAge } from './max-age';

const PAGE_SIZE = 100;
const PAGES_MAX = 10;

/** All episodes of a series, in order; empty until they have loaded, and without a series. */
export function useAllEpisodes(id: string | undefined): Video[] {
  const episodes = useQuery({
    queryKey: ['episodes', id],
    queryFn: async ({ signal }) => {
      const found: Video[] = [];
      const max_age = await maxAge();
      let cursor: string | undefined;
      for (let number = 0; number < PAGES_MAX; number += 1) {
        const params = { path: { id: id ?? '' }, query: { limit: PAGE_SIZE, max_age, cursor } };
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
