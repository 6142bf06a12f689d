import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

/** The metrics of the last days, up to the service's own date: the browser's clock may be wrong. */
export const metricsQuery = (days: number) =>
  queryOptions({
    queryKey: ['metrics', days],
    queryFn: ({ signal }) => data(api.GET('/api/admin/metrics', { params: { query: { days } }, signal })),
    staleTime: 60_000,
  });

export function useMetrics(days: number) {
  return useQuery({ ...metricsQuery(days), placeholderData: keepPreviousData });
}
