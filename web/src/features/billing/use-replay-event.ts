import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

/** Takes an event in again, as if it came now. */
export function useReplayEvent(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => data(api.POST('/api/admin/billing/events/{id}/replay', { params: { path: { id } } })),
    // One that fails again has a new error.
    onSettled: () => {
      for (const queryKey of [['billing-events'], ['member'], ['members'], ['audit'], ['metrics']]) void client.invalidateQueries({ queryKey });
    },
  });
}
