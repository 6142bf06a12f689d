import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: ({ signal }) => data(api.GET('/api/categories', { signal })),
  staleTime: 60_000,
});

export function useCategories() {
  return useQuery(categoriesQuery);
}
