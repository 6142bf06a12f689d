import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { invalidate } from '@/lib/queries/keys';

/** Processes an event again, as if it had just arrived. */
export function useReplayEvent(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => data(api.POST('/api/admin/billing/events/{id}/replay', { params: { path: { id } } })),
    // After a failure too: the event has a new error.
    onSettled: () => {
      invalidate(client, ['billing-events'], ['member'], ['members'], ['audit'], ['metrics']);
    },
  });
}
