import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

const titleQuery = (id: string) =>
  queryOptions({
    queryKey: ['title', 'one', id],
    queryFn: ({ signal }) => data(api.GET('/api/titles/{id}', { params: { path: { id } }, signal })),
    staleTime: 60_000,
  });

/** A video or series as everybody sees it, with its trailer. */
export const useTitle = (id: string, { enabled = true } = {}) => useQuery({ ...titleQuery(id), enabled });
