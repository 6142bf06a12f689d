import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';
import type { Status } from '@/lib/models';

export interface MemberFilter {
  /** Words; each must be part of the email address or the name. */
  q?: string;
  status?: Status;
  /** Whether the email address is confirmed. */
  verified?: boolean;
}

export const membersQuery = (filter: MemberFilter) =>
  infiniteQueryOptions({
    queryKey: ['members', filter],
    queryFn: ({ signal, pageParam }) =>
      page(api.GET('/api/admin/members', { params: { query: { ...filter, limit: 50, cursor: pageParam ?? undefined } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });

/** The members that match a filter, newest first. */
export function useMembers(filter: MemberFilter) {
  return useInfiniteQuery({ ...membersQuery(filter), placeholderData: keepPreviousData });
}
