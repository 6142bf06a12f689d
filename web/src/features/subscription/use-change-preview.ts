import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { PlanChange } from './use-change-plan';

/** What a change would cost and when it would take effect. Changes nothing. */
export function useChangePreview(requested: PlanChange | null) {
  return useQuery({
    queryKey: ['change-preview', requested],
    queryFn: ({ signal }) => data(api.POST('/api/subscription/change/preview', { body: requested ?? { plan_type: 'basic' }, signal })),
    enabled: requested !== null,
    // The amounts are valid only now.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}
