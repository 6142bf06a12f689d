import { useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { subscriptionQuery } from '@/lib/queries/use-subscription';
import { useMutationOnce } from '@/lib/use-mutation-once';

/** Undoes a cancellation. */
export function useResumeSubscription() {
  const client = useQueryClient();
  return useMutationOnce({
    mutationFn: () => data(api.POST('/api/subscription/resume')),
    onSuccess: (subscription) => client.setQueryData(subscriptionQuery.queryKey, subscription),
  });
}
