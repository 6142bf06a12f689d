import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '../api';

export const memberQuery = (id: string) =>
  queryOptions({
    queryKey: ['member', id],
    queryFn: ({ signal }) => data(api.GET('/api/admin/members/{id}', { params: { path: { id } }, signal })),
  });

/** A member with their subscription, payments and emails, for operators. */
export function useMember(id: string) {
  return useQuery(memberQuery(id));
}
