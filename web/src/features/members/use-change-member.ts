import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { invalidate } from '@/lib/queries/keys';

export interface MemberEdit {
  name?: string;
  email?: string;
  notes?: string;
  reason: string;
}

export interface SubscriptionEnd {
  when: 'now' | 'period_end';
  reason: string;
}

/** An operator's changes of a member. Afterwards the member is read again. */
export function useChangeMember(id: string) {
  const client = useQueryClient();
  const params = { path: { id } };
  const onSuccess = () => invalidate(client, ['member', id], ['members'], ['audit']);
  return {
    edit: useMutation({
      mutationFn: (body: MemberEdit) => data(api.PATCH('/api/admin/members/{id}', { params, body })),
      onSuccess,
    }),
    endSessions: useMutation({
      mutationFn: (reason: string) => data(api.POST('/api/admin/members/{id}/end-sessions', { params, body: { reason } })),
      onSuccess,
    }),
    endSubscription: useMutation({
      mutationFn: (body: SubscriptionEnd) => data(api.POST('/api/admin/members/{id}/end-subscription', { params, body })),
      onSuccess,
    }),
  };
}
