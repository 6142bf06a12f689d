import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { useMutationOnce } from '@/lib/use-mutation-once';

/** Cancels at the end of the period. */
export function useCancelSubscription() {
  const client = useQueryClient();
  return useMutationOnce({
    mutationFn: () => data(api.POST('/api/subscription/cancel')),
    onSuccess: (subscription) => client.setQueryData(subscriptionQuery.queryKey, subscription),
  });
}
