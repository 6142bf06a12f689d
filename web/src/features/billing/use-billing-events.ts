import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { EventState } from '@/lib/models';

export interface EventFilter {
  /** In UTC. */
  day?: string;
  state?: EventState;
}

export const billingEventsQuery = (filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: ['billing-events', filter],
    queryFn: ({ signal, pageParam }) =>
      page(api.GET('/api/admin/billing/events', { params: { query: { ...filter, limit: 50, cursor: pageParam ?? undefined } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 5_000,
  });

/** Stripe's events of the last weeks, newest first. */
export function useBillingEvents(filter: EventFilter) {
  return useInfiniteQuery({ ...billingEventsQuery(filter), placeholderData: keepPreviousData });
}
