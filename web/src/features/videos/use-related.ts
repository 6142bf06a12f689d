import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

const relatedQuery = (id: string) =>
  queryOptions({
    queryKey: ['title', 'related', id],
    queryFn: ({ signal }) => data(api.GET('/api/titles/{id}/related', { params: { path: { id } }, signal })),
    staleTime: 60_000,
  });

/** The titles that are related to a video or series. */
export const useRelated = (id: string) => useQuery(relatedQuery(id));
