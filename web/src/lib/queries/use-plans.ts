import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => data(api.GET('/api/plans', { signal })),
  staleTime: 5 * 60_000,
});

export function usePlans() {
  return useQuery(plansQuery);
}
