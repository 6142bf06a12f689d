import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

const DAY_MILLISECONDS = 86_400_000;

/** The figures of so many days up to today, which are days in UTC. */
export const metricsQuery = (days: number) =>
  queryOptions({
    queryKey: ['metrics', days],
    queryFn: ({ signal }) => {
      const day = (before: number) => new Date(Date.now() - before * DAY_MILLISECONDS).toISOString().slice(0, 10);
      return data(api.GET('/api/admin/metrics', { params: { query: { from: day(days - 1), to: day(0) } }, signal }));
    },
    staleTime: 60_000,
  });

export function useMetrics(days: number) {
  return useQuery({ ...metricsQuery(days), placeholderData: keepPreviousData });
}
