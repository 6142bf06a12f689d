import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/lib/api';

/** The devices that are signed in. */
export function useSessions() {
  return useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => data(api.GET('/api/auth/sessions', { signal })),
    staleTime: 0,
  });
}
