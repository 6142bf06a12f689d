import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { Interval, PlanType } from '@/lib/models';
import { invalidate } from '@/lib/queries/keys';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { useMutationOnce } from '@/lib/use-mutation-once';

export interface PlanChange {
  plan_type: PlanType;
  interval: Interval;
}

/** Changes the plan as previewed. */
export function useChangePlan() {
  const client = useQueryClient();
  return useMutationOnce({
    mutationFn: (requested: PlanChange) => data(api.POST('/api/subscription/change', { body: requested })),
    onSuccess: (subscription) => {
      client.setQueryData(subscriptionQuery.queryKey, subscription);
      // Access to videos may have changed, even if it was fetched a moment ago.
      invalidate(client, ['invoices'], ['video']);
    },
  });
}
