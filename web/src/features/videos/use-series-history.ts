import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { HistoryItem } from '@/lib/models';

const PAGE_SIZE = 100;
/** The most history entries to read. Videos watched before these carry no mark. */
const PAGES_MAX = 3;

/** The history entries of a series, newest first. */
export function useSeriesHistory(id: string, { enabled = true } = {}) {
  return useQuery({
    queryKey: ['history', 'series', id],
    queryFn: async ({ signal }) => {
      const found: HistoryItem[] = [];
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
    // It changes while the viewer watches.
    staleTime: 2_000,
  });
}
