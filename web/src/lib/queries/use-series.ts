import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data, page } from '@/lib/api';
import type { Series } from '@/lib/models';
import { maxAge } from './max-age';

const PAGE_SIZE = 100;
const PAGES_MAX = 10;

/** Every series that viewers can see, by id. */
export const allSeriesQuery = queryOptions({
  queryKey: ['series', 'all'],
  queryFn: async ({ signal }) => {
    const found = new Map<string, Series>();
    const max_age = await maxAge();
    let cursor: string | undefined;
    for (let number = 0; number < PAGES_MAX; number += 1) {
      const { items, next_cursor } = await page(
        api.GET('/api/series', { params: { query: { limit: PAGE_SIZE, max_age, cursor } }, signal }),
      );
      for (const series of items) found.set(series.id, series);
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    return found;
  },
  staleTime: 60_000,
});

export const useAllSeries = () => useQuery(allSeriesQuery);

export const seriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['series', 'one', id],
    queryFn: ({ signal }) => data(api.GET('/api/series/{id}', { params: { path: { id } }, signal })),
    staleTime: 60_000,
  });

export const useSeries = (id: string, { enabled = true } = {}) => useQuery({ ...seriesQuery(id), enabled });
