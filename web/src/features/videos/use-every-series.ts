import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data, done, page } from '@/lib/api';
import type { AdminSeries } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';

const PAGE_SIZE = 100;
const PAGES_MAX = 20;

/** Every series, newest first, with or without episodes. */
const everySeriesQuery = queryOptions({
  queryKey: ['every-series'],
  queryFn: async ({ signal }) => {
    const found: AdminSeries[] = [];
    let cursor: string | undefined;
    for (let number = 0; number < PAGES_MAX; number += 1) {
      const { items, next_cursor } = await page(api.GET('/api/admin/series', { params: { query: { limit: PAGE_SIZE, cursor } }, signal }));
      found.push(...items);
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    return found;
  },
  staleTime: 10_000,
});

export const useEverySeries = () => useQuery(everySeriesQuery);

interface NewSeries {
  title: string;
  category: string;
  description?: string;
}

const fold = (title: string) => title.trim().toLocaleLowerCase();

/** Returns the ID of the series with a name, and creates the series if it does not exist yet. An empty name has no ID: `null`. */
export function useSeriesByName() {
  const client = useQueryClient();
  const create = useCreateSeries();
  return async (name: string, category: string): Promise<string | null> => {
    if (name.trim() === '') return null;
    const known = await client.query(everySeriesQuery);
    const found =
      known.find(({ title }) => fold(title) === fold(name)) ??
      (await create.mutateAsync({ title: name.trim(), category: category.trim() }));
    return found.id;
  };
}

export function useCreateSeries() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (body: NewSeries) => data(api.POST('/api/admin/series', { body })), onSuccess: refresh });
}

export function useUpdateSeries(id: string) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: NewSeries) => data(api.PATCH('/api/admin/series/{id}', { params: { path: { id } }, body })),
    onSuccess: refresh,
  });
}

export function useDeleteSeries(id: string) {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => done(api.DELETE('/api/admin/series/{id}', { params: { path: { id } } })), onSuccess: refresh });
}

function useRefresh() {
  const client = useQueryClient();
  return () => {
    invalidate(client, ['every-series'], ['series'], ['audit']);
  };
}
