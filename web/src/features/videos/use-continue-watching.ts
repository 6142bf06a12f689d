import { useQuery } from '@tanstack/react-query';
import { api, page } from '@/lib/api';

const SHOWN_MAX = 20;

/** What was begun and not finished, newest first. */
export function useContinueWatching() {
  return useQuery({
    queryKey: ['continue-watching'],
    queryFn: ({ signal }) => page(api.GET('/api/continue-watching', { params: { query: { limit: SHOWN_MAX } }, signal })),
    // It changes while one watches.
    staleTime: 0,
  });
}
