import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

export const auditQuery = (day: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['audit', { day }],
    queryFn: ({ signal, pageParam }) =>
      page(api.GET('/api/admin/audit', { params: { query: { day, limit: 50, cursor: pageParam ?? undefined } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 5_000,
  });

/** The audit log, newest first, optionally of one day. */
export function useAudit(day: string | undefined) {
  return useInfiniteQuery({ ...auditQuery(day), placeholderData: keepPreviousData });
}
