import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { maxAge } from './max-age';

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: async ({ signal }) => data(api.GET('/api/categories', { params: { query: { max_age: await maxAge() } }, signal })),
  staleTime: 60_000,
});

export function useCategories() {
  return useQuery(categoriesQuery);
}
