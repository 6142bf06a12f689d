import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { maxAge } from '@/lib/queries/max-age';

const relatedQuery = (id: string) =>
  queryOptions({
    queryKey: ['title', 'related', id],
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { max_age: await maxAge() } };
      return data(api.GET('/api/titles/{id}/related', { params, signal }));
    },
    staleTime: 60_000,
  });

/** The titles that are related to a video or series. */
export const useRelated = (id: string) => useQuery(relatedQuery(id));
