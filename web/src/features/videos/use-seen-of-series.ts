import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { Seen } from '@/lib/models';

const PAGE_SIZE = 100;
/** How far back it looks: what was watched before so many others carries no mark. */
const PAGES_MAX = 3;

/** What a viewer has watched of a series, newest first. */
export function useSeenOfSeries(id: string, { enabled = true } = {}) {
  return useQuery({
    queryKey: ['history', 'series', id],
    queryFn: async ({ signal }) => {
      const found: Seen[] = [];
      let cursor: string | undefined;
      for (let number = 0; number < PAGES_MAX; number += 1) {
        const query = { limit: PAGE_SIZE, cursor };
        const { items, next_cursor } = await page(api.GET('/api/history', { params: { query }, signal }));
        found.push(...items.filter(({ video }) => video.series_id === id));
        if (next_cursor === null) break;
        cursor = next_cursor;
      }
      return found;
    },
    enabled,
    // It changes while one watches.
    staleTime: 2_000,
  });
}
