import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';
import type { Wish } from './use-change-plan';

/** What a change would cost and when it would take effect. Changes nothing. */
export function useChangePreview(wish: Wish | null) {
  return useQuery({
    queryKey: ['change-preview', wish],
    queryFn: ({ signal }) => data(api.POST('/api/subscription/change/preview', { body: wish ?? { plan_type: 'basic' }, signal })),
    enabled: wish !== null,
    // The amounts are valid only now.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
}
