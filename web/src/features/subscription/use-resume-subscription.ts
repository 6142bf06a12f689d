import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import { subscriptionQuery } from '@/lib/queries/use-subscription';

/** Takes a cancellation back. */
export function useResumeSubscription() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => data(api.POST('/api/subscription/resume')),
    onSuccess: (subscription) => client.setQueryData(subscriptionQuery.queryKey, subscription),
  });
}
